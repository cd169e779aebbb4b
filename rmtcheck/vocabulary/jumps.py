"""Where formulas of the fields of one sample may jump."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import sympy

from rmtcheck.vocabulary.samples import Indicator, SampleNode

_STEPS = (Indicator, sympy.Heaviside, sympy.sign, sympy.floor, sympy.ceiling, sympy.Mod)


def may_jump(expression: sympy.Expr) -> bool:
    """Return whether a formula may be discontinuous, poles apart.

    A gate, a step, or a piecewise function not known to be continuous may make it so: known are
    those in pieces of one variable between rational numbers, whose values meet.

    Examples
    --------
    >>> from rmtcheck.vocabulary.samples import logit
    >>> u = logit[1]
    >>> may_jump(sympy.Piecewise((u, u > 0), (0, True)))
    False
    >>> may_jump(sympy.Piecewise((1, u > 0), (0, True)))
    True
    """
    if expression.has(*_STEPS):
        return True
    return any(not _meets(pieces) for pieces in expression.atoms(sympy.Piecewise))


def _meets(pieces: sympy.Piecewise) -> bool:
    """Whether the pieces are known to have the same values where they end."""
    relations = set().union(*(c.atoms(sympy.core.relational.Relational) for _, c in pieces.args))
    variables = {side for r in relations for side in (r.lhs, r.rhs) if not side.is_Rational}
    ends = sorted({side for r in relations for side in (r.lhs, r.rhs) if side.is_Rational})
    if len(variables) != 1 or not ends:
        return False
    (variable,) = variables
    if not (variable.is_Symbol or isinstance(variable, SampleNode)):
        return False
    between = [(a + b) / 2 for a, b in pairwise(ends)]
    places = [ends[0] - 1, *between, ends[-1] + 1]
    chosen = [_piece_at(pieces, variable, place) for place in places]
    return all(
        _value(one, variable, end) == _value(pieces, variable, end) == _value(two, variable, end)
        for end, (one, two) in zip(ends, pairwise(chosen), strict=True)
    )


def _piece_at(pieces: sympy.Piecewise, variable: Any, place: Any) -> Any:
    """Return the piece that a place belongs to, or nan."""
    held = (e for e, c in pieces.args if c.xreplace({variable: place}) == sympy.true)
    return next(held, sympy.nan)


def _value(expression: Any, variable: Any, end: Any) -> Any:
    return sympy.simplify(expression.subs(variable, end))
