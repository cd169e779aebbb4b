"""The symbolic witness: derived, then compared as algebra."""

import pytest
import sympy

from rmtcheck import (
    CROSS_ENTROPY,
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
    WeightedGram,
    frobenius_squared,
)
from rmtcheck.channels import symbolic as module
from rmtcheck.channels._protocol import Observation
from rmtcheck.channels.symbolic import SymbolicChannel
from rmtcheck.claims.evidence import Outcome, Reach
from rmtcheck.errors import DomainError
from rmtcheck.symbolic.equality import Answer, ZeroTest
from rmtcheck.vocabulary.symbols import C, N, d, gamma, i, j

p, p10 = SoftmaxOfGaussians(C), SoftmaxOfGaussians(10)
channel = SymbolicChannel()
TRUTH = Identity(E(p[i]), 1 / C)


def judged(statement):
    return channel.judge(channel.observe("a.b", statement, lambda text: None), statement)


def block(weight):
    asked = HessianBlock(LinearModel(d, C), CROSS_ENTROPY, i, j)
    return BlockFormula(asked, WeightedGram(1 / N, weight))


TABLE = [
    (TRUTH, Outcome.HOLDS),
    (Identity(E(p[i]), 1 / (C + 1)), Outcome.FAILS),
    (block(-p[i] * p[j]), Outcome.HOLDS),
    (block(p[i] * p[j]), Outcome.FAILS),
    (LimitOf(C * E(p[i]), 1, Along(C)), Outcome.HOLDS),
    (LimitOf(C * E(p[i]), 2, Along(C)), Outcome.FAILS),
    (LimitOf(C**2 * E(p[i]), 1, Along(C)), Outcome.FAILS),
    (Order(E(p[i]), Along(C), exponent=-1), Outcome.HOLDS),
    (Order(E(p[i]), Along(C), exponent=-2), Outcome.FAILS),
    (Order(E(p[i]), Along(C), exponent=0, tight=False), Outcome.HOLDS),
    (Order(E(p[i]), Along(C), exponent=-2, tight=False), Outcome.FAILS),
]


@pytest.mark.parametrize(("statement", "outcome"), TABLE, ids=[str(s) for s, _ in TABLE])
def test_outcome(statement, outcome):
    found = judged(statement)
    assert found.outcome == outcome
    assert found.scope.reach == Reach.ALL
    assert bool(found.witness) == (outcome == Outcome.FAILS)


def test_explicit_classes_are_left_to_others():
    assert channel.applies(TRUTH)
    assert not channel.applies(Identity(E(p10[i]), sympy.Rational(1, 10)))
    assert not channel.applies(Bound(sympy.Integer(1), "<", sympy.Integer(2)))


def test_unknown_comparison_is_unknown(monkeypatch):
    answer = ZeroTest(Answer.UNKNOWN, "nobody knows")
    monkeypatch.setattr(module, "are_equal", lambda left, right: answer)
    found = judged(TRUTH)
    assert (found.outcome, found.message, found.witness) == (Outcome.UNKNOWN, "nobody knows", "")


@pytest.mark.parametrize(
    "statement", [LimitOf(C * E(p[i]), 1, Along(C)), Order(E(p[i]), Along(C), exponent=-1)]
)
def test_nothing_derived_is_unknown(statement):
    assert channel.judge(Observation(None), statement).outcome == Outcome.UNKNOWN


def test_underivable_quantity_is_unknown():
    assert judged(LimitOf(E(sympy.sin(p[i])), 1, Along(C))).outcome == Outcome.UNKNOWN


def test_question_outside_the_domain_is_refused():
    with pytest.raises(DomainError):
        judged(LimitOf(frobenius_squared(block(1).block), 1, Along(d, N, ratio=gamma)))


def test_observation_records_the_steps():
    record = channel.observe("a.b", TRUTH, lambda text: None).record
    assert record["kind"] == "derivation"
    assert record["result"] == "1/C"
    assert all(step["text"] for step in record["steps"])


def test_long_witness_is_shortened():
    assert module._short("x" * 300) == "x" * 300
    assert module._short("x" * 301) == "x" * 300 + " ..."
