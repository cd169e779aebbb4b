r"""Derivatives of activations, piece by piece, and their form in the gates of a unit.

A piecewise activation is differentiated inside its pieces. Order r needs one-sided limits that are
finite at every break point, and an activation that does not jump: the formulas of Hessian blocks
then hold for data off the break points.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import sympy
from sympy.calculus.util import continuous_domain

from rmtcheck.errors import DomainError
from rmtcheck.vocabulary.activations import ARGUMENT, Activation
from rmtcheck.vocabulary.samples import Indicator, Preactivation

Pieces = tuple[tuple[sympy.Expr, sympy.Set], ...]
_ACCEPTED = (
    "accepted is a real function of every real a, without jumps,"
    " whose derivatives stay finite at break points"
)
_SAMPLES = tuple(sympy.Rational(k, 7) for k in (-33, -9, -4, -1, 1, 5, 8, 40))


@lru_cache(maxsize=256, typed=True)
def activation_derivative(activation: Activation, order: int) -> sympy.Expr:
    r"""Return :math:`\sigma^{(r)}(a)`, taken piece by piece.

    Parameters
    ----------
    activation : Activation
        The function :math:`\sigma`.
    order : int
        The order :math:`r\ge0`.

    Returns
    -------
    sympy expression
        In the symbol ``ARGUMENT``.

    Raises
    ------
    DomainError
        If the activation jumps (order 1 on), or the derivative is not finite and real everywhere.

    Notes
    -----
    Accuracy: exact. Where sympy cannot find the domain of continuity of a derivative, it is taken
    to be finite and real if it is so at eight points.

    Examples
    --------
    >>> from rmtcheck.vocabulary.activations import RELU, TANH
    >>> activation_derivative(TANH, 1)
    1 - tanh(a)**2
    >>> activation_derivative(RELU, 2)
    0
    """
    if not isinstance(activation, Activation):
        raise DomainError(f"the activation is {activation}; accepted is an Activation")
    if not isinstance(order, int) or isinstance(order, bool) or order < 0:
        raise DomainError(f"the order is {order}; accepted are the integers from 0 on")
    pieces = pieces_of(activation)
    if order == 0:
        _require_values(activation, pieces)
        return activation.expression
    _require_continuity(activation, pieces)
    slopes = tuple((f.diff(ARGUMENT, order), on) for f, on in pieces if on.measure != 0)
    for slope, on in slopes:
        _require_finite(activation, order, slope, on)
    return sympy.Piecewise(*((slope, _condition(on)) for slope, on in slopes))


def in_fields(expr: sympy.Expr, unit: sympy.Expr) -> sympy.Expr:
    """Return a function of ``ARGUMENT`` at the preactivation of a unit, with gates for breaks at 0.

    Parameters
    ----------
    expr : sympy expression
        An activation or its derivative.
    unit : int or symbol
        The hidden unit.

    Returns
    -------
    sympy expression
        In ``Preactivation(unit)`` and ``Indicator(unit)``; break points elsewhere stay piecewise.
    """
    pieces = _pieces(expr)
    gated = _gated(pieces, Indicator(unit)) if len(pieces) == 2 else expr
    return gated.xreplace({ARGUMENT: Preactivation(unit)})


def pieces_of(activation: Activation) -> Pieces:
    """Return the pieces of an activation with the sets they belong to."""
    return _pieces(activation.expression)


@lru_cache(maxsize=256)
def _pieces(expr: sympy.Expr) -> Pieces:
    folded = sympy.piecewise_fold(expr.rewrite(sympy.Piecewise))
    if not isinstance(folded, sympy.Piecewise):
        return ((folded, sympy.S.Reals),)
    return tuple(folded.as_expr_set_pairs(sympy.S.Reals))


def _gated(pieces: Pieces, gate: sympy.Expr) -> sympy.Expr:
    """Return ``below + gate * (above - below)`` for a function with its only break at 0."""
    above = [f for f, on in pieces if on.closure == sympy.Interval(0, sympy.oo)]
    below = [f for f, on in pieces if on.closure == sympy.Interval(-sympy.oo, 0)]
    if not (above and below):
        return sympy.Piecewise(*((f, _condition(on)) for f, on in pieces))
    return below[0] + gate * (above[0] - below[0])


def _condition(region: sympy.Set) -> Any:
    return region.as_relational(ARGUMENT)


def _ends(region: sympy.Set) -> list[tuple[sympy.Expr, str]]:
    """Return the finite ends of the intervals of a region, each with the side to come from."""
    parts = region.args if isinstance(region, sympy.Union) else (region,)
    intervals = [part for part in parts if isinstance(part, sympy.Interval)]
    sides = [(i.start, "+") for i in intervals] + [(i.end, "-") for i in intervals]
    return [(point, side) for point, side in sides if point.is_finite]


def _require_values(activation: Activation, pieces: Pieces) -> None:
    for value, on in pieces:
        _require_finite(activation, 0, value, on)


def _require_continuity(activation: Activation, pieces: Pieces) -> None:
    limits: dict[sympy.Expr, set[sympy.Expr]] = {}
    for f, on in pieces:
        for point, side in _ends(on):
            limit = sympy.simplify(sympy.limit(f, ARGUMENT, point, side))
            limits.setdefault(point, set()).add(limit)
    for point, found in limits.items():
        if len(found) > 1:
            left_out = f"it jumps at a = {point}, so it has no first derivative"
            raise DomainError(f"the activation is {_told(activation)}; {left_out}; {_ACCEPTED}")


def _require_finite(activation: Activation, order: int, f: sympy.Expr, on: sympy.Set) -> None:
    name = f"derivative of order {order}" if order else "value"
    if f.has(sympy.Derivative, sympy.Subs, sympy.DiracDelta):
        _refuse(activation, name, "no finite one everywhere")
    for point, side in _ends(on):
        limit = sympy.limit(f, ARGUMENT, point, side)
        if limit.is_finite is False or limit.is_extended_real is False:
            _refuse(activation, name, f"none at a = {point}")
    if not _is_regular(f, on):
        _refuse(activation, name, "no finite real one for some a")


def _refuse(activation: Activation, name: str, what: str) -> None:
    raise DomainError(f"the activation is {_told(activation)}; of its {name} {what}; {_ACCEPTED}")


def _is_regular(f: sympy.Expr, on: sympy.Set) -> bool:
    """Return whether a function is finite and real inside a region, as far as can be seen."""
    inside = on.interior
    values = [f.xreplace({ARGUMENT: point}) for point in _SAMPLES if point in inside]
    if any(v.has(sympy.zoo, sympy.nan) or abs(sympy.im(v.evalf(30))) > 0 for v in values):
        return False
    try:
        missing = sympy.Complement(inside, continuous_domain(f, ARGUMENT, inside))
        return missing.is_empty is not False
    except NotImplementedError:
        return True  # sympy cannot tell; the sample points found nothing


def _told(activation: Activation) -> str:
    return f"{activation.name}, {activation.expression}"
