r"""Confidence sequences for means of non-negative variables, and the error budget of a run.

*Betting.* Let :math:`Y_1,Y_2,\dots\ge0` have conditional mean :math:`\mu` given the past. Against
the hypothesis :math:`\mu\le m` bet a predictable fraction :math:`\beta_k\in[0,c]`, :math:`c<1`:

.. math:: K_t(m)=\prod_{k\le t}\bigl(1+\beta_k(Y_k/m-1)\bigr).

*Validity.* Every factor is at least :math:`1-c>0` and has conditional mean
:math:`1+\beta_k(\mu/m-1)\le1` when :math:`\mu\le m`. So :math:`K_t(\mu)` is a non-negative
martingale that starts at 1, and by Ville's inequality
:math:`\Pr(\sup_tK_t(\mu)\ge1/\alpha)\le\alpha`. No moment above the first is needed.

*Monotonicity.* :math:`\beta_k` does not depend on :math:`m`, so every factor, hence
:math:`\sup_tK_t(m)`, does not increase with :math:`m`; the rejected :math:`m` form an
interval from 0, whose end :math:`L` is found by bisection. If :math:`L>\mu` then :math:`\mu`
itself was rejected. Hence :math:`\Pr(\exists t:L_t>\mu)\le\alpha`: valid at any stopping time.

*Equivariance.* The bets depend on the past through ratios only, so multiplying the data
by a constant multiplies :math:`L` by it.
"""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.checks import require_finite, require_integer, require_probability
from rmtcheck.vocabulary.observations import Sample

Array = NDArray[np.float64]

_LARGEST_BET = 0.9
# log-capital is summed in floating point; the threshold is raised by more than its rounding
_GUARD = 1e-9
_BISECTIONS = 200
_RESOLUTION = 1e-12
# U >= Y holds pathwise in exact arithmetic; rounding may undo this much of U
_ROUNDING = 1e-9


def lower_bound(values: ArrayLike, alpha: float, horizon: int) -> float:
    r"""Return a lower confidence bound for the mean of non-negative variables.

    The bets are
    :math:`\beta_k=\min\bigl(c,\sqrt{2\log(1/\alpha)/(\max(T,k)\,\hat s_{k-1}^2)}\bigr)`, with
    :math:`\hat s^2_{k-1}` the variance over the squared mean of the first :math:`k-1` values,
    shrunk by one pseudo-observation: to second order the choice that is tightest at :math:`T`.

    Parameters
    ----------
    values : array_like, shape (n,)
        The variables in the order in which they were drawn, none negative.
    alpha : float
        Error probability, strictly between 0 and 1.
    horizon : int
        The number :math:`T` of draws at which the bound should be tightest; fixed in advance.

    Returns
    -------
    float
        The bound; 0 when nothing is certain.

    Raises
    ------
    DomainError
        When a value is negative or not finite, or a parameter is out of range.

    Accuracy
    --------
    Confidence level ``1 - alpha``, simultaneously for all numbers of draws.

    References
    ----------
    Waudby-Smith and Ramdas, *Estimating means of bounded random variables by betting*,
    JRSS B 86 (2024), section 4; Ville, *Étude critique de la notion de collectif*, 1939.

    Examples
    --------
    >>> round(lower_bound([1.0] * 1000, alpha=0.01, horizon=1000), 2)
    0.99
    >>> lower_bound([0.0] * 1000, alpha=0.01, horizon=1000)
    0.0
    """
    y = _checked("values", values)
    require_probability("alpha", alpha)
    require_integer("horizon", horizon, 1)
    largest = float(y.max())
    if largest == 0:
        return 0.0
    y = y / largest
    need = math.log(1 / alpha)
    return largest * _largest_rejected(y, _bets(y, need, horizon), need + _GUARD)


