r"""Formulas at :math:`\lambda=\varepsilon\|u\|^2` to second order, and exact means at finite size.

With orthonormal rows of V and :math:`x=(w,y)`, :math:`r=\|w\|^2`, all means are moments of
:math:`r` and :math:`\|y\|^2`. By invariance
:math:`\mathbb E[f(r)\,ww^\top]=\mathbb E[f(r)\frac rC]I`, so a matrix is a number, and
:math:`\log\det` is C times a logarithm. For :math:`A=\frac1N\sum_na_nx_nx_n^\top`, where a is r or,
for the copy, an independent :math:`\tilde r`,

.. math:: \mathbb Es_{\varepsilon A}(z)=-\frac1z-\frac\varepsilon{z^2}
          \frac{\mathbb E\operatorname{tr}A}d
          -\frac{\varepsilon^2}{z^3}\frac{\mathbb E\operatorname{tr}A^2}d+O(\varepsilon^3).

The second order feels the factor :math:`1/(1+\gamma\lambda s)`, which the first does not.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sympy

from rmtcheck.symbolic.weighted_loop import weighted_equation
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.decoupling import FieldSquare, LogDeterminant, PointDerivative
from rmtcheck.vocabulary.quantities import Expectation

_S, _Z, _GAMMA, _C = symbols.s, symbols.z, symbols.gamma, symbols.C
_EPSILON = sympy.Symbol("epsilon")
_R, _COPY = sympy.symbols("r r~")
_ORDER = 2


def expanded(formula: sympy.Expr) -> sympy.Expr:
    r"""Return a formula of the limit at :math:`\lambda=\varepsilon\|u\|^2`, to second order.

    Parameters
    ----------
    formula : sympy expression
        In s, z, gamma and means over the weight and its C fields.

    Returns
    -------
    sympy expression
        A polynomial in epsilon, with z, gamma and C in its coefficients.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> expanded(symbols.s).coeff(sympy.Symbol("epsilon"))
    -C/z**2
    """
    return _collected(_value(formula, _transform()))


def exact_bias() -> sympy.Expr:
    r"""Return the limit of N times the difference of the exact means, to second order.

    Returns
    -------
    sympy expression
        As `expanded`.

    Notes
    -----
    Accuracy: exact at every size before the limit; :math:`VV^\top\to I` is used in it.
    """
    first, second = (_traces(_R)[k] - _traces(_COPY)[k] for k in (0, 1))
    return _series(*(_in_the_limit(symbols.N * part / symbols.d) for part in (first, second)))


def exact_corner() -> sympy.Expr:
    r"""Return the limit of the exact mean of :math:`e^\top(H-z)^{-1}e`, e a row of V, likewise."""
    n, N = symbols.d - _C, symbols.N
    mean = _moment(_R * _R / _C)
    square = _moment(_R**2 * _R * (_R + n) / _C) / N + (N - 1) * mean**2 / N
    return _collected(-1 / _Z + _series(mean, _in_the_limit(square)))


def agree(left: sympy.Expr, right: sympy.Expr) -> bool:
    """Whether two expressions in epsilon agree to second order, as rational functions.

    Examples
    --------
    >>> epsilon = sympy.Symbol("epsilon")
    >>> agree(1 / (1 - epsilon), 1 + epsilon + epsilon**2), agree(epsilon, 2 * epsilon)
    (True, False)
    """
    return bool(sympy.cancel(sympy.together(_collected(left - right))) == 0)


def _collected(expr: sympy.Expr) -> sympy.Expr:
    """Return an expression as a polynomial in epsilon of second order."""
    series = sympy.expand(sympy.series(expr, _EPSILON, 0, _ORDER + 1).removeO())
    return sympy.collect(series, _EPSILON)


@lru_cache(maxsize=1)
def _transform() -> sympy.Expr:
    """Solve the equation of s, order by order."""
    equation, found = weighted_equation(_GAMMA).result, -1 / _Z
    for _ in range(_ORDER):
        found = _collected(1 / _value(equation, found))
    return found


def _value(expr: Any, s: sympy.Expr) -> Any:
    """Return a formula in epsilon, given the transform."""
    if expr == _S:
        return s
    if isinstance(expr, Expectation):
        names = {symbols.weight: _EPSILON * _R, FieldSquare(): _R / _C, _S: s}
        return _moment(_collected(expr.args[0].xreplace(names)))
    if isinstance(expr, PointDerivative):
        return sympy.diff(_value(expr.args[0], s), _Z)
    if isinstance(expr, LogDeterminant):
        return _C * _collected(sympy.log(_value(expr.args[0], s)))
    return expr.func(*(_value(part, s) for part in expr.args)) if expr.args else expr


def _moment(polynomial: sympy.Expr) -> sympy.Expr:
    """Return the mean of a polynomial in r and its copy, chi-square with C degrees of freedom."""
    terms = sympy.Poly(sympy.expand(polynomial), _R, _COPY).terms()
    return sympy.Add(*(c * sympy.Mul(*(_chi_square(k, _C) for k in ks)) for ks, c in terms))


def _chi_square(power: int, degrees: sympy.Expr) -> sympy.Expr:
    return sympy.Mul(*(degrees + 2 * j for j in range(power)))


def _traces(weight: sympy.Symbol) -> tuple[sympy.Expr, sympy.Expr]:
    """Return E tr A and E tr A^2 at finite size; two samples meet in w.w' and in y.y'."""
    n, N = symbols.d - _C, symbols.N
    radius = _R**2 + 2 * n * _R + _chi_square(2, n)
    apart = _moment(weight * _R) ** 2 / _C + n * _moment(weight) ** 2
    square = _moment(weight**2 * radius) / N + (N - 1) * apart / N
    return _moment(weight * (_R + n)), square


def _in_the_limit(expr: sympy.Expr) -> sympy.Expr:
    N = symbols.N
    return sympy.limit(sympy.cancel(expr.subs(symbols.d, _GAMMA * N)), N, sympy.oo)


def _series(first: sympy.Expr, second: sympy.Expr) -> sympy.Expr:
    return -_EPSILON * first / _Z**2 - _EPSILON**2 * second / _Z**3
