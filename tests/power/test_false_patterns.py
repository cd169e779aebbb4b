"""False patterns of zeros and false links are refuted with a witness; the true ones confirmed."""

from __future__ import annotations

import pytest
from sympy import Derivative, Integer, Rational

from rmtcheck import (
    CROSS_ENTROPY,
    MEAN_SQUARED_ERROR,
    RELU,
    Bound,
    DirectLinks,
    E,
    FeedForward,
    Hessian,
    HessianSize,
    Identity,
    NetworkHessian,
    OneHiddenLayer,
    Pattern,
    Source,
    ZeroGrid,
    at_least,
    claim,
    weights,
)
from rmtcheck.channels.numeric import NumericChannel
from rmtcheck.channels.symbolic import SymbolicChannel
from rmtcheck.claims.evidence import Kind, Outcome
from rmtcheck.claims.verdict import Grade, Status, decide
from rmtcheck.runner.examine import examine
from rmtcheck.runner.lint import lint
from rmtcheck.vocabulary.symbols import C, d, m

CONFIRMED, REFUTED = Status.CONFIRMED, Status.REFUTED

w1, w2, v1, v2 = weights("w_1 w_2 v_1 v_2")
two_chains = (w1 * v1) ** 2 / 2 + (w2 * v2) ** 2 / 2
one_sum = (w1 * v1 + w2 * v2) ** 2 / 2
apart = ("*0*0", "0*0*", "*0*0", "0*0*")
together = ("****",) * 4


def zeros(loss, rows):
    return Pattern(Hessian(loss, (w1, w2, v1, v2)), ZeroGrid(*rows))


def links(loss, rows):
    return Pattern(DirectLinks(Hessian(loss, (w1, w2, v1, v2))), ZeroGrid(*rows))


def of_network(loss, rows):
    return Pattern(NetworkHessian(FeedForward([1, 1, 2], RELU), loss), ZeroGrid(*rows))


def mean_square(loss, first, second):
    return E(Derivative(loss, first, second) ** 2)


def size(value):
    return Identity(HessianSize(OneHiddenLayer(d, m, C)), value)


THEOREMS = [
    (zeros(two_chains, apart), CONFIRMED),
    (zeros(two_chains, together), REFUTED),
    (zeros(one_sum, together), CONFIRMED),
    (zeros(one_sum, apart), REFUTED),
    (links(one_sum, apart), CONFIRMED),
    (links(one_sum, together), REFUTED),
    (of_network(MEAN_SQUARED_ERROR, ("***", "**0", "*0*")), CONFIRMED),
    (of_network(CROSS_ENTROPY, ("***", "**0", "*0*")), REFUTED),
    (of_network(CROSS_ENTROPY, ("***", "***", "***")), CONFIRMED),
    (Identity(Derivative(two_chains, w1, v1), 2 * w1 * v1), CONFIRMED),
    (Identity(Derivative(two_chains, w1, v1), w1 * v1), REFUTED),
    (Identity(mean_square(one_sum, w1, v1), Integer(5)), CONFIRMED),
    (Identity(mean_square(one_sum, w1, v1), Rational(9, 2)), REFUTED),
    (Bound(mean_square(one_sum, w1, v2), "<", mean_square(one_sum, w1, v1)), CONFIRMED),
    (Bound(mean_square(one_sum, w1, v2), ">", mean_square(one_sum, w1, v1)), REFUTED),
    (size(m * d + C * m), CONFIRMED),
    (size(m * d + C * d), REFUTED),
]


@pytest.mark.parametrize(("statement", "status"), THEOREMS, ids=[str(s)[:90] for s, _ in THEOREMS])
def test_verdict(statement, status):
    made = claim(
        "toy.said",
        Source("toys", "p. 1"),
        title="t",
        given=[at_least(m, 1), at_least(C, 2)],
        printed=statement,
    )
    lint([made])
    rows = examine(made, [SymbolicChannel(), NumericChannel()], lambda text: None)
    verdict = decide(rows)
    assert (verdict.status, verdict.grade) == (status, Grade.EXACT)
    assert verdict.killed == verdict.judged if status == CONFIRMED else True
    printed = [row for row in rows if row.kind == Kind.PRINTED]
    outcome = Outcome.HOLDS if status == CONFIRMED else Outcome.FAILS
    assert {row.outcome for row in printed} == {outcome}
    assert all(bool(row.witness) == (status == REFUTED) for row in printed)
