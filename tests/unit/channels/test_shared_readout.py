"""Limits of a hidden layer in the channels: what applies, and what is held or failed."""

import pytest
from sympy import Rational, Sum, sqrt

from rmtcheck import (
    CROSS_ENTROPY,
    MEAN_SQUARED_ERROR,
    Along,
    E,
    HessianBlock,
    LimitOf,
    LinearModel,
    OneHiddenLayer,
    Order,
    SoftmaxOfGaussians,
    frobenius_squared,
)
from rmtcheck.channels import shared_readout
from rmtcheck.channels.certified import CertifiedChannel
from rmtcheck.channels.derivations import derivation_of
from rmtcheck.channels.numeric import NumericChannel
from rmtcheck.channels.symbolic import SymbolicChannel
from rmtcheck.claims.evidence import Outcome
from rmtcheck.errors import DomainError
from rmtcheck.vocabulary.network_softmax import SoftmaxOfNetwork
from rmtcheck.vocabulary.overlaps import relu_overlap as K
from rmtcheck.vocabulary.samples import V
from rmtcheck.vocabulary.symbols import C, N, c, d, gamma, i, j, m

HOLDS, FAILS, UNKNOWN = Outcome.HOLDS, Outcome.FAILS, Outcome.UNKNOWN
ordered = Along(d, N, ratio=gamma, then=C)
network = OneHiddenLayer(d, m, C)
q = SoftmaxOfNetwork(network)


def ratio(loss, layer, width=m):
    rows = getattr(network, layer)
    net = OneHiddenLayer(d, width, C)
    off, diagonal = (HessianBlock(net, loss, rows[i], rows[k]) for k in (j, i))
    return E(frobenius_squared(off)) / E(frobenius_squared(diagonal))


def inner(s):
    return m * K(0, s) ** (m - 2) * ((m - 1) * K(1, s) ** 2 + K(0, s) * K(2, s))


hidden_mse, output_ce = ratio(MEAN_SQUARED_ERROR, "w"), ratio(CROSS_ENTROPY, "v")
hidden_ce = ratio(CROSS_ENTROPY, "w")
constant = inner(2 / m) / inner(1 / m)
sums = E(Sum(V[c, i] * V[c, j], (c, 1, C)) ** 2)

JUDGED = [
    (LimitOf(C * hidden_mse, (4 * gamma + 1) / (8 * gamma + 4), ordered), HOLDS, HOLDS),
    (LimitOf(C * hidden_mse, (4 * gamma + 1) / (8 * gamma + 2), ordered), FAILS, FAILS),
    (LimitOf(hidden_ce, 0, ordered), HOLDS, HOLDS),
    (LimitOf(hidden_ce, Rational(1, 1000), ordered), FAILS, FAILS),
    (LimitOf(C**2 * output_ce, constant, ordered), HOLDS, HOLDS),
    (LimitOf((C - 1) * sqrt(output_ce), 1, ordered), FAILS, FAILS),
    (Order(hidden_ce, ordered, -1), HOLDS, HOLDS),
    (Order(hidden_ce, ordered, -2), FAILS, FAILS),
    (Order(output_ce, ordered, -2), HOLDS, HOLDS),
    (Order(output_ce, ordered, -1, tight=False), HOLDS, HOLDS),
    (Order(output_ce, ordered, -3, tight=False), FAILS, FAILS),
    (LimitOf(sums / C, 1 / m**2, Along(C)), HOLDS, None),
    (LimitOf(sums / C, 2 / m**2, Along(C)), FAILS, None),
    (LimitOf(C**2 * E(q[i] * q[j]), 1, Along(d, then=C)), HOLDS, None),
    (LimitOf(E((C * q[i] - 1) ** 2), 0, Along(d, then=C)), FAILS, None),
]


def judged(channel, statement):
    observation = channel.observe("a.b", statement, lambda text: None)
    return channel.judge(observation, statement)


@pytest.mark.parametrize(("statement", "outcome"), [(s, exact) for s, exact, _ in JUDGED])
def test_the_symbolic_witness(statement, outcome):
    found = judged(SymbolicChannel(), statement)
    assert found.outcome == outcome


NUMERIC = [(s, floats) for s, _, floats in JUDGED if floats is not None]


