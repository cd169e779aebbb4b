r"""Enclosures of expressions in constants, symbols and softmax expectations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sympy
from flint import arb, ctx, fmpq

from rmtcheck.certify import exact
from rmtcheck.certify.ball import between, everything, is_accurate
from rmtcheck.certify.class_series import IntegerPolynomial, moment_beyond
from rmtcheck.certify.expectation import MomentTerm, moment_terms
from rmtcheck.certify.expression import Balls, ball_of
from rmtcheck.certify.regular import UnboundedError, chart, split_power
from rmtcheck.certify.softmax import cached_moments
from rmtcheck.certify.tail import scaled_moment_beyond
from rmtcheck.errors import DomainError, PrecisionError
from rmtcheck.vocabulary.quantities import Expectation, SoftmaxOfGaussians

_GUARD_DIGITS = 8
_ATTEMPTS = 3
_MOST_ORDERS = 8

_Moment = tuple[tuple[int, ...], sympy.Expr]
"""Powers of distinct classes, and the scale of the logits."""


def enclose(expr: Any, values: Mapping[Any, Any] | None = None, digits: Any = 30) -> arb:
    r"""Enclose a real expression at exact or ball values of its symbols.

    Parameters
    ----------
    expr : sympy expression
        Built from rational numbers, e, pi, symbols, ``+ - * /``, powers, exp, log, absolute
        values and means :math:`\mathbb E[\cdot]` of polynomials in softmax components.
    values : mapping of Symbol to exact rational or arb
        What to put for each symbol; the number of classes must be exact.
    digits : int, default 30
        Relative accuracy aimed at, 1 to 300.

    Returns
    -------
    arb
        A ball that contains the value. Its relative radius is at most ``10**-digits``, unless
        the value is zero, cancels massively or inherits the radius of a ball in ``values``.

    Raises
    ------
    DomainError
        If the expression has another ingredient, a symbol without value, or is undefined.
    PrecisionError
        If even the last attempt gave no finite ball.

    Notes
    -----
    Accuracy: enclosure.

    Examples
    --------
    >>> from rmtcheck.vocabulary.quantities import E, SoftmaxOfGaussians
    >>> from rmtcheck.vocabulary.symbols import C, e, gamma, i, j
    >>> p = SoftmaxOfGaussians(C)
    >>> print(enclose(C**2 * E(p[i] * p[j]), {C: 10}).str(18, radius=False))
    0.894791784783722706
    >>> print(enclose((gamma * e**2 + 1) / (gamma * e + 1), {gamma: "0.5"}, 12).str(12))
    [1.98993117416 +/- 1.56e-12]
    """
    goal = exact.checked_digits(digits)
    known, balls = substituted(expr, values or {})
    for attempt in range(1, _ATTEMPTS + 1):
        work = min(attempt * goal, exact.MAX_DIGITS) + attempt * _GUARD_DIGITS
        with ctx.workprec(10 * work // 3 + 32):
            ball = ball_of(*means_enclosed(known, balls, work))
        if is_accurate(ball, goal):
            break
    if not ball.is_finite():
        raise PrecisionError(f"{expr} has no finite enclosure at {values}; it may be undefined")
    return ball


def enclose_beyond(
    expr: Any,
    classes_symbol: sympy.Symbol,
    classes_from: Any,
    values: Mapping[Any, Any] | None = None,
) -> arb:
    r"""Enclose an expression for every number of classes from a threshold on, and its limit.

    With :math:`h=1/C`, a mean of total power K is :math:`h^K` times a scaled moment, which
    :func:`scaled_moment_beyond` encloses; powers of h cancel exactly, then
    :math:`h\in[0,1/C_0]`. Where that leaves a negative power of h whose coefficient may be zero,
    the moments are expanded in h first, by :func:`moment_beyond`.

    Parameters
    ----------
    expr : sympy expression
        As for :func:`enclose`, with the number of classes left open.
    classes_symbol : Symbol
        The symbol of the number of classes.
    classes_from : int
        The threshold :math:`C_0\ge2`.
    values : mapping of Symbol to exact rational or arb
        What to put for the other symbols.

    Returns
    -------
    arb
        One ball for all :math:`C\ge C_0`, which also contains the limit; non-finite where
        no bound was found.

    Raises
    ------
    DomainError
        If the expression has another ingredient or a symbol without value.

    Notes
    -----
    Accuracy: enclosure.

    Examples
    --------
    >>> from rmtcheck.vocabulary.quantities import E, SoftmaxOfGaussians
    >>> from rmtcheck.vocabulary.symbols import C, i
    >>> p = SoftmaxOfGaussians(C)
    >>> print(enclose_beyond(C**2 * E(p[i] ** 2), C, 10**30).str(18, radius=False))
    2.71828182845904524
    >>> enclose_beyond(C**3 * E(p[i] ** 2), C, 10**30).is_finite()
    False
    """
    start = exact.checked_integer("classes_from", classes_from, 2)
    known, balls = substituted(expr, values or {})
    with ctx.workprec(4 * start.bit_length() + 64):
        try:
            far = _at_infinity(known, balls, classes_symbol, start, 0)
            if -_MOST_ORDERS < far.power < 0 and far.leading().contains(0):
                far = _at_infinity(known, balls, classes_symbol, start, far.orders_lost + 1)
        except UnboundedError:
            return everything()
        ball = far.ball(start) if far.power >= 0 else everything()
        return ball if ball.is_finite() else everything()


@dataclass(frozen=True)
class _Far:
    """An expression as a power of s times a regular part, 1/C being s**degree."""

    power: int
    regular: sympy.Expr
    s: sympy.Symbol
    degree: int
    balls: Balls

    @property
    def orders_lost(self) -> int:
        """The powers of 1/C by which a cancellation must make up, rounded up."""
        return -(self.power // self.degree)

    def leading(self) -> arb:
        """Enclose the regular part where C is infinite."""
        return ball_of(self.regular, {**self.balls, self.s: arb(0)})

    def ball(self, start: int) -> arb:
        """Enclose the expression for every number of classes from ``start`` on."""
        box = between(0, (arb(1) / start).root(self.degree))
        return box**self.power * ball_of(self.regular, {**self.balls, self.s: box})


def _at_infinity(
    expr: sympy.Expr, balls: Balls, classes_symbol: sympy.Symbol, start: int, order: int
) -> _Far:
    """Split off the power of 1/C, with so many coefficients of every moment written out."""
    scaled, known = _means_scaled(expr, balls, classes_symbol, start, order)
    near_zero, s, degree = chart(scaled, classes_symbol, -1)
    return _Far(*split_power(near_zero, s), s, degree, known)


def substituted(expr: Any, values: Mapping[Any, Any]) -> tuple[sympy.Expr, dict[sympy.Symbol, arb]]:
    """Put exact values into the expression; return it with the ball values of the others."""
    balls = {symbol: value for symbol, value in values.items() if isinstance(value, arb)}
    known = sympy.sympify(expr).subs(
        {
            symbol: _sympy_rational(exact.exact_rational(str(symbol), value))
            for symbol, value in values.items()
            if symbol not in balls
        }
    )
    if known.has(sympy.nan, sympy.oo, -sympy.oo, sympy.zoo):
        raise DomainError(f"{expr} is undefined at {dict(values)}")
    return known, balls


def means_enclosed(expr: sympy.Expr, balls: Balls, digits: int) -> tuple[sympy.Expr, Balls]:
    """Replace every mean at an explicit number of classes by symbols with their balls."""
    expansions = {mean: moment_terms(mean) for mean in expr.atoms(Expectation)}
    terms = [term for expansion in expansions.values() for term in expansion]
    moments = _moments_at(terms, digits)
    names = {key: sympy.Dummy(f"M{key[1]}", positive=True) for key in moments}

    def named(term: MomentTerm) -> Any:
        if not term.powers:
            return term.coefficient
        return term.coefficient * names[term.softmax, term.powers]

    opaque = {mean: sum(map(named, terms)) for mean, terms in expansions.items()}
    return expr.xreplace(opaque), {**balls, **{names[key]: moments[key] for key in moments}}


def _moments_at(terms: list[MomentTerm], digits: int) -> dict[tuple[Any, tuple[int, ...]], arb]:
    """Compute all moments, those of one softmax on one grid."""
    wanted: dict[Any, list[tuple[int, ...]]] = {}
    for term in terms:
        if term.powers:
            wanted.setdefault(term.softmax, []).append(term.powers)
    found = {}
    for softmax, patterns in wanted.items():
        distinct = tuple(sorted(set(patterns)))
        moments = _moments_of(softmax, distinct, digits)
        found.update({(softmax, powers): m for powers, m in zip(distinct, moments, strict=True)})
    return found


def _moments_of(
    softmax: SoftmaxOfGaussians, patterns: tuple[tuple[int, ...], ...], digits: int
) -> Sequence[arb]:
    classes, scale = softmax.classes, exact.checked_scale(softmax.scale)
    if not classes.is_Integer:
        raise DomainError(f"classes = {classes} has no value; accepted: an integer >= 1")
    if classes == 1:
        return [arb(1) for _ in patterns]
    return cached_moments(patterns, int(classes), digits, scale)


def _means_scaled(
    expr: sympy.Expr, balls: Balls, classes_symbol: sympy.Symbol, start: int, order: int
) -> tuple[sympy.Expr, Balls]:
    """Replace E of total power K by C^-K times the scaled moment."""
    names: dict[_Moment, sympy.Symbol] = {}
    opaque = {}
    for mean in expr.atoms(Expectation):
        terms = moment_terms(mean)
        if all(term.softmax is None or term.softmax.classes == classes_symbol for term in terms):
            opaque[mean] = sum(_scaled(term, names) for term in terms)
    scaled, known = means_enclosed(expr.xreplace(opaque), balls, _digits_at(start))
    series, moments = _moments_beyond(names, classes_symbol, start, order)
    return scaled.xreplace(series), {**known, **moments}


def _moments_beyond(
    names: Mapping[_Moment, sympy.Symbol], classes_symbol: sympy.Symbol, start: int, order: int
) -> tuple[dict[sympy.Symbol, sympy.Expr], Balls]:
    """Return what each name stands for, if a series, and the balls of what is left unknown."""
    if order == 0:
        return {}, {name: scaled_moment_beyond(a, start, s) for (a, s), name in names.items()}
    series, balls = {}, {}
    for (powers, scale), name in names.items():
        found = moment_beyond(powers, start, scale, order)
        known = (_exactly(c, scale) * classes_symbol**-r for r, c in enumerate(found.coefficients))
        rest = sympy.Dummy(f"R{powers}")
        series[name] = sympy.Add(*known, rest * classes_symbol**-order)
        balls[rest] = found.remainder
    return series, balls


def _exactly(coefficient: IntegerPolynomial, scale: sympy.Expr) -> sympy.Expr:
    return sympy.Add(*(c * sympy.exp(k * scale**2) for k, c in coefficient.items()))


def _scaled(term: MomentTerm, names: dict[_Moment, sympy.Symbol]) -> Any:
    if term.softmax is None or not term.powers:
        return term.coefficient
    key = term.powers, term.softmax.scale
    name = names.setdefault(key, sympy.Dummy(f"M{term.powers}", positive=True))
    return term.coefficient * name * term.softmax.classes ** -sum(term.powers)


def _digits_at(start: int) -> int:
    return min(exact.MAX_DIGITS, max(30, start.bit_length() // 3))


def _sympy_rational(number: fmpq) -> sympy.Rational:
    return sympy.Rational(int(number.p), int(number.q))
