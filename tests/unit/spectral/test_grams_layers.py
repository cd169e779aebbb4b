"""All blocks of a pair of layers: the matrix, its blocks and its product with vectors."""

import runpy
from pathlib import Path

import numpy as np
import pytest
import sympy

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.streams import stream
from rmtcheck.spectral.grams import layers, to_numeric
from rmtcheck.symbolic.hessian import derive
from rmtcheck.vocabulary.activations import RELU, TANH
from rmtcheck.vocabulary.grams import INPUT, ONE, BlockGram, HiddenOutput, UnitVector, WeightedGram
from rmtcheck.vocabulary.losses import CrossEntropy, MeanSquaredError
from rmtcheck.vocabulary.networks import HessianLayer, LinearModel, OneHiddenLayer
from rmtcheck.vocabulary.quantities import SoftmaxOfGaussians
from rmtcheck.vocabulary.samples import V, indicator
from rmtcheck.vocabulary.symbols import C, N, c, d, i, j, m

pytest.importorskip("autograd")
HELPERS = Path(__file__).parents[2] / "properties" / "autograd_networks.py"
BY_AUTOGRAD = runpy.run_path(str(HELPERS))
LOSSES, ACTIVATIONS = BY_AUTOGRAD["LOSSES"], BY_AUTOGRAD["ACTIVATIONS"]
drawn, places = BY_AUTOGRAD["drawn"], BY_AUTOGRAD["places"]
p = SoftmaxOfGaussians(C)
# rounding: a block is a mean of a few terms of order 1
ROUNDING = 1e-13


def same(found, wanted):
    if found.shape != wanted.shape:
        return False
    return np.allclose(found, wanted, rtol=0, atol=ROUNDING * max(1, np.abs(wanted).max()))


def vectors(length, number, seed=1):
    return stream(seed, "directions", 0).standard_normal((length, number))


@pytest.mark.parametrize("loss", LOSSES, ids=str)
@pytest.mark.parametrize("activation", ACTIVATIONS, ids=str)
def test_matrices_and_products_agree_with_autograd(loss, activation):
    at, network = drawn(loss, 21), OneHiddenLayer(d, m, C, activation)
    full = BY_AUTOGRAD["hessian"](loss, activation, at)
    for row in "wv":
        for column in "wv":
            blocks = to_numeric(derive(HessianLayer(network, loss, row, column)), network=network)
            wanted = full[places(at, row), places(at, column)]
            assert same(blocks.matrix(*at.arrays), wanted)
            several = vectors(wanted.shape[1], 2)
            assert same(blocks.product(several, *at.arrays), wanted @ several)
            assert same(blocks.product(several[:, 0], *at.arrays), wanted @ several[:, 0])
            one = full[places(at, row, 2), places(at, column, 1)]
            assert same(blocks.block(2, 1, *at.arrays), one)


@pytest.mark.parametrize("loss", LOSSES, ids=str)
def test_linear_models_agree_with_autograd(loss):
    at = drawn(loss, 22, m=None)
    full = BY_AUTOGRAD["hessian"](loss, None, at)
    blocks = to_numeric(derive(HessianLayer(LinearModel(d, C), loss, "v", "v")))
    assert same(blocks.matrix(*at.arrays), full)
    assert same(blocks.product(vectors(12, 1), *at.arrays), full @ vectors(12, 1))
    for k, l in ((1, 1), (2, 4)):  # noqa: E741
        found = blocks.block(k, l, *at.arrays)
        assert same(found, full[places(at, "v", k), places(at, "v", l)])
        weights = blocks.weights(k, l, *at.arrays)
        scale = float(loss.prefactor(6, 4))
        assert weights.shape == (6,)
        if loss == CrossEntropy():
            assert same(found, scale * (at.X * weights) @ at.X.T)


