"""Curves along a growing size: certified enclosures, and estimates with their errors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from rmtcheck.report.canvas import Figure, canvas, color, finish, marker, spans_decades

SIZES = {"C": "number of classes C", "d": "dimension d", "N": "samples N", "m": "width m"}
FEWEST, MOST_TICKS = 3, 6


@dataclass(frozen=True)
class Words:
    """How a figure calls its values and what they tend to."""

    title: str
    values: str
    end: str
    caption: str


@dataclass
class Curve:
    """Values with errors along one size, and what they tend to where that is known."""

    label: str
    at: list[int] = field(default_factory=list)
    values: list[float] = field(default_factory=list)
    errors: list[float] = field(default_factory=list)
    end: tuple[float, float] | None = None

    def distances(self) -> list[tuple[int, float, float]]:
        """Return (size, distance to the end, its error) wherever the two can be told apart."""
        if self.end is None:
            return []
        value, error = self.end
        found = zip(self.at, self.values, self.errors, strict=True)
        triples = [(at, abs(v - value), e + error) for at, v, e in found]
        return [(at, gap, e) for at, gap, e in triples if gap > e]

    def approaches_its_end(self) -> bool:
        """Whether the distance at least halves, as it does to a limit but not to an exponent."""
        gaps = [gap for _, gap, _ in self.distances()]
        return len(gaps) > 1 and gaps[-1] <= gaps[0] / 2


def enclosures(record: dict[str, Any]) -> Iterator[Figure]:
    """Draw certified values along the number of classes, and their distance to the limit."""
    text = "Midpoints of enclosures; bars are their radii, at most {largest:.2g}."
    words = Words("Enclosures", "certified value", "limit", text)
    yield from _drawn(_curves(record["points"], (), ("mid", "rad"), "C"), "C", words)


def estimates(record: dict[str, Any]) -> Iterator[Figure]:
    """Draw estimates along whichever size varies, and their distance to the extrapolation."""
    size = _growing(record["points"])
    found = _curves(record["points"], record.get("extrapolated", ()), ("value", "error"), size)
    text = "Estimates; bars are estimated errors, at most {largest:.2g}, which are no bounds."
    yield from _drawn(found, size, Words("Estimates", "estimate", "extrapolation", text))


def _growing(points: Iterable[dict[str, Any]]) -> str:
    found = list(points)
    return max(SIZES, key=lambda size: len({str(p["at"].get(size)) for p in found}))


def _curves(
    points: Iterable[dict[str, Any]],
    ends: Iterable[dict[str, Any]],
    names: tuple[str, str],
    size: str,
) -> list[Curve]:
    """Group points by everything but the size; a point without the size is where it ends."""
    curves: dict[str, Curve] = {}
    for point in (*points, *ends):
        label = _label(point["at"], size)
        curve = curves.setdefault(label, Curve(label))
        if size in point["at"]:
            curve.at.append(int(point["at"][size]))
            curve.values.append(float(point[names[0]]))
            curve.errors.append(float(point[names[1]]))
        else:
            curve.end = (float(point[names[0]]), float(point[names[1]]))
    return [curve for curve in curves.values() if len(set(curve.at)) >= FEWEST]


def _label(at: dict[str, Any], size: str) -> str:
    rest = [f"{name} = {value}" for name, value in at.items() if name != size]
    return ", ".join(rest).replace("gamma", "γ")


def _drawn(curves: list[Curve], size: str, words: Words) -> Iterator[Figure]:
    if not curves:
        return
    distant = [curve for curve in curves if curve.approaches_its_end()]
    figure, axes = canvas(columns=2 if distant else 1, width=9.6 if distant else 6.4, height=3.5)
    _values(axes[0][0], curves)
    axes[0][0].set_ylabel(words.values)
    if distant:
        _distances(axes[0][1], curves, distant)
        axes[0][1].set_ylabel(f"distance to the {words.end}")
    for ax in axes[0]:
        _size_axis(ax, curves, size)
    if any(curve.label for curve in curves):
        figure.legend(*axes[0][0].get_legend_handles_labels(), loc="outside right upper")
    yield finish(figure, f"{words.title} along the {SIZES[size]}", _caption(curves, distant, words))


def _caption(curves: list[Curve], distant: list[Curve], words: Words) -> str:
    text = words.caption.format(largest=max(e for curve in curves for e in curve.errors))
    if not distant:
        return text
    return f"{text} Dotted: the {words.end}. Right: the distance to it{_unresolved(distant)}"


def _looks(curves: list[Curve]) -> list[dict[str, Any]]:
    """Return a color for each first coordinate and a marker for each of the others."""
    split = [curve.label.partition(", ") for curve in curves]
    firsts = list(dict.fromkeys(first for first, _, _ in split))
    others = list(dict.fromkeys(other for _, _, other in split))
    if len(others) == 1:
        return [{"color": color(k), "fmt": f"{marker(k)}-"} for k in range(len(curves))]
    return [
        {"color": color(firsts.index(first)), "fmt": f"{marker(others.index(other))}-"}
        for first, _, other in split
    ]


def _values(ax: Any, curves: list[Curve]) -> None:
    for curve, look in zip(curves, _looks(curves), strict=True):
        bars = {"yerr": curve.errors, "capsize": 2, "markersize": 4, "linewidth": 1.2}
        ax.errorbar(curve.at, curve.values, label=curve.label, **bars, **look)
        if curve.end is not None and curve.approaches_its_end():
            ax.axhline(curve.end[0], color=look["color"], linewidth=0.9, linestyle=":")
    if spans_decades([v for curve in curves for v in curve.values]):
        ax.set_yscale("log")


def _distances(ax: Any, curves: list[Curve], distant: list[Curve]) -> None:
    for curve, look in zip(curves, _looks(curves), strict=True):
        if curve in distant:
            at, gaps, errors = zip(*curve.distances(), strict=True)
            ax.errorbar(at, gaps, yerr=errors, markersize=4, linewidth=1.2, **look)
    ax.set_yscale("log")


def _size_axis(ax: Any, curves: list[Curve], size: str) -> None:
    ax.set(xscale="log", xlabel=SIZES[size])
    ax.grid(visible=True)
    sizes = sorted({at for curve in curves for at in curve.at})
    if len(sizes) <= MOST_TICKS:
        ax.set_xticks(sizes, [str(at) for at in sizes])
        ax.set_xticks([], minor=True)


def _unresolved(distant: list[Curve]) -> str:
    count = sum(len(curve.at) - len(curve.distances()) for curve in distant)
    return f", without the {count} points where it is below its error." if count else "."
