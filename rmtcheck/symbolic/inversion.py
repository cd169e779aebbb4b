r"""Stieltjes inversion: the limit of the mean of the Poisson kernel over an interval.

.. math:: \lim_{\epsilon\to0^+}\frac1\pi\int_a^b\operatorname{Im}S_\mu(t+i\epsilon)\,dt

At :math:`\delta_x` the integral is a difference of arctangents. Its limit depends on the place of x
among a and b only, which has five cases; the integrand is positive of total integral 1, so all is
bounded by 1 and the limit may be taken under :math:`\int d\mu`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import sympy

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.derivation import Derivation, Step, equation
from rmtcheck.symbolic.equality import Answer, ZeroTest
from rmtcheck.symbolic.point_masses import at_point_mass, is_linear
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.measures import Measure

Place = Mapping[sympy.Symbol, sympy.Expr]

_P, _Q = sympy.symbols("p q", positive=True)
_X = symbols.x
_A = symbols.a


@dataclass(frozen=True)
class PointLimit:
    """The limit at a point mass in every case of its place.

    Parameters
    ----------
    start, end : sympy expression
        Ends of the interval of integration.
    values : mapping from str to sympy expression
        The limit for each name of a case.
    """

    start: sympy.Expr
    end: sympy.Expr
    values: Mapping[str, sympy.Expr]


def cases(is_empty: bool) -> dict[str, Place]:
    r"""Return the places of a point among :math:`a<b`, or around :math:`a=b`, as substitutions.

    The distances p and q are positive, so every order of points is decided by their signs.
    """
    end = _A if is_empty else _A + _Q
    inside = {} if is_empty else {"a < x < b": (_A + _P, _A + _P + _Q)}
    at_end = {} if is_empty else {"x = b": (end, end)}
    found = {"x < a": (_A - _P, end), "x = a": (_A, end), **inside, **at_end}
    found["x > b"] = (end + _P, end)
    return {name: {_X: x, symbols.b: b} for name, (x, b) in found.items()}


def inversion_limit(quantity: sympy.Expr) -> Derivation:
    r"""Derive the limit of an integral of the transform at every point mass.

    Parameters
    ----------
    quantity : sympy expression
        An unevaluated limit from above at 0 of an integral over [a, b] (or [a, a]), linear in the
        measure.

    Returns
    -------
    Derivation
        Its result is a `PointLimit`.

    Raises
    ------
    DomainError
        If the quantity is of another shape, or its integrand is not a positive kernel of finite
        total mass.

    Notes
    -----
    Accuracy: exact; the antiderivative is checked by differentiation.
    """
    factor, integral, height = _shape(quantity)
    (variable, start, end) = integral.limits[0]
    integrand = _real(at_point_mass(integral.function, _X))
    antiderivative, total = _checked_antiderivative(integrand, variable)
    values = {}
    for name, place in cases(start == end).items():
        difference = _between(antiderivative, variable, place)
        values[name] = sympy.limit(factor * difference, height, 0, "+")
    found = PointLimit(start, end, values)
    steps = _steps(integrand, antiderivative, variable, factor * total, found)
    return Derivation(found, steps)


def compare_with_masses(found: PointLimit, value: sympy.Expr) -> ZeroTest:
    r"""Decide whether a combination of masses is the limit, for every probability measure.

    Parameters
    ----------
    found : PointLimit
        The limit at point masses.
    value : sympy expression
        Linear in the measure.

    Returns
    -------
    ZeroTest
        Yes if both agree in every case; no with a point mass at rational points; else unknown.

    Notes
    -----
    Accuracy: exact.
    """
    for name, point in _rational_places(found):
        claimed = sympy.simplify(at_point_mass(value.subs(point), point[_X]))
        if claimed.free_symbols:
            return ZeroTest(Answer.UNKNOWN, f"{value} depends on more than the interval")
        if claimed != found.values[name]:
            return ZeroTest(Answer.NO, _witness(point, found.values[name], claimed))
    if not is_linear(value) or not _agrees(found, value):
        return ZeroTest(Answer.UNKNOWN, "the sides agree at points; no proof for all was found")
    return ZeroTest(Answer.YES, "the same at every point mass, and bounded by 1 for every height")


def _shape(quantity: sympy.Expr) -> tuple[sympy.Expr, sympy.Integral, sympy.Symbol]:
    """Return factor, integral and height of ``Limit(factor * Integral, height, 0, '+')``."""
    if not isinstance(quantity, sympy.Limit) or str(quantity.args[3]) != "+":
        raise DomainError(f"{quantity} is given; accepted is a limit from above at 0")
    inside, height, end, _ = quantity.args
    factor, rest = inside.as_independent(sympy.Integral, as_Add=False)
    is_integral = isinstance(rest, sympy.Integral) and len(rest.limits[0]) == 3
    ends_known = is_integral and set(rest.limits[0][1:]) <= {symbols.a, symbols.b}
    if not ends_known or end != 0 or not is_linear(rest) or factor.has(Measure, height):
        raise DomainError(f"{inside} is given; accepted is a number times an integral over [a, b]")
    return factor, rest, height


def _real(integrand: sympy.Expr) -> sympy.Expr:
    return sympy.factor(sympy.simplify(integrand.expand(complex=True)))


def _checked_antiderivative(
    integrand: sympy.Expr, variable: sympy.Symbol
) -> tuple[sympy.Expr, sympy.Expr]:
    """Return the antiderivative and the total mass of a positive kernel."""
    square = sympy.expand((variable - _X) ** 2)
    shape = sympy.denom(integrand) - square
    if not (sympy.expand(shape).is_positive and sympy.numer(integrand).is_positive):
        raise DomainError(f"{integrand} is integrated; accepted are multiples of a Poisson kernel")
    found = sympy.integrate(integrand, variable)
    if sympy.simplify(sympy.diff(found, variable) - integrand) != 0:
        raise DomainError(f"the antiderivative of {integrand} was not found")
    total = sympy.limit(found, variable, sympy.oo) - sympy.limit(found, variable, -sympy.oo)
    return found, total


def _between(antiderivative: sympy.Expr, variable: sympy.Symbol, place: Place) -> sympy.Expr:
    ends = (symbols.b.subs(place), _A)
    upper, lower = (antiderivative.subs(variable, end).subs(place) for end in ends)
    # arguments such as a/epsilon - (a + q)/epsilon have no visible sign before they cancel
    return (upper - lower).replace(sympy.atan, lambda u: sympy.atan(sympy.simplify(u)))


def _agrees(found: PointLimit, value: sympy.Expr) -> bool:
    try:
        return all(
            at_point_mass(value.subs(symbols.b, place[symbols.b]), place[_X]) == found.values[name]
            for name, place in cases(found.start == found.end).items()
        )
    except DomainError:
        return False


def _rational_places(found: PointLimit) -> list[tuple[str, dict[sympy.Symbol, sympy.Expr]]]:
    """Return every case at a few rational intervals, which avoid the fixed points of mutants."""
    half = sympy.Rational(1, 2)
    numbers = [{_A: start, _P: half, _Q: width} for start, width in _INTERVALS]
    named = cases(found.start == found.end).items()
    return [
        (name, {_A: at[_A], **{s: value.subs(at) for s, value in place.items()}})
        for (name, place), at in product(named, numbers)
    ]


def _witness(point: Place, left: sympy.Expr, right: sympy.Expr) -> str:
    place = ", ".join(f"{s} = {point[s]}" for s in (_A, symbols.b))
    return f"mu = delta_x at x = {point[_X]}, {place}: {left} on the left, {right} on the right"


def _steps(
    integrand: sympy.Expr,
    antiderivative: sympy.Expr,
    variable: sympy.Symbol,
    total: sympy.Expr,
    found: PointLimit,
) -> tuple[Step, ...]:
    reduction = Step(
        "both sides are linear in mu, so take mu = delta_x first, with S(z) = 1/(x - z)",
        r"\mu=\delta_x:\quad S_\mu(z)=\frac1{x-z}",
    )
    kernel = equation("the integrand is a Poisson kernel", sympy.Symbol("Im S"), integrand)
    integral = equation(
        "differentiation confirms its antiderivative", sympy.Symbol("F"), antiderivative
    )
    bound = equation(
        "it is positive, so that every integral lies between 0 and the one over the whole line",
        sympy.Integral(integrand, (variable, -sympy.oo, sympy.oo)) / sympy.pi,
        total,
    )
    limits = tuple(
        Step(f"limit for {name}: {value}", rf"{name}:\quad {sympy.latex(value)}")
        for name, value in found.values.items()
    )
    last = Step(
        "by dominated convergence the limit for mu is the average of these values",
        r"\lim_{\epsilon\to0^+}\int\!\cdots\,d\mu(x)=\int\lim_{\epsilon\to0^+}\cdots\,d\mu(x)",
    )
    return (reduction, kernel, integral, bound, *limits, last)


_INTERVALS = (
    (sympy.Integer(2), sympy.Integer(3)),
    (sympy.Integer(0), sympy.Integer(1)),
    (sympy.Rational(-1, 2), sympy.Rational(5, 2)),
)
