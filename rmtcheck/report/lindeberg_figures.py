"""The pictures of a study: along the path, the spectra on it, the gap at growing sizes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rmtcheck.decoupling.pathwise import SHOWN
from rmtcheck.decoupling.predicted import limit_density
from rmtcheck.decoupling.study import LindebergStudy
from rmtcheck.report.canvas import DRAWN, LIMIT, PALETTE, QUIET, Figure, canvas, finish, style

PARTS = (("real part", DRAWN), ("imaginary part", LIMIT))
TIMES = ("t = 0, the copy", "t = 1/2", "t = 1, the block")
BINS, POINTS = 32, 400
_BAND = 1.96


def figures_of(study: LindebergStudy) -> list[Figure]:
    """Return the figures of a study; equal studies give equal bytes."""
    with style():
        return [*_along(study), *_spectra(study), *_gaps(study)]


def _along(study: LindebergStudy) -> Iterator[Figure]:
    path = study.path
    figure, ((left, middle, right),) = canvas(1, 3, width=10.4, height=3.2)
    for part, (name, color) in zip(("real", "imag"), PARTS, strict=True):
        values = [getattr(s - path.transform[0], part) for s in path.transform]
        left.plot(path.times, values, "o-", markersize=2.5, linewidth=1.1, color=color, label=name)
    left.set(xlabel="t", title="$s_{H(t)}(z)-s_{H(0)}(z)$")
    left.legend()
    middle.plot(path.times, path.norm, "o-", markersize=2.5, linewidth=1.1, color=DRAWN)
    middle.set(xlabel="t", title="squared Frobenius norm over d")
    for ends, name in ((path.smallest, "smallest"), (path.largest, "largest")):
        right.plot(path.times, ends, "o-", markersize=2.5, linewidth=1.1, label=name)
    right.set(xlabel="t", title="extreme eigenvalues")
    right.legend()
    for ax in (left, middle, right):
        ax.grid(visible=True)
    caption = (
        f"One coupled draw (d = {path.d}, N = {path.N}): the weights are those of"
        " √t x + √(1−t) x̃, the outer products those of x throughout."
    )
    yield finish(figure, "Along the path", caption)


def _spectra(study: LindebergStudy) -> Iterator[Figure]:
    import numpy as np

    path = study.path
    ends = [(path.smallest[k], path.largest[k]) for k in SHOWN]
    places_out = [outlier.location for outlier in study.prediction.outliers or ()]
    low, high = min([a for a, _ in ends] + places_out), max([b for _, b in ends] + places_out)
    edges = np.linspace(low, high, BINS + 1)
    places = np.linspace(low, high, POINTS).tolist()
    density = limit_density(study.question, places)
    figure, (panels,) = canvas(1, len(TIMES), width=10.4, height=2.9)
    for ax, values, own_ends, title in zip(panels, path.spectra, ends, TIMES, strict=True):
        heights, _ = np.histogram(values, bins=edges, density=True)
        ax.stairs(heights, edges, fill=True, color=DRAWN, alpha=0.35, label="drawn")
        if density is not None:
            ax.plot(places, density, color=LIMIT, linewidth=1.4, label="limiting density")
            ax.set_ylim(0, 1.15 * float(max(heights.max(), _typical(density))))
        _beside_the_bulk(ax, own_ends, places_out)
        ax.set(xlabel="eigenvalue", title=title)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=4)
    caption = (
        f"The spectrum of the same draw at three times, by {len(path.spectra[0])} of its quantiles"
        " and its extreme eigenvalues, over the density of the limit law,"
        " which the path does not change."
    )
    yield finish(figure, "The spectrum on the path", caption)


def _beside_the_bulk(ax: Any, ends: tuple[float, float], outliers: list[float]) -> None:
    """Mark the extreme eigenvalues by ticks, and predicted outliers by lines."""
    ticks = {"marker": "|", "linestyle": "", "markersize": 14, "markeredgewidth": 1.6}
    ax.plot(ends, (0, 0), color=DRAWN, clip_on=False, label="extreme eigenvalues", **ticks)
    for number, place in enumerate(outliers):
        label = "predicted outlier" if not number else None
        ax.axvline(place, color=PALETTE[4], linestyle="--", linewidth=1.2, label=label)


def _typical(density: list[float]) -> float:
    """Return a height that a spike of the density does not reach."""
    return sorted(density)[int(0.97 * len(density))]


def _gaps(study: LindebergStudy) -> Iterator[Figure]:
    figure, ((left, middle, right),) = canvas(1, 3, width=11.4, height=3.9)
    _rate(left, study)
    for k, (ax, part) in enumerate(((middle, "real"), (right, "imag"))):
        _expansion(ax, study, k, part)
    caption = (
        "Left: the modulus of the gap with 95 % bars, the derived leading term, the printed order"
        " through the first size, and the bound that is proved for every weight. Right: N times"
        f" the gap against 1/N; at 0 the limit at level {study.question.level:g} with the"
        " allowance for omitted terms (square), and the predicted one (dotted); shaded: within"
        " a tenth of its modulus."
    )
    yield finish(figure, "The gap at growing sizes", caption)


def _rate(ax: Any, study: LindebergStudy) -> None:
    sizes = [gap.N for gap in study.gaps]
    moduli = [abs(gap.value) / gap.N for gap in study.gaps]
    bars = [_BAND * gap.relative_error * m for gap, m in zip(study.gaps, moduli, strict=True)]
    lower = [min(bar, 0.9 * m) for bar, m in zip(bars, moduli, strict=True)]
    ax.errorbar(sizes, moduli, [lower, bars], fmt="o", markersize=4, color=DRAWN, label="drawn")
    predicted = study.prediction.bias
    if predicted is not None and not study.prediction.is_zero:
        derived = [abs(predicted) / N for N in sizes]
        ax.plot(sizes, derived, color=LIMIT, linewidth=1.3, label="$|b|/N$, derived")
    printed = [moduli[0] * (sizes[0] / N) ** 0.5 for N in sizes]
    ax.plot(sizes, printed, "--", color=PALETTE[4], linewidth=1.2, label="$N^{-1/2}$, printed")
    bound = [study.question.bound(N) / N for N in sizes]
    ax.plot(
        sizes, bound, ":", color=QUIET, linewidth=1.4, label=r"$2k/(d\,\mathrm{Im}\,z)$, proved"
    )
    ax.set(xscale="log", yscale="log", xlabel="N", title="$|\\delta_N|$")
    ax.set_xticks(sizes, [str(N) for N in sizes])
    ax.minorticks_off()
    ax.grid(visible=True)
    ax.legend()


def _expansion(ax: Any, study: LindebergStudy, k: int, part: str) -> None:
    name, color = PARTS[k]
    term, predicted = study.leading_term, study.prediction.bias
    places = [1 / gap.N for gap in study.gaps]
    values = [getattr(gap.value, part) for gap in study.gaps]
    bars = [_BAND * gap.errors[k] for gap in study.gaps]
    ax.errorbar(places, values, bars, fmt="o", markersize=4, color=color)
    if term.order:
        box = {"fmt": "s", "color": color, "capsize": 5, "linewidth": 2, "alpha": 0.6}
        ax.errorbar([0], [getattr(term.value, part)], [term.half_widths[k]], **box)
    if predicted is not None:
        middle, tenth = getattr(predicted, part), abs(predicted) / 10
        ax.axhline(middle, color=color, linestyle=":", linewidth=1.3)
        ax.axhspan(middle - tenth, middle + tenth, color=QUIET, alpha=0.13, linewidth=0)
    ax.set(xlabel="1/N", title=rf"$N\,(E\, s_H-E\, s_{{\tilde H}})$, {name}")
    ax.set_xlim(-0.06 * max(places), 1.05 * max(places))
    ax.tick_params(axis="x", labelrotation=30)
    ax.grid(visible=True)
