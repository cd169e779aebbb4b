r"""What becomes of a complex gap as N grows: its mean in a disc, its exponent, a verdict.

A gap that stays has exponent 0 in N; the slowest decay that is derived in
``docs/universality.md`` for a law of its tables has exponent -1/3. Between two sizes the verdict is
"survives" if the whole interval of the exponent lies below half of that, and "breaks" if it
lies above and the larger size still shows a gap.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.checks import require_probability
from rmtcheck.montecarlo.draw import Array

SLOWEST = -1 / 6
"""Half of the slowest derived exponent: separates gaps that vanish from gaps that stay."""


def adjusted_gap(rows: Array) -> Array:
    r"""Return the gaps of the draws with the chance differences of the weights taken out.

    .. math:: (s_H-s_{\tilde H})-B\,(s_\nu-s_{\tilde\nu}),

    B a real 2 x 2 matrix by least squares, from the other half of the draws, so that nothing but
    the mean of the second bracket can bias the result; and that is 0 if V does not depend on X.

    Parameters
    ----------
    rows : ndarray, shape (n, 8)
        Draws of `rmtcheck.montecarlo.decoupling.universality.GAP_UNDER`, n at least 4.

    Returns
    -------
    ndarray, shape (n, 2)
        Real and imaginary parts.

    Raises
    ------
    DomainError
        When there are fewer than 4 draws.

    Accuracy
    --------
    Unbiased for :math:`\mathbb E(s_H-s_{\tilde H})` if V does not depend on X; not otherwise.

    Examples
    --------
    >>> from rmtcheck.montecarlo.streams import stream
    >>> law = stream(0, "example", 0).standard_normal((10, 2))
    >>> rows = np.hstack([3 * law + 1, law, law, law])
    >>> bool(np.allclose(adjusted_gap(rows), 1, atol=1e-9))
    True
    """
    if len(rows) < 4:
        raise DomainError(f"rows of shape {rows.shape} must be at least 4.")
    gaps, laws = rows[:, :2], rows[:, 4:6]
    halves = np.arange(len(rows)) % 2
    adjusted = gaps.copy()
    for half in (0, 1):
        other = halves != half
        fit = np.linalg.lstsq(_centred(laws[other]), _centred(gaps[other]), rcond=None)[0]
        adjusted[~other] -= laws[~other] @ fit
    return adjusted


def _centred(values: Array) -> Array:
    return np.asarray(values - values.mean(axis=0))


@dataclass(frozen=True, kw_only=True)
class Gap:
    """A complex mean with a disc around it: the true mean lies in it with a stated probability.

    Attributes
    ----------
    mean
        Mean of the draws.
    radius
        Radius of the disc.
    draws
        Number of draws.
    """

    mean: complex
    radius: float
    draws: int

    @property
    def low(self) -> float:
        """The least modulus in the disc."""
        return max(0.0, abs(self.mean) - self.radius)

    @property
    def high(self) -> float:
        """The largest modulus in the disc."""
        return abs(self.mean) + self.radius


def gap_disc(values: Array, alpha: float) -> Gap:
    r"""Return the mean of complex draws with a disc that contains its expectation.

    Hotelling's ellipse
    :math:`n\,v^\top\hat\Sigma^{-1}v\le\frac{2(n-1)}{n-2}F_{2,n-2}`, enlarged to the disc of its
    longer axis. The quantile is explicit for two dimensions:
    :math:`(n-1)(\alpha^{-2/(n-2)}-1)` is the right-hand side.

    Parameters
    ----------
    values : ndarray, shape (n, 2)
        Real and imaginary parts of independent draws, n at least 3.
    alpha : float
        Error probability, strictly between 0 and 1.

    Returns
    -------
    Gap
        Mean and radius.

    Raises
    ------
    DomainError
        When there are fewer than 3 draws or ``alpha`` is no probability.

    Accuracy
    --------
    Level ``1 - alpha``, at least, for Gaussian draws; asymptotically for others.

    References
    ----------
    Hotelling, *The generalization of Student's ratio*, Ann. Math. Stat. 2 (1931), 360-378.

    Examples
    --------
    >>> gap_disc(np.array([[1.0, 2.0]] * 5), 0.01)
    Gap(mean=(1+2j), radius=0.0, draws=5)
    """
    require_probability("alpha", alpha)
    n = len(values)
    if n < 3 or values.shape != (n, 2):
        raise DomainError(f"values of shape {values.shape} must have shape (n, 2), n at least 3.")
    spread = float(np.linalg.eigvalsh(np.cov(values.T))[-1])
    quantile = (n - 1) * math.expm1(-2 * math.log(alpha) / (n - 2))
    # rounding may leave a variance of -1e-30
    radius = math.sqrt(max(spread, 0.0) / n * quantile)
    return Gap(mean=complex(*values.mean(axis=0)), radius=radius, draws=n)


def decay(small: Gap, large: Gap, growth: float) -> tuple[float, float]:
    r"""Return an interval for the exponent e in :math:`|\text{gap}|\propto N^e` between two sizes.

    Parameters
    ----------
    small, large : Gap
        The gaps at the smaller and at the larger size.
    growth : float
        The larger size over the smaller one, above 1.

    Returns
    -------
    low, high : float
        Infinite where a disc reaches 0.

    Raises
    ------
    DomainError
        When the growth does not exceed 1.

    Accuracy
    --------
    The sum of the error probabilities of the two discs.

    Examples
    --------
    >>> one, half = (Gap(mean=m, radius=0.0, draws=9) for m in (1.0 + 0j, 0.5 + 0j))
    >>> decay(one, half, 4)
    (-0.5, -0.5)
    """
    if not growth > 1:
        raise DomainError(f"growth = {growth!r} must exceed 1.")
    low = _log(large.low) - _log(small.high) if large.low else -math.inf
    high = _log(large.high) - _log(small.low) if small.low else math.inf
    return low / math.log(growth), high / math.log(growth)


def _log(modulus: float) -> float:
    return math.log(modulus) if modulus else -math.inf


def verdict(gaps: Mapping[int, Gap]) -> str:
    """Return what the gaps at several sizes show, by the smallest and the largest size.

    Parameters
    ----------
    gaps : mapping of int to Gap
        Gaps by size N, at least two sizes.

    Returns
    -------
    {"survives", "breaks", "no gap seen", "undecided"}
        "no gap seen" means that no disc excludes 0, and is evidence up to their sizes only.

    Raises
    ------
    DomainError
        When there are fewer than two sizes.

    Accuracy
    --------
    Wrong with at most the sum of the error probabilities of the discs, as far as the gap is a
    power of N from the smaller size on.

    Examples
    --------
    >>> stays = Gap(mean=0.3 + 0j, radius=0.01, draws=99)
    >>> verdict({64: stays, 256: stays})
    'breaks'
    """
    if len(gaps) < 2:
        raise DomainError(f"gaps at sizes {sorted(gaps)} must have at least two sizes.")
    first, last = min(gaps), max(gaps)
    if not any(gap.low for gap in gaps.values()):
        return "no gap seen"
    low, high = decay(gaps[first], gaps[last], last / first)
    if high < SLOWEST:
        return "survives"
    return "breaks" if low > SLOWEST else "undecided"
