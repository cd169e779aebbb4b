r"""Mean block norms of the linear model with cross-entropy at finite sizes, the weights given.

For :math:`H=\frac1N\sum_n\lambda(Vx_n)x_nx_n^\top`, V of shape C x d and :math:`x_n\sim N(0,I_d)`
independent, separate :math:`n=m` from :math:`n\ne m`:

.. math:: \mathbb E\|H\|_F^2=\tfrac1N\mathbb E[\lambda^2|x|^4]
          +\left(1-\tfrac1N\right)\|\mathbb E[\lambda xx^\top]\|_F^2 .

The softmax does not see the mean row, so V may be centred; let :math:`V=LQ^\top` with orthonormal
columns of Q, L of shape C x r. Then :math:`Vx=Lz`, :math:`z=Q^\top x\sim N(0,I_r)`, and
:math:`|x|^2-|z|^2\sim\chi^2_k` is independent of z, :math:`k=d-r`. Since :math:`\mathbb
E(t+\chi^2_k)^2=(t+k)^2+2k`, and by Stein's identity, applied twice, with :math:`m=\mathbb
E\lambda` and :math:`S=\mathbb E\nabla_z^2\lambda(Lz)`,

.. math:: \mathbb E[\lambda^2|x|^4]=\mathbb E\bigl[\lambda^2\bigl((|z|^2+k)^2+2k\bigr)\bigr],\qquad
          \mathbb E[\lambda xx^\top]=mI_d+QSQ^\top,\quad
          \|\mathbb E[\lambda xx^\top]\|_F^2=\|mI_r+S\|_F^2+k\,m^2 .

The weights are sums of monomials :math:`p_a=\prod_{c\in a}p_c`. With the rows :math:`\ell_c` of L,
their mean :math:`y=\sum_cp_c\ell_c` and :math:`s=\sum_{c\in a}\ell_c-|a|y`,

.. math:: \nabla p_a=p_a\,s,\qquad
          \nabla^2p_a=p_a\bigl(ss^\top-|a|\,\mathrm{Cov}_{c\sim p}(\ell_c)\bigr).

Every mean is taken around the mode :math:`z_a` of :math:`p_a(z)e^{-|z|^2/2}`. As :math:`-\log p_a`
is convex, the integrand is there at most its peak times :math:`e^{-|z-z_a|^2/2}`: nothing is lost
beyond a few units, and draws of :math:`N(z_a,I)` have bounded importance.
"""

from __future__ import annotations

import math
import numbers
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize

from rmtcheck.errors import DomainError, PrecisionError
from rmtcheck.spectral.arrays import Array
from rmtcheck.spectral.finite_size import block_norm_mean
from rmtcheck.spectral.law import shown
from rmtcheck.spectral.normal_rules import REPLICATES, NormalRule, ShuffledNets, grid_for
from rmtcheck.vocabulary.observations import Estimate
from rmtcheck.vocabulary.quantities import SoftmaxOfGaussians

Classes = tuple[int, ...]
Monomials = dict[Classes, float]

MOST_DIMENSION, MOST_CLASSES, MOST_SAMPLES = 10**15, 10**12, 10**50
GREATEST_ENTRY = 1e50
# Rows less the mean row: on a grid, and for nets, whose errors are too small for longer rows of
# many classes, as few draws come to where the means do.
LONGEST, LONGEST_DRAWN = 10.0, 3.0
MOST_DIRECTIONS = 1024
MOST_POINTS = 2**24
# Logits that move less than this in a direction move the means by its square.
NO_DIRECTION = 1e-7
CELLS = 2**20
# The relative error from which a mean is no answer.
GREATEST_ERROR = 0.1


@dataclass(frozen=True)
class LinearCrossEntropyMeans:
    r"""Means of :math:`\frac1d\|H_{ii}\|_F^2` and :math:`\frac1d\|H_{ij}\|_F^2` at finite sizes.

    Parameters
    ----------
    d, N, classes : int
        Input dimension, number of samples and number of classes C.
    g_ii, g_ij : Estimate
        The two means.
    """

    d: int
    N: int
    classes: int
    g_ii: Estimate
    g_ij: Estimate

    @property
    def ratio(self) -> Estimate:
        r"""The ratio of the means, :math:`\mathbb E\|H_{ij}\|_F^2/\mathbb E\|H_{ii}\|_F^2`."""
        value = self.g_ij.value / self.g_ii.value
        spread = self.g_ij.error / self.g_ij.value + self.g_ii.error / self.g_ii.value
        return Estimate(value=value, error=value * spread)

    def __str__(self) -> str:
        named = ((name, getattr(self, name)) for name in ("g_ii", "g_ij", "ratio"))
        lines = (f"  {name} = {e.value:.12g} +- {e.error:.1e}" for name, e in named)
        return "\n".join((f"d={self.d}, N={self.N}, classes={self.classes}", *lines))


