"""Intervals contain the results on their members, and little else."""

from fractions import Fraction

import mpmath
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmtcheck.replay.exponential import E, exp, exp_of
from rmtcheck.replay.interval import BITS, ONE, Interval

rationals = st.fractions(min_value=-1000, max_value=1000, max_denominator=10**9)


@st.composite
def intervals(draw):
    """Draw an interval and a member."""
    low, x, high = sorted(draw(st.tuples(rationals, rationals, rationals)))
    return Interval.of(low, high), x


@given(intervals(), intervals(), st.integers(-50, 50), st.integers(1, 50), st.integers(0, 5))
def test_operations_contain_the_results(one, other, factor, divisor, power):
    (a, x), (b, y) = one, other
    assert (a + b).contains(x + y)
    assert (a - b).contains(x - y)
    assert (-a).contains(-x)
    assert (a * b).contains(x * y)
    assert (a * factor).contains(x * factor)
    assert (a / divisor).contains(x / divisor)
    assert (a**power).contains(x**power)


@given(rationals, rationals)
def test_operations_are_sharp(x, y):
    a, b = Interval.of(x), Interval.of(y)
    ulps = 2 + abs(x) + abs(y)
    assert a.hi - a.lo <= 1
    assert (a * b).hi - (a * b).lo <= 2 * ulps
    assert not (a * b).contains(x * y + Fraction(3 * ulps) / ONE)
    assert not (a + b).contains(x + y - Fraction(3) / ONE)


@given(st.fractions(min_value=Fraction(1, 1000), max_value=1000, max_denominator=10**9))
def test_reciprocal(x):
    assert Interval.of(x).reciprocal().contains(1 / x)
    assert not Interval.of(x).reciprocal().contains(1 / x + Fraction(10**7, ONE))


@given(rationals, st.integers(1, 12))
def test_floor(x, places):
    scaled = x * 10**places
    exact = scaled.numerator // scaled.denominator
    assert Interval.of(x).floor(places) in {exact, None}
    assert Interval.of(x, x + Fraction(2, 10**places)).floor(places) is None


def test_floor_is_open_next_to_a_decimal():
    tick = Fraction(1, ONE)
    assert Interval.of(Fraction(1, 4) - tick, Fraction(1, 4)).floor(2) is None
    assert Interval.of(Fraction(1, 4), Fraction(1, 4) + tick).floor(2) == 25


@given(st.fractions(min_value=-150, max_value=60, max_denominator=10**6))
def test_exponential_against_another_library(x):
    with mpmath.workdps(120):
        true = mpmath.exp(mpmath.mpf(x.numerator) / x.denominator) * mpmath.mpf(2) ** BITS
        found = exp_of(x)
        assert found.lo <= true <= found.hi
        assert found.hi - found.lo <= 10**6 * max(1, true / ONE)


@given(st.fractions(min_value=-40, max_value=40, max_denominator=1000), st.integers(1, 10**6))
def test_exponential_of_wide_intervals(x, width):
    high = x + Fraction(width, 10**6)
    wide = exp(Interval.of(x, high))
    assert wide.lo <= exp_of(x).lo
    assert wide.hi >= exp_of(high).hi


@pytest.mark.parametrize("x", [-192, -193, -1000, -(10**9)])
def test_exponential_far_below(x):
    assert exp_of(x) in {Interval(0, 1), exp(Interval(-192 * ONE, -192 * ONE))}
    assert exp_of(x).lo == 0


def test_e_has_its_first_fifty_digits():
    assert E.floor(50) == 271828182845904523536028747135266249775724709369995
    assert E.hi - E.lo < 1000
    assert sum(1 / Fraction(n) for n in (1, 1, 2, 6, 24)) < Fraction(E.lo, ONE)
