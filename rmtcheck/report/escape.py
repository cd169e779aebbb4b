"""Transforms that converge while mass escapes: why the limit must be known to be a probability."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from rmtcheck.claims.evidence import Kind
from rmtcheck.report.canvas import Figure, canvas, color, finish, marker
from rmtcheck.report.reading import Discrete, discrete, transform
from rmtcheck.report.subject import Subject

WITNESS = re.compile(r"^mu_n = (?P<sequence>[^,:]+), mu = (?P<limit>[^,:]+):")
STEPS = tuple(2**k for k in range(11))
FINE = 1 << 12
"""Atoms of the midpoint rule that stands for the uniform law; its error is below 1e-8."""


@dataclass(frozen=True)
class Sequence:
    """Measures mu_n, at n of `STEPS`, and what their transforms tend to that of."""

    label: str
    measures: tuple[Discrete, ...]
    limit: Discrete

    def gaps(self, functional: Callable[[Discrete], complex]) -> list[float]:
        """Return how far a functional of each is from that of the limit."""
        end = functional(self.limit)
        return [abs(functional(measure) - end) for measure in self.measures]


def escaping_mass(subject: Subject) -> Iterator[Figure]:
    """Draw the distance of transforms and of integrals, for the witnesses and a true limit."""
    figure, (axes,) = canvas(columns=2, width=9.6, height=3.5)
    for place, sequence in enumerate((_uniform(), *_escaping(subject))):
        look = {"color": color(5 * place), "marker": marker(place), "markersize": 4}
        for ax, functional in zip(axes, (_transform_at_i, _integral), strict=True):
            ax.plot(STEPS, sequence.gaps(functional), label=sequence.label, linewidth=1.2, **look)
    _furnish(axes)
    figure.legend(*axes[0].get_legend_handles_labels(), loc="outside upper center", ncols=2)
    yield finish(figure, "Convergence of transforms, and of measures", _CAPTION)


def _uniform() -> Sequence:
    measures = tuple(tuple((1 / n, k / n) for k in range(1, n + 1)) for n in STEPS)
    midpoints = tuple((1 / FINE, (k + 0.5) / FINE) for k in range(FINE))
    return Sequence("uniform on {1/n, ..., n/n} to uniform on [0, 1]", measures, midpoints)


def _escaping(subject: Subject) -> Iterator[Sequence]:
    """Yield the sequences that the evidence gives against the theorem for any limit."""
    for _, found in subject.witnesses(Kind.HYPOTHESIS, WITNESS):
        words, limit = found["sequence"], found["limit"]
        measures = tuple(discrete(words, n=n) for n in STEPS)
        label = f"{words} to {'the zero measure' if limit == '0' else limit}".replace("delta", "δ")
        yield Sequence(label, measures, discrete(limit))


def _furnish(axes: Any) -> None:
    for ax, title in zip(axes, ("transform at z = i", "integral of x²/(1 + x²)"), strict=True):
        ax.set(xscale="log", yscale="log", xlabel="n", title=title, ylim=(1e-4, 2.0))
        ax.minorticks_off()
        ax.grid(visible=True)
    axes[0].set_ylabel("distance to that of the limit")


def _transform_at_i(measure: Discrete) -> complex:
    return complex(transform(measure, 1j))


def _integral(measure: Discrete) -> float:
    """Return the mean of a bounded continuous function that does not vanish at infinity."""
    return sum(mass * atom**2 / (1 + atom**2) for mass, atom in measure)


_CAPTION = (
    "Left, transforms of probability measures that tend to that of a limit; right, the integral of"
    " one bounded continuous function, which must converge as well if the measures do. It does for"
    " a limit that is a probability measure; mass that escapes to infinity takes the integral with"
    " it, and leaves no trace in the transforms. No verdict rests on it."
)
