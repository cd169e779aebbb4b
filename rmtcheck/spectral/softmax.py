r"""Moments of the softmax of iid Gaussian logits, by one integral whatever the number of classes.

With :math:`w=e^{u+\sigma Z}`, :math:`G_a(u)=\mathbb E[w^ae^{-w}]` and :math:`K=\sum_ka_k`,

.. math:: \mathbb E\prod_{k\le m}p_k^{a_k}
          = \frac1{\Gamma(K)}\int_{\mathbb R}\prod_{k\le m}G_{a_k}(u)\,G_0(u)^{C-m}\,du,

which follows from :math:`S^{-K}=\Gamma(K)^{-1}\int_0^\infty t^{K-1}e^{-tS}dt` and
:math:`t=e^u`. Both integrands are analytic in a strip, so the trapezoid rule converges
exponentially.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from rmtcheck.errors import DomainError
from rmtcheck.spectral.arrays import Array
from rmtcheck.vocabulary.observations import Estimate

U_STEP = 0.1
Z_STEP = 0.125
Z_REACH = 9.0
TAIL = 40.0
VANISHED = 30.0
ROUNDING = 1e-14


class SoftmaxMoments:
    r"""Moments of one softmax at several logit scales at once.

    Parameters
    ----------
    classes : int
        Number of classes :math:`C\ge2`.
    scales : array of shape (S,)
        Standard deviations of the logits, in :math:`[0, 20]`.

    Raises
    ------
    DomainError
        If `classes` is no integer of at least 2, or a scale lies outside [0, 20].

    Examples
    --------
    >>> values, errors = SoftmaxMoments(10, [1.0])((1,))
    >>> abs(float(values[0]) - 0.1) < 1e-13
    True
    """

    def __init__(self, classes: int, scales: ArrayLike) -> None:
        self.classes = checked_classes(classes)
        self.scales = _checked_scales(scales)
        self._tables: list[Array] = []
        self._products: dict[tuple[int, ...], tuple[Array, Array]] = {}
        widest = float(self.scales.max())
        left = -TAIL - math.log(self.classes) - widest**2 / 2
        self._u = _grid(left, 7 * widest + 5, U_STEP)

    def __call__(self, powers: Sequence[int]) -> tuple[Array, Array]:
        r"""Return :math:`\mathbb E\prod_kp_k^{a_k}` at every scale, with error estimates.

        Parameters
        ----------
        powers : sequence of int
            Non-negative powers :math:`a_k` of distinct classes.

        Returns
        -------
        values, errors : arrays of shape (S,)

        Raises
        ------
        DomainError
            If a power is negative or there are more distinct classes than classes.

        Accuracy
        --------
        Estimated relative error, from doubling both steps; about 1e-13.
        """
        key = checked_powers(powers, self.classes)
        if key not in self._products:
            self._products[key] = self._moment(key) if key else self._ones()
        return self._products[key]

    def _ones(self) -> tuple[Array, Array]:
        return np.ones_like(self.scales), np.zeros_like(self.scales)

    def _moment(self, powers: tuple[int, ...]) -> tuple[Array, Array]:
        if len(self._tables) <= powers[0]:
            self._tables = self._build(powers[0] + 3)
        rest = self._rest(self.classes - len(powers))
        integrand = np.prod([self._tables[a] for a in powers], axis=0) * rest
        fine = U_STEP * integrand[:, :, 0].sum(axis=1)
        coarse = 2 * U_STEP * integrand[:, ::2, 1].sum(axis=1)
        norm = math.exp(-math.lgamma(sum(powers)))
        return fine * norm, (abs(fine - coarse) + ROUNDING * fine) * norm

    def _rest(self, others: int) -> Array:
        """Return the factor of the classes that do not occur, exact for many of them."""
        rest = self._tables[0] ** others
        left = self._u <= 0
        rest[:, left] = np.exp(others * np.log1p(-self._missing[:, left]))
        return rest

    def _build(self, count: int) -> list[Array]:
        """Tabulate the first `count` functions G_a and 1 - G_0; axes (scale, u, step)."""
        shape = (len(self.scales), len(self._u), 2)
        tables: list[Array] = [np.empty(shape) for _ in range(count)]
        self._missing = np.empty(shape)
        for row, scale in enumerate(self.scales):
            z, weights = _gaussian_rule(float(scale), count)
            w = np.exp(np.minimum(self._u[:, None] + scale * z, VANISHED))
            self._missing[row] = -np.expm1(-w) @ weights
            term = np.exp(-w)
            for table in tables:
                table[row] = term @ weights
                term *= w
        return tables


def softmax_moment(powers: Sequence[int], classes: int, scale: float = 1.0) -> Estimate:
    r"""Return the float moment :math:`\mathbb E\prod_kp_k^{a_k}` of a Gaussian softmax.

    Parameters
    ----------
    powers : sequence of int
        Non-negative powers :math:`a_k` of distinct classes.
    classes : int
        Number of classes :math:`C\ge2`.
    scale : float, default 1
        Standard deviation of the iid centred logits, in :math:`[0, 20]`.

    Returns
    -------
    Estimate

    Raises
    ------
    DomainError
        If an argument lies outside its domain.

    Accuracy
    --------
    Estimated relative error, about 1e-13.

    Examples
    --------
    >>> moment = softmax_moment((1, 1), 4)
    >>> moment.error < 1e-13
    True
    """
    values, errors = _moments(classes, float(scale))(powers)
    return Estimate(value=float(values[0]), error=float(errors[0]))


def checked_classes(classes: int) -> int:
    """Return `classes` as an int of at least 2, or raise DomainError."""
    if not np.isfinite(float(classes)) or int(classes) != classes or classes < 2:
        raise DomainError(f"classes is {classes}; an integer of at least 2 is needed")
    return int(classes)


def checked_powers(powers: Sequence[int], classes: int) -> tuple[int, ...]:
    """Return the positive powers in descending order, or raise DomainError."""
    if any(int(a) != a or a < 0 for a in powers):
        raise DomainError(f"powers is {tuple(powers)}; non-negative integers are needed")
    key = tuple(sorted((int(a) for a in powers if a), reverse=True))
    if len(key) > classes:
        raise DomainError(f"powers has {len(key)} distinct classes; there are only {classes}")
    return key


def _checked_scales(scales: ArrayLike) -> Array:
    array = np.atleast_1d(np.asarray(scales, dtype=float))
    if array.ndim != 1 or not array.size or not np.all((array >= 0) & (array <= 20)):
        raise DomainError(f"scale is {scales!r}; numbers between 0 and 20 are needed")
    return array


def _grid(left: float, right: float, step: float) -> Array:
    """Return equidistant points; numpy.arange would take its step from rounded differences."""
    return left + step * np.arange(math.ceil((right - left) / step) + 1)


def _gaussian_rule(scale: float, count: int) -> tuple[Array, Array]:
    """Return trapezoid nodes for N(0,1) and their weights with the step and with its double."""
    step = Z_STEP / max(1.0, scale)
    z = _grid(-Z_REACH, Z_REACH + scale * count, step)
    density = np.exp(-z * z / 2) / math.sqrt(2 * math.pi)
    every_other = 2.0 * (np.arange(len(z)) % 2 == 0)
    return z, step * np.stack([density, density * every_other], axis=1)


@lru_cache(maxsize=512)
def _moments(classes: int, scale: float) -> SoftmaxMoments:
    return SoftmaxMoments(classes, [scale])
