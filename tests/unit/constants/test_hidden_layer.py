"""The constants of Theorem 2: expression, ball and quadrature agree; wrong arguments are named."""

import numpy as np
import pytest
import sympy
from flint import arb, ctx
from sympy import Rational, asin, pi, sqrt

from rmtcheck import (
    GELU,
    IDENTITY,
    SIGMOID,
    SILU,
    TANH,
    hidden_ce_constant,
    hidden_mse,
    hidden_mse_constant,
    leaky_relu,
    output_ce_constant,
)
from rmtcheck.certify.ball import is_accurate
from rmtcheck.errors import DomainError
from rmtcheck.spectral.activation_means import (
    hidden_ce_value,
    hidden_mse_value,
    output_ce_value,
)
from rmtcheck.spectral.shared_readout import cross_entropy_norm, squared_error_norm
from rmtcheck.vocabulary.overlaps import ReluOverlap
from rmtcheck.vocabulary.symbols import C, gamma, m

DIGITS = 50
POINTS = [(Rational(1, 10), 3), (Rational(1), 3), (Rational(3), 5), (Rational(17, 7), 64)]


def quadrature(layer, ratio, width):
    off, diagonal = (
        cross_entropy_norm(layer, diagonal=on, gamma=float(ratio), m=width).coefficient.value
        for on in (False, True)
    )
    return off / diagonal


def agree(expression, ball, number):
    """Whether 50 digits of the expression lie in the ball, and the float is near them."""
    with ctx.workprec(400):
        value = arb(str(expression.evalf(DIGITS + 20)))
        slack = arb(10) ** -(DIGITS + 10)
        inside = abs(value - ball) < ball.rad() + arb(ball.rad()) + slack
    return bool(inside) and abs(float(expression) / number - 1) < 1e-10


@pytest.mark.parametrize(("ratio", "width"), POINTS)
def test_three_routes_agree(ratio, width):
    hidden = hidden_ce_constant(ratio, width)
    output = output_ce_constant(width)
    ball_hidden = hidden_ce_constant(ratio, width, digits=DIGITS)
    ball_output = output_ce_constant(width, digits=DIGITS)
    assert agree(hidden, ball_hidden, quadrature("w", ratio, width))
    assert agree(output, ball_output, quadrature("v", ratio, width))
    assert not agree(hidden * (1 + Rational(1, 10**45)), ball_hidden, quadrature("w", ratio, width))
    assert not agree(output, ball_hidden, quadrature("v", ratio, width))
    assert not agree(hidden, ball_hidden, 1.001 * quadrature("w", ratio, width))


@pytest.mark.parametrize(("ratio", "width"), POINTS)
def test_squared_error_agrees_with_its_leading_terms(ratio, width):
    off, diagonal = (
        squared_error_norm("w", diagonal=on, gamma=float(ratio), m=width, factor=1.0)
        for on in (False, True)
    )
    value = hidden_mse(ratio, 10**9)
    number = off.coefficient.value / diagonal.coefficient.value / 10**9
    assert abs(float(value) / number - 1) < 1e-8
    assert agree(value, hidden_mse(ratio, 10**9, digits=DIGITS), float(value))


def test_the_letters_may_stay():
    printed = (4 * gamma + 1) / (4 * (C + 2) * (2 * gamma + 1))
    assert sympy.cancel(hidden_mse(gamma, C) - printed) == 0
    assert sympy.cancel(hidden_mse(1, C) - 5 / (12 * (C + 2))) == 0
    assert hidden_ce_constant(gamma, m).free_symbols == {gamma, m}
    assert hidden_ce_constant(gamma, 3).free_symbols == {gamma}
    assert hidden_ce_constant(1, m).free_symbols == {m}
    assert output_ce_constant(m).free_symbols == {m}
    assert hidden_ce_constant(gamma, m).subs({gamma: 1, m: 3}) == hidden_ce_constant(1, 3)


def test_expressions_are_elementary():
    for value in (hidden_ce_constant(gamma, m), output_ce_constant(m)):
        assert not value.has(ReluOverlap, sympy.Integral)
        assert {f.func for f in value.atoms(sympy.Function)} == {asin}


def test_width_three_by_hand():
    zero = (pi / 2 + asin(Rational(1, 3))) * 3 / (2 * pi * sqrt(8))
    one = (1 / (2 * pi) + zero / 3) * Rational(9, 8)
    across = (zero + Rational(3, 4)) * (2 * zero + 2 * one / 3) ** 2
    tilted = (1 + sqrt(3)) / 2 * 12
    difference = hidden_ce_constant(1, 3) - (tilted + across) / 3
    assert abs(difference.evalf(40)) < 1e-35
    assert abs((difference + (tilted - across) / 3).evalf(40)) > 1


def test_numbers_are_read_exactly():
    expected = hidden_mse(Rational(1, 10), 4)
    assert hidden_mse("0.1", "4") == hidden_mse("1/10", 4) == expected == Rational(7, 144)
    assert hidden_mse(0.5, 10) == Rational(1, 32)


