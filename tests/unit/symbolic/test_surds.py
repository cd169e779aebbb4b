from fractions import Fraction

import pytest
import sympy
from sympy import E

from rmtcheck.symbolic.field import ExactField
from rmtcheck.symbolic.surds import NoClosedPower, Surd
from rmtcheck.vocabulary.symbols import C, gamma

field = ExactField([C, gamma])
HALF = Fraction(1, 2)


def surd(expr):
    return Surd.of(field, field.element(sympy.sympify(expr)))


def test_root_squares_back():
    root = surd(12 * (E * gamma + 1) ** 3 / (C - 1)).power(HALF)
    assert not root * root + surd(-12 * (E * gamma + 1) ** 3 / (C - 1))


def test_equal_roots_written_differently_cancel():
    left = surd(8 * gamma**2).power(HALF)
    right = surd(2).power(HALF) * surd(-2 * gamma)
    assert not left + right


def test_different_roots_do_not_cancel():
    difference = surd(8).power(HALF) + surd(-2) * surd(3).power(HALF)
    assert difference.is_nonzero()


def test_root_of_an_unsigned_square_is_not_guessed():
    with pytest.raises(NoClosedPower):
        surd((gamma - 1) ** 2).power(HALF)


def test_root_of_a_negative_is_refused():
    with pytest.raises(NoClosedPower):
        surd(2 - E).power(HALF)
