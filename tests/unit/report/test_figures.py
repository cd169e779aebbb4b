import copy
import re
from xml.etree import ElementTree

import pytest

from rmtcheck.claims.evidence import Column, Kind, Outcome
from rmtcheck.errors import DomainError
from rmtcheck.report.figures import figures_of
from rmtcheck.report.pictures import ZERO, _heights

DRAWN = ["enclosures", "estimates", "block norms", "means", "resolvent", "inversion", "gaps"]


def changed(record):
    """Return the record with its first interval or value moved a little."""
    other = copy.deepcopy(record)
    if "curves" in other:
        other["curves"][0]["values"][0] *= 1.5
    one = (other.get("points") or other.get("configurations"))[0]
    if "diagonal" in one:
        one["diagonal"]["high"] *= 1.5
    else:
        key = next(k for k in ("mid", "value", "high", "re_high") if k in one)
        one[key] *= 1.1
    return other


def drawn(ledger):
    return [f.svg for f in figures_of(ledger, "toy.seen")]


@pytest.mark.parametrize("kind", DRAWN)
def test_every_kind_is_drawn_the_same_each_time(observing, records, kind):
    first = drawn(observing(records[kind]))
    assert first
    assert drawn(observing(records[kind])) == first


@pytest.mark.parametrize("kind", DRAWN)
def test_other_data_give_another_drawing(observing, records, kind):
    assert drawn(observing(changed(records[kind]))) != drawn(observing(records[kind]))


def test_block_norms_have_intervals_spectra_and_heat_maps(observing, records):
    titles = [f.title for f in figures_of(observing(records["block norms"]), "toy.seen")]
    assert titles == [
        "The Hessian, block by block",
        "Drawn block norms against theory",
        "Spectra of Hessian blocks",
    ]


def test_no_interval_is_cut(observing, records):
    """Ends far outside must move the drawing; a clipped axis would show 50 and 500 alike."""
    wide, wider = copy.deepcopy(records["block norms"]), copy.deepcopy(records["block norms"])
    wide["configurations"][0]["ratio"]["high"] = 50.0
    wider["configurations"][0]["ratio"]["high"] = 500.0
    assert drawn(observing(wide))[1] != drawn(observing(wider))[1]


@pytest.mark.parametrize(("end", "value"), [("high", float("inf")), ("low", 0.0)])
def test_an_unbounded_interval_is_announced(observing, records, end, value):
    record = records["block norms"]
    assert "infinity" not in figures_of(observing(record), "toy.seen")[1].caption
    record["configurations"][0]["ratio"][end] = value
    assert "infinity" in figures_of(observing(record), "toy.seen")[1].caption


def test_a_prediction_of_zero_is_left_to_the_table(observing, records):
    record = records["block norms"]
    record["configurations"][0]["off_diagonal"]["finite_size"] = 0.0
    assert "1 sizes where theory predicts 0" in figures_of(observing(record), "toy.seen")[1].caption


def test_zero_blocks_are_said_to_be_zero(observing, records):
    record = records["block norms"]
    record["heatmaps"][0]["norms"] = [[1.0, 0.0], [0.0, 1.0]]
    figure = figures_of(observing(record), "toy.seen")[0]
    assert "exactly zero" in figure.caption
    assert figure.svg.count(ZERO) == 2


def test_the_caption_states_the_largest_radius(observing, records):
    record = records["enclosures"]
    record["points"][1]["rad"] = 0.25
    assert "at most 0.25" in figures_of(observing(record), "toy.seen")[0].caption


def test_an_exponent_is_not_drawn_as_a_limit(observing, records):
    record = records["estimates"]
    assert "Dotted" in figures_of(observing(record), "toy.seen")[0].caption
    record["extrapolated"][0]["value"] = -2.0
    assert "Dotted" not in figures_of(observing(record), "toy.seen")[0].caption


@pytest.mark.parametrize("kind", [Kind.MUTANT, Kind.HYPOTHESIS])
def test_only_the_printed_and_derived_statements_are_drawn(observing, records, kind):
    assert figures_of(observing(records["means"], kind), "toy.seen") == []


def test_a_size_drawn_for_two_statements_is_drawn_once(observing, records, make_entry, make_row):
    once = observing(records["block norms"])
    twice = observing(records["block norms"])
    for made in (once, twice):
        made.claims["toy.seen"] = make_entry("Two", parts=2)
    again = {"part": 1, "observation": copy.deepcopy(records["block norms"])}
    twice.record([make_row("toy.seen", Kind.PRINTED, Column.MONTECARLO, Outcome.HOLDS, **again)])
    assert drawn(twice) == drawn(once)


def test_figures_of_several_statements_say_which(observing, records, make_entry):
    made = observing(records["means"])
    made.claims["toy.seen"] = make_entry("Two", parts=2)
    assert figures_of(made, "toy.seen")[0].title.startswith("Statement 1:")


def test_derivations_and_records_without_a_kind_have_no_figure(observing, records):
    assert figures_of(observing(records["derivation"]), "toy.seen") == []
    assert figures_of(observing({"points": []}), "toy.seen") == []


def test_an_unknown_kind_is_refused(observing):
    with pytest.raises(DomainError, match="kind='tea leaves'"):
        figures_of(observing({"kind": "tea leaves"}), "toy.seen")


@pytest.mark.parametrize("kind", DRAWN)
def test_drawings_are_well_formed_with_one_namespace(observing, records, kind):
    for text in drawn(observing(records[kind])):
        assert ElementTree.fromstring(text).tag == "{http://www.w3.org/2000/svg}svg"
        assert text.count("xmlns") == 1


def test_drawings_can_stand_in_one_page(observing, records):
    texts = drawn(observing(records["block norms"]))
    names = [set(re.findall(r'\bid="([^"]*)"', text)) for text in texts]
    assert not (names[0] & names[1] | names[1] & names[2])
    for text, own in zip(texts, names, strict=True):
        assert set(re.findall(r'href="#([^"]*)"', text)) <= own
        assert set(re.findall(r"url\(#([^)]*)\)", text)) <= own


def test_eigenvalues_at_zero_are_counted_apart(observing, records):
    record = records["resolvent"]
    record["spectrum"].update({"zeros": 9, "atom": 0.75, "d": 12, "N": 3})
    caption = figures_of(observing(record), "toy.seen")[1].caption
    assert "All 12 eigenvalues of one drawn matrix (d = 12, N = 3)" in caption
    assert "9 of them, 75.0%, are 0" in caption
    assert "atom of mass 75.0%" in caption


def test_zeros_lower_the_histogram():
    panel = {"eigenvalues": [1.0, 2.0], "zeros": 2}
    alone, with_zeros = (_heights({**panel, "zeros": z}, [1.0, 1.5, 2.0], False) for z in (0, 2))
    assert [h / 2 for h in alone] == with_zeros


def test_the_law_at_the_inverse_ratio_is_drawn_along(observing, records):
    plain = drawn(observing(records["resolvent"]))[1]
    records["resolvent"]["spectrum"]["inverse"] = {"x": [0.1, 0.2], "density": [0.0, 3.0]}
    both = drawn(observing(records["resolvent"]))[1]
    assert "inverse ratio" in both
    assert "inverse ratio" not in plain
