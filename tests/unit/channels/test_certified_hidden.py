"""Limits of a hidden layer in balls: what applies, and what is held or failed."""

import pytest
from flint import fmpq
from sympy import Rational, Symbol, sin, sqrt

from rmtcheck import (
    CROSS_ENTROPY,
    MEAN_SQUARED_ERROR,
    Activation,
    Along,
    E,
    HessianBlock,
    LimitOf,
    LinearModel,
    MeanSquaredError,
    OneHiddenLayer,
    Order,
    frobenius_squared,
)
from rmtcheck.channels.certified import CertifiedChannel
from rmtcheck.channels.certified_hidden import speaks_of_hidden_norms
from rmtcheck.claims.evidence import Outcome, Reach
from rmtcheck.errors import DomainError, PrecisionError
from rmtcheck.vocabulary.overlaps import relu_overlap as K
from rmtcheck.vocabulary.symbols import C, N, d, gamma, i, j, m

HOLDS, FAILS, UNKNOWN = Outcome.HOLDS, Outcome.FAILS, Outcome.UNKNOWN
CE, MSE = CROSS_ENTROPY, MEAN_SQUARED_ERROR
ordered, wide = Along(d, N, ratio=gamma, then=C), Along(d, N, ratio=gamma)
channel = CertifiedChannel(20)
a = Symbol("a")
network = OneHiddenLayer(d, m, C)


def norm(loss, layer, other, network=network):
    rows = getattr(network, layer)
    return E(frobenius_squared(HessianBlock(network, loss, rows[i], rows[other])))


def ratio(loss, layer, network=network):
    return norm(loss, layer, j, network) / norm(loss, layer, i, network)


def inner(s):
    return m * K(0, s) ** (m - 2) * ((m - 1) * K(1, s) ** 2 + K(0, s) * K(2, s))


def judged(statement):
    return channel.judge(channel.observe("a.b", statement, lambda text: None), statement)


across = K(0, 1 / m) ** (m - 2) * (2 * K(0, 1 / m) - Rational(3, 2) + 2 * K(1, 1 / m) / m) ** 2
flat = (4 * gamma + 1) / (8 * gamma + 4)
other_factor = MeanSquaredError(Rational(3, 2))
without_ratio = Along(d, N, ratio=0, then=C)
tiny = Rational(1, 10**15)

JUDGED = [
    (LimitOf(C**2 * ratio(CE, "v"), inner(2 / m) / inner(1 / m), ordered), HOLDS),
    (LimitOf(C**2 * ratio(CE, "v"), inner(2 / m) / inner(1 / m) + tiny, ordered), FAILS),
    (LimitOf((C - 1) * sqrt(ratio(CE, "v")), sqrt(inner(2 / m) / inner(1 / m)), ordered), HOLDS),
    (LimitOf(C * ratio(CE, "w"), across, without_ratio), HOLDS),
    (LimitOf(C * ratio(CE, "w"), across + tiny, without_ratio), FAILS),
    (LimitOf(C * ratio(CE, "w", OneHiddenLayer(d, 2, C)), across.subs(m, 2), without_ratio), HOLDS),
    (LimitOf(C * ratio(MSE, "w"), flat, ordered), HOLDS),
    (LimitOf(C * ratio(MSE, "w"), flat.subs(gamma, 1 / gamma), ordered), FAILS),
    (LimitOf(C * ratio(MSE, "w"), K(0, 1), ordered), UNKNOWN),
    (LimitOf(ratio(CE, "w"), 0, ordered), HOLDS),
    (LimitOf(ratio(CE, "w"), tiny, ordered), FAILS),
    (LimitOf(C * ratio(MSE, "v"), 0, ordered), HOLDS),
    (LimitOf(C * ratio(MSE, "v"), 1, ordered), FAILS),
    (LimitOf(ratio(MSE, "w"), flat / (C + 2), wide), HOLDS),
    (LimitOf(ratio(MSE, "w"), flat / C, wide), FAILS),
    (LimitOf(norm(other_factor, "w", j) / norm(MSE, "w", j), Rational(9, 4), wide), HOLDS),
    (LimitOf(norm(other_factor, "w", j) / norm(MSE, "w", j), Rational(3, 2), wide), FAILS),
    (Order(ratio(CE, "w"), ordered, -1), HOLDS),
    (Order(ratio(CE, "w"), ordered, 0), FAILS),
    (Order(ratio(CE, "w"), ordered, 0, tight=False), HOLDS),
    (Order(sqrt(ratio(CE, "w")), ordered, Rational(-1, 2)), HOLDS),
    (Order(sqrt(ratio(CE, "w")), ordered, -1), FAILS),
    (Order(ratio(CE, "v"), ordered, -3, tight=False), FAILS),
    (Order(ratio(MSE, "v"), ordered, -1), FAILS),
    (Order(ratio(MSE, "v"), ordered, -1, tight=False), HOLDS),
]


