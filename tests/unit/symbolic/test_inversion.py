"""Kernels at point masses, and the limit of Stieltjes inversion."""

import pytest
import sympy
from sympy import FiniteSet, I, Integral, Interval, Limit, Rational, im, pi, re

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.equality import Answer
from rmtcheck.symbolic.inversion import compare_with_masses, inversion_limit
from rmtcheck.symbolic.point_masses import at_point_mass, has_all_point_masses, is_linear
from rmtcheck.vocabulary.measures import (
    BoundedProbabilityMeasures,
    Mass,
    Moment,
    ProbabilityMeasures,
    SignedMeasures,
    Stieltjes,
    mu,
)
from rmtcheck.vocabulary.symbols import R, a, b, epsilon, k, t, x, z

INSIDE = Mass(mu, Interval.open(a, b))
ENDS = (Mass(mu, FiniteSet(a)) + Mass(mu, FiniteSet(b))) / 2
INTEGRAL = Integral(im(Stieltjes(mu, t + I * epsilon)), (t, a, b))
FOUND = inversion_limit(Limit(INTEGRAL / pi, epsilon, 0, "+")).result


@pytest.mark.parametrize(
    "expr",
    [Moment(mu, 2), 2 * INSIDE - ENDS, INTEGRAL, sympy.Sum(z**k * Moment(mu, k), (k, 0, 3))],
    ids=str,
)
def test_linear_expressions(expr):
    assert is_linear(expr)


@pytest.mark.parametrize(
    "expr", [INSIDE**2, INSIDE * ENDS, INSIDE + 1, sympy.exp(INSIDE), sympy.Integer(1)], ids=str
)
def test_other_expressions_are_not_seen_to_be_linear(expr):
    assert not is_linear(expr)


def test_values_at_a_point_mass():
    assert at_point_mass(Stieltjes(mu, z), x) == 1 / (x - z)
    assert at_point_mass(Moment(mu, 0), 0) == 1
    assert [at_point_mass(Mass(mu, Interval(0, 1)), y) for y in (0, 1, 2)] == [1, 1, 0]


def test_a_point_of_undecided_place_is_refused():
    with pytest.raises(DomainError, match="undecided"):
        at_point_mass(INSIDE, x)


def test_which_classes_have_all_point_masses():
    assert has_all_point_masses(ProbabilityMeasures())
    assert has_all_point_masses(SignedMeasures())
    assert not has_all_point_masses(BoundedProbabilityMeasures(R))


def test_the_limit_counts_an_end_half():
    half = Rational(1, 2)
    assert list(FOUND.values.values()) == [0, half, 1, half, 0]


def test_the_limit_agrees_with_the_integral_at_small_heights():
    """Against the arctangents themselves, in floats."""
    for place, expected in ((2.0, 0.5), (2.5, 1.0), (1.5, 0.0), (3.0, 0.5)):
        height = 1e-9
        value = sympy.atan((3 - place) / height) - sympy.atan((2 - place) / height)
        assert abs(float(value) / float(pi) - expected) < 1e-8


def test_the_right_masses_are_proved():
    assert compare_with_masses(FOUND, INSIDE + ENDS).answer == Answer.YES


@pytest.mark.parametrize(
    "wrong",
    [
        Mass(mu, Interval(a, b)),
        INSIDE,
        INSIDE + 2 * ENDS,
        Mass(mu, Interval.Ropen(a, b)),
        INSIDE + Mass(mu, FiniteSet(a)) / 2,
        2 * (INSIDE + ENDS),
    ],
    ids=str,
)
def test_wrong_masses_have_a_point_mass_as_witness(wrong):
    test = compare_with_masses(FOUND, wrong)
    assert test.answer == Answer.NO
    assert "delta_x at x = " in test.witness


def test_an_empty_interval_recovers_nothing():
    nothing = inversion_limit(Limit(INTEGRAL.subs(b, a) / pi, epsilon, 0, "+")).result
    assert set(nothing.values.values()) == {0}


@pytest.mark.parametrize(
    "quantity",
    [
        INTEGRAL,
        Limit(INTEGRAL / pi, epsilon, 0, "-"),
        Limit(INTEGRAL**2, epsilon, 0, "+"),
        Limit(Integral(re(Stieltjes(mu, t + I * epsilon)), (t, a, b)), epsilon, 0, "+"),
        Limit(Integral(-im(Stieltjes(mu, t + I * epsilon)), (t, a, b)), epsilon, 0, "+"),
        Limit(Integral(im(Stieltjes(mu, t + I * epsilon)), (t, a, x)), epsilon, 0, "+"),
    ],
    ids=str,
)
def test_other_quantities_are_refused(quantity):
    with pytest.raises(DomainError):
        inversion_limit(quantity)


def test_a_lost_factor_changes_the_limit():
    found = inversion_limit(Limit(INTEGRAL, epsilon, 0, "+")).result
    assert compare_with_masses(found, INSIDE + ENDS).answer == Answer.NO
    assert compare_with_masses(found, pi * (INSIDE + ENDS)).answer == Answer.YES
