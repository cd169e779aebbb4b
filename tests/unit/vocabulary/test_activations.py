"""Activations are expressions in one symbol."""

import math
from fractions import Fraction

import pytest
import sympy

from rmtcheck.errors import DomainError
from rmtcheck.vocabulary.activations import ARGUMENT, RELU, Activation, leaky_relu
from rmtcheck.vocabulary.samples import logit

a, b = sympy.symbols("a b")
FOREIGN = [None, True, [], (), {}, object, "1/2", 0.1, math.nan, math.inf, 1j, sympy.Float(0.5)]
NO_NUMBERS = [a, ARGUMENT, logit[1], sympy.I, sympy.oo, sympy.nan, sympy.true, sympy.eye(9), RELU]


def test_the_symbol_is_renamed_to_that_of_the_house():
    assert Activation(sympy.sin(b)).expression == sympy.sin(ARGUMENT)


def test_a_kink_belongs_to_the_piece_that_says_so():
    assert RELU.expression.diff(ARGUMENT).subs(ARGUMENT, 0) == 0
    assert leaky_relu(sympy.Rational(1, 10)).expression.subs(ARGUMENT, -10) == -1


@pytest.mark.parametrize(
    "expression", [a * b, a * logit[1], sympy.Integer(1), "tanh(a)", None, 2.0]
)
def test_what_is_no_function_of_one_symbol_is_refused(expression):
    with pytest.raises(DomainError, match="exactly one symbol"):
        Activation(expression)


def test_the_argument_is_bound():
    assert RELU.free_symbols == set()


@pytest.mark.parametrize("slope", [0.5, Fraction(1, 2), sympy.Rational(1, 2)])
def test_equal_slopes_make_equal_activations(slope):
    assert leaky_relu(slope) == leaky_relu(sympy.Rational(1, 2)) != leaky_relu(2)
    assert not leaky_relu(slope).expression.has(sympy.Float)


def test_irrational_slopes_are_exact():
    assert leaky_relu(sympy.sqrt(2)).expression.subs(ARGUMENT, -1) == -sympy.sqrt(2)


@pytest.mark.parametrize(
    "slope",
    FOREIGN + NO_NUMBERS,
)
def test_slopes_are_exact_real_numbers(slope):
    with pytest.raises(
        DomainError, match=r"^slope is .*; an exact real number, .* needed$"
    ) as found:
        leaky_relu(slope)
    assert len(str(found.value)) < 150


def test_slopes_can_be_printed():
    with pytest.raises(DomainError, match=r"^slope is a long int; an exact real"):
        leaky_relu(10**5000)
