"""Numbers of derived blocks against autograd; inputs that are refused; speed-ups that are exact."""

import runpy
from pathlib import Path

import numpy as np
import pytest
import sympy

from rmtcheck.errors import DomainError
from rmtcheck.spectral.grams import program, to_numeric
from rmtcheck.symbolic.hessian import derive
from rmtcheck.vocabulary.activations import RELU, TANH, Activation
from rmtcheck.vocabulary.grams import (
    INPUT,
    ONE,
    BlockGram,
    Combination,
    HiddenOutput,
    UnitVector,
    WeightedGram,
)
from rmtcheck.vocabulary.losses import (
    BinaryCrossEntropy,
    CrossEntropy,
    LogitLoss,
    MeanSquaredError,
)
from rmtcheck.vocabulary.networks import Gradient, HessianBlock, LinearModel, OneHiddenLayer
from rmtcheck.vocabulary.quantities import SoftmaxOfGaussians
from rmtcheck.vocabulary.samples import (
    LABEL,
    V,
    W,
    indicator,
    logit,
    preactivation,
    target,
)
from rmtcheck.vocabulary.symbols import C, N, c, d, i, j, m

pytest.importorskip("autograd")
HELPERS = Path(__file__).parents[2] / "properties" / "autograd_networks.py"
BY_AUTOGRAD = runpy.run_path(str(HELPERS))
LOSSES, ACTIVATIONS = BY_AUTOGRAD["LOSSES"], BY_AUTOGRAD["ACTIVATIONS"]
drawn, places = BY_AUTOGRAD["drawn"], BY_AUTOGRAD["places"]
p = SoftmaxOfGaussians(C)
# rounding: a block is a mean of a few terms of order 1
ROUNDING = 1e-13
PAIRS = [("w", 1, "w", 1), ("w", 1, "w", 2), ("v", 3, "v", 3), ("v", 1, "v", 4)]
PAIRS += [("w", 2, "v", 3), ("v", 3, "w", 2), ("w", 1, "v", 1)]


def same(found, wanted):
    if found.shape != wanted.shape:
        return False
    return np.allclose(found, wanted, rtol=0, atol=ROUNDING * max(1, np.abs(wanted).max()))


def symbolic_rows(network, row, column, is_diagonal):
    second = i if is_diagonal else j
    return getattr(network, row)[i], getattr(network, column)[second]


@pytest.mark.parametrize("loss", LOSSES, ids=str)
@pytest.mark.parametrize("activation", ACTIVATIONS, ids=str)
def test_derived_blocks_agree_with_autograd(loss, activation):
    at = drawn(loss, 4)
    full = BY_AUTOGRAD["hessian"](loss, activation, at)
    network = OneHiddenLayer(d, m, C, activation)
    for row, k, column, l in PAIRS:  # noqa: E741
        rows = symbolic_rows(network, row, column, (row, k) == (column, l))
        gram = derive(HessianBlock(network, loss, *rows))
        found = to_numeric(gram, network=network)(*at.arrays, i=k, j=l)
        assert same(found, full[places(at, row, k), places(at, column, l)]), (row, k, column, l)


@pytest.mark.parametrize("loss", LOSSES, ids=str)
def test_derived_blocks_of_linear_models_agree_with_autograd(loss):
    at, network = drawn(loss, 5, m=None), LinearModel(d, C)
    full = BY_AUTOGRAD["hessian"](loss, None, at)
    for k, l in ((1, 1), (2, 4)):  # noqa: E741
        gram = derive(HessianBlock(network, loss, *symbolic_rows(network, "v", "v", k == l)))
        found = to_numeric(gram)(*at.arrays, i=k, j=l)
        assert same(found, full[places(at, "v", k), places(at, "v", l)])


@pytest.mark.parametrize("loss", LOSSES, ids=str)
def test_derived_gradients_agree_with_autograd(loss):
    at, network = drawn(loss, 6), OneHiddenLayer(d, m, C, TANH)
    wanted = BY_AUTOGRAD["gradient"](loss, TANH, at)
    for layer in "wv":
        gram = derive(Gradient(network, loss, getattr(network, layer)[2]))
        found = to_numeric(gram, network=network)(*at.arrays)
        assert same(found, wanted[places(at, layer, 2)][:, None])


