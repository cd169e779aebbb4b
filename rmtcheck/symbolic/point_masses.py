r"""Statements linear in a measure, reduced to point masses.

Both sides of such a statement are averages :math:`\int f\,d\mu` of a *kernel*, the value at
:math:`\delta_x`. If the kernels agree at every point, and limits inside them are dominated,
the statement holds for every measure; at a point where they differ, :math:`\delta_x` refutes it.
"""

from __future__ import annotations

from typing import Any

import sympy

from rmtcheck.errors import DomainError
from rmtcheck.vocabulary.measures import (
    FUNCTIONALS,
    Measure,
    Moment,
    ProbabilityMeasures,
    SignedMeasures,
    Stieltjes,
    SubProbabilityMeasures,
)

_LINEAR = (sympy.im, sympy.re, sympy.Integral, sympy.Limit, sympy.Sum)


def is_linear(expr: sympy.Expr) -> bool:
    """Return whether an expression is visibly linear in the measure.

    Parameters
    ----------
    expr : sympy expression
        In functionals of one measure.

    Returns
    -------
    bool
        False where it is not seen.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> from rmtcheck.vocabulary.measures import mu
    >>> is_linear(2 * Moment(mu, 2) - Moment(mu, 1)), is_linear(Moment(mu, 1) ** 2)
    (True, False)
    """
    if isinstance(expr, FUNCTIONALS):
        return not any(a.has(Measure) for a in expr.args[1:])
    if isinstance(expr, sympy.Add):
        return all(map(is_linear, expr.args))
    if isinstance(expr, sympy.Mul):
        inside = [factor for factor in expr.args if factor.has(Measure)]
        return len(inside) == 1 and is_linear(inside[0])
    if isinstance(expr, _LINEAR):
        return is_linear(expr.args[0]) and not any(a.has(Measure) for a in expr.args[1:])
    return False


def at_point_mass(expr: sympy.Expr, x: Any) -> sympy.Expr:
    r"""Return the value of an expression at :math:`\mu=\delta_x`.

    Parameters
    ----------
    expr : sympy expression
        In functionals of one measure.
    x : sympy expression
        The point.

    Returns
    -------
    sympy expression
        Without functionals.

    Raises
    ------
    DomainError
        If it is not decided whether the point lies in a set.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> from rmtcheck.vocabulary.measures import Mass, mu
    >>> at_point_mass(Moment(mu, 2) + Mass(mu, sympy.Interval(0, 3)), 3)
    10
    """
    point = sympy.sympify(x)
    nodes = {node: _value(node, point) for node in expr.atoms(*FUNCTIONALS)}
    return expr.xreplace(nodes)


def has_all_point_masses(objects: sympy.Basic) -> bool:
    """Return whether every point mass belongs to a class of measures."""
    return isinstance(objects, ProbabilityMeasures | SubProbabilityMeasures | SignedMeasures)


def _value(node: sympy.Expr, x: sympy.Expr) -> sympy.Expr:
    argument = node.args[1]
    if isinstance(node, Stieltjes):
        return 1 / (x - argument)
    if isinstance(node, Moment):
        # the power 0 is 1 at every point, 0 included
        return sympy.S.One if argument == 0 else x**argument
    return _indicator(argument, x)


def _indicator(part: sympy.Set, x: sympy.Expr) -> sympy.Expr:
    inside = sympy.simplify(part.contains(x))
    if inside not in (sympy.true, sympy.false):
        raise DomainError(f"whether {x} lies in {part} is undecided; accepted are ordered points")
    return sympy.S.One if inside is sympy.true else sympy.S.Zero
