"""Second derivatives of an expression in weights, by the numbers of the referee."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import sympy
from numpy.typing import NDArray

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.referee.expressions import Reader
from rmtcheck.montecarlo.referee.hyperdual import HyperDual
from rmtcheck.vocabulary.graphs import Activated

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Jet:
    """Values, shape (P,), gradients (P, n) and Hessians (P, n, n) at P points."""

    value: Array
    gradient: Array
    hessian: Array


def hessians(expression: sympy.Expr, names: Sequence[sympy.Symbol], points: Array) -> Jet:
    r"""Return value, gradient and Hessian of an expression at points.

    .. math:: f(w),\quad \frac{\partial f}{\partial w_a},\quad
              \frac{\partial^2f}{\partial w_a\,\partial w_b}

    Parameters
    ----------
    expression : sympy expression
        Sums, products, powers, pieces, and the functions that the referee knows.
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
        If the expression has another symbol or kind of node, or is not finite at a point.

    Accuracy
    --------
    Exact differentiation; rounding errors only.

    References
    ----------
    Fike and Alonso, AIAA 2011-886, as for the referee.

    Examples
    --------
    >>> w, v = sympy.symbols("w v")
    >>> hessians((w * v) ** 2 / 2, [w, v], np.array([[1.0, 2.0]])).hessian
    array([[[4., 4.],
            [4., 1.]]])
    """
    known = {name: _seeded(points, place) for place, name in enumerate(names)}
    plain = expression.replace(lambda n: isinstance(n, Activated), lambda n: n.explicit)
    try:
        with np.errstate(all="ignore"):  # what is not finite is refused below
            found = Reader(known).value(plain)
    except DomainError as problem:
        raise DomainError(f"{expression} has no value here: {problem}") from problem
    jet = Jet(found.value, found.first.T, np.moveaxis(found.mixed, -1, 0))
    if not all(np.isfinite(part).all() for part in (jet.value, jet.gradient, jet.hessian)):
        raise DomainError(f"{expression} has no value here: it is not finite at every point")
    return jet


def _seeded(points: Array, place: int) -> HyperDual:
    """Return one weight at all points, the directions of both sets being the weights."""
    count, size = points.shape
    along = np.zeros((size, count))
    along[place] = 1
    return HyperDual(points[:, place], along, along, np.zeros((size, size, count)))
