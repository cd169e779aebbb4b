import pytest
import sympy
from sympy import Rational

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.blocks.activations import activation_derivative, in_fields
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
from rmtcheck.vocabulary.samples import indicator, preactivation
from rmtcheck.vocabulary.symbols import i

a = ARGUMENT
RELU_6 = Activation(sympy.Min(sympy.Max(a, 0), 6), "relu6")
ELU = Activation(sympy.Piecewise((a, a > 0), (sympy.exp(a) - 1, True)), "elu")


@pytest.mark.parametrize(
    "activation",
    [TANH, SIGMOID, GELU, SILU, IDENTITY, RELU, leaky_relu(Rational(1, 3)), ELU, RELU_6],
)
@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("point", [Rational(-7, 5), Rational(2, 3), Rational(13, 2)])
def test_derivatives_are_difference_quotients(activation, order, point):
    f, h = activation.expression, Rational(1, 10**12)
    values = [f.subs(a, point + k * h) for k in (-1, 0, 1)]
    quotient = (
        (values[2] - values[0]) / (2 * h)
        if order == 1
        else (values[2] - 2 * values[1] + values[0]) / h**2
    )
    derived = activation_derivative(activation, order).subs(a, point)
    assert abs(sympy.N(quotient - derived, 30, maxn=200)) < 1e-20


def test_order_zero_is_the_activation():
    assert activation_derivative(TANH, 0) == sympy.tanh(a)


@pytest.mark.parametrize(
    ("activation", "order"),
    [
        (Activation(sympy.sign(a), "sign"), 1),
        (Activation(sympy.Heaviside(a), "step"), 1),
        (Activation(sympy.sqrt(sympy.Abs(a)), "root"), 1),
        (Activation(sympy.Abs(a) ** Rational(3, 2), "power"), 2),
        (Activation(sympy.log(a), "log"), 0),
        (Activation(1 / a, "inverse"), 0),
        (Activation(1 / a, "inverse"), 1),
        (Activation(sympy.floor(a), "floor"), 1),
    ],
)
def test_activations_without_a_derivative(activation, order):
    with pytest.raises(DomainError, match=activation.name):
        activation_derivative(activation, order)


def test_the_power_has_a_first_derivative():
    power = Activation(sympy.Abs(a) ** Rational(3, 2), "power")
    assert activation_derivative(power, 1).subs(a, 4) == 3


@pytest.mark.parametrize("order", [-1, 1.5, "1", True, None])
def test_bad_orders(order):
    with pytest.raises(DomainError, match="accepted"):
        activation_derivative(TANH, order)


def test_bad_activation():
    with pytest.raises(DomainError, match="accepted is an Activation"):
        activation_derivative(sympy.tanh(a), 1)


def test_breaks_at_zero_are_gates():
    slope = in_fields(activation_derivative(leaky_relu(Rational(1, 3)), 1), i)
    assert sympy.expand(slope - Rational(1, 3) - Rational(2, 3) * indicator[i]) == 0
    assert in_fields(activation_derivative(RELU, 1), i) == indicator[i]
    elu = in_fields(activation_derivative(ELU, 1), i)
    power = sympy.exp(preactivation[i])
    assert sympy.expand(elu - power - indicator[i] * (1 - power)) == 0


def test_other_breaks_stay_piecewise():
    slope = in_fields(activation_derivative(RELU_6, 1), i)
    assert slope.has(sympy.Piecewise)
    assert [slope.subs(preactivation[i], x) for x in (-1, 3, 7)] == [0, 1, 0]
