"""Balls: numbers that know their error, and comparisons that may stay undecided."""

from __future__ import annotations

from enum import Enum
from fractions import Fraction
from typing import Any

from flint import arb, fmpq, fmpz

from rmtcheck.vocabulary.observations import Enclosure


class Relation(Enum):
    """What two balls prove about the two numbers inside them."""

    LESS = "less"
    EQUAL = "equal"
    GREATER = "greater"
    UNDECIDED = "undecided"


def compare(left: Any, right: Any) -> Relation:
    """Return the relation that is certain for every pair of numbers in the two balls.

    Parameters
    ----------
    left, right : arb
        Two balls; a non-finite one decides nothing.

    Returns
    -------
    Relation
        LESS, GREATER or EQUAL if proved; UNDECIDED if the balls overlap without being
        one and the same exact number.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> from flint import arb
    >>> compare(arb(1, 0.5), arb(2))
    <Relation.LESS: 'less'>
    >>> compare(arb(1, 0.5), arb(1))
    <Relation.UNDECIDED: 'undecided'>
    """
    left, right = arb(left), arb(right)
    if left < right:
        return Relation.LESS
    if left > right:
        return Relation.GREATER
    return Relation.EQUAL if left == right else Relation.UNDECIDED


def is_accurate(ball: Any, digits: int) -> bool:
    """Return whether the radius is at most ``10**-digits`` of every number in the ball."""
    if not ball.is_finite():
        return False
    return bool(ball.is_exact() or ball.rad() * fmpz(10) ** digits <= ball.abs_lower())


def between(lower: Any, upper: Any) -> arb:
    """Return the smallest ball that reaches from one ball or number to another."""
    return arb(lower).union(arb(upper))


def around_zero(bound: Any) -> arb:
    """Return the ball of all numbers whose modulus is at most ``bound``."""
    return arb(0, arb(bound).abs_upper())


def everything() -> arb:
    """Return the ball that says nothing."""
    return arb(0, arb.pos_inf())


def to_fraction(exact: Any) -> Fraction:
    """Return an exact ball, or an fmpq, as a Fraction."""
    number = exact if isinstance(exact, fmpq) else exact.fmpq()
    return Fraction(int(number.p), int(number.q))


def to_enclosure(ball: Any) -> Enclosure:
    """Return a finite ball as the exact rationals that the other layers read."""
    return Enclosure(midpoint=to_fraction(ball.mid()), radius=to_fraction(ball.rad()))
