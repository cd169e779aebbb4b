"""Activations are expressions in one symbol."""

import pytest
import sympy

from rmtcheck.errors import DomainError
from rmtcheck.vocabulary.activations import ARGUMENT, RELU, Activation, leaky_relu
from rmtcheck.vocabulary.samples import logit

a, b = sympy.symbols("a b")


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
