"""All pairs of weights as a grid: linked on a path, only indirectly, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rmtcheck.report.canvas import INK, Figure, canvas, finish, style

COLORS = {"direct": "#2a6f97", "indirect": "#bcd4e6", "none": "#ffffff"}
WORDS = {
    "direct": "on one path",
    "indirect": "linked indirectly",
    "none": "exactly zero",
}
GRAPH_WORDS = {"direct": "on one path", "none": "on no common path"}
CELL, LEAST, MOST = 0.46, 2.2, 7.5
MOST_NAMED = 20
"""Weights that are named on the axes."""
WIDE = 2.4
"""Width of a cell that holds a formula, in cells."""


def link_grid(record: dict[str, Any]) -> Iterator[Figure]:
    """Draw the links of all weights, if an observation holds them."""
    if "links" in record:
        yield grid_of(record["links"])


def draw_links(pattern: Any) -> Figure:
    """Return the picture of a `LinkPattern`.

    Parameters
    ----------
    pattern : LinkPattern
        As `rmtcheck.hessian_links` returns it.

    Returns
    -------
    Figure
        Its ``svg`` can be written to a file or put into a page.
    """
    from sympy import latex

    from rmtcheck.vocabulary.graphs import Weight

    names = [latex(Weight(name)) for name in pattern.names]
    kinds = [[str(kind) for kind in row] for row in pattern.kinds]
    with style():
        return grid_of({"names": names, "kinds": kinds, "formulas": [], "graph": False, "of": ""})


def grid_of(links: dict[str, Any]) -> Figure:
    """Draw one grid: colors say how two weights are linked, 0 that an entry is zero."""
    names, of_graph = links["names"], links["graph"]
    kinds = _of_graph(links["kinds"]) if of_graph else links["kinds"]
    height = min(max(CELL * len(names), LEAST), MOST)
    stretch = WIDE if links["formulas"] else 1.0
    figure, axes = canvas(width=height * stretch + 2.6, height=height + 0.5)
    ax = axes[0][0]
    _cells(ax, kinds, stretch)
    _labels(ax, names, stretch)
    _contents(ax, [] if of_graph else kinds, links["formulas"], stretch)
    words = GRAPH_WORDS if of_graph else WORDS
    shown = [kind for kind in words if any(kind in row for row in kinds)]
    ax.legend(handles=[_patch(kind, words[kind]) for kind in shown], **_BESIDE)
    return finish(figure, *_text(links))


_BESIDE: dict[str, Any] = {"loc": "upper left", "bbox_to_anchor": (1.01, 1.0)}


def _of_graph(kinds: list[list[str]]) -> list[list[str]]:
    """Forget the Hessian: two weights are on a path, or they are not."""
    return [["direct" if kind == "direct" else "none" for kind in row] for row in kinds]


def _cells(ax: Any, kinds: list[list[str]], stretch: float) -> None:
    from matplotlib.colors import ListedColormap

    order = list(COLORS)
    places = [[order.index(kind) for kind in row] for row in kinds]
    count = len(kinds)
    across = [stretch * k for k in range(count + 1)]
    ax.pcolormesh(
        across,
        range(count + 1),
        places,
        cmap=ListedColormap(list(COLORS.values())),
        vmin=-0.5,
        vmax=2.5,
        edgecolors="#d5dae1",
        linewidth=0.6 if count <= MOST_NAMED else 0.1,
    )
    ax.set_aspect("equal")
    ax.invert_yaxis()


def _labels(ax: Any, names: list[str], stretch: float) -> None:
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)
    if len(names) > MOST_NAMED:
        ax.set_xticks([])
        ax.set_yticks([])
        return
    middle = [k + 0.5 for k in range(len(names))]
    words = [f"${name}$" for name in names]
    ax.set_xticks([stretch * at for at in middle], words, rotation=90 * (len(names) > 9))
    ax.set_yticks(middle, words)


def _contents(ax: Any, kinds: list[list[str]], formulas: list[list[str]], stretch: float) -> None:
    if len(kinds) > MOST_NAMED:
        return
    for row, line in enumerate(kinds):
        for column, kind in enumerate(line):
            text = f"${formulas[row][column]}$" if formulas else "0" * (kind == "none")
            paint = "white" if kind == "direct" else INK
            at = (stretch * (column + 0.5), row + 0.5)
            ax.text(*at, text, color=paint, ha="center", va="center", fontsize=8)


def _patch(kind: str, label: str) -> Any:
    from matplotlib.patches import Patch

    return Patch(facecolor=COLORS[kind], edgecolor="#8d99ae", label=label)


def _text(links: dict[str, Any]) -> tuple[str, str]:
    if links["graph"]:
        caption = "Dark: a path through the computation graph contains both weights."
        return "Links in the computation graph", caption
    caption = (
        f"The Hessian{links['of']} in {len(links['names'])} weights. Dark: a path through the"
        " computation graph contains both weights; light: they meet only in the loss, or in a"
        " function of a sum; white: the entry is identically zero. The colors are read off the"
        " graph, without differentiating."
    )
    return "The Hessian, weight by weight", caption
