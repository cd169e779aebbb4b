"""Answers print as mathematics, and combinations add up equal vectors."""

import sympy

from rmtcheck.vocabulary.activations import RELU
from rmtcheck.vocabulary.grams import (
    INPUT,
    ONE,
    BlockGram,
    Combination,
    HiddenOutput,
    UnitVector,
    WeightedGram,
)
from rmtcheck.vocabulary.samples import LABEL, V, indicator
from rmtcheck.vocabulary.symbols import C, N, c, i, j

HIDDEN = HiddenOutput(RELU)


def test_a_gate_is_its_own_square():
    assert indicator[i] ** 2 == indicator[i]
    assert indicator[i] ** -1 != indicator[i]


def test_a_column_has_no_transpose():
    assert str(WeightedGram(1 / N, indicator[i], INPUT, ONE)) == "1/N * sum_n (1_i) x_n"


def test_combinations_collect_vectors_whatever_their_order():
    one, other = (2, HIDDEN), (V[j, i], UnitVector(i))
    assert Combination(one, other) == Combination(other, one)
    assert Combination(one, one) == Combination((4, HIDDEN))
    made = WeightedGram(1 / N, 1, INPUT, Combination(one, other))
    assert str(made) == "1/N * sum_n (1) x_n [(2) sigma(W x_n) + (v_j,i) e_i]^T"


def test_blocks_with_common_vectors_are_kronecker_products():
    weight = sympy.KroneckerDelta(i, j)
    common = BlockGram(WeightedGram(1 / N, weight), i, j, C, C)
    assert common.is_kronecker
    assert "K_n (x) x_n x_n^T" in str(common)
    moving = BlockGram(WeightedGram(1 / N, 1, INPUT, UnitVector(i)), i, j, C, C)
    assert not moving.is_kronecker


def test_formulas_print_in_latex():
    covariance = sympy.Sum(V[c, i] * V[c, j], (c, 1, C)) * indicator[i] * indicator[j]
    text = sympy.latex(WeightedGram(1 / N, covariance, INPUT, HIDDEN))
    assert r"v_{c,i} v_{c,j}" in text
    assert r"x_n{\sigma(Wx_n)}^\top" in text
    assert LABEL not in covariance.free_symbols
