"""Removal of the singularity of an expression at the end s = 0 of a chart."""

from __future__ import annotations

import math
from typing import Any

import sympy

from rmtcheck.errors import DomainError


class UnboundedError(Exception):
    """The expression has no factorization into a power of s and a regular part."""


def chart(expression: sympy.Expr, symbol: sympy.Symbol, sign: int) -> tuple[Any, Any, int]:
    """Substitute ``symbol = s**(sign * D)`` with D large enough that all roots of s are powers.

    Parameters
    ----------
    expression : sympy expression
        Sums, products, rational powers, exp and log.
    symbol : Symbol
        The positive variable.
    sign : int
        -1 to look at infinity, +1 to look at zero.

    Returns
    -------
    tuple
        The expression in s, the positive symbol s, and D.

    Notes
    -----
    Accuracy: exact.
    """
    roots = {p for p in expression.atoms(sympy.Pow) if p.has(symbol) and _root_degree(p) > 1}
    degree = math.prod(_root_degree(p) for p in roots)
    s = sympy.Dummy("s", positive=True)
    return expression.subs(symbol, s ** (sign * degree)), s, degree


def split_power(expression: sympy.Expr, s: sympy.Symbol) -> tuple[int, sympy.Expr]:
    """Write an expression as ``s**p * R`` where R can be evaluated at s = 0.

    Common powers of s are cancelled exactly, as rational functions; a root is split
    below the root sign first.

    Parameters
    ----------
    expression : sympy expression
        A result of :func:`chart`.
    s : Symbol
        Its positive variable.

    Returns
    -------
    tuple of int and sympy expression
        The power p and the regular part R, (0, 0) for the zero expression.

    Raises
    ------
    UnboundedError
        If exp or log of something singular occurs.

    Notes
    -----
    Accuracy: exact; R equals ``expression / s**p`` for every s > 0.

    Examples
    --------
    >>> s = sympy.Dummy("s", positive=True)
    >>> split_power((1 / s + 1) / (2 / s**3 + 1), s)[0]
    2
    """
    names: dict[sympy.Expr, sympy.Symbol] = {}
    rational = _rational_in(expression, s, names)
    numerator, denominator = sympy.fraction(sympy.cancel(sympy.together(rational)))
    if numerator == 0:
        return 0, sympy.S.Zero
    up, regular_up = _split_polynomial(numerator, s)
    down, regular_down = _split_polynomial(denominator, s)
    meaning = {symbol: value for value, symbol in names.items()}
    return up - down, regular_up.xreplace(meaning) / regular_down.xreplace(meaning)


def _split_polynomial(expression: Any, s: Any) -> tuple[int, Any]:
    polynomial = sympy.Poly(expression, s)
    power = min(monomial[0] for monomial in polynomial.monoms())
    shifted = polynomial.quo(sympy.Poly(s**power, s)) if power else polynomial
    return power, sympy.horner(shifted.as_expr(), wrt=s)


def _rational_in(expression: Any, s: Any, names: dict[Any, Any]) -> Any:
    """Replace every root, exp and log that contains s by a power of s times a new symbol."""
    if not expression.has(s) or expression == s:
        return expression
    if expression.is_Add or expression.is_Mul:
        return expression.func(*(_rational_in(a, s, names) for a in expression.args))
    if expression.is_Pow and expression.exp.is_Integer:
        return _rational_in(expression.base, s, names) ** expression.exp
    if expression.is_Pow and expression.exp.is_Rational:
        return _root(expression, s, names)
    if expression.func in (sympy.exp, sympy.log):
        return _transcendental(expression, s, names)
    raise DomainError(f"{expression} cannot be enclosed; accepted: + - * / roots, exp, log")


def _root(power: Any, s: Any, names: dict[Any, Any]) -> Any:
    order, regular = split_power(power.base, s)
    if regular == 0:
        return sympy.S.Zero
    unit = sympy.Pow(regular, sympy.Rational(1, power.exp.q))
    return s ** (order * power.exp) * _named(unit, names) ** power.exp.p


def _transcendental(call: Any, s: Any, names: dict[Any, Any]) -> Any:
    order, regular = split_power(call.args[0], s)
    if order < 0 or (order and call.func == sympy.log):
        raise UnboundedError(str(call))
    return _named(call.func(s**order * regular), names)


def _named(expression: Any, names: dict[Any, Any]) -> Any:
    return names.setdefault(expression, sympy.Dummy("a"))


def _root_degree(power: Any) -> int:
    return int(power.exp.q) if power.exp.is_Rational else 1
