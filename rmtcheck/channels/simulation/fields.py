r"""Scalars drawn at finite sizes: radius, logit, softmax spread, distance to the identity.

For :math:`s=|x|^2/d` and :math:`v^\top x` the finite-size means are closed forms:
:math:`\mathbb E(s-1)^2=2/d` and :math:`\mathbb Ee^{-as}=(1+2a/d)^{-d/2}`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from math import exp

import numpy as np
import sympy

from rmtcheck.channels.simulation.points import Point, Values
from rmtcheck.channels.simulation.simulator import Simulator
from rmtcheck.channels.typical import FREQUENCIES
from rmtcheck.montecarlo.confidence import bounded_interval, interval
from rmtcheck.montecarlo.dominate import dominating_mean
from rmtcheck.spectral.finite_size import softmax_spread
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.ensembles import GivenInput, Projection, SampleCovariance, SquaredRadius
from rmtcheck.vocabulary.observations import Sample
from rmtcheck.vocabulary.quantities import E, SoftmaxOfGaussians, spectral_moment

Limit = Callable[[Values], float]
Study = Callable[[Simulator, float, Limit], Iterator[Point]]

DIMENSIONS = (50, 400)
DRAWS = 4000
COVARIANCES = ((10, 40), (10, 160))
SPREAD_DIMENSION = 200
SPREAD_CLASSES = (10, 100)


def spreads(simulator: Simulator, alpha: float, limit: Limit) -> Iterator[Point]:
    r"""Yield intervals for :math:`\mathbb E(Cp_i-1)^2=\mathbb E[C\sum_kp_k^2]-1`."""
    share = alpha / len(SPREAD_CLASSES)
    for classes in SPREAD_CLASSES:
        rows = simulator.draws("spread", {"d": SPREAD_DIMENSION, "C": classes}, DRAWS)
        mean = dominating_mean("spread", SPREAD_DIMENSION, 1, classes)
        sample = interval(rows[:, 0], rows[:, 1], mean, share, len(rows))
        finite = softmax_spread(SPREAD_DIMENSION, classes)
        sizes = f"d={SPREAD_DIMENSION}, C={classes}"
        yield _point({}, sizes, sample, finite.value, limit({}), finite.error)


def radii(simulator: Simulator, alpha: float, limit: Limit) -> Iterator[Point]:
    r"""Yield intervals for :math:`\mathbb E(s-1)^2`, dominated by :math:`s^2+1`."""
    for d in DIMENSIONS:
        s = simulator.draws("squared_radius", {"d": d}, DRAWS)[:, 0]
        sample = interval((s - 1) ** 2, s**2 + 1, 2 + 2 / d, alpha / len(DIMENSIONS), len(s))
        yield _point({}, f"d={d}", sample, 2 / d, limit({}))


def waves(simulator: Simulator, alpha: float, limit: Limit) -> Iterator[Point]:
    r"""Yield intervals for :math:`\mathbb E\cos(t\,v^\top x)`; the sine has mean zero."""
    share = alpha / len(DIMENSIONS) / len(FREQUENCIES)
    for d in DIMENSIONS:
        fields = simulator.draws("projection", {"d": d}, DRAWS)[:, 0]
        for frequency in FREQUENCIES:
            t = float(frequency)
            sample = bounded_interval(np.cos(t * fields), -1.0, 1.0, share, len(fields))
            at = {symbols.t: frequency}
            finite = _laplace(t * t / 2, d)
            yield _point(at, f"d={d}, t={frequency}", sample, finite, limit(at))


def conditional_waves(simulator: Simulator, alpha: float, limit: Limit) -> Iterator[Point]:
    r"""Yield intervals for :math:`\mathbb E(e^{-t^2s/2}-e^{-t^2/2})^2`, in [0, 1]."""
    share = alpha / len(DIMENSIONS) / len(FREQUENCIES)
    for d in DIMENSIONS:
        s = simulator.draws("squared_radius", {"d": d}, DRAWS)[:, 0]
        for frequency in FREQUENCIES:
            t = float(frequency)
            gaussian = exp(-t * t / 2)
            gaps = (np.exp(-t * t * s / 2) - gaussian) ** 2
            sample = bounded_interval(gaps, 0.0, 1.0, share, len(s))
            finite = _laplace(t * t, d) - 2 * gaussian * _laplace(t * t / 2, d) + gaussian**2
            at = {symbols.t: frequency}
            yield _point(at, f"d={d}, t={frequency}", sample, finite, limit(at))


def identities(simulator: Simulator, alpha: float, limit: Limit) -> Iterator[Point]:
    r"""Yield intervals for :math:`\frac1d\mathbb E\|A-I\|_F^2=(d+1)/N`, at most :math:`m_2+1`."""
    for d, N in COVARIANCES:
        rows = simulator.draws("identity_distance", {"d": d, "N": N}, DRAWS)
        mean = (d + 1) / N
        share = alpha / len(COVARIANCES)
        sample = interval(rows[:, 0], rows[:, 1], 2 + mean, share, len(rows))
        yield _point({}, f"d={d}, N={N}", sample, mean, limit({}))


def _laplace(a: float, d: int) -> float:
    r"""Return :math:`\mathbb Ee^{-as}`."""
    return float((1 + 2 * a / d) ** (-d / 2))


def _point(
    at: dict[sympy.Symbol, sympy.Expr],
    sizes: str,
    sample: Sample,
    finite: float,
    limit: float,
    error: float = 0.0,
) -> Point:
    return Point(
        at=at,
        sizes=sizes,
        low=sample.low,
        high=sample.high,
        finite=finite,
        limit=limit,
        error=error,
    )


_wave = sympy.exp(sympy.I * symbols.t * Projection(symbols.d))
_gaussian = sympy.exp(-(symbols.t**2) / 2)

_covariance = SampleCovariance(symbols.d, symbols.N)
_distance = E(spectral_moment(_covariance, 2)) - 2 * E(spectral_moment(_covariance, 1)) + 1

STUDIES: dict[tuple[sympy.Expr, tuple[sympy.Symbol, ...]], Study] = {
    (E((symbols.C * SoftmaxOfGaussians(symbols.C)[symbols.i] - 1) ** 2), (symbols.C,)): spreads,
    (E((SquaredRadius(symbols.d) - 1) ** 2), (symbols.d,)): radii,
    (_distance, (symbols.N,)): identities,
    (E(_wave), (symbols.d,)): waves,
    (E(sympy.Abs(GivenInput(_wave) - _gaussian) ** 2), (symbols.d,)): conditional_waves,
}
"""What can be drawn, by the question it answers and the size that grows."""
