"""The referee against autograd, and against formulas right and wrong."""

import secrets

import numpy as np
import pytest
import sympy

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.draw import draw_linear_model
from rmtcheck.montecarlo.referee import gram_block, hessian_block
from rmtcheck.montecarlo.streams import stream
from rmtcheck.vocabulary.grams import WeightedGram
from rmtcheck.vocabulary.losses import CROSS_ENTROPY, MeanSquaredError
from rmtcheck.vocabulary.networks import HessianBlock, LinearModel
from rmtcheck.vocabulary.quantities import SoftmaxOfGaussians
from rmtcheck.vocabulary.symbols import C, N, d, i, j

p = SoftmaxOfGaussians(C)
# rounding: a block is a mean of a few terms of order 1
ROUNDING = 1e-13

SIZES = [(1, 1, 2), (3, 5, 2), (4, 9, 5)]


def case(sizes):
    rng = stream(secrets.randbits(64), "tests of referee", 0)
    X, V = draw_linear_model(*sizes, rng)
    return X, V, rng.integers(1, sizes[2] + 1, sizes[1])


def autograd_hessian(loss, V):
    autograd = pytest.importorskip("autograd")
    return autograd.hessian(loss)(V)


def block_of(loss, row, column, sizes):
    return HessianBlock(LinearModel(sizes[0], sizes[2]), loss, row, column)


@pytest.mark.parametrize("sizes", SIZES)
def test_cross_entropy_agrees_with_autograd(sizes):
    anp = pytest.importorskip("autograd.numpy")
    X, V, labels = case(sizes)

    def loss(v):
        u = anp.dot(v, X)
        chosen = u[labels - 1, np.arange(sizes[1])]
        return -anp.mean(chosen - anp.log(anp.sum(anp.exp(u), axis=0)))

    full = autograd_hessian(loss, V)
    for row in (1, sizes[2]):
        drawn = hessian_block(block_of(CROSS_ENTROPY, row, 2, sizes), X, V, labels)
        assert np.allclose(drawn, full[row - 1, :, 1, :], rtol=0, atol=ROUNDING)


@pytest.mark.parametrize("sizes", SIZES)
def test_squared_error_agrees_with_autograd(sizes):
    anp = pytest.importorskip("autograd.numpy")
    X, V, _ = case(sizes)
    targets = np.cos(np.arange(sizes[1] * sizes[2])).reshape(sizes[2], sizes[1])
    full = autograd_hessian(lambda v: 3 * anp.sum((anp.dot(v, X) - targets) ** 2) / sizes[1], V)
    for row in (1, 2):
        drawn = hessian_block(block_of(MeanSquaredError(3), row, 2, sizes), X, V, targets)
        assert np.allclose(drawn, full[row - 1, :, 1, :], rtol=0, atol=ROUNDING)


def agrees(gram, row, column, sizes):
    X, V, labels = case(sizes)
    formula = gram.subs({i: row, j: column})
    drawn = hessian_block(block_of(CROSS_ENTROPY, row, column, sizes), X, V, labels)
    return np.allclose(gram_block(formula, X, V), drawn, rtol=0, atol=ROUNDING)


@pytest.mark.parametrize("sizes", SIZES)
def test_right_formulas_agree(sizes):
    assert agrees(WeightedGram(1 / N, p[i] * (1 - p[i])), 2, 2, sizes)
    assert agrees(WeightedGram(1 / N, -p[i] * p[j]), 1, 2, sizes)


@pytest.mark.parametrize(
    ("gram", "row", "column"),
    [
        (WeightedGram(1 / N, p[i] * p[j]), 1, 2),
        (WeightedGram(2 / N, -p[i] * p[j]), 1, 2),
        (WeightedGram(1 / N, -p[i] * p[i]), 1, 2),
        (WeightedGram(1 / (N + 1), -p[i] * p[j]), 1, 2),
        (WeightedGram(1 / N, p[i] * (1 + p[i])), 1, 1),
        (WeightedGram(1 / N, p[j] * (1 - p[j])), 1, 2),
        (WeightedGram(1 / d, p[i] * (1 - p[i])), 1, 1),
    ],
)
def test_wrong_formulas_are_rejected(gram, row, column):
    assert not agrees(gram, row, column, (4, 9, 5))


def test_large_logits_stay_finite():
    X, V = np.ones((1, 2)), np.array([[400.0], [0.0], [399.0]])
    drawn = hessian_block(block_of(CROSS_ENTROPY, 1, 3, (1, 2, 3)), X, V, [1, 1])
    q = 1 / (1 + np.exp(-1.0))
    assert drawn[0, 0] == pytest.approx(-q * (1 - q))


def test_squared_error_has_no_off_diagonal_block():
    X, V, _ = case((3, 5, 4))
    zero = np.zeros((4, 5))
    block = block_of(MeanSquaredError(1), 1, 2, (3, 5, 4))
    assert not hessian_block(block, X, V, zero).any()
    same = hessian_block(block_of(MeanSquaredError(1), 2, 2, (3, 5, 4)), X, V, zero)
    assert np.allclose(same, 2 * X @ X.T / 5)
    assert np.allclose(gram_block(WeightedGram(2 / N, 1), X, V), same)


GOOD = block_of(CROSS_ENTROPY, 1, 2, (3, 5, 4))


@pytest.mark.parametrize(
    ("block", "targets"),
    [
        (block_of(CROSS_ENTROPY, i, 2, (3, 5, 4)), [1] * 5),
        (block_of(CROSS_ENTROPY, 0, 2, (3, 5, 4)), [1] * 5),
        (block_of(CROSS_ENTROPY, 1, 5, (3, 5, 4)), [1] * 5),
        (block_of(CROSS_ENTROPY, 1, 2, (2, 5, 4)), [1] * 5),
        (GOOD, None),
        (GOOD, [0] * 5),
        (GOOD, [5] * 5),
        (GOOD, [1.5] * 5),
        (GOOD, [1] * 4),
        (block_of(MeanSquaredError(), 1, 2, (3, 5, 4)), None),
        (block_of(MeanSquaredError(), 1, 2, (3, 5, 4)), np.full((4, 5), np.nan)),
    ],
)
def test_refuses_blocks_that_are_not_numeric_or_do_not_fit(block, targets):
    X, V, _ = case((3, 5, 4))
    with pytest.raises(DomainError):
        hessian_block(block, X, V, targets)


@pytest.mark.parametrize(
    "gram",
    [
        WeightedGram(1 / N, p[i]),
        WeightedGram(1 / N, p[9]),
        WeightedGram(1 / N, SoftmaxOfGaussians(7)[1]),
        WeightedGram(1 / N, sympy.Symbol("a") * p[1]),
        WeightedGram(sympy.Symbol("a"), p[1]),
        WeightedGram(1 / N, p[1], sympy.Symbol("l")),
    ],
)
def test_refuses_formulas_that_are_not_numeric(gram):
    X, V, _ = case((3, 5, 4))
    with pytest.raises(DomainError):
        gram_block(gram, X, V)
