"""The certified witness: disjoint balls refute, overlaps prove nothing but bounds."""

import pytest
from flint import arb
from sympy import Rational, sqrt

from rmtcheck import (
    Along,
    E,
    HermitianMatrix,
    Identity,
    LimitOf,
    Order,
    SoftmaxOfGaussians,
    Value,
    frobenius_squared,
    spectral_moment,
)
from rmtcheck.channels import certified as module
from rmtcheck.channels._protocol import Observation
from rmtcheck.channels.certified import CertifiedChannel, Found
from rmtcheck.claims.evidence import Outcome, Reach
from rmtcheck.errors import PrecisionError
from rmtcheck.vocabulary.symbols import C, N, d, gamma, i, j

p, p10 = SoftmaxOfGaussians(C), SoftmaxOfGaussians(10)
channel = CertifiedChannel(20)
A = HermitianMatrix("A", d)
TENTH = Rational(1, 10)
share, share_claimed = E(p10[i]) / (1 + gamma), 1 / (10 * (1 + gamma))


def judged(statement):
    return channel.judge(channel.observe("a.b", statement, lambda text: None), statement)


TABLE = [
    (Identity(E(p[i]), 1 / C), Outcome.HOLDS, Reach.POINTS),
    (Identity(E(p[i]), 1 / (C + 1)), Outcome.FAILS, Reach.POINTS),
    (LimitOf(C * E(p[i]), 1, Along(C)), Outcome.HOLDS, Reach.POINTS),
    (LimitOf(C * E(p[i]), 1 + Rational(1, 10**6), Along(C)), Outcome.FAILS, Reach.POINTS),
    (Order(E(p[i] * p[j]), Along(C), exponent=-2), Outcome.HOLDS, Reach.ALL),
    (Order(E(p[i] * p[j]), Along(C), exponent=-1), Outcome.FAILS, Reach.ALL),
    (Order(E(p[i] * p[j]), Along(C), exponent=-1, tight=False), Outcome.HOLDS, Reach.ALL),
    (Value(E(p10[i]), TENTH, Rational(1, 100)), Outcome.HOLDS, Reach.ALL),
    (Value(E(p10[i]), TENTH * 2, Rational(1, 100)), Outcome.FAILS, Reach.ALL),
    (Value(share, share_claimed, Rational(1, 100)), Outcome.HOLDS, Reach.ALL),
    (Value(gamma * E(p10[i]), gamma / 10, Rational(1, 100)), Outcome.UNKNOWN, Reach.ALL),
    (Value(gamma * E(p10[i]), gamma / 5, Rational(1, 100)), Outcome.FAILS, Reach.POINTS),
]


@pytest.mark.parametrize(("statement", "outcome", "reach"), TABLE, ids=[str(t[0]) for t in TABLE])
def test_outcome(statement, outcome, reach):
    found = judged(statement)
    if outcome == Outcome.HOLDS:
        assert found.scope.reach == reach
    assert found.outcome == outcome
    assert bool(found.witness) == (outcome == Outcome.FAILS)


def test_applies_to_quantities_with_means_of_growing_classes():
    assert channel.applies(Identity(E(p[i]), 1 / C))
    assert not channel.applies(Identity(frobenius_squared(A) / d, spectral_moment(A, 2)))
    assert not channel.applies(LimitOf(E(p[i]), 0, Along(d, N, ratio=gamma)))


@pytest.mark.parametrize("ball", [arb("nan"), arb(0, "inf")])
def test_ball_that_is_not_finite_is_unknown(ball):
    statement = Identity(E(p[i]), 1 / (C + 1))
    found = channel.judge(Observation([Found({C: 2}, ball)]), statement)
    assert found.outcome == Outcome.UNKNOWN


def test_wide_ball_refutes_nothing():
    found = channel.judge(Observation([Found({C: 2}, arb(0, 9))]), Identity(E(p[i]), 1 / (C + 1)))
    assert found.outcome == Outcome.HOLDS
    assert found.scope.reach == Reach.POINTS


def test_wide_ball_leaves_a_value_unknown():
    statement = Value(E(p10[i]), TENTH, Rational(1, 100))
    assert channel.judge(Observation([Found({}, arb(0, 9))]), statement).outcome == Outcome.UNKNOWN


def test_answer_without_a_value_is_unknown(monkeypatch):
    def starved(expr, at, digits):
        raise PrecisionError("planted")

    monkeypatch.setattr(module, "enclose", starved)
    observation = Observation([Found({C: 2}, arb(1))])
    assert channel.judge(observation, Identity(E(p[i]), 1 / C)).outcome == Outcome.UNKNOWN


def test_answer_that_is_complex_at_a_point_is_no_crash():
    found = judged(LimitOf(C * E(p[i]), sqrt(gamma - 1), Along(C)))
    assert found.outcome in (Outcome.FAILS, Outcome.UNKNOWN)


def test_no_proved_order_is_unknown():
    statement = Order(E(p[i]), Along(C), exponent=-1)
    assert channel.judge(Observation(None), statement).outcome == Outcome.UNKNOWN


def test_record_holds_every_ball():
    record = channel.observe("a.b", Identity(E(p[i]), 1 / C), lambda text: None).record
    assert record["kind"] == "enclosures"
    assert all(abs(q["mid"] * int(q["at"]["C"]) - 1) < 1e-9 for q in record["points"])
