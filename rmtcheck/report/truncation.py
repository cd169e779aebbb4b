"""A series in moments, cut off: what is still missing from the transform after n terms."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from math import exp, isfinite
from typing import Any

from rmtcheck.report.canvas import Figure, canvas, color, finish, marker
from rmtcheck.report.reading import evaluate
from rmtcheck.report.subject import Subject

SERIES = re.compile(r": S_mu\(z\) = (?P<sign>-?)Sum\((?P<term>.+), \(k, (?P<start>\d+), oo\)\)$")
TERMS = 36
SHOWN = (1e-10, 1e4)


@dataclass(frozen=True)
class Case:
    """A measure at a point z = iy: its transform there, its moments, and its radius if finite."""

    label: str
    z: complex
    transform: complex
    moment: Callable[[int], float]
    radius: float | None = None

    def bound(self, terms: int) -> float | None:
        """Return what is at most missing after so many terms, where that is known."""
        if self.radius is None or abs(self.z) <= self.radius:
            return None
        return float((self.radius / abs(self.z)) ** terms / (abs(self.z) - self.radius))


def truncated_series(subject: Subject) -> Iterator[Figure]:
    """Draw the error of the printed series along its terms, inside and outside its domain."""
    found = SERIES.search(subject.printed)
    if found is None:
        return
    figure, ((ax,),) = canvas(width=7.6, height=4.0)
    keeps = True
    for place, case in enumerate((*_bounded(), *_lognormal())):
        errors = _errors(found, case)
        counts = range(1, len(errors) + 1)
        look = {"color": color(place), "marker": marker(place), "markersize": 3.2}
        ax.plot(counts, errors, linewidth=1.1, label=case.label, **look)
        bounds = [bound for n in counts if (bound := case.bound(n)) is not None]
        keeps = keeps and all(e <= b for e, b in zip(errors, bounds, strict=False))
        ax.plot(counts[: len(bounds)], bounds, color=color(place), linewidth=1.0, linestyle="--")
    ax.set(yscale="log", ylim=SHOWN, xlabel="terms n", ylabel="|transform less n terms|")
    ax.grid(visible=True, axis="y")
    figure.legend(loc="outside right upper")
    yield finish(
        figure, "The series, term by term", _CAPTION.format(outcome=_KEPT if keeps else _BROKEN)
    )


def _errors(found: re.Match[str], case: Case) -> list[float]:
    """Return |S - first n terms| for n = 1, 2, ..., as long as floats hold them."""
    sign, start = -1 if found["sign"] else 1, int(found["start"])
    missing, errors = case.transform, []
    for k in range(start, start + TERMS):
        values = {"z": case.z, "k": k, "m_k": case.moment(k)}
        missing -= sign * evaluate(found["term"], values)
        if not isfinite(abs(missing)):
            break
        errors.append(abs(missing))
    return errors


def _bounded() -> Iterator[Case]:
    from rmtcheck.spectral.laws.semicircle import Semicircle

    law = Semicircle()
    radius = float(law.edges()[-1])
    for y, relation in ((4.0, ">"), (2.5, ">"), (1.0, "<")):
        z = complex(0, y)
        label = f"semicircle, R = {radius:g}, |z| = {y:g} {relation} R"
        yield Case(label, z, complex(law.stieltjes(z)), law.moment, radius)


def _lognormal() -> Iterator[Case]:
    for y in (30.0, 300.0):
        z = complex(0, y)
        label = f"lognormal, unbounded, |z| = {y:g}"
        yield Case(label, z, _lognormal_transform(z), lambda k: exp(k * k / 2))


def _lognormal_transform(z: complex) -> complex:
    """Return the mean of 1/(e^t - z) over Gaussian t; the trapezoid rule sees poles pi/2 away."""
    import numpy as np

    t, step = np.linspace(-12.0, 12.0, 1201, retstep=True)
    weights: Any = np.exp(-(t**2) / 2) * step / np.sqrt(2 * np.pi)
    return complex(np.sum(weights / (np.exp(t) - z)))


_CAPTION = (
    "What the first n terms leave of the transform, at z on the imaginary axis. {outcome} Within"
    " the radius of the support the series diverges; for the lognormal law it does at every z,"
    " however far. No verdict rests on it."
)
_KEPT = (
    "Where |z| is beyond the support the rest falls geometrically, below the dashed bound"
    " (R/|z|)ⁿ/(|z| − R)."
)
_BROKEN = (
    "Even where |z| is beyond the support the rest exceeds (R/|z|)ⁿ/(|z| − R), dashed, which bounds"
    " it for the true series: this one has another sum."
)
