"""Constants of Theorem 2 for other activations, stated in means over a unit: false ones fail."""

import pytest
from sympy import Rational

from rmtcheck import (
    CROSS_ENTROPY,
    GELU,
    IDENTITY,
    MEAN_SQUARED_ERROR,
    SIGMOID,
    TANH,
    Along,
    E,
    HessianBlock,
    LimitOf,
    OneHiddenLayer,
    frobenius_squared,
    leaky_relu,
)
from rmtcheck.channels.certified import CertifiedChannel
from rmtcheck.claims.evidence import Outcome, Reach
from rmtcheck.vocabulary.activation_means import activation_mean as M
from rmtcheck.vocabulary.activation_means import activation_overlap as D
from rmtcheck.vocabulary.symbols import C, N, d, gamma, i, j, m

ordered = Along(d, N, ratio=gamma, then=C)
channel = CertifiedChannel(20)
LEAKY = leaky_relu(Rational(1, 10))


def ratio(loss, layer, activation):
    network = OneHiddenLayer(d, m, C, activation)
    rows = getattr(network, layer)
    off, diagonal = (HessianBlock(network, loss, rows[i], rows[k]) for k in (j, i))
    return E(frobenius_squared(off)) / E(frobenius_squared(diagonal))


def one_unit(f, ratio, curved=1):
    """Return gamma E[g^2] + E[g]^2 with g = f'^2 + f f'', or without its second term."""
    square = M(f, slope=4) + curved * (2 * M(f, 1, 2, 1) + M(f, 2, 0, 2))
    return ratio * square + (M(f, slope=2) + curved * M(f, 1, 0, 1)) ** 2


def squared(f, *, curved=1, ratio=gamma, across=1):
    above = ratio * M(f, slope=2) ** 2 + across * M(f, slope=1) ** 4
    return above / one_unit(f, ratio, curved)


def entropy(f, *, curved=1, label=1, across=1, tilt=1, ratio=gamma, power=2):
    t = tilt / m
    same = M(f, tilt=t) ** (m - power) * (M(f, 0, 2, 0, t) + M(f, 2, 2, 0, t) / m) ** 2
    other = D(f, tilt=t) ** (m - power) * (D(f, 0, 1, t) + D(f, 1, 1, t) / m) ** 2
    below = one_unit(f, ratio, curved) + label * ratio * m * M(f, curvature=2)
    return (ratio * same + across * other) / below


def inner(f, t):
    zero, one, two = (D(f, k, 0, t) for k in range(3))
    return m * zero ** (m - 2) * ((m - 1) * one**2 + zero * two)


def output(f, above=2, below=1):
    return inner(f, above / m) / inner(f, below / m)


def judged(loss, layer, activation, value):
    power = 2 if layer == "v" else 1
    statement = LimitOf(C**power * ratio(loss, layer, activation), value, ordered)
    return channel.judge(channel.observe("a.b", statement, lambda text: None), statement)


FLAT = (MEAN_SQUARED_ERROR, "w")
HIDDEN = (CROSS_ENTROPY, "w")
OUTPUT = (CROSS_ENTROPY, "v")


@pytest.mark.parametrize("activation", [TANH, SIGMOID, GELU, IDENTITY, LEAKY], ids=str)
def test_true_constants_lie_in_every_ball(activation):
    for (loss, layer), constant in ((FLAT, squared), (HIDDEN, entropy), (OUTPUT, output)):
        found = judged(loss, layer, activation, constant(activation))
        assert (found.outcome, found.scope.reach) == (Outcome.HOLDS, Reach.POINTS)


FALSE = [
    ("squared error, curvature dropped", FLAT, squared(TANH, curved=0)),
    ("squared error, samples factored", FLAT, squared(TANH, across=0)),
    ("squared error, gamma inverted", FLAT, squared(TANH, ratio=1 / gamma)),
    ("squared error, relu", FLAT, (4 * gamma + 1) / (8 * gamma + 4)),
    ("squared error, sigmoid", FLAT, squared(SIGMOID)),
    ("hidden, curvature dropped", HIDDEN, entropy(TANH, curved=0, label=0)),
    ("hidden, gradient without its mean", HIDDEN, entropy(TANH, curved=0)),
    ("hidden, label dropped", HIDDEN, entropy(TANH, label=0)),
    ("hidden, V not shared", HIDDEN, entropy(TANH, across=0)),
    ("hidden, tilt doubled", HIDDEN, entropy(TANH, tilt=2)),
    ("hidden, one unit named", HIDDEN, entropy(TANH, power=1)),
    ("hidden, gamma inverted", HIDDEN, entropy(TANH, ratio=1 / gamma)),
    ("hidden, of the squared error", HIDDEN, squared(TANH)),
    ("output, tilts exchanged", OUTPUT, output(TANH, 1, 2)),
    ("output, no tilt below", OUTPUT, output(TANH, 2, 0)),
    ("output, equal tilts", OUTPUT, output(TANH, 2, 2)),
]


@pytest.mark.parametrize(("name", "asked", "value"), FALSE, ids=[f[0] for f in FALSE])
def test_false_constants_fail(name, asked, value):
    found = judged(*asked, TANH, value)
    assert found.outcome == Outcome.FAILS
    assert "enclosed" in found.witness


def test_wrong_variants_are_rejected_where_they_have_a_value():
    statement = LimitOf(C * ratio(*FLAT, TANH), squared(TANH), ordered)
    seen = channel.observe("a.b", statement, lambda text: None)
    found = [channel.judge(seen, mutant).outcome for _, mutant in statement.mutants()]
    assert found.count(Outcome.FAILS) > 40
    assert Outcome.HOLDS not in found
