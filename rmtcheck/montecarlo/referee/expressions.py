"""An expression as it is printed, read on hyper-dual numbers term by term."""

from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.referee.hyperdual import FUNCTIONS, HyperDual, exp, log

RELATIONS = {
    sympy.StrictGreaterThan: np.greater,
    sympy.GreaterThan: np.greater_equal,
    sympy.StrictLessThan: np.less,
    sympy.LessThan: np.less_equal,
}


class Reader:
    """Values of expressions, where some symbols and nodes have known ones.

    Parameters
    ----------
    known : dict
        Hyper-dual numbers of one shape, by the expression that they are the value of.
    """

    def __init__(self, known: dict[Any, HyperDual]) -> None:
        self._values: dict[Any, HyperDual] = dict(known)
        self._like: HyperDual = next(iter(known.values()))

    def value(self, expression: Any) -> HyperDual:
        """Return the value of an expression; each part is read once."""
        if expression not in self._values:
            self._values[expression] = self._read(expression)
        return self._values[expression]

    def _read(self, expression: Any) -> HyperDual:
        if not expression.args or (expression.is_number and not expression.atoms(sympy.Function)):
            return self._like.constant(_number(expression))
        if isinstance(expression, sympy.Sum):
            return self._sum(expression)
        if expression.is_Add:
            return reduce(HyperDual.__add__, map(self.value, expression.args))
        if expression.is_Mul:
            return reduce(HyperDual.__mul__, map(self.value, expression.args))
        if expression.is_Pow:
            return self._power(*expression.args)
        if isinstance(expression, sympy.Piecewise):
            return self._pieces(list(expression.args))
        if isinstance(expression, sympy.Max | sympy.Min):
            return self._extreme(expression)
        function = FUNCTIONS.get(expression.func.__name__)
        if function is None:
            accepted = ", ".join(FUNCTIONS)
            raise DomainError(f"{expression} is not known to the referee; it knows {accepted}.")
        return function(self.value(expression.args[0]))

    def _sum(self, total: sympy.Sum) -> HyperDual:
        *inner, (index, low, high) = total.limits
        function = sympy.Sum(total.function, *inner) if inner else total.function
        terms = [self.value(function.subs(index, k)) for k in range(int(low), int(high) + 1)]
        return reduce(HyperDual.__add__, terms, self._like.constant(0.0))

    def _power(self, base: Any, exponent: Any) -> HyperDual:
        if exponent.is_number and not exponent.atoms(sympy.Function):
            return self.value(base).power(_number(exponent))
        return exp(self.value(exponent) * log(self.value(base)))

    def _pieces(self, pieces: list[Any]) -> HyperDual:
        (value, condition), *rest = pieces
        if condition is sympy.true or not rest:
            return self.value(value)
        return self.value(value).selected(self._holds(condition), self._pieces(rest))

    def _holds(self, condition: Any) -> NDArray[np.bool_]:
        if isinstance(condition, sympy.And | sympy.Or):
            joined = np.logical_and if isinstance(condition, sympy.And) else np.logical_or
            return np.asarray(reduce(joined, map(self._holds, condition.args)))
        if type(condition) not in RELATIONS:
            raise DomainError(f"the condition {condition} is not known; accepted are <, <=, >, >=.")
        left, right = (self.value(side).value for side in condition.args)
        return np.asarray(RELATIONS[type(condition)](left, right))

    def _extreme(self, expression: Any) -> HyperDual:
        is_better = np.greater if isinstance(expression, sympy.Max) else np.less
        found, *others = map(self.value, expression.args)
        for other in others:
            found = found.selected(is_better(found.value, other.value), other)
        return found


def _number(expression: Any) -> float:
    if expression.free_symbols or not expression.is_number or not expression.is_real:
        raise DomainError(f"{expression} has no value; the referee needs numbers for all symbols.")
    return float(expression)