@pytest.mark.parametrize(("statement", "outcome"), JUDGED, ids=[str(row[0]) for row in JUDGED])
def test_judgement(statement, outcome):
    found = judged(statement)
    assert found.outcome == outcome
    is_proved = outcome == HOLDS and isinstance(statement, Order)
    assert found.scope.reach == (Reach.ALL if is_proved else Reach.POINTS)
    assert bool(found.witness) == (outcome == FAILS)


FOREIGN = [
    LimitOf(ratio(CE, "w") + ratio(MSE, "w"), 0, ordered),
    LimitOf(ratio(CE, "w", OneHiddenLayer(d, m, C, Activation(sin(a)))), 0, ordered),
    LimitOf(ratio(CE, "v", LinearModel(d, C)), 0, ordered),
    LimitOf(ratio(CE, "w"), 0, wide),
    LimitOf(ratio(CE, "w"), 0, Along(d, N, then=C)),
    LimitOf(C * ratio(MeanSquaredError(gamma), "w"), 0, ordered),
    Order(ratio(MSE, "w"), wide, -1),
]


@pytest.mark.parametrize("statement", FOREIGN, ids=str)
def test_what_is_not_enclosed(statement):
    assert not speaks_of_hidden_norms(statement)
    assert not channel.applies(statement)


def test_a_direction_without_data_is_left_to_the_softmax_of_gaussians():
    assert not speaks_of_hidden_norms(LimitOf(ratio(CE, "w"), 0, Along(C)))


def test_the_observation_does_not_see_the_answer():
    true, false = (LimitOf(C * ratio(MSE, "w"), value, ordered) for value in (flat, gamma * m))
    records = [channel.observe("a.b", s, lambda text: None).record for s in (true, false)]
    assert records[0] == records[1]
    seen = channel.observe("a.b", false, lambda text: None)
    assert channel.judge(seen, true).outcome == HOLDS
    assert channel.judge(seen, false).outcome == FAILS


narrow = OneHiddenLayer(d, 2, C)


@pytest.mark.parametrize("layer", ["w", "v"])
def test_an_infinite_mean_is_no_enclosure(layer):
    for statement in (
        LimitOf(C * ratio(CE, layer, narrow), 1, ordered),
        Order(1 / ratio(CE, layer, narrow), ordered, 0, tight=False),
        LimitOf(1 / ratio(MSE, "v"), 0, ordered),
    ):
        with pytest.raises(PrecisionError, match="no finite enclosure; it may be infinite"):
            channel.observe("a.b", statement, lambda text: None)


@pytest.mark.parametrize(("layer", "exponent"), [("w", -1), ("v", -2)])
def test_an_infinite_mean_refutes_the_power_it_comes_with(layer, exponent):
    found = judged(Order(ratio(CE, layer, narrow), ordered, exponent, tight=False))
    assert found.outcome == FAILS
    assert "tends to oo" in found.witness
    larger = judged(Order(ratio(CE, layer, narrow), ordered, exponent + 1, tight=False))
    assert larger.outcome == UNKNOWN


def test_orders_are_proved_for_all_widths_or_said_of_points():
    free = judged(Order(ratio(CE, "w"), ordered, -1))
    assert (free.scope.reach, dict(free.least)) == (Reach.ALL, {m: 3})
    weighted = judged(Order((m - 2) * ratio(CE, "w"), ordered, -1))
    assert (weighted.outcome, weighted.scope.reach) == (HOLDS, Reach.POINTS)
    edge = judged(Order(ratio(CE, "w"), without_ratio, -1))
    assert (edge.outcome, edge.scope.reach) == (HOLDS, Reach.POINTS)


def test_one_hidden_unit_has_no_other():
    with pytest.raises(DomainError, match="no two hidden units"):
        judged(LimitOf(ratio(MSE, "w", OneHiddenLayer(d, 1, C)), 0, ordered))


def test_planted_errors_are_noticed(monkeypatch):
    """The engine with 3/4 counted as 1/2, as if one closed unit closed the pair."""
    from rmtcheck.certify import activation_means

    monkeypatch.setattr(activation_means, "closed_pairs", lambda k: fmpq(int(k == 0), 2))
    assert judged(JUDGED[0][0]).outcome == FAILS
    assert judged(JUDGED[3][0]).outcome == FAILS
