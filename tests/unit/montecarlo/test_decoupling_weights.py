"""Weights on arrays against loops over samples, and gradients against autograd."""

import secrets
import time

import autograd
import autograd.numpy as anp
import numpy as np
import pytest
import sympy

from rmtcheck import (
    CROSS_ENTROPY,
    MEAN_SQUARED_ERROR,
    HessianBlock,
    LinearModel,
    OneHiddenLayer,
    WeightedGram,
    derive,
)
from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.decoupling.weights import field_function
from rmtcheck.montecarlo.streams import stream
from rmtcheck.vocabulary.activations import RELU, TANH
from rmtcheck.vocabulary.local_weights import local_weight
from rmtcheck.vocabulary.quantities import SoftmaxComponent, SoftmaxOfGaussians
from rmtcheck.vocabulary.samples import V, indicator, logit, preactivation
from rmtcheck.vocabulary.symbols import N, d, m

READOUT = np.array([[1.0, 2.0, -0.5], [0.3, -1.0, 0.7], [0.0, 1.5, 1.0], [-1.0, 0.25, 2.0]])
C = len(READOUT)
c = sympy.Symbol("c", integer=True, positive=True)
p = SoftmaxComponent(c, C)
hidden = OneHiddenLayer(d, m, C)


def weight(expression, readout=None, activation=RELU):
    return local_weight(WeightedGram(1 / N, expression), readout, activation)


def block(loss, j):
    return local_weight(derive(HessianBlock(hidden, loss, hidden.w[1], hidden.w[j])), READOUT)


def linear(classes, j):
    network = LinearModel(d, classes)
    return local_weight(derive(HessianBlock(network, CROSS_ENTROPY, 1, j)))


def softmax(u):
    e = anp.exp(u - anp.max(u))
    return e / anp.sum(e)


def relu_probabilities(u):
    return softmax(anp.dot(READOUT, anp.maximum(u, 0.0)))


def tanh_probabilities(u):
    return softmax(anp.dot(READOUT, anp.tanh(u)))


def gate(u, *units):
    return float(all(u[k - 1] > 0 for k in units))


def covariance(u, k, q):
    p, a, b = relu_probabilities(u), READOUT[:, 0], READOUT[:, k - 1]
    return q * (anp.dot(p, a * b) - anp.dot(p, a) * anp.dot(p, b))


CASES = {
    "linear diagonal": (linear(4, 1), 4, lambda u: softmax(u)[0] * (1 - softmax(u)[0])),
    "linear off": (linear(4, 2), 4, lambda u: -softmax(u)[0] * softmax(u)[1]),
    "hidden ce diagonal": (block(CROSS_ENTROPY, 1), 3, lambda u: covariance(u, 1, gate(u, 1))),
    "hidden ce off": (block(CROSS_ENTROPY, 2), 3, lambda u: covariance(u, 2, gate(u, 1, 2))),
    "hidden mse off": (
        block(MEAN_SQUARED_ERROR, 3),
        3,
        lambda u: 2 * gate(u, 1, 3) * anp.dot(READOUT[:, 0], READOUT[:, 2]) + 0 * u[0],
    ),
    "temperature": (
        weight(SoftmaxOfGaussians(3, 2)[1] ** 2 + logit[3]),
        3,
        lambda u: softmax(2 * u)[0] ** 2 + u[2],
    ),
    "squares over classes": (
        weight(sympy.Sum(V[c, 2] * p**2, (c, 1, C)), READOUT, TANH),
        3,
        lambda u: anp.sum(READOUT[:, 1] * tanh_probabilities(u) ** 2),
    ),
    "a field inside a sum": (
        weight(sympy.Sum(preactivation[2] * p + preactivation[1], (c, 2, 3)), READOUT, TANH),
        3,
        lambda u: anp.sum(u[1] * tanh_probabilities(u)[1:3] + u[0]),
    ),
    "gates over units": (
        weight(sympy.Sum(indicator[c] * preactivation[c], (c, 1, 3)) ** 2 + preactivation[3]),
        3,
        lambda u: anp.sum(anp.maximum(u, 0.0)) ** 2 + u[2],
    ),
    "logits of a hidden layer": (
        weight(logit[2] * indicator[1] + sympy.tanh(preactivation[2]), READOUT, TANH),
        3,
        lambda u: anp.dot(READOUT[1], anp.tanh(u)) * gate(u, 1) + anp.tanh(u[1]),
    ),
    "own": (
        weight(sympy.tanh(logit[1]) ** 2 + abs(logit[2])),
        2,
        lambda u: anp.tanh(u[0]) ** 2 + anp.abs(u[1]),
    ),
    "constant": (weight(sympy.Rational(1, 3)), 1, lambda u: 1 / 3 + 0 * u[0]),
}


