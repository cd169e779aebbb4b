from fractions import Fraction

import pytest
from flint import arb, fmpq

from rmtcheck.certify.ball import (
    Relation,
    around_zero,
    between,
    compare,
    everything,
    is_accurate,
    to_enclosure,
    to_fraction,
)

NAN = arb(0) / 0


@pytest.mark.parametrize(
    ("left", "right", "relation"),
    [
        (arb(1), arb(2), Relation.LESS),
        (arb(2), arb(1), Relation.GREATER),
        (arb(1), arb(1), Relation.EQUAL),
        (arb(1, 2), arb(1, 2), Relation.UNDECIDED),
        (arb(1, 1), arb(2), Relation.UNDECIDED),
        (NAN, arb(1), Relation.UNDECIDED),
        (NAN, NAN, Relation.UNDECIDED),
        (everything(), arb(1), Relation.UNDECIDED),
    ],
)
def test_comparison_has_three_values(left, right, relation):
    assert compare(left, right) is relation


def test_accuracy_is_relative():
    assert is_accurate(arb(1000, 1), 2)
    assert not is_accurate(arb(1000, 1), 4)
    assert not is_accurate(arb(0, 1), 1)
    assert not is_accurate(NAN, 1)
    assert is_accurate(arb(0), 30)


def test_between_holds_both_ends():
    ball = between(fmpq(1, 3), 2)
    assert ball.contains(fmpq(1, 3))
    assert ball.contains(2)
    assert not ball.contains(3)


def test_around_zero_takes_the_largest_modulus():
    assert around_zero(arb(-3, 1)).contains(4)
    assert not around_zero(arb(-3, 1)).contains(5)


def test_enclosures_are_exact_rationals():
    enclosure = to_enclosure(arb(1, fmpq(1, 4)))
    assert enclosure.midpoint == 1
    assert Fraction(1, 4) <= enclosure.radius < Fraction(26, 100)


def test_fractions_of_both_kinds():
    assert to_fraction(arb(3) / 4) == to_fraction(fmpq(3, 4)) == Fraction(3, 4)
