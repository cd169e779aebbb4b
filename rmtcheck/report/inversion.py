"""Stieltjes inversion, height by height: where a point mass counts, counts half, or does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rmtcheck.report.canvas import QUIET, Figure, canvas, color, finish, marker


def inversion_curves(record: dict[str, Any]) -> Iterator[Figure]:
    """Draw the integral for a point mass in, at an end of, and off the interval."""
    curves = record.get("curves", [])
    if not curves:
        return
    figure, axes = canvas(width=6.4, height=3.3)
    ax = axes[0][0]
    for level in (0.0, 0.5, 1.0):
        ax.axhline(level, color=QUIET, linewidth=0.7, linestyle=":")
    for place, curve in enumerate(curves):
        style = {"color": color(place), "marker": marker(place), "markersize": 4}
        ax.plot(curve["heights"], curve["values"], label=curve["label"], **style)
    ax.set_xscale("log")
    ax.invert_xaxis()
    ax.set(xlabel="height ε", ylabel="recovered mass of [a, b]")
    ax.legend(title="point mass at x")
    text = (
        "The mean of Im S over an interval of length 1, for one point mass. As the height falls it"
        " tends to 1 inside, to 0 outside, and to one half at an end, where the closed interval"
        " has mass 1."
    )
    yield finish(figure, "Stieltjes inversion at an end point", text)