def fields(k, n):
    return stream(secrets.randbits(64), "tests of weights", 0).standard_normal((k, n))


@pytest.mark.parametrize("name", CASES)
def test_values_and_gradients(name):
    noun, k, plain = CASES[name]
    u = fields(k, 7)
    function = field_function(noun)
    values, gradient = function.values_and_gradient(u)
    slope = autograd.grad(plain)
    assert function.k == k
    assert np.allclose(values, [plain(x) for x in u.T], rtol=1e-13, atol=1e-14)
    assert np.allclose(gradient, np.transpose([slope(x) for x in u.T]), rtol=1e-12, atol=1e-14)
    assert np.array_equal(values, function.values(u))
    assert np.array_equal(gradient, function.gradient(u))
    assert not np.allclose(1.1 * values + 0.1, [plain(x) for x in u.T], rtol=1e-13, atol=1e-14)


@pytest.mark.parametrize("name", ["linear diagonal", "hidden ce off", "squares over classes"])
def test_gradients_reject_the_slope_of_another_weight(name):
    noun, k, plain = CASES[name]
    u = fields(k, 50)
    wrong = np.transpose([autograd.grad(lambda x: plain(1.01 * x))(x) for x in u.T])
    assert not np.allclose(field_function(noun).gradient(u), wrong, rtol=1e-3, atol=1e-6)


def test_the_softmax_does_not_overflow():
    values, gradient = field_function(linear(3, 1)).values_and_gradient(
        np.array([[1e4, 0.0], [-1e4, 0.0], [0.0, -5e3]])
    )
    assert values.tolist() == [0.0, 0.25]
    assert np.array_equal(gradient[:, 0], np.zeros(3))


def test_a_thousand_classes_are_fast():
    noun, u = linear(1000, 2), fields(1000, 500)
    field_function(noun)
    start = time.perf_counter()
    field_function(noun).values_and_gradient(u)
    assert time.perf_counter() - start < 2
    readout = fields(1000, 2)
    network = OneHiddenLayer(d, m, 1000)
    wide = local_weight(
        derive(HessianBlock(network, CROSS_ENTROPY, network.w[1], network.w[2])), readout.tolist()
    )
    start = time.perf_counter()
    values = field_function(wide).values(np.abs(u[:2]))
    assert time.perf_counter() - start < 2
    q = np.exp(readout @ np.abs(u[:2, 0]))
    q /= q.sum()
    expected = q @ readout.prod(axis=1) - (q @ readout[:, 0]) * (q @ readout[:, 1])
    assert values[0] == pytest.approx(expected, rel=1e-11)


def test_functions_are_kept_and_steps_have_slope_0():
    assert field_function(linear(4, 1)) is field_function(linear(4, 1))
    assert field_function(weight(sympy.Heaviside(logit[1]))).gradient(fields(1, 3)).max() == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: field_function("weight"), "must be a LocalWeight"),
        (lambda: field_function(linear(3, 1)).values(np.ones((2, 4))), r"shape \(3, n\)"),
        (lambda: field_function(linear(3, 1)).values(np.full((3, 4), np.nan)), "must be finite"),
        (lambda: field_function(weight(1 / logit[1])).values(np.zeros((1, 2))), "finite number"),
        (lambda: field_function(weight(logit[1] + preactivation[1])), "no readout"),
        (lambda: field_function(weight(sympy.zeta(logit[1] ** 2 + 2))), "zeta.* cannot be eval"),
        (
            lambda: field_function(weight(sympy.Sum(logit[c], (c, 1, 3)))).values(np.ones((1, 2))),
            r"shape \(3, n\)",
        ),
    ],
)
def test_refuses_in_one_sentence(call, message):
    with pytest.raises(DomainError, match=message):
        call()