BAD = [
    (lambda **k: hidden_ce_constant(1, 2, **k), "width = 2 is too small"),
    (lambda **k: hidden_ce_constant(1, 1, **k), "width = 1 is too small"),
    (lambda **k: hidden_ce_constant(1, 0, **k), "width = 0"),
    (lambda **k: hidden_ce_constant(1, 3.5, **k), "width = 3.5"),
    (lambda **k: hidden_ce_constant(0, 3, **k), "gamma = 0"),
    (lambda **k: hidden_ce_constant(0.1, 3, **k), "write '0.1' or Fraction(1, 10)"),
    (lambda **k: hidden_ce_constant(float("inf"), 3, **k), "gamma = inf"),
    (lambda **k: hidden_ce_constant(sqrt(2), 3, **k), "gamma = sqrt(2)"),
    (lambda **k: hidden_ce_constant(C, 3, **k), "gamma = C"),
    (lambda **k: hidden_ce_constant(np.ones(2), 3, **k), "gamma = array"),
    (lambda **k: hidden_ce_constant(True, 3, **k), "gamma = True"),
    (lambda **k: output_ce_constant(2, **k), "E[exp(|phi|^2/2)] is infinite"),
    (lambda **k: output_ce_constant(gamma, **k), "width = gamma"),
    (lambda **k: output_ce_constant([3], **k), "width = [3]"),
    (lambda **k: hidden_mse(1, 0, **k), "classes = 0"),
    (lambda **k: hidden_mse(-1, 2, **k), "gamma = -1"),
    (lambda **k: hidden_mse(1, m, **k), "classes = m"),
]


@pytest.mark.parametrize("options", [{}, {"digits": 20}], ids=["exact", "ball"])
@pytest.mark.parametrize(("call", "text"), BAD, ids=[b[1] for b in BAD])
def test_bad_input(call, text, options):
    with pytest.raises(DomainError) as problem:
        call(**options)
    assert text in str(problem.value)
    assert "accepted" in str(problem.value) or "write" in str(problem.value)


@pytest.mark.parametrize("digits", [0, 301, 2.5, "many"])
def test_bad_digits(digits):
    with pytest.raises(DomainError, match="digits = "):
        output_ce_constant(3, digits=digits)


def test_a_ball_needs_numbers():
    with pytest.raises(DomainError, match="gamma = gamma is outside its domain"):
        hidden_ce_constant(gamma, 3, digits=10)
    with pytest.raises(DomainError, match="width = m is outside its domain"):
        output_ce_constant(m, digits=10)


OTHERS = [TANH, SIGMOID, GELU, SILU, IDENTITY, leaky_relu(Rational(1, 10))]


@pytest.mark.parametrize("activation", OTHERS, ids=str)
def test_other_activations_agree_with_a_quadrature_in_the_plane(activation):
    for ratio, width in ((Rational(1, 2), 3), (Rational(4), 8)):
        hidden = float(hidden_ce_constant(ratio, width, 15, activation).mid())
        output = float(output_ce_constant(width, 15, activation).mid())
        flat = float(hidden_mse_constant(ratio, 15, activation).mid())
        assert abs(hidden / hidden_ce_value(float(ratio), width, activation) - 1) < 1e-11
        assert abs(output / output_ce_value(width, activation) - 1) < 1e-11
        assert abs(flat / hidden_mse_value(float(ratio), activation) - 1) < 1e-11
        assert abs(hidden / hidden_ce_value(1 / float(ratio), width, activation) - 1) > 1e-2


def test_squared_error_constant_is_the_limit_of_the_finite_one():
    limit = sympy.limit(C * hidden_mse(gamma, C), C, sympy.oo)
    assert sympy.cancel(hidden_mse_constant(gamma) - limit) == 0
    assert hidden_mse_constant("1/2") == Rational(3, 8)
    ball = hidden_mse_constant("1/2", 40)
    with ctx.workprec(200):
        assert ball.contains(arb(3) / 8)
        assert not ball.contains(arb(3) / 7)


def test_a_bounded_activation_needs_no_third_unit():
    assert is_accurate(hidden_ce_constant(1, 2, 20, TANH), 20)
    assert is_accurate(output_ce_constant(1, 20, SIGMOID), 20)
    assert is_accurate(hidden_ce_constant(1, 10**12, 20, TANH), 20)


REFUSED = [
    (lambda: hidden_ce_constant(1, 3, activation=TANH), "or digits= for a ball"),
    (lambda: output_ce_constant(3, activation=GELU), "or digits= for a ball"),
    (lambda: hidden_mse_constant(1, activation=SILU), "accepted: RELU, or digits="),
    (lambda: hidden_mse_constant(1, activation=np.zeros(3)), "accepted: RELU, or digits="),
    (lambda: hidden_ce_constant(1, 2, 20, GELU), "accepted: an integer from 3 to"),
    (lambda: hidden_ce_constant(1, 8, 20, leaky_relu(2)), "width = 8 is too small"),
    (lambda: hidden_ce_constant(1, 1, 20, TANH), "one unit has no other"),
    (lambda: output_ce_constant(2, 20, SILU), "is infinite"),
    (lambda: hidden_mse_constant(0, 20, TANH), "gamma = 0"),
    (lambda: hidden_mse_constant(1, 20, "tanh"), "is no Activation"),
    (lambda: hidden_mse_constant(1, 20, np.zeros(3)), "is no Activation"),
    (lambda: hidden_mse_constant(1, 60, GELU), "digits = 60"),
]


@pytest.mark.parametrize(("call", "text"), REFUSED, ids=[str(k) for k in range(len(REFUSED))])
def test_what_is_refused_for_other_activations(call, text):
    with pytest.raises(DomainError) as caught:
        call()
    assert text in str(caught.value)
