import pickle

import pytest
import sympy

from rmtcheck.errors import DomainError
from rmtcheck.vocabulary.activations import RELU
from rmtcheck.vocabulary.graphs import (
    Activated,
    FeedForward,
    Weight,
    feed_forward,
    losses,
    weight_matrix,
    weights,
)
from rmtcheck.vocabulary.losses import CROSS_ENTROPY, BinaryCrossEntropy, MeanSquaredError
from rmtcheck.vocabulary.networks import LinearModel, OneHiddenLayer
from rmtcheck.vocabulary.symbols import C, d


def test_a_weight_is_a_real_symbol_of_its_own_kind():
    weight = Weight("w_1,2")
    assert weight.is_real
    assert weight == Weight("w_1,2")
    assert weight != sympy.Symbol("w_1,2", real=True)
    assert pickle.loads(pickle.dumps(weight)) == weight
    assert sympy.latex(weight) == "w_{1,2}"
    assert sympy.Derivative(weight**2, weight).doit() == 2 * weight


def test_names_count_from_one():
    assert weights("w_1 v_2") == (Weight("w_1"), Weight("v_2"))
    assert weight_matrix("v", 2, 1).tolist() == [[Weight("v_1,1")], [Weight("v_2,1")]]


def test_layers_are_called_w_and_v():
    assert [str(w) for w in FeedForward([1, 2]).weights] == ["v_1,1", "v_2,1"]
    assert [str(w) for w in FeedForward([2, 1, 1]).weights] == ["w_1,1", "w_1,2", "v_1,1"]
    assert [str(w) for w in FeedForward([1, 1, 1, 1]).weights] == ["w^1_1,1", "w^2_1,1", "v_1,1"]


def test_logits_are_sums_over_paths():
    w, v = weights("w_1,1 v_1,1")
    x = sympy.Symbol("x_1", real=True)
    assert FeedForward([1, 1, 1]).logits([x]) == (v * w * x,)
    (u,) = FeedForward([1, 1, 1], RELU).logits([x])
    assert u == v * Activated(RELU, w * x)
    assert u.xreplace({w: sympy.Integer(2), x: sympy.Integer(3)}) == 6 * v
    assert u.xreplace({w: sympy.Integer(-2), x: sympy.Integer(3)}) == 0


def test_inputs():
    assert len(FeedForward([2, 1]).samples) == 1
    assert FeedForward([2, 1], inputs="basis").samples == ((1, 0), (0, 1))
    assert FeedForward([2, 1], inputs=[[1], [2]]).samples == ((1, 2),)


def test_other_nouns_are_chains_as_well():
    assert feed_forward(LinearModel(3, 2)) == FeedForward([3, 2])
    assert feed_forward(OneHiddenLayer(3, 4, 2)) == FeedForward([3, 4, 2], RELU)


def test_a_loss_with_labels_comes_once_for_each_label():
    network = FeedForward([1, 3])
    assert len(list(losses(network, CROSS_ENTROPY))) == 3
    assert len(list(losses(network, MeanSquaredError()))) == 1
    assert len(list(losses(network, BinaryCrossEntropy()))) == 1
    assert len(list(losses(FeedForward([2, 3], inputs="basis"), CROSS_ENTROPY))) == 5


def test_the_reduction_and_the_factor_are_those_of_the_loss():
    network = FeedForward([1, 1], inputs=[[1, 1]])
    (v,) = network.weights
    first, second = (sympy.Symbol(name, real=True) for name in ("Y_1,1", "Y_2,1"))
    (mean,) = losses(network, MeanSquaredError(3))
    assert sympy.expand(mean - 3 * ((v - first) ** 2 + (v - second) ** 2) / 2) == 0


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: FeedForward([2]), "the widths are"),
        (lambda: FeedForward([2, 0]), "the widths are"),
        (lambda: FeedForward([d, C]), "the widths are"),
        (lambda: FeedForward([2, 1], activation=sympy.tanh), "the activation is"),
        (lambda: FeedForward([2, 1], inputs=[[1]]), "the inputs are"),
        (lambda: FeedForward([1, 1], inputs=[[0.5]]), "the inputs are"),
        (lambda: FeedForward([1, 1], inputs="random"), "the inputs are random"),
        (lambda: feed_forward("net"), "the network is net"),
        (lambda: feed_forward(LinearModel(d, C)), "the widths are"),
    ],
)
def test_what_is_no_chain_is_refused_in_a_sentence(make, words):
    with pytest.raises(DomainError, match=words):
        make()
