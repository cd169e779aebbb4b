"""Formulas in many digits against floats, against more digits, and against exact arithmetic."""

import runpy
from fractions import Fraction
from pathlib import Path

import mpmath
import numpy as np
import pytest
import sympy

from rmtcheck.errors import DomainError
from rmtcheck.spectral.grams import to_numeric
from rmtcheck.symbolic.hessian import derive
from rmtcheck.vocabulary.activations import RELU, TANH, Activation
from rmtcheck.vocabulary.grams import INPUT, ONE, HiddenOutput, UnitVector, WeightedGram
from rmtcheck.vocabulary.losses import MeanSquaredError
from rmtcheck.vocabulary.networks import HessianBlock, LinearModel, OneHiddenLayer
from rmtcheck.vocabulary.quantities import SoftmaxOfGaussians
from rmtcheck.vocabulary.samples import LABEL, V, W, indicator, logit, preactivation, target
from rmtcheck.vocabulary.symbols import C, N, c, d, i, m

pytest.importorskip("autograd")
HELPERS = Path(__file__).parents[2] / "properties" / "autograd_networks.py"
BY_AUTOGRAD = runpy.run_path(str(HELPERS))
LOSSES, ACTIVATIONS = BY_AUTOGRAD["LOSSES"], BY_AUTOGRAD["ACTIVATIONS"]
drawn = BY_AUTOGRAD["drawn"]
p = SoftmaxOfGaussians(C)
# rounding of the floats: a block is a mean of a few terms of order 1
ROUNDING = 1e-13


def floats(matrix):
    return np.array(matrix.tolist(), dtype=float)


@pytest.mark.parametrize("loss", LOSSES, ids=str)
@pytest.mark.parametrize("activation", ACTIVATIONS, ids=str)
def test_floats_and_digits_agree(loss, activation):
    at, network = drawn(loss, 31, N=3), OneHiddenLayer(d, m, C, activation)
    lists = [A.tolist() for A in at.arrays]
    for rows in ((network.w[1], network.w[1]), (network.v[4], network.w[2])):
        gram = derive(HessianBlock(network, loss, *rows))
        rough = to_numeric(gram, network=network)(*at.arrays)
        fine = floats(to_numeric(gram, digits=30, network=network)(*lists))
        assert np.allclose(rough, fine, rtol=0, atol=ROUNDING * max(1, np.abs(fine).max()))


@pytest.mark.parametrize("activation", ACTIVATIONS, ids=str)
def test_fewer_digits_are_digits_of_more(activation):
    network, (loss, *_) = OneHiddenLayer(d, m, C, activation), LOSSES
    lists = [A.tolist() for A in drawn(loss, 32, N=3).arrays]
    gram = derive(HessianBlock(network, loss, network.w[1], network.v[2]))
    few, many = (to_numeric(gram, digits=k, network=network)(*lists) for k in (20, 60))
    size = max(abs(entry) for entry in many)
    assert all(abs(a - b) < 1e-18 * size for a, b in zip(few, many, strict=True))
    assert any(abs(a - b) > 1e-40 * size for a, b in zip(few, many, strict=True))


def test_rational_formulas_are_exact():
    network, loss = OneHiddenLayer(d, m, C, RELU), MeanSquaredError(Fraction(1, 2))
    X, Vs, Ws = (
        [["1/3", "2"], [1, "-5/7"]],
        [[1, "2/3"], [Fraction(1, 7), -3]],
        [[1, 1], ["1/2", -1]],
    )
    gram = derive(HessianBlock(network, loss, network.w[1], network.v[2]))
    found = to_numeric(gram, digits=40, network=network)(X, Vs, Ws, [[0, 1], ["1/9", 2]])
    exact = by_fractions(X, Vs, Ws, [[0, 1], ["1/9", 2]])
    for row, wanted_row in zip(found.tolist(), exact, strict=True):
        for entry, wanted in zip(row, wanted_row, strict=True):
            assert abs(entry * wanted.denominator - wanted.numerator) < mpmath.mpf(10) ** -37


def by_fractions(*arrays):
    """H_{w_1 v_2} of the half squared error by hand: gates times (v_{21} phi + r_2 e_1)."""
    X, Vs, Ws, Y = ([[Fraction(x) for x in row] for row in A] for A in arrays)
    block = [[Fraction(0)] * 2 for _ in range(2)]
    for n in range(2):
        a = [sum(Ws[k][b] * X[b][n] for b in range(2)) for k in range(2)]
        phi = [max(x, Fraction(0)) for x in a]
        r = sum(Vs[1][k] * phi[k] for k in range(2)) - Y[1][n]
        right = [Vs[1][0] * phi[0] + r, Vs[1][0] * phi[1]]
        for b in range(2):
            for k in range(2):
                block[b][k] += (a[0] > 0) * X[b][n] * right[k] / 2
    return block


