"""Claimed limits and orders against derived ones."""

import pytest
import sympy
from sympy import Rational, oo, sqrt

from rmtcheck.symbolic.equality import Answer
from rmtcheck.symbolic.shared_readout.comparison import same_limit, same_order
from rmtcheck.symbolic.shared_readout.growth import Growth
from rmtcheck.vocabulary.overlaps import relu_overlap as K
from rmtcheck.vocabulary.symbols import gamma, m

YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN
power = m * K(0, 1 / m) ** (m - 1) * K(2, 1 / m) + m * K(0, 1 / m) ** (m - 2) * K(1, 1 / m) ** 2
factored = m * K(0, 1 / m) ** (m - 2) * (K(0, 1 / m) * K(2, 1 / m) + K(1, 1 / m) ** 2)
PAIRS = [
    (power, factored, YES),
    (sqrt(power), sqrt(factored), YES),
    (gamma * sqrt(power), gamma * sqrt(factored), YES),
    (sqrt(power), -sqrt(factored), NO),
    (power, factored + Rational(1, 10**20), NO),
    (K(0, 1 / m), K(0, 2 / m), NO),
    (K(0, 1 / m), K(0, 1), NO),
    (sympy.S.Zero, 0, YES),
    (sympy.Integer(2), 1, NO),
    (K(1, 0), 1 / (2 * sympy.pi), UNKNOWN),
]


@pytest.mark.parametrize(("derived", "claimed", "answer"), PAIRS)
def test_limits(derived, claimed, answer):
    assert same_limit(derived, claimed).answer == answer


def test_a_difference_is_shown_where_it_is():
    power = K(0, 0) * 2**m
    assert same_limit(gamma * power, power).witness.startswith("at gamma = 1/2, m = 3: 4.0000")
    assert "proved" in same_limit(2 * gamma, gamma).witness
    assert same_limit(K(0, 1 / m), K(0, 3 / m)).witness.endswith("no real number on the right")
    assert same_limit(sympy.Integer(2), 1).witness.startswith("2.0000")


def grown(exponent, coefficient=1, is_positive=True):
    return Growth(sympy.sympify(coefficient), sympy.sympify(exponent), is_positive=is_positive)


ORDERS = [
    (grown(-1), -1, True, YES),
    (grown(-1), 0, True, NO),
    (grown(-1), 0, False, YES),
    (grown(-1), -2, False, NO),
    (grown(-1, is_positive=False), -1, True, UNKNOWN),
    (grown(-1, oo), -1, True, NO),
    (grown(-1, oo), -1, False, NO),
    (grown(-1, oo), 0, False, UNKNOWN),
    (grown(-1), -oo, True, NO),
    (grown(0, 0), -oo, True, YES),
    (grown(0, 0), -1, True, NO),
    (grown(0, 0), -1, False, YES),
]


@pytest.mark.parametrize(("derived", "exponent", "tight", "answer"), ORDERS)
def test_orders(derived, exponent, tight, answer):
    assert same_order(derived, sympy.sympify(exponent), tight=tight).answer == answer