def hidden_times(loss, activation, at, vector):
    """The whole Hessian times a vector, from the four products."""
    network = OneHiddenLayer(d, m, C, activation)
    parts = {layer: vector[places(at, layer)] for layer in "wv"}
    return np.concatenate([
        sum(
            to_numeric(derive(HessianLayer(network, loss, row, column)), network=network).product(
                parts[column], *at.arrays
            )
            for column in "wv"
        )
        for row in "wv"
    ])  # fmt: skip


@pytest.mark.parametrize("loss", LOSSES, ids=str)
@pytest.mark.parametrize("activation", [RELU, TANH], ids=str)
def test_products_at_larger_sizes_agree_with_autograd(loss, activation):
    at = drawn(loss, 23, d=40, m=6, C=30, N=700)
    vector = vectors(len(at.parameters), 1)[:, 0]
    wanted = BY_AUTOGRAD["hessian_times"](loss, activation, at, vector)
    assert same(hidden_times(loss, activation, at, vector), wanted)


@pytest.mark.parametrize("loss", [CrossEntropy(), MeanSquaredError(3, "entries")], ids=str)
def test_products_at_the_sizes_of_the_source_agree_with_autograd(loss):
    at = drawn(loss, 24, d=500, m=8, C=500, N=5000)
    vector = vectors(len(at.parameters), 1)[:, 0]
    wanted = BY_AUTOGRAD["hessian_times"](loss, RELU, at, vector)
    found = hidden_times(loss, RELU, at, vector)
    assert np.allclose(found, wanted, rtol=0, atol=ROUNDING * np.abs(wanted).max())


def complex_step(at, vector):
    """The Hessian of cross-entropy times a vector, from a gradient of one's own, tanh network."""
    step = 1e-200
    moved = at.parameters + 1j * step * vector
    W = moved[places(at, "w")].reshape(at.W.shape)
    V = moved[places(at, "v")].reshape(at.V.shape)
    hidden = np.tanh(W @ at.X)
    powers = np.exp(V @ hidden)
    r = powers / powers.sum(0)
    r[at.targets - 1, np.arange(len(at.targets))] -= 1
    of_hidden = (V.T @ r) * (1 - hidden**2)
    gradient = np.concatenate([(of_hidden @ at.X.T).ravel(), (r @ hidden.T).ravel()])
    return (gradient / len(at.targets)).imag / step


def test_products_agree_with_a_complex_step():
    at = drawn(CrossEntropy(), 25, d=100, m=8, C=200, N=1000)
    vector = vectors(len(at.parameters), 1)[:, 0]
    found = hidden_times(CrossEntropy(), TANH, at, vector)
    assert same(found, complex_step(at, vector))
    mutant = hidden_times(CrossEntropy(temperature=sympy.Rational(101, 100)), TANH, at, vector)
    assert not same(mutant, complex_step(at, vector))


def test_batches_do_not_change_the_numbers(monkeypatch):
    at, network = drawn(CrossEntropy(), 26), OneHiddenLayer(d, m, C, RELU)
    for row, column, width in (("w", "v", 8), ("v", "v", 8), ("w", "w", 6)):
        gram = derive(HessianLayer(network, CrossEntropy(), row, column))
        with monkeypatch.context() as patch:
            patch.setattr(layers, "BATCH_NUMBERS", 1)
            blocks = to_numeric(gram, network=network)
            found = blocks.matrix(*at.arrays), blocks.product(vectors(width, 1), *at.arrays)
        blocks = to_numeric(gram, network=network)
        assert same(found[0], blocks.matrix(*at.arrays))
        assert same(found[1], blocks.product(vectors(width, 1), *at.arrays))


