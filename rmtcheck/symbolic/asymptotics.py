r"""Exact expansions, leading terms and limits as the number of classes tends to infinity.

Expressions are built by :math:`+,-,\times,/` and rational powers from the variable, rational
numbers, :math:`e`, :math:`\pi`, other symbols (parameters, positive where they are assumed so) and
expectations of polynomials in softmax components, whose logits have a symbolic standard deviation
:math:`\tau` or one with an integer square. They are expanded as Puiseux series in :math:`h=1/C`,
with coefficients in :math:`\mathbb Q(e,\pi,e^{\tau^2},\gamma,\dots)` and real radicals over it,
where zero is decided exactly; a leading term is returned only when its coefficient is proved not to
vanish identically. Results hold for generic parameters: at the isolated values where a coefficient
that was divided by vanishes, they do not apply.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache, reduce
from operator import add, mul

import sympy

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.derivation import Derivation, Step
from rmtcheck.symbolic.exchangeability import NotPolynomial, Pattern, moment, moments, normal_form
from rmtcheck.symbolic.expansion import Expansion
from rmtcheck.symbolic.field import ExactField, NotRational
from rmtcheck.symbolic.puiseux import NeedsMoreTerms, Puiseux
from rmtcheck.symbolic.softmax import moment_polynomials
from rmtcheck.symbolic.surds import NoClosedPower, Surd
from rmtcheck.vocabulary.quantities import Expectation, SoftmaxComponent, SoftmaxOfGaussians
from rmtcheck.vocabulary.symbols import C

_CAP = 16
"""Number of terms of each moment after which the search for a leading term gives up."""

_ZERO_STEP = Step("by symmetry and because the components sum to 1: the quantity is 0", "0")


@lru_cache(maxsize=512)
def expand(
    expr: sympy.Expr, order: int, variable: sympy.Symbol = C, cap: int = _CAP
) -> Expansion | None:
    r"""Return the expansion of an expression for a large number of classes.

    Parameters
    ----------
    expr : sympy expression
        Built as the module describes.
    order : int
        The remainder is :math:`O(C^{v-\text{order}-1})` or smaller, :math:`v` the leading exponent.
    variable : sympy symbol, default C
        What tends to infinity.
    cap : int, default 16
        The search for the leading term gives up at this many terms of each moment.

    Returns
    -------
    Expansion or None
        None when the leading coefficient could not be decided or the expression is of another kind.

    Raises
    ------
    DomainError
        If order is negative, or the expression divides by zero.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> from rmtcheck.vocabulary.quantities import E, SoftmaxOfGaussians
    >>> from rmtcheck.vocabulary.symbols import C, i
    >>> print(expand(E(SoftmaxOfGaussians(C)[i] ** 2), 0))
    (E)*C**(-2) + O(C**(-3))
    """
    if order < 0:
        raise DomainError(f"order is {order}; accepted are the integers 0, 1, 2, ...")
    expander = _Expander(expr, variable)
    series = expander.search(order, cap)
    if series is None:
        return None
    return _presented(series, order, variable, tuple(expander.steps.values()))


def leading_term(
    expr: sympy.Expr, variable: sympy.Symbol = C
) -> tuple[sympy.Expr, sympy.Expr] | None:
    r"""Return coefficient and exponent of the leading term :math:`c\,C^v`.

    Parameters
    ----------
    expr : sympy expression
        Built as the module describes.
    variable : sympy symbol, default C
        What tends to infinity.

    Returns
    -------
    tuple (coefficient, exponent) or None
        ``(0, -oo)`` for an expression proved to be zero; None when undecided.

    Notes
    -----
    Accuracy: exact; the coefficient is not identically zero in the parameters.

    Examples
    --------
    >>> from rmtcheck.vocabulary.quantities import E, SoftmaxOfGaussians
    >>> from rmtcheck.vocabulary.symbols import C, i, j
    >>> p = SoftmaxOfGaussians(C)
    >>> leading_term(E(p[i] * p[j]) - E(p[i]) * E(p[j]))
    (1 - E, -3)
    """
    expansion = expand(expr, 0, variable)
    if expansion is None:
        return None
    return expansion.terms[0] if expansion.terms else (sympy.S.Zero, -sympy.oo)


def limit(expr: sympy.Expr, variable: sympy.Symbol = C) -> sympy.Expr | None:
    r"""Return the limit of an expression as the variable tends to infinity.

    Parameters
    ----------
    expr : sympy expression
        Built as the module describes.
    variable : sympy symbol, default C
        What tends to infinity.

    Returns
    -------
    sympy expression or None
        A finite value, ``oo``, ``-oo``, or None when undecided.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> from rmtcheck.vocabulary.quantities import E, SoftmaxOfGaussians
    >>> from rmtcheck.vocabulary.symbols import C, i
    >>> limit(C**2 * E(SoftmaxOfGaussians(C)[i] ** 2))
    E
    """
    expander = _Expander(expr, variable)
    series = expander.search(0, _CAP)
    if series is None:
        return expander.vanishing()
    if series.is_exact_zero or series.leading > 0:
        return sympy.S.Zero
    head = series.terms[series.leading]
    if series.leading == 0:
        return head.as_expr()
    sign = head.sign()
    return None if not sign else sign * sympy.oo


def derive_leading_term(expr: sympy.Expr, variable: sympy.Symbol = C) -> Derivation:
    r"""Return the result of :func:`leading_term` with the steps that lead to it.

    Parameters
    ----------
    expr, variable
        As in :func:`leading_term`.

    Returns
    -------
    Derivation
        ``result`` is what :func:`leading_term` returns.

    Notes
    -----
    Accuracy: exact.
    """
    return Derivation(leading_term(expr, variable), _steps(expr, variable))


def derive_limit(expr: sympy.Expr, variable: sympy.Symbol = C) -> Derivation:
    r"""Return the result of :func:`limit` with the steps that lead to it.

    Parameters
    ----------
    expr, variable
        As in :func:`limit`.

    Returns
    -------
    Derivation
        ``result`` is what :func:`limit` returns.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> from rmtcheck.vocabulary.quantities import E, SoftmaxOfGaussians
    >>> from rmtcheck.vocabulary.symbols import C, i
    >>> print(derive_limit(C**2 * E(SoftmaxOfGaussians(C)[i] ** 2)))
    expand the softmax moment: E[p_1**2] = (E)*C**(-2) + O(C**(-3))
    so the quantity is: (E)*C**(0) + O(C**(-1))
    the limit is: E
    """
    value = limit(expr, variable)
    if value is None:
        return Derivation(None)
    last = Step(f"the limit is: {value}", sympy.latex(value))
    return Derivation(value, (*_steps(expr, variable), last))


def _steps(expr: sympy.Expr, variable: sympy.Symbol) -> tuple[Step, ...]:
    expansion = expand(expr, 0, variable)
    return () if expansion is None else expansion.steps


class _Expander:
    """Expands one expression, with more terms of each moment until the leading term is known."""

    def __init__(self, expr: sympy.Expr, variable: sympy.Symbol) -> None:
        self.expr, self.variable = sympy.sympify(expr), variable
        self.parameters = _parameters(self.expr) - {variable}
        self.field = ExactField(self.parameters, _exponent(self.expr, self.parameters))
        self.steps: dict[tuple[Pattern, SoftmaxOfGaussians], Step] = {}
        self.length = 0

    def search(self, order: int, cap: int) -> Puiseux | None:
        """Return a series known to ``order`` beyond its leading term, or None."""
        if self._is_zero():
            return Puiseux(self.field, {})
        for length in range(order + 1, order + cap + 1, 2):
            series = self._attempt(length)
            if series is None:
                return None
            if series.terms and series.error > series.leading + order:
                return series if series.terms[series.leading].is_nonzero() else None
        return None

    def vanishing(self) -> sympy.Expr | None:
        """Return 0 if the expression is small although its leading term is not known."""
        series = self._attempt(_CAP)
        small = series is not None and not series.terms and series.error > 0
        return sympy.S.Zero if small else None

    def _attempt(self, length: int) -> Puiseux | None:
        """Return the series with ``length`` terms of each moment, None for another kind."""
        self.length = length
        try:
            return self._series(self.expr)
        except NeedsMoreTerms:
            return Puiseux(self.field, {}, -math.inf)
        except (NotRational, NoClosedPower, NotPolynomial):
            return None

    def _is_zero(self) -> bool:
        """Return whether symmetry and sum p_k = 1 alone make the expression zero."""
        reduced = normal_form(self.expr)
        names = {node: sympy.Dummy() for node in reduced.atoms(Expectation)}
        plain = reduced.xreplace(names)
        try:
            parameters = plain.free_symbols | self.parameters
            return not ExactField(parameters, self.field.exponent).element(plain)
        except (NotRational, ZeroDivisionError):
            return False

    def _series(self, expr: sympy.Expr) -> Puiseux:
        if expr == self.variable:
            return self._monomial(sympy.S.One, -1)
        if isinstance(expr, Expectation):
            return self._expectation(expr)
        if expr.is_Add:
            return _total(self.field, map(self._series, expr.args))
        if expr.is_Mul:
            return reduce(mul, map(self._series, expr.args))
        base, exponent = expr.as_base_exp()
        if exponent.is_Rational and exponent != 1:
            return self._series(base).power(Fraction(int(exponent.p), int(exponent.q)), self.length)
        return self._monomial(expr, 0)

    def _monomial(self, coefficient: sympy.Expr, power: int) -> Puiseux:
        surd = Surd.of(self.field, self.field.element(coefficient))
        return Puiseux.monomial(surd, Fraction(power))

    def _expectation(self, node: sympy.Expr) -> Puiseux:
        found, softmax = moments(node)
        if softmax is None:
            return self._series(found[()])
        if softmax.classes != self.variable:
            raise NotRational(str(node))
        parts = (self._series(c) * self._moment(pattern, softmax) for pattern, c in found.items())
        return _total(self.field, parts)

    def _moment(self, pattern: Pattern, softmax: SoftmaxOfGaussians) -> Puiseux:
        total = sum(pattern)
        if total < 2:  # exact: E[1] = 1 and E[p_i] = 1/C
            return self._monomial(sympy.S.One, total)
        q = self.field.element(sympy.exp(sympy.expand(softmax.scale**2)))
        terms = {}
        for r, row in enumerate(moment_polynomials(pattern, self.length - 1)):
            coefficient = sum((c * q**n for n, c in enumerate(row)), self.field.zero)
            terms[Fraction(total + r)] = Surd.of(self.field, coefficient)
        known = {power: c for power, c in terms.items() if c}
        series = Puiseux(self.field, known, Fraction(total + self.length))
        self.steps[pattern, softmax] = _moment_step(moment(pattern, softmax), self.variable, series)
        return series


def _total(field: ExactField, parts: Iterable[Puiseux]) -> Puiseux:
    return reduce(add, parts, Puiseux(field, {}))


def _parameters(expr: sympy.Basic) -> set[sympy.Symbol]:
    """Return the symbols of the expression without the names of classes."""
    if isinstance(expr, sympy.Symbol):
        return {expr}
    parts: Iterable[sympy.Basic] = expr.args
    if isinstance(expr, Expectation):
        try:
            coefficients, softmax = moments(expr)
            parts = [*coefficients.values(), *([softmax.scale] if softmax else [])]
        except NotPolynomial:
            parts = ()
    return set().union(*map(_parameters, parts))


def _exponent(expr: sympy.Expr, parameters: set[sympy.Symbol]) -> sympy.Expr | None:
    r"""Return the symbolic :math:`\tau^2` of which all others are multiples, None without one."""
    squares = {sympy.expand(p.scale**2) for p in expr.atoms(SoftmaxComponent)}
    symbolic = [v for v in squares if v.free_symbols and v.free_symbols <= parameters]
    units = (v for v in symbolic if all(sympy.cancel(w / v).is_Integer for w in symbolic))
    return next((v for v in units if v.is_polynomial() and v.is_positive), None)


def _presented(
    series: Puiseux, order: int, variable: sympy.Symbol, steps: tuple[Step, ...]
) -> Expansion:
    """Return the series cut after ``order`` powers beyond the leading one."""
    if series.is_exact_zero:
        return Expansion((), -sympy.oo, variable, (_ZERO_STEP,))
    last = series.leading + order
    terms = [(series.terms[v].as_expr(), -_rational(v)) for v in sorted(series.terms) if v <= last]
    complete = series.error == math.inf and len(terms) == len(series.terms)
    beyond = [v for v in (*series.terms, series.error) if v > last and v != math.inf]
    remainder = -sympy.oo if complete else -_rational(Fraction(min(beyond)))
    expansion = Expansion(tuple(terms), remainder, variable)
    final = Step(f"so the quantity is: {expansion}", expansion.latex())
    return Expansion(expansion.terms, remainder, variable, (*steps, final))


def _moment_step(node: sympy.Expr, variable: sympy.Symbol, series: Puiseux) -> Step:
    shown = sorted(series.terms)[:2]
    following = sorted([*sorted(series.terms)[2:3], Fraction(series.error)])[0]
    terms = tuple((series.terms[v].as_expr(), -_rational(v)) for v in shown)
    expansion = Expansion(terms, -_rational(following), variable)
    text = f"expand the softmax moment: {node} = {expansion}"
    return Step(text, f"{sympy.latex(node)} = {expansion.latex()}")


def _rational(value: Fraction) -> sympy.Rational:
    return sympy.Rational(value.numerator, value.denominator)
