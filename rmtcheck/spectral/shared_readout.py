r"""Mean squared norms of the blocks of a wide-data hidden layer, in floats: the readout first.

For :math:`f(x)=V\max(Wx,0)` in the limit :math:`d,N\to\infty`, :math:`d/N\to\gamma`, two samples
have independent preactivations and the same V. With many classes the softmax turns the law of a
row into its exponential tilt, and the means that are left are over rows and units. Here the mean
over a **unit** is taken first, by quadrature, for a fixed projection T of the rows on it,

.. math:: w_k(T)=\mathbb E\bigl[\phi^ke^{T\phi-r\phi^2/2m}\bigr], \qquad
          \mathbb E\bigl[(\phi\phi')^ke^{r\phi\phi'/m}\bigr]=\mathbb E_{T\sim N(0,r/m)}w_k(T)^2,

because the samples are independent given the r rows. No integral is done by hand.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from rmtcheck.errors import DomainError
from rmtcheck.spectral.arrays import Array
from rmtcheck.vocabulary.observations import Estimate

NODES = 240
"""Gauss-Legendre nodes on the half line of one unit; the estimate of the error uses half."""
REACH = 12.0
"""Standard deviations after which a Gaussian is cut off."""


@dataclass(frozen=True)
class Term:
    """The leading term of a mean squared norm for many classes: ``coefficient * C**exponent``."""

    coefficient: Estimate
    exponent: int


def relu_overlap_value(order: int, tilt: float) -> Estimate:
    r"""Return :math:`\mathbb E[(\phi\phi')^ke^{s\phi\phi'}]` of one rectified unit on two samples.

    In polar coordinates the radius integrates to factorials,

    .. math:: \tfrac34 1_{k=0}+\frac{k!}{2\pi}\int_0^{\pi/2}
              \frac{\sin^k2\theta\,d\theta}{(1-s\sin2\theta)^{k+1}}.

    Parameters
    ----------
    order : int
        The power k.
    tilt : float
        The number s, less than 1.

    Returns
    -------
    Estimate

    Raises
    ------
    DomainError
        If s is not less than 1, where the mean is infinite, or k is negative.

    Accuracy
    --------
    Estimated error, by halving the number of nodes; about 1e-13 up to s = 0.9.

    Examples
    --------
    >>> round(relu_overlap_value(1, 0.0).value * 2 * math.pi, 12)
    1.0
    """
    if not tilt < 1 or order < 0:
        raise DomainError(f"the mean at k = {order}, s = {tilt} is not finite; s < 1 is needed")

    def value(nodes: int) -> float:
        angles, weights = _legendre(0.0, math.pi / 2, nodes)
        sines = np.sin(2 * angles)
        rest = (
            math.factorial(order)
            / (2 * math.pi)
            * (sines**order / (1 - tilt * sines) ** (order + 1))
        )
        return float(weights @ rest) + (0.75 if order == 0 else 0.0)

    return _refined(value)


def cross_entropy_norm(layer: str, *, diagonal: bool, gamma: float, m: int) -> Term:
    r"""Return the leading term of :math:`\mathbb E\|H\|_F^2` with cross-entropy.

    Parameters
    ----------
    layer : {"w", "v"}
        Hidden block of two units, divided by d, or output block of two classes.
    diagonal : bool
        Whether units or classes are the same.
    gamma : float
        Limit of d/N; output blocks do not depend on it.
    m : int
        Width, at least 3.

    Returns
    -------
    Term

    Raises
    ------
    DomainError
        If the width is less than 3.

    Accuracy
    --------
    Estimated error, by halving the number of nodes.

    Examples
    --------
    >>> term = cross_entropy_norm("w", diagonal=True, gamma=1.0, m=4)
    >>> round(term.coefficient.value * 64, 10), term.exponent
    (3.0, 0)
    """
    if m < 3:
        raise DomainError(f"m is {m}; the means are finite for widths from 3 on")
    if layer == "v":
        rows = 1 if diagonal else 2
        return Term(_refined(lambda nodes: _inner_square(rows, m, nodes)), -2 * rows)
    if diagonal:
        return Term(_refined(lambda nodes: _tilted_variance(gamma, m, nodes)), 0)
    return Term(_refined(lambda nodes: _covariance_square(gamma, m, nodes)), -1)


def squared_error_norm(layer: str, *, diagonal: bool, gamma: float, m: int, factor: float) -> Term:
    r"""Return the leading term of :math:`\mathbb E\|H\|_F^2` with the squared error.

    Parameters
    ----------
    layer, diagonal, gamma, m
        As for `cross_entropy_norm`; the width may be any.
    factor : float
        The factor f of the loss.

    Returns
    -------
    Term

    Accuracy
    --------
    Rounding.

    Examples
    --------
    >>> squared_error_norm("w", diagonal=False, gamma=1.0, m=2, factor=1.0).coefficient.value
    0.3125
    """
    gates = (0.5 * gamma + 0.25) if diagonal else (0.25 * gamma + 0.0625)
    if layer == "w":
        value = 4 * factor**2 / m**2 * gates
        return Term(_rounded(value), 2 if diagonal else 1)
    moments = [relu_overlap_value(k, 0.0).value for k in (1, 2)]
    value = 4 * factor**2 * (m * (m - 1) * moments[0] ** 2 + m * moments[1]) if diagonal else 0.0
    return Term(_rounded(value), 0)


def _inner_square(rows: int, m: int, nodes: int) -> float:
    r"""Return :math:`\mathbb E[e^{r\phi\cdot\phi'/m}(\phi\cdot\phi')^2]` over m units."""
    zero, one, two = (_overlap_by_rows(k, rows, m, nodes) for k in range(3))
    return m * (m - 1) * zero ** (m - 2) * one**2 + m * zero ** (m - 1) * two


@lru_cache(maxsize=256)
def _overlap_by_rows(order: int, rows: int, m: int, nodes: int) -> float:
    projections, weights = _projections(rows / m, _reach(rows, m), nodes)
    unit = _unit_mean(lambda phi, T: phi**order, projections, rows / m, nodes)
    if order == 0:
        unit = unit + 0.5
    return float(weights @ unit**2)


def _covariance_square(gamma: float, m: int, nodes: int) -> float:
    r"""Return :math:`\gamma\,\mathbb E[\ell^2]+\mathbb E[\ell\ell']` of the leading covariance."""
    projections, weights = _projections(1 / m, _reach(1, m), nodes)
    gated = _unit_mean(lambda phi, T: T - phi / m, projections, 1 / m, nodes)
    plain = 0.5 + _unit_mean(lambda phi, T: np.ones_like(phi), projections, 1 / m, nodes)
    across = (weights @ plain**2) ** (m - 2) * (weights @ gated**2) ** 2
    other, named = _same_sample(m, nodes)
    return float(gamma * other ** (m - 2) * named**2 + across)


def _same_sample(m: int, nodes: int) -> tuple[float, float]:
    r"""Return the means of :math:`\rho^2` and of :math:`1\rho^2(T-\phi/m)^2` over row and unit."""
    phi, weights = _legendre(0.0, REACH / math.sqrt(1 - 2 / m), nodes)
    z, normal = _projections(1.0, REACH, nodes)
    T = 2 * phi[:, None] / m + z / math.sqrt(m)  # the grid follows the bulk, the integrand stays
    log_row = -m * T**2 / 2 + z**2 / 2 + 2 * T * phi[:, None] - phi[:, None] ** 2 / m
    mass = weights * np.exp(-(phi**2) / 2) / math.sqrt(2 * math.pi)
    density = mass[:, None] * np.exp(log_row) * normal
    return 0.5 + float(density.sum()), float((density * (T - phi[:, None] / m) ** 2).sum())


def _tilted_variance(gamma: float, m: int, nodes: int) -> float:
    """Return the leading norm of a diagonal block: the variance of a tilted row, squared."""
    T, weights = _projections(1 / m, 1 / m + REACH / math.sqrt(m), nodes)
    tilt = np.exp(T - 1 / (2 * m)) * weights  # the variance is the same for all outputs: 1 is one
    variance = float(tilt @ T**2 - (tilt @ T) ** 2)
    return (gamma / 2 + 0.25) * variance**2


def _unit_mean(
    function: Callable[[Array, Array], Array], T: Array, damping: float, nodes: int
) -> Array:
    r"""Return :math:`\int_0^\infty f\,e^{T\phi-\text{damping}\,\phi^2/2}` over a half Gaussian."""
    reach = max(float(abs(T).max()), 1.0) + REACH
    phi, weights = _legendre(0.0, reach, nodes)
    column = T[:, None]
    exponent = column * phi - (1 + damping) * phi**2 / 2
    values = np.broadcast_to(function(phi, column), exponent.shape)
    mean: Array = (values * np.exp(exponent)) @ weights / math.sqrt(2 * math.pi)
    return mean


def _reach(rows: int, m: int) -> float:
    """Return where the squared mean over a unit, times the density of the rows, is negligible."""
    decay = m / (2 * rows) - m / (m + rows)
    return REACH / math.sqrt(2 * decay)


def _projections(variance: float, reach: float, nodes: int) -> tuple[Array, Array]:
    """Return points and weights of the trapezoidal rule for a centred Gaussian."""
    points = np.linspace(-reach, reach, 2 * nodes + 1)
    density = np.exp(-(points**2) / (2 * variance)) / math.sqrt(2 * math.pi * variance)
    return points, density * (points[1] - points[0])


@lru_cache(maxsize=32)
def _rule(nodes: int) -> tuple[Array, Array]:
    return np.polynomial.legendre.leggauss(nodes)


def _legendre(start: float, stop: float, nodes: int) -> tuple[Array, Array]:
    points, weights = _rule(nodes)
    half = (stop - start) / 2
    return start + half * (1 + points), half * weights


def _refined(value: Callable[[int], float]) -> Estimate:
    fine = value(NODES)
    return Estimate(value=fine, error=abs(fine - value(NODES // 2)) + 1e-13 * abs(fine))


def _rounded(value: float) -> Estimate:
    return Estimate(value=value, error=1e-15 * abs(value))
