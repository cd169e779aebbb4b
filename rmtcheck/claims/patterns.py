"""Statements on which entries of a Hessian, or which links of a graph, are exactly zero."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

import sympy

from rmtcheck.claims.mutants import Variant
from rmtcheck.claims.statements import Statement
from rmtcheck.errors import DomainError
from rmtcheck.vocabulary.patterns import (
    NONZERO,
    OPEN,
    ZERO,
    DirectLinks,
    Hessian,
    NetworkHessian,
    ZeroGrid,
)


@dataclass(frozen=True)
class Pattern(Statement):
    """Exactly the entries with the sign ``0`` are identically zero, those with ``*`` are not.

    Parameters
    ----------
    matrix : Hessian, NetworkHessian or DirectLinks
        What has the entries.
    grid : ZeroGrid
        The printed grid; entries with the sign ``?`` are not spoken of.

    Raises
    ------
    DomainError
        If the grid has not as many rows as there are parameters.
    """

    matrix: sympy.Basic
    grid: ZeroGrid
    answer: ClassVar[tuple[str, ...]] = ("grid",)
    asks: ClassVar[str] = "matrix"

    def __post_init__(self) -> None:
        if not isinstance(self.matrix, Hessian | NetworkHessian | DirectLinks):
            accepted = "Hessian, NetworkHessian and DirectLinks"
            raise DomainError(f"the matrix is {self.matrix}; accepted are {accepted}")
        given, needed = len(self.grid.rows), len(self.matrix.parameters)
        if given != needed:
            raise DomainError(f"the grid has {given} rows; accepted are {needed}, one per weight")

    @property
    def free_symbols(self) -> set[sympy.Symbol]:
        """No symbol at all: weights and data take all their values."""
        return set()

    def latex(self) -> str:
        """Return the statement typeset."""
        names = r",\ ".join(map(sympy.latex, self.matrix.parameters))
        return rf"{sympy.latex(self.matrix)} = {sympy.latex(self.grid)}\quad ({names})"

    def __str__(self) -> str:
        return f"{self.matrix} has the pattern {self.grid}"

    def entries(self) -> Iterator[tuple[int, int]]:
        """Yield the places that the grid speaks of, counted from 0."""
        for row, line in enumerate(self.grid.rows):
            yield from ((row, column) for column, sign in enumerate(line) if sign != OPEN)

    def _variants(self, name: str) -> Iterator[Variant]:
        parameters = self.matrix.parameters
        for row, column in self.entries():
            sign = self.grid.rows[row][column]
            other = NONZERO if sign == ZERO else ZERO
            change = f"[{parameters[row]}, {parameters[column]}] {sign} -> {other}"
            yield Variant(change, self.grid.changed(row, column, other))
