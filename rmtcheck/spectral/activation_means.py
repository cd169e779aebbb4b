r"""The constants of a hidden layer in floats, for any activation, by quadrature in the plane.

The activation is differentiated as an expression, a mean over one sample is a sum over the line,
and one over two samples a sum over the plane of both preactivations: neither the bounds nor the
series of the certified route are used.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import lru_cache, partial

import numpy as np
import sympy

from rmtcheck.errors import DomainError
from rmtcheck.spectral.arrays import Array
from rmtcheck.vocabulary.activations import ARGUMENT, Activation
from rmtcheck.vocabulary.observations import Estimate

NODES = 400
"""Gauss-Legendre nodes on each half line; the estimate of the error uses half."""
REACH = 12.0
"""Standard deviations after which a Gaussian is cut off."""
ROUNDING = 1e-12
"""Relative error that weights and nodes in floats are granted."""
_FAR = 500.0
"""Where an activation is taken to have its slope at infinity."""

Integrand = Callable[..., Array]


def activation_mean_value(
    activation: Activation, powers: tuple[int, int, int], tilt: float
) -> Estimate:
    r"""Return :math:`\mathbb E[\sigma^k\sigma'^p\sigma''^qe^{t\sigma^2}]` of one unit.

    Parameters
    ----------
    activation : Activation
        Any, smooth off 0.
    powers : (int, int, int)
        The powers k, p and q.
    tilt : float
        The number t.

    Returns
    -------
    Estimate

    Raises
    ------
    DomainError
        If the mean is infinite.

    Accuracy
    --------
    Estimated error, by halving the number of nodes, and 1e-12 for rounding.

    Examples
    --------
    >>> from rmtcheck.vocabulary.activations import RELU
    >>> round(activation_mean_value(RELU, (2, 0, 0), 0.0).value, 12)
    0.5
    """
    reach = REACH / math.sqrt(_decay(activation, tilt, samples=1))

    def value(nodes: int) -> float:
        a, weights = _gaussian_line(reach, nodes)
        s, slope, curvature = (f(a) for f in _jet(activation))
        product = s ** powers[0] * slope ** powers[1] * curvature ** powers[2]
        return float(weights @ (product * np.exp(tilt * s**2 - a**2 / 2)))

    return _refined(value)


def activation_overlap_value(
    activation: Activation, order: int, slopes: int, tilt: float
) -> Estimate:
    r"""Return :math:`\mathbb E[(s\tilde s)^k(\sigma'\tilde\sigma')^pe^{ts\tilde s}]` of one unit.

    Parameters
    ----------
    activation : Activation
        Any, smooth off 0.
    order, slopes : int
        The powers k and p.
    tilt : float
        The number t.

    Returns
    -------
    Estimate

    Raises
    ------
    DomainError
        If the mean is infinite.

    Accuracy
    --------
    Estimated error, by halving the number of nodes, and 1e-12 for rounding.

    Examples
    --------
    >>> from rmtcheck.vocabulary.activations import RELU
    >>> round(activation_overlap_value(RELU, 1, 0, 0.0).value * 2 * math.pi, 10)
    1.0
    """
    reach = REACH / math.sqrt(_decay(activation, tilt, samples=2))

    def value(nodes: int) -> float:
        a, weights = _gaussian_line(reach, nodes)
        s, slope, _ = (f(a) for f in _jet(activation))
        factor = weights * s**order * slope**slopes
        energy = a**2 / 4  # half of each Gaussian stays with the exponential: no overflow
        kernel = np.exp(tilt * np.outer(s, s) - 2 * np.add.outer(energy, energy))
        return float(factor @ kernel @ factor)

    return _refined(value)


def hidden_ce_value(gamma: float, m: int, activation: Activation) -> float:
    r"""Return the limit of C times the ratio of hidden blocks, cross-entropy.

    Parameters
    ----------
    gamma : float
        Limit of d/N.
    m : int
        Width.
    activation : Activation
        Any, smooth off 0.

    Returns
    -------
    float

    Accuracy
    --------
    About 1e-11, for activations that vary on the scale 1.

    References
    ----------
    Lemma 21 (d) of ``docs/lemmas.md``.

    Examples
    --------
    >>> from rmtcheck.vocabulary.activations import RELU
    >>> round(hidden_ce_value(1.0, 3, RELU), 10)
    5.7194124412
    """

    def mean(value: int, slope: int, curvature: int) -> float:
        return _mean(activation, value, slope, curvature, 1 / m)

    def overlap(order: int, slopes: int) -> float:
        return activation_overlap_value(activation, order, slopes, 1 / m).value

    same = mean(0, 2, 0) + mean(2, 2, 0) / m
    across = overlap(0, 1) + overlap(1, 1) / m
    above = gamma * mean(0, 0, 0) ** (m - 2) * same**2
    above += overlap(0, 0) ** (m - 2) * across**2
    return above / (_one_unit(gamma, activation) + gamma * m * _mean(activation, 0, 0, 2))


def output_ce_value(m: int, activation: Activation) -> float:
    r"""Return the limit of :math:`C^2` times the ratio of output blocks, cross-entropy.

    Parameters
    ----------
    m : int
        Width.
    activation : Activation
        Any, smooth off 0.

    Returns
    -------
    float

    Accuracy
    --------
    About 1e-11, for activations that vary on the scale 1.

    References
    ----------
    Lemma 21 (e) of ``docs/lemmas.md``.

    Examples
    --------
    >>> from rmtcheck.vocabulary.activations import RELU
    >>> round(output_ce_value(3, RELU), 10)
    8.136058139
    """

    def inner_square(rows: int) -> float:
        zero, one, two = (
            activation_overlap_value(activation, k, 0, rows / m).value for k in range(3)
        )
        pairs = m * (m - 1) * zero ** (m - 2) * one**2 if m > 1 else 0.0
        return pairs + m * zero ** (m - 1) * two

    return inner_square(2) / inner_square(1)


def hidden_mse_value(gamma: float, activation: Activation) -> float:
    r"""Return the limit of C times the ratio of hidden blocks, squared error.

    Parameters
    ----------
    gamma : float
        Limit of d/N.
    activation : Activation
        Any, smooth off 0.

    Returns
    -------
    float

    Accuracy
    --------
    About 1e-11, for activations that vary on the scale 1.

    References
    ----------
    Lemma 21 (c) of ``docs/lemmas.md``.

    Examples
    --------
    >>> from rmtcheck.vocabulary.activations import RELU
    >>> round(hidden_mse_value(1.0, RELU), 12) == round(5 / 12, 12)
    True
    """
    squares, slopes = _mean(activation, 0, 2, 0), _mean(activation, 0, 1, 0)
    return (gamma * squares**2 + slopes**4) / _one_unit(gamma, activation)


def _mean(
    activation: Activation, value: int, slope: int, curvature: int, tilt: float = 0.0
) -> float:
    """Return the mean of powers of an activation and its derivatives, without its error."""
    return activation_mean_value(activation, (value, slope, curvature), tilt).value


def _one_unit(gamma: float, activation: Activation) -> float:
    r"""Return :math:`\gamma\,\mathbb E[g^2]+\mathbb E[g]^2`, :math:`g=\sigma'^2+\sigma\sigma''`."""
    mean = partial(_mean, activation)
    square = mean(0, 4, 0) + 2 * mean(1, 2, 1) + mean(2, 0, 2)
    return gamma * square + (mean(0, 2, 0) + mean(1, 0, 1)) ** 2


@lru_cache(maxsize=32)
def _jet(activation: Activation) -> tuple[Integrand, Integrand, Integrand]:
    """Return the function and its first two derivatives, for arrays."""
    orders = (sympy.diff(activation.expression, ARGUMENT, n) for n in range(3))
    first, second, third = (_vectorized(expression) for expression in orders)
    return first, second, third


def _vectorized(expression: sympy.Expr) -> Integrand:
    function = sympy.lambdify(ARGUMENT, expression, modules=["scipy", "numpy"])
    return lambda a: np.broadcast_to(function(a), a.shape)


def _decay(activation: Activation, tilt: float, samples: int) -> float:
    r"""Return the decay that a tilt leaves: :math:`1-2t\beta^2`, or :math:`1-t\beta^2` for two."""
    ends = _jet(activation)[0](np.array([-_FAR, _FAR])) / _FAR
    decay = 1 - (3 - samples) * abs(tilt) * float(np.max(ends**2))
    if not decay > 0:
        raise DomainError(f"tilt = {tilt} makes the mean of {activation} infinite")
    return decay


def _gaussian_line(reach: float, nodes: int) -> tuple[Array, Array]:
    """Return points on both half lines, and weights without the Gaussian itself."""
    points, weights = _rule(nodes)
    a = reach * (1 + points) / 2
    each = reach * weights / 2 / math.sqrt(2 * math.pi)
    return np.concatenate([-a[::-1], a]), np.concatenate([each[::-1], each])


@lru_cache(maxsize=8)
def _rule(nodes: int) -> tuple[Array, Array]:
    return np.polynomial.legendre.leggauss(nodes)


def _refined(value: Callable[[int], float]) -> Estimate:
    fine = value(NODES)
    return Estimate(value=fine, error=abs(fine - value(NODES // 2)) + ROUNDING * abs(fine))