RELU_NET = OneHiddenLayer(d, m, C, RELU)
HIDDEN = HiddenOutput(RELU)
MIXED = Combination((p[j] * (V[j, i] - sympy.Sum(p[c] * V[c, i], (c, 1, C))), HIDDEN))


@pytest.mark.parametrize(
    "mutant",
    [
        WeightedGram(1 / N, -indicator[i] * p[j], INPUT, HIDDEN),
        WeightedGram(1 / N, indicator[j] * p[j], INPUT, HIDDEN),
        WeightedGram(1 / N, indicator[i], INPUT, MIXED),
        WeightedGram(
            1 / d, indicator[i], INPUT, Combination((p[j], HIDDEN), (p[j], UnitVector(i)))
        ),
        WeightedGram(1 / N, indicator[i], INPUT, Combination((p[j], HIDDEN), (1, UnitVector(j)))),
    ],
    ids=str,
)
def test_mutants_are_told_apart(mutant):
    loss = CrossEntropy()
    at = drawn(loss, 4)
    full = BY_AUTOGRAD["hessian"](loss, RELU, at)
    found = to_numeric(mutant, network=RELU_NET)(*at.arrays, i=1, j=2)
    assert not same(found, full[places(at, "w", 1), places(at, "v", 2)])


def test_weights_and_their_matrix():
    at = drawn(MeanSquaredError(), 7)
    gram = WeightedGram(2 / N, indicator[1] * sympy.tanh(preactivation[2]), INPUT, INPUT)
    weights = to_numeric(gram).weights(*at.arrays)
    a = at.W @ at.X
    assert np.allclose(weights, (a[0] > 0) * np.tanh(a[1]), rtol=1e-15)
    assert same(to_numeric(gram)(*at.arrays), 2 / 6 * (at.X * weights) @ at.X.T)


@pytest.mark.parametrize("weight", [p[1], -p[1], p[1] - p[2], logit[1], sympy.S(2), sympy.S.Zero])
def test_equal_vectors_give_exactly_symmetric_matrices(weight):
    at = drawn(CrossEntropy(), 8, d=7, m=None, N=40)
    found = to_numeric(WeightedGram(1 / N, weight))(*at.arrays)
    assert (found == found.T).all()
    weights = to_numeric(WeightedGram(1 / N, weight)).weights(*at.arrays)
    assert same(found, (at.X * weights) @ at.X.T / 40)


def test_zero_weights_keep_the_shape():
    at = drawn(CrossEntropy(), 9)
    for vectors, shape in (
        ((INPUT, INPUT), (3, 3)),
        ((HIDDEN, INPUT), (2, 3)),
        ((HIDDEN, ONE), (2, 1)),
    ):
        found = to_numeric(WeightedGram(1 / N, 0, *vectors))(*at.arrays)
        assert found.shape == shape
        assert not found.any()


def test_shut_gates_leave_nothing():
    at = drawn(CrossEntropy(), 10)
    gram = WeightedGram(1 / N, indicator[1] * p[1])
    shut = -np.abs(at.W), np.abs(at.X)
    found = to_numeric(gram, network=RELU_NET)(shut[1], at.V, shut[0], at.targets)
    assert found.shape == (3, 3)
    assert not found.any()


def test_a_shut_gate_hides_no_bad_class():
    at = drawn(CrossEntropy(), 10)
    gram = WeightedGram(1 / N, indicator[1] * p[9])
    with pytest.raises(DomainError, match="1 to 4"):
        to_numeric(gram, network=RELU_NET)(np.abs(at.X), at.V, -np.abs(at.W), at.targets)


@pytest.mark.parametrize("loss", LOSSES, ids=str)
def test_batches_do_not_change_the_numbers(loss, monkeypatch):
    network = OneHiddenLayer(d, m, C, TANH)
    at = drawn(loss, 11, N=333)
    blocks = [
        to_numeric(derive(HessianBlock(network, loss, network.w[1], row)), network=network)
        for row in (network.w[2], network.v[1])
    ]
    whole = [block(*at.arrays) for block in blocks]
    monkeypatch.setattr(program, "BATCH_NUMBERS", 1)
    for block, wanted in zip(blocks, whole, strict=True):
        assert same(block(*at.arrays), wanted)


def large(loss, scale):
    at = drawn(loss, 12, N=9)
    return at.X, scale * at.V, at.W, at.targets


