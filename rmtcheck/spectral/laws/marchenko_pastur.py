"""The Marchenko-Pastur law of sample covariances."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from rmtcheck.errors import DomainError
from rmtcheck.spectral.arrays import Array, ComplexArray
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
        value = self._root(points)
        return scalar_like(z, np.where(below, value.conj(), value))

    def companion_stieltjes(self, z: Any) -> Any:
        r"""Return :math:`-(1-\gamma)/z+\gamma s(z)`, the transform of :math:`\frac1NX^\top X`.

        Raises
        ------
        DomainError
            If z is 0 or not finite.

        Accuracy
        --------
        Exact up to rounding.
        """
        return companion(z, self.stieltjes, self._gamma)

    def pdf(self, x: Any) -> Any:
        """Return the density of the continuous part; infinite at 0 for gamma = 1.

        Accuracy
        --------
        Exact up to rounding.
        """
        points = real_points(x)
        a, b = self.edges()
        inside = (points >= a) & (points <= b)
        safe = np.where(inside & (points != 0), points, b)
        density = np.sqrt(np.maximum((b - safe) * (safe - a), 0.0)) / (self._unit * safe)
        return scalar_like(x, np.where(inside & (points == 0), np.inf, density))

    def cdf(self, x: Any) -> Any:
        r"""Return :math:`\mu((-\infty,x])` in closed form, the atom included.

        With :math:`p=\sqrt{x-a}`, :math:`q=\sqrt{b-x}` an antiderivative of :math:`pq/x` is
        :math:`pq+(a+b)\arctan\frac pq-2\sqrt{ab}\arctan\frac{p\sqrt b}{q\sqrt a}`.

        Accuracy
        --------
        Exact up to rounding.
        """
        points = real_points(x)
        a, b = self.edges()
        inside = np.clip(points, a, b)
        p, q = np.sqrt(inside - a), np.sqrt(b - inside)
        primitive = p * q + (a + b) * np.arctan2(p, q)
        primitive -= 2 * math.sqrt(a * b) * np.arctan2(p * math.sqrt(b), q * math.sqrt(a))
        return scalar_like(x, primitive / self._unit + np.where(points >= 0, self._atom, 0.0))

    def support(self) -> Intervals:
        """Return the one interval of the continuous part.

        Accuracy
        --------
        Exact up to rounding.
        """
        root = 1 + math.sqrt(self._gamma)
        lower = (1 - self._gamma) / root  # 1 - sqrt(gamma), without its cancellation near 1
        return ((self._variance * lower**2, self._variance * root**2),)

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

    def _root(self, z: ComplexArray) -> ComplexArray:
        """Take the root in the one of its two forms that does not cancel."""
        a, b = self.edges()
        root = np.sqrt(z - a) * np.sqrt(z - b)
        linear = self._variance * (1 - self._gamma) - z
        far = abs(linear - root) >= abs(linear + root)
        below = np.where(far, linear - root, 1.0)
        safe = np.where(far, 1.0, 2 * self._gamma * self._variance * z)
        value: ComplexArray = np.where(far, 2 / below, (linear + root) / safe)
        return value

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


def companion(z: Any, stieltjes: Any, gamma: float) -> Any:
    r"""Return the companion transform :math:`-(1-\gamma)/z+\gamma s(z)`, of the N x N matrix."""
    points: Array | ComplexArray = complex_points(z)
    if np.any(points == 0):
        raise DomainError("z is 0; the companion transform is taken at other points")
    return scalar_like(z, -(1 - gamma) / points + gamma * np.asarray(stieltjes(z)))
