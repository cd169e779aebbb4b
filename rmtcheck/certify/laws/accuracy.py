"""Arguments of the enclosed laws, and the loop that reaches the digits asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from flint import acb, arb, ctx, fmpq

from rmtcheck.certify.ball import is_accurate
from rmtcheck.certify.exact import exact_rational
from rmtcheck.errors import DomainError, PrecisionError

Point = tuple[fmpq, fmpq]
Ball = TypeVar("Ball", arb, acb)

GUARD_BITS = 32
# Precisions are rounded up to whole words, which costs nothing and lets maps be shared.
WORD = 64
MOST_BITS = 1 << 14


def to_digits(digits: int, extra: int, value: Callable[[], Ball], what: str) -> Ball:
    """Evaluate at rising precision until the relative radius is at most ``10**-digits``.

    Parameters
    ----------
    digits : int
        Decimal digits of relative accuracy.
    extra : int
        Bits that the evaluation is expected to lose.
    value : callable
        Returns a ball at the working precision; one that is not finite says nothing.
    what : str
        What is enclosed, for the message.

    Returns
    -------
    arb or acb

    Raises
    ------
    PrecisionError
        If the accuracy is not reached.
    """
    bits = WORD * -(-(10 * digits // 3 + GUARD_BITS + extra) // WORD)
    while bits <= MOST_BITS:
        with ctx.workprec(bits):
            ball = value()
            if is_accurate(ball, digits):
                return ball
        bits *= 2
    raise PrecisionError(
        f"{what} was not enclosed to {digits} digits with {MOST_BITS} bits; this refutes nothing"
    )


def exact_point(z: Any) -> Point:
    """Return a pair of rational numbers that stands for a complex point.

    Raises
    ------
    DomainError
        If it is no pair of exact rational numbers.
    """
    if not isinstance(z, tuple) or len(z) != 2:
        raise DomainError(f"z = {z!r} is not a point; accepted: a pair (real, imaginary)")
    return exact_rational("the real part of z", z[0]), exact_rational(
        "the imaginary part of z", z[1]
    )


def from_above(z: Point, value: Callable[[Point], acb]) -> acb:
    """Return a transform at any point from its values in the closed upper half plane."""
    if z[1] >= 0:
        return value(z)
    mirrored = value((z[0], -z[1]))
    return acb(mirrored.real, mirrored.imag.neg(exact=True))


def as_ball(z: Point) -> acb:
    """Return an exact point as a ball."""
    return acb(arb(z[0]), arb(z[1]))


def as_text(z: Point) -> str:
    """Return a point for a message, shortened."""
    text = str(z[0]) if z[1] == 0 else f"{z[0]} + {z[1]} i"
    return text if len(text) <= 60 else f"{text[:57]}..."
