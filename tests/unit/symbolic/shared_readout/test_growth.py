"""Leading terms multiply, are raised to powers, and add up unless they cancel."""

import pytest
import sympy
from sympy import Rational, oo, sqrt

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.shared_readout.growth import Growth, growth_of
from rmtcheck.vocabulary.symbols import C, gamma

a, b = sympy.symbols("a b", positive=True)
TABLE = {
    a: Growth(sympy.Integer(3), Rational(-1), is_positive=True),
    b: Growth(sympy.Integer(3), Rational(-1), sympy.S.One, 3, is_positive=True),
}


def grown(expr):
    return growth_of(expr, TABLE.get)


def test_products_and_powers():
    found = grown((C - 1) ** 2 * sqrt(a) / 2)
    assert (found.coefficient, found.exponent) == (sqrt(3) / 2, Rational(3, 2))
    assert found.is_positive


def test_the_width_and_the_dimension_are_carried():
    found = grown(a / b)
    assert (found.dimension, found.least_width) == (-1, 3)


def test_sums_keep_the_largest():
    assert grown(gamma * a + 2 * C * a).coefficient == 6
    assert grown(a + gamma * a).coefficient == 3 + 3 * gamma


def test_cancelling_terms_are_refused():
    with pytest.raises(DomainError, match="may cancel"):
        grown(a - 3 / C)
    assert grown(a - 2 / C).coefficient == 1


def test_blocks_of_different_sizes_do_not_add():
    with pytest.raises(DomainError, match="different sizes"):
        grown(a + b)


def test_limits():
    assert Growth(sympy.Integer(2)).limit == 2
    assert Growth(sympy.Integer(2), Rational(-1)).limit == 0
    assert Growth(sympy.Integer(2), Rational(1)).limit == oo
    assert Growth(sympy.Integer(-2), Rational(1)).limit == -oo
    assert Growth(oo, Rational(-1)).limit is None
    assert Growth(oo).limit == oo
    assert Growth(sympy.S.Zero, Rational(1)).limit == 0


def test_an_infinite_coefficient_stays_infinite():
    infinite = Growth(oo, Rational(-1), is_positive=True)
    assert (infinite * TABLE[a]).coefficient == oo
    assert infinite.power(Rational(1, 2)).coefficient == oo
    with pytest.raises(DomainError, match="divides"):
        infinite.power(Rational(-1))


def test_other_functions_of_the_classes_are_refused():
    with pytest.raises(DomainError, match="not known"):
        grown(sympy.log(C))