def test_formulas_that_no_loss_has():
    at = drawn(CrossEntropy(), 27)
    network = OneHiddenLayer(d, m, C, RELU)
    hidden = HiddenOutput(RELU)
    deep = sympy.Sum(
        p[c] * V[c, i] * (V[c, j] - sympy.Sum(p[c] * V[c, j], (c, 1, C))) ** 2, (c, 1, C)
    )
    for weight, left, right, rows, columns in [
        (deep, INPUT, INPUT, m, m),
        (sympy.exp(V[i, 1] * p[j]), INPUT, ONE, C, C),
        (sympy.KroneckerDelta(i, j) * p[i] + 1, UnitVector(1), UnitVector(2), C, C),
        (sympy.S(3), UnitVector(1), UnitVector(2), C, m),
        (sympy.S.Zero, INPUT, hidden, m, C),
        (i * indicator[i] + j, hidden, UnitVector(i), m, m),
        (sympy.Sum(p[c] * V[c, i], (c, 1, C)) ** 2 * p[j], INPUT, UnitVector(i), m, C),
    ]:
        gram = WeightedGram(1 / N, weight, left, right)
        blocks = to_numeric(BlockGram(gram, i, j, rows, columns), network=network)
        matrix = blocks.matrix(*at.arrays)
        numbers = [int(size.subs({m: 2, C: 4})) for size in (rows, columns)]
        single = to_numeric(gram, network=network)
        lines = [
            [single_block(single, blocks, k, l, at) for l in range(1, numbers[1] + 1)]  # noqa: E741
            for k in range(1, numbers[0] + 1)
        ]
        assert same(matrix, np.block(lines)), weight
        several = vectors(matrix.shape[1], 3)
        assert same(blocks.product(several, *at.arrays), matrix @ several), weight


def single_block(single, blocks, k, l, at):  # noqa: E741
    found = blocks.block(k, l, *at.arrays)
    if k != l:
        assert same(found, single(*at.arrays, i=k, j=l))
    return found


def test_symmetric_formulas_give_exactly_symmetric_matrices_and_others_are_left_alone():
    at = drawn(CrossEntropy(), 28, m=None)
    right = BlockGram(WeightedGram(1 / N, -p[i] * p[j]), i, j, C, C)
    matrix = to_numeric(right).matrix(*at.arrays)
    assert (matrix == matrix.T).all()
    wrong = BlockGram(WeightedGram(1 / N, -(p[i] ** 2) * p[j]), i, j, C, C)
    matrix = to_numeric(wrong).matrix(*at.arrays)
    assert not np.allclose(matrix, matrix.T)


AT = drawn(CrossEntropy(), 29, m=None)
BLOCKS = BlockGram(WeightedGram(1 / N, -p[i] * p[j]), i, j, C, C)


@pytest.mark.parametrize(
    "vector", [np.ones(11), np.ones((12, 0)), np.ones((2, 6)), np.full(12, np.nan), "ones", 1.0]
)
def test_refuses_vectors_that_do_not_fit(vector):
    with pytest.raises(DomainError, match=r"\(12,\)"):
        to_numeric(BLOCKS).product(vector, *AT.arrays)


@pytest.mark.parametrize(("k", "l"), [(0, 1), (1, 5), (1.5, 1), ("a", 1)])
def test_refuses_blocks_out_of_range(k, l):  # noqa: E741
    with pytest.raises(DomainError, match=r"from 1 to 4|a real number"):
        to_numeric(BLOCKS).block(k, l, *AT.arrays)


def test_refuses_large_matrices():
    X, V = np.ones((60, 1)), np.ones((200, 60))
    with pytest.raises(DomainError, match="at most 100000000"):
        to_numeric(BLOCKS).matrix(X, V)
    assert to_numeric(BLOCKS).product(np.ones(12_000), X, V).shape == (12_000,)


def test_refuses_symbols_and_unbounded_numbers_of_blocks():
    tau = sympy.Symbol("tau")
    blocks = to_numeric(BlockGram(WeightedGram(1 / N, tau * p[i]), i, j, C, C))
    with pytest.raises(DomainError, match="tau"):
        blocks.matrix(*AT.arrays)
    assert blocks.matrix(*AT.arrays, tau=2).shape == (12, 12)
    blocks = to_numeric(BlockGram(WeightedGram(1, 1), i, j, sympy.Rational(1, 2), 2))
    with pytest.raises(DomainError, match="rows"):
        blocks.matrix(*AT.arrays)
