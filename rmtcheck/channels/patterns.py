"""Statements on weights: patterns of zeros, derivatives, Gaussian means, numbers of parameters."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

import sympy

from rmtcheck.claims.patterns import Pattern
from rmtcheck.claims.statements import Bound, Identity, Statement
from rmtcheck.errors import DomainError
from rmtcheck.symbolic.derivation import Derivation, Step, equation
from rmtcheck.symbolic.equality import Answer, ZeroTest
from rmtcheck.symbolic.field import ExactField, NotRational
from rmtcheck.symbolic.gaussian_weights import derive_mean
from rmtcheck.symbolic.links import LinkPattern, hessian_links, links_of
from rmtcheck.symbolic.parameters import count_parameters
from rmtcheck.symbolic.paths import derive_links
from rmtcheck.symbolic.products import norm_of_product
from rmtcheck.symbolic.second_derivatives import Entries, differentiate
from rmtcheck.vocabulary.graphs import FeedForward, Weight
from rmtcheck.vocabulary.losses import CROSS_ENTROPY
from rmtcheck.vocabulary.patterns import OPEN, ZERO, DirectLinks, HessianSize, ZeroGrid
from rmtcheck.vocabulary.quantities import FrobeniusSquared

SHOWN = FeedForward((3, 2, 4))
"""The network whose Hessian is drawn where sizes are symbols."""
LONGEST_FORMULA = 30
"""Characters of an entry that fit into the cell of a picture."""


def speaks_of_weights(statement: Statement) -> bool:
    """Whether a statement is about a loss in named weights, or the size of its Hessian."""
    if isinstance(statement, Pattern):
        return True
    return isinstance(statement, Identity | Bound) and bool(statement.lhs.has(Weight, HessianSize))


@singledispatch
def derive(statement: Statement) -> Derivation:
    """Return the derivation of what a statement on weights asks.

    Raises
    ------
    DomainError
        If it is about weights in a way that is not derived here.
    """
    raise DomainError(f"{statement} is given; accepted are patterns, identities and bounds")


@derive.register
def _(statement: Pattern) -> Derivation:
    if isinstance(statement.matrix, DirectLinks):
        return derive_links(statement.matrix)
    worked, graph = differentiate(statement.matrix), links_of(statement.matrix)
    zeros = "the zeros" if graph.is_sharp else "at least the zeros"
    text = f"the graph shows, without a derivative, {zeros}: {graph.zeros}"
    step = Step(text, sympy.latex(graph.zeros))
    return Derivation(worked.result, (*worked.steps, step))


@derive.register
def _(statement: Identity) -> Derivation:
    lhs = statement.lhs
    if lhs.has(HessianSize):
        return count_parameters(lhs)
    if lhs.has(FrobeniusSquared):
        return norm_of_product(lhs)
    return derive_mean(lhs)


@derive.register
def _(statement: Bound) -> Derivation:
    left, right = derive_mean(statement.lhs), derive_mean(statement.rhs)
    sides = (left.result, right.result)
    conclusion = equation("so the right side less the left is", sides[1] - sides[0], _gap(sides))
    return Derivation(sides, (*left.steps, *right.steps, conclusion))


def compare_pattern(statement: Pattern, derived: Any) -> ZeroTest:
    """Decide a printed grid by the derived one, entry by entry."""
    found: ZeroGrid = derived.zeros if isinstance(derived, Entries) else derived
    open_entries = []
    for row, column in statement.entries():
        claimed, sign = statement.grid.rows[row][column], found.rows[row][column]
        place = f"[{statement.matrix.parameters[row]}, {statement.matrix.parameters[column]}]"
        if sign == OPEN:
            open_entries.append(place)
        elif sign != claimed:
            return ZeroTest(Answer.NO, _witness(derived, row, column, place, claimed))
    if open_entries:
        return ZeroTest(Answer.UNKNOWN, f"undecided are the entries {', '.join(open_entries)}")
    return ZeroTest(Answer.YES, "every entry that the grid speaks of is as derived")


def compare_bound(statement: Bound, derived: Any) -> ZeroTest:
    """Decide an inequality between two exact numbers."""
    field, gap = ExactField([]), _gap(derived)
    try:
        sign = field.sign(field.element(gap))
    except NotRational:
        sign = None
    if sign is None:
        return ZeroTest(Answer.UNKNOWN, f"the sign of {gap} was not decided")
    text = f"{derived[0]} on the left, {derived[1]} on the right"
    holds = sign == (1 if statement.relation == "<" else -1)
    return ZeroTest(Answer.YES if holds else Answer.NO, text)


def links_record(statement: Statement, derived: Any) -> dict[str, Any]:
    """Return the links of a statement as JSON data for a picture, nothing if it has none."""
    if isinstance(statement, Pattern):
        matrix = statement.matrix
        is_graph = isinstance(matrix, DirectLinks)
        pattern = links_of(matrix.hessian if is_graph else matrix)
        formulas = _formulas(derived) if isinstance(derived, Entries) else []
        return {"links": {**_record(pattern), "formulas": formulas, "graph": is_graph, "of": ""}}
    if isinstance(statement, Identity) and statement.lhs.has(HessianSize):
        record = _record(hessian_links(SHOWN, CROSS_ENTROPY))
        return {"links": {**record, "formulas": [], "graph": False, "of": f" of {SHOWN}"}}
    return {}


def _record(pattern: LinkPattern) -> dict[str, Any]:
    return {
        "names": [sympy.latex(Weight(name)) for name in pattern.names],
        "kinds": [[str(kind) for kind in row] for row in pattern.kinds],
    }


def _formulas(entries: Entries) -> list[list[str]]:
    """Return the entries typeset, if they are short enough for the cells of a picture."""
    rows = [[sympy.latex(entry.value) for entry in row] for row in entries.rows]
    longest = max(len(str(entry.value)) for row in entries.rows for entry in row)
    return rows if longest <= LONGEST_FORMULA else []


def _witness(derived: Any, row: int, column: int, place: str, claimed: str) -> str:
    said = "zero" if claimed == ZERO else "non-zero"
    if not isinstance(derived, Entries):
        shared = "a path contains both" if claimed == ZERO else "no path contains both"
        return f"{place} is claimed to be {said}; {shared}"
    entry = derived.rows[row][column]
    return f"{place} is claimed to be {said}; it is {entry.value}: {entry.test.witness}"


def _gap(sides: tuple[sympy.Expr, sympy.Expr]) -> sympy.Expr:
    return sides[1] - sides[0]
