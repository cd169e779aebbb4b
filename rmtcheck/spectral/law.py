"""What every spectral law can be asked, and what follows from its basic answers."""

from __future__ import annotations

import math
import numbers
import reprlib
from abc import ABC, abstractmethod
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rmtcheck.errors import DomainError
from rmtcheck.spectral.arrays import Array, BoolArray, ComplexArray

Intervals = tuple[tuple[float, float], ...]
MOST_ORDER = 200
# At a hard edge the distribution is a square root: many halvings before a small level is met.
MOST_HALVINGS = 200
# Edges lie within 1e100; the square of a point and of its inverse must be floats.
LEAST_POINT, GREATEST_POINT = 1e-150, 1e120
_UNFIT = (TypeError, ValueError, ArithmeticError)
_SHORT = reprlib.Repr()
_SHORT.maxother = 60


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
            If the order is no non-negative integer, or the moment beyond the range of floats.

        Accuracy
        --------
        Exact for exact parameters, else up to rounding.
        """
        cumulants = [self.free_cumulant(k + 1) for k in range(natural(order))]
        return representable(int(order), lambda: moment_from_free_cumulants(cumulants))

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
        Estimated error of a rounding error of the quantile, or that of the distribution function
        over the density, by bisection.
        """
        levels = checked_levels(q)
        points = np.sort(np.array([*self.edges(), *(a for a, _ in self.atoms())]))
        low = np.full(levels.shape, points[0])
        high = np.full(levels.shape, points[-1])
        for _ in range(MOST_HALVINGS):
            middle = (low + high) / 2
            if np.all((middle == low) | (middle == high)):
                break
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

        Raises
        ------
        DomainError
            If the shape or the generator is none.

        Accuracy
        --------
        That of the quantiles.
        """
        if not isinstance(rng, np.random.Generator):
            raise DomainError(f"rng is {shown(rng)}; a numpy Generator is needed")
        try:
            levels = rng.random(shape)
        except (TypeError, ValueError, ArithmeticError, MemoryError):
            raise DomainError(f"shape is {shown(shape)}; sizes of an array are needed") from None
        return self.icdf(levels)

    def _at_atoms(self, levels: Array, quantiles: Array) -> Array:
        for location, mass in self.atoms():
            top = float(self.cdf(location))
            inside = (levels > top - mass) & (levels <= top)
            quantiles = np.where(inside, location, quantiles)
        ends = [*self.edges(), *(location for location, _ in self.atoms())]
        return np.where(levels == 0, min(ends), quantiles)


def moment_from_free_cumulants(cumulants: list[Any]) -> Any:
    r"""Return the moment :math:`m_n` alone; exact numbers are scaled to integers on the way.

    Examples
    --------
    >>> moment_from_free_cumulants([Fraction(1, 2), Fraction(1, 3)])
    Fraction(7, 12)
    """
    n = len(cumulants)
    if not all(isinstance(value, numbers.Rational) for value in cumulants):
        return power_of_series([1, *cumulants], n + 1)[n] / (n + 1)
    unit = 1
    for k, value in enumerate(cumulants, start=1):
        unit *= Fraction(value * unit**k).denominator
    whole = [int(value * unit**k) for k, value in enumerate(cumulants, start=1)]
    return over(power_of_series([1, *whole], n + 1)[n], (n + 1) * unit**n)


def moments_from_free_cumulants(cumulants: list[Any]) -> list[Any]:
    r"""Return :math:`m_0,\dots,m_n` from :math:`\kappa_1,\dots,\kappa_n`.

    With :math:`M(t)=1+\sum m_kt^k` and :math:`K(t)=1+\sum\kappa_kt^k` one has
    :math:`M(t)=K(tM(t))`; by Lagrange's inversion
    :math:`m_n=\frac1{n+1}[t^n]K(t)^{n+1}`.

    Examples
    --------
    >>> moments_from_free_cumulants([0, 1, 0, 0])
    [1, 0, 1, 0, 2]
    """
    series = [1, *cumulants]
    return [over(power_of_series(series, n + 1)[n], n + 1) for n in range(len(series))]


def power_of_series(series: list[Any], exponent: int) -> list[Any]:
    r"""Return the coefficients of :math:`(1+a_1t+\dots)^p`, by J. C. P. Miller's recurrence.

    Examples
    --------
    >>> power_of_series([1, 1, 0, 0], 3)
    [1, 3, 3, 1]
    """
    power: list[Any] = [1]
    for k in range(1, len(series)):
        terms = ((exponent * j - (k - j)) * series[j] * power[k - j] for j in range(1, k + 1))
        power.append(over(sum(terms), k))
    return power


def over(value: Any, divisor: int) -> Any:
    """Divide; exact numbers stay exact, and integers integers where they can.

    Examples
    --------
    >>> over(6, 3), over(1, 2)
    (2, Fraction(1, 2))
    """
    if not isinstance(value, int):
        return value / divisor
    ratio = Fraction(value, divisor)
    return ratio.numerator if ratio.denominator == 1 else ratio


def natural(order: Any) -> int:
    """Return a moment order as a non-negative int up to 200, or raise DomainError."""
    try:
        accepted = int(order) == order and 0 <= order <= MOST_ORDER
    except _UNFIT:
        accepted = False
    if not accepted:
        raise DomainError(f"order is {shown(order)}; an integer from 0 to {MOST_ORDER} is needed")
    return int(order)


def exact_or_float(value: Any) -> Any:
    """Return an exact number as a Fraction, another one as a float.

    Examples
    --------
    >>> exact_or_float(2), exact_or_float(0.5)
    (Fraction(2, 1), 0.5)
    """
    if isinstance(value, numbers.Rational) and not isinstance(value, bool):
        return Fraction(int(value.numerator), int(value.denominator))
    return float(value)


def representable(order: int, evaluate: Callable[[], Any]) -> Any:
    """Return a moment or cumulant of an order, or raise DomainError if it is no finite float."""
    try:
        with np.errstate(over="ignore", invalid="ignore"):
            value = evaluate()
        finite = not isinstance(value, float | np.floating) or math.isfinite(value)
    except OverflowError:
        finite = False
    if not finite:
        raise DomainError(f"order is {order}; the value exceeds 1e308, which exact numbers may")
    return value


def shown(value: Any) -> str:
    """Return a value as a message shows it: short, however long it is.

    Examples
    --------
    >>> shown([1.5] * 1000)
    '[1.5, 1.5, 1.5, 1.5, 1.5, 1.5, ...]'
    """
    try:
        value = value.item() if isinstance(value, np.generic) else value
        return " ".join(_SHORT.repr(value).split())
    except Exception:  # whatever the repr of a foreign object raises
        return f"a {type(value).__name__}"


def positive(name: str, value: Any, least: float = 1e-50, greatest: float = 1e50) -> Any:
    """Return a positive parameter as a Python number, or raise DomainError."""
    try:
        accepted = least <= float(value) <= greatest and not isinstance(value, bool | str | bytes)
    except _UNFIT:
        accepted = False
    if not accepted:
        raise DomainError(
            f"{name} is {shown(value)}; a number from {least} to {greatest} is needed"
        )
    if isinstance(value, float | int | Fraction):
        return float(value) if isinstance(value, np.floating) else value
    return exact_or_float(Fraction(value) if isinstance(value, Decimal) else value)


def real_points(x: ArrayLike) -> Array:
    """Return finite real points as an array, or raise DomainError.

    Moduli that are not 0 are moved into the range from 1e-150 to 1e120: floats end soon after.
    """
    array = _numeric("x", x, "finite real numbers are")
    if np.iscomplexobj(array) or not np.all(np.isfinite(array)):
        raise DomainError(f"x is {shown(x)}; finite real numbers are needed")
    sizes = np.clip(abs(array), LEAST_POINT, GREATEST_POINT)
    moved: Array = np.where(array == 0, 0.0, np.copysign(sizes, array))
    return moved


def complex_points(z: ArrayLike) -> ComplexArray:
    """Return complex points, 0 or of moduli from 1e-150 to 1e120, as an array, or refuse them."""
    array = _numeric("z", z, "finite complex numbers are").astype(complex)
    if not np.all(np.isfinite(array)):
        raise DomainError(f"z is {shown(z)}; finite complex numbers are needed")
    sizes = np.maximum(abs(array.real), abs(array.imag))
    if np.any((sizes > GREATEST_POINT) | ((sizes < LEAST_POINT) & (sizes > 0))):
        raise DomainError(
            f"z is {shown(z)}; 0 and moduli from {LEAST_POINT} to {GREATEST_POINT} are accepted"
        )
    return array


def checked_levels(q: ArrayLike) -> Array:
    """Return probability levels as an array, or raise DomainError."""
    array = _numeric("q", q, "levels between 0 and 1 are")
    if np.iscomplexobj(array) or not np.all((array >= 0) & (array <= 1)):
        raise DomainError(f"q is {shown(q)}; levels between 0 and 1 are needed")
    return array.astype(float)


def scalar_like(argument: ArrayLike, value: NDArray[Any]) -> Any:
    """Return a Python number for a scalar argument, an array for an array."""
    return value.item() if np.ndim(argument) == 0 else value


def upper_half(z: ComplexArray) -> tuple[ComplexArray, BoolArray]:
    r"""Mirror points into the closed upper half plane; say which were mirrored."""
    below = z.imag < 0
    return z.real + 1j * abs(z.imag), below


def _numeric(name: str, values: ArrayLike, needed: str) -> NDArray[Any]:
    """Return numbers, exact ones as floats, as an array; refuse anything else."""
    try:
        array = np.asarray(values)
        if array.dtype.kind not in "iufcO":
            raise TypeError
        with np.errstate(over="ignore"):
            return array.astype(complex if array.dtype.kind == "c" else float)
    except _UNFIT:
        raise DomainError(f"{name} is {shown(values)}; {needed} needed") from None
