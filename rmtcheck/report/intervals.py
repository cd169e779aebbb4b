"""Confidence intervals of drawn quantities, over what theory predicts."""

from __future__ import annotations

from collections.abc import Iterator
from math import isfinite
from typing import Any

from rmtcheck.report.canvas import (
    DRAWN,
    LIMIT,
    THEORY,
    Figure,
    canvas,
    color,
    finish,
    marker,
    spans_decades,
)

NORMS = {
    "diagonal": "diagonal block",
    "off_diagonal": "off-diagonal block",
    "ratio": "ratio, off-diagonal to diagonal",
}
SPREAD = 0.055
"""Decades between neighbouring families, which would lie on each other otherwise."""

Configuration = dict[str, Any]


def norm_intervals(record: dict[str, Any]) -> Iterator[Figure]:
    """Draw squared block norms against C, as they are and relative to their predictions."""
    found = [c for c in record.get("configurations", []) if _is_positive(c)]
    if not found:
        return
    families = _families(found)
    figure, axes = canvas(2, len(NORMS), width=10.4, height=6.0)
    classes = sorted({int(c["C"]) for c in found})
    for column, (name, title) in enumerate(NORMS.items()):
        _absolute(axes[0][column], families, name)
        _relative(axes[1][column], families, name)
        axes[0][column].set_title(title)
        for ax in (axes[0][column], axes[1][column]):
            ax.set_xticks(classes, [str(count) for count in classes])
            ax.set_xticks([], minor=True)
        axes[1][column].set_xlabel("number of classes C")
    axes[0][0].set_ylabel("squared norm / d")
    axes[1][0].set_ylabel("relative to the finite-size mean")
    figure.legend(*axes[0][0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    left_out = len(record["configurations"]) - len(found)
    caption = _norms_caption(found, left_out)
    yield finish(figure, "Drawn block norms against theory", caption)


def _is_positive(configuration: Configuration) -> bool:
    """Whether both predictions can stand on a logarithmic axis."""
    return all(configuration[name]["finite_size"] > 0 for name in ("diagonal", "off_diagonal"))


def _families(found: list[Configuration]) -> list[tuple[str, list[Configuration]]]:
    """Group configurations by their dimensions, the smallest ratio d/N first."""
    sizes = sorted({(c["d"] / c["N"], c["d"], c["N"]) for c in found})
    return [
        (
            f"d = {d}, N = {N} (γ = {ratio:.3g})",
            sorted((c for c in found if (c["d"], c["N"]) == (d, N)), key=lambda c: int(c["C"])),
        )
        for ratio, d, N in sizes
    ]


def _absolute(ax: Any, families: list[tuple[str, list[Configuration]]], name: str) -> None:
    for place, (label, family) in enumerate(families):
        at = [_shifted(c["C"], place, len(families)) for c in family]
        ends = [(c[name]["low"], c[name]["high"]) for c in family]
        ax.set(xscale="log", yscale="log")
        values = [c[name]["finite_size"] for c in family]
        ax.plot(at, values, linewidth=0.8, color=color(place), alpha=0.6)
        ax.plot(at, values, marker(place), markersize=3.5, color=color(place), label=label)
        for x, (low, high) in zip(at, ends, strict=True):
            _bar(ax, x, low, high, color(place))
    ax.grid(visible=True)


def _relative(ax: Any, families: list[tuple[str, list[Configuration]]], name: str) -> None:
    ax.set(xscale="log", yscale="log")
    ax.axhline(1.0, color=THEORY, linewidth=0.8)
    for place, (_, family) in enumerate(families):
        for c in family:
            one, x = c[name], _shifted(c["C"], place, len(families))
            scale = one["finite_size"]
            _bar(ax, x, one["low"] / scale, one["high"] / scale, color(place), width=2.2)
            ax.plot(x, one["limit"] / scale, "x", color=THEORY, markersize=4, zorder=3)
    ax.grid(visible=True)
    _plain_ticks(ax)


def _plain_ticks(ax: Any) -> None:
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    ax.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    ax.yaxis.set_minor_formatter(NullFormatter())


def _bar(ax: Any, x: float, low: float, high: float, ink: str, width: float = 1.8) -> None:
    """Draw an interval whole; where it leaves a logarithmic axis it is an arrow or dotted."""
    if low > 0 and isfinite(high):
        ax.plot([x, x], [low, high], color=ink, linewidth=width, solid_capstyle="butt")
    elif low > 0:
        ax.plot(x, low, "^", color=ink, markersize=6, fillstyle="none")
    elif isfinite(high):
        ax.plot(x, high, "v", color=ink, markersize=6, fillstyle="none")
    else:
        ax.axvline(x, color=ink, linewidth=width, linestyle=":")


def _shifted(classes: int, place: int, count: int) -> float:
    return float(int(classes) * 10 ** (SPREAD * (place - (count - 1) / 2)))


def _norms_caption(found: list[Configuration], left_out: int) -> str:
    draws = sorted({int(c["draws"]) for c in found})
    many = f"{draws[0]} to {draws[-1]}" if len(draws) > 1 else f"{draws[0]}"
    alpha = max(c["alpha"] for c in found)
    relative = max(_relative_error(c[name]) for c in found for name in ("diagonal", "off_diagonal"))
    text = (
        f"Bars: confidence intervals of means over {many} draws; each misses the mean of its norm"
        f" with probability at most {alpha:.2g}. Markers: means at these sizes by theory, to a"
        f" relative {relative:.1g}. Below, everything is divided by them: agreement is a bar across"
        " 1; a cross is the limit of large d and N. Families are set apart sideways to be seen."
    )
    if any(not _is_bounded(c[name]) for c in found for name in NORMS):
        text += " An arrow or a dotted line is an interval that reaches 0 or infinity."
    if left_out:
        text += f" {left_out} sizes where theory predicts 0 are only in the table."
    return text


def _relative_error(norm: dict[str, float]) -> float:
    return norm["finite_size_error"] / norm["finite_size"]


def _is_bounded(norm: dict[str, float]) -> bool:
    return norm["low"] > 0 and isfinite(norm["high"])


def mean_intervals(record: dict[str, Any]) -> Iterator[Figure]:
    """Draw intervals of drawn means over their predictions and limits."""
    points = record["points"]
    figure, axes = canvas(width=6.4, height=0.9 + 0.32 * len(points))
    ax = axes[0][0]
    if spans_decades([point[end] for point in points for end in ("low", "high", "predicted")]):
        ax.set_xscale("log")
    for place, point in enumerate(points):
        ax.plot([point["low"], point["high"]], [place, place], color=DRAWN, linewidth=4, alpha=0.75)
        ax.plot(point["predicted"], place, "|", color=THEORY, markersize=13, markeredgewidth=1.6)
        if "limit" in point:
            _limit(ax, point["limit"], place)
    _names(ax, points)
    ax.set_xlabel("mean")
    yield finish(figure, "Drawn means against theory", _means_caption(points))


def _limit(ax: Any, limit: float, place: int) -> None:
    """Mark a limit; one that a logarithmic axis cannot show is an arrow at its end."""
    if limit > 0 or ax.get_xscale() == "linear":
        ax.plot(limit, place, "x", color=LIMIT, markersize=6)
    else:
        edge = {"transform": ax.get_yaxis_transform(), "clip_on": False, "zorder": 3}
        ax.plot(0.0, place, "<", color=LIMIT, markersize=6, **edge)


def _names(ax: Any, points: list[dict[str, Any]]) -> None:
    ax.set_yticks(range(len(points)), [_at(point) for point in points])
    ax.set_ylim(len(points) - 0.4, -0.6)
    ax.grid(visible=True, axis="x")


def _means_caption(points: list[dict[str, Any]]) -> str:
    text = "Bars: confidence intervals. Strokes: means at these sizes by theory."
    if any("limit" in point for point in points):
        text += (
            " Red: limits, which finite sizes need not reach; an arrow is a limit"
            " that lies beyond a logarithmic axis."
        )
    return text


def resolvent_intervals(record: dict[str, Any]) -> Iterator[Figure]:
    """Draw intervals of resolvent traces, less what theory predicts for them."""
    points = record.get("points", [])
    if not points:
        return
    figure, axes = canvas(columns=2, width=9.6, height=1.1 + 0.3 * len(points))
    for ax, part, name in ((axes[0][0], "re", "real part"), (axes[0][1], "im", "imaginary part")):
        ax.axvline(0.0, color=THEORY, linewidth=0.9)
        for place, point in enumerate(points):
            ends = [point[f"{part}_{end}"] - point[part] for end in ("low", "high")]
            ax.plot(ends, [place, place], color=DRAWN, linewidth=4, alpha=0.75)
        ax.set(title=name, xlabel="interval less prediction")
        _names(ax, points)
        ax.locator_params(axis="x", nbins=6)
    axes[0][1].set_yticklabels([])
    text = (
        "Confidence intervals of the mean normalized trace of the resolvent, less the prediction"
        " at these sizes; agreement is a bar across 0."
    )
    yield finish(figure, "Stieltjes transforms against theory", text)


def _at(point: dict[str, Any]) -> str:
    at = point["at"]
    return (
        str(at["sizes"]) if set(at) == {"sizes"} else ", ".join(f"{k}={v}" for k, v in at.items())
    )
