"""Norms of hidden blocks against the number of classes, theory over drawn Hessians."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rmtcheck.report.canvas import DRAWN, THEORY, Figure, canvas, finish

Points = list[dict[str, Any]]


def norm_curves(record: dict[str, Any]) -> Iterator[Figure]:
    """Draw the three panels: the diagonal norm, C times the other one, and the ratio."""
    diagonal, off = record["diagonal"], record["off_diagonal"]
    figure, ((left, middle, right),) = canvas(1, 3, width=10.4, height=3.6)
    _panel(left, diagonal, "squared norm of $H_{w_1w_1}$, over d")
    _panel(middle, [_times(p, p["C"]) for p in off], "C · squared norm of $H_{w_1w_2}$, over d")
    _panel(right, list(map(_ratio, off, diagonal)), "ratio of the squared norms")
    right.set_yscale("log")
    figure.legend(*left.get_legend_handles_labels(), loc="outside lower center", ncols=2)
    yield finish(figure, "The effect of increasing C", _caption(record))


def _panel(ax: Any, points: Points, title: str) -> None:
    at = [p["C"] for p in points]
    bars = [[p["mean"] - p["low"] for p in points], [p["high"] - p["mean"] for p in points]]
    means = [p["mean"] for p in points]
    label = "drawn Hessians, mean and interval"
    ax.errorbar(at, means, bars, fmt="o", markersize=3.5, color=DRAWN, linewidth=1.4, label=label)
    ax.plot(at, [p["theory"] for p in points], color=THEORY, linewidth=1.0, label="theory at C")
    band = [[p["theory"] + side * p["theory_error"] for p in points] for side in (-1, 1)]
    ax.fill_between(at, *band, color=THEORY, alpha=0.15, linewidth=0)
    ax.set(xscale="log", xlabel="number of classes C", title=title)
    ax.grid(visible=True)


def _times(point: dict[str, Any], factor: float) -> dict[str, Any]:
    names = ("mean", "low", "high", "theory", "theory_error")
    return {"C": point["C"], **{name: factor * point[name] for name in names}}


def _ratio(off: dict[str, Any], diagonal: dict[str, Any]) -> dict[str, Any]:
    """Return the ratio; its interval takes the ends of both that are farthest apart."""
    ratio = {"C": off["C"], "mean": off["mean"] / diagonal["mean"]}
    low = max(off["low"], 0.0) / diagonal["high"]
    high = off["high"] / diagonal["low"] if diagonal["low"] > 0 else ratio["mean"]
    theory = off["theory"] / diagonal["theory"]
    spread = sum(p["theory_error"] / p["theory"] for p in (off, diagonal))
    return {**ratio, "low": low, "high": high, "theory": theory, "theory_error": theory * spread}


def _caption(record: dict[str, Any]) -> str:
    sizes = ", ".join(f"{name} = {value}" for name, value in record["sizes"].items())
    return (
        f"Means over {record['draws']} drawn layers ({sizes}), all their units and pairs of units;"
        f" the same draws at every C. Bars: {100 * record['level']:g} % intervals by Student's t,"
        " estimates without guarantee. Line: the mean in wide data at that C, drawn with power;"
        " shaded: its standard error."
    )
