r"""Mean squares of the logits given a softmax weight, from derivatives in scales.

If the law of u is scaled by :math:`\tau=e^\theta`, :math:`u=\tau w`, the density f of a statistic
changes by :math:`\partial_\theta\log f=\mathbb E[w^2-1\mid\cdot]`. For
:math:`\lambda=p_i(1-p_i)` or :math:`p_ip_j` this gives, given the weight, the means of

.. math:: w_i^2-1,\quad|w|^2-C;\qquad
          \tfrac12(w_i-w_j)^2-1,\quad\tfrac12(w_i+w_j)^2-1,\quad|w|^2-C,

from the tables of :mod:`rmtcheck.spectral.populations.softmax`. The weight does not see the mean
of the logits, and is symmetric in the other classes, so :math:`M` has but two or three eigenspaces.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial

import numpy as np
from scipy.interpolate import BSpline, make_interp_spline

from rmtcheck.spectral.arrays import Array
from rmtcheck.spectral.populations.softmax import (
    SHOWN,
    half_differences,
    landmarks,
    log_sum_and_normal,
)
from rmtcheck.spectral.populations.tables import Table

# Central differences of order 16 in the logarithm of a scale; log f is analytic some 0.7 around.
DIFFERENCES, APART = 8, 0.03
# Splines have this degree, and knots as dense for scale 1.
DEGREE, FINER = 9, 0.05


@dataclass(frozen=True)
class Eigenspace:
    """An eigenspace of the matrix of mean squares given the weight.

    Attributes
    ----------
    name : str
        Its directions among the logits.
    multiplicity : int
        Its dimension.
    """

    name: str
    multiplicity: int


@dataclass(frozen=True)
class SquaresGivenWeight:
    r"""The eigenvalues of :math:`\mathbb E[ww^\top-I\mid\lambda]` that are not 0 identically.

    Attributes
    ----------
    spaces : tuple of Eigenspace
        The eigenspaces.
    place : callable
        Maps moduli of weights to the coordinate in which the eigenvalues are smooth.
    spline : BSpline
        The eigenvalues there, of shape (n, spaces).
    """

    spaces: tuple[Eigenspace, ...]
    place: Callable[[Array], Array]
    spline: BSpline

    def __call__(self, weights: Array) -> Array:
        """Return the eigenvalues given weights of shape (...), of shape (..., spaces).

        Accuracy
        --------
        Estimated 1e-10 where the weights have mass.
        """
        ends = self.spline.t[0], self.spline.t[-1]
        return np.asarray(self.spline(np.clip(self.place(abs(weights)), *ends)))


@lru_cache(maxsize=16)
def diagonal_squares(classes: int, scale: float) -> SquaresGivenWeight:
    r"""Return the mean squares given :math:`p_i(1-p_i)`, a function of :math:`l=\log S-u_i`.

    Parameters
    ----------
    classes : int
        Number of classes C, at least 2.
    scale : float
        Standard deviation of a logit.
    """
    table = log_sum_and_normal(classes - 1, scale, scale)
    ends = landmarks(table, scale)
    top = max(-ends[0], ends[-1])
    # the eigenvalues are even: no end of a spline at 0, where the weight is near 1/4
    points = _spread(ends[0] if ends[0] > 0 else -top, top, FINER * min(scale, 1.0))
    logits = np.stack([points, -points])
    # of either sign, the weight is the same
    shares = np.where((logits >= ends[0]) & (logits <= ends[-1]), table(logits), 0)
    given = shares / shares.sum(axis=0)
    one, total = (
        (given * score).sum(axis=0) for score in _scores(classes - 1, scale, scale, logits)
    )
    first = one / (1 - 1 / classes)
    spaces, values = [Eigenspace("e_i - 1/C", 1)], [first]
    if classes > 2:
        spaces.append(Eigenspace("orthogonal to 1 and e_i", classes - 2))
        values.append((total - first) / (classes - 2))
    spline = make_interp_spline(points, np.stack(values, axis=1), DEGREE)
    return SquaresGivenWeight(tuple(spaces), _logit, spline)


@lru_cache(maxsize=16)
def off_diagonal_squares(classes: int, scale: float) -> SquaresGivenWeight:
    r"""Return the mean squares given :math:`p_ip_j`, of three classes or more.

    Parameters
    ----------
    classes : int
        Number of classes C, at least 3.
    scale : float
        Standard deviation of a logit.
    """
    deviation = scale / math.sqrt(2)
    table = log_sum_and_normal(classes - 2, scale, deviation)
    ends = landmarks(table, deviation)
    excess = 2 * math.cosh(SHOWN * deviation) - 2
    top = math.log(math.exp(ends[-1]) + excess)
    points = _spread(ends[0], top, FINER * min(deviation, 1.0))
    minus, plus, total = _off_diagonal_means(table, deviation, classes, scale, points)
    spaces = [Eigenspace("e_i - e_j", 1), Eigenspace("e_i + e_j - 2/C", 1)]
    values = [minus, plus / (1 - 2 / classes)]
    if classes > 3:
        spaces.append(Eigenspace("orthogonal to 1, e_i and e_j", classes - 3))
        values.append((total - values[0] - values[1]) / (classes - 3))
    spline = make_interp_spline(points, np.stack(values, axis=1), DEGREE)
    return SquaresGivenWeight(tuple(spaces), _height, spline)


def _off_diagonal_means(
    table: Table, deviation: float, classes: int, scale: float, points: Array
) -> tuple[Array, Array, Array]:
    """Return the three means given weights, at points of their coordinate."""
    delta, t, shares = half_differences(table, deviation, (2 + np.exp(points)) ** -2.0)
    given = shares / shares.sum(axis=1, keepdims=True)
    ends = landmarks(table, deviation)
    heights = _spread(ends[0], ends[-1], table.step)
    scores = _scores(classes - 2, scale, deviation, heights)
    spline = make_interp_spline(heights, np.stack(scores, axis=1), DEGREE)
    known = spline(np.clip(t, heights[0], heights[-1]))
    minus = (given * ((delta / deviation) ** 2 - 1)).sum(axis=1)
    plus, rest = np.einsum("qn,qns->sq", given, known)
    return minus, plus, minus + rest


def _scores(count: int, scale: float, deviation: float, x: Array) -> tuple[Array, Array]:
    """Return the change of log f at points x when the normal variable is scaled, or everything."""

    def normal_scaled(theta: float) -> Table:
        return log_sum_and_normal(count, scale, deviation * math.exp(theta))

    def all_scaled(theta: float) -> Table:
        return log_sum_and_normal(count, scale * math.exp(theta), deviation * math.exp(theta))

    return _slope_of_logarithm(normal_scaled, x), _slope_of_logarithm(all_scaled, x)


def _spread(low: float, high: float, step: float) -> Array:
    """Return equidistant points from end to end, at most a step apart."""
    return np.linspace(low, high, 1 + math.ceil((high - low) / step))


def _slope_of_logarithm(table: Callable[[float], Table], x: Array) -> Array:
    """Return the derivative of the logarithm of a density, 0 where tables vanish."""
    logarithm = partial(_logarithm, x=x)
    slope, m = np.zeros_like(x), DIFFERENCES
    for k in range(1, m + 1):
        share = (-1) ** (k + 1) / k * math.comb(2 * m, m - k) / math.comb(2 * m, m)
        slope += share / APART * (logarithm(table(k * APART)) - logarithm(table(-k * APART)))
    return np.where(np.isfinite(slope), slope, 0)


def _logarithm(table: Table, x: Array) -> Array:
    density = table(x)
    return np.log(density, where=density > 0, out=np.full_like(x, np.nan))


def _logit(q: Array) -> Array:
    r"""Return :math:`|l|` where :math:`q=p(1-p)`, :math:`p=1/(1+e^l)`."""
    root = np.sqrt(np.maximum(1 - 4 * q, 0))
    return np.asarray(np.log1p(root * (1 + root) / (2 * q)))


def _height(q: Array) -> Array:
    r"""Return :math:`\log(q^{-1/2}-2)`."""
    root = np.sqrt(q)
    return np.asarray(np.log(np.maximum(1 - 4 * q, 1e-300) / (root * (1 + 2 * root))))
