"""Guard digits by measurement: a value is settled when more precision no longer changes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rmtcheck.errors import PrecisionError

GUARD = 32
LIMIT = 24
"""Working precision may grow to this many times the one asked for."""


def settled(context: Any, evaluate: Callable[[int], Any], what: str, floor: Any = 0) -> Any:
    r"""Evaluate at growing precision until two results agree to the precision of the context.

    Parameters
    ----------
    context : mpmath MPContext
        Where to calculate; its precision is the one asked for.
    evaluate : callable
        From a number of bits, at which the context then works, to a number; it raises
        PrecisionError where these bits do not suffice. Rounding errors change with the bits, but
        a difference that vanishes in them is 0 twice: it is for this function to notice that.
    what : str
        What to call the value in an error.
    floor : number, default 0
        Changes are compared with the modulus of the value or with this, whichever is larger.

    Returns
    -------
    mpf or mpc

    Raises
    ------
    PrecisionError
        If 24 times the precision does not suffice, or the value still changes there.

    Accuracy
    --------
    Estimated relative error :math:`2^{-p}` at p bits, of the modulus and of the imaginary part: the
    change from p + 36 to p + 68 bits, or later ones, is at most :math:`2^{-p-4}`.

    Examples
    --------
    >>> from mpmath import MPContext
    >>> context = MPContext()
    >>> print(settled(context, lambda bits: (1 + context.mpf(10) ** -20) - 1, "the difference"))
    1.0e-20
    """
    goal = int(context.prec) + 4
    first = bits = goal + GUARD
    value: Any = None
    while bits <= LIMIT * first:
        with context.workprec(bits):
            better, failure = _attempted(evaluate, bits)
            is_settled = _agree(better, value, context.ldexp(1, -goal), floor)
        if is_settled:
            return +better
        value, bits = better, bits + GUARD if bits == first else 2 * bits
    raise failure or PrecisionError(f"{what} still changes at {int(0.3 * bits)} digits")


def _attempted(evaluate: Callable[[int], Any], bits: int) -> tuple[Any, PrecisionError | None]:
    try:
        return evaluate(bits), None
    except PrecisionError as failure:
        return None, failure


def _agree(better: Any, value: Any, tolerance: Any, floor: Any) -> bool:
    if better is None or value is None:
        return False
    if better == value:
        return True
    change = better - value
    modulus = abs(change) <= tolerance * max(abs(better), floor)
    return bool(modulus and abs(change.imag) <= tolerance * max(abs(better.imag), floor))