@pytest.mark.parametrize(("statement", "outcome"), NUMERIC)
def test_the_numeric_witness(statement, outcome, monkeypatch):
    monkeypatch.setattr(shared_readout, "DRAWS", 3)
    assert NumericChannel().applies(statement)
    assert judged(NumericChannel(), statement).outcome == outcome


@pytest.mark.parametrize("statement", [s for s, _, floats in JUDGED if floats is None])
def test_where_floats_have_nothing_to_say(statement):
    assert not NumericChannel().applies(statement)


@pytest.mark.parametrize("statement", [s for s, _, floats in JUDGED if floats is None])
def test_balls_have_nothing_to_say(statement):
    assert not CertifiedChannel(30).applies(statement)


def test_the_scope_names_the_widths():
    statement = LimitOf(hidden_ce, 0, ordered)
    assert "m >= 3" in judged(SymbolicChannel(), statement).scope.where
    statement = LimitOf(hidden_mse, 0, ordered)
    assert "m >= 2" in judged(SymbolicChannel(), statement).scope.where


def test_width_two_fails():
    narrow = ratio(CROSS_ENTROPY, "v", 2)
    found = judged(SymbolicChannel(), LimitOf((C - 1) ** 2 * narrow, 1, ordered))
    assert (found.outcome, found.witness) == (FAILS, "the limit is oo")
    assert judged(SymbolicChannel(), Order(narrow, ordered, -2)).outcome == FAILS
    assert judged(SymbolicChannel(), Order(narrow, ordered, -1)).outcome == UNKNOWN


def test_draws_lead_to_the_limit():
    series, limit = next((found, end) for found, end in shared_readout.pairs(JUDGED[0][0]) if found)
    last = series[-1].estimate
    bias = 3 / 1000  # C/(C+2) at a thousand classes
    assert abs(last.value - limit.estimate.value) < 6 * last.error + bias
    assert last.error < limit.estimate.value / 5


def point(width, value, error):
    return {"at": {"m": width, "gamma": "1", "C": "1000"}, "value": value, "error": error}


def test_draws_away_from_the_limit_are_said_to_have_no_power():
    limits = [point("3", 8.0, 0.0), point("8", 2.0, 0.0)]
    drawn = [point("3", 5.0, 0.1), point("8", 2.5, 0.1)]
    near, far = (
        shared_readout.power_of_draws({"points": p, "extrapolated": limits}).split("; ")
        for p in (drawn, [point("3", 7.9, 0.1), point("8", 1.0, 0.1)])
    )
    assert ["no power" in line for line in near] == [True, False]
    assert ["no power" in line for line in far] == [False, True]
    assert near[1] == "draws at m = 8, C = 1000 give 2.5 within 0.6, in agreement with the limit 2"


def test_the_judgement_says_where_draws_have_power(monkeypatch):
    monkeypatch.setattr(shared_readout, "DRAWS", 400)
    monkeypatch.setattr(shared_readout, "DRAWN_CLASSES", (100, 3162))
    message = judged(NumericChannel(), LimitOf(C**2 * output_ce, constant, ordered)).message
    three, eight = message.split("; ")[1:]
    assert three.startswith("draws at m = 3, C = 3162")
    assert "no power" in three
    assert eight.startswith("draws at m = 8, C = 3162")
    assert "in agreement" in eight


def test_claimed_overlaps_are_integrated():
    at = {m: 4, gamma: 1}
    assert abs(shared_readout.claimed_value(K(0, 0) + gamma, at) - 2) < 1e-12
    with pytest.raises(DomainError):
        shared_readout.claimed_value(K(0, 4 / m), at)


def test_other_directions_are_refused():
    for along in (Along(N, then=C), Along(d, N, ratio=gamma, then=m)):
        with pytest.raises(DomainError, match="not derived here"):
            derivation_of(LimitOf(hidden_ce, 0, along))


def test_an_order_of_limits_is_not_dropped_elsewhere():
    linear = LinearModel(d, C)
    blocks = [HessianBlock(linear, CROSS_ENTROPY, i, k) for k in (j, i)]
    quotient = frobenius_squared(blocks[0]) / frobenius_squared(blocks[1])
    with pytest.raises(DomainError):
        derivation_of(LimitOf(quotient, 1, ordered))
    p = SoftmaxOfGaussians(C)
    with pytest.raises(DomainError):
        derivation_of(LimitOf(C * E(p[i]), 1, Along(d, then=C)))
