"""Gaps of resolvent traces between two draws: some close as matrices grow, others stay."""

from __future__ import annotations

import re
from collections.abc import Iterator
from statistics import fmean
from typing import Any

from rmtcheck.report.canvas import Figure, canvas, color, finish, marker

PLACE = re.compile(r"(?P<name>.+?), d=(?P<d>\d+)(?:, N=(?P<N>\d+))?")
DIMENSIONS = (3, 6, 12, 25, 50)
PAIRS = 40
"""Gaps drawn for the picture at each of these dimensions."""

Point = dict[str, Any]


def gap_intervals(record: dict[str, Any]) -> Iterator[Figure]:
    """Draw the intervals of mean gaps along the dimension, over gaps drawn for the picture."""
    families = _families(record["points"])
    if not families:
        return
    figure, ((ax,),) = canvas(width=7.4, height=3.6)
    for place, (name, points) in enumerate(families.items()):
        look = {"color": color(4 * place + 1), "marker": marker(place)}
        _cloud(ax, _gaps(name, points[0]), look)
        for point in points:
            ends = (max(point["low"], 0.0), point["high"])
            ax.plot([point["d"]] * 2, ends, color=look["color"], linewidth=4, alpha=0.55)
        ax.plot([], [], color=look["color"], linewidth=4, alpha=0.55, label=name)
    ax.set(xscale="log", xlabel="dimension d", ylabel="gap |s − s′| of two draws")
    ax.set_yscale("symlog", linthresh=1e-3)
    ax.set_ylim(bottom=-1e-4)
    ticks = sorted({*DIMENSIONS, *(point["d"] for p in families.values() for point in p)})
    ax.set_xticks(ticks, [str(d) for d in ticks])
    ax.set_xticks([], minor=True)
    ax.grid(visible=True)
    figure.legend(loc="outside upper center", ncols=len(families))
    yield finish(figure, "Gaps of resolvent traces along the dimension", _CAPTION)


def _families(points: list[Point]) -> dict[str, list[Point]]:
    """Group what was drawn by the kind of matrix."""
    families: dict[str, list[Point]] = {}
    for point in points:
        found = PLACE.fullmatch(point["at"]["sizes"])
        if found:
            sizes = {size: int(found[size]) for size in ("d", "N") if found[size]}
            families.setdefault(found["name"], []).append({**point, **sizes})
    return families


def _cloud(ax: Any, gaps: dict[int, list[float]], look: dict[str, Any]) -> None:
    """Draw every gap as a dot, and a line through the means."""
    for d, found in gaps.items():
        dots = {**look, "linestyle": "", "markersize": 2.6, "alpha": 0.5}
        ax.plot([d] * len(found), found, markeredgewidth=0, **dots)
    means = [fmean(found) for found in gaps.values()]
    ax.plot(list(gaps), means, linewidth=1.2, markersize=4.5, **look)


def _gaps(name: str, point: Point) -> dict[int, list[float]]:
    """Draw gaps of a kind of matrix at growing dimensions, at the ratio of the observed ones."""
    from rmtcheck.channels.simulation.concentration import ARGUMENT
    from rmtcheck.montecarlo import pictures
    from rmtcheck.montecarlo.streams import stream

    at = {"real": ARGUMENT.real, "imag": ARGUMENT.imag}
    gaps: dict[int, list[float]] = {}
    for d in DIMENSIONS:
        rng = stream(0, f"gaps of {name}", d)
        if "N" in point:
            N = round(d * point["N"] / point["d"])
            drawn = [pictures.covariance_gap(rng, d=d, N=N, **at) for _ in range(PAIRS)]
        else:
            drawn = [pictures.multiple_gap(rng, d=d, **at) for _ in range(PAIRS)]
        gaps[d] = [gap for (gap,) in drawn]
    return gaps


_CAPTION = (
    f"Bars: confidence intervals of the mean gap, by which Monte Carlo judges. Dots: {PAIRS} gaps"
    " drawn for this picture at each of their dimensions, and a line through their means; no"
    " verdict rests on them. Matrices of many independent parts forget the draw as they grow; a"
    " single fair sign times the identity is as random at every dimension."
)
