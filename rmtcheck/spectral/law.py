"""What every spectral law can be asked, and what follows from its basic answers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmtcheck.errors import DomainError
from rmtcheck.spectral.arrays import Array, BoolArray, ComplexArray

Intervals = tuple[tuple[float, float], ...]


class SpectralLaw(ABC):
    r"""A probability law on the line: a density on finitely many intervals, and atoms.

    A law states its Stieltjes transform :math:`s(z)=\int(x-z)^{-1}d\mu`, density,
    distribution function, support, atoms and free cumulants; the rest follows here.
    """

    @classmethod
    @abstractmethod
    def typical(cls) -> tuple[Self, ...]:
        """Return a few members that between them show every behaviour of the family."""

    @abstractmethod
    def stieltjes(self, z: Any) -> Any:
        r"""Return :math:`s(z)`; boundary values from above on the real line."""

    @abstractmethod
    def pdf(self, x: Any) -> Any:
        """Return the density of the continuous part."""

    @abstractmethod
    def cdf(self, x: Any) -> Any:
        r"""Return :math:`\mu((-\infty,x])`, atoms included."""

    @abstractmethod
    def support(self) -> Intervals:
        """Return the intervals of the continuous part, ascending; atoms are not included."""

    @abstractmethod
    def atoms(self) -> tuple[tuple[float, float], ...]:
        """Return the atoms as (location, mass)."""

    @abstractmethod
    def free_cumulant(self, order: int) -> Any:
        r"""Return the free cumulant :math:`\kappa_k`."""

    def edges(self) -> tuple[float, ...]:
        """Return the end points of the support, ascending."""
        return tuple(edge for interval in self.support() for edge in interval)

    def mean(self) -> Any:
        """Return the mean.

        Accuracy
        --------
        Exact for exact parameters, else up to rounding.
        """
        return self.free_cumulant(1)

    def variance(self) -> Any:
        """Return the variance.

        Accuracy
        --------
        Exact for exact parameters, else up to rounding.
        """
        return self.free_cumulant(2)

    def moment(self, order: int) -> Any:
        r"""Return :math:`\int x^k\,d\mu` from the free cumulants.

        Raises
        ------
        DomainError
            If the order is no non-negative integer.

        Accuracy
        --------
        Exact for exact parameters, else up to rounding.
        """
        return moments_from_free_cumulants(
            [self.free_cumulant(k + 1) for k in range(natural(order))]
        )[-1]

    def icdf(self, q: Any) -> Any:
        r"""Return the quantile :math:`\inf\{x:\mu((-\infty,x])\ge q\}`.

        Parameters
        ----------
        q : float or array
            Levels in [0, 1]; level 0 gives the least point of the law.

        Raises
        ------
        DomainError
            If a level lies outside [0, 1].

        Accuracy
        --------
        Estimated error of a few 1e-15 of the spread, by bisection of the distribution function.
        """
        levels = checked_levels(q)
        points = np.sort(np.array([*self.edges(), *(a for a, _ in self.atoms())]))
        low = np.full(levels.shape, points[0])
        high = np.full(levels.shape, points[-1])
        for _ in range(64):
            middle = (low + high) / 2
            below = self.cdf(middle) < levels
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return scalar_like(q, self._at_atoms(levels, high))

    def sample(self, shape: Any = (), *, rng: np.random.Generator) -> Any:
        """Return independent draws from the law, by inversion of uniform ones.

        Parameters
        ----------
        shape : int or tuple of int
            Shape of the result.
        rng : numpy Generator
            The source of randomness.

        Accuracy
        --------
        That of the quantiles.
        """
        return self.icdf(rng.random(shape))

    def _at_atoms(self, levels: Array, quantiles: Array) -> Array:
        for location, mass in self.atoms():
            top = float(self.cdf(location))
            inside = (levels > top - mass) & (levels <= top)
            quantiles = np.where(inside, location, quantiles)
        ends = [*self.edges(), *(location for location, _ in self.atoms())]
        return np.where(levels == 0, min(ends), quantiles)


def moments_from_free_cumulants(cumulants: list[Any]) -> list[Any]:
    r"""Return :math:`m_0,\dots,m_n` from :math:`\kappa_1,\dots,\kappa_n`.

    With :math:`M(t)=1+\sum m_kt^k` one has :math:`M(t)=1+\sum_k\kappa_kt^kM(t)^k`; the
    coefficient of :math:`t^n` on the right needs moments below n only.

    Examples
    --------
    >>> moments_from_free_cumulants([0, 1, 0, 0])
    [1, 0, 1, 0, 2]
    """
    moments: list[Any] = [1]
    for n in range(1, len(cumulants) + 1):
        power = [1] + [0] * n
        total: Any = 0
        for k in range(1, n + 1):
            power = _product(power, moments, n)
            total = total + cumulants[k - 1] * power[n - k]
        moments.append(total)
    return moments


def _product(left: list[Any], right: list[Any], order: int) -> list[Any]:
    terms = [
        sum((left[a] * right[k - a] for a in range(k + 1) if k - a < len(right)), start=0)
        for k in range(order + 1)
    ]
    return list(terms)


def natural(order: int) -> int:
    """Return a moment order as a non-negative int, or raise DomainError."""
    if int(order) != order or order < 0:
        raise DomainError(f"order is {order}; a non-negative integer is needed")
    return int(order)


def positive(name: str, value: Any) -> Any:
    """Return a finite positive parameter unchanged, or raise DomainError."""
    try:
        accepted = 0 < float(value) < float("inf")
    except (TypeError, ValueError):
        accepted = False
    if not accepted:
        raise DomainError(f"{name} is {value!r}; a finite positive number is needed")
    return value


def real_points(x: ArrayLike) -> Array:
    """Return finite real points as an array, or raise DomainError."""
    array = np.asarray(x)
    if np.iscomplexobj(array) or not np.all(np.isfinite(array.astype(float))):
        raise DomainError(f"x is {x!r}; finite real numbers are needed")
    return array.astype(float)


def complex_points(z: ArrayLike) -> ComplexArray:
    """Return finite complex points as an array, or raise DomainError."""
    array = np.asarray(z).astype(complex)
    if not np.all(np.isfinite(array)):
        raise DomainError(f"z is {z!r}; finite complex numbers are needed")
    return array


def checked_levels(q: ArrayLike) -> Array:
    """Return probability levels as an array, or raise DomainError."""
    array = np.asarray(q, dtype=float)
    if not np.all((array >= 0) & (array <= 1)):
        raise DomainError(f"q is {q!r}; levels between 0 and 1 are needed")
    return array


def scalar_like(argument: ArrayLike, value: NDArray[Any]) -> Any:
    """Return a Python number for a scalar argument, an array for an array."""
    return value.item() if np.ndim(argument) == 0 else value


def upper_half(z: ComplexArray) -> tuple[ComplexArray, BoolArray]:
    r"""Mirror points into the closed upper half plane; say which were mirrored."""
    below = z.imag < 0
    return z.real + 1j * abs(z.imag), below