def interval(
    values: ArrayLike, dominating: ArrayLike, dominating_mean: float, alpha: float, horizon: int
) -> Sample:
    r"""Return a two-sided confidence interval for :math:`\mathbb EY` from :math:`0\le Y\le U`.

    :math:`[\,L_{\alpha/2}(Y),\ \mathbb EU-L_{\alpha/2}(U-Y)\,]` with `lower_bound` :math:`L`:
    :math:`U-Y\ge0` has mean :math:`\mathbb EU-\mathbb EY`, and the two errors add up to
    :math:`\alpha`. A variable in :math:`[0,c]` is the case :math:`U=c`.

    Parameters
    ----------
    values : array_like, shape (n,)
        The variables :math:`Y_k\ge0` in the order of drawing.
    dominating : array_like, shape (n,) or scalar
        The variables :math:`U_k\ge Y_k`, or a constant.
    dominating_mean : float
        The known mean :math:`\mathbb EU`.
    alpha : float
        Error probability of the interval.
    horizon : int
        Number of draws at which the interval should be tightest; fixed in advance.

    Returns
    -------
    Sample
        Mean of the values and the interval.

    Raises
    ------
    DomainError
        When a value is negative or above its dominating one, a parameter is out of range, or
        the interval is empty: then ``dominating_mean`` is wrong, or an event of probability
        at most ``alpha`` has happened. Count it as a miss when measuring coverage.

    Accuracy
    --------
    Confidence level ``1 - alpha``, simultaneously for all numbers of draws.

    Examples
    --------
    >>> sample = interval([0.5] * 2000, 1.0, 1.0, alpha=1e-6, horizon=2000)
    >>> sample.low < 0.5 < sample.high
    True
    """
    y = _checked("values", values)
    u = np.asarray(dominating, dtype=float)
    require_finite("dominating_mean", dominating_mean)
    low = lower_bound(y, alpha / 2, horizon)
    high = dominating_mean - lower_bound(_gap(y, u), alpha / 2, horizon)
    if high < low:
        raise DomainError(
            f"dominating_mean = {dominating_mean!r} must be the mean of the dominating values, "
            f"which the draws contradict at level {alpha:g}."
        )
    return Sample(mean=float(y.mean()), low=low, high=high, draws=len(y), alpha=alpha)


def bounded_interval(
    values: ArrayLike, low: float, high: float, alpha: float, horizon: int
) -> Sample:
    r"""Return a confidence interval for the mean of variables in :math:`[a,b]`.

    Parameters
    ----------
    values : array_like, shape (n,)
        The variables in the order of drawing.
    low, high : float
        The proven bounds :math:`a<b`.
    alpha : float
        Error probability of the interval.
    horizon : int
        Number of draws at which the interval should be tightest; fixed in advance.

    Returns
    -------
    Sample
        Mean of the values and the interval.

    Raises
    ------
    DomainError
        When a value lies outside the bounds, a parameter is out of range, or the interval is
        empty, an event of probability at most ``alpha``.

    Accuracy
    --------
    Confidence level ``1 - alpha``, simultaneously for all numbers of draws.

    Examples
    --------
    >>> sample = bounded_interval([-0.25, 0.25] * 1000, -1.0, 1.0, alpha=1e-6, horizon=2000)
    >>> sample.low < 0 < sample.high
    True
    """
    require_finite("low", low)
    require_finite("high", high)
    shifted = interval(np.asarray(values) - low, high - low, high - low, alpha, horizon)
    return Sample(
        mean=shifted.mean + low,
        low=shifted.low + low,
        high=shifted.high + low,
        draws=shifted.draws,
        alpha=alpha,
    )


def smallest_detectable(sample: Sample) -> float:
    r"""Return the smallest relative error that the sample would have caught.

    :math:`\max(\text{high}-\text{mean},\ \text{mean}-\text{low})/|\text{mean}|`: every value
    farther than this from the observed mean lies outside the interval.

    Parameters
    ----------
    sample : Sample
        A mean with its interval.

    Returns
    -------
    float
        A relative error; infinite when the mean is 0.

    Accuracy
    --------
    Exact for the given interval.

    Examples
    --------
    >>> from rmtcheck.vocabulary.observations import Sample
    >>> smallest_detectable(Sample(mean=2.0, low=1.5, high=3.0, draws=10, alpha=0.1))
    0.5
    """
    if sample.mean == 0:
        return math.inf
    return max(sample.high - sample.mean, sample.mean - sample.low) / abs(sample.mean)


