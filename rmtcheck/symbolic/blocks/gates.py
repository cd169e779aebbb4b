r"""Gates: piecewise expressions as sums of values times indicators of their conditions.

.. math:: \max(f,g)=f\,\mathbf 1(f>g)+g\,\mathbf 1(g>f)

A gate is constant off its kinks, so its derivative is 0; formulas hold off the kinks, where
:math:`f>0` and :math:`f\ge0` are the same.
"""

from __future__ import annotations

from typing import Any

import sympy

from rmtcheck.vocabulary.samples import Indicator, Preactivation, SampleNode

_KINKED = (sympy.Abs, sympy.Max, sympy.Min, sympy.Heaviside, sympy.sign)


class Gate(sympy.Function):
    r"""The indicator :math:`\mathbf 1(f>0)` of a function of the fields, with derivative 0."""

    nargs = 1
    is_real = True
    is_nonnegative = True

    @classmethod
    def eval(cls, argument: sympy.Expr) -> sympy.Expr | None:
        """Return the value at a number or a preactivation."""
        if not argument.has(SampleNode) and argument.is_number and argument.is_real:
            return sympy.Integer(bool(argument > 0))
        if isinstance(argument, Preactivation):
            return Indicator(argument.args[0])
        return 1 - Indicator(-argument) if isinstance(-argument, Preactivation) else None

    def _eval_derivative(self, symbol: Any) -> sympy.Expr:
        return sympy.S.Zero

    def _eval_power(self, exponent: sympy.Expr) -> sympy.Expr | None:
        return self if exponent.is_Integer and exponent.is_positive else None


def gated(expr: sympy.Expr) -> sympy.Expr:
    """Return an expression with Max, Abs and Piecewise as sums of values times gates."""
    for function in _KINKED:
        expr = expr.replace(function, lambda *x, f=function: f(*x).rewrite(sympy.Piecewise))
    return expr.replace(sympy.Piecewise, _sum_of_pieces)


def opened(expr: sympy.Expr) -> sympy.Expr:
    """Return an expression with every gate as a piecewise 1 or 0."""
    return expr.replace(Gate, lambda f: sympy.Piecewise((1, f > 0), (0, True)))


def oriented(expr: sympy.Expr) -> sympy.Expr:
    """Return an expression with opposite gates written by one of them; they add up to 1."""
    flipped = {g: 1 - Gate(-g.args[0]) for g in expr.atoms(Gate) if _is_negative(g.args[0])}
    return expr.xreplace(flipped)


def _is_negative(argument: sympy.Expr) -> bool:
    return bool(sympy.expand(argument).could_extract_minus_sign())


def _sum_of_pieces(*pieces: Any) -> sympy.Expr:
    """Return the sum of value times gate, each gate 1 where its piece is the first that holds."""
    total, rest = sympy.S.Zero, sympy.S.One
    for value, condition in pieces:
        total = total + value * rest * _gate(condition)
        rest = rest * _gate(sympy.Not(condition))
    return total


def _gate(condition: Any) -> sympy.Expr:
    """Return the indicator of a condition, which is a Kronecker delta for indices."""
    if condition in (sympy.true, sympy.false):
        return sympy.Integer(bool(condition))
    if isinstance(condition, sympy.And):
        return sympy.Mul(*map(_gate, condition.args))
    if isinstance(condition, sympy.Or):
        return 1 - sympy.Mul(*(1 - _gate(part) for part in condition.args))
    if isinstance(condition, sympy.Ne):
        return 1 - _gate(sympy.Eq(*condition.args))
    if isinstance(condition, sympy.Eq):
        are_indices = all(side.is_integer for side in condition.args)
        return sympy.KroneckerDelta(*condition.args) if are_indices else sympy.S.Zero
    difference = condition.gts - condition.lts
    return Gate(sympy.expand(difference))
