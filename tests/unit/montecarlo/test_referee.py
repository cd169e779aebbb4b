"""The referee against autograd, and against formulas right and wrong."""

import runpy
import secrets
from pathlib import Path

import numpy as np
import pytest
import sympy

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.draw import draw_linear_model
from rmtcheck.montecarlo.referee import gradient, hessian_block
from rmtcheck.montecarlo.streams import stream
from rmtcheck.spectral.grams import to_numeric
from rmtcheck.vocabulary.activations import RELU, TANH, Activation
from rmtcheck.vocabulary.grams import WeightedGram
from rmtcheck.vocabulary.losses import (
    CROSS_ENTROPY,
    MEAN_SQUARED_ERROR,
    CrossEntropy,
    MeanSquaredError,
)
from rmtcheck.vocabulary.networks import Gradient, HessianBlock, LinearModel, OneHiddenLayer
from rmtcheck.vocabulary.quantities import SoftmaxOfGaussians
from rmtcheck.vocabulary.symbols import C, N, d, i, j

pytest.importorskip("autograd")
HELPERS = Path(__file__).parents[2] / "properties" / "autograd_networks.py"
BY_AUTOGRAD = runpy.run_path(str(HELPERS))
LOSSES, ACTIVATIONS = BY_AUTOGRAD["LOSSES"], BY_AUTOGRAD["ACTIVATIONS"]
p = SoftmaxOfGaussians(C)
# rounding: a block is a mean of a few terms of order 1
ROUNDING = 1e-13

SIZES = [(1, 1, 2), (3, 5, 2), (4, 9, 5)]
PAIRS = [("w", 1, "w", 1), ("w", 1, "w", 2), ("v", 3, "v", 3), ("v", 1, "v", 4)]
PAIRS += [("w", 2, "v", 3), ("v", 3, "w", 2), ("w", 1, "v", 1)]


def case(sizes):
    rng = stream(secrets.randbits(64), "tests of referee", 0)
    X, V = draw_linear_model(*sizes, rng)
    return X, V, rng.integers(1, sizes[2] + 1, sizes[1])


def block_of(loss, row, column, sizes):
    return HessianBlock(LinearModel(sizes[0], sizes[2]), loss, row, column)


def same(found, wanted):
    return np.allclose(found, wanted, rtol=0, atol=ROUNDING * max(1, np.abs(wanted).max()))


@pytest.mark.parametrize("loss", LOSSES, ids=str)
@pytest.mark.parametrize("activation", ACTIVATIONS, ids=str)
def test_hidden_layer_agrees_with_autograd(loss, activation):
    at = BY_AUTOGRAD["drawn"](loss, 1)
    full = BY_AUTOGRAD["hessian"](loss, activation, at)
    network = OneHiddenLayer(3, 2, 4, activation)
    for row, k, column, l in PAIRS:  # noqa: E741
        rows = getattr(network, row)[k], getattr(network, column)[l]
        wanted = full[BY_AUTOGRAD["places"](at, row, k), BY_AUTOGRAD["places"](at, column, l)]
        found = hessian_block(HessianBlock(network, loss, *rows), at.X, at.V, at.targets, at.W)
        assert same(found, wanted), (row, k, column, l)


@pytest.mark.parametrize("loss", LOSSES, ids=str)
def test_linear_model_agrees_with_autograd(loss):
    at = BY_AUTOGRAD["drawn"](loss, 2, m=None)
    full = BY_AUTOGRAD["hessian"](loss, None, at).reshape(4, 3, 4, 3)
    for row, column in ((1, 1), (2, 4)):
        found = hessian_block(block_of(loss, row, column, (3, 6, 4)), at.X, at.V, at.targets)
        assert same(found, full[row - 1, :, column - 1, :])


@pytest.mark.parametrize("loss", LOSSES, ids=str)
def test_gradient_agrees_with_autograd(loss):
    at = BY_AUTOGRAD["drawn"](loss, 3)
    wanted = BY_AUTOGRAD["gradient"](loss, TANH, at)
    network = OneHiddenLayer(3, 2, 4, TANH)
    for layer, k in (("w", 2), ("v", 4)):
        question = Gradient(network, loss, getattr(network, layer)[k])
        found = gradient(question, at.X, at.V, at.targets, at.W)
        assert same(found, wanted[BY_AUTOGRAD["places"](at, layer, k)])


