"""False theorems are refuted with a witness; the true ones of the same shape are confirmed."""

from __future__ import annotations

import pytest
from sympy import I, Max, Rational, exp, pi, sqrt

from rmtcheck import (
    CROSS_ENTROPY,
    MEAN_SQUARED_ERROR,
    Along,
    BlockFormula,
    E,
    HermitianMatrix,
    HessianBlock,
    Identity,
    LimitOf,
    LinearModel,
    Order,
    PrintedLaw,
    Projection,
    SampleCovariance,
    SoftmaxOfGaussians,
    Source,
    SpectralLimit,
    SquaredRadius,
    Value,
    WeightedGram,
    at_least,
    claim,
    distinct,
    frobenius_squared,
    positive,
    spectral_moment,
)
from rmtcheck.certify.evaluate import enclose
from rmtcheck.channels.certified import CertifiedChannel
from rmtcheck.channels.numeric import NumericChannel
from rmtcheck.channels.symbolic import SymbolicChannel
from rmtcheck.claims.evidence import Kind, Outcome
from rmtcheck.claims.verdict import Status, decide
from rmtcheck.runner.examine import examine
from rmtcheck.runner.lint import lint
from rmtcheck.vocabulary.symbols import C, N, d, e, gamma, i, j, sigma, t, x

CONFIRMED, REFUTED = Status.CONFIRMED, Status.REFUTED

p = SoftmaxOfGaussians(C)
p10 = SoftmaxOfGaussians(10)
g_ii = gamma * E(p[i] ** 2 * (1 - p[i]) ** 2) + E(p[i] * (1 - p[i])) ** 2
g_ij = gamma * E(p[i] ** 2 * p[j] ** 2) + E(p[i] * p[j]) ** 2
g_ij_exchanged = gamma * E(p[i] * p[j]) ** 2 + E(p[i] ** 2 * p[j] ** 2)
c1 = (gamma * e**2 + 1) / (gamma * e + 1)
A = HermitianMatrix("A", d)
PLACE = Rational(1, 10**10)


def constant(value):
    return LimitOf(C**2 * g_ij / g_ii, value, Along(C))


def rate(exponent, tight=True):
    return Order(g_ij / g_ii, Along(C), exponent=exponent, tight=tight)


def block(loss, row, column, weight):
    return BlockFormula(
        HessianBlock(LinearModel(d, C), loss, row, column), WeightedGram(1 / N, weight)
    )


def block_limit(value, ratio=gamma):
    diagonal, off = (HessianBlock(LinearModel(d, C), CROSS_ENTROPY, i, k) for k in (i, j))
    norms = frobenius_squared(off) / frobenius_squared(diagonal)
    return LimitOf(norms, value, Along(d, N, ratio=ratio), mode="almost sure")


def marchenko_pastur(variance=sigma**2, mass=None, edge=1):
    lower, upper = variance * (1 - sqrt(gamma)) ** 2, variance * (1 + edge * sqrt(gamma)) ** 2
    density = sqrt((upper - x) * (x - lower)) / (2 * pi * variance * gamma * x)
    mass = Max(0, 1 - 1 / gamma) if mass is None else mass
    law = PrintedLaw(density, lower, upper, atom=0, mass=mass)
    return SpectralLimit(SampleCovariance(d, N, sigma**2), law, Along(d, N, ratio=gamma))


def p_uniform(value):
    return LimitOf(E((C * p[i] - 1) ** 2), value, Along(C))


def mean_of_pair(places):
    """E[p_i p_j] at C = 10, printed to ten places."""
    return Value(E(p10[i] * p10[j]), places * PLACE, PLACE)


def wave(value):
    return LimitOf(E(exp(I * t * Projection(d))), exp(value), Along(d))


def moment(factor):
    return Identity(factor * frobenius_squared(A), spectral_moment(A, 2))


def radius(value):
    return LimitOf(E((SquaredRadius(d) - 1) ** 2), value, Along(d))