@pytest.mark.parametrize("loss", [CrossEntropy(), BinaryCrossEntropy(), BY_AUTOGRAD["LOGCOSH"]])
@pytest.mark.parametrize("activation", ACTIVATIONS, ids=str)
def test_large_logits_give_finite_numbers_and_no_warning(loss, activation):
    network = OneHiddenLayer(d, m, C, activation)
    for rows in ((network.w[1], network.w[1]), (network.w[1], network.v[2])):
        gram = derive(HessianBlock(network, loss, *rows))
        found = to_numeric(gram, network=network)(*large(loss, 1e4))
        assert np.isfinite(found).all()


def test_large_preactivations_give_finite_numbers_and_no_warning():
    for activation in ACTIVATIONS:
        network = OneHiddenLayer(d, m, C, activation)
        loss = MeanSquaredError()
        at = drawn(loss, 13)
        gram = derive(HessianBlock(network, loss, network.w[1], network.w[1]))
        found = to_numeric(gram, network=network)(at.X, at.V, 1e4 * at.W, at.targets)
        assert np.isfinite(found).all(), activation


def test_what_floats_cannot_hold_is_refused():
    loss = LogitLoss(sympy.Sum(sympy.exp(logit[c]), (c, 1, C)))
    network = LinearModel(d, C)
    block = to_numeric(derive(HessianBlock(network, loss, network.v[1], network.v[1])))
    with pytest.raises(DomainError, match="digits"):
        block(np.ones((1, 2)), np.full((2, 1), 1000.0))


def test_labels_as_indices_and_as_numbers():
    at = drawn(CrossEntropy(), 14)
    y, u = at.targets, at.V @ np.tanh(at.W @ at.X)
    network = OneHiddenLayer(d, m, C, TANH)
    for weight, wanted in [
        (logit[LABEL], u[y - 1, np.arange(6)]),
        (V[LABEL, 2], at.V[y - 1, 1]),
        (LABEL * W[1, 2], y * at.W[0, 1]),
        (sympy.Sum(V[LABEL, 1] * V[c, 1], (c, 1, C)), at.V[y - 1, 0] * at.V[:, 0].sum()),
        (sympy.KroneckerDelta(LABEL, 3) * 2, 2.0 * (y == 3)),
        (
            sympy.Sum(c * sympy.KroneckerDelta(LABEL, c) * logit[c], (c, 1, C)),
            y * u[y - 1, range(6)],
        ),
    ]:
        assert same(
            to_numeric(WeightedGram(1, weight), network=network).weights(*at.arrays), wanted
        )


def test_sums_over_parts_of_the_classes_and_over_two():
    at = drawn(CrossEntropy(), 15, m=None)
    u, v, y = at.V @ at.X, at.V[:, 0], at.targets
    k = sympy.Symbol("k", integer=True)
    delta, every, pairs = sympy.KroneckerDelta, (c, 1, C), np.exp(u[:, None] * u)
    cases = [
        (sympy.Sum(logit[c], (c, 2, C - 1)), u[1:3].sum(0)),
        (sympy.Sum(logit[c], (c, 3, 2)), np.zeros(6)),
        (sympy.Sum(c * logit[c], (c, 1, 3)), np.arange(1, 4) @ u[:3]),
        (sympy.Sum(logit[c] * logit[k] * V[c, 1], every, (k, 1, 2)), v @ u * u[:2].sum(0)),
        (sympy.Sum(sympy.exp(logit[c] * logit[k]), every, (k, 1, C)), pairs.sum((0, 1))),
        (sympy.Sum(delta(c, 3) * logit[c], (c, 1, 2)), np.zeros(6)),
        (
            sympy.Sum(delta(c, LABEL) * logit[c], (c, 1, 2)),
            np.where(y <= 2, u[y - 1, range(6)], 0),
        ),
        (
            sympy.Sum((logit[c] - delta(c, 2)) ** 2 * V[c, 1], every),
            v @ (u - np.eye(4)[:, 1:2]) ** 2,
        ),
        (sympy.Sum(V[c, 1], every) ** 2 + sympy.Sum(1, every), np.full(6, 4 + v.sum() ** 2)),
        (1 / sympy.Sum(sympy.exp(logit[c]), every), 1 / np.exp(u).sum(0)),
        (sympy.log(1 + sympy.Sum(logit[c] ** 2, every)), np.log(1 + (u**2).sum(0))),
        (sympy.Sum(delta(c, k) * logit[c] * V[k, 2], every, (k, 1, C)), at.V[:, 1] @ u),
        (sympy.Sum(sympy.Max(logit[c], 0), every), np.maximum(u, 0).sum(0)),
    ]
    for weight, wanted in cases:
        found = to_numeric(WeightedGram(1, weight)).weights(*at.arrays)
        assert same(found, wanted), weight


