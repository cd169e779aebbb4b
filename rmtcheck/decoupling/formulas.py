"""A user's own weight from text such as ``tanh(u1)^2``: read by its grammar, never executed."""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable
from typing import Any

import sympy

from rmtcheck.errors import DomainError
from rmtcheck.vocabulary.grams import WeightedGram
from rmtcheck.vocabulary.local_weights import LocalWeight, local_weight
from rmtcheck.vocabulary.samples import Indicator, Logit, Preactivation
from rmtcheck.vocabulary.symbols import N

MOST_FIELDS = 50
_LONGEST = 500
_FIELD = re.compile(r"u([1-9][0-9]?)")
_DIGITS = 100  # of a number, or of a power of numbers


def _gate(argument: sympy.Expr) -> sympy.Expr:
    """Return the indicator of a positive field."""
    if not isinstance(argument, Preactivation):
        raise DomainError(f"step and relu take one field such as u1, not {argument}")
    return Indicator(argument.args[0])


FUNCTIONS: dict[str, Callable[[sympy.Expr], sympy.Expr]] = {
    "tanh": sympy.tanh,
    "exp": sympy.exp,
    "log": sympy.log,
    "sqrt": sympy.sqrt,
    "sin": sympy.sin,
    "cos": sympy.cos,
    "atan": sympy.atan,
    "erf": sympy.erf,
    "abs": sympy.Abs,
    "sigmoid": lambda u: 1 / (1 + sympy.exp(-u)),
    "step": _gate,
    "relu": lambda u: u * _gate(u),
}
"""The functions of one argument; step and relu take a single field."""

_NUMBERS = {"pi": sympy.pi}
_OPERATIONS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: lambda a, b: a + b,
    ast.Sub: lambda a, b: a - b,
    ast.Mult: lambda a, b: a * b,
    ast.Div: lambda a, b: a / b,
}
ACCEPTED = (
    f"accepted are numbers, fields u1 to u{MOST_FIELDS}, pi, + - * / ^, brackets, and "
    + ", ".join(FUNCTIONS)
)


def own_weight(text: str) -> LocalWeight:
    r"""Return the weight :math:`\lambda(u_1,\dots,u_k)` that a text describes.

    Parameters
    ----------
    text : str
        A formula in the fields u1, u2, ..., in numbers, pi, ``+ - * / ^``, brackets and the
        functions in `FUNCTIONS`.

    Returns
    -------
    LocalWeight
        Of as many fields as the largest number of a field.

    Raises
    ------
    DomainError
        If the text is no such formula, has no field, or is not real and finite.

    Examples
    --------
    >>> own_weight("tanh(u1)^2 / 2")
    weight tanh(u_1)**2/2 of 1 fields
    """
    if len(text) > _LONGEST:
        raise DomainError(f"the weight has {len(text)} characters; at most {_LONGEST} are accepted")
    try:
        tree = ast.parse(text.strip().replace("^", "**"), mode="eval")
        expression = _read(tree.body)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as problem:
        if isinstance(problem, DomainError):
            raise DomainError(f"the weight {text!r} is refused: {problem}") from None
        raise DomainError(f"the weight {text!r} is no formula; {ACCEPTED}") from None
    if not expression.has(Preactivation, Indicator):
        raise DomainError(f"the weight {text!r} has no field; write u1 for the first")
    if expression.has(sympy.zoo, sympy.nan, sympy.oo, sympy.I):
        raise DomainError(f"the weight {text!r} is not a finite real number")
    return local_weight(WeightedGram(1 / N, _as_logits(expression)))


def _as_logits(expression: sympy.Expr) -> sympy.Expr:
    """Return a formula without gates in logits, which tell an engine that it is smooth."""
    if expression.has(Indicator):
        return expression
    return expression.replace(Preactivation, Logit)


def _read(node: ast.expr) -> sympy.Expr:
    match node:
        case ast.Constant(value=int() | float() as value) if not isinstance(value, bool):
            return _constant(value)
        case ast.Name(id=name):
            return _named(name)
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=operand):
            return -_read(operand) if isinstance(sign, ast.USub) else _read(operand)
        case ast.BinOp(left=left, op=ast.Pow(), right=right):
            return _power(_read(left), _read(right))
        case ast.BinOp(left=left, op=operation, right=right) if type(operation) in _OPERATIONS:
            return _OPERATIONS[type(operation)](_read(left), _read(right))
        case ast.Call(func=ast.Name(id=name), args=[argument], keywords=[]) if name in FUNCTIONS:
            return FUNCTIONS[name](_read(argument))
    raise DomainError(f"{ast.unparse(node)} is not known; {ACCEPTED}")


def _constant(value: float) -> sympy.Rational:
    if abs(value) > 10**_DIGITS:
        raise DomainError(f"numbers of up to {_DIGITS} digits are accepted")
    return sympy.Rational(str(value))


def _named(name: str) -> sympy.Expr:
    if name in _NUMBERS:
        return _NUMBERS[name]
    found = _FIELD.fullmatch(name)
    if not found or int(found[1]) > MOST_FIELDS:
        raise DomainError(f"{name} is not known; {ACCEPTED}")
    return Preactivation(sympy.Integer(found[1]))


def _power(base: sympy.Expr, exponent: sympy.Expr) -> sympy.Expr:
    """Return a power, unless it is a number too large to write."""
    if not exponent.is_Rational or abs(exponent) > 100:
        raise DomainError(f"the exponent {exponent} is no rational number from -100 to 100")
    if base.is_number and base != 0:
        size = abs(math.log10(abs(float(base)))) if float(base) else math.inf
        if size * abs(exponent) > _DIGITS:
            raise DomainError(f"the power {base}^{exponent} is too large or too small")
    return base**exponent
