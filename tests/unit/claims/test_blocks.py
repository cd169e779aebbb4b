"""Statements about blocks, and that every kind of error an author makes is among their mutants."""

import pytest
from sympy import Sum

from rmtcheck.claims.blocks import BlockFormula, LeadingBlock
from rmtcheck.vocabulary.activations import RELU
from rmtcheck.vocabulary.grams import INPUT, Combination, HiddenOutput, UnitVector, WeightedGram
from rmtcheck.vocabulary.losses import CROSS_ENTROPY
from rmtcheck.vocabulary.networks import HessianBlock, LinearModel, OneHiddenLayer
from rmtcheck.vocabulary.quantities import SoftmaxOfGaussians
from rmtcheck.vocabulary.samples import V, indicator
from rmtcheck.vocabulary.symbols import C, N, c, d, i, j, m

NETWORK = OneHiddenLayer(d, m, C)
PHI = HiddenOutput(RELU)
p = SoftmaxOfGaussians(C)


def block(row, column):
    return HessianBlock(NETWORK, CROSS_ENTROPY, row, column)


HIDDEN = BlockFormula(
    block(NETWORK.w[i], NETWORK.w[j]),
    WeightedGram(1 / N, Sum(p[c] * V[c, i] * V[c, j], (c, 1, C)) * indicator[i] * indicator[j]),
)
CROSS = LeadingBlock(
    block(NETWORK.w[i], NETWORK.v[j]),
    WeightedGram(1 / N, indicator[i], INPUT, Combination((p[j], PHI), (2, UnitVector(i)))),
)
ZERO = BlockFormula(block(NETWORK.v[i], NETWORK.v[j]), WeightedGram(1 / N, 0, PHI, PHI))


def names(statement):
    return [name for name, _ in statement.mutants()]


@pytest.mark.parametrize(
    "part",
    [
        "times 2",
        "negated",
        "factor 1_i dropped",
        "factor p_c dropped",
        "one v_c,i -> v_i,c",
        "one v_c,j -> v_c,i",
        "term c = 1 dropped",
        "term c = C dropped",
        "1/N -> 1/d",
        "1/N -> 1/C",
        "left x_n -> sigma(W x_n)",
        "right x_n -> sigma(W x_n)",
    ],
)
def test_errors_of_a_weight_its_scale_and_its_vectors(part):
    assert any(part in name for name in names(HIDDEN))


@pytest.mark.parametrize(
    "part",
    [
        "left and right exchanged",
        "weight i -> j",
        "term of e_i dropped",
        "term of sigma(W x_n) dropped",
        "coefficient of e_i times 2",
        "e_i -> e_j",
        "sigma(W x_n) -> x_n",
    ],
)
def test_errors_of_a_combination(part):
    assert any(part in name for name in names(CROSS))


def test_sums_over_pairs_of_classes_have_variants():
    pairs = Sum(p[c] * p[i] * V[c, j], (c, 1, C), (i, 1, C))
    made = BlockFormula(HIDDEN.block, WeightedGram(1 / N, pairs))
    assert any("term c = 1 dropped" in name for name in names(made))


def test_a_zero_has_a_shape_that_can_be_wrong():
    assert "gram: left sigma(W x_n) -> x_n" in names(ZERO)
    assert "gram: 0 -> 1" in names(ZERO)


def test_the_linear_model_has_no_hidden_output():
    made = BlockFormula(
        HessianBlock(LinearModel(d, C), CROSS_ENTROPY, i, j), WeightedGram(1 / N, 0)
    )
    assert names(made) == ["gram: 0 -> 1", "gram: 0 -> -1"]


def test_mutants_differ_from_the_statement_and_from_each_other():
    for statement in (HIDDEN, CROSS, ZERO):
        found = [mutant for _, mutant in statement.mutants()]
        assert statement not in found
        assert len({mutant.hash for mutant in found}) == len(found)
        assert all(mutant.question_hash == statement.question_hash for mutant in found)


def test_statements_print_their_remainder():
    assert str(CROSS).endswith("+ O(1/C)")
    assert CROSS.latex().endswith(r"+ \mathcal{O}(1/C)")
    assert "O(1/C)" not in HIDDEN.latex()
