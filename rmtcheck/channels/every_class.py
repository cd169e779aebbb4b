r"""Theorem 1 for every number of classes at once: the stored certificate, checked again."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import sympy
from sympy.parsing.sympy_parser import (
    convert_xor,
    implicit_multiplication,
    parse_expr,
    standard_transformations,
)

from rmtcheck.certificates import linear_ce_every_class
from rmtcheck.channels._protocol import Judgement
from rmtcheck.claims.evidence import Outcome, Reach, Scope
from rmtcheck.claims.statements import LimitOf, Statement, Value
from rmtcheck.replay import replay
from rmtcheck.vocabulary.quantities import Along, E, SoftmaxOfGaussians
from rmtcheck.vocabulary.symbols import C, e, gamma, i, j

_SYNTAX = (*standard_transformations, implicit_multiplication, convert_xor)
_SCOPE = Scope(Reach.ALL, "every gamma > 0 and every C >= 2")


@dataclass(frozen=True)
class EveryClass:
    r"""The theorem :math:`0<C^2g_{ij}/g_{ii}-R_0-R_1/C\le K/C^2`, as an accepted text states it.

    Attributes
    ----------
    limit, slope, reach
        The functions :math:`R_0`, :math:`R_1` and :math:`K` of the aspect ratio.
    """

    limit: sympy.Expr
    slope: sympy.Expr
    reach: sympy.Expr

    def settles(self, statement: Statement) -> Judgement | None:
        """Return why a statement follows, or None where it is another one."""
        if isinstance(statement, LimitOf) and _are_equal(statement.value, self.limit):
            text = f"replayed: the distance is at most ({self.slope})/C + ({self.reach})/C**2"
            return Judgement(Outcome.HOLDS, _SCOPE, text)
        if isinstance(statement, Value) and self._is_the_bound(statement):
            return Judgement(Outcome.HOLDS, _SCOPE, "the stored certificate was replayed")
        return None

    def _is_the_bound(self, statement: Value) -> bool:
        middle, half = self.limit + self.slope / C, self.reach / C**2
        return _are_equal(statement.value, middle) and _are_equal(statement.unit / 2, half)


def asks_for_scaled_ratio(statement: Statement) -> bool:
    r"""Whether a statement asks for :math:`C^2g_{ij}/g_{ii}` of the linear model."""
    is_everywhere = isinstance(statement, Value) or (
        isinstance(statement, LimitOf) and statement.along == Along(C)
    )
    return is_everywhere and statement.asked == _scaled_ratio()


@cache
def every_class() -> EveryClass | None:
    """Replay the stored certificate; None if it is rejected."""
    found = replay(linear_ce_every_class())
    if not found.accepted:
        return None
    _, *constants = found.statement.split("; ")
    return EveryClass(*(_read(line.split(" = ")[1]) for line in constants))


def _scaled_ratio() -> sympy.Expr:
    p = SoftmaxOfGaussians(C)
    g_ii = gamma * E(p[i] ** 2 * (1 - p[i]) ** 2) + E(p[i] * (1 - p[i])) ** 2
    g_ij = gamma * E(p[i] ** 2 * p[j] ** 2) + E(p[i] * p[j]) ** 2
    return C**2 * g_ij / g_ii


def _read(text: str) -> sympy.Expr:
    return parse_expr(text, {"e": e, "gamma": gamma}, transformations=_SYNTAX)


def _are_equal(left: sympy.Expr, right: sympy.Expr) -> bool:
    """Whether two rational functions of e, gamma and C are the same."""
    return bool(sympy.cancel(sympy.together(left - right)) == 0)
