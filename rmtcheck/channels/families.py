"""Discrete measures among which certified counter-examples are searched."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import Any

import sympy
from flint import arb, ctx, fmpq

from rmtcheck.certify.ball import Relation, compare
from rmtcheck.certify.discrete import DiscreteProbability, heights_below
from rmtcheck.certify.evaluate import enclose
from rmtcheck.channels._protocol import Judgement, Observation
from rmtcheck.claims.evidence import Outcome, Reach, Scope
from rmtcheck.claims.quantified import ForAll
from rmtcheck.claims.statements import Identity
from rmtcheck.errors import DomainError, PrecisionError
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.measures import Mass, ProbabilityMeasures, Stieltjes, mu

MEASURES = tuple(
    DiscreteProbability(
        tuple(fmpq(*m) for m in masses),
        tuple(fmpq(*x) for x in atoms),
    )
    for masses, atoms in (
        (((1, 1),), ((1, 2),)),
        (((1, 1),), ((2, 1),)),
        (((1, 1),), ((3, 1),)),
        (((1, 1),), ((5, 2),)),
        (((1, 2), (1, 3), (1, 6)), ((2, 1), (5, 2), (7, 2))),
        (((1, 10), (1, 5), (7, 10)), ((-1, 1), (3, 1), (1, 2))),
    )
)
INTERVALS = tuple((fmpq(*a), fmpq(*b)) for a, b in (((2, 1), (3, 1)), ((-1, 1), (5, 2))))
QUESTION = sympy.Limit(
    sympy.Integral(
        sympy.im(Stieltjes(mu, symbols.t + sympy.I * symbols.epsilon)),
        (symbols.t, symbols.a, symbols.b),
    )
    / sympy.pi,
    symbols.epsilon,
    0,
    "+",
)
"""The only limit that this family answers."""
HEIGHTS = tuple(fmpq(1, 2**k) for k in range(11))


@dataclass(frozen=True)
class Recovered:
    """The ball of the inversion limit for one measure and interval."""

    measure: DiscreteProbability
    start: fmpq
    end: fmpq
    ball: arb

    @property
    def place(self) -> str:
        """Where this was computed, in words."""
        return f"mu = {self.measure}, a = {self.start}, b = {self.end}"

    def record(self) -> dict[str, Any]:
        """Return it as JSON data."""
        return {
            "at": {"mu": str(self.measure), "a": str(self.start), "b": str(self.end)},
            "ball": self.ball.str(40),
            "mid": float(self.ball.mid()),
            "rad": float(self.ball.rad()),
        }

    def claimed(self, value: sympy.Expr, digits: int) -> arb:
        """Enclose a combination of masses for this measure and interval."""
        ends = {
            symbols.a: sympy.Rational(str(self.start)),
            symbols.b: sympy.Rational(str(self.end)),
        }
        here = value.subs(ends)
        masses = {
            node: sympy.Rational(str(self.measure.mass(node.args[1]))) for node in here.atoms(Mass)
        }
        return enclose(here.xreplace(masses), {}, digits)


def observe_inversion(digits: int) -> Observation:
    """Enclose the limit of Stieltjes inversion over the family."""
    with ctx.workprec(4 * digits):
        below = heights_below(4 * digits)
        found = [
            Recovered(m, a, b, m.mean_over_interval(a, b, below))
            for m, (a, b) in product(MEASURES, INTERVALS)
        ]
    record = {"kind": "inversion", "points": [f.record() for f in found], "curves": _curves()}
    return Observation(found, record)


def judge_inversion(statement: ForAll, found: list[Recovered], digits: int) -> Judgement:
    """Search a counter-example; agreement with every ball is no proof for all measures."""
    scope = Scope(Reach.POINTS, f"{len(MEASURES)} discrete measures, {len(INTERVALS)} intervals")
    if statement.objects != ProbabilityMeasures() or statement.where is not sympy.true:
        return Judgement(Outcome.UNKNOWN, scope, "these measures may not be all of the class")
    for one in found:
        try:
            claimed = one.claimed(_claimed(statement), digits)
        except (DomainError, PrecisionError) as problem:
            return Judgement(Outcome.UNKNOWN, scope, str(problem))
        if compare(claimed, one.ball) in (Relation.LESS, Relation.GREATER):
            text = f"{one.place}: {claimed.str(12)} claimed, {one.ball.str(12)} enclosed"
            return Judgement(Outcome.FAILS, scope, "a counter-example: disjoint balls", text)
    return Judgement(Outcome.HOLDS, scope, "inside every enclosure; no counter-example found")


def _rational(number: fmpq) -> sympy.Rational:
    return sympy.Rational(int(number.p), int(number.q))


def _claimed(statement: ForAll) -> sympy.Expr:
    predicate = statement.predicate
    if not isinstance(predicate, Identity):
        raise DomainError(f"{predicate} is given; accepted is an identity")
    return predicate.rhs


def _curves() -> list[dict[str, Any]]:
    """Return the integral against the height for a point mass in, at and off the interval."""
    start, end = INTERVALS[0]
    points = {"x = a": start, "a < x < b": (start + end) / 2, "x < a": start - fmpq(1, 4)}
    curves = []
    for name, x in points.items():
        mass = DiscreteProbability((fmpq(1),), (x,))
        values = [float(mass.mean_over_interval(start, end, h).mid()) for h in HEIGHTS]
        heights = [float(arb(h)) for h in HEIGHTS]
        curves.append({"label": name, "heights": heights, "values": values})
    return curves
