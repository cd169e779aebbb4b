r"""The gap between weights that see the data and weights of a copy, coupled exactly.

:math:`H=\frac1N\sum_n\lambda(Vx_n)x_nx_n^\top` and :math:`\tilde H`, whose weights come from an
independent copy of the data, are compared at one point of the upper half plane. Rotate so that
the first r coordinates span the rows of V: :math:`x_n=(w_n,y_n)`, :math:`u_n=Lw_n`,
:math:`LL^\top=VV^\top`. With :math:`A=\frac1N\sum\lambda_nw_nw_n^\top`,
:math:`B=\frac1N\sum\lambda_nw_ny_n^\top`, :math:`D=\frac1N\sum\lambda_ny_ny_n^\top`,
:math:`G=(D-z)^{-1}`,

.. math:: \operatorname{tr}(H-z)^{-1}=\operatorname{tr}G-\frac d{dz}\log\det S,\qquad
          S=A-z-BGB^\top,

and given V, :math:`\tilde H` has the law of the matrix with the same :math:`\lambda_n,y_n` and
fresh normal :math:`w_n'`. So both marginal laws are the required ones, the large parts of the
traces are one and the same number, and their difference is

.. math:: N(s_H-s_{\tilde H})=\tfrac Nd\operatorname{tr}\bigl[S^{-1}(I+BG^2B^\top)
          -S'^{-1}(I+B'G^2B'^\top)\bigr],\qquad |\cdot|\le\frac{2rN}{d\operatorname{Im}z}.

Four control variates of known mean 0 remove what is linear in the fluctuations:

- *measure*: the response to the empirical law of :math:`(\lambda_n,w_n)`, less the same at nodes
  with a uniform random shift, each of which is normal;
- *overlaps*: the response to :math:`VV^\top-I`, linear in it;
- *products*: terms of :math:`BGB^\top` between different groups of samples; to change the sign of
  the :math:`y_n` of one group changes neither G nor the law;
- *copy*: the same terms with :math:`w'`, and :math:`\frac1N\sum h(\lambda_n)(|w_n'|^2-r)`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.catalog import Statistic
from rmtcheck.montecarlo.checks import require_finite, require_integer
from rmtcheck.montecarlo.decoupling.response import Responses, responses, shifted_nodes
from rmtcheck.montecarlo.decoupling.weights import field_function
from rmtcheck.montecarlo.spectra import gram_eigenvalues, resolvent_trace
from rmtcheck.vocabulary.local_weights import LocalWeight

Array = NDArray[np.float64]
ComplexArray = NDArray[np.complex128]
Generator = np.random.Generator

_GROUPS = 32
_SHARE = 4
_FEWEST = 40
_HEAVIEST = 0.25
"""One draw with a greater part of the squares of a control variate is a sign of no variance."""


@dataclass(frozen=True)
class Setting:
    r"""One draw in coordinates in which the rows of V span the first r.

    Attributes
    ----------
    L : ndarray, shape (k, r)
        A root of the overlaps, :math:`LL^\top=VV^\top`, r the smaller of k and d.
    w : ndarray, shape (r, N)
        The data in the row space of V.
    y : ndarray, shape (d - r, N)
        The data beside it.
    weights : ndarray, shape (N,)
        The numbers :math:`\lambda(Lw_n)`.
    """

    L: Array
    w: Array
    y: Array
    weights: Array

    @property
    def overlaps(self) -> Array:
        r"""The matrix :math:`VV^\top-I`, of mean 0."""
        return np.asarray(self.L @ self.L.T - np.eye(len(self.L)))


def draw_setting(weight: LocalWeight, d: int, N: int, rng: Generator) -> Setting:
    r"""Draw V and the data, rotated.

    For :math:`k\le d` the root L is the triangular factor of a Wishart matrix: independent
    normals below the diagonal, :math:`\chi_{d-a}` at place a = 0, 1, ... of it, over
    :math:`\sqrt d`.

    Parameters
    ----------
    weight : LocalWeight
        The weight.
    d, N : int
        Dimension and number of samples, at least 1.
    rng : numpy.random.Generator
        The stream to draw from.

    Returns
    -------
    Setting

    Raises
    ------
    DomainError
        When a size is not a positive integer, or the weight is none.

    Accuracy
    --------
    Exact in law, up to rounding.

    References
    ----------
    Bartlett, *On the theory of statistical regression*, 1933: the triangular factor.
    """
    function = field_function(weight)
    require_integer("d", d, 1)
    require_integer("N", N, 1)
    k, r = function.k, min(function.k, d)
    L = rng.standard_normal((k, r))
    if k <= d:
        L = np.tril(L, -1) + np.diag(np.sqrt(rng.chisquare(d - np.arange(k))))
    L /= np.sqrt(d)
    w = rng.standard_normal((r, N))
    return Setting(L, w, rng.standard_normal((d - r, N)), function.values(L @ w))


def require_point(real: float, imag: float) -> complex:
    """Return z, or raise `DomainError` unless it lies in the upper half plane."""
    require_finite("real", real)
    require_finite("imag", imag)
    if not imag > 0:
        raise DomainError(f"imag = {imag!r} must be positive.")
    return complex(real, imag)


@dataclass(frozen=True)
class _Schur:
    r"""The complement S, the slope of :math:`-S`, and their parts between groups."""

    S: ComplexArray
    slope: ComplexArray
    between: ComplexArray
    between_slope: ComplexArray

    def trace(self) -> complex:
        r"""Return :math:`-\frac d{dz}\log\det S`."""
        return complex(np.trace(np.linalg.solve(self.S, self.slope)))


def _complements(setting: Setting, copy: Array, z: complex) -> list[_Schur]:
    """Return S and S'; both need one solution with the large matrix."""
    y, weights = setting.y, setting.weights
    n, (r, N) = len(y), copy.shape
    D = (y * weights) @ y.T / N - z * np.eye(n)
    cuts = np.linspace(0, N, _groups(r, n + r, N) + 1, dtype=int)
    scaled = np.concatenate([setting.w, copy]) * (weights / N)
    parts = np.stack([scaled[:, a:b] @ y[:, a:b].T for a, b in pairwise(cuts)])
    solved = np.linalg.solve(D, parts.reshape(len(parts) * 2 * r, n).T).T.reshape(parts.shape)
    places = (slice(0, r), slice(r, 2 * r))
    return [
        _schur(w, scaled[place], parts[:, place], solved[:, place], z)
        for w, place in zip((setting.w, copy), places, strict=True)
    ]


