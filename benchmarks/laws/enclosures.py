"""Whether the certified transform contains an independent truth, and what it costs."""

from __future__ import annotations

import statistics
import time
from collections import Counter
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np

from laws.truth import DIGITS, Polynomial, TruthError
from rmtcheck.certify.laws.generalized_marchenko_pastur import EnclosedGeneralizedMarchenkoPastur
from rmtcheck.errors import PrecisionError
from rmtcheck.montecarlo.streams import stream

ROOT, CLAIM = 1, "benchmark of enclosures"
MOST_ATOMS = 10
ALLOWED = {30: 0.02, 100: 0.1}
TIMED = 200
# An enclosure has 30 digits, so it must exclude the truth moved by this.
MOVED = 1e-28
RIGHT = "holds the truth and not the moved one"


def enclosed(trials: int) -> dict[str, Any]:
    """Return how random trials ended, and the time of an enclosure."""
    outcomes = Counter(_outcome(stream(ROOT, CLAIM, trial)) for trial in range(trials))
    times = {digits: [_seconds(trial, digits) for trial in range(TIMED)] for digits in ALLOWED}
    return {
        "trials": trials,
        "right": outcomes[RIGHT],
        "outcomes": dict(outcomes),
        "seconds": {str(digits): statistics.median(found) for digits, found in times.items()},
        "most seconds": {str(digits): max(found) for digits, found in times.items()},
        "seconds allowed": {str(digits): allowed for digits, allowed in ALLOWED.items()},
    }


def drawn_law(rng: np.random.Generator, count: int) -> tuple[list[Any], list[Any], Fraction]:
    """Draw distinct rational atoms of either sign, masses, and an aspect ratio from 1/20 to 20."""
    places = rng.choice(np.delete(np.arange(-400, 401), 400), count, replace=False)
    shares = [int(k) for k in rng.integers(1, 20, count)]
    masses = [Fraction(k, sum(shares)) for k in shares]
    gamma = Fraction(int(np.exp(rng.uniform(0, 6))), 20)
    return [Fraction(int(k), 40) for k in places], masses, gamma


def drawn_point(rng: np.random.Generator) -> tuple[Fraction, Fraction]:
    """Draw a rational point: one in four on the real line, the others down to 1e-6 above it."""
    real = Fraction(int(rng.integers(-4000, 4001)), 97)
    height = Fraction(int(10 ** rng.uniform(0, 7)), 10**6)
    return real, Fraction(0) if rng.random() < 0.25 else height


def _outcome(rng: np.random.Generator) -> str:
    """Return how one random trial ended."""
    data, point = drawn_law(rng, int(rng.integers(1, MOST_ATOMS + 1))), drawn_point(rng)
    try:
        ball = EnclosedGeneralizedMarchenkoPastur(*data).enclose_stieltjes(point)
        true = Polynomial(*data).refined(_multiprecise(point))
    except (PrecisionError, TruthError) as failure:
        return type(failure).__name__
    with mpmath.workdps(DIGITS):
        if not _holds(ball, true):
            return "excludes the truth"
        return "holds the moved one" if _holds(ball, true + MOVED * true) else RIGHT


def _holds(ball: Any, value: Any) -> bool:
    """Whether a complex ball contains a number known to 45 digits."""
    doubt = abs(value) * mpmath.mpf(10) ** -45
    pairs = ((ball.real, mpmath.re(value)), (ball.imag, mpmath.im(value)))
    return all(abs(_exact(b.mid()) - v) <= _exact(b.rad()) + doubt for b, v in pairs)


def _seconds(trial: int, digits: int) -> float:
    """Return the time of a first enclosure at one point, the law with ten atoms made for it."""
    rng = stream(ROOT, CLAIM, trial)
    data, point = drawn_law(rng, MOST_ATOMS), drawn_point(rng)
    start = time.perf_counter()
    EnclosedGeneralizedMarchenkoPastur(*data).enclose_stieltjes(point, digits=digits)
    return time.perf_counter() - start


def _exact(number: Any) -> Any:
    """Return a midpoint or radius as it is."""
    man, exponent = number.man_exp()
    with mpmath.workprec(4000):
        return mpmath.ldexp(int(man), int(exponent))


def _multiprecise(point: tuple[Fraction, Fraction]) -> Any:
    with mpmath.workdps(DIGITS):
        real, imag = (mpmath.mpf(part.numerator) / part.denominator for part in point)
        return mpmath.mpc(real, imag) if imag else real
