"""Mean squares at every finite number of classes, against counting by hand."""

import pytest
import sympy
from sympy import Rational

from rmtcheck import CROSS_ENTROPY, MEAN_SQUARED_ERROR, HessianBlock, LogitLoss, OneHiddenLayer
from rmtcheck.errors import DomainError
from rmtcheck.symbolic.shared_readout.finite_classes import mean_square_at_classes, sum_moment
from rmtcheck.symbolic.shared_readout.nodes import Entry
from rmtcheck.vocabulary.activations import leaky_relu
from rmtcheck.vocabulary.losses import MeanSquaredError
from rmtcheck.vocabulary.samples import logit
from rmtcheck.vocabulary.symbols import C, c, d, gamma, i, j, m

network = OneHiddenLayer(d, m, C)
w, v = network.w, network.v


def found(row, column, loss=MEAN_SQUARED_ERROR):
    return mean_square_at_classes(HessianBlock(network, loss, row, column), gamma).result


def same(left, right):
    return sympy.simplify(left - right) == 0


def test_hidden_blocks_of_the_squared_error():
    off, diagonal = found(w[i], w[j]), found(w[i], w[i])
    assert same(off, 4 * C / m**2 * (gamma / 4 + Rational(1, 16)))
    assert same(diagonal, 4 * C * (C + 2) / m**2 * (gamma / 2 + Rational(1, 4)))
    assert not same(off, 4 * C / m**2 * (gamma / 2 + Rational(1, 4)))
    assert same(found(w[i], w[j], MeanSquaredError(Rational(1, 2))), off / 4)


MOMENTS = [
    ([], 1),
    ([Entry(i)], 0),
    ([Entry(i) ** 2], C / m),
    ([Entry(i) * Entry(j)] * 2, C / m**2),
    ([Entry(i) ** 2] * 2, C * (C + 2) / m**2),
    ([Entry(i) ** 2, Entry(j) ** 2], C**2 / m**2),
    ([Entry(i) ** 2] * 3, C * (C + 2) * (C + 4) / m**3),
]


@pytest.mark.parametrize(("functions", "expected"), MOMENTS)
def test_products_of_sums(functions, expected):
    assert same(sum_moment(functions, m), expected)


@pytest.mark.parametrize("classes", [1, 2, 5])
def test_squares_of_a_chi_square(classes):
    value = sum_moment([Entry(i) ** 2] * 4, sympy.Integer(1)).subs(C, classes)
    assert value == sympy.prod(classes + 2 * k for k in range(4))
    assert value != sympy.prod(classes + k for k in range(4))


def of_loss(expression):
    return HessianBlock(network, LogitLoss(expression, "made"), w[i], w[j])


def test_other_losses_without_softmax():
    square = sympy.Sum(logit[c], (c, 1, C)) ** 2
    value = mean_square_at_classes(of_loss(square), gamma).result
    assert same(value, 4 * C**2 / m**2 * (gamma / 4 + Rational(1, 16)))


@pytest.mark.parametrize(
    ("block", "text"),
    [
        (HessianBlock(network, CROSS_ENTROPY, w[i], w[j]), "sums of output weights over classes"),
        (HessianBlock(network, MEAN_SQUARED_ERROR, v[i], v[i]), "accepted are the inputs"),
        (of_loss(sympy.Sum(c * logit[c] ** 2, (c, 1, C))), "sums of output weights over classes"),
        (of_loss(logit[1] ** 2), "accepted are gates and sums over the classes"),
        (
            HessianBlock(
                OneHiddenLayer(d, m, C, leaky_relu(Rational(1, 2))), MEAN_SQUARED_ERROR, w[i], w[j]
            ),
            "OneHiddenLayer with relu",
        ),
    ],
    ids=["softmax", "outputs", "unlike", "class 1", "activation"],
)
def test_what_is_refused(block, text):
    with pytest.raises(DomainError, match=text):
        mean_square_at_classes(block, gamma)