AT = drawn(CrossEntropy(), 16)
LINEAR = drawn(CrossEntropy(), 16, m=None)
GOOD = WeightedGram(1 / N, p[i])
GATED = WeightedGram(1 / N, indicator[1])
LABELED = WeightedGram(1 / N, sympy.KroneckerDelta(LABEL, 1))
VECTORS = WeightedGram(1 / N, target[1])
X, VL, Y = LINEAR.X, LINEAR.V, LINEAR.targets


@pytest.mark.parametrize(
    ("gram", "arrays", "values", "match"),
    [
        (GOOD, (X, VL), {}, "symbol i has no value"),
        (GOOD, (X, VL), {"i": 0}, "1 to 4"),
        (GOOD, (X, VL), {"i": 5}, "1 to 4"),
        (GOOD, (X, VL), {"i": 1, "tau": 1}, "tau is no free symbol"),
        (GOOD, (X, VL), {"i": float("nan")}, "i is nan"),
        (GOOD, (X, VL), {"i": "one"}, "i is .one."),
        (GOOD, (X.T, VL), {"i": 1}, "accepted are"),
        (GOOD, (X[0], VL), {"i": 1}, "X has shape"),
        (GOOD, (X, VL * np.nan), {"i": 1}, "V has an entry"),
        (GOOD, (X * np.inf, VL), {"i": 1}, "X has an entry"),
        (GOOD, (X[:, :0], VL), {"i": 1}, "not empty"),
        (GOOD, ("text", VL), {"i": 1}, "X must be"),
        (GOOD, (X, [[1, 2], [3]]), {"i": 1}, "V must be"),
        (GOOD, (AT.X, AT.V, AT.W), {"i": 1}, "network=OneHiddenLayer"),
        (GATED, (AT.X, AT.V, AT.W[:, :2]), {}, "W has shape"),
        (WeightedGram(1 / N, p[i] * p[j]), (X, VL), {"i": 2, "j": 2}, "both 2"),
        (WeightedGram(1 / N, SoftmaxOfGaussians(7)[1]), (X, VL), {}, "of 7 classes"),
        (WeightedGram(sympy.Symbol("a"), 1), (X, VL), {}, "symbol a"),
        (WeightedGram(sympy.I, 1), (X, VL), {}, "real"),
        (WeightedGram(logit[1], 1), (X, VL), {}, "scale"),
        (WeightedGram(1, sympy.Sum(p[c], (c, 1, sympy.oo))), (X, VL), {}, "."),
        (WeightedGram(1, sympy.Sum(p[c], (c, 1, C + 1))), (X, VL), {}, "beyond 1 to 4"),
        (WeightedGram(1, p[c + 1] * 0 + sympy.Sum(p[c + 1], (c, 1, 2))), (X, VL), {}, "bound by"),
        (GATED, (X, VL), {}, "W is missing"),
        (GATED, (AT.X, AT.V[:, :1], AT.W), {}, "V has shape"),
        (WeightedGram(1, indicator[3]), (AT.X, AT.V, AT.W), {}, "1 to m = 2"),
        (WeightedGram(1, 1, INPUT, UnitVector(3)), (AT.X, AT.V, AT.W), {}, "1 to 2"),
        (WeightedGram(1, V[LABEL, LABEL]), (X, VL, None, Y), {}, "label"),
        (WeightedGram(1, 1, INPUT, sympy.Symbol("l")), (X, VL), {"l": 1}, "vector"),
        (LABELED, (X, VL), {}, "missing"),
        (LABELED, (X, VL, None, Y - 1), {}, "run from 0"),
        (LABELED, (X, VL, None, Y + 4), {}, "accepted are 6 labels"),
        (LABELED, (X, VL, None, Y + 0.5), {}, "type float64"),
        (LABELED, (X, VL, None, Y[:5]), {}, "shape"),
        (VECTORS, (X, VL), {}, "missing"),
        (VECTORS, (X, VL, None, Y), {}, "targets"),
        (VECTORS, (X, VL, None, np.full((4, 6), np.nan)), {}, "targets"),
        (VECTORS, (X, VL, None, np.ones((3, 6))), {}, "accepted is"),
        (WeightedGram(1, target[LABEL]), (X, VL, None, Y), {}, "accepted is one"),
    ],
)  # fmt: skip
def test_refuses_what_does_not_fit(gram, arrays, values, match):
    with pytest.raises(DomainError, match=match):
        to_numeric(gram)(*arrays, **values)


