import pytest
import sympy

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.links import LinkKind, hessian_links
from rmtcheck.vocabulary.activations import IDENTITY, RELU, TANH
from rmtcheck.vocabulary.graphs import FeedForward, weights
from rmtcheck.vocabulary.losses import (
    CROSS_ENTROPY,
    MEAN_SQUARED_ERROR,
    BinaryCrossEntropy,
    LogitLoss,
)
from rmtcheck.vocabulary.networks import LinearModel, OneHiddenLayer
from rmtcheck.vocabulary.patterns import ZeroGrid
from rmtcheck.vocabulary.samples import logit
from rmtcheck.vocabulary.symbols import C, c

w1, w2, v1, v2 = weights("w_1 w_2 v_1 v_2")
FOUR = (w1, w2, v1, v2)
SQUARES = LogitLoss(sympy.Sum(logit[c] ** 2, (c, 1, C)), "squares", "sum")


@pytest.mark.parametrize(
    ("loss", "zeros"),
    [
        (w1 + w2, ("0000",) * 4),
        (w1 * v1, ("00*0", "0000", "*000", "0000")),
        ((w1 * v1) ** 2 + (w2 * v2) ** 2, ("*0*0", "0*0*", "*0*0", "0*0*")),
        ((w1 * v1 + w2 * v2) ** 2, ("****",) * 4),
        (sympy.exp(w1) * v1 + v2, ("*0*0", "0000", "*000", "0000")),
    ],
)
def test_zeros_of_an_expression(loss, zeros):
    assert hessian_links(loss, parameters=FOUR).zeros == ZeroGrid(*zeros)


def test_links_belong_to_the_graph_and_zeros_to_the_function():
    folded = (w1 * v1 + w2 * v2) ** 2
    patterns = [hessian_links(f, parameters=FOUR) for f in (folded, sympy.expand(folded))]
    assert [p.kind(w1, v2) for p in patterns] == [LinkKind.INDIRECT, LinkKind.DIRECT]
    assert patterns[0].zeros == patterns[1].zeros


def test_kinds_are_found_by_name_and_by_number():
    pattern = hessian_links((w1 * v1) ** 2 + (w2 * v2) ** 2, parameters=FOUR)
    assert pattern.kind("w_1", "v_1") == pattern.kind(0, 2) == LinkKind.DIRECT
    assert pattern.kind(w1, v2) == LinkKind.NONE
    with pytest.raises(DomainError, match="the weight is w_9"):
        pattern.kind("w_9", 0)


@pytest.mark.parametrize("activation", [IDENTITY, RELU, TANH])
@pytest.mark.parametrize("loss", [MEAN_SQUARED_ERROR, BinaryCrossEntropy()])
def test_separable_losses_leave_zeros_between_outputs_only(activation, loss):
    pattern = hessian_links(FeedForward([2, 2, 2, 2], activation), loss)
    zeros = {(a, b) for a, row in enumerate(pattern.mask) for b, zero in enumerate(row) if zero}
    assert zeros == {(a, b) for a in range(8, 12) for b in range(8, 12) if a // 2 != b // 2}
    assert pattern.is_sharp


def test_softmax_couples_all_outputs():
    assert not any(map(any, hessian_links(OneHiddenLayer(2, 2, 2), CROSS_ENTROPY).mask))


def test_the_softmax_of_one_class_is_constant():
    assert all(map(all, hessian_links(LinearModel(2, 1), CROSS_ENTROPY).mask))


def test_direct_links_of_a_chain():
    pattern = hessian_links(FeedForward([2, 2, 2, 1], TANH), MEAN_SQUARED_ERROR)
    assert pattern.kind("w^1_1,2", "w^2_2,1") == LinkKind.DIRECT
    assert pattern.kind("w^1_1,2", "w^2_2,2") == LinkKind.INDIRECT
    assert pattern.kind("w^1_1,2", "v_1,2") == LinkKind.DIRECT
    assert pattern.kind("w^1_1,1", "w^1_1,2") == LinkKind.INDIRECT


def test_unit_vectors_as_inputs_leave_zeros_between_the_columns():
    pattern = hessian_links(FeedForward([2, 2, 2], IDENTITY, "basis"), SQUARES)
    assert pattern.is_sharp
    assert pattern.zeros.rows[:4] == ("*0*0****", "0*0*****") * 2


def test_where_terms_cancel_the_rule_is_a_bound_and_says_so():
    pattern = hessian_links((w1 + w2) ** 2 - (w1 - w2) ** 2, parameters=(w1, w2))
    assert pattern.zeros == ZeroGrid("**", "**")
    assert not pattern.is_sharp
    orthogonal = FeedForward([2, 1], IDENTITY, [[1, 1], [1, -1]])
    assert not hessian_links(orthogonal, SQUARES).is_sharp


def test_a_dead_input_is_no_weight_of_the_graph():
    pattern = hessian_links(FeedForward([1, 1, 1], RELU, [[0]]), SQUARES)
    assert all(map(all, pattern.mask))


def test_the_grid_of_signs_names_the_weights():
    text = str(hessian_links(w1 * v1, parameters=(w1, v1)))
    assert text.splitlines()[1].split() == ["w_1", "0", "#"]


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (lambda: hessian_links(sympy.Max(w1, v1)), "Max is a node"),
        (lambda: hessian_links(sympy.Abs(w1)), "Abs is a node"),
        (lambda: hessian_links(w1 * v1, MEAN_SQUARED_ERROR), "the network is"),
        (lambda: hessian_links("net"), "net is given"),
        (lambda: hessian_links(sympy.Symbol("x")), "the parameters are"),
    ],
)
def test_what_is_no_graph_is_refused(question, words):
    with pytest.raises(DomainError, match=words):
        question()
