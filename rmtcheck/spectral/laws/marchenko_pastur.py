"""The Marchenko-Pastur law of sample covariances."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np

from rmtcheck.errors import DomainError
from rmtcheck.spectral.arrays import Array, ComplexArray
from rmtcheck.spectral.distribution import turns
from rmtcheck.spectral.doubled import Pair, above, add, multiply, square_root
from rmtcheck.spectral.law import (
    Intervals,
    SpectralLaw,
    complex_points,
    natural,
    positive,
    real_points,
    representable,
    scalar_like,
    upper_half,
)
from rmtcheck.spectral.matrices import draw_weighted_gram

NARROW = 0.25


@dataclass(frozen=True)
class MarchenkoPastur(SpectralLaw):
    r"""The law of :math:`\frac1NXX^\top`, :math:`X` d x N with variance :math:`\sigma^2`.

    With :math:`a,b=\sigma^2(1\mp\sqrt\gamma)^2` and :math:`d/N\to\gamma`,

    .. math:: \frac{\sqrt{(b-x)(x-a)}}{2\pi\gamma\sigma^2x}\mathbf 1_{[a,b]}dx
              +\left(1-\tfrac1\gamma\right)_+\delta_0(dx).

    Normalised to mass 1, the atom included.

    Parameters
    ----------
    gamma : float or exact number
        Aspect ratio :math:`\gamma`, the limit of :math:`d/N`, this way round, from 1e-20 to
        1e20: beyond, both edges are the same float.
    variance : float or exact number, default 1
        Variance :math:`\sigma^2>0` of an entry; the variance of the law is the method.

    Raises
    ------
    DomainError
        If a parameter is not finite and positive.

    References
    ----------
    Marchenko and Pastur, Math. USSR Sbornik 1 (1967); Bai and Silverstein, Spectral Analysis of
    Large Dimensional Random Matrices, 2nd ed., Theorem 3.6.

    Examples
    --------
    >>> from fractions import Fraction
    >>> MarchenkoPastur(Fraction(1, 2)).moment(3)
    Fraction(11, 4)
    >>> MarchenkoPastur(4.0).atoms()
    ((0.0, 0.75),)
    """

    gamma: Any
    entry_variance: Any

    def __init__(self, gamma: Any, variance: Any = 1) -> None:
        object.__setattr__(self, "gamma", positive("gamma", gamma, 1e-20, 1e20))
        object.__setattr__(self, "entry_variance", positive("variance", variance))

    @classmethod
    def typical(cls) -> tuple[Self, ...]:
        """Return members below, at and above the square case."""
        return cls(0.3), cls(1), cls(2.5), cls(0.5, variance=3.0)

    def stieltjes(self, z: Any) -> Any:
        r"""Return the root of :math:`\gamma\sigma^2zs^2+(z-\sigma^2(1-\gamma))s+1=0` with
        :math:`s\sim-1/z`.

        Parameters
        ----------
        z : complex or array
            Any finite points but a pole; on the real line the boundary value from above.

        Returns
        -------
        complex or array

        Raises
        ------
        DomainError
            If z is not finite, or 0 where the transform has a pole.

        Accuracy
        --------
        Exact up to rounding.
        """  # noqa: D205
        points, below = upper_half(complex_points(z))
        if np.any(points == 0) and self._gamma >= 1:
            raise DomainError(
                "z is 0, where this transform is infinite; any other point is accepted"
            )
        drift = self._variance * (1 - self._gamma)
        value = self._root(points, drift - points, self._gamma * self._variance)
        return scalar_like(z, np.where(below, value.conj(), value))

    def companion_stieltjes(self, z: Any) -> Any:
        r"""Return :math:`-(1-\gamma)/z+\gamma s(z)`, the transform of :math:`\frac1NX^\top X`.

        It is the root of :math:`\sigma^2z\underline s^2+(z+\sigma^2(1-\gamma))\underline s+1=0`,
        whose terms do not cancel at 0.

        Raises
        ------
        DomainError
            If z is 0 or not finite.

        Accuracy
        --------
        Exact up to rounding.
        """
        points, below = upper_half(complex_points(z))
        if np.any(points == 0):
            raise DomainError("z is 0; the companion transform is taken at other points")
        drift = self._variance * (1 - self._gamma)
        value = self._root(points, -drift - points, self._variance)
        return scalar_like(z, np.where(below, value.conj(), value))

    def pdf(self, x: Any) -> Any:
        """Return the density of the continuous part; infinite at 0 for gamma = 1.

        Accuracy
        --------
        Exact up to rounding.
        """
        points = real_points(x)
        p, q = self._legs(points)
        density = p * q / (self._unit * np.where(points == 0, 1.0, points))
        hard = (points == 0) & (self._gamma == 1)
        return scalar_like(x, np.where(hard, np.inf, density))

    def cdf(self, x: Any) -> Any:
        r"""Return :math:`\mu((-\infty,x])` in closed form, the atom included.

        With :math:`p=\sqrt{x-a}`, :math:`q=\sqrt{b-x}` an antiderivative of :math:`pq/x` is
        :math:`pq+(a+b)\arctan\frac pq-2\sqrt{ab}\arctan\frac{p\sqrt b}{q\sqrt a}`. For small
        gamma its terms cancel, and :mod:`rmtcheck.spectral.distribution` takes its place.

        Accuracy
        --------
        Exact up to rounding.
        """
        points = real_points(x)
        below = self._narrow if self._gamma < NARROW else self._wide
        value = np.clip(below(points.ravel()), 0.0, 1.0)
        return scalar_like(x, value.reshape(points.shape))

    def _wide(self, points: Array) -> Array:
        """Return the distribution function by its antiderivative."""
        a, b = self.edges()
        p, q = self._legs(points)
        primitive = p * q + (a + b) * np.arctan2(p, q)
        primitive -= 2 * math.sqrt(a * b) * np.arctan2(p * math.sqrt(b), q * math.sqrt(a))
        value: Array = primitive / self._unit + np.where(points >= 0, self._atom, 0.0)
        return value

    def _narrow(self, points: Array) -> Array:
        r"""Return it from the dual point :math:`u=\sigma^2(1+e^{i\theta}/\sqrt\gamma)`."""
        p, q = self._legs(points)
        theta, root = 2 * np.arctan2(q, p), math.sqrt(self._gamma)
        a, b = root + np.cos(theta), np.sin(theta)
        above_it = np.arctan2(b, a) - turns(a, b, np.array(root)) / self._gamma
        value: Array = 1 - above_it / math.pi
        return value

    def support(self) -> Intervals:
        """Return the one interval of the continuous part.

        Accuracy
        --------
        Exact up to rounding.
        """
        (low, _), (high, _) = self._edge_pairs
        return ((float(low), float(high)),)

    def atoms(self) -> tuple[tuple[float, float], ...]:
        """Return the atom at 0, if there is one."""
        return ((0.0, self._atom),) if self._atom > 0 else ()

    def moment(self, order: int) -> Any:
        r"""Return :math:`\sigma^{2k}\sum_{r<k}\frac{\gamma^r}{r+1}\binom kr\binom{k-1}r`.

        Raises
        ------
        DomainError
            If the order is no non-negative integer.

        Accuracy
        --------
        Exact for exact parameters, else up to rounding.
        """
        k = natural(order)
        if k == 0:
            return 1
        narayana = (math.comb(k, r) * math.comb(k - 1, r) // (r + 1) for r in range(k))
        terms = (count * self.gamma**r for r, count in enumerate(narayana))
        return representable(k, lambda: self.entry_variance**k * sum(terms))

    def free_cumulant(self, order: int) -> Any:
        r"""Return :math:`\kappa_k=\sigma^{2k}\gamma^{k-1}`.

        Raises
        ------
        DomainError
            If the order is no positive integer.

        Accuracy
        --------
        Exact for exact parameters, else up to rounding.
        """
        if natural(order) == 0:
            raise DomainError("order is 0; a positive integer is needed")
        k = int(order)
        return representable(k, lambda: self.entry_variance**k * self.gamma ** (k - 1))

    def draw(self, dimension: int, *, rng: np.random.Generator) -> Array:
        r"""Draw :math:`\frac1NXX^\top` with Gaussian entries, N nearest to :math:`d/\gamma`.

        Parameters
        ----------
        dimension : int
            Number d of rows.
        rng : numpy Generator
            The source of randomness.

        Returns
        -------
        array of shape (d, d)

        Raises
        ------
        DomainError
            If the dimension or the generator is none, or N would be 0.

        Accuracy
        --------
        Exact in law up to rounding, and the ratio up to that of N to an integer.
        """

        def weights(count: int, rng: np.random.Generator) -> Array:
            return np.full(count, self._variance)

        return draw_weighted_gram(dimension, self._gamma, weights, rng)

    def _root(self, z: ComplexArray, linear: ComplexArray, unit: float) -> ComplexArray:
        r"""Return the root of :math:`uzs^2-ls+1=0`, of discriminant :math:`(z-a)(z-b)`.

        Of its two forms the one that does not cancel is taken.
        """
        root = np.prod([np.sqrt(above(z.real, e) + 1j * z.imag) for e in self._edge_pairs], axis=0)
        far = abs(linear - root) >= abs(linear + root)
        below = np.where(far, linear - root, 1.0)
        safe = np.where(far, 1.0, 2 * unit * z)
        value: ComplexArray = np.where(far, 2 / below, (linear + root) / safe)
        return value

    def _legs(self, x: Array) -> tuple[Array, Array]:
        r"""Return :math:`\sqrt{x-a}` and :math:`\sqrt{b-x}` for x in the support, or next to it."""
        a, b = self._edge_pairs
        width = b[0] - a[0]
        low, high = np.clip(above(x, a), 0, width), np.clip(-above(x, b), 0, width)
        return np.sqrt(low), np.sqrt(high)

    @cached_property
    def _edge_pairs(self) -> tuple[Pair, Pair]:
        r"""The edges :math:`\sigma^2(1\mp\sqrt\gamma)^2` to twice the digits of a float."""
        none, one, variance = np.zeros(()), np.ones(()), np.array(self._variance)
        root = square_root(np.array(self._gamma))
        sides = add((one, none), (-root[0], -root[1])), add((one, none), root)
        low, high = (multiply((variance, none), multiply(side, side)) for side in sides)
        return low, high

    @property
    def _gamma(self) -> float:
        return float(self.gamma)

    @property
    def _variance(self) -> float:
        return float(self.entry_variance)

    @property
    def _atom(self) -> float:
        return max(0.0, 1 - 1 / self._gamma)

    @property
    def _unit(self) -> float:
        return 2 * math.pi * self._gamma * self._variance
