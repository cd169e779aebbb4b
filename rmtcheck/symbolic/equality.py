r"""Is an expression zero? Yes with a proof, no with a witness that a reader can check, or unknown.

1. Softmax expectations are brought to normal form (exchangeable classes, :math:`\sum_kp_k=1`), the
   rest to a reduced fraction. A numerator that reduces to 0 is a proof: **yes**.
2. A non-zero fraction in symbols, :math:`e` and :math:`\pi` is not zero: **no**, with a rational
   point at which rational enclosures of :math:`e` and :math:`\pi` prove it. No independence of
   :math:`e` and :math:`\pi` is assumed.
3. With radicals, exponentials or elementary functions: **no** if the value at an exact point of
   the domain, computed by mpmath with 60 digits, exceeds :math:`10^{-30}`. This is a computation,
   not a proof, and the witness says so.
4. With expectations over a symbolic number of classes: **no** if the expansion in 1/C has an exact
   non-zero coefficient.

Everything else is **unknown**, which counts for nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from itertools import islice
from textwrap import shorten

import sympy
from sympy.core.function import AppliedUndef

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.algebra import ReducedFraction, as_fraction, split_radicals
from rmtcheck.symbolic.asymptotics import expand, leading_term
from rmtcheck.symbolic.exchangeability import normal_form
from rmtcheck.symbolic.field import ExactField, NotRational
from rmtcheck.symbolic.simplex import Coordinates, coordinates, is_positive_mean, substitute
from rmtcheck.vocabulary.quantities import Expectation, SoftmaxComponent

_DIGITS = 60
_THRESHOLD = sympy.Rational(1, 10**30)
_POINTS = 6
_CAP = 8
_ORDERS = 4
"""A witness shows both sides when the power is at most this far behind the leading one."""


class Answer(Enum):
    """The three answers to a question of equality."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class ZeroTest:
    """Whether an expression is zero on its whole domain, and why.

    Parameters
    ----------
    answer : Answer
        Yes, no or unknown.
    witness : str
        What proves it: the normal form, a point with its value, or a coefficient of the expansion.
    """

    answer: Answer
    witness: str

    def __bool__(self) -> bool:
        raise DomainError(f"a ZeroTest has three answers: compare .answer ({self.answer.value})")


@dataclass(frozen=True)
class _Question:
    """Two sides in normal form; ``components`` are the softmax components outside expectations."""

    lhs: sympy.Expr
    rhs: sympy.Expr
    components: Coordinates

    @property
    def difference(self) -> sympy.Expr:
        return self.lhs - self.rhs

    @property
    def has_means(self) -> bool:
        """Whether a side has a mean that nobody has evaluated."""
        return bool(self.difference.has(Expectation))

    @property
    def named_classes(self) -> dict[sympy.Expr, int]:
        """For each number of classes, how many classes are named at most."""
        sides = (side.atoms(SoftmaxComponent) for side in (self.lhs, self.rhs))
        components = set(self.components).union(*sides)
        return Counter(component.args[1] for component in components)

    @property
    def mixes_temperatures(self) -> bool:
        """Whether softmaxes of one size outside expectations may share their logits."""
        kinds = {component.args[1:] for component in self.components}
        return len(kinds) > len({size for size, *_ in kinds})


def is_zero(expr: sympy.Expr) -> ZeroTest:
    r"""Decide whether an expression is zero for all values of its symbols.

    Parameters
    ----------
    expr : sympy expression
        Symbols range over their assumptions; the number of classes is an integer from 2 on.

    Returns
    -------
    ZeroTest
        ``answer`` yes, no or unknown, with its witness.

    Raises
    ------
    DomainError
        If the argument is not a finite scalar expression or divides by zero.

    Notes
    -----
    Accuracy: exact, but for witnesses that say "by mpmath".

    Examples
    --------
    >>> from rmtcheck.vocabulary.quantities import E, SoftmaxOfGaussians
    >>> from rmtcheck.vocabulary.symbols import C, i, j
    >>> p = SoftmaxOfGaussians(C)
    >>> is_zero((C - 1) * E(p[i] * p[j]) + E(p[i] ** 2) - 1 / C).answer
    <Answer.YES: 'yes'>
    >>> is_zero(E(p[i] * p[j]) - E(p[i]) * E(p[j])).witness
    'the coefficient of C^-3 is 1 - E on the left and 0 on the right'
    """
    return are_equal(expr, sympy.S.Zero)