def _groups(r: int, d: int, N: int) -> int:
    """Return into how many groups the samples are cut, so that their columns cost little."""
    return max(1, min(_GROUPS, d // (_SHARE * r), N))


def _schur(w: Array, scaled: Array, parts: Array, solved: ComplexArray, z: complex) -> _Schur:
    """Return the complement from the groups' shares of B, and of B with G behind it."""
    whole, behind, identity = parts.sum(axis=0), solved.sum(axis=0), np.eye(len(w))
    quadratic, square = whole @ behind.T, behind @ behind.T
    return _Schur(
        scaled @ w.T - z * identity - quadratic,
        identity + square,
        quadratic - (parts @ solved.transpose(0, 2, 1)).sum(axis=0),
        square - (solved @ solved.transpose(0, 2, 1)).sum(axis=0),
    )


def _gap_row(
    rng: Generator, *, weight: LocalWeight, d: int, N: int, real: float, imag: float
) -> Sequence[float]:
    z = require_point(real, imag)
    setting = draw_setting(weight, d, N, rng)
    r = len(setting.w)
    copy = rng.standard_normal(setting.w.shape)
    nodes = shifted_nodes(rng.random(r))
    own, other = _complements(setting, copy, z)
    response = responses(weight, r, (d - r) / N, z)
    found = [
        own.trace() - other.trace(),
        _measure(weight, setting, nodes, response),
        _overlaps(setting, response),
        _products(own, response),
        _copy(setting, copy, other, response),
    ]
    values: list[float] = (np.array(found) * N / d).view(float).tolist()
    return values


def _measure(weight: LocalWeight, setting: Setting, nodes: Array, given: Responses) -> complex:
    at_nodes = field_function(weight).values(setting.L @ nodes)
    sides = (
        side.to_mass(setting.weights, setting.w) - side.to_mass(at_nodes, nodes)
        for side in (given.left, given.right)
    )
    return -given.slope(*sides)


def _overlaps(setting: Setting, given: Responses) -> complex:
    E = setting.overlaps
    if given.at.M is None:
        return complex(np.trace(E))
    return -given.slope(given.left.to_overlaps(E), given.right.to_overlaps(E))


def _products(own: _Schur, given: Responses) -> complex:
    steepness = (given.right.P - given.left.P) / (2 * given.step)
    return complex(np.sum(steepness * own.between) + np.sum(given.at.P * own.between_slope))


def _copy(setting: Setting, copy: Array, other: _Schur, given: Responses) -> complex:
    excess = np.sum(copy**2, axis=0) - len(copy)
    sides = (
        side.s * complex(np.mean(side.effective(setting.weights) * excess))
        for side in (given.left, given.right)
    )
    steepness = given.slope(given.left.s, given.right.s)
    between = np.trace(other.between) * steepness + np.trace(other.between_slope) * given.at.s
    return complex(given.slope(*sides) - between)


def _plain_row(
    rng: Generator, *, weight: LocalWeight, d: int, N: int, real: float, imag: float
) -> Sequence[float]:
    z, function = require_point(real, imag), field_function(weight)
    require_integer("d", d, 1)
    require_integer("N", N, 1)
    V = rng.standard_normal((function.k, d)) / np.sqrt(d)
    X, copy = rng.standard_normal((2, d, N))
    own, other = (
        resolvent_trace(gram_eigenvalues(X, function.values(V @ data)), z) for data in (X, copy)
    )
    return [N * (own - other).real, N * (own - other).imag]


@dataclass(frozen=True)
class GapEstimate:
    r"""An unbiased estimate of :math:`N(\mathbb Es_H-\mathbb Es_{\tilde H})(z)`.

    Attributes
    ----------
    value : complex
        The mean, control variates taken off.
    covariance : ndarray, shape (2, 2)
        Of the real and the imaginary part of the value.
    draws : int
        Number of draws.
    gain : float
        By what factor the control variates shrank the variance, real and imaginary part
        together; 1 without them.
    """

    value: complex
    covariance: Array
    draws: int
    gain: float


def estimate(rows: Array) -> GapEstimate:
    r"""Estimate the mean gap from rows of `GAP` or `PLAIN_GAP`.

    The coefficients of the control variates are fitted by least squares to one half of the draws
    and used on the other half, both ways: given them, every term has the mean in question, so the
    estimate is unbiased whatever they are. They are 0 for a control variate one of whose draws
    outweighs the others of the fitting half, and for all if they shrink no variance within it.
    Where even so the mean is greater than every gap drawn, the plain mean is returned.

    Parameters
    ----------
    rows : ndarray, shape (n, 10) or (n, 2)
        Independent rows.

    Returns
    -------
    GapEstimate

    Raises
    ------
    DomainError
        When the rows have another shape, there are fewer than 40, or one is not finite.

    Accuracy
    --------
    Unbiased, but for returns to the plain mean, which take control variates without variance;
    the covariance is a sample covariance, consistent as n grows. The value never exceeds the
    greatest gap drawn, hence not the bound of `GAP`.

    Examples
    --------
    >>> gaps = np.array([[1.0, 2.0], [3.0, 2.0]] * 20)
    >>> estimate(gaps).value
    (2+2j)
    """
    rows = np.asarray(rows, dtype=float)
    is_table = rows.ndim == 2 and rows.shape[1] in (2, len(GAP.columns))
    if not is_table or len(rows) < _FEWEST or not np.isfinite(rows).all():
        raise DomainError(
            f"rows of shape {rows.shape} must be {_FEWEST} or more finite rows of GAP or PLAIN_GAP."
        )
    n = len(rows)
    halves = rows[: n // 2], rows[n // 2 :]
    freed = [_freed(half, other) for half, other in (halves, halves[::-1])]
    mean = np.concatenate(freed).mean(axis=0)
    if np.hypot(*mean) > np.hypot(rows[:, 0], rows[:, 1]).max():
        return estimate(rows[:, :2])
    covariance = sum(len(half) * np.cov(half.T) for half in freed) / n**2
    plain = sum(len(half) * np.cov(half[:, :2].T) for half in halves) / n**2
    spread = np.trace(covariance)
    gain = float(np.trace(plain) / spread) if spread > 0 else 1.0
    return GapEstimate(complex(*mean), np.asarray(covariance), n, gain)


def _freed(half: Array, other: Array) -> Array:
    """Return the gaps of one half less its control variates, coefficients from the other."""
    used = 2 + np.flatnonzero(_heaviest(other[:, 2:]) < _HEAVIEST)
    if not _gains(other, used):
        return half[:, :2]
    return np.asarray(half[:, :2] - half[:, used] @ _coefficients(other, used))


def _coefficients(rows: Array, used: NDArray[np.intp]) -> Array:
    """Return the coefficients of the control variates in some columns, by least squares."""
    centred = rows - rows.mean(axis=0)
    size = abs(centred[:, used]).max(axis=0)
    size = np.where(size > 0, size, 1)
    return np.asarray(np.linalg.lstsq(centred[:, used] / size, centred[:, :2])[0]) / size[:, None]


def _heaviest(controls: Array) -> Array:
    """Return the greatest part that one draw has of the squares of a column, 0 if all are 0."""
    size = abs(controls).max(axis=0, initial=0)
    scaled = (controls / np.where(size > 0, size, 1)) ** 2
    return np.asarray(scaled.max(axis=0) / np.maximum(scaled.sum(axis=0), 1))


def _gains(rows: Array, used: NDArray[np.intp]) -> bool:
    """Whether coefficients from every other row shrink the variance of the rest, both ways."""
    if not len(used):
        return False
    parts = rows[::2], rows[1::2]
    left = sum(
        np.var(part[:, :2] - part[:, used] @ _coefficients(rest, used), axis=0).sum()
        for part, rest in (parts, parts[::-1])
    )
    return bool(left < sum(np.var(part[:, :2], axis=0).sum() for part in parts))


CONTROLS = tuple(
    f"{name}_{part}"
    for name in ("measure", "overlaps", "products", "copy")
    for part in ("re", "im")
)
GAP = Statistic(("gap_re", "gap_im", *CONTROLS), _gap_row)
r"""One row: :math:`N(s_H-s_{\tilde H})(z)` under the coupling, then control variates of mean 0.

Parameters of a task: ``weight`` (LocalWeight), ``d``, ``N`` (int), ``real``, ``imag`` (float) with
z = real + i imag. The modulus of the gap is at most 2kN/(d imag).
"""
PLAIN_GAP = Statistic(("gap_re", "gap_im"), _plain_row)
"""The same mean without the coupling: H and its decoupled copy share the data and nothing else."""
