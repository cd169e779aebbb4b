from fractions import Fraction

import pytest
import sympy

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.field import ExactField
from rmtcheck.symbolic.puiseux import NeedsMoreTerms, Puiseux
from rmtcheck.symbolic.surds import Surd

field = ExactField([])


def series(terms, error=float("inf")):
    made = {Fraction(v): Surd.of(field, field.element(sympy.Integer(c))) for v, c in terms.items()}
    return Puiseux(field, made, error)


def numbers(value):
    return {v: c.as_expr() for v, c in value.terms.items()}


def test_error_of_a_product_is_the_worse_one():
    product = series({0: 1, 1: 2}, Fraction(2)) * series({-1: 1}, Fraction(5))
    assert numbers(product) == {-1: 1, 0: 2}
    assert product.error == 1


def test_geometric_series():
    inverse = series({0: 1, 1: -1}).power(Fraction(-1), 4)
    assert numbers(inverse) == dict.fromkeys(range(4), 1)
    assert inverse.error == 4


def test_square_root_squares_back():
    root = series({0: 4, 1: 3, 2: 5}).power(Fraction(1, 2), 5)
    assert numbers(root * root) == {0: 4, 1: 3, 2: 5}
    assert (root * root).error == 5


def test_fractional_step_keeps_all_terms():
    inverse = series({0: 1, Fraction(1, 2): 1}).power(Fraction(-1), 2)
    assert numbers(inverse) == {0: 1, Fraction(1, 2): -1, 1: 1, Fraction(3, 2): -1}


def test_unknown_leading_term_is_not_inverted():
    with pytest.raises(NeedsMoreTerms):
        series({}, Fraction(3)).power(Fraction(-1), 2)


def test_exact_zero_is_not_inverted():
    with pytest.raises(DomainError, match="identically zero"):
        series({}).power(Fraction(-1), 2)