def are_equal(lhs: sympy.Expr, rhs: sympy.Expr) -> ZeroTest:
    r"""Decide whether two expressions are equal for all values of their symbols.

    Parameters
    ----------
    lhs, rhs : sympy expression
        As in :func:`is_zero`.

    Returns
    -------
    ZeroTest
        ``answer`` yes, no or unknown; witnesses name the value of each side.

    Raises
    ------
    DomainError
        If a side is not a finite scalar expression or divides by zero.

    Notes
    -----
    Accuracy: exact, but for witnesses that say "by mpmath".

    Examples
    --------
    >>> from rmtcheck.vocabulary.symbols import gamma
    >>> are_equal((gamma**2 - 1) / (gamma - 1), gamma + 1).answer
    <Answer.YES: 'yes'>
    """
    question = _posed(_checked("lhs", lhs), _checked("rhs", rhs))
    seen = _leading_terms(question) if question.has_means else _first_point(question)
    if seen is not None:
        return ZeroTest(Answer.NO, seen)
    fraction = as_fraction(_normalized(question.difference))
    if fraction.denominator == 0 or fraction.as_expr().has(sympy.zoo, sympy.nan):
        raise DomainError("the expression divides by an expression that is identically zero")
    if fraction.numerator == 0:
        return ZeroTest(Answer.YES, "the difference of the sides has the normal form 0")
    witness = _refutation(question, fraction)
    if witness is None:
        return ZeroTest(Answer.UNKNOWN, _open(fraction))
    return ZeroTest(Answer.NO, witness)


def _posed(lhs: sympy.Expr, rhs: sympy.Expr) -> _Question:
    components = coordinates(lhs - rhs)
    return _Question(substitute(lhs, components), substitute(rhs, components), components)


def _normalized(expr: sympy.Expr) -> sympy.Expr:
    """Return the normal form, with radicals split while means are still visibly positive."""
    means = filter(is_positive_mean, expr.atoms(Expectation))
    names = {node: sympy.Dummy(positive=True) for node in means}
    split = split_radicals(expr.xreplace(names))
    return normal_form(split.xreplace({name: node for node, name in names.items()}))


def _refutation(question: _Question, fraction: ReducedFraction) -> str | None:
    """Return a witness that the sides differ, or None."""
    if question.mixes_temperatures:
        return None  # common logits need not reach a point of the product of the simplices
    if fraction.is_plain:
        return _exact_point(question, fraction)
    if fraction.as_expr().has(Expectation):
        return _coefficient(question)
    return _computed_point(question)


def _exact_point(question: _Question, fraction: ReducedFraction) -> str | None:
    """Return a rational point where enclosures prove the fraction to be non-zero."""
    parts = [p.xreplace(fraction.generators) for p in (fraction.numerator, fraction.denominator)]
    symbols = set().union(*(part.free_symbols for part in parts))
    for point in islice(_points(symbols, question), 4 * _POINTS):
        if all(_is_proved_nonzero(part.xreplace(point)) for part in parts):
            return _shown(question, point, "proved by enclosures of e and pi")
    return None


def _first_point(question: _Question) -> str | None:
    """Return a witness without any algebra, where one point is enough to tell the sides apart."""
    if question.components:
        return None
    point = next(_points(question.difference.free_symbols, question))
    field = ExactField([])
    try:
        value = field.element(question.difference.xreplace(point))
    except (NotRational, ZeroDivisionError):
        return None
    if not (field.is_nonzero(value) and field.is_nonzero(field.polynomial(value.denom))):
        return None
    return _shown(question, point, "proved by enclosures of e and pi")


def _leading_terms(question: _Question) -> str | None:
    """Return a witness without any algebra, where the leading terms of the sides differ."""
    sides = [expand(side, 0, cap=_CAP) for side in (question.lhs, question.rhs)]
    found = [side.terms[0] for side in sides if side is not None and side.terms]
    if len(found) < 2 or question.components:
        return None
    exponent = max(v for _, v in found)
    left, right = (c if v == exponent else sympy.S.Zero for c, v in found)
    try:
        field = ExactField((left - right).free_symbols)
        is_different = field.is_nonzero(field.element(left - right))
    except NotRational:
        return None
    text = f"the coefficient of {_power(exponent)} is {left} on the left and {right} on the right"
    return text if is_different else None


def _is_proved_nonzero(value: sympy.Expr) -> bool:
    field = ExactField([])
    return any(field.is_nonzero(field.element(x)) for x in sympy.expand(value).as_real_imag())


def _computed_point(question: _Question) -> str | None:
    """Return a rational point where 60 digits show the difference to be non-zero."""
    difference = question.difference
    if not _is_elementary(difference):
        return None
    for point in islice(_points(difference.free_symbols, question), _POINTS):
        value = _value(difference, point)
        if value is not None and abs(value) > _THRESHOLD:
            return _shown(question, point, f"by mpmath with {_DIGITS} digits")
    return None


