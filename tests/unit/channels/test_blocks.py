"""Formulas of blocks against the derivative of the loss, which knows no formula."""

import pytest
from sympy import KroneckerDelta, Rational, Sum, Symbol

from rmtcheck import (
    CROSS_ENTROPY,
    INPUT,
    MEAN_SQUARED_ERROR,
    ONE,
    RELU,
    TANH,
    BlockFormula,
    CrossEntropy,
    Gradient,
    HessianBlock,
    HiddenOutput,
    LeadingBlock,
    LinearModel,
    MeanSquaredError,
    OneHiddenLayer,
    SoftmaxOfGaussians,
    UnitVector,
    WeightedGram,
    derive,
)
from rmtcheck.channels.numeric import NumericChannel
from rmtcheck.claims.evidence import Outcome
from rmtcheck.vocabulary.samples import LABEL, V, indicator
from rmtcheck.vocabulary.symbols import C, N, c, d, i, j, m

network = OneHiddenLayer(d, m, C)
phi = HiddenOutput(RELU)
p = SoftmaxOfGaussians(C)
channel = NumericChannel()


def judged(statement):
    return channel.judge(channel.observe("a.b", statement, lambda text: None), statement)


def hidden(row, column, weight, left, right, loss=CROSS_ENTROPY):
    return BlockFormula(
        HessianBlock(network, loss, row, column), WeightedGram(1 / N, weight, left, right)
    )


overlap = Sum(V[c, i] * V[c, j], (c, 1, C)) * indicator[i] * indicator[j]
residual = Sum((p[c] - KroneckerDelta(LABEL, c)) * V[c, i], (c, 1, C)) * indicator[i]
TABLE = [
    (hidden(network.w[i], network.w[j], 2 * overlap, INPUT, INPUT, MEAN_SQUARED_ERROR), True),
    (hidden(network.w[i], network.w[j], overlap, INPUT, INPUT, MEAN_SQUARED_ERROR), False),
    (hidden(network.v[i], network.v[j], -p[i] * p[j], phi, phi), True),
    (hidden(network.v[i], network.v[j], p[i] * p[j], phi, phi), False),
    (hidden(network.v[i], network.v[j], -p[i] * p[j], INPUT, INPUT), False),
    (
        BlockFormula(
            Gradient(network, CROSS_ENTROPY, network.w[i]),
            WeightedGram(1 / N, residual, INPUT, ONE),
        ),
        True,
    ),
    (
        BlockFormula(
            Gradient(network, CROSS_ENTROPY, network.w[i]),
            WeightedGram(-1 / N, residual, INPUT, ONE),
        ),
        False,
    ),
]


@pytest.mark.parametrize(("statement", "holds"), TABLE, ids=[str(s) for s, _ in TABLE])
def test_formulas_are_told_from_wrong_ones(statement, holds):
    found = judged(statement)
    assert found.outcome == (Outcome.HOLDS if holds else Outcome.FAILS)
    assert bool(found.witness) != holds


def test_a_wrong_shape_is_named():
    found = judged(hidden(network.v[i], network.v[j], 0, INPUT, INPUT, MEAN_SQUARED_ERROR))
    assert "shape (3, 3), not (2, 2)" in found.witness


@pytest.mark.parametrize("model", [LinearModel(d, C), OneHiddenLayer(d, m, C, TANH)])
@pytest.mark.parametrize("loss", [CROSS_ENTROPY, MEAN_SQUARED_ERROR])
@pytest.mark.parametrize("column", [i, j])
def test_derived_blocks_agree_with_the_loss(model, loss, column):
    block = HessianBlock(model, loss, model.v[i], model.v[column])
    assert judged(BlockFormula(block, derive(block))).outcome == Outcome.HOLDS


@pytest.mark.parametrize("factor", [1, 2])
def test_parameters_of_the_loss_are_given_numbers(factor):
    tau, eps = Symbol("tau", positive=True), Symbol("epsilon", positive=True)
    block = HessianBlock(network, CrossEntropy(tau, eps), network.w[i], network.v[j])
    gram = derive(block)
    scaled = gram.func(factor * gram.scale, *gram.args[1:])
    holds = Outcome.HOLDS if factor == 1 else Outcome.FAILS
    assert judged(BlockFormula(block, scaled)).outcome == holds


@pytest.mark.parametrize(("weight", "holds"), [(2, True), (1, False), (0, False)])
def test_small_losses_are_compared_at_their_own_size(weight, holds):
    tiny = Rational(1, 10**11)
    block = HessianBlock(LinearModel(d, C), MeanSquaredError(tiny), i, i)
    found = judged(BlockFormula(block, WeightedGram(1 / N, weight * tiny)))
    assert found.outcome == (Outcome.HOLDS if holds else Outcome.FAILS)


def test_an_exact_formula_has_no_remainder():
    assert judged(LeadingBlock(CROSS_LAYER, derive(CROSS_LAYER))).outcome == Outcome.HOLDS


CROSS_LAYER = HessianBlock(network, CROSS_ENTROPY, network.w[i], network.v[j])
HERE = KroneckerDelta(LABEL, j)


@pytest.mark.parametrize(
    ("weight", "outcome"),
    [
        (p[j] - HERE, Outcome.HOLDS),
        (-HERE, Outcome.HOLDS),
        (p[j] + HERE, Outcome.FAILS),
        (p[j], Outcome.FAILS),
        (residual, Outcome.FAILS),
    ],
)
def test_a_remainder_is_seen_to_decay_or_not(weight, outcome):
    gram = WeightedGram(1 / N, weight * indicator[i], INPUT, UnitVector(i))
    assert judged(LeadingBlock(CROSS_LAYER, gram)).outcome == outcome


def test_the_columns_of_the_block_are_recorded():
    gram = WeightedGram(1 / N, -HERE * indicator[i], INPUT, UnitVector(i))
    record = channel.observe("a.b", LeadingBlock(CROSS_LAYER, gram), lambda text: None).record
    first = [q for q in record["points"] if q["at"] == {"C": 100, "label": 2, "column": 1}]
    last = [q for q in record["points"] if q["at"] == {"C": 1600, "label": 2, "column": 2}]
    assert first[0]["value"] > 5 * last[0]["value"] > 0
