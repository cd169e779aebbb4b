r"""The exact finite-size mean of a block norm, with the dependence of weights on data in place.

For :math:`H=\frac1N\sum_n\lambda(Vx_n)x_nx_n^\top`, :math:`V_{ck}\sim N(0,1/d)`,
:math:`x_n\sim N(0,I_d)`, split :math:`\|H\|_F^2` into :math:`n=m` and :math:`n\neq m`. Given
:math:`|x|^2=sd` the logits are iid :math:`N(0,s)`; given two inputs they are Gaussian pairs
of correlation :math:`\rho`, the cosine of two independent directions. Mehler's formula then
gives, with :math:`\hat c_\alpha(s)` the Hermite coefficients of
:math:`Z\mapsto\lambda(\sqrt sZ)` and :math:`\mathbb E_\nu` the mean over
:math:`s\sim\chi^2_\nu/d`,

.. math:: \tfrac1d\mathbb E\|H\|_F^2 = \tfrac{d+2}N\,\mathbb E_{d+4}m_{\lambda^2}(\sqrt s)
   + \left(1-\tfrac1N\right)\sum_{k\text{ even}} r_k\sum_{|\alpha|=k}
   \left(\mathbb E_{d+2}\hat c_\alpha(s)\right)^2,\qquad r_k=d\,\mathbb E\rho^{k+2}.

The numbers :math:`r_k=\prod_{l=1}^{k/2}\frac{2l+1}{d+2l}` decrease in k, and by Parseval and Jensen
the sum of all squares is at most :math:`\mathbb E_{d+2}m_{\lambda^2}`; so what follows the
last order kept is enclosed between 0 and the next :math:`r_k` times what Parseval leaves. A
temperature T of the softmax only makes :math:`\sqrt s` everywhere :math:`\sqrt s/T`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import sympy

from rmtcheck.errors import DomainError
from rmtcheck.spectral.arrays import Array
from rmtcheck.spectral.expectations import Terms, evaluate, softmax_terms
from rmtcheck.spectral.hermite import derivative, mean, orbits, square
from rmtcheck.spectral.softmax import SoftmaxMoments, checked_classes
from rmtcheck.vocabulary.observations import Estimate
from rmtcheck.vocabulary.quantities import Expectation, SoftmaxComponent

NODES = 12
ORDER = 4


@dataclass(frozen=True)
class RadiusRule:
    r"""Gauss quadrature for :math:`s\sim\chi^2_d/d`, with orthonormal polynomials at its nodes."""

    nodes: Array
    polynomials: Array
    d: int

    def mean(self, values: Array, errors: Array, freedom: int = 0) -> Estimate:
        r"""Return the mean of a function over :math:`s\sim\chi^2_{d+\text{freedom}}/d`.

        Accuracy
        --------
        Estimated error: the largest of the last two coefficients of the function in the
        orthonormal polynomials, an upper guess since the rule is exact to twice their degree.
        """
        tilt = {
            0: np.ones_like(self.nodes),
            2: self.nodes,
            4: self.nodes**2 * self.d / (self.d + 2),
        }[freedom]
        root = abs(self.polynomials[0])
        coefficients = self.polynomials @ (np.sign(self.polynomials[0]) * root * tilt * values)
        last = float(abs(coefficients[-2:]).max())
        return Estimate(value=float(coefficients[0]), error=last + float(root**2 @ (tilt * errors)))


def radius_rule(d: int, nodes: int = NODES) -> RadiusRule:
    r"""Return the Gauss rule of :math:`s\sim\chi^2_d/d` from its Jacobi matrix.

    Parameters
    ----------
    d : int
        Degrees of freedom.
    nodes : int
        Number of nodes.

    Returns
    -------
    RadiusRule

    Examples
    --------
    >>> rule = radius_rule(6)
    >>> round(rule.mean(rule.nodes**2, 0 * rule.nodes).value, 12) == round(8 / 6, 12)
    True
    """
    k = np.arange(nodes)
    diagonal = 2 * k + d / 2
    beside = np.sqrt(k[1:] * (k[1:] + d / 2 - 1))
    points, vectors = np.linalg.eigh(np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1))
    return RadiusRule(nodes=2 * points / d, polynomials=vectors * np.sign(vectors[0]), d=d)


def block_norm_mean(weight: Any, d: int, N: int, C: int) -> Estimate:
    r"""Return :math:`\frac1d\mathbb E\|\frac1N\sum_n\lambda_nx_nx_n^\top\|_F^2` at finite sizes.

    Parameters
    ----------
    weight : sympy expression
        The weight :math:`\lambda`, a polynomial in ``SoftmaxComponent`` of at most 2 or so
        classes; the logits are :math:`Vx_n` over the temperature of the components.
    d, N, C : int
        Dimension :math:`d\ge1`, samples :math:`N\ge1`, classes :math:`C\ge2`.

    Returns
    -------
    Estimate
        Its error is half the width of the enclosed remainder plus the quadrature errors.

    Raises
    ------
    DomainError
        If a size is out of range or the weight is no softmax polynomial.

    Accuracy
    --------
    Relative error of order :math:`d^{-3}`; an estimate, not an enclosure.

    Examples
    --------
    >>> from rmtcheck.vocabulary.quantities import SoftmaxOfGaussians
    >>> from rmtcheck.vocabulary.symbols import C, i, j
    >>> p = SoftmaxOfGaussians(C)
    >>> norm = block_norm_mean(p[i] * p[j], 50, 100, 10)
    >>> norm.error < 1e-3 * norm.value
    True
    """
    _require_sizes(d=d, N=N)
    scale, terms = _weight_terms(weight, C)
    moments, rule = _moments_at(d, checked_classes(C), scale)
    squared = mean(square(terms), moments)
    same = rule.mean(*squared, freedom=4)
    pairs = _pairs(terms, moments, rule, rule.mean(*squared, freedom=2))
    repeated, distinct = (d + 2) / N, 1 - 1 / N
    return Estimate(
        value=repeated * same.value + distinct * pairs.value,
        error=repeated * same.error + distinct * pairs.error,
    )


def block_norm_limit(weight: Any, gamma: float, C: int) -> Estimate:
    r"""Return the limit :math:`\gamma\,\mathbb E\lambda^2+(\mathbb E\lambda)^2` of the block norm.

    Parameters
    ----------
    weight : sympy expression
        The weight :math:`\lambda`, a polynomial in ``SoftmaxComponent``.
    gamma : float
        Aspect ratio, the limit of :math:`d/N`.
    C : int
        Number of classes.

    Returns
    -------
    Estimate

    Raises
    ------
    DomainError
        If gamma is not positive or the weight is no softmax polynomial.

    Accuracy
    --------
    Estimated relative error, about 1e-13.
    """
    if not 0 < gamma < float("inf"):
        raise DomainError(f"gamma is {gamma}; a positive number is needed")
    closed = _at_classes(weight, C)
    ratio = sympy.Float(gamma, 17)
    return evaluate(ratio * Expectation(sympy.expand(closed**2)) + Expectation(closed) ** 2)


def softmax_spread(d: int, C: int) -> Estimate:
    r"""Return :math:`\mathbb E[C\sum_kp_k^2]-1` for the logits :math:`Vx` at finite dimension.

    Parameters
    ----------
    d, C : int
        Dimension :math:`d\ge1` and classes :math:`C\ge2`.

    Returns
    -------
    Estimate

    Raises
    ------
    DomainError
        If a size is out of range.

    Accuracy
    --------
    Estimated error, far below the distance :math:`O(1/d)` to the limit for d of 10 and more.
    """
    _require_sizes(d=d)
    moments, rule = _moments_at(d, checked_classes(C), 1.0)
    second = rule.mean(*moments((2,)))
    return Estimate(value=C**2 * second.value - 1, error=C**2 * second.error)


def _pairs(terms: Terms, moments: SoftmaxMoments, rule: RadiusRule, total: Estimate) -> Estimate:
    """Sum the orders up to the last one kept; the rest is centred in its enclosure."""
    special = len(next(iter(terms)))
    value, error, left = 0.0, 0.0, total.value
    for order in range(ORDER + 2):
        energy = _energy(terms, moments, rule, special, order)
        left -= energy.value
        if order % 2 == 0:
            value += _pair_factor(rule.d, order) * energy.value
            error += _pair_factor(rule.d, order) * energy.error
    half = _pair_factor(rule.d, ORDER + 2) * max(left, 0.0) / 2
    return Estimate(value=value + half, error=error + half + _pair_factor(rule.d, 6) * total.error)


def _energy(
    terms: Terms, moments: SoftmaxMoments, rule: RadiusRule, special: int, order: int
) -> Estimate:
    r"""Return the sum of squared mean Hermite coefficients of one order."""
    value, error = 0.0, 0.0
    for orbit in orbits(special, moments.classes, order):
        values, slack = mean(derivative(terms, orbit.orders), moments)
        power = moments.scales**order
        coefficient = rule.mean(power * values, power * slack, freedom=2)
        share = orbit.size / math.prod(map(math.factorial, orbit.orders))
        value += share * coefficient.value**2
        error += share * (2 * abs(coefficient.value) + coefficient.error) * coefficient.error
    return Estimate(value=value, error=error)


def _pair_factor(d: int, order: int) -> float:
    r"""Return :math:`d\,\mathbb E\rho^{k+2}` for even k."""
    steps = np.arange(1, order // 2 + 1)
    return float(np.prod((2 * steps + 1) / (d + 2 * steps)))


def _require_sizes(**sizes: int) -> None:
    for name, size in sizes.items():
        if int(size) != size or size < 1:
            raise DomainError(f"{name} is {size}; a positive integer is needed")


def _at_classes(weight: Any, classes: int) -> Any:
    """Put the number of classes into a weight that holds it as a symbol."""
    closed = sympy.sympify(weight)
    symbols = {c.classes for c in closed.atoms(SoftmaxComponent) if c.classes.is_Symbol}
    return closed.subs(dict.fromkeys(symbols, sympy.Integer(checked_classes(classes))))


def _weight_terms(weight: Any, classes: int) -> tuple[float, Terms]:
    softmax, _, terms = softmax_terms(_at_classes(weight, classes))
    if softmax is None:
        return 1.0, terms
    if softmax.classes != classes:
        raise DomainError(f"the weight has {softmax.classes} classes; C is {classes}")
    return float(softmax.scale), terms


@lru_cache(maxsize=8)
def _moments_at(d: int, classes: int, scale: float) -> tuple[SoftmaxMoments, RadiusRule]:
    rule = radius_rule(d)
    return SoftmaxMoments(classes, scale * np.sqrt(rule.nodes)), rule
