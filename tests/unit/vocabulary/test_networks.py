"""Questions about Hessians refuse what they cannot mean."""

import pytest
import sympy

from rmtcheck.errors import DomainError
from rmtcheck.vocabulary.losses import CROSS_ENTROPY
from rmtcheck.vocabulary.networks import (
    Gradient,
    HessianBlock,
    HessianLayer,
    LinearModel,
    OneHiddenLayer,
)
from rmtcheck.vocabulary.symbols import C, d, i, j, m

LINEAR = LinearModel(d, C)
HIDDEN = OneHiddenLayer(d, m, C)


def test_a_bare_index_is_a_class_of_the_linear_model():
    bare = HessianBlock(LINEAR, CROSS_ENTROPY, i, j)
    assert bare == HessianBlock(LINEAR, CROSS_ENTROPY, LINEAR.v[i], LINEAR.v[j])
    assert (bare.row.layer, bare.row.index) == ("v", i)


def test_blocks_print_their_rows():
    block = HessianBlock(HIDDEN, CROSS_ENTROPY, HIDDEN.w[i], HIDDEN.v[j])
    assert str(block) == "H[w_i, v_j]"
    assert sympy.latex(block) == r"H^{\mathrm{CE}}_{w_{i}v_{j}}"
    sized = HessianBlock(LinearModel(500, 10), CROSS_ENTROPY, 1, 2, samples=5000)
    assert str(sized) == "H[v_1, v_2; d=500, N=5000, C=10]"


def test_different_units_are_different_rows():
    assert HessianBlock(HIDDEN, CROSS_ENTROPY, HIDDEN.w[i], HIDDEN.w[i]).is_diagonal
    assert not HessianBlock(HIDDEN, CROSS_ENTROPY, HIDDEN.w[i], HIDDEN.v[i]).is_diagonal


@pytest.mark.parametrize(
    ("make", "named"),
    [
        (lambda: HessianBlock(sympy.Symbol("net"), CROSS_ENTROPY, 1, 2), "network is net"),
        (lambda: HessianBlock(LINEAR, sympy.Symbol("loss"), 1, 2), "loss is loss"),
        (lambda: HessianBlock(HIDDEN, CROSS_ENTROPY, i, j), "row is i"),
        (lambda: HessianBlock(LINEAR, CROSS_ENTROPY, HIDDEN.w[i], i), "row is w_i"),
        (lambda: HessianBlock(LINEAR, CROSS_ENTROPY, i, HIDDEN.w[i]), "column is w_i"),
        (lambda: Gradient(HIDDEN, CROSS_ENTROPY, i), "row is i"),
        (lambda: HessianLayer(LINEAR, CROSS_ENTROPY, "w", "v"), "row is w"),
        (lambda: HessianLayer("net", CROSS_ENTROPY, "v", "v"), "network is net"),
        (lambda: OneHiddenLayer(d, m, C, "relu"), "activation is relu"),
    ],
)
def test_what_is_no_question_is_refused(make, named):
    with pytest.raises(DomainError, match=named):
        make()