def test_every_kind_of_leaf():
    at = drawn(MeanSquaredError(), 33)
    labels = drawn(next(iter(LOSSES)), 33).targets
    network = OneHiddenLayer(d, m, C, TANH)
    for weight, targets in [
        (preactivation[1] * W[2, 3] + indicator[2], None),
        (target[2] * V[1, 1] + sympy.sqrt(2) * sympy.pi, at.targets),
        (logit[LABEL] + LABEL * sympy.KroneckerDelta(LABEL, 2) + V[LABEL, 1], labels),
        (sympy.Sum(sympy.Max(logit[c], p[c]) - sympy.Min(sympy.Abs(logit[c]), 1), (c, 1, C)), None),
        (sympy.Heaviside(logit[1]) + sympy.sign(logit[2]) + sympy.Float(0.25), None),
        (sympy.Piecewise((logit[1], (logit[1] > 0) & (logit[2] <= 1)), (p[1] ** p[2], True)), None),
    ]:
        gram = WeightedGram(1 / N, weight, INPUT, UnitVector(2))
        lists = [A if A is None else A.tolist() for A in (at.X, at.V, at.W, targets)]
        rough = to_numeric(gram, network=network)(at.X, at.V, at.W, targets)
        fine = to_numeric(gram, digits=25, network=network)(*lists)
        assert np.allclose(rough, floats(fine), rtol=0, atol=ROUNDING), weight
        weights = to_numeric(gram, digits=25, network=network).weights(*lists)
        wanted = to_numeric(gram, network=network).weights(at.X, at.V, at.W, targets)
        assert np.allclose(np.array(weights, dtype=float), wanted, rtol=0, atol=ROUNDING), weight


def test_sums_with_ends_that_move_are_for_digits_only():
    gram = WeightedGram(1, sympy.Sum(p[c] * p[i], (i, 1, c), (c, 1, 3)))
    V, X = [[0], [0], [0]], [[1]]
    found = to_numeric(gram, digits=20)(X, V)
    assert abs(found[0] * 9 - 6) < 1e-18
    with pytest.raises(DomainError, match="ends that are numbers"):
        to_numeric(gram)(X, V)


def test_many_digits_have_no_range():
    gram = WeightedGram(1, sympy.exp(logit[1]))
    found = to_numeric(gram, digits=15)([[1]], [[1000], [0]])
    assert mpmath.almosteq(found[0], mpmath.exp(1000), 1e-14)


def test_the_global_precision_is_left_alone():
    before = mpmath.mp.dps
    to_numeric(WeightedGram(1, p[1]), digits=77)([[1]], [[1], [0]])
    assert mpmath.mp.dps == before


GRAM = WeightedGram(1 / N, p[i])
X, VL = [[1, 2], [3, 4]], [[1, 0], [0, 1]]


@pytest.mark.parametrize(
    ("gram", "arrays", "values", "match"),
    [
        (GRAM, (X, VL), {}, "symbol i"),
        (GRAM, (X, VL), {"i": 3}, "1 to 2"),
        (GRAM, ([["a", 2]], VL), {"i": 1}, "entry 'a'"),
        (GRAM, ([["1/0", 2]], VL), {"i": 1}, "entry '1/0'"),
        (GRAM, ([[1, None]], VL), {"i": 1}, "X is None"),
        (GRAM, ([1, 2], VL), {"i": 1}, "rows of numbers"),
        (GRAM, (1, VL), {"i": 1}, "rows of numbers"),
        (GRAM, ([[1], [2, 3]], VL), {"i": 1}, "one length"),
        (GRAM, ([], VL), {"i": 1}, "one length"),
        (GRAM, ([[1, 2]], VL), {"i": 1}, "V has shape"),
        (GRAM, ([[float("nan"), 2]], VL), {"i": 1}, "X is"),
        (WeightedGram(1, SoftmaxOfGaussians(3)[1]), (X, VL), {}, "3 classes"),
        (WeightedGram(1, indicator[1]), (X, VL), {}, "W is missing"),
        (WeightedGram(1, target[1]), (X, VL), {}, "missing"),
        (WeightedGram(1, target[1]), (X, VL, None, [[1, 2]]), {}, "accepted is"),
        (WeightedGram(1, LABEL), (X, VL, None, [1, 3]), {}, "1 to 2"),
        (WeightedGram(1, sympy.Function("f")(logit[1])), (X, VL), {}, "f in the formula"),
        (WeightedGram(1, sympy.log(-1 - logit[1] ** 2)), (X, VL), {}, "no real number"),
        (WeightedGram(1, V[3, 1]), (X, VL), {}, "1 to 2"),
    ],
)
def test_refuses_what_does_not_fit(gram, arrays, values, match):
    with pytest.raises(DomainError, match=match):
        to_numeric(gram, digits=20)(*arrays, **values)


@pytest.mark.parametrize("digits", [0, -3, 2.5, True, 10**6, "ten"])
def test_refuses_numbers_of_digits(digits):
    with pytest.raises(DomainError, match="digits is"):
        to_numeric(GRAM, digits=digits)


def test_refuses_a_layer_for_a_linear_model():
    for gram, network in ((GRAM, LinearModel(d, C)), (GRAM, None)):
        with pytest.raises(DomainError):
            to_numeric(gram, digits=20, network=network)(X, VL, [[1, 0], [0, 1]], i=1)


def test_hidden_outputs_of_other_activations():
    a = sympy.Symbol("a")
    gram = WeightedGram(1, 1, HiddenOutput(Activation(sympy.Abs(a) + sympy.E)), ONE)
    found = to_numeric(gram, digits=30)([[-2]], [[1]], [["1/2"]])
    assert abs(found[0] - 1 - mpmath.mp.e) < 1e-14
