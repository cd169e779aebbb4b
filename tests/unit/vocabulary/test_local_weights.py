import pickle

import pytest
import sympy

from rmtcheck import (
    CROSS_ENTROPY,
    MEAN_SQUARED_ERROR,
    HessianBlock,
    HiddenOutput,
    LinearModel,
    OneHiddenLayer,
    WeightedGram,
    derive,
)
from rmtcheck.errors import DomainError
from rmtcheck.vocabulary.activations import ARGUMENT, RELU, TANH, Activation, leaky_relu
from rmtcheck.vocabulary.local_weights import local_weight
from rmtcheck.vocabulary.quantities import SoftmaxOfGaussians
from rmtcheck.vocabulary.samples import V, W, indicator, logit, preactivation, target
from rmtcheck.vocabulary.symbols import N, c, d, m

READOUT = [[1, 2], [3, 4], [0, 1]]


def hidden(loss, i, j, activation=RELU):
    layer = OneHiddenLayer(d, m, 3, activation)
    return derive(HessianBlock(layer, loss, layer.w[i], layer.w[j]))


@pytest.mark.parametrize(
    ("gram", "readout", "fields", "of_units", "jumps", "classes"),
    [
        (derive(HessianBlock(LinearModel(d, 4), CROSS_ENTROPY, 1, 2)), None, 4, False, False, 4),
        (hidden(CROSS_ENTROPY, 1, 2), READOUT, 2, True, True, 3),
        (hidden(MEAN_SQUARED_ERROR, 1, 1), READOUT, 2, True, True, None),
        (WeightedGram(1 / N, sympy.tanh(logit[2]) ** 2), None, 2, False, False, None),
        (WeightedGram(2 / N, preactivation[3] ** 2), None, 3, True, False, None),
        (WeightedGram(1 / N, 1), None, 1, False, False, None),
        (WeightedGram(1 / N, sympy.Sum(logit[c], (c, 1, 3)) ** 2), None, 3, False, False, None),
    ],
)
def test_what_a_weight_depends_on(gram, readout, fields, of_units, jumps, classes):
    weight = local_weight(gram, readout)
    assert (weight.fields, weight.is_of_units, weight.has_jumps) == (fields, of_units, jumps)
    assert weight.classes == classes
    assert local_weight(weight) is weight
    assert pickle.loads(pickle.dumps(weight)) == weight


def test_the_scale_belongs_to_the_weight():
    assert local_weight(WeightedGram(3 / N, logit[1])).expression == 3 * logit[1]


@pytest.mark.parametrize(
    ("gram", "readout", "message"),
    [
        (hidden(CROSS_ENTROPY, 1, 2), None, "needs the readout"),
        (hidden(CROSS_ENTROPY, 1, 2), READOUT[:2], "2 rows; 3 classes"),
        (hidden(MEAN_SQUARED_ERROR, 1, 2), READOUT[:2], "2 rows; 3 classes"),
        (hidden(MEAN_SQUARED_ERROR, 1, 2), [[1], [2], [3]], "1 columns; at least 2"),
        (hidden(MEAN_SQUARED_ERROR, 1, 2), [[1, 2], [3]], "a matrix of numbers"),
        (hidden(MEAN_SQUARED_ERROR, 1, 2), [[1, sympy.nan]] * 3, "finite real numbers"),
        (WeightedGram(1, logit[1]), None, "the scale is 1"),
        (WeightedGram(1 / N, logit[m]), None, "depends on m"),
        (WeightedGram(1 / N, target[1]), None, "depends on the label y_n; squared error"),
        (hidden(CROSS_ENTROPY, 1, 1, TANH), READOUT, "depends on the label y_n; squared error"),
        (WeightedGram(1 / N, sympy.DiracDelta(logit[1])), None, "DiracDelta.*no values"),
        (WeightedGram(1 / N, sympy.Function("f")(logit[1])), None, "f.* has no values"),
        (WeightedGram(1 / N, sympy.I * logit[1]), None, "a finite real number"),
        (WeightedGram(1 / N, W[1, 1]), None, "functions of the fields"),
        (WeightedGram(1 / N, V[1, 1]), None, "needs the readout"),
        (WeightedGram(1 / N, 1, HiddenOutput(RELU)), None, "gram is"),
        ("gram", None, "gram is gram"),
    ],
)
def test_other_grams_are_refused(gram, readout, message):
    with pytest.raises(DomainError, match=message):
        local_weight(gram, readout)


@pytest.mark.parametrize(
    ("own", "other"), [(TANH, RELU), (RELU, TANH), (TANH, leaky_relu(0.5)), (leaky_relu(0.5), TANH)]
)
def test_the_activation_of_a_block_is_not_replaced(own, other):
    gram = hidden(CROSS_ENTROPY, 1, 2, own)
    assert local_weight(gram, READOUT, own).activation == own
    with pytest.raises(DomainError, match="name the activation of the hidden layer"):
        local_weight(gram, READOUT, other)


def test_an_activation_is_one_even_where_the_weight_is_made():
    weight = local_weight(WeightedGram(1 / N, logit[1]))
    with pytest.raises(DomainError, match="activation is 'tanh'"):
        local_weight(weight, activation="tanh")


u = logit[1]


@pytest.mark.parametrize(
    ("expression", "jumps"),
    [
        (sympy.Piecewise((u, u > 0), (0, True)), False),
        (sympy.Piecewise((u**2, (u > 0) & (u < 1)), (1, u >= 1), (0, True)), False),
        (sympy.Piecewise((u, u > 0), (1, True)), True),
        (sympy.Piecewise((u**2, (u > 0) & (u < 1)), (2, u >= 1), (0, True)), True),
        (sympy.Piecewise((5, sympy.Eq(u, 0)), (0, True)), True),
        (sympy.Piecewise((u, logit[2] > 0), (0, True)), True),
        (sympy.Heaviside(u), True),
        (sympy.sign(u), True),
        (sympy.floor(u), True),
        (indicator[1], True),
        (abs(u), False),
    ],
)
def test_what_may_jump(expression, jumps):
    assert local_weight(WeightedGram(1 / N, expression)).has_jumps is jumps


def test_a_weight_jumps_where_its_activation_does():
    step = Activation(sympy.Piecewise((1, ARGUMENT > 0), (0, True)))
    p = SoftmaxOfGaussians(3)
    gram = WeightedGram(1 / N, p[1])
    assert local_weight(gram, READOUT, step).has_jumps
    assert not local_weight(gram, READOUT).has_jumps
