"""Discrete measures with exact masses, and balls of what inversion recovers."""

import pytest
from flint import arb, fmpq
from sympy import FiniteSet, Interval

from rmtcheck.certify.discrete import DiscreteProbability, heights_below
from rmtcheck.errors import DomainError

HALF = fmpq(1, 2)
PAIR = DiscreteProbability((HALF, HALF), (fmpq(0), fmpq(1)))
POINT = DiscreteProbability((fmpq(1),), (fmpq(0),))


def test_masses_of_sets():
    assert PAIR.mass(Interval(0, 1)) == 1
    assert PAIR.mass(Interval.open(0, 1)) == 0
    assert PAIR.mass(FiniteSet(1)) == HALF


@pytest.mark.parametrize(
    ("start", "end", "limit"), [(0, 1, HALF), (-1, 1, 1), (1, 2, 0), (-1, 0, HALF)]
)
def test_the_limit_of_a_point_mass(start, end, limit):
    ball = POINT.mean_over_interval(fmpq(start), fmpq(end), heights_below(60))
    assert ball.contains(limit)
    assert ball.rad() < arb(fmpq(1, 2**50))


def test_one_ball_of_heights_contains_every_smaller_height():
    wide = PAIR.mean_over_interval(fmpq(0), fmpq(3), heights_below(4))
    for exponent in range(4, 40, 5):
        assert wide.contains(PAIR.mean_over_interval(fmpq(0), fmpq(3), fmpq(1, 2**exponent)))


def test_a_height_against_the_arctangent():
    value = POINT.mean_over_interval(fmpq(-1), fmpq(1), fmpq(1))
    assert value.contains(HALF)


@pytest.mark.parametrize(
    ("masses", "atoms"), [((HALF,), (fmpq(0),)), ((fmpq(2), fmpq(-1)), (0, 1)), ((), ())]
)
def test_what_is_no_probability_is_refused(masses, atoms):
    with pytest.raises(DomainError, match="masses"):
        DiscreteProbability(masses, atoms)
