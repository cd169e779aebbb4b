"""Arguments of a constant: exact numbers, or the letters that stand for them."""

from __future__ import annotations

from typing import Any

import sympy
from flint import fmpq

from rmtcheck.certify import exact
from rmtcheck.certify.hidden_layer import checked_width
from rmtcheck.errors import DomainError
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.activations import RELU, Activation


def aspect_ratio(value: Any) -> sympy.Expr:
    """Return gamma, or the positive rational number that stands for it.

    Examples
    --------
    >>> aspect_ratio("0.1"), aspect_ratio(symbols.gamma)
    (1/10, gamma)
    """
    if is_letter(value, symbols.gamma):
        return symbols.gamma
    return _rational(exact.checked_positive("gamma", value))


def number_of_classes(value: Any) -> sympy.Expr:
    """Return C, or the integer from 1 on that stands for it.

    Examples
    --------
    >>> number_of_classes(10), number_of_classes(symbols.C)
    (10, C)
    """
    if is_letter(value, symbols.C):
        return symbols.C
    return sympy.Integer(exact.checked_integer("classes", value, 1))


def width(value: Any) -> sympy.Expr:
    """Return m, or the integer from 3 on that stands for it.

    Examples
    --------
    >>> width(8), width(symbols.m)
    (8, m)
    """
    return symbols.m if is_letter(value, symbols.m) else sympy.Integer(checked_width(value))


def require_expression(activation: Any) -> None:
    """Raise unless the constants of this activation are derived as expressions."""
    if not (isinstance(activation, Activation) and activation == RELU):
        raise DomainError(
            f"activation = {activation} has no constant in closed form here; accepted: RELU, "
            "or digits= for a ball"
        )


def is_letter(value: Any, letter: sympy.Symbol) -> bool:
    """Whether a value is this symbol; arrays and the like are compared by no element."""
    return isinstance(value, sympy.Symbol) and bool(value == letter)


def _rational(number: fmpq) -> sympy.Rational:
    return sympy.Rational(int(number.p), int(number.q))