def linear_ce_mean(d: int, N: int, classes: int) -> LinearCrossEntropyMeans:
    r"""Return the mean block norms of the linear model with cross-entropy at finite sizes.

    .. math:: g_{ij}=\tfrac1d\,\mathbb E\Bigl\|\tfrac1N\sum_n p_{n,i}(\delta_{ij}-p_{n,j})\,
              x_nx_n^\top\Bigr\|_F^2,\qquad p_n=\mathrm{softmax}(Vx_n),

    over :math:`V_{ck}\sim N(0,1/d)` and :math:`x_n\sim N(0,I_d)`, all independent.

    Parameters
    ----------
    d : int
        Input dimension, from 1 to 10^15.
    N : int
        Number of samples, from 1 to 10^50.
    classes : int
        Number of classes C, from 2 to 10^12.

    Returns
    -------
    LinearCrossEntropyMeans
        ``g_ii``, ``g_ij`` and ``ratio``, the ratio of the means.

    Raises
    ------
    DomainError
        If a size is out of range.
    PrecisionError
        If an estimated error exceeds a tenth of its value: at few dimensions and many classes.

    Accuracy
    --------
    ``error`` is an estimate, relative to its value of order :math:`d^{-3}` once d is large and
    larger with more classes: up to 7% at d = 1, C = 2, and 30% at d = 5, C = 1000, but 0.2% at
    d = 10, C = 10, and 0.9% at d = 20, C = :math:`10^{12}`. In the ratio both errors add up.

    References
    ----------
    Theorem 1; `linear_ce` has its limit :math:`d/N\to\gamma`.

    Examples
    --------
    >>> means = linear_ce_mean(500, 5000, 10)
    >>> print(f"{means.ratio.value:.6f}", means.ratio.error < 1e-7)
    0.013696 True
    """
    d = _checked_integer("d", d, 1, MOST_DIMENSION)
    N = _checked_integer("N", N, 1, MOST_SAMPLES)
    count = _checked_integer("classes", classes, 2, MOST_CLASSES)
    p = SoftmaxOfGaussians(count)
    g_ii, g_ij = (block_norm_mean(w, d, N, count) for w in (p[1] * (1 - p[1]), p[1] * p[2]))
    return _precise(LinearCrossEntropyMeans(d, N, count, g_ii, g_ij))


def _precise(means: LinearCrossEntropyMeans) -> LinearCrossEntropyMeans:
    for name in ("g_ii", "g_ij"):
        found = getattr(means, name)
        if not found.error <= GREATEST_ERROR * found.value:
            raise PrecisionError(
                f"{name} at d = {means.d}, classes = {means.classes} has the relative error "
                f"{found.error / found.value:.2g}; a larger d or fewer classes make it smaller"
            )
    return means


def linear_ce_mean_given(
    V: Any,
    N: int,
    i: int = 1,
    j: int = 2,
    *,
    rng: np.random.Generator | None = None,
    points: int = 4096,
) -> LinearCrossEntropyMeans:
    r"""Return the mean block norms of the linear model with cross-entropy, the weights given.

    .. math:: g_{ij}(V)=\tfrac1d\,\mathbb E\Bigl[\Bigl\|\tfrac1N\sum_n p_{n,i}(\delta_{ij}-p_{n,j})
              \,x_nx_n^\top\Bigr\|_F^2\Bigm|V\Bigr],\qquad p_n=\mathrm{softmax}(Vx_n),

    over independent :math:`x_n\sim N(0,I_d)`.

    Parameters
    ----------
    V : array of shape (C, d)
        Weights of 2 classes or more, C - 1 or d at most 1024; rows less the mean row have
        lengths up to 10, where no grid is possible up to 3.
    N : int
        Number of samples, from 1 to 10^50.
    i, j : int, default 1 and 2
        Two distinct classes, counted from 1.
    rng : numpy Generator, optional
        The source of randomness, needed where a grid in the :math:`r\le\min(C-1,d)` directions
        that the softmax sees would be too large: mostly where r is 5 or more.
    points : int, default 4096
        Number of draws for each mean if a grid is too large, a power of 2 from 32 to 2^24.

    Returns
    -------
    LinearCrossEntropyMeans
        ``g_ii``, ``g_ij`` and ``ratio``, the ratio of the means.

    Raises
    ------
    DomainError
        If an argument lies outside its domain, or `rng` is needed and not given.

    Accuracy
    --------
    On a grid, estimated error, from a coarser grid: relative 1e-13 where r is 1 or 2, up to 1e-6
    where it is 4. Else three standard errors of 16 randomised nets, relative 1e-2 by default for
    entries of V of variance 1/d; they grow with the lengths of the rows.

    References
    ----------
    Theorem 1; averaged over V this is `linear_ce_mean`.

    Examples
    --------
    >>> means = linear_ce_mean_given([[0.6, 0.0], [0.0, 0.8], [-0.5, 0.1]], N=10)
    >>> print(f"{means.ratio.value:.9f}", means.ratio.error < 1e-9)
    0.293327266 True
    """
    source = _checked_source(rng)
    readout = _checked_weights(V)
    N = _checked_integer("N", N, 1, MOST_SAMPLES)
    pair = _checked_pair(i, j, len(readout))
    L = _seen_directions(readout)
    rule = _rule(L, source, _checked_points(points))
    g_ii, g_ij = (
        _mean_norm(_Softmax(L), weight, rule, readout.shape[1], N) for weight in _weights(*pair)
    )
    return LinearCrossEntropyMeans(readout.shape[1], N, len(readout), g_ii, g_ij)


