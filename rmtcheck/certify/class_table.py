r"""The three moments of Theorem 1 for one number of classes, truncated to decimals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flint import arb, fmpq, fmpz

from rmtcheck.certify.ball import between
from rmtcheck.certify.rate_signs import PAIR, SQUARES, TRIPLE
from rmtcheck.certify.softmax import cached_moments
from rmtcheck.errors import PrecisionError

PLACES = 12
_ATTEMPTED_DIGITS = (18, 36, 72)
_UNIT = fmpq(1, 10**PLACES)


@dataclass(frozen=True)
class Row:
    r"""Truncated moments: an entry v says that the moment lies in :math:`[v,v+10^{-12})`.

    Parameters
    ----------
    classes : int
        Number of classes C.
    entries : tuple of int
        alpha, beta and, from three classes on, eta; in units of the last decimal place.
    """

    classes: int
    entries: tuple[int, ...]

    def __str__(self) -> str:
        columns = [decimal(entry, PLACES) for entry in self.entries]
        return " ".join((str(self.classes), *columns, *("-" for _ in self._absent())))

    def truncated(self) -> list[arb]:
        """Return the decimals themselves."""
        return [arb(entry * _UNIT) for entry in self.entries] + self._absent()

    def intervals(self) -> list[arb]:
        """Return balls that hold the moments."""
        balls = [between(entry * _UNIT, (entry + 1) * _UNIT) for entry in self.entries]
        return balls + self._absent()

    def _absent(self) -> list[arb]:
        """Return a number for eta where it has weight zero: for two classes."""
        return [arb(0)] * (3 - len(self.entries))


def table_row(classes: int) -> Row:
    """Enclose the moments of one number of classes until their decimals are certain.

    Parameters
    ----------
    classes : int
        Number of classes, at least 2.

    Returns
    -------
    Row
        The truncated moments.

    Raises
    ------
    PrecisionError
        If a decimal is not certain in 72 digits.

    Notes
    -----
    Accuracy: exact truncation.

    Examples
    --------
    >>> print(table_row(2))
    2 0.592425793371 0.726323692063 -
    """
    for digits in _ATTEMPTED_DIGITS:
        floors = [floor_of(ball, PLACES) for ball in _scaled_moments(classes, digits)]
        if None not in floors:
            return Row(classes, tuple(n for n in floors if n is not None))
    raise PrecisionError(f"the decimals of the moments at C = {classes} are not certain")


def floor_of(ball: arb, places: int) -> int | None:
    """Return the floor in units of a decimal place, if it is certain."""
    floor = (ball * fmpz(10) ** places).floor().unique_fmpz()
    return None if floor is None else int(floor)


def decimal(units: int, places: int) -> str:
    """Write a number that is not negative, given in units of its last place."""
    whole, rest = divmod(units, 10**places)
    return f"{whole}.{rest:0{places}d}"


def _scaled_moments(classes: int, digits: int) -> Sequence[arb]:
    patterns = (SQUARES, PAIR, TRIPLE)[: min(classes, 3)]
    balls = cached_moments(patterns, classes, digits, fmpq(1))
    return [classes ** sum(p) * ball for p, ball in zip(patterns, balls, strict=True)]