class ErrorBudget:
    r"""The probability of any false statement in a run, handed out in shares.

    By the union bound the run is wrong somewhere with probability at most ``total``.

    Parameters
    ----------
    total : float, default 1e-6
        The budget, strictly between 0 and 1.

    Raises
    ------
    DomainError
        When ``total`` is not a probability.

    Examples
    --------
    >>> budget = ErrorBudget(1e-6)
    >>> budget.share("thm1.block_limit", 4e-7)
    4e-07
    >>> budget.share("thm1.rate", 7e-7)
    Traceback (most recent call last):
    rmtcheck.errors.DomainError: alpha = 7e-07 for 'thm1.rate' must not exceed the 6e-07 left.
    """

    def __init__(self, total: float = 1e-6) -> None:
        require_probability("total", total)
        self.total = total
        self._shares: dict[str, float] = {}

    @property
    def shares(self) -> dict[str, float]:
        """Who has received how much."""
        return dict(self._shares)

    @property
    def left(self) -> float:
        """What has not been handed out."""
        return float(self._left())

    def share(self, name: str, alpha: float) -> float:
        """Hand out ``alpha`` to ``name`` and return it, or raise `DomainError`."""
        require_probability("alpha", alpha)
        if name in self._shares:
            raise DomainError(f"name = {name!r} must be new: it already holds a share.")
        if Fraction(alpha) > self._left():
            raise DomainError(
                f"alpha = {alpha:g} for {name!r} must not exceed the {self.left:g} left."
            )
        self._shares[name] = alpha
        return alpha

    def equal_share(self, parts: int) -> float:
        """Return the largest double of which ``parts`` fit into what is left."""
        require_integer("parts", parts, 1)
        alpha = float(self._left() / parts)
        return alpha if Fraction(alpha) * parts <= self._left() else math.nextafter(alpha, 0)

    def _left(self) -> Fraction:
        # exact sums: shares that add up to the total must fit, and nothing more
        return Fraction(self.total) - sum(map(Fraction, self._shares.values()), Fraction(0))


def _checked(name: str, values: ArrayLike) -> Array:
    y = np.asarray(values, dtype=float)
    if y.ndim != 1 or not y.size:
        raise DomainError(f"{name} of shape {y.shape} must be a non-empty vector.")
    if not (np.isfinite(y).all() and (y >= 0).all()):
        raise DomainError(f"{name} from {y.min()!r} to {y.max()!r} must be finite, none negative.")
    return y


def _gap(y: Array, u: Array) -> Array:
    if u.shape not in ((), y.shape) or not np.isfinite(u).all():
        raise DomainError(f"dominating of shape {u.shape} must be finite, of shape {y.shape}.")
    u = np.broadcast_to(u, y.shape)
    gap = u - y
    if not (gap >= -_ROUNDING * u).all():
        worst = int(np.argmin(gap))
        raise DomainError(f"dominating = {u[worst]!r} must be at least the value {y[worst]!r}.")
    return np.maximum(gap, 0.0)


def _bets(y: Array, need: float, horizon: int) -> Array:
    """Return beta_k for k = 1..n; entry k sees only the values before it."""
    seen = np.arange(len(y))
    aim = np.maximum(horizon, seen + 1)
    bets = np.sqrt(2 * need / (aim * _relative_variance(y, seen)))
    return np.minimum(bets, _LARGEST_BET)


def _relative_variance(y: Array, seen: NDArray[np.int_]) -> Array:
    """Return variance over squared mean of the values seen so far, with one pseudo-value of 1."""
    total = np.concatenate([[0.0], np.cumsum(y)[:-1]])
    squares = np.concatenate([[0.0], np.cumsum(y * y)[:-1]])
    # n times the relative variance is n (n sum y^2 / (sum y)^2 - 1); before the first
    # positive value take what one such value among n + 1 would give
    safe = np.where(total > 0, total, 1.0)
    scatter = np.where(total > 0, seen * (seen * squares / safe**2 - 1), seen.astype(float) ** 2)
    return (1 + np.maximum(scatter, 0.0)) / (seen + 1)


def _largest_rejected(y: Array, bets: Array, threshold: float) -> float:
    """Bisect the decreasing function m -> max_t log K_t(m) on (0, 1], where y <= 1."""
    low, high = 0.0, 1.0
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        capital = np.cumsum(np.log1p(bets * (y / middle - 1)))
        low, high = (middle, high) if capital.max() >= threshold else (low, middle)
        if high - low <= _RESOLUTION * high:
            break
    return low
