r"""Second derivatives of an expression at points, by forward accumulation in floats.

Each node of the expression carries its value, gradient and Hessian in all weights, for many points
at once: :math:`H_{fg}=fH_g+gH_f+\nabla f\nabla g^\top+\nabla g\nabla f^\top` and
:math:`H_{s(f)}=s'H_f+s''\nabla f\nabla f^\top`. No formula for the whole is ever differentiated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import Any

import numpy as np
import sympy
from numpy.typing import NDArray

from rmtcheck.errors import DomainError
from rmtcheck.vocabulary.graphs import Activated

Array = NDArray[np.float64]
_T = sympy.Symbol("t", real=True)


@dataclass(frozen=True)
class Jet:
    """Values, shape (P,), gradients (P, n) and Hessians (P, n, n) at P points."""

    value: Array
    gradient: Array
    hessian: Array

    def __add__(self, other: Jet) -> Jet:
        return Jet(
            self.value + other.value,
            self.gradient + other.gradient,
            self.hessian + other.hessian,
        )

    def __mul__(self, other: Jet) -> Jet:
        f, g = self.value[:, None], other.value[:, None]
        cross = _outer(self.gradient, other.gradient)
        return Jet(
            self.value * other.value,
            f * other.gradient + g * self.gradient,
            f[..., None] * other.hessian
            + g[..., None] * self.hessian
            + cross
            + cross.swapaxes(1, 2),
        )

    def through(self, function: sympy.Expr) -> Jet:
        """Return a function of the jet, given as an expression in one symbol."""
        value, first, second = (f(self.value) for f in _derivatives(function))
        return Jet(
            value,
            first[:, None] * self.gradient,
            first[:, None, None] * self.hessian
            + second[:, None, None] * _outer(self.gradient, self.gradient),
        )


def hessians(expression: sympy.Expr, names: Sequence[sympy.Symbol], points: Array) -> Jet:
    """Return value, gradient and Hessian of an expression at points.

    Parameters
    ----------
    expression : sympy expression
        Sums, products, powers with constant exponents, and functions of one argument.
    names : sequence of n symbols
        All symbols of the expression.
    points : ndarray, shape (P, n)
        Their values.

    Returns
    -------
    Jet

    Raises
    ------
    DomainError
        If the expression has another symbol or another kind of node.

    Accuracy
    --------
    Exact differentiation; rounding errors only.

    Examples
    --------
    >>> w, v = sympy.symbols("w v")
    >>> hessians((w * v) ** 2 / 2, [w, v], np.array([[1.0, 2.0]])).hessian
    array([[[4., 4.],
            [4., 1.]]])
    """
    return _Sweep(names, points).jet(expression)


class _Sweep:
    def __init__(self, names: Sequence[sympy.Symbol], points: Array) -> None:
        count, size = points.shape
        self._shape = (count, size)
        unit = np.eye(size)
        self._known: dict[sympy.Expr, Jet] = {
            name: Jet(points[:, k], np.tile(unit[k], (count, 1)), np.zeros((count, size, size)))
            for k, name in enumerate(names)
        }

    def jet(self, expr: sympy.Expr) -> Jet:
        if expr not in self._known:
            self._known[expr] = self._swept(expr)
        return self._known[expr]

    def _swept(self, expr: sympy.Expr) -> Jet:
        if expr.is_number:
            return self._constant(float(expr))
        if expr.is_Add:
            return reduce(Jet.__add__, map(self.jet, expr.args))
        if expr.is_Mul:
            return reduce(Jet.__mul__, map(self.jet, expr.args))
        if expr.is_Pow and expr.exp.is_number:
            return self.jet(expr.base).through(_T**expr.exp)
        if isinstance(expr, Activated):
            return self.jet(expr.args[1]).through(expr.func(expr.args[0], _T).explicit)
        if isinstance(expr, sympy.Function) and len(expr.args) == 1:
            return self.jet(expr.args[0]).through(expr.func(_T))
        accepted = "sums, products, constant powers and functions of one argument"
        raise DomainError(f"{expr} has no value here; accepted are {accepted} of the weights")

    def _constant(self, value: float) -> Jet:
        count, size = self._shape
        return Jet(np.full(count, value), np.zeros((count, size)), np.zeros((count, size, size)))


@lru_cache(maxsize=256)
def _derivatives(function: sympy.Expr) -> tuple[Any, Any, Any]:
    first = function.diff(_T)
    return _vectorized(function), _vectorized(first), _vectorized(first.diff(_T))


def _vectorized(function: sympy.Expr) -> Any:
    plain = sympy.lambdify(_T, function, ["numpy", "scipy"])
    return lambda values: np.broadcast_to(plain(values), values.shape)


def _outer(left: Array, right: Array) -> Array:
    product: Array = left[:, :, None] * right[:, None, :]
    return product
