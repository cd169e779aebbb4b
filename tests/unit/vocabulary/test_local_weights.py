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
from rmtcheck.vocabulary.activations import RELU
from rmtcheck.vocabulary.local_weights import local_weight
from rmtcheck.vocabulary.samples import V, W, logit, preactivation, target
from rmtcheck.vocabulary.symbols import N, c, d, m

READOUT = [[1, 2], [3, 4], [0, 1]]
network = OneHiddenLayer(d, m, 3)


def hidden(loss, i, j):
    return derive(HessianBlock(network, loss, network.w[i], network.w[j]))


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
        (WeightedGram(1 / N, target[1]), None, "functions of the fields"),
        (WeightedGram(1 / N, W[1, 1]), None, "functions of the fields"),
        (WeightedGram(1 / N, V[1, 1]), None, "needs the readout"),
        (WeightedGram(1 / N, 1, HiddenOutput(RELU)), None, "gram is"),
        ("gram", None, "gram is gram"),
    ],
)
def test_other_grams_are_refused(gram, readout, message):
    with pytest.raises(DomainError, match=message):
        local_weight(gram, readout)