@pytest.mark.parametrize("gram", [1, "gram", p[1], None])
def test_refuses_what_is_no_formula(gram):
    with pytest.raises(DomainError, match="accepted are"):
        to_numeric(gram)


@pytest.mark.parametrize(
    ("gram", "network", "match"),
    [
        (GATED, LinearModel(d, C), "speaks of a hidden layer"),
        (WeightedGram(1, p[1]), LinearModel(d, C), "W was given"),
        (WeightedGram(1, p[1]), OneHiddenLayer(3, 2, 5, RELU), "C = 5"),
        (WeightedGram(1, p[1]), "relu", "accepted are"),
        (WeightedGram(1, 1, HIDDEN, HIDDEN), OneHiddenLayer(d, m, C, TANH), "activations"),
        (WeightedGram(1, 1, HIDDEN, HiddenOutput(TANH)), None, "activations"),
    ],
)
def test_refuses_networks_that_do_not_fit(gram, network, match):
    with pytest.raises(DomainError, match=match):
        to_numeric(gram, network=network)(AT.X, AT.V, AT.W)


def test_refuses_parts_of_two_dimensions():
    gram = WeightedGram(1, 1, INPUT, Combination((1, INPUT), (1, UnitVector(1))))
    with pytest.raises(DomainError, match="one dimension"):
        to_numeric(gram)(AT.X, AT.V, AT.W)


def test_refuses_digits_for_all_blocks():
    with pytest.raises(DomainError, match="digits"):
        to_numeric(BlockGram(GOOD, i, j, C, C), digits=20)


def test_activations_beyond_the_house_ones():
    a = sympy.Symbol("a")
    at = drawn(MeanSquaredError(), 17)
    z = at.W @ at.X
    for expression, wanted in [
        (sympy.Max(a, 0), np.maximum(z, 0)),
        (sympy.Abs(a), np.abs(z)),
        (sympy.log(1 + sympy.exp(a)), np.logaddexp(0, z)),
        (sympy.Heaviside(a), z > 0),
        (sympy.Piecewise((a, a > 0), (sympy.exp(a) - 1, True)), np.where(z > 0, z, np.expm1(z))),
        (sympy.sinh(a) / sympy.cosh(a), np.tanh(z)),
    ]:
        gram = WeightedGram(1, 1, HiddenOutput(Activation(expression)), ONE)
        assert same(to_numeric(gram)(*at.arrays), wanted.sum(1, keepdims=True)), expression


@pytest.mark.parametrize("value", ['print("run")', "1", "x y(", None, True, np.array([1, 2]), 1.5])
def test_values_are_numbers_and_text_is_never_run(value, capsys):
    block = to_numeric(WeightedGram(1 / N, -p[i] * p[j]))
    with pytest.raises(DomainError):
        block(np.ones((1, 1)), np.zeros((2, 1)), i=value, j=2)
    assert capsys.readouterr().out == ""


def test_integral_floats_are_indices():
    block = to_numeric(WeightedGram(1 / N, -p[i] * p[j]))
    assert block(np.ones((1, 1)), np.zeros((2, 1)), i=1.0, j=np.int64(2)) == [[-0.25]]


@pytest.mark.parametrize("X", [np.ones((1, 1)) * 1j, np.ma.masked_array([[1.0]], [[True]])])
def test_imaginary_parts_and_masks_are_not_lost_silently(X):
    with pytest.raises(DomainError, match="real array"):
        to_numeric(WeightedGram(1 / N, p[1]))(X, np.zeros((2, 1)))


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("weight", [indicator[1] * p[1], indicator[1] * indicator[2], p[2], 1])
def test_data_before_a_hidden_layer_are_found_not_finite(weight, value):
    data, hidden = np.ones((3, 5)), np.array([[1.0, -1.0, 0.5], [0.5, 1.0, -1.0]])
    data[1, 2] = value
    network = OneHiddenLayer(3, 2, 4)
    with pytest.raises(DomainError):
        to_numeric(WeightedGram(1 / N, weight), network=network)(data, np.ones((4, 2)), hidden)
