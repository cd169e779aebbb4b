"""Evaluation of a closed expression in balls, one enclosed operation at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sympy
from flint import arb, fmpq

from rmtcheck.errors import DomainError

Balls = Mapping[sympy.Symbol, arb]


def ball_of(expr: Any, balls: Balls) -> arb:
    """Evaluate an expression in balls, at the current precision.

    Raises
    ------
    DomainError
        If the expression has an ingredient without a proven enclosure.
    """
    if expr in balls:
        return arb(balls[expr])
    if expr.is_Rational:
        return arb(fmpq(int(expr.p), int(expr.q)))
    if expr in _CONSTANTS:
        return _CONSTANTS[expr]()
    if expr.is_Add:
        return sum((ball_of(a, balls) for a in expr.args), arb(0))
    if expr.is_Mul:
        return _product([ball_of(a, balls) for a in expr.args])
    if expr.is_Pow:
        return _power(expr, balls)
    if expr.func in _FUNCTIONS:
        return _FUNCTIONS[expr.func](ball_of(expr.args[0], balls))
    if expr.is_Symbol:
        raise DomainError(f"the symbol {expr} has no value")
    raise DomainError(
        f"{expr} cannot be enclosed; accepted: + - * / powers, exp, log, softmax means"
    )


def _power(expr: Any, balls: Balls) -> arb:
    base = ball_of(expr.base, balls)
    if expr.exp.is_Integer:
        return base ** int(expr.exp)
    if expr.exp.is_Rational:
        return base.root(int(expr.exp.q)) ** int(expr.exp.p)
    return (ball_of(expr.exp, balls) * base.log()).exp()


def _product(factors: list[arb]) -> arb:
    product = arb(1)
    for factor in factors:
        product = product * factor
    return product


_CONSTANTS: dict[Any, Callable[[], arb]] = {sympy.E: arb.const_e, sympy.pi: arb.pi}
_FUNCTIONS: dict[Any, Callable[[arb], arb]] = {
    sympy.exp: lambda x: x.exp(),
    sympy.log: lambda x: x.log(),
    sympy.Abs: abs,
}
