r"""Activations: functions of one preactivation, declared by an expression.

A piecewise expression states its convention at a kink by the piece that the kink belongs to:
relu is :math:`a` for :math:`a>0` and 0 else, so its slope at 0 is 0. Second derivatives are
taken piece by piece: formulas hold for data with no preactivation at a kink.
"""

from __future__ import annotations

import reprlib
from fractions import Fraction
from typing import Any

import sympy
from sympy.core.symbol import Str

from rmtcheck.errors import DomainError
from rmtcheck.vocabulary.nouns import Noun
from rmtcheck.vocabulary.samples import SampleNode

ARGUMENT = sympy.Symbol("a", real=True)
"""The preactivation, in the expression of an activation."""


class Activation(Noun):
    r"""A function :math:`\sigma(a)` of one real preactivation.

    Parameters
    ----------
    expression : sympy expression
        The function, in one symbol.
    name : str, default "sigma"
        Its name in formulas.

    Raises
    ------
    DomainError
        If the expression is not one in exactly one symbol.

    Examples
    --------
    >>> a = sympy.Symbol("a")
    >>> Activation(a**3, "cube").expression
    a**3
    """

    def __new__(cls, expression: Any, name: Any = "sigma") -> Activation:
        """Make the noun; the symbol of the expression is renamed to that of the house."""
        is_expression = isinstance(expression, sympy.Expr) and not expression.has(SampleNode)
        if not is_expression or len(expression.free_symbols) != 1:
            accepted = "an expression in exactly one symbol, such as tanh(a)"
            raise DomainError(f"the activation is {expression}; accepted is {accepted}")
        (symbol,) = expression.free_symbols
        label = name if isinstance(name, Str) else Str(str(name))
        return cls._made(expression.subs(symbol, ARGUMENT), label)

    @property
    def expression(self) -> sympy.Expr:
        """The function, in the symbol `ARGUMENT`."""
        return self.args[0]

    @property
    def name(self) -> str:
        """The name of the function."""
        return str(self.args[1])

    @property
    def free_symbols(self) -> set[sympy.Basic]:
        """The argument is bound, so there are none."""
        return set()

    def _sympystr(self, printer: Any) -> str:
        return self.name

    def _latex(self, printer: Any) -> str:
        return rf"\{self.name}" if self.name == "sigma" else rf"\mathrm{{{self.name}}}"


def leaky_relu(slope: Any) -> Activation:
    r"""Return :math:`a` for :math:`a>0` and :math:`\text{slope}\cdot a` else.

    Parameters
    ----------
    slope : int, Fraction, sympy number or float
        An exact real number; a float only where its shortest decimal form is its value.

    Returns
    -------
    Activation

    Raises
    ------
    DomainError
        If the slope is another one; a symbol is none, as an activation has one symbol only.

    Examples
    --------
    >>> leaky_relu(0.5).expression
    Piecewise((a, a > 0), (a/2, True))
    """
    number = _exact_number(slope)
    if number is None:
        needed = "an exact real number, such as Rational(1, 10) or 0.5, is needed"
        raise DomainError(f"slope is {_shown(slope)}; {needed}")
    positive, negative = (ARGUMENT, ARGUMENT > 0), (number * ARGUMENT, True)
    return Activation(sympy.Piecewise(positive, negative), f"leaky_relu_{number}")


def _exact_number(value: Any) -> sympy.Expr | None:
    """Return an exact real number that can be printed, or None."""
    try:
        is_known = not isinstance(value, bool | str)
        number = sympy.sympify(_unrounded(value), strict=True) if is_known else None
        if not isinstance(number, sympy.Expr) or number.has(sympy.Float, SampleNode):
            return None
        return number if number.is_number and number.is_real and str(number) else None
    except (sympy.SympifyError, TypeError, ValueError):
        return None


def _unrounded(value: Any) -> Any:
    """Return what a float says in decimals, if that is its value, and what is no float as it is."""
    if not isinstance(value, float):
        return value
    decimals = Fraction(float.__repr__(value))
    return decimals if decimals == value else None


def _shown(value: Any) -> str:
    try:
        return " ".join(reprlib.repr(value).split())
    except ValueError:  # an integer of more digits than Python prints
        return f"a long {type(value).__name__}"


def _gelu() -> sympy.Expr:
    return ARGUMENT * (1 + sympy.erf(ARGUMENT / sympy.sqrt(2))) / 2


IDENTITY = Activation(ARGUMENT, "id")
RELU = Activation(sympy.Piecewise((ARGUMENT, ARGUMENT > 0), (0, True)), "relu")
TANH = Activation(sympy.tanh(ARGUMENT), "tanh")
SIGMOID = Activation(1 / (1 + sympy.exp(-ARGUMENT)), "sigmoid")
GELU = Activation(_gelu(), "gelu")
SILU = Activation(ARGUMENT / (1 + sympy.exp(-ARGUMENT)), "silu")
