r"""The expansion of a Stieltjes transform in moments: where it converges, and where it cannot.

At :math:`\delta_x` the geometric series gives, exactly for every :math:`n`,

.. math:: \frac1{x-z} = -\sum_{k<n}\frac{x^k}{z^{k+1}} + r_n, \qquad r_n=\frac{(x/z)^n}{x-z},

and :math:`|r_n|\le(R/|z|)^n/(|z|-R)` for :math:`|x|\le R<|z|`, uniformly in x: the expansion
holds for every probability measure on :math:`[-R,R]`. Without bounded support it fails.
:math:`\sum_{j\ge1}2^{-j}\delta_{2^j}` has no first moment; the lognormal law has all moments,
and its series diverges at every z.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import sympy

from rmtcheck.errors import RmtcheckError
from rmtcheck.symbolic.derivation import Derivation, Step, equation
from rmtcheck.symbolic.equality import Answer, ZeroTest
from rmtcheck.symbolic.point_masses import at_point_mass, has_all_point_masses, is_linear
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.measures import (
    BoundedProbabilityMeasures,
    Measure,
    Moment,
    SomeRadius,
)

Point = Mapping[sympy.Symbol, sympy.Expr]

_X, _Z, _R, _K = symbols.x, symbols.z, symbols.R, symbols.k


@dataclass(frozen=True)
class Expansion:
    """A transform at a point mass.

    Parameters
    ----------
    kernel : sympy expression
        Its value, in x and z.
    """

    kernel: sympy.Expr


def moment_expansion(quantity: sympy.Expr) -> Derivation:
    """Derive the expansion of a transform at point masses, with its remainder.

    Parameters
    ----------
    quantity : sympy expression
        The transform of a measure at z.

    Returns
    -------
    Derivation
        Its result is an `Expansion`.

    Raises
    ------
    RmtcheckError
        If a step of the argument does not check.

    Notes
    -----
    Accuracy: exact.
    """
    kernel = at_point_mass(quantity, _X)
    remainder = (_X / _Z) ** _K / (_X - _Z)
    step = remainder.subs(_K, _K + 1) - remainder - _X**_K * _Z ** (-_K - 1)
    _require(sympy.simplify(step) == 0, "the remainders telescope")
    _require(remainder.subs(_K, 0) == kernel, "the remainder starts as the transform")
    steps = (
        equation("at a point mass the transform is", quantity, kernel),
        equation("after k terms of the geometric series there remains", _R_N, remainder),
        Step(
            "on [-R, R] and for |z| > R it vanishes uniformly: |r_k| <= (R/|z|)^k / (|z| - R)",
            r"|r_k|\le\frac{(R/|z|)^k}{|z|-R}\to0",
        ),
        *_unbounded_support(),
    )
    return Derivation(Expansion(kernel), steps)


def compare_expansion(
    found: Expansion, value: sympy.Expr, objects: sympy.Basic, where: sympy.Basic
) -> ZeroTest:
    r"""Decide whether a series in moments is the transform for a class of measures.

    Parameters
    ----------
    found : Expansion
        The transform at point masses.
    value : sympy expression
        A number times one infinite sum over k, linear in the measure.
    objects : class of measures
        For which measures it is claimed.
    where : sympy relation
        For which z.

    Returns
    -------
    ZeroTest
        Yes for the geometric series on bounded measures; no with a measure and a point z; unknown
        otherwise.

    Notes
    -----
    Accuracy: exact.
    """
    series = _series(value)
    if series is None and value.has(sympy.Sum):
        return ZeroTest(Answer.UNKNOWN, f"{value} is no multiple of one infinite sum over k")
    witness = _difference(found, series or _Series(value, None), objects, where)
    if witness is not None:
        return ZeroTest(Answer.NO, witness)
    is_proved = series is not None and _is_geometric(found, series) and _is_inside(objects, where)
    if is_proved and is_linear(value):
        return ZeroTest(Answer.YES, "the remainder vanishes uniformly over [-R, R]")
    return ZeroTest(Answer.UNKNOWN, "no proof and no measure of difference was found")


@dataclass(frozen=True)
class _Series:
    """The sum of term(k) for k from start to infinity; without a start, the term itself."""

    term: sympy.Expr
    start: sympy.Expr | None

    def at(self, x: sympy.Expr) -> _Series:
        return _Series(at_point_mass(self.term, x), self.start)

    @property
    def ratio(self) -> sympy.Expr:
        """The quotient of consecutive terms."""
        return sympy.simplify(self.term.subs(_K, _K + 1) / self.term)

    @property
    def first(self) -> sympy.Expr:
        """The first term."""
        return self.term if self.start is None else self.term.subs(_K, self.start)

    def value(self) -> sympy.Expr:
        """Return the sum of a geometric series, where it converges."""
        return self.first if self.start is None else self.first / (1 - self.ratio)


def _series(value: sympy.Expr) -> _Series | None:
    factor, rest = value.as_independent(sympy.Sum, as_Add=False)
    if not isinstance(rest, sympy.Sum) or len(rest.limits) != 1 or factor.has(Measure):
        return None
    index, start, end = rest.limits[0]
    return _Series(factor * rest.function, start) if (index, end) == (_K, sympy.oo) else None


def _difference(
    found: Expansion, series: _Series, objects: sympy.Basic, where: sympy.Basic
) -> str | None:
    """Return a measure of the class, and a point, where the sides differ."""
    here = series.at(_X)
    if series.start is not None and here.ratio.has(_K):
        return None
    for point in _points(objects, where):
        witness = _difference_at(found, here, point)
        if witness is not None:
            return f"mu = delta_x at x = {point[_X]}, z = {point[_Z]}: {witness}"
    needs_moments = series.start is not None and series.term.has(Moment)
    return _NO_FIRST_MOMENT if needs_moments and has_all_point_masses(objects) else None


def _difference_at(found: Expansion, here: _Series, point: Point) -> str | None:
    """Return how the sides differ at one point mass whose series is geometric."""
    ratio = sympy.S.Zero if here.start is None else here.ratio.subs(point)
    if here.first.subs(point) != 0 and sympy.Abs(ratio) >= 1:
        return f"the series diverges, its terms having the ratio {ratio}"
    left, right = (_gaussian(side.subs(point)) for side in (found.kernel, here.value()))
    return None if left == right else f"{left} on the left, {right} summed"


def _gaussian(number: sympy.Expr) -> sympy.Expr:
    """Return a number of rational real and imaginary part in its one normal form."""
    return sympy.expand(number, complex=True)


def _points(objects: sympy.Basic, where: sympy.Basic) -> Iterator[Point]:
    """Yield point masses of the class with points z that meet the condition."""
    if where.has(SomeRadius):
        return
    radius = objects.radius if isinstance(objects, BoundedProbabilityMeasures) else None
    for size, share, multiple in _CHOICES:
        point = {_R: size, _X: share * size, _Z: multiple * size}
        inside = radius is None or sympy.Abs(point[_X]) <= radius.subs(point)
        if inside and where.subs(point) == sympy.true:
            yield point


def _is_geometric(found: Expansion, series: _Series) -> bool:
    """Whether the series has ratio x/z, and the kernel as its sum."""
    here = series.at(_X)
    gaps = (here.ratio - _X / _Z, here.value() - found.kernel)
    return all(sympy.simplify(gap) == 0 for gap in gaps)


def _is_inside(objects: sympy.Basic, where: sympy.Basic) -> bool:
    if not isinstance(objects, BoundedProbabilityMeasures):
        return False
    return bool(where == sympy.StrictGreaterThan(sympy.Abs(_Z), objects.radius))


def _unbounded_support() -> Iterator[Step]:
    """Yield the two measures without an expansion, each with what is checked of it."""
    j, n = sympy.symbols("j n", integer=True, positive=True)
    mass = sympy.summation(sympy.Integer(2) ** -j, (j, 1, sympy.oo))
    mean = sympy.summation(sympy.Integer(2) ** -j * 2**j, (j, 1, n))
    _require(mass == 1 and sympy.limit(mean, n, sympy.oo) == sympy.oo, "there is no first moment")
    yield Step(
        "without bounded support the moments need not exist: sum 2^-j delta_(2^j) has mass 1 and "
        f"the first moment sum 2^-j 2^j, whose partial sums are {mean}",
        r"\mu=\sum_{j\ge1}2^{-j}\delta_{2^j}:\quad m_1=\sum_{j\ge1}2^{-j}2^j=\infty",
    )
    gaussian = sympy.exp(-(_X**2) / 2) / sympy.sqrt(2 * sympy.pi)
    moment = sympy.integrate(gaussian * sympy.exp(_K * _X), (_X, -sympy.oo, sympy.oo))
    growth = sympy.simplify(moment.subs(_K, _K + 1) / moment) / sympy.Symbol("|z|", positive=True)
    _require(sympy.limit(growth, _K, sympy.oo) == sympy.oo, "the lognormal series diverges")
    yield Step(
        f"nor need the series converge: the lognormal law has the moments {moment}, and its terms "
        f"have the ratio {growth}, which tends to infinity at every z",
        rf"m_k={sympy.latex(moment)},\quad\frac{{m_{{k+1}}}}{{m_k|z|}}={sympy.latex(growth)}\to\infty",
    )


def _require(truth: bool, what: str) -> None:
    if not truth:
        raise RmtcheckError(f"a step of the moment expansion does not check: {what}")


_R_N = sympy.Symbol("r_k")
_NO_FIRST_MOMENT = (
    "mu = sum 2^-j delta_(2^j) over j >= 1: the mean of x is 1 + 1 + ... = oo, so m_1 does not "
    "exist; for the lognormal law every m_k = exp(k^2/2) exists, and the series diverges at every z"
)
_CHOICES = tuple(
    (sympy.Integer(size), sympy.Rational(*share), multiple)
    for size in (1, 2)
    for share, multiple in (
        ((1, 2), 2 * sympy.I),
        ((-1, 3), 3 + sympy.I),
        ((1, 1), sympy.Rational(3, 2) * sympy.I),
        ((1, 1), sympy.I),
    )
)