@dataclass(frozen=True)
class _Softmax:
    """The softmax of the logits Lz, seen through z; L has shape (C, r)."""

    L: Array

    def probabilities(self, z: Array) -> Array:
        logits = z @ self.L.T
        exponentials = np.exp(logits - logits.max(axis=1, keepdims=True))
        return np.asarray(exponentials / exponentials.sum(axis=1, keepdims=True))

    def mode(self, classes: Classes) -> Array:
        r"""Return the mode of :math:`p_a(z)e^{-|z|^2/2}`; its accuracy touches no mean."""
        total, degree = self.L[list(classes)].sum(axis=0), len(classes)

        def descent(z: Array) -> tuple[float, Array]:
            logits = self.L @ z
            top = logits.max()
            weights = np.exp(logits - top)
            normaliser = top + math.log(weights.sum())
            slope = z - total + degree * (weights / weights.sum()) @ self.L
            return float(z @ z / 2 + degree * normaliser - total @ z), slope

        return np.asarray(minimize(descent, 0 * total, jac=True, method="BFGS").x)


def _weights(i: int, j: int) -> tuple[Monomials, Monomials]:
    """Return p_i (1 - p_i) and p_i p_j, the lowest monomial first."""
    return {(i,): 1.0, (i, i): -1.0}, {(i, j): 1.0}


def _mean_norm(softmax: _Softmax, weight: Monomials, rule: NormalRule, d: int, N: int) -> Estimate:
    """Return the mean norm; samples meet themselves once in N times."""
    r = softmax.L.shape[1]
    outside = d - r
    first, curvature = _first_order(softmax, weight, rule)
    inside = (first[:, None, None] * np.eye(r) + curvature).reshape(rule.passes, -1)
    distinct = inside @ inside.T + outside * np.outer(first, first)
    equal = _second_order(softmax, weight, rule, outside)
    return rule.estimate((1 - 1 / N) * distinct / d, equal / N / d)


def _first_order(softmax: _Softmax, weight: Monomials, rule: NormalRule) -> tuple[Array, Array]:
    r"""Return :math:`\mathbb E\lambda` and :math:`\mathbb E\nabla^2\lambda`, for every pass."""
    L = softmax.L
    mean, mixture = np.zeros(rule.passes), np.zeros((rule.passes, len(L)))
    outer = np.zeros((rule.passes, L.shape[1], L.shape[1]))
    mode = softmax.mode(next(iter(weight)))
    for k, w, mass in rule.chunks(_chunk(L)):
        p = softmax.probabilities(mode + w)
        y = p @ L
        shifted = mass * _tilt(mode, w)
        for classes, coefficient in weight.items():
            q = coefficient * shifted * p[:, classes].prod(axis=1)
            s = L[list(classes)].sum(axis=0) - len(classes) * y
            mean[k] += q.sum()
            outer[k] += (s.T * q) @ s + len(classes) * (y.T * q) @ y
            mixture[k] += len(classes) * q @ p
    return mean, outer - (mixture[:, None, :] * L.T) @ L


