"""False limits of a hidden layer are refuted with a witness; the true ones are confirmed."""

import pytest
from sympy import Rational, Sum, sqrt

from rmtcheck import (
    CROSS_ENTROPY,
    MEAN_SQUARED_ERROR,
    Along,
    E,
    HessianBlock,
    LimitOf,
    OneHiddenLayer,
    Order,
    Source,
    at_least,
    claim,
    distinct,
    frobenius_squared,
    positive,
)
from rmtcheck.channels.symbolic import SymbolicChannel
from rmtcheck.claims.evidence import Kind, Outcome
from rmtcheck.claims.verdict import Status, decide
from rmtcheck.runner.examine import examine
from rmtcheck.runner.lint import lint
from rmtcheck.vocabulary.network_softmax import SoftmaxOfNetwork
from rmtcheck.vocabulary.overlaps import relu_overlap as K
from rmtcheck.vocabulary.samples import V
from rmtcheck.vocabulary.symbols import C, N, c, d, gamma, i, j, m

CONFIRMED, REFUTED = Status.CONFIRMED, Status.REFUTED
ordered = Along(d, N, ratio=gamma, then=C)
network = OneHiddenLayer(d, m, C)
q = SoftmaxOfNetwork(network)


def norms(loss, layer):
    rows = getattr(network, layer)
    off, diagonal = (HessianBlock(network, loss, rows[i], rows[k]) for k in (j, i))
    return E(frobenius_squared(off)) / E(frobenius_squared(diagonal))


def inner(s):
    return m * K(0, s) ** (m - 2) * ((m - 1) * K(1, s) ** 2 + K(0, s) * K(2, s))


def hidden(power):
    tilted = ((1 + 1 / sqrt(1 - 2 / m)) / 2) ** (m - power) * m * (m - 1) ** 2 / (m - 2) ** 3
    across = (2 * K(0, 1 / m) - Rational(3, 2) + 2 * K(1, 1 / m) / m) ** 2
    value = (gamma * tilted + K(0, 1 / m) ** (m - power) * across) / (2 * gamma + 1)
    return LimitOf(C * norms(CROSS_ENTROPY, "w"), value, ordered)


def output(value):
    return LimitOf(C**2 * norms(CROSS_ENTROPY, "v"), value, ordered)


def squared(value):
    return LimitOf(C * norms(MEAN_SQUARED_ERROR, "w"), value, ordered)


def spread(value):
    return LimitOf(E((C * q[i] - 1) ** 2), value, Along(d, then=C))


def order(loss, layer, exponent, tight=True):
    return Order(norms(loss, layer), ordered, exponent, tight)


def middle(power, value):
    sums = [Sum(V[c, k], (c, 1, C)) for k in (i, j)]
    off = Sum(V[c, i] * V[c, j], (c, 1, C)) - sums[0] * sums[1] / C**power
    diagonal = Sum(V[c, i] ** 2, (c, 1, C)) - sums[0] ** 2 / C**power
    return LimitOf(E(off**2) / E(diagonal**2), value, Along(C))


ROWS = [
    ("hidden, cross-entropy", hidden(2), CONFIRMED),
    ("hidden, no unit named", hidden(0), REFUTED),
    ("hidden, one unit named", hidden(1), REFUTED),
    ("output, cross-entropy", output(inner(2 / m) / inner(1 / m)), CONFIRMED),
    ("output, inverted", output(inner(1 / m) / inner(2 / m)), REFUTED),
    ("output, three rows", output(inner(3 / m) / inner(1 / m)), REFUTED),
    ("output, uniform probabilities", output(1), REFUTED),
    ("squared error", squared((4 * gamma + 1) / (8 * gamma + 4)), CONFIRMED),
    ("squared error without gates", squared(1), REFUTED),
    ("squared error, d/N inverted", squared((gamma + 4) / (4 * gamma + 8)), REFUTED),
    ("spread", spread(((1 + 1 / sqrt(1 - 2 / m)) / 2) ** m - 1), CONFIRMED),
    ("spread, every unit open", spread((1 - 2 / m) ** (-m / 2) - 1), REFUTED),
    ("order of hidden blocks", order(CROSS_ENTROPY, "w", -1), CONFIRMED),
    ("order of hidden blocks, C^-2", order(CROSS_ENTROPY, "w", -2), REFUTED),
    ("order of hidden blocks, C^(-1/2)", order(CROSS_ENTROPY, "w", Rational(-1, 2)), REFUTED),
    ("order of output blocks", order(CROSS_ENTROPY, "v", -2), CONFIRMED),
    ("order of output blocks, C^-1", order(CROSS_ENTROPY, "v", -1), REFUTED),
    ("order, squared error", order(MEAN_SQUARED_ERROR, "w", -1), CONFIRMED),
    ("middle expression as printed", middle(0, Rational(1, 2)), CONFIRMED),
    ("middle expression vanishes", middle(0, 0), REFUTED),
    ("middle expression restored", middle(1, 0), CONFIRMED),
]


def settle(statement, width=3):
    known = {gamma: positive(gamma), m: at_least(m, width)}
    given = [h for s, h in known.items() if s in statement.free_symbols]
    given += [distinct(i, j)] if {i, j} <= statement.free_symbols else []
    made = claim("power.row", Source("tests", "row 1"), title="x", printed=statement, given=given)
    lint([made])
    rows = examine(made, [SymbolicChannel()], lambda text: None)
    assert not [r for r in rows if r.outcome == Outcome.ERROR]
    return decide(rows), [r for r in rows if r.kind == Kind.PRINTED]


@pytest.mark.parametrize(("name", "statement", "expected"), ROWS, ids=[r[0] for r in ROWS])
def test_verdict(name, statement, expected):
    verdict, printed = settle(statement)
    assert verdict.status == expected, (verdict.missing, verdict.survivors)
    assert bool(printed[0].witness) or expected == CONFIRMED
    if expected == CONFIRMED:
        assert verdict.killed == verdict.judged > 0


@pytest.mark.parametrize(
    ("statement", "status"),
    [
        (hidden(2), Status.UNDECIDED),
        (order(CROSS_ENTROPY, "v", -2), Status.UNDECIDED),
        (order(MEAN_SQUARED_ERROR, "w", -1), CONFIRMED),
    ],
    ids=str,
)
def test_a_width_that_the_hypotheses_do_not_grant_is_not_assumed(statement, status):
    verdict, printed = settle(statement, width=2)
    assert verdict.status == status
    assert ("m >= 3 only" in printed[0].message) == (status == Status.UNDECIDED)
