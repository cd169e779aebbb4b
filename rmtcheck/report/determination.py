"""Different measures that share poorer data, told apart by their transforms."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from rmtcheck.claims.evidence import Kind
from rmtcheck.report.canvas import DRAWN, LIMIT, Figure, canvas, color, finish
from rmtcheck.report.reading import Discrete, discrete, transform
from rmtcheck.report.subject import Subject

WITNESS = re.compile(r"\bmu = (?P<first>[^,:=]+), nu = (?P<second>[^,:=]+): both have (?P<data>.+)")
HEIGHTS = (3.0, 0.2)
MARGIN = 1.5

Pair = tuple[Discrete, Discrete]


def unseen_differences(subject: Subject) -> Iterator[Figure]:
    """Draw what the transforms of pairs differ by, and one pair as its heights fall."""
    found = list(subject.witnesses(Kind.MUTANT, WITNESS))
    if not found:
        return
    pairs = [(discrete(w["first"]), discrete(w["second"])) for _, w in found]
    figure, (axes,) = canvas(columns=1 + len(HEIGHTS), width=10.4, height=3.6)
    for place, ((name, _), pair) in enumerate(zip(found, pairs, strict=True)):
        _difference(axes[0], pair, label=name.removeprefix("data: "), color=color(2 * place))
    axes[0].set(xscale="log", yscale="log", ylim=(1e-9, 3.0), title="difference at z = iy")
    axes[0].set(xlabel="height y", ylabel="|S(iy) of μ less that of ν|")
    axes[0].legend(title="what μ and ν share")
    richest = max(range(len(found)), key=lambda place: found[place][1]["data"].count(" = "))
    for ax, height in zip(axes[1:], HEIGHTS, strict=True):
        _smoothed(ax, pairs[richest], height)
    axes[1].legend()
    caption = _CAPTION.format(shared=found[richest][0].removeprefix("data: "))
    yield finish(figure, "What poorer data miss, the transform sees", caption)


def _difference(ax: Any, pair: Pair, **look: Any) -> None:
    import numpy as np

    heights = np.geomspace(0.02, 50.0, 401)
    first, second = (transform(measure, 1j * heights) for measure in pair)
    ax.plot(heights, abs(first - second), linewidth=1.2, **look)


def _smoothed(ax: Any, pair: Pair, height: float) -> None:
    import numpy as np

    atoms = [atom for measure in pair for _, atom in measure]
    x = np.linspace(min(atoms) - MARGIN, max(atoms) + MARGIN, 601)
    for name, measure, ink, line in zip("μν", pair, (DRAWN, LIMIT), ("-", "--"), strict=True):
        density = transform(measure, x + 1j * height).imag / np.pi
        ax.plot(x, density, line, color=ink, linewidth=1.4, label=name)
    ax.set(title=f"Im S(x + iε)/π at ε = {height:g}", xlabel="x", ylim=(0, None))


_CAPTION = (
    "Pairs of different probability measures, each the witness against a wrong variant that knows"
    " less than the transform. Left: their transforms differ on the imaginary axis, but for single"
    " points. Right: the pair that shares {shared}, as its transforms show it. From afar both look"
    " alike; as the height falls every atom stands out, and the measure is recovered."
    " No verdict rests on it."
)
