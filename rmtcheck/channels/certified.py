"""The certified witness: balls that contain the true value, decided by disjointness.

A failure needs one point with disjoint balls. An overlap proves nothing equal, so equalities
hold at points only; inequalities and orders of magnitude are proved on whole domains.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import singledispatchmethod
from typing import Any

import sympy
from flint import arb, fmpq

from rmtcheck.certify.ball import Relation, compare
from rmtcheck.certify.evaluate import enclose, enclose_beyond
from rmtcheck.certify.range import decide_within
from rmtcheck.channels import certified_hidden as hidden
from rmtcheck.channels._protocol import Judgement, Observation, Progress
from rmtcheck.channels.decoupling import speaks_of_decoupling
from rmtcheck.channels.every_class import asks_for_scaled_ratio, every_class
from rmtcheck.channels.families import QUESTION, judge_inversion, observe_inversion
from rmtcheck.channels.typical import CLASSES, TYPICAL, Point, named, points, shown
from rmtcheck.claims.evidence import Column, Outcome, Reach, Scope
from rmtcheck.claims.quantified import ForAll
from rmtcheck.claims.statements import Identity, LimitOf, Order, Statement, Value
from rmtcheck.errors import DomainError, PrecisionError
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.graphs import Weight
from rmtcheck.vocabulary.quantities import Expectation
from rmtcheck.vocabulary.samples import OutputWeight

GROWING_CLASSES = (*CLASSES, sympy.Integer(10**9))
ENOUGH_CLASSES = 10**6
PIECES = 8
EXPONENTS = tuple(sympy.Rational(k, 2) for k in range(-8, 9))


@dataclass(frozen=True)
class Found:
    """A ball at one point."""

    at: Point
    ball: arb

    def record(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {
            "at": named(self.at),
            "ball": self.ball.str(40),
            "mid": float(self.ball.mid()),
            "rad": float(self.ball.rad()),
        }


class CertifiedChannel:
    """Enclose the question in balls, at points and on boxes.

    Parameters
    ----------
    digits : int
        Digits of the enclosures.
    """

    column = Column.CERTIFIED

    def __init__(self, digits: int) -> None:
        self.digits = digits

    def applies(self, statement: Statement) -> bool:
        """Whether the question can be enclosed."""
        if speaks_of_decoupling(statement):
            return False
        if isinstance(statement, ForAll):
            return isinstance(statement.predicate, Identity) and statement.asked == QUESTION
        if hidden.speaks_of_hidden_norms(statement):
            return True
        if isinstance(statement, LimitOf | Order):
            growing = statement.along.growing == (symbols.C,)
            return growing and not statement.asked.has(OutputWeight)
        if not isinstance(statement, Value | Identity) or statement.asked.has(Weight):
            return False
        return bool(statement.asked.has(Expectation))

    def observe(self, claim: str, statement: Statement, progress: Progress) -> Observation:
        """Enclose the question."""
        progress("enclosing")
        return self._observed(statement)

    def judge(self, observation: Observation, statement: Statement) -> Judgement:
        """Compare an answer with the enclosures, and with what holds for every C."""
        theorem = every_class() if asks_for_scaled_ratio(statement) else None
        found = theorem.settles(statement) if theorem else None
        return found or self._judged(statement, observation.content)

    @singledispatchmethod
    def _observed(self, statement: Statement) -> Observation:
        found = [Found(at, enclose(statement.asked, at, self.digits)) for at in points(statement)]
        return Observation(found, _record(found))

    @_observed.register
    def _(self, statement: LimitOf) -> Observation:
        if hidden.speaks_of_hidden_norms(statement):
            found = [Found(at, b) for at, b in hidden.limits(statement, self.digits)]
            return Observation(found, _record(found))
        far = 10 ** (self.digits + 5)
        limits = [
            Found(at, enclose_beyond(statement.asked, symbols.C, far, at))
            for at in points(statement)
        ]
        return Observation(limits, _record([*self._along_classes(statement), *limits]))

    @_observed.register
    def _(self, statement: Order) -> Observation:
        if hidden.speaks_of_hidden_norms(statement):
            growths = list(hidden.growths(statement, self.digits))
            return Observation(growths, _record([Found(at, g.coefficient) for at, g in growths]))
        order = _order(statement.asked)
        return Observation(order, _record(self._along_classes(statement)))

    @_observed.register
    def _(self, statement: ForAll) -> Observation:
        return observe_inversion(self.digits)

    def _along_classes(self, statement: LimitOf | Order) -> list[Found]:
        sizes = [{**at, symbols.C: c} for at in points(statement) for c in GROWING_CLASSES]
        return [Found(at, enclose(statement.asked, at, self.digits)) for at in sizes]

    @singledispatchmethod
    def _judged(self, statement: Statement, content: Any) -> Judgement:
        raise TypeError(f"no comparison for {type(statement).__name__}")

    @_judged.register
    def _(self, statement: LimitOf, content: Any) -> Judgement:
        value = hidden.enclose_value if hidden.speaks_of_hidden_norms(statement) else enclose
        return _disjoint(content, lambda at: value(statement.value, at, self.digits))

    @_judged.register
    def _(self, statement: Identity, content: Any) -> Judgement:
        return _disjoint(content, lambda at: enclose(statement.rhs, at, self.digits))

    @_judged.register
    def _(self, statement: Value, content: Any) -> Judgement:
        here = _within(statement, content, self.digits)
        is_open = here.outcome != Outcome.FAILS
        is_open = is_open and statement.free_symbols & TYPICAL.keys() == {symbols.gamma}
        return _within_everywhere(statement) if is_open else here

    @_judged.register
    def _(self, statement: Order, content: Any) -> Judgement:
        if hidden.speaks_of_hidden_norms(statement):
            return hidden.judge_order(statement, content)
        return _same_order(statement, content)

    @_judged.register
    def _(self, statement: ForAll, content: Any) -> Judgement:
        return judge_inversion(statement, content, self.digits)


def _record(found: Sequence[Found]) -> dict[str, Any]:
    """Return the finite enclosures as JSON data; others hold no number to keep."""
    finite = [f.record() for f in found if f.ball.is_finite()]
    return {"kind": "enclosures", "points": finite}


def _disjoint(found: Sequence[Found], answer: Callable[[Point], arb]) -> Judgement:
    """Fail an answer whose ball misses the enclosure at one point."""
    scope = Scope(Reach.POINTS, "; ".join(shown(f.at) for f in found))
    if not all(f.ball.is_finite() for f in found):
        return Judgement(Outcome.UNKNOWN, scope, "no finite enclosure was found")
    pairs = [(one, _value(answer, one.at)) for one in found]
    for one, claimed in pairs:
        if claimed is None:
            continue
        if compare(claimed, one.ball) in (Relation.LESS, Relation.GREATER):
            text = f"at {shown(one.at)}: {claimed.str(12)} claimed, {one.ball.str(12)} enclosed"
            return Judgement(Outcome.FAILS, scope, "the balls are disjoint", text)
    if any(claimed is None for _, claimed in pairs):
        return Judgement(Outcome.UNKNOWN, scope, "the answer has no enclosure at some point")
    return Judgement(Outcome.HOLDS, scope, "inside every enclosure")


def _value(answer: Callable[[Point], arb], at: Point) -> arb | None:
    """Return the ball of an answer, or None where it has no real value that could be found."""
    try:
        return answer(at)
    except (DomainError, PrecisionError):
        return None


def _within_everywhere(statement: Value) -> Judgement:
    """Decide a printed value for all aspect ratios at once."""
    scope = Scope(Reach.ALL, "every gamma > 0, by subdivision in balls")
    half = sympy.sympify(statement.unit) / 2
    decision = decide_within(statement.quantity, statement.value, half, symbols.gamma)
    if decision.answer is None:
        return Judgement(Outcome.UNKNOWN, scope, "undecided at the largest number of boxes")
    if decision.answer:
        return Judgement(Outcome.HOLDS, scope, "proved on every box")
    witness = f"gamma = {decision.witness}"
    return Judgement(Outcome.FAILS, scope, "farther than half a unit of the last place", witness)


def _within(statement: Value, found: Sequence[Found], digits: int) -> Judgement:
    """Decide a printed value at the points of the enclosures."""
    reach = Reach.POINTS if statement.free_symbols & TYPICAL.keys() else Reach.ALL
    scope = Scope(reach, "; ".join(shown(f.at) for f in found))
    is_open = False
    for one in found:
        value = _value(lambda at: enclose(statement.value, at, digits), one.at)
        half = enclose(sympy.sympify(statement.unit) / 2, one.at, digits)
        gap = Relation.UNDECIDED if value is None else compare(abs(one.ball - value), half)
        if value is not None and gap == Relation.GREATER:
            text = f"at {shown(one.at)}: {value.str(12)} claimed, {one.ball.str(12)} enclosed"
            return Judgement(Outcome.FAILS, scope, "farther than half a unit", text)
        is_open = is_open or gap == Relation.UNDECIDED
    if is_open:
        return Judgement(Outcome.UNKNOWN, scope, "undecided at this accuracy")
    return Judgement(Outcome.HOLDS, scope, "within half a unit of the last place")


@dataclass(frozen=True)
class ProvedOrder:
    """The exponent k for which quantity / C**k stays between two positive bounds."""

    exponent: sympy.Rational
    balls: tuple[arb, ...]

    def __str__(self) -> str:
        low = min(b.lower() for b in self.balls).str(3, radius=False)
        high = max(b.upper() for b in self.balls).str(3, radius=False)
        scaled = f"C**({-self.exponent}) times the quantity"
        return f"{scaled} lies between {low} and {high} for C >= {ENOUGH_CLASSES}"


def _order(quantity: sympy.Expr) -> ProvedOrder | None:
    """Find the exponent at one aspect ratio, then box the scaled quantity for all of them."""
    for exponent in EXPONENTS:
        scaled = quantity * symbols.C ** (-exponent)
        here = enclose_beyond(scaled, symbols.C, ENOUGH_CLASSES, {symbols.gamma: 1})
        if here.is_finite() and here > 0:
            balls = [enclose_beyond(q, symbols.C, ENOUGH_CLASSES, v) for q, v in _charts(scaled)]
            positive = all(b.is_finite() and b.lower() > 0 for b in balls)
            return ProvedOrder(exponent, tuple(balls)) if positive else None
    return None


def _charts(expression: sympy.Expr) -> list[tuple[sympy.Expr, dict[sympy.Symbol, arb]]]:
    """Cover gamma > 0 by pieces of the unit interval, for gamma and for its inverse."""
    if symbols.gamma not in expression.free_symbols:
        return [(expression, {})]
    inverted = sympy.together(expression.subs(symbols.gamma, 1 / symbols.gamma))
    half = fmpq(1, 2 * PIECES)
    pieces = [arb((2 * k + 1) * half, half) for k in range(PIECES)]
    return [(chart, {symbols.gamma: b}) for chart in (expression, inverted) for b in pieces]


def _same_order(statement: Order, order: ProvedOrder | None) -> Judgement:
    scope = Scope(Reach.ALL, f"every gamma > 0 and every C >= {ENOUGH_CLASSES}")
    if order is None:
        return Judgement(Outcome.UNKNOWN, scope, "no exponent was proved")
    is_upper = not statement.tight and order.exponent < statement.exponent
    if order.exponent == statement.exponent or is_upper:
        return Judgement(Outcome.HOLDS, scope, str(order))
    return Judgement(Outcome.FAILS, scope, "another exponent is proved", str(order))
