"""Statements on whole classes: the false ones are refuted, true ones of the same shape confirmed.

The classes are of measures on the line and of random matrices. Spectral limits are here when their
law is an equation, or their ensemble has one size.
"""

from __future__ import annotations

import pytest
from sympy import Abs, FiniteSet, I, Interval, Limit, Rational, Sum, Tuple, im, oo, pi, sqrt
from sympy import Integral as Int

from rmtcheck import (
    Along,
    BoundedProbabilityMeasures,
    ConvergesWith,
    Determines,
    E,
    ForAll,
    Identity,
    ImplicitLaw,
    IndependentParts,
    LimitOf,
    Mass,
    Moment,
    PrintedLaw,
    ProbabilityMeasures,
    RandomHermitian,
    RandomMatrix,
    ResolventTrace,
    SampleCovariance,
    Source,
    SpectralLimit,
    Stieltjes,
    SubProbabilityMeasures,
    WeightedCovariance,
    WignerMatrix,
    claim,
    less,
    positive,
    spectral_moment,
)
from rmtcheck.channels.certified import CertifiedChannel
from rmtcheck.channels.symbolic import SymbolicChannel
from rmtcheck.claims.evidence import Kind, Outcome
from rmtcheck.claims.verdict import Status, decide
from rmtcheck.runner.examine import examine
from rmtcheck.runner.lint import lint
from rmtcheck.vocabulary.measures import Measure, mu
from rmtcheck.vocabulary.symbols import (
    N,
    R,
    a,
    b,
    d,
    epsilon,
    gamma,
    k,
    s,
    t,
    weight,
    x,
    z,
)

CONFIRMED, REFUTED, UNDECIDED = Status.CONFIRMED, Status.REFUTED, Status.UNDECIDED
ALL, BOUNDED = ProbabilityMeasures(), BoundedProbabilityMeasures(R)
INSIDE = Mass(mu, Interval.open(a, b))
RECOVERED = Limit(Int(im(Stieltjes(mu, t + I * epsilon)), (t, a, b)) / pi, epsilon, 0, "+")
TRACE = ResolventTrace(RandomMatrix("A"), z)
SPREAD = Abs(TRACE - E(TRACE))


def inversion(at_a, at_b, factor=1):
    ends = at_a * Mass(mu, FiniteSet(a)) + at_b * Mass(mu, FiniteSet(b))
    return ForAll(ALL, Identity(RECOVERED, factor * INSIDE + ends))


def expansion(objects=BOUNDED, radius=R, first=0, sign=-1):
    series = sign * Sum(Moment(mu, k) * z ** (-k - 1), (k, first, oo))
    return ForAll(objects, Identity(Stieltjes(mu, z), series), where=Abs(z) > radius)


def determines(*data):
    return ForAll(ALL, Determines(mu, Tuple(*data)))


def converges(*data, objects=ALL):
    return ForAll(objects, ConvergesWith(mu, Tuple(*data)))


def concentrates(objects, value=0):
    return ForAll(objects, LimitOf(SPREAD, value, Along(d, N, ratio=gamma), mode="almost sure"))


def semicircle(radius):
    density = 2 * sqrt(radius**2 - x**2) / (pi * radius**2)
    return SpectralLimit(WignerMatrix(d), PrintedLaw(density, -radius, radius), Along(d))


def weighted(power=1, factor=gamma, ratio=gamma):
    law = ImplicitLaw(-z + E(weight**power / (1 + factor * weight * s)))
    return SpectralLimit(WeightedCovariance(d, N), law, Along(d, N, ratio=ratio))


def fixed_dimension(order, value):
    covariance = SampleCovariance(d, N)
    return LimitOf(E(spectral_moment(covariance, order)), value, Along(N))


