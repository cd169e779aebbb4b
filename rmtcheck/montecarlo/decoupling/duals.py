r"""Dual numbers :math:`f+f'\epsilon`, :math:`\epsilon^2=0`, on arrays.

They carry one derivative through sums, products, quotients and a few functions, and know no
other rule of calculus: what is computed from them is differentiated as it is computed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import scipy.special
from numpy.typing import NDArray

Values = NDArray[Any]
"""Arrays of floats or of complex numbers."""

_ROOT_PI = float(np.sqrt(np.pi))


@dataclass(frozen=True, eq=False)
class Dual:
    """Arrays of one shape: values and slopes."""

    value: Values
    slope: Values

    __array_ufunc__ = None  # an array times a dual is a dual, not an array of duals

    def __add__(self, other: Any) -> Dual:
        o = dual(other)
        return Dual(self.value + o.value, self.slope + o.slope)

    def __mul__(self, other: Any) -> Dual:
        o = dual(other)
        return Dual(self.value * o.value, self.slope * o.value + self.value * o.slope)

    def __truediv__(self, other: Any) -> Dual:
        o = dual(other)
        quotient = self.value / o.value
        return Dual(quotient, (self.slope - quotient * o.slope) / o.value)

    def __pow__(self, exponent: Any) -> Dual:
        if isinstance(exponent, Dual):
            power: Dual = exp(exponent * log(self))
            return power
        steepness = exponent * self.value ** (exponent - 1) if exponent != 0 else 0 * self.value
        return Dual(self.value**exponent, steepness * self.slope)

    def __neg__(self) -> Dual:
        return Dual(-self.value, -self.slope)

    def __sub__(self, other: Any) -> Dual:
        return self + (-dual(other))

    def __rsub__(self, other: Any) -> Dual:
        return dual(other) - self

    def __rtruediv__(self, other: Any) -> Dual:
        return dual(other) / self

    __radd__, __rmul__ = __add__, __mul__

    def __getitem__(self, place: Any) -> Dual:
        return Dual(self.value[place], self.slope[place])

    def sum(self, axis: int | None = None) -> Dual:
        """Add up along an axis, or all."""
        return Dual(np.sum(self.value, axis=axis), np.sum(self.slope, axis=axis))


def dual(number: Any) -> Dual:
    """Return a dual number as it is, and a constant with slope 0."""
    return number if isinstance(number, Dual) else Dual(np.asarray(number), np.zeros(()))


def _lifted(value: Callable[[Values], Values], slope: Callable[[Values], Values]) -> Any:
    def function(x: Any) -> Dual:
        given = dual(x)
        return Dual(value(given.value), slope(given.value) * given.slope)

    return function


def select(conditions: list[Any], choices: list[Any], default: Any = 0.0) -> Dual:
    """Return piece by piece the first choice whose condition holds."""
    pieces = [dual(choice) for choice in choices]
    parts = zip(*((piece.value, piece.slope) for piece in pieces), strict=True)
    value, slope = (np.select(*_of_one_shape(conditions, list(part)), default) for part in parts)
    return Dual(value, slope)


def _greater(one: Any, two: Any) -> Dual:
    """Return the greater one."""
    return select([dual(one).value > dual(two).value, True], [one, two])


def _of_one_shape(conditions: list[Any], choices: list[Values]) -> tuple[list[Any], list[Any]]:
    """Return conditions and choices of one shape."""
    arrays = np.broadcast_arrays(*map(np.asarray, conditions), *choices)
    return list(arrays[: len(conditions)]), list(arrays[len(conditions) :])


def _related(relation: Callable[[Any, Any], Any]) -> Any:
    return lambda one, other: relation(dual(one).value, dual(other).value)


exp = _lifted(np.exp, np.exp)
log = _lifted(np.log, lambda x: 1 / x)
FUNCTIONS: dict[str, Any] = {
    "exp": exp,
    "log": log,
    "sqrt": _lifted(np.sqrt, lambda x: 0.5 / np.sqrt(x)),
    "tanh": _lifted(np.tanh, lambda x: 1 / np.cosh(x) ** 2),
    "sin": _lifted(np.sin, np.cos),
    "cos": _lifted(np.cos, lambda x: -np.sin(x)),
    "tan": _lifted(np.tan, lambda x: 1 / np.cos(x) ** 2),
    "sinh": _lifted(np.sinh, np.cosh),
    "cosh": _lifted(np.cosh, np.sinh),
    "arctan": _lifted(np.arctan, lambda x: 1 / (1 + x**2)),
    "arcsinh": _lifted(np.arcsinh, lambda x: 1 / np.sqrt(1 + x**2)),
    "erf": _lifted(scipy.special.erf, lambda x: 2 / _ROOT_PI * np.exp(-(x**2))),
    "erfc": _lifted(scipy.special.erfc, lambda x: -2 / _ROOT_PI * np.exp(-(x**2))),
    "abs": _lifted(np.abs, np.sign),
    "floor": _lifted(np.floor, np.zeros_like),
    "ceil": _lifted(np.ceil, np.zeros_like),
    "sign": _lifted(np.sign, np.zeros_like),
    "heaviside": lambda x, middle: Dual(
        np.heaviside(dual(x).value, dual(middle).value), np.zeros_like(dual(x).value)
    ),
    "select": select,
    "maximum": _greater,
    "minimum": lambda one, two: -_greater(-dual(one), -dual(two)),
    "equal": _related(np.equal),
    "greater": _related(np.greater),
    "greater_equal": _related(np.greater_equal),
    "less": _related(np.less),
    "less_equal": _related(np.less_equal),
}
"""Functions by the names that code printed for numpy calls them by."""


def trace_of_inverse(matrix: Dual) -> Dual:
    """Return the trace of the inverse by elimination, without exchange of rows.

    Parameters
    ----------
    matrix : Dual, shape (d, d)
        A real symmetric matrix less a number that is not real: then no pivot is 0.

    Returns
    -------
    Dual
        A number.
    """
    d = len(matrix.value)
    value = np.hstack([matrix.value, np.eye(d)])
    rows = Dual(value, np.hstack([matrix.slope, np.zeros((d, d))]))
    for k in range(d):
        pivot = rows[k] / rows[k, k]
        factors = rows[:, k]
        rows = rows - factors[:, None] * pivot[None, :]
        rows.value[k], rows.slope[k] = pivot.value, pivot.slope
    places = np.arange(d)
    return rows[places, d + places].sum()
