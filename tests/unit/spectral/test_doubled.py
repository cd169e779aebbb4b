"""Pairs keep twice the digits of a float; every operation against exact fractions."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rmtcheck.spectral.doubled import (
    above,
    add,
    divide,
    multiply,
    square_root,
    total,
    two_product,
    two_sum,
)

TWICE = Fraction(1, 10**30)
numbers = st.floats(1e-60, 1e60) | st.floats(-1e60, -1e-60)
tails = st.floats(-(2.0**-54), 2.0**-54)
pairs = st.builds(
    lambda high, share: two_sum(np.array(high), np.array(high * share)), numbers, tails
)


def exact(pair):
    return Fraction(float(pair[0])) + Fraction(float(pair[1]))


def is_close(pair, value, scale=None):
    return abs(exact(pair) - value) <= TWICE * abs(value if scale is None else scale)


@given(numbers, numbers)
def test_sums_and_products_of_floats_are_exact(a, b):
    assert exact(two_sum(np.array(a), np.array(b))) == Fraction(a) + Fraction(b)
    assert exact(two_product(np.array(a), np.array(b))) == Fraction(a) * Fraction(b)


@given(pairs, pairs)
def test_sums_lose_a_rounding_error_of_the_larger(a, b):
    larger = max(abs(exact(a)), abs(exact(b)))
    assert is_close(add(a, b), exact(a) + exact(b), larger)


@given(pairs, pairs)
def test_products(a, b):
    assert is_close(multiply(a, b), exact(a) * exact(b))


@given(numbers, pairs)
def test_quotients(a, b):
    assert is_close(divide(np.array(a), b), Fraction(a) / exact(b))


@given(st.floats(1e-60, 1e60))
def test_roots(a):
    root = exact(square_root(np.array(a)))
    assert abs(root**2 - Fraction(a)) <= TWICE * Fraction(a)


def test_root_of_zero():
    assert exact(square_root(np.zeros(()))) == 0


@given(numbers, pairs)
def test_distance_is_rounded_once(x, least):
    distance = float(above(np.array([x]), least)[0])
    value = Fraction(x) - exact(least)
    scale = max(abs(Fraction(x)), abs(exact(least)))
    assert abs(Fraction(distance) - value) <= Fraction(2.0**-53) * abs(value) + TWICE * scale


@given(st.lists(pairs, min_size=1, max_size=9))
def test_total(terms):
    high, low = (np.array([[float(term[k]) for term in terms]]) for k in range(2))
    scale = sum(abs(exact(term)) for term in terms)
    assert abs(exact([part[0] for part in total((high, low))]) - sum(map(exact, terms))) <= (
        4 * TWICE * scale
    )


@pytest.mark.parametrize(
    "single",
    [
        lambda a, b: (a[0] + b[0], 0.0),
        lambda a, b: (a[0] + b[0], a[1] + b[1] * (1 + 1e-10)),
    ],
)
def test_digits_of_a_float_are_not_enough(single):
    a, b = (np.array(1.0), np.array(1e-17)), (np.array(-1.0), np.array(1e-18))
    assert is_close(add(a, b), exact(a) + exact(b), 1)
    assert not is_close(single(a, (b[0], b[1])), exact(a) + exact(b), Fraction(1, 10**3))
