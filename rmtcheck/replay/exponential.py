"""The exponential function of intervals, from its series."""

from __future__ import annotations

from fractions import Fraction

from rmtcheck.replay.interval import BITS, ONE, UNIT, Interval


def exp(x: Interval) -> Interval:
    r"""Enclose :math:`e^x`, an increasing function, by its values at the two ends.

    Parameters
    ----------
    x : Interval
        Of numbers below about 100; the work grows with them.

    Returns
    -------
    Interval
        Contains :math:`e^x` for every member x.

    Accuracy
    --------
    About :math:`2^{-180}\max(1,|x|)e^x` for a thin interval.

    Examples
    --------
    >>> exp(Interval.of(1)).floor(12)
    2718281828459
    """
    return Interval(_at(x.lo).lo, _at(x.hi).hi)


def _at(n: int) -> Interval:
    if n <= -BITS * ONE:
        return Interval(0, 1)  # exp(-192) < 2^-192
    halvings = max(0, abs(n).bit_length() - BITS + 1)
    result = _series(Interval(n >> halvings, -(-n >> halvings)))
    for _ in range(halvings):
        result = result * result
    return result


def _series(x: Interval) -> Interval:
    """Sum the series for abs(x) <= 1/2; what is left out is less than the last term.

    After the term t of order n the rest is at most abs(t) (1/2 + 1/4 + ...)/(n+1) < abs(t).
    """
    total = term = UNIT
    size, order = ONE, 0
    while size > 1:
        order += 1
        term = term * x / order
        total += term
        size = max(abs(term.lo), abs(term.hi))
    return total + Interval(-size, size)


E = exp(UNIT)


def exp_of(x: Fraction | int) -> Interval:
    """Enclose the exponential of a rational number."""
    return exp(Interval.of(x))