def agrees(gram, row, column, sizes):
    X, V, labels = case(sizes)
    formula = gram.subs({i: row, j: column})
    drawn = hessian_block(block_of(CROSS_ENTROPY, row, column, sizes), X, V, labels)
    return np.allclose(to_numeric(formula)(X, V), drawn, rtol=0, atol=ROUNDING)


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


def test_logits_beyond_floats_are_refused():
    X, V = np.ones((1, 2)), np.array([[4000.0], [0.0]])
    with pytest.raises(DomainError, match="range of floats"):
        hessian_block(block_of(CROSS_ENTROPY, 1, 1, (1, 2, 2)), X, V, [2, 2])


def test_squared_error_has_no_off_diagonal_block():
    X, V, _ = case((3, 5, 4))
    zero = np.zeros((4, 5))
    block = block_of(MeanSquaredError(1), 1, 2, (3, 5, 4))
    assert not hessian_block(block, X, V, zero).any()
    diagonal = hessian_block(block_of(MeanSquaredError(1), 2, 2, (3, 5, 4)), X, V, zero)
    assert np.allclose(diagonal, 2 * X @ X.T / 5, rtol=0, atol=ROUNDING)


GOOD = block_of(CROSS_ENTROPY, 1, 2, (3, 5, 4))
TAU = sympy.Symbol("tau", positive=True)


@pytest.mark.parametrize(
    ("block", "targets"),
    [
        (block_of(CROSS_ENTROPY, i, 2, (3, 5, 4)), [1] * 5),
        (block_of(CROSS_ENTROPY, 0, 2, (3, 5, 4)), [1] * 5),
        (block_of(CROSS_ENTROPY, 1, 5, (3, 5, 4)), [1] * 5),
        (block_of(CROSS_ENTROPY, 1, 2, (2, 5, 4)), [1] * 5),
        (block_of(CrossEntropy(TAU), 1, 2, (3, 5, 4)), [1] * 5),
        (block_of(MeanSquaredError(TAU), 1, 1, (3, 5, 4)), np.zeros((4, 5))),
        (Gradient(LinearModel(3, 4), CROSS_ENTROPY, 1), [1] * 5),
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


NET = OneHiddenLayer(3, 2, 4, RELU)
BLOCK = HessianBlock(NET, MEAN_SQUARED_ERROR, NET.w[1], NET.v[2])


@pytest.mark.parametrize(
    ("block", "shapes"),
    [
        (BLOCK, [(3, 5), (4, 2), None]),
        (BLOCK, [(3, 5), (4, 3), (2, 3)]),
        (BLOCK, [(3, 5), (4, 2), (2, 4)]),
        (BLOCK, [(2, 5), (4, 2), (2, 2)]),
        (HessianBlock(NET, MEAN_SQUARED_ERROR, NET.w[3], NET.v[2]), [(3, 5), (4, 2), (2, 3)]),
        (HessianBlock(NET, MEAN_SQUARED_ERROR, NET.w[i], NET.v[2]), [(3, 5), (4, 2), (2, 3)]),
        (GOOD, [(3, 5), (4, 3), (2, 3)]),
    ],
)
def test_refuses_arrays_that_do_not_fit_a_hidden_layer(block, shapes):
    X, V, W = (None if shape is None else np.ones(shape) for shape in shapes)
    with pytest.raises(DomainError):
        hessian_block(block, X, V, np.zeros((4, 5)), W)


def test_refuses_functions_that_it_does_not_know():
    network = OneHiddenLayer(3, 2, 4, Activation(sympy.gamma(sympy.Symbol("a")), "gamma"))
    block = HessianBlock(network, MEAN_SQUARED_ERROR, network.w[1], network.w[1])
    with pytest.raises(DomainError, match="not known to the referee"):
        hessian_block(block, np.ones((3, 5)), np.ones((4, 2)), np.zeros((4, 5)), np.ones((2, 3)))
