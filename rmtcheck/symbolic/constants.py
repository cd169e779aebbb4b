r"""Signs of integer polynomials in :math:`e` and :math:`\pi`, proved by rational enclosures.

:math:`e` and :math:`\pi` are transcendental, so a non-zero integer polynomial in one of them is
not zero and the enclosures separate it from 0. Whether :math:`e` and :math:`\pi` are algebraically
independent is not known: for a polynomial in both, a sign is returned only when an enclosure
proves it.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache

_BITS = (64, 256, 1024, 4096)

Interval = tuple[Fraction, Fraction]


def constant_sign(polynomial: Mapping[tuple[int, int], int]) -> int | None:
    r"""Return the sign of :math:`\sum c_{ab}\,e^a\pi^b`.

    Parameters
    ----------
    polynomial : mapping from (int, int) to int
        The coefficient :math:`c_{ab}` of each pair of exponents :math:`a,b\ge0`.

    Returns
    -------
    int or None
        -1, 0 or 1; None when enclosures of 4096 bits still contain 0.

    Notes
    -----
    Accuracy: exact; a sign is the consequence of a rational enclosure.

    Examples
    --------
    >>> constant_sign({(1, 0): 1, (0, 0): -3}), constant_sign({(0, 1): 1, (0, 0): -3})
    (-1, 1)
    """
    if not any(polynomial.values()):
        return 0
    for bits in _BITS:
        low, high = _enclosure(polynomial, bits)
        if low > 0 or high < 0:
            return 1 if low > 0 else -1
    return None


def _enclosure(polynomial: Mapping[tuple[int, int], int], bits: int) -> Interval:
    """Return bounds; the monomials are positive, so each is bounded by the matching end point."""
    ends = list(zip(_euler(bits), _pi(bits), strict=True))
    low = high = Fraction(0)
    for (a, b), coefficient in polynomial.items():
        bounds = [coefficient * e**a * pi**b for e, pi in ends]
        low, high = low + min(bounds), high + max(bounds)
    return low, high


@lru_cache(maxsize=8)
def _euler(bits: int) -> Interval:
    r"""Return bounds of e: the tail of :math:`\sum1/k!` from n on is below :math:`2/n!`."""
    total, term, n = Fraction(0), Fraction(1), 0
    while term * 2**bits > 1:
        total, n = total + term, n + 1
        term /= n
    return _outward(total, total + 2 * term, bits)


@lru_cache(maxsize=8)
def _pi(bits: int) -> Interval:
    r"""Return bounds of pi by Machin's formula :math:`16\arctan\frac15-4\arctan\frac1{239}`."""
    (low_5, high_5), (low_239, high_239) = _arctan(5, bits), _arctan(239, bits)
    return _outward(16 * low_5 - 4 * high_239, 16 * high_5 - 4 * low_239, bits)


def _arctan(inverse: int, bits: int) -> Interval:
    """Return two neighbouring partial sums of the alternating series of arctan(1/inverse)."""
    previous, total, n = Fraction(0), Fraction(1, inverse), 1
    while abs(total - previous) * 2**bits > 1:
        previous = total
        total += Fraction((-1) ** n, (2 * n + 1) * inverse ** (2 * n + 1))
        n += 1
    return min(previous, total), max(previous, total)


def _outward(low: Fraction, high: Fraction, bits: int) -> Interval:
    """Round outwards to multiples of 2^-bits, which keeps later powers short."""
    scale = 2**bits
    return Fraction(low * scale // 1, scale), Fraction(-(-high * scale // 1), scale)