def _coefficient(question: _Question) -> str | None:
    """Return the first power of 1/C at which the expansions differ."""
    expansion = expand(question.difference, 0, cap=_CAP)
    if expansion is None or not expansion.terms:
        return None
    coefficient, exponent = expansion.terms[0]
    sides = [_coefficient_of(side, exponent) for side in (question.lhs, question.rhs)]
    if None in sides:
        return f"the coefficient of {_power(exponent)} in the difference is {coefficient}, not 0"
    left, right = sides
    return f"the coefficient of {_power(exponent)} is {left} on the left and {right} on the right"


def _coefficient_of(side: sympy.Expr, exponent: sympy.Expr) -> sympy.Expr | None:
    """Return the coefficient of one power, None where it lies far behind the leading one."""
    leading = leading_term(side)
    if leading is None or leading[1] - exponent > _ORDERS:
        return None
    if leading[1] < exponent:
        return sympy.S.Zero
    expansion = expand(side, int(sympy.ceiling(leading[1] - exponent)))
    return None if expansion is None else expansion.coefficient(exponent)


def _power(exponent: sympy.Expr) -> str:
    return f"C^{exponent}" if exponent.is_Integer else f"C^({exponent})"


def _points(
    symbols: Iterable[sympy.Symbol], question: _Question
) -> Iterator[dict[sympy.Symbol, sympy.Expr]]:
    """Yield exact points of the domain of the symbols, with room for all classes that are named."""
    named = question.named_classes
    ordered = sorted(symbols, key=sympy.default_sort_key)
    shift = 0
    while True:
        steps = {s: shift + k for k, s in enumerate(ordered)}
        yield {s: _coordinate(s, k) + named.get(s, 1) - 1 for s, k in steps.items()}
        shift += 1


def _coordinate(symbol: sympy.Symbol, k: int) -> sympy.Expr:
    if symbol.is_integer:
        return sympy.Integer(k + 2)
    if symbol.is_positive:
        return sympy.Rational(2 * k + 3, k + 2 + k % 3 * 3)
    if symbol.is_real:
        return (-1) ** k * sympy.Rational(2 * k + 1, k + 3)
    return sympy.Rational(k + 1, k + 3) + sympy.I * sympy.Rational(k + 2, 5)


def _value(expr: sympy.Expr, point: Mapping[sympy.Symbol, sympy.Expr]) -> sympy.Expr | None:
    """Return the value with 60 digits, or None where there is none."""
    value = expr.subs(point, simultaneous=True).evalf(_DIGITS, maxn=10 * _DIGITS)
    return (
        value if value.is_number and value.is_finite and not value.atoms(sympy.Function) else None
    )


def _shown(question: _Question, point: Mapping[sympy.Symbol, sympy.Expr], how: str) -> str:
    left, right = (_value(normal_form(side), point) for side in (question.lhs, question.rhs))
    if left is None or right is None:
        difference = _value(normal_form(question.difference), point)
        sides = f"the difference is {_digits(difference)}, {how}"
    else:
        sides = f"{_digits(left)} on the left and {_digits(right)} on the right, {how}"
    place = _place(question, point)
    return f"at {place}: {sides}" if place else sides


def _place(question: _Question, point: Mapping[sympy.Symbol, sympy.Expr]) -> str:
    shares = {p: value.xreplace(point) for p, value in question.components.items()}
    named = {s: value for s, value in point.items() if not isinstance(s, sympy.Dummy)}
    return ", ".join(f"{name} = {value}" for name, value in {**named, **shares}.items())


def _digits(value: sympy.Expr | None) -> str:
    return "not zero" if value is None else str(sympy.N(value, 20))


def _is_elementary(expr: sympy.Expr) -> bool:
    """Return whether every node is a sympy function of numbers and symbols, none a noun."""
    return not any(map(_is_opaque, sympy.preorder_traversal(expr)))


def _is_opaque(node: sympy.Basic) -> bool:
    """Return whether a node has no value of its own: a noun, an integral, an unknown function."""
    if isinstance(node, AppliedUndef) or not isinstance(node, sympy.Expr):
        return True
    plain = sympy.Add, sympy.Mul, sympy.Pow, sympy.Symbol, sympy.Number, sympy.NumberSymbol
    named = isinstance(node, sympy.Function) and type(node).__module__.startswith("sympy.")
    return not (named or isinstance(node, plain) or node == sympy.I)


def _checked(name: str, side: sympy.Expr) -> sympy.Expr:
    expr = sympy.sympify(side)
    scalar = isinstance(expr, sympy.Expr)
    if not scalar or expr.has(sympy.nan, sympy.oo, -sympy.oo, sympy.zoo, sympy.Float):
        raise DomainError(f"{name} is {expr}; accepted are exact finite scalar expressions")
    return expr


def _open(fraction: ReducedFraction) -> str:
    rest = shorten(str(fraction.as_expr()), 200)
    return f"neither a proof nor a witness was found; left over is {rest}"
