"""Figures from the observations of a ledger, as SVG to be put into a page."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rmtcheck.claims.evidence import Kind
from rmtcheck.claims.ledger import Ledger

INK, ACCENT, SECOND, QUIET = "#1f2933", "#2a6f97", "#c1121f", "#8d99ae"


@dataclass(frozen=True)
class Figure:
    """A drawing with its title and a caption that says what is compared with what."""

    title: str
    caption: str
    svg: str


def figures_of(ledger: Ledger, claim: str) -> list[Figure]:
    """Return the figures that the evidence on a claim holds.

    Parameters
    ----------
    ledger : Ledger
        The evidence.
    claim : str
        Identifier of the claim.

    Returns
    -------
    list of Figure
        In the order of the evidence; equal ledgers give equal bytes.

    Raises
    ------
    KeyError
        If an observation is of a kind that nobody has taught to draw.
    """
    shown = (Kind.PRINTED, Kind.DERIVED)
    records = [r.observation for r in ledger.evidence(claim) if r.kind in shown and r.observation]
    return [
        f for record in _merged(records) for draw in _DRAWERS[record["kind"]] for f in draw(record)
    ]


def _merged(records: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Join the block norms of all statements of a claim, each size once."""
    norms = [r for r in records if r["kind"] == "block norms"]
    others = [r for r in records if r["kind"] != "block norms"]
    if not norms:
        return others
    joined: dict[str, Any] = {"kind": "block norms"}
    for field in ("configurations", "spectra", "heatmaps"):
        joined[field] = _each_once([item for r in norms for item in r.get(field, [])])
    return [*others, joined]


