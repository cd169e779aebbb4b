r"""How fast the gap vanishes, and its leading term, from estimates at several sizes.

With :math:`g_N=N(\mathbb Es_H-\mathbb Es_{\tilde H})(z)`, so that
:math:`\delta_N=\mathbb Es_{\tilde H}-\mathbb Es_H=-g_N/N`, and :math:`u=N_{\min}/N`, two models are
fitted by generalised least squares:

.. math::
    g_N=b+\sum_{k=1}^Kf_ku^k,\qquad
    \log|\delta_N|=\ell+\rho\log N+\sum_{k=1}^Ka_ku^k,

for the leading term :math:`b` and the exponent :math:`\rho`. An interval contains the noise, the
doubt about the size of the fitted terms, and what the omitted terms can do, see
`rmtcheck.decoupling.expansion`; in :math:`\log|\delta_N|` the leading term counts as 1 there.
Models with K = 1 and K = 2 share the error probability equally, so the narrower of their intervals
may be taken. A model that the estimates contradict is not used.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import block_diag

from rmtcheck.decoupling.expansion import Fit
from rmtcheck.errors import DomainError

Array = NDArray[np.float64]

FIRST_SIZE = 64
"""Smaller sizes are shown, but enter no fit."""
FEWEST_SIZES = 3
_ORDERS = (1, 2)
_FLOOR = 1e-12  # of a variance, relative to the largest: beyond it, covariances are rounding
_MISFIT = 1e-3  # a model whose residuals are less likely than this is not used
_RELATIVE_NOISE = 0.2  # beyond it the logarithm of a noisy modulus is no longer nearly normal


@dataclass(frozen=True)
class Gap:
    r"""An estimate of :math:`g_N=N(\mathbb Es_H-\mathbb Es_{\tilde H})(z)` at one size.

    Attributes
    ----------
    N
        Number of samples.
    value
        The estimate.
    covariance
        Of its real and imaginary part, as two rows.
    draws
        Number of draws behind it.
    gain
        Variance of the plain mean over that of the estimate.
    """

    N: int
    value: complex
    covariance: tuple[tuple[float, float], tuple[float, float]]
    draws: int
    gain: float = 1.0

    @property
    def pair(self) -> Array:
        """Real and imaginary part."""
        return np.array([self.value.real, self.value.imag])

    @property
    def errors(self) -> tuple[float, float]:
        """Standard errors of the real and the imaginary part."""
        return math.sqrt(self.covariance[0][0]), math.sqrt(self.covariance[1][1])

    @property
    def relative_error(self) -> float:
        """The largest standard error in any direction, over the modulus; infinite at 0."""
        spread = math.sqrt(max(float(np.linalg.eigvalsh(self.covariance)[-1]), 0.0))
        return spread / abs(self.value) if self.value else math.inf


@dataclass(frozen=True)
class Fitted:
    """What every fitted quantity comes with.

    Attributes
    ----------
    order
        Number of fitted corrections; 0 when no model fits the estimates.
    level
        Confidence level of the intervals together.
    goodness
        Probability that noise alone leaves residuals this large.
    """

    order: int
    level: float
    goodness: float


@dataclass(frozen=True)
class LeadingTerm(Fitted):
    r"""The limit :math:`b` of :math:`g_N`, with a box that contains it at the level.

    Attributes
    ----------
    value
        The estimate.
    half_widths
        Of the intervals for the real and the imaginary part; infinite where nothing is known.
    truncation
        The parts of them that are owed to omitted terms.
    """

    value: complex = 0j
    half_widths: tuple[float, float] = (math.inf, math.inf)
    truncation: tuple[float, float] = (math.inf, math.inf)

    def contains(self, value: complex) -> bool:
        """Whether a value lies in the box."""
        off = value - self.value
        return abs(off.real) <= self.half_widths[0] and abs(off.imag) <= self.half_widths[1]

    @property
    def width(self) -> float:
        """Half the diagonal of the box."""
        return math.hypot(*self.half_widths)


@dataclass(frozen=True)
class Exponent(Fitted):
    r"""The exponent :math:`\rho` of :math:`\delta_N\sim N^\rho`, with an interval at the level.

    Attributes
    ----------
    value, width
        Estimate and half the width of the interval, infinite where nothing is known.
    truncation
        The part of it that is owed to omitted terms.
    """

    value: float = 0.0
    width: float = math.inf
    truncation: float = math.inf

    def contains(self, value: float) -> bool:
        """Whether a value lies in the interval."""
        return abs(value - self.value) <= self.width


_Found = TypeVar("_Found", LeadingTerm, Exponent)


def leading_term(gaps: Sequence[Gap], level: float = 0.99) -> LeadingTerm:
    r"""Return the limit of :math:`g_N` with intervals for both of its parts.

    Parameters
    ----------
    gaps : sequence of Gap
        Estimates at three or more sizes from 64 on, independent of each other; those at smaller
        sizes are not used.
    level : float, default 0.99
        Joint confidence level, strictly between 0 and 1.

    Returns
    -------
    LeadingTerm
        With infinite half widths when no model fits the estimates, or they have no noise.

    Raises
    ------
    DomainError
        If there are too few sizes, a size occurs twice, or the level is none.

    Notes
    -----
    Accuracy: the level holds for Gaussian noise of the given covariances, if at the smallest size
    the j-th omitted term is at most 4**-j of the largest fitted one. Fewer than about 100 draws
    at a size leave its covariance itself uncertain.

    Examples
    --------
    >>> noise = ((1e-4, 0), (0, 1e-4))
    >>> gaps = [Gap(N, 2 - 1j + 10 / N, noise, 1000) for N in (64, 128, 256, 512)]
    >>> term = leading_term(gaps)
    >>> term.contains(2 - 1j), term.contains(2.2 - 1.1j)
    (True, False)
    """
    return _narrowest(_used(gaps, level), level, _fit_values, _leading_term, LeadingTerm)


def exponent(gaps: Sequence[Gap], level: float = 0.99) -> Exponent:
    r"""Return the exponent of :math:`\delta_N` with an interval.

    Parameters
    ----------
    gaps : sequence of Gap
        As for `leading_term`.
    level : float, default 0.99
        Confidence level, strictly between 0 and 1.

    Returns
    -------
    Exponent
        With an infinite width when no model fits, or when a standard error exceeds a fifth of
        the modulus that it belongs to.

    Raises
    ------
    DomainError
        As for `leading_term`.

    Notes
    -----
    Accuracy: as for `leading_term`, with the terms of :math:`\log|\delta_N|` in place of those
    of :math:`g_N`; the noise of the logarithm is that of its linearisation.

    Examples
    --------
    >>> noise = ((1e-4, 0), (0, 1e-4))
    >>> gaps = [Gap(N, 2 - 1j + 10 / N, noise, 1000) for N in (64, 128, 256, 512)]
    >>> found = exponent(gaps)
    >>> found.contains(-1), found.contains(-0.5), found.contains(-1.5)
    (True, False, False)
    """
    used = _used(gaps, level)
    if max(gap.relative_error for gap in used) > _RELATIVE_NOISE:
        return Exponent(order=0, level=level, goodness=1.0)
    return _narrowest(used, level, _fit_moduli, _exponent, Exponent)


def _narrowest(
    gaps: Sequence[Gap],
    level: float,
    fit: Callable[[Sequence[Gap], int], Fit],
    read: Callable[[Fit, float, float], _Found],
    kind: type[_Found],
) -> _Found:
    """Return the narrowest interval among the models that fit."""
    if not all(map(_has_noise, gaps)):
        return kind(order=0, level=level, goodness=1.0)
    orders = [order for order in _ORDERS if order <= len(gaps) - 2]
    fits = [fit(gaps, order) for order in orders]
    alpha = (1 - level) / len(orders)
    nothing = kind(order=0, level=level, goodness=max(one.goodness for one in fits))
    found = [read(one, alpha, level) for one in fits if one.goodness >= _MISFIT]
    return min(found, key=_width, default=nothing)


def _width(found: LeadingTerm | Exponent) -> float:
    return found.width


def _used(gaps: Sequence[Gap], level: float) -> list[Gap]:
    if not 0 < level < 1:
        raise DomainError(f"level = {level!r} must lie strictly between 0 and 1")
    used = sorted((gap for gap in gaps if gap.N >= FIRST_SIZE), key=lambda gap: gap.N)
    sizes = [gap.N for gap in used]
    if len(set(sizes)) < len(sizes):
        raise DomainError(f"sizes are {sizes}; each may occur once")
    if len(sizes) < FEWEST_SIZES:
        needed = f"a fit needs at least {FEWEST_SIZES} from {FIRST_SIZE} on"
        raise DomainError(f"sizes are {[gap.N for gap in gaps]}; {needed}")
    return used


def _scales(gaps: Sequence[Gap]) -> Array:
    sizes = np.array([gap.N for gap in gaps], dtype=float)
    scales: Array = sizes.min() / sizes
    return scales


def _fit_values(gaps: Sequence[Gap], order: int) -> Fit:
    """Fit g_N; the parameters are real and imaginary parts in turn, those of b first."""
    u = _scales(gaps)
    whiten = block_diag(*(_whitening(gap) for gap in gaps))

    def term(power: int) -> Array:
        columns: Array = whiten @ np.kron((u**power)[:, None], np.eye(2))
        return columns

    return Fit(whiten @ np.concatenate([gap.pair for gap in gaps]), term(0), term, order)


def _fit_moduli(gaps: Sequence[Gap], order: int) -> Fit:
    """Fit log|delta_N|; the exponent is the second parameter."""
    u = _scales(gaps)
    weights = 1 / np.array([_noise_of_logarithm(gap) for gap in gaps])
    logs = np.array([math.log(abs(gap.value) / gap.N) for gap in gaps])
    sizes = np.log([gap.N for gap in gaps])

    def term(power: int) -> Array:
        column: Array = (weights * u**power)[:, None]
        return column

    leading = np.column_stack([weights, weights * sizes])
    return Fit(weights * logs, leading, term, order, floor=1.0)


def _noise_of_logarithm(gap: Gap) -> float:
    """Return the standard error of log|g|: that of g along g, over |g|."""
    along = gap.pair / abs(gap.value)
    variances, axes = _spread(gap)
    return math.sqrt(float(variances @ (axes.T @ along) ** 2)) / abs(gap.value)


def _whitening(gap: Gap) -> Array:
    """Return the matrix that makes the noise of a gap standard."""
    variances, axes = _spread(gap)
    return np.asarray((axes / np.sqrt(variances)).T)


def _spread(gap: Gap) -> tuple[Array, Array]:
    """Return the variances along the axes of the noise, none of them less than rounding."""
    variances, axes = np.linalg.eigh(gap.covariance)
    return np.maximum(variances, _FLOOR * variances[-1]), axes


def _has_noise(gap: Gap) -> bool:
    """Whether the covariance says something: a numerical zero means draws that all agree."""
    largest = float(np.linalg.eigvalsh(gap.covariance)[-1])
    return sys.float_info.min <= largest < math.inf


def _leading_term(fit: Fit, alpha: float, level: float) -> LeadingTerm:
    share = alpha / 3  # the two parts, and the largest fitted term
    omitted = [fit.truncation(row, share) for row in (0, 1)]
    widths = [fit.noise(row, share) + more for row, more in enumerate(omitted)]
    return LeadingTerm(
        value=complex(*fit.parameters[:2]),
        half_widths=(widths[0], widths[1]),
        truncation=(omitted[0], omitted[1]),
        order=fit.order,
        level=level,
        goodness=fit.goodness,
    )


def _exponent(fit: Fit, alpha: float, level: float) -> Exponent:
    share = alpha / 2  # the exponent, and the largest fitted term
    omitted = fit.truncation(1, share)
    return Exponent(
        value=float(fit.parameters[1]),
        width=fit.noise(1, share) + omitted,
        truncation=omitted,
        order=fit.order,
        level=level,
        goodness=fit.goodness,
    )
