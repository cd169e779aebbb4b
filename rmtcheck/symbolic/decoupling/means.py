r"""Formulas in means over a weight and its fields: the same for every weight, or not.

*The same.* With :math:`\mu=1/(1+\gamma\lambda s)` a mean of a rational function of the weight with
no other pole combines :math:`M_j=\mathbb E\mu^j` and :math:`Q_j=\mathbb E[ww^\top\mu^j]`, which
are free symbols but for :math:`M_0=1`, :math:`Q_0=I` and the equation of s,
:math:`z=(1-M_1)/(\gamma s)-1/s`; also :math:`\partial_s\mu^j=-j(\mu^j-\mu^{j+1})/s`.

*Not the same.* Two weights of equal probability with given conditional means of :math:`ww^\top`
exist for all means near I, as the range of an atomless vector measure is convex (Lyapunov). With
them, with rational s and ratio, and with z from the equation of s, both sides are exact numbers.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache, reduce
from itertools import product
from typing import Any

import sympy

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.decoupling.jets import Jet
from rmtcheck.symbolic.equality import Answer, ZeroTest
from rmtcheck.symbolic.field import NotRational
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.decoupling import FieldSquare, LogDeterminant, PointDerivative
from rmtcheck.vocabulary.quantities import E, Expectation

_S, _Z, _WEIGHT, _GAMMA = symbols.s, symbols.z, symbols.weight, symbols.gamma
_SQUARE, _MU = FieldSquare(), sympy.Dummy("mu")
_HALF, _ZERO, _ONE = sympy.Rational(1, 2), sympy.QQ_I.zero, sympy.QQ_I.one
_MEAN = E(_WEIGHT / (1 + _GAMMA * _WEIGHT * _S))
_SLOPE = 1 / (1 / _S**2 - _GAMMA * E(_WEIGHT**2 / (1 + _GAMMA * _WEIGHT * _S) ** 2))
Point = tuple[tuple[sympy.Symbol, sympy.Expr], ...]
Values = dict[sympy.Expr, "Jet"]


def compare_means(
    derived: sympy.Expr, rhs: sympy.Expr, *, one_field: bool, at_outliers: bool = False
) -> ZeroTest:
    """Decide whether two formulas agree for every weight function.

    Parameters
    ----------
    derived, rhs : sympy expression
        In s, z, gamma and means over the weight and its fields.
    one_field : bool
        Whether there is one field, so that determinants are numbers.
    at_outliers : bool, default False
        Whether the formulas are meant at outliers only.

    Returns
    -------
    ZeroTest
        Yes by algebra; no with a weight, a point and both values; unknown otherwise.

    Notes
    -----
    Accuracy: exact.
    """
    outside = rhs.replace(Expectation, lambda inside: _MU)
    if outside.has(_WEIGHT):
        return ZeroTest(Answer.NO, f"{outside.xreplace({_MU: sympy.Symbol('E')})} is no number")
    for instance in OUTLIERS if at_outliers else INSTANCES:
        if one_field and instance.directions > 1:
            continue
        for point in instance.points():
            left, right = (instance.value(side, point) for side in (derived, rhs))
            if None not in (left, right) and left != right:
                return ZeroTest(Answer.NO, f"{instance}, {_place(point)}: {_sides(left, right)}")
    try:
        gap = _canonical(derived, one_field) - _canonical(rhs, one_field)
    except DomainError as problem:
        return ZeroTest(Answer.UNKNOWN, str(problem))
    if sympy.cancel(sympy.together(gap)) == 0:
        return ZeroTest(Answer.YES, "the same combination of means, for every weight function")
    return ZeroTest(Answer.UNKNOWN, "neither a proof nor a weight that refutes it was found")


def _sides(left: sympy.Expr, right: sympy.Expr) -> str:
    return f"{sympy.N(left, 8)} on the left and {sympy.N(right, 8)} on the right"


def _place(point: Point) -> str:
    return ", ".join(f"{name} = {value}" for name, value in point if name != _Z)


@dataclass(frozen=True)
class Instance:
    """Two weights of probability 1/2, with conditional means of a diagonal w w^T.

    Parameters
    ----------
    atoms : pair of sympy.Rational
        The weights.
    shifts : tuple of sympy.Rational
        For each direction E[w^2] - 1 given the second weight; given the first it is the negative.
    places : tuple of pairs
        Values of s and gamma, to which a z of the upper half plane or an outlier belongs.
    """

    atoms: tuple[sympy.Rational, sympy.Rational]
    shifts: tuple[sympy.Rational, ...]
    places: tuple[tuple[sympy.Expr, sympy.Expr], ...]

    @property
    def directions(self) -> int:
        """The number of fields."""
        return len(self.shifts)

    def points(self) -> Iterator[Point]:
        """Yield values of gamma and s, with the z to which they belong."""
        for s, ratio in self.places:
            z = self._jet(_MEAN - 1 / _S, {_S: Jet.constant(s), _GAMMA: Jet.constant(ratio)}, 0)
            point = sympy.QQ_I.to_sympy(z.value)
            if sympy.im(point) > 0 or s.is_real:
                yield (_GAMMA, ratio), (_S, s), (_Z, point)

    def value(self, expr: sympy.Expr, point: Point) -> sympy.Expr | None:
        """Return the value of a formula, in the first direction if it is a matrix.

        None stands for a formula that is not rational, zoo for a division by zero.
        """
        values = {name: Jet.constant(value) for name, value in point}
        try:
            slope = self._jet(_SLOPE, values, 0).value
            values[_S], values[_Z] = Jet(values[_S].value, slope), Jet(values[_Z].value, _ONE)
            return sympy.QQ_I.to_sympy(self._jet(expr, values, 0).value)
        except ZeroDivisionError:
            return sympy.zoo
        except NotRational:
            return None

    def _jet(self, expr: Any, values: Values, direction: int) -> Jet:
        """Return the value of an expression and its derivative in z."""
        if expr in values:
            return values[expr]
        if isinstance(expr, Expectation):
            return self._mean(expr.args[0], values, direction)
        if isinstance(expr, PointDerivative) and isinstance(expr.args[0], LogDeterminant):
            inside = expr.args[0].args[0]
            rows = [self._jet(inside, values, r) for r in range(self.directions)]
            return Jet(sum((row.slope / row.value for row in rows), _ZERO), None)
        if expr.is_Add or expr.is_Mul:
            parts = [self._jet(part, values, direction) for part in expr.args]
            return reduce(Jet.plus if expr.is_Add else Jet.times, parts)
        if expr.is_Pow and expr.exp.is_Integer:
            return self._jet(expr.base, values, direction).power(int(expr.exp))
        return Jet.constant(expr)

    def _mean(self, inside: sympy.Expr, values: Values, direction: int) -> Jet:
        """Return the mean of a function of the weight that is linear in w w^T."""
        if not _is_linear(inside):
            raise NotRational(f"{inside} is not linear in w w^T")
        shift, total = self.shifts[direction], Jet(_ZERO, _ZERO)
        for atom, square in zip(self.atoms, (1 - shift, 1 + shift), strict=True):
            here = {**values, _WEIGHT: Jet.constant(atom), _SQUARE: Jet.constant(square)}
            total = total.plus(self._jet(inside, here, direction))
        return total.times(Jet.constant(_HALF))

    def __str__(self) -> str:
        low, high = self.atoms
        squares = ", ".join(str(1 + shift) for shift in self.shifts)
        return (
            f"weights {low} and {high} of probability 1/2, E[w w^T | {high}] = diag({squares}) "
            f"with C = {self.directions}"
        )


@lru_cache(maxsize=256)
def _is_linear(inside: sympy.Expr) -> bool:
    square = sympy.Dummy("square")
    return bool(sympy.diff(inside.xreplace({_SQUARE: square}), square, 2) == 0)


def _canonical(expr: Any, one_field: bool) -> Any:
    """Return the formula in the free symbols M_j and Q_j."""
    if expr == _Z:
        return (1 - _power(1, 0)) / (_GAMMA * _S) - 1 / _S
    if isinstance(expr, Expectation):
        return _combination(expr.args[0])
    if isinstance(expr, PointDerivative) and isinstance(expr.args[0], LogDeterminant):
        inside = sympy.expand(_canonical(expr.args[0].args[0], one_field))
        return _derivative(inside) / inside if one_field else sympy.Symbol(sympy.srepr(inside))
    if isinstance(expr, PointDerivative | LogDeterminant):
        raise DomainError(f"{expr} is given; accepted are derivatives of log-determinants")
    parts = (_canonical(part, one_field) for part in expr.args)
    return expr.func(*parts) if expr.args else expr


def _combination(inside: sympy.Expr) -> sympy.Expr:
    """Return a mean in the free symbols."""
    in_mu = sympy.cancel(inside.subs(_WEIGHT, (1 / _MU - 1) / (_GAMMA * _S)))
    numerator, denominator = sympy.fraction(sympy.together(in_mu))
    if denominator.has(_MU, _SQUARE) or not numerator.is_polynomial(_MU, _SQUARE):
        raise DomainError(f"E[{inside}] is given; accepted are powers of 1/(1 + gamma lambda s)")
    terms = sympy.Poly(numerator, _MU, _SQUARE).terms()
    return sympy.Add(*(c * _power(*powers) for powers, c in terms)) / denominator


def _power(j: int, fields: int) -> sympy.Expr:
    """Return M_j or Q_j as a symbol."""
    if fields > 1:
        raise DomainError("a mean is not linear in w w^T")
    return sympy.Symbol(f"{'MQ'[fields]}_{j}") if j else sympy.S.One


def _derivative(expr: sympy.Expr) -> sympy.Expr:
    """Return the derivative in z of a formula in s, M_j and Q_j, of which s depends on z."""
    square = (1 - 2 * _power(1, 0) + _power(2, 0)) / (_GAMMA * _S**2)
    slope = 1 / (1 / _S**2 - square)
    total = sympy.diff(expr, _S)
    for name in expr.free_symbols - {_S, _GAMMA}:
        letter, j = name.name.split("_")
        following = sympy.Symbol(f"{letter}_{int(j) + 1}")
        total += sympy.diff(expr, name) * -int(j) * (name - following) / _S
    return total * slope


def _rationals(*pairs: tuple[int, int]) -> tuple[sympy.Rational, ...]:
    return tuple(sympy.Rational(p, q) for p, q in pairs)


_SHALLOW, _DEEP = (
    sympy.Rational(*x) + sympy.I * sympy.Rational(*y)
    for x, y in (((1, 3), (1, 4)), ((-1, 2), (1, 3)))
)
_RATIOS = _rationals((1, 2), (2, 1))
_PLACES = tuple(product((_SHALLOW, _DEEP), _RATIOS))
INSTANCES = (
    Instance(_rationals((1, 1), (3, 1)), _rationals((1, 5)), _PLACES),
    Instance(_rationals((1, 1), (-1, 2)), _rationals((-1, 10)), _PLACES),
    Instance(_rationals((1, 1), (2, 1)), _rationals((1, 10), (-1, 20)), _PLACES),
)
"""Joint laws of a weight and its fields; a test shows that each is one of a weight function."""
OUTLIERS = (
    Instance(
        _rationals((0, 1), (2, 1)),
        _rationals((2, 5)),
        tuple(zip(_rationals((-25, 11), (-50, 21)), _rationals((1, 50), (1, 100)), strict=True)),
    ),
)
"""The weight 2 on half of the line, at s = -1/(2/5 + 2 gamma): T(z) = z, right of the support."""
