"""Intervals with integer ends: every operation rounds outwards."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

BITS = 192
ONE = 1 << BITS


def ceil_shift(n: int) -> int:
    r"""Return :math:`\lceil n2^{-192}\rceil`; ``n >> BITS`` is the floor."""
    return -(-n >> BITS)


@dataclass(frozen=True, slots=True)
class Interval:
    r"""The real numbers from :math:`2^{-192}\,lo` to :math:`2^{-192}\,hi`.

    Parameters
    ----------
    lo, hi : int
        The ends in units of :math:`2^{-192}`, lo not above hi.

    Accuracy
    --------
    The result of an operation contains every result on members of its operands.

    Examples
    --------
    >>> third = Interval.of(Fraction(1, 3))
    >>> third.hi - third.lo, (third * 3).contains(1)
    (1, True)
    """

    lo: int
    hi: int

    @classmethod
    def of(cls, low: Fraction | int, high: Fraction | int | None = None) -> Interval:
        """Return the least interval that contains two rational numbers, or one."""
        a, b = Fraction(low), Fraction(low if high is None else high)
        lo = (a.numerator << BITS) // a.denominator
        return cls(lo, -((-b.numerator << BITS) // b.denominator))

    def contains(self, x: Fraction | int) -> bool:
        """Say whether a rational number is a member."""
        return self.lo <= Fraction(x) * ONE <= self.hi

    def __add__(self, other: Interval) -> Interval:
        return Interval(self.lo + other.lo, self.hi + other.hi)

    def __neg__(self) -> Interval:
        return Interval(-self.hi, -self.lo)

    def __sub__(self, other: Interval) -> Interval:
        return Interval(self.lo - other.hi, self.hi - other.lo)

    def __mul__(self, other: Interval | int) -> Interval:
        if isinstance(other, int):
            ends = (self.lo * other, self.hi * other)
            return Interval(min(ends), max(ends))
        if self.lo >= 0 and other.lo >= 0:
            return Interval(self.lo * other.lo >> BITS, ceil_shift(self.hi * other.hi))
        a, b, c, d = self.lo, self.hi, other.lo, other.hi
        products = (a * c, a * d, b * c, b * d)
        return Interval(min(products) >> BITS, ceil_shift(max(products)))

    def __truediv__(self, n: int) -> Interval:
        """Divide by a positive integer."""
        return Interval(self.lo // n, -(-self.hi // n))

    def __pow__(self, n: int) -> Interval:
        """Raise to a power n >= 0; an even power of an interval around 0 starts at 0."""
        result = UNIT
        for _ in range(n):
            result = result * self
        return Interval(max(result.lo, 0), result.hi) if n % 2 == 0 else result

    def reciprocal(self) -> Interval:
        """Return the enclosure of 1/x for a positive interval."""
        return Interval(ONE * ONE // self.hi, -(-ONE * ONE // self.lo))

    def floor(self, places: int) -> int | None:
        r"""Return :math:`\lfloor10^{places}x\rfloor`, or None if the members disagree on it."""
        scale = int(10**places)
        low, high = self.lo * scale >> BITS, self.hi * scale >> BITS
        return low if low == high else None


UNIT = Interval(ONE, ONE)
ZERO = Interval(0, 0)
