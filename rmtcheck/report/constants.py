"""Every constant of the theorems, read off the claims that state it, to any number of digits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from typing import Any

import sympy
from flint import arb, ctx, fmpq, fmpz

from rmtcheck.certify.exact import checked_integer
from rmtcheck.channels.certified_hidden import enclose_value
from rmtcheck.claims.claim import Claim
from rmtcheck.claims.statements import Statement
from rmtcheck.errors import PrecisionError
from rmtcheck.runner.collect import collect, proofs_folder

Place = Mapping[sympy.Symbol, sympy.Rational]
Read = Callable[[Any], sympy.Expr]
"""How a constant is read off a statement."""

_GUARD_DIGITS = 6
# Fewer could be one short of a terminating decimal that ends in 5, a tie that no ball can round;
# more take minutes.
_FEWEST, _MOST = 10, 100


def answer(statement: Any) -> sympy.Expr:
    """Return what a statement claims of its quantity."""
    value: sympy.Expr = statement.value
    return value


@dataclass(frozen=True)
class Constant:
    """A constant for some values of its letters.

    Parameters
    ----------
    name : str
        What it is called, no two alike.
    meaning : str
        What it is, in a few words.
    row : str
        The claim that states it.
    part : int
        Which statement of the claim.
    grid : mapping of symbol to numbers
        The values of its letters; every combination is listed.
    read : callable
        How it is read off the statement; its answer unless given.
    call : str
        The function of the package that gives it, if there is one.
    """

    name: str
    meaning: str
    row: str
    part: int = 0
    grid: Mapping[sympy.Symbol, tuple[Any, ...]] = field(default_factory=dict)
    read: Read = answer
    call: str = ""

    @property
    def statement(self) -> Statement:
        """The statement: as derived, where that is not as printed."""
        return _claims()[self.row].parts[self.part].standing

    @property
    def expression(self) -> sympy.Expr:
        """The constant as the statement has it."""
        return self.read(self.statement)

    def places(self) -> Iterator[Place]:
        """Yield every combination of values of the letters."""
        for values in product(*self.grid.values()):
            yield dict(zip(self.grid, map(sympy.Rational, values), strict=True))

    def ball(self, place: Place, digits: int) -> arb:
        """Enclose the constant, its means by the integrals that define them."""
        return enclose_value(self.expression, dict(place), digits)


@lru_cache(maxsize=1)
def _claims() -> dict[str, Claim]:
    return {made.id: made for made in collect(proofs_folder())}


def checked_digits(value: Any) -> int:
    """Return how many digits to write, from 10 to 100."""
    return checked_integer("digits", value, _FEWEST, _MOST)


def decimal(constant: Constant, place: Place, digits: int) -> str:
    """Return a constant in decimals, the last one certified to be rounded to the nearest."""
    return rounded(constant.ball(place, digits + _GUARD_DIGITS), digits)


def rounded(ball: arb, digits: int) -> str:
    """Return the decimal that is nearest to every number in a ball.

    Parameters
    ----------
    ball : arb
        A ball that does not contain 0.
    digits : int
        Significant digits, at least 1.

    Returns
    -------
    str
        A plain decimal, or one digit before the point and a power of ten.

    Raises
    ------
    PrecisionError
        If no one decimal is nearest to all of them.

    Notes
    -----
    Accuracy: exact; half a unit of the last place is proved.

    Examples
    --------
    >>> rounded(arb(fmpq(-2, 3)), 10), rounded(arb(fmpq(1, 3 * 10**20)), 10)
    ('-0.6666666667', '3.333333333e-21')
    """
    with ctx.workprec(4 * (digits + _GUARD_DIGITS) + 64):
        size = abs(ball)
        if not size > 0:
            raise PrecisionError(f"{ball} is not told from 0")
        # the exponent may be guessed: one that is too small leaves a digit to spare
        guess = ((size.mid().log() / arb(10).log()).mid() - arb(fmpq(1, 1000))).floor()
        last = int(guess.unique_fmpz()) - digits + 1
        last += size.mid() * arb(10) ** -last >= arb(10) ** digits
        whole = (size * arb(10) ** -last + arb(fmpq(1, 2))).floor().unique_fmpz()
    if whole is None:
        raise PrecisionError(f"{ball} does not decide the last of {digits} digits")
    return ("-" if ball < 0 else "") + _written(whole, last, digits)


def _written(whole: fmpz, last: int, digits: int) -> str:
    """Return whole * 10**last with one digit before the point, or as a plain decimal."""
    figures = str(whole)
    power = last + len(figures) - 1
    figures = figures[:digits]
    if not -5 < power < digits - 1:
        return f"{figures[0]}.{figures[1:]}e{power}"
    if power < 0:
        return "0." + "0" * (-power - 1) + figures
    return f"{figures[: power + 1]}.{figures[power + 1 :]}"
