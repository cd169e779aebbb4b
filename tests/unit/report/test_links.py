from itertools import pairwise
from xml.etree import ElementTree

import pytest

from rmtcheck import MEAN_SQUARED_ERROR, FeedForward, hessian_links
from rmtcheck.report.canvas import style
from rmtcheck.report.figures import figures_of
from rmtcheck.report.links import COLORS, draw_links, link_grid

LINKS = {
    "names": ["w_{1}", "v_{1}"],
    "kinds": [["direct", "indirect"], ["indirect", "none"]],
    "formulas": [],
    "graph": False,
    "of": "",
}


def drawn(**changes):
    with style():
        (figure,) = link_grid({"links": {**LINKS, **changes}})
    assert ElementTree.fromstring(figure.svg).tag == "{http://www.w3.org/2000/svg}svg"
    return figure


def test_colors_are_the_kinds():
    assert all(color in drawn().svg for color in COLORS.values())
    alike = drawn(kinds=[["direct"] * 2] * 2)
    assert COLORS["indirect"] not in alike.svg
    assert drawn().svg == drawn().svg != alike.svg


def test_a_graph_knows_paths_only():
    figure = drawn(graph=True)
    assert figure.title == "Links in the computation graph"
    assert COLORS["indirect"] not in figure.svg


def test_short_entries_stand_in_their_cells():
    formulas = [["v_{1}^{2}", "7 v_{1} w_{1}"], ["7 v_{1} w_{1}", "0"]]
    assert drawn(formulas=formulas).svg != drawn().svg


@pytest.mark.parametrize("widths", [[2, 2, 2], [3, 3, 3, 3, 3]])
def test_a_network_of_any_depth_is_drawn(widths):
    figure = draw_links(hessian_links(FeedForward(widths), MEAN_SQUARED_ERROR))
    assert f"in {sum(a * b for a, b in pairwise(widths))} weights" in (figure.caption)


def test_derivations_without_links_are_not_drawn(observing, records):
    record = records["derivation"]
    assert figures_of(observing(record), "toy.seen") == []
    assert len(figures_of(observing({**record, "links": LINKS}), "toy.seen")) == 1
