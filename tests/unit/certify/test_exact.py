from fractions import Fraction

import numpy as np
import pytest
import sympy
from flint import fmpq, fmpz

from rmtcheck.certify import exact
from rmtcheck.errors import DomainError

ONE_TENTH = fmpq(1, 10)


@pytest.mark.parametrize(
    "value",
    [
        "0.1",
        "1/10",
        " .1 ",
        "1e-1",
        "10E-2",
        "+0.10",
        Fraction(1, 10),
        sympy.Rational(1, 10),
        ONE_TENTH,
    ],
)
def test_one_tenth_in_every_exact_form(value):
    assert exact.exact_rational("gamma", value) == ONE_TENTH


@pytest.mark.parametrize(
    "value", [2, 2.0, "2", fmpz(2), sympy.Integer(2), np.int64(2), np.float64(2)]
)
def test_two_in_every_form(value):
    assert exact.exact_rational("gamma", value) == 2


@pytest.mark.parametrize(
    "value",
    [
        True,
        None,
        "nan",
        "inf",
        "",
        "1/0",
        "abc",
        "1e9999",
        "9" * 2000,
        (1,),
        1j,
        sympy.pi,
        np.nan,
        -np.inf,
    ],
)
def test_refused_values_are_named(value):
    with pytest.raises(DomainError, match=r"^gamma = .*accepted: an integer, a Fraction"):
        exact.exact_rational("gamma", value)


def test_an_inexact_float_is_refused_with_the_way_out():
    with pytest.raises(DomainError, match=r"write '0\.1' or Fraction\(1, 10\)"):
        exact.exact_rational("gamma", 0.1)


def test_numpy_floats_are_floats():
    with pytest.raises(DomainError, match=r"not exactly 0\.1"):
        exact.exact_rational("gamma", np.float64(0.1))


@pytest.mark.parametrize("value", [1, 0, -3, "5/2", "-7"])
def test_classes_below_two_or_broken_are_refused(value):
    with pytest.raises(DomainError, match="classes"):
        exact.checked_integer("classes", value, 2)


@pytest.mark.parametrize("value", [0, exact.MAX_DIGITS + 1, 2.5])
def test_digits_have_a_stated_cap(value):
    with pytest.raises(DomainError, match="digits"):
        exact.checked_digits(value)


@pytest.mark.parametrize("value", [0, "-1", -0.5])
def test_gamma_is_positive(value):
    with pytest.raises(DomainError, match=r"accepted: a rational number > 0"):
        exact.checked_positive("gamma", value)


@pytest.mark.parametrize("value", [0, -1, "1/1001", 11])
def test_scale_has_a_stated_range(value):
    with pytest.raises(DomainError, match=r"from 1/1000 to 10"):
        exact.checked_scale(value)


@pytest.mark.parametrize("value", [(), (0,), (1, -1), ("a",), "11", 2, (1, 1, 1), (41,), (0.3,)])
def test_bad_powers_are_refused(value):
    with pytest.raises(DomainError, match="powers"):
        exact.checked_powers(value, 2)


def test_powers_are_sorted():
    assert exact.checked_powers([1, 2.0], 2) == (2, 1)


def test_a_huge_integer_is_refused_without_printing_it():
    with pytest.raises(DomainError, match="an integer of thousands of digits"):
        exact.checked_digits(10**5000)