def _each_once(items: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return one item for each size and block, small numbers of classes first."""
    return list({(i["N"], i["d"], i["C"], i.get("block", "")): i for i in items}.values())


def _nothing(record: dict[str, Any]) -> Iterator[Figure]:
    return iter(())


def _enclosures(record: dict[str, Any]) -> Iterator[Figure]:
    points = [p for p in record["points"] if "C" in p["at"]]
    if len({p["at"]["C"] for p in points}) < 3:
        return
    with _canvas() as (figure, axes):
        for label, group in _grouped(points):
            at = [int(p["at"]["C"]) for p in group]
            axes.plot(at, [p["mid"] for p in group], "o-", markersize=4, label=label)
        axes.set(xscale="log", xlabel="classes C", ylabel="certified value")
        axes.legend(frameon=False, fontsize=8)
        text = "Midpoints of the enclosures; their radii are far below the width of a line."
        yield Figure("Enclosures along the number of classes", text, _svg(figure))


def _grouped(points: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for point in points:
        rest = ", ".join(f"{k} = {v}" for k, v in point["at"].items() if k != "C")
        groups.setdefault(rest or "value", []).append(point)
    return list(groups.items())


def _norm_intervals(record: dict[str, Any]) -> Iterator[Figure]:
    found = record["configurations"]
    names = ("diagonal", "off_diagonal", "ratio")
    with _canvas(columns=3, width=11) as (figure, axes):
        for ax, name in zip(axes, names, strict=True):
            _intervals(ax, found, name)
            ax.set_title(name.replace("_", "-"), fontsize=10)
        axes[0].set_ylabel("squared norm / d")
        axes[0].legend(frameon=False, fontsize=8)
        figure.supxlabel("configuration (d, N, C)", fontsize=9)
        text = (
            "Confidence intervals of drawn blocks, divided by the exact finite-size mean:"
            " theory is at 1, the limit where the cross is."
        )
        yield Figure("Drawn block norms against theory", text, _svg(figure))


def _intervals(ax: Any, found: list[dict[str, Any]], name: str) -> None:
    labels = [f"{c['d']},{c['N']},{c['C']}" for c in found]
    for place, configuration in enumerate(found):
        one = configuration[name]
        scale = one["finite_size"]
        high = min(one["high"] / scale, 3.0)
        ax.plot([place, place], [one["low"] / scale, high], color=ACCENT, linewidth=2.5)
        ax.plot(place, one["limit"] / scale, "x", color=SECOND, markersize=5)
    ax.axhline(1.0, color=INK, linewidth=0.8)
    ax.plot([], [], color=ACCENT, linewidth=2.5, label="confidence interval")
    ax.plot([], [], "x", color=SECOND, label="limit")
    ax.set_xticks(range(len(labels)), labels, rotation=90, fontsize=6)
    ax.set_ylim(0.4, 2.2)


def _spectra(record: dict[str, Any]) -> Iterator[Figure]:
    panels = record.get("spectra", [])
    if not panels:
        return
    with _canvas(rows=2, columns=len(panels) // 2, width=11, height=5.6) as (figure, axes):
        for k, panel in enumerate(panels):
            ax = axes[k % 2][k // 2]
            _histogram(ax, panel)
            ax.set_title(f"{panel['block']}, C = {panel['C']}", fontsize=10)
        first = panels[0]
        text = (
            f"Eigenvalues of one drawn block, d = {first['d']}, N = {first['N']}, over the limiting"
            " density: the generalised Marchenko-Pastur law of independent weights."
        )
        yield Figure("Spectra of Hessian blocks", text, _svg(figure))


def _spectrum(record: dict[str, Any]) -> Iterator[Figure]:
    with _canvas() as (figure, axes):
        _histogram(axes, record["spectrum"])
        axes.set(xlabel="eigenvalue", ylabel="density")
        text = "Eigenvalues of one drawn sample covariance over the Marchenko-Pastur density."
        yield Figure("Spectrum of a sample covariance", text, _svg(figure))


def _histogram(ax: Any, panel: dict[str, Any]) -> None:
    ax.hist(panel["eigenvalues"], bins=40, density=True, color=QUIET, alpha=0.7)
    ax.plot(panel["x"], panel["density"], color=SECOND, linewidth=1.6)
    top = max(panel["density"])
    ax.set_ylim(0, 1.35 * top)
    ax.tick_params(labelsize=7)


def _heatmaps(record: dict[str, Any]) -> Iterator[Figure]:
    panels = sorted(record.get("heatmaps", []), key=lambda p: int(p["C"]))
    if not panels:
        return
    with _canvas(columns=len(panels), width=3.4 * len(panels), height=3.2) as (figure, axes):
        for ax, panel in zip(axes if len(panels) > 1 else [axes], panels, strict=True):
            _heatmap(figure, ax, panel)
        first = panels[0]
        text = (
            "Squared norms of the blocks among the first classes of one drawn Hessian, as a share"
            f" of the largest; d = {first['d']}, N = {first['N']}, logarithmic colors."
        )
        yield Figure("The Hessian, block by block", text, _svg(figure))


def _heatmap(figure: Any, ax: Any, panel: dict[str, Any]) -> None:
    from matplotlib.colors import LogNorm

    largest = max(max(row) for row in panel["norms"])
    shares = [[value / largest for value in row] for row in panel["norms"]]
    image = ax.imshow(shares, norm=LogNorm(vmin=1e-6, vmax=1), cmap="viridis")
    ax.set_title(f"C = {panel['C']}", fontsize=10)
    ax.set_xticks([])
    ax.set_yticks([])
    figure.colorbar(image, ax=ax, fraction=0.046)


def _means(record: dict[str, Any]) -> Iterator[Figure]:
    points = record["points"]
    with _canvas() as (figure, axes):
        for place, point in enumerate(points):
            axes.plot([place, place], [point["low"], point["high"]], color=ACCENT, linewidth=3)
            axes.plot(place, point["predicted"], "_", color=INK, markersize=14)
            axes.plot(place, point["limit"], "x", color=SECOND)
        axes.set_xticks(range(len(points)), [p["at"]["sizes"] for p in points], fontsize=8)
        axes.tick_params(axis="x", rotation=20)
        text = "Confidence intervals (bars), finite-size means (dashes) and limits (crosses)."
        yield Figure("Drawn means against theory", text, _svg(figure))


_DRAWERS: dict[str, tuple[Callable[[dict[str, Any]], Iterator[Figure]], ...]] = {
    "derivation": (_nothing,),
    "estimates": (_nothing,),
    "enclosures": (_enclosures,),
    "block norms": (_norm_intervals, _spectra, _heatmaps),
    "means": (_means,),
    "resolvent": (_spectrum,),
}


class _canvas:  # noqa: N801 - used like a function, in a with statement
    """Axes in the house style, closed at the end, without a display."""

    def __init__(
        self, *, rows: int = 1, columns: int = 1, width: float = 5.6, height: float = 3.4
    ) -> None:
        self.shape, self.size = (rows, columns), (width, height)

    def __enter__(self) -> tuple[Any, Any]:
        from matplotlib.figure import Figure as Canvas

        canvas = Canvas(figsize=self.size, layout="constrained")
        axes = canvas.subplots(*self.shape)
        for ax in canvas.axes:
            ax.spines[["top", "right"]].set_visible(False)
        return canvas, axes

    def __exit__(self, *problem: object) -> None:
        """Nothing is held open: the figure was never registered with a display."""


def _svg(figure: Any) -> str:
    """Return the drawing as an element, the same bytes for the same data."""
    from matplotlib import rc_context

    text = io.StringIO()
    with rc_context({"svg.hashsalt": "rmtcheck", "svg.fonttype": "none"}):
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    whole = text.getvalue()
    return whole[whole.index("<svg") :]
