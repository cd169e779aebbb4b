"""Checks of the lines of a derivation at a small explicit network.

A line that states a derivative is compared with the derivative of the explicit line before it,
which knows the forward pass and nothing of how sums were contracted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product

import sympy

from rmtcheck.errors import RmtcheckError
from rmtcheck.symbolic.blocks.explicit import D, Explicit, Key, N, number
from rmtcheck.symbolic.blocks.question import FIRST, SECOND, A, B, Question
from rmtcheck.vocabulary.grams import WeightedGram

DIGITS = 40
_TOLERANCE = sympy.Rational(1, 10**DIGITS)
_STEP = sympy.Rational(1, 10**25)
"""A central difference with this step has an error near 1e-50, well above 150 - 2 * 25 digits."""


class WrongLineError(RmtcheckError):
    """A line of a derivation has another value than the line before it says."""


@dataclass(frozen=True)
class Place:
    """Integers for the rows and the entry (a, b) of a block.

    Parameters
    ----------
    rows : tuple of int
        The row, and the column if there is one.
    entry : tuple of int
        The coordinates a and b.
    """

    rows: tuple[int, ...]
    entry: tuple[int, ...]

    @property
    def indices(self) -> Mapping[sympy.Expr, sympy.Expr]:
        """The values of the symbols of rows and coordinates."""
        # a gradient has one row and one coordinate
        pairs = zip((FIRST, SECOND, A, B), (*_two(self.rows), *_two(self.entry)), strict=True)
        return {symbol: sympy.Integer(value) for symbol, value in pairs if value is not None}


def _two(values: tuple[int, ...]) -> tuple[int | None, int | None]:
    return (values[0], values[1] if len(values) > 1 else None)


def places(question: Question) -> Iterator[Place]:
    """Yield rows and entries at which lines are checked."""
    count = 2 if question.column else 1
    pairs = {"same": [(1, 1)], "different": [(1, 2)], "any": [(1, 1), (1, 2)]}
    rows = pairs.get(question.relation, [(1, 2), (2, 2)]) if count == 2 else [(1,), (2,)]
    for row, entry in product(rows, product(range(1, D + 1), repeat=count)):
        yield Place(row, entry)


def keys(question: Question, place: Place) -> tuple[Key, ...]:
    """Return the entries of the weight matrices that a place differentiates in."""
    layers = (question.row, question.column)
    return tuple(
        (layer, row, at) for layer, row, at in zip(layers, place.rows, place.entry, strict=False)
    )


def require_derivative(
    network: Explicit,
    before: sympy.Expr,
    line: sympy.Expr,
    at: Place,
    key: Key,
    moving: tuple[type, ...] = (),
) -> None:
    """Require that a line is the derivative of the line before it in one entry.

    Raises
    ------
    WrongLineError
        If they differ in the first 40 digits for a sample.
    """
    for sample in range(N):
        up, down = (
            network.shifted((key, sign * _STEP), moving=moving).value(before, sample, at.indices)
            for sign in (1, -1)
        )
        require_equal(network.value(line, sample, at.indices), (up - down) / (2 * _STEP), line)


def require_same(network: Explicit, before: sympy.Expr, line: sympy.Expr, at: Place) -> None:
    """Require that two lines have the same value for every sample.

    Raises
    ------
    WrongLineError
        If they differ in the first 40 digits.
    """
    for sample in range(N):
        found, expected = (network.value(e, sample, at.indices) for e in (line, before))
        require_equal(found, expected, line)


def require_block(
    network: Explicit, loss: sympy.Expr, gram: WeightedGram, at: Place, entries: tuple[Key, ...]
) -> None:
    """Require that a weighted Gram matrix has the entry that the explicit total loss gives.

    Raises
    ------
    WrongLineError
        If they differ in the first 40 digits.
    """
    matrix = network.matrix(gram, at.indices)
    found = matrix[at.entry[0] - 1][at.entry[1] - 1 if len(at.entry) > 1 else 0]
    total = sum(_difference(network, loss, sample, at, entries) for sample in range(N))
    require_equal(found, total, gram)


def _difference(
    network: Explicit, loss: sympy.Expr, sample: int, at: Place, entries: tuple[Key, ...]
) -> sympy.Expr:
    """Return the central difference of the loss of a sample in one entry or in two."""
    total = sympy.S.Zero
    for signs in product((1, -1), repeat=len(entries)):
        shifts = [(key, sign * _STEP) for key, sign in zip(entries, signs, strict=True)]
        value = network.shifted(*shifts).value(loss, sample, at.indices)
        total += sympy.prod(signs) * value
    return total / (2 * _STEP) ** len(entries)


def require_equal(found: sympy.Expr, expected: sympy.Expr, line: sympy.Basic) -> None:
    """Require that two numbers agree to 40 digits.

    Raises
    ------
    WrongLineError
        If they do not, or are no numbers.
    """
    values = [number(value) for value in (found, expected)]
    if not all(value.is_number and value.is_finite for value in values):
        raise WrongLineError(f"the line {line} has no value at the explicit network")
    if abs(values[0] - values[1]) > _TOLERANCE * (1 + abs(values[1])):
        shown = " against ".join(str(sympy.N(value, 10)) for value in values)
        raise WrongLineError(f"the line {line} has the value {shown}")
