"""The numeric witness: estimates that fail what is far and decide nothing."""

import pytest
from sympy import Rational

from rmtcheck import (
    CROSS_ENTROPY,
    MEAN_SQUARED_ERROR,
    Along,
    BlockFormula,
    Bound,
    E,
    HessianBlock,
    Identity,
    LimitOf,
    LinearModel,
    Order,
    SoftmaxOfGaussians,
    Value,
    WeightedGram,
)
from rmtcheck.channels._protocol import Observation
from rmtcheck.channels.estimates import Found
from rmtcheck.channels.numeric import PATIENCE, NumericChannel
from rmtcheck.claims.evidence import Outcome, Reach
from rmtcheck.vocabulary.observations import Estimate
from rmtcheck.vocabulary.symbols import C, N, d, i, j

p, p10 = SoftmaxOfGaussians(C), SoftmaxOfGaussians(10)
channel = NumericChannel()


def judged(statement):
    return channel.judge(channel.observe("a.b", statement, lambda text: None), statement)


def block(loss, column, weight):
    asked = HessianBlock(LinearModel(d, C), loss, i, column)
    return BlockFormula(asked, WeightedGram(1 / N, weight))


TABLE = [
    (Identity(E(p[i]), 1 / C), Outcome.HOLDS),
    (Identity(E(p[i]), 1 / (C + 1)), Outcome.FAILS),
    (LimitOf(C * E(p[i]), 1, Along(C)), Outcome.HOLDS),
    (LimitOf(C * E(p[i]), 2, Along(C)), Outcome.FAILS),
    (Order(E(p[i] ** 2), Along(C), exponent=-2), Outcome.HOLDS),
    (Order(E(p[i] ** 2), Along(C), exponent=-1), Outcome.FAILS),
    (Value(E(p10[i]), Rational(1, 10), Rational(1, 100)), Outcome.HOLDS),
    (Value(E(p10[i]), Rational(1, 5), Rational(1, 100)), Outcome.FAILS),
    (block(CROSS_ENTROPY, j, -p[i] * p[j]), Outcome.HOLDS),
    (block(CROSS_ENTROPY, j, p[i] * p[j]), Outcome.FAILS),
    (block(MEAN_SQUARED_ERROR, i, 2), Outcome.HOLDS),
    (block(MEAN_SQUARED_ERROR, i, 1), Outcome.FAILS),
]


@pytest.mark.parametrize(("statement", "outcome"), TABLE, ids=[str(s) for s, _ in TABLE])
def test_outcome(statement, outcome):
    found = judged(statement)
    assert found.outcome == outcome
    assert found.scope.reach == Reach.POINTS
    assert bool(found.witness) == (outcome == Outcome.FAILS)


@pytest.mark.parametrize(("gap", "outcome"), [(0.9, Outcome.HOLDS), (1.1, Outcome.FAILS)])
def test_patience_is_counted_in_estimated_errors(gap, outcome):
    estimate = Estimate(value=0.25 + gap * PATIENCE * 1e-6, error=1e-6)
    observation = Observation([Found({C: 4}, estimate)])
    assert channel.judge(observation, Identity(E(p[i]), 1 / C)).outcome == outcome


@pytest.mark.parametrize(
    ("right", "relation", "outcome"),
    [
        (2.0, "<", Outcome.HOLDS),
        (2.0, ">", Outcome.FAILS),
        (1.0001, "<", Outcome.UNKNOWN),
        (1.0001, ">", Outcome.UNKNOWN),
    ],
)
def test_order_within_the_errors_is_unknown(right, relation, outcome):
    sides = [Found({}, Estimate(value=v, error=1e-3)) for v in (1.0, right)]
    assert channel.judge(Observation(sides), Bound(E(p[i]), relation, E(p[j]))).outcome == outcome


def test_answer_without_a_value_fails():
    observation = Observation([Found({C: 2}, Estimate(value=0.5, error=1e-6))])
    found = channel.judge(observation, Identity(E(p[i]), 1 / (C - 2)))
    assert found.outcome == Outcome.FAILS


def test_question_without_a_mean_is_not_its_own():
    assert not channel.applies(Identity(C / C, 1))
    assert not channel.applies(LimitOf(E(p[i]), 0, Along(d)))


def test_record_names_series_and_extrapolation():
    record = channel.observe("a.b", LimitOf(C * E(p[i]), 1, Along(C)), lambda text: None).record
    assert len(record["points"]) == 6
    assert abs(record["extrapolated"][0]["value"] - 1) < 1e-9
