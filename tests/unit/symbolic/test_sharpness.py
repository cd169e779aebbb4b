import pytest
import sympy

from rmtcheck.symbolic.sharpness import (
    grows_linearly,
    is_analytic,
    is_linear_piecewise,
    is_positive_polynomial,
    is_sharp,
)
from rmtcheck.vocabulary.activations import (
    ARGUMENT,
    GELU,
    IDENTITY,
    RELU,
    SIGMOID,
    SILU,
    TANH,
    Activation,
    leaky_relu,
)
from rmtcheck.vocabulary.graphs import Activated, FeedForward, weights
from rmtcheck.vocabulary.losses import CrossEntropy, MeanSquaredError
from rmtcheck.vocabulary.patterns import NetworkHessian

w, v = weights("w v")
Y = sympy.Symbol("Y", real=True)
ROOT = Activation(sympy.sqrt(ARGUMENT), "root")
CONSTANT = Activation(sympy.Piecewise((1, ARGUMENT > 0), (2, True)), "step")


@pytest.mark.parametrize(
    ("expression", "answer"),
    [
        ((w * v) ** 2 / 2, True),
        ((w * v - Y) ** 2, True),
        ((w * v - Y) ** 2 + (w - Y) ** 4, True),
        ((w * v - Y) ** 2 + Y * w, False),
        ((w - v) ** 2, False),
        (-(w**2), False),
        (1 / w, False),
        (Activated(RELU, w) * v, True),
        (Activated(TANH, w) * v, False),
    ],
)
def test_positive_polynomials(expression, answer):
    assert is_positive_polynomial(expression) is answer


@pytest.mark.parametrize(
    ("activation", "piecewise", "analytic", "linear"),
    [
        (IDENTITY, True, True, True),
        (RELU, True, False, True),
        (leaky_relu(sympy.Rational(1, 10)), True, False, True),
        (TANH, False, True, False),
        (SIGMOID, False, True, False),
        (GELU, False, True, False),
        (SILU, False, True, False),
        (Activation(ARGUMENT**2, "square"), False, True, False),
        (ROOT, False, False, False),
        (CONSTANT, True, False, False),
    ],
)
def test_kinds_of_activations(activation, piecewise, analytic, linear):
    found = (is_linear_piecewise(activation), is_analytic(activation), grows_linearly(activation))
    assert found == (piecewise, analytic, linear)


@pytest.mark.parametrize(
    ("network", "loss", "answer"),
    [
        (FeedForward([1, 2], RELU), CrossEntropy(), True),
        (FeedForward([1, 2, 2], TANH), CrossEntropy(2, sympy.Rational(1, 2)), True),
        (FeedForward([1, 2, 2], TANH), CrossEntropy(1, 1), False),
        (FeedForward([1, 2, 2], ROOT), MeanSquaredError(), False),
        (FeedForward([1, 2, 2], TANH, "basis"), MeanSquaredError(), False),
        (FeedForward([1, 2, 2], RELU, "basis"), MeanSquaredError(), True),
    ],
)
def test_networks(network, loss, answer):
    assert is_sharp(NetworkHessian(network, loss)) is answer
