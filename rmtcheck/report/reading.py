"""Numbers and measures out of the words of a ledger; nothing of it is ever run as code."""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

from rmtcheck.errors import DomainError

Discrete = tuple[tuple[float, float], ...]
"""Pairs (mass, atom)."""

_OPERATIONS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_ATOM = re.compile(r"(?:(?P<mass>\S+) )?delta_(?P<atom>\S+)")


def evaluate(text: str, values: Mapping[str, complex]) -> Any:
    """Return the value of a formula made of numbers, names and arithmetic.

    Parameters
    ----------
    text : str
        The formula.
    values : mapping of str to number
        What each name stands for.

    Raises
    ------
    DomainError
        If anything else occurs in the formula, or it has no value there.

    Examples
    --------
    >>> evaluate("-d*m_2/4", {"d": 8, "m_2": 1.5})
    -3.0
    """
    try:
        return _value(ast.parse(text, mode="eval").body, values)
    except DomainError:
        raise
    except (ArithmeticError, SyntaxError, ValueError, RecursionError) as error:
        raise DomainError(f"{text!r} has no value: {error}") from error


def _value(node: ast.expr, values: Mapping[str, complex]) -> Any:
    match node:
        case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
            return float(number)
        case ast.Name(id=name) if name in values:
            return values[name]
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            return -_value(operand, values)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _OPERATIONS:
            return _OPERATIONS[type(op)](_value(left, values), _value(right, values))
    raise DomainError(f"{ast.unparse(node)!r} cannot be read; accepted are {', '.join(values)}")


def discrete(text: str, **values: float) -> Discrete:
    """Return the masses and atoms of a sum of point masses, or of the measure 0.

    Parameters
    ----------
    text : str
        The measure, in the words of a witness.
    **values : float
        What the names in masses and atoms stand for.

    Raises
    ------
    DomainError
        If it is no such sum.

    Examples
    --------
    >>> discrete("1/4 delta_0 + 3/4 delta_n", n=2.0)
    ((0.25, 0.0), (0.75, 2.0))
    """
    if text == "0":
        return ()
    found = [_ATOM.fullmatch(term) for term in text.split(" + ")]
    if None in found:
        raise DomainError(f"{text!r} is given; accepted is a sum of point masses")
    pairs = [(term["mass"] or "1", term["atom"]) for term in found if term]
    return tuple((evaluate(mass, values), evaluate(atom, values)) for mass, atom in pairs)


def transform(measure: Discrete, z: Any) -> Any:
    """Return the Stieltjes transform of a discrete measure, z a number or an array."""
    return sum((mass / (atom - z) for mass, atom in measure), 0 * z)