FAST = [
    ("constant", constant(c1), CONFIRMED),
    ("constant off by 1 %", constant(c1 * Rational(101, 100)), REFUTED),
    ("constant off by one in a million", constant(c1 * (1 + Rational(1, 10**6))), REFUTED),
    ("constant with e for e^2", constant((gamma * e + 1) / (gamma * e + 1)), REFUTED),
    ("constant inverted", constant(1 / c1), REFUTED),
    ("constant with gamma inverted", constant(c1.subs(gamma, 1 / gamma)), REFUTED),
    ("rate", rate(-2), CONFIRMED),
    ("rate 1/C", rate(-1), REFUTED),
    ("rate C^(-3/2)", rate(Rational(-3, 2)), REFUTED),
    ("rate C^-3", rate(-3), REFUTED),
    ("upper rate", rate(-2, tight=False), CONFIRMED),
    ("upper rate C^-3", rate(-3, tight=False), REFUTED),
    ("cross-entropy block", block(CROSS_ENTROPY, i, j, -p[i] * p[j]), CONFIRMED),
    ("cross-entropy block, wrong sign", block(CROSS_ENTROPY, i, j, p[i] * p[j]), REFUTED),
    ("diagonal block", block(CROSS_ENTROPY, i, i, p[i] * (1 - p[i])), CONFIRMED),
    ("diagonal block, factor lost", block(CROSS_ENTROPY, i, i, p[i]), REFUTED),
    ("diagonal block, wrong sign", block(CROSS_ENTROPY, i, i, p[i] * (1 + p[i])), REFUTED),
    ("squared error block", block(MEAN_SQUARED_ERROR, i, i, 2), CONFIRMED),
    ("squared error block without its 2", block(MEAN_SQUARED_ERROR, i, i, 1), REFUTED),
    ("off-diagonal squared error", block(MEAN_SQUARED_ERROR, i, j, 0), CONFIRMED),
    ("off-diagonal squared error of 2", block(MEAN_SQUARED_ERROR, i, j, 2), REFUTED),
    ("second moment", moment(1 / d), CONFIRMED),
    ("second moment without 1/d", moment(1), REFUTED),
    ("second moment with 1/d^2", moment(1 / d**2), REFUTED),
    ("spread of the probabilities", p_uniform(e - 1), CONFIRMED),
    ("probabilities uniform", p_uniform(0), REFUTED),
    ("characteristic function", wave(-(t**2) / 2), CONFIRMED),
    ("Gaussian of variance 2", wave(-(t**2)), REFUTED),
    ("Gaussian of variance 1/2", wave(-(t**2) / 4), REFUTED),
    ("Gaussian with a mean", wave(-(t**2) / 2 + t / 10), REFUTED),
    ("radius", radius(0), CONFIRMED),
    ("radius spreads", radius(2), REFUTED),
]

SLOW = [
    ("block limit", block_limit(g_ij / g_ii), CONFIRMED),
    ("block limit, d/N inverted", block_limit((g_ij / g_ii).subs(gamma, 1 / gamma)), REFUTED),
    ("block limit, moments exchanged", block_limit(g_ij_exchanged / g_ii), REFUTED),
    ("Marchenko-Pastur", marchenko_pastur(), CONFIRMED),
    ("Marchenko-Pastur with sigma", marchenko_pastur(variance=sigma), REFUTED),
    ("Marchenko-Pastur without its atom", marchenko_pastur(mass=0), REFUTED),
    ("Marchenko-Pastur, wrong edge", marchenko_pastur(edge=2), REFUTED),
]


class Remembering:
    """A real channel that observes each question once for the whole module."""

    def __init__(self, real):
        self.real, self.column, self.applies, self.judge = (
            real,
            real.column,
            real.applies,
            real.judge,
        )
        self.seen = {}

    def observe(self, name, statement, progress):
        key = statement.question_hash
        if key not in self.seen:
            self.seen[key] = self.real.observe(name, statement, progress)
        return self.seen[key]


@pytest.fixture(scope="module")
def channels():
    return [Remembering(c) for c in (SymbolicChannel(), CertifiedChannel(20), NumericChannel())]


def stated(statement):
    symbols = statement.free_symbols
    given = [positive(s) for s in (gamma, sigma) if s in symbols]
    given += [distinct(i, j)] if {i, j} <= symbols else []
    given += [at_least(C, 2)] if C in symbols else []
    return claim(
        "power.row", Source("tests", "row 1"), title="power", printed=statement, given=given
    )


def settle(statement, channels):
    made = stated(statement)
    lint([made])
    rows = examine(made, channels, lambda text: None)
    assert not [r for r in rows if r.outcome == Outcome.ERROR]
    return decide(rows), [r for r in rows if r.kind == Kind.PRINTED]


def check(statement, expected, channels):
    verdict, printed = settle(statement, channels)
    assert verdict.status == expected, (verdict.missing, verdict.survivors)
    failures = [r for r in printed if r.outcome == Outcome.FAILS]
    assert bool(failures) == (expected == REFUTED)
    assert all(r.witness for r in failures)


def names(rows):
    return [name for name, _, _ in rows]


@pytest.mark.parametrize(("name", "statement", "expected"), FAST, ids=names(FAST))
def test_verdict(name, statement, expected, channels):
    check(statement, expected, channels)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "statement", "expected"), SLOW, ids=names(SLOW))
def test_slow_verdict(name, statement, expected, channels):
    check(statement, expected, channels)


def last_place():
    """Return E[p_i p_j] at C = 10 in units of the tenth place,."""
    return round(float(enclose(E(p10[i] * p10[j]), {}, 20).mid()) * 10**10)


def test_value_is_confirmed_to_the_last_place(channels):
    check(mean_of_pair(last_place()), CONFIRMED, channels)


@pytest.mark.parametrize("step", [-1, 1])
def test_value_off_by_one_in_the_last_place_is_refuted(step, channels):
    check(mean_of_pair(last_place() + step), REFUTED, channels)


@pytest.mark.parametrize("rows", [FAST, SLOW])
def test_table_has_both_kinds(rows):
    expected = [outcome for _, _, outcome in rows]
    assert expected.count(CONFIRMED) >= 2
    assert expected.count(REFUTED) > expected.count(CONFIRMED)