HALF = Rational(1, 2)
ROWS = [
    ("inversion, ends half", inversion(HALF, HALF), CONFIRMED),
    ("inversion, ends whole", inversion(1, 1), REFUTED),
    ("inversion, ends lost", inversion(0, 0), REFUTED),
    ("inversion, one end lost", inversion(HALF, 0), REFUTED),
    ("inversion, ends a millionth too heavy", inversion(HALF + Rational(1, 10**6), HALF), REFUTED),
    ("inversion with a factor of two", inversion(1, 1, factor=2), REFUTED),
    ("expansion", expansion(), CONFIRMED),
    ("expansion beyond half the radius", expansion(radius=R / 2), REFUTED),
    ("expansion of any measure", expansion(objects=ALL), REFUTED),
    ("expansion of the other sign", expansion(sign=1), REFUTED),
    ("expansion without its first term", expansion(first=1), REFUTED),
    ("transform determines", determines(Stieltjes(mu, z)), CONFIRMED),
    ("transform at one point determines", determines(Stieltjes(mu, 1 + I)), REFUTED),
    ("all moments determine", determines(Moment(mu, k)), REFUTED),
    ("seven moments determine", determines(*(Moment(mu, n) for n in range(1, 8))), REFUTED),
    ("transform and convergence", converges(Stieltjes(mu, z)), CONFIRMED),
    (
        "transform and convergence to any limit",
        converges(Stieltjes(mu, z), objects=SubProbabilityMeasures()),
        REFUTED,
    ),
    ("moments and convergence", converges(Moment(mu, k)), REFUTED),
    ("concentration of independent parts", concentrates(IndependentParts(N, 2)), CONFIRMED),
    ("concentration of anything", concentrates(RandomHermitian()), REFUTED),
    ("concentration at a distance", concentrates(IndependentParts(N, 2), 1), REFUTED),
    ("concentration of large parts", concentrates(IndependentParts(N, d)), UNDECIDED),
    ("semicircle", semicircle(2), CONFIRMED),
    ("semicircle of variance 1/4", semicircle(1), REFUTED),
    ("semicircle of variance 2", semicircle(2 * sqrt(2)), REFUTED),
    ("weighted law", weighted(), CONFIRMED),
    ("weighted law at ratio 6", weighted(factor=6, ratio=6), CONFIRMED),
    ("weighted law without the ratio", weighted(factor=1), REFUTED),
    ("weighted law with the ratio inverted", weighted(factor=1 / gamma), REFUTED),
    ("weighted law of squared weights", weighted(power=2), REFUTED),
    ("fixed dimension, second moment", fixed_dimension(2, 1), CONFIRMED),
    ("fixed dimension, second moment of a free law", fixed_dimension(2, 2), REFUTED),
]


def stated(statement):
    symbols = statement.free_symbols
    given = [positive(symbol) for symbol in (gamma, R) if symbol in symbols]
    given += [less(a, b)] if {a, b} <= symbols else []
    return claim(
        "power.row", Source("tests", "row 1"), title="power", printed=statement, given=given
    )


def settled(statement):
    made = stated(statement)
    lint([made])
    rows = examine(made, [SymbolicChannel(), CertifiedChannel(20)], lambda text: None)
    assert not [r for r in rows if r.outcome == Outcome.ERROR]
    return decide(rows), [r for r in rows if r.kind == Kind.PRINTED]


@pytest.mark.parametrize(("name", "statement", "expected"), ROWS, ids=[n for n, _, _ in ROWS])
def test_verdict(name, statement, expected):
    verdict, printed = settled(statement)
    assert verdict.status == expected, (verdict.missing, verdict.survivors)
    failures = [r for r in printed if r.outcome == Outcome.FAILS]
    assert bool(failures) == (expected == REFUTED)
    assert all(r.witness for r in failures)


UNSOUND = [
    ("two measures", ForAll(ALL, Identity(RECOVERED, INSIDE.xreplace({mu: Measure("nu")})))),
    ("data of another measure", ForAll(ALL, Determines(Measure("nu"), Tuple(Stieltjes(mu, z))))),
    (
        "a condition on the data",
        ForAll(ALL, Determines(mu, Tuple(Stieltjes(mu, z))), where=Abs(z) > R),
    ),
    (
        "sure convergence of traces",
        ForAll(IndependentParts(N, 2), LimitOf(SPREAD, 0, Along(d, N, ratio=gamma), mode="sure")),
    ),
    ("another point", ForAll(BOUNDED, Identity(Stieltjes(mu, z + 1), expansion().predicate.rhs))),
]


@pytest.mark.parametrize("statement", [row[1] for row in UNSOUND], ids=[row[0] for row in UNSOUND])
def test_what_is_not_understood_is_not_confirmed(statement):
    rows = examine(stated(statement), [SymbolicChannel(), CertifiedChannel(20)], lambda text: None)
    assert decide(rows).status == UNDECIDED


def test_table_has_both_kinds():
    expected = [outcome for _, _, outcome in ROWS]
    assert expected.count(CONFIRMED) >= 8
    assert expected.count(REFUTED) > expected.count(CONFIRMED)
