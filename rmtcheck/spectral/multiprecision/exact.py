"""Input as exact rational numbers, so that every precision works on the same problem."""

from __future__ import annotations

import numbers
from fractions import Fraction
from typing import Any, NamedTuple

from rmtcheck.errors import DomainError
from rmtcheck.spectral.law import shown


class Point(NamedTuple):
    """A complex number with rational parts."""

    real: Fraction
    imag: Fraction


ORIGIN = Point(Fraction(0), Fraction(0))


def exact(name: str, value: Any) -> Fraction:
    """Return a finite real number as a fraction, a binary float as the number that it is.

    Parameters
    ----------
    name : str
        What to call it in an error.
    value : int, Fraction, float, Decimal, numpy or mpmath real, sympy Rational
        The number.

    Raises
    ------
    DomainError
        If it is none of these, or not finite.

    Examples
    --------
    >>> exact("x", 0.75)
    Fraction(3, 4)
    """
    try:
        numerator, denominator = _ratio(value)
        return Fraction(int(numerator), int(denominator))
    except (TypeError, ValueError, OverflowError, AttributeError):
        raise DomainError(f"{name} is {shown(value)}; a finite real number is needed") from None


def exact_point(name: str, value: Any) -> Point:
    """Return a finite complex number as a point with rational parts, or raise DomainError."""
    try:
        if hasattr(value, "imag"):
            return Point(exact(name, value.real), exact(name, value.imag))
        return Point(exact(name, value), Fraction(0))
    except DomainError:
        raise DomainError(f"{name} is {shown(value)}; a finite complex number is needed") from None


def exact_level(value: Any) -> Fraction:
    """Return a probability level as a fraction, or raise DomainError."""
    level = exact("q", value)
    if not 0 <= level <= 1:
        raise DomainError(f"q is {shown(value)}; a level between 0 and 1 is needed")
    return level


def exact_positive(name: str, value: Any) -> Fraction:
    """Return a positive number as a fraction, or raise DomainError."""
    number = exact(name, value)
    if number <= 0:
        raise DomainError(f"{name} is {shown(value)}; a positive number is needed")
    return number


def _ratio(value: Any) -> tuple[int, int]:
    if isinstance(value, bool):
        raise TypeError
    if isinstance(value, numbers.Rational):
        return int(value.numerator), int(value.denominator)
    if hasattr(value, "_mpf_"):
        return _binary(*value._mpf_)
    ratio: tuple[int, int] = value.as_integer_ratio()
    return ratio


def _binary(sign: int, mantissa: Any, exponent: int, size: int) -> tuple[int, int]:
    """Return the number that mpmath writes as these four, its mantissa perhaps not a Python int."""
    if exponent and not mantissa:
        raise ValueError  # an infinity or not a number
    magnitude = int(mantissa) * Fraction(2) ** exponent
    return (-magnitude if sign else magnitude).as_integer_ratio()