def _second_order(softmax: _Softmax, weight: Monomials, rule: NormalRule, outside: int) -> Array:
    r"""Return :math:`\mathbb E[\lambda^2|x|^4]` for every pass."""
    fourth = np.zeros(rule.passes)
    mode = softmax.mode(2 * next(iter(weight)))
    for k, w, mass in rule.chunks(_chunk(softmax.L)):
        p = softmax.probabilities(mode + w)
        values = sum(c * p[:, classes].prod(axis=1) for classes, c in weight.items())
        square = ((mode + w) ** 2).sum(axis=1)
        radii = (square + outside) ** 2 + 2 * outside
        fourth[k] += mass * _tilt(mode, w) @ (values**2 * radii)
    return fourth


def _tilt(mode: Array, w: Array) -> Array:
    """Return the density of N(0, I) over that of N(mode, I), at mode + w."""
    return np.asarray(np.exp(-(w @ mode) - mode @ mode / 2))


def _seen_directions(V: Array) -> Array:
    """Return L, the centred weights along the directions that the softmax sees; one at least."""
    triangle = np.asarray(np.linalg.qr((V - V.mean(axis=0)).T, mode="r"))
    U, lengths, _ = np.linalg.svd(triangle.T, full_matrices=False)
    seen = max(1, int((lengths > NO_DIRECTION).sum()))
    return np.asarray(U[:, :seen] * lengths[:seen])


def _rule(L: Array, rng: np.random.Generator | None, points: int) -> NormalRule:
    # along one axis the logits stay within pi of each other in the strip, so their sum of
    # exponentials has no zero
    grid = grid_for(np.ptp(L, axis=0), len(L))
    if grid is not None:
        return grid
    r = L.shape[1]
    if rng is None:
        raise DomainError(f"rng is None; {r} directions need a numpy Generator")
    _require_short_rows(L, LONGEST_DRAWN)
    return ShuffledNets(r, points // REPLICATES, rng)


def _chunk(L: Array) -> int:
    return max(32, CELLS // len(L))


def _checked_integer(name: str, value: Any, least: int, greatest: int) -> int:
    accepted = isinstance(value, numbers.Integral) and not isinstance(value, bool)
    if not accepted or not least <= int(value) <= greatest:
        raise DomainError(
            f"{name} is {shown(value)}; an integer from {least} to {greatest} is needed"
        )
    return int(value)


def _checked_pair(i: Any, j: Any, classes: int) -> tuple[int, int]:
    """Return two distinct classes, counted from 0."""
    first, second = (_checked_integer(n, c, 1, classes) for n, c in (("i", i), ("j", j)))
    if first == second:
        raise DomainError(f"i and j are both {first}; distinct classes are needed")
    return first - 1, second - 1


def _checked_source(rng: Any) -> np.random.Generator | None:
    if rng is None or isinstance(rng, np.random.Generator):
        return rng
    raise DomainError(f"rng is {shown(rng)}; None or a numpy Generator is needed")


def _checked_points(points: Any) -> int:
    count = _checked_integer("points", points, 2 * REPLICATES, MOST_POINTS)
    if count & (count - 1):
        raise DomainError(f"points is {count}; a power of 2 is needed")
    return count


def _checked_weights(V: Any) -> Array:
    """Return V as an array of shape (C, d), of moderate size."""
    weights = _real_matrix(V)
    if weights.ndim != 2 or len(weights) < 2 or not weights.size:
        raise DomainError(f"V has shape {weights.shape}; (classes, d) from (2, 1) on is needed")
    if min(len(weights) - 1, weights.shape[1]) > MOST_DIRECTIONS:
        raise DomainError(
            f"V has shape {weights.shape}; classes - 1 or d up to {MOST_DIRECTIONS} is needed"
        )
    _require_short_rows(weights - weights.mean(axis=0), LONGEST)
    return weights


def _require_short_rows(centred: Array, longest: float) -> None:
    length = float(np.linalg.norm(centred, axis=1).max())
    if length > longest:
        raise DomainError(
            f"V has a row of length {length:.3g} less the mean row; "
            f"lengths up to {longest:g} are needed in {centred.shape[1]} directions"
        )


def _real_matrix(V: Any) -> Array:
    try:
        entries = np.asarray(V)
        if entries.dtype.kind not in "iufO" or not entries.ndim:
            raise TypeError
        weights = entries.astype(float)
    except (TypeError, ValueError, ArithmeticError):
        raise DomainError(f"V is {shown(V)}; a matrix of real numbers is needed") from None
    wrong = weights[~(abs(weights) <= GREATEST_ENTRY)]
    if wrong.size:
        raise DomainError(f"V has the entry {wrong[0]}; moduli to {GREATEST_ENTRY} are needed")
    return weights
