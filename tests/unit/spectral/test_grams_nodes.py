"""Spellings that do not overflow are equal to what they replace."""

import math

import numpy as np
import pytest
import sympy

from rmtcheck.spectral.grams.fields import compiled
from rmtcheck.spectral.grams.nodes import Logistic, Softplus, stable

A = sympy.Symbol("a", real=True)
E = sympy.exp(A)
SPELLINGS = [
    1 / (1 + E),
    1 / (1 + sympy.exp(-A)) ** 3,
    E / (1 + E),
    sympy.exp(2 * A) / (1 + E) ** 2,
    sympy.exp(2 * A) / (1 + E) ** 5,
    sympy.exp(-A) / (1 + sympy.exp(-A)) ** 2,
    1 / (1 + 2 * E + sympy.exp(2 * A)),
    A * sympy.exp(-3 * A) / (1 + sympy.exp(-3 * A)) ** 2,
    sympy.log(1 + E),
    sympy.log(1 + sympy.exp(-A / 2)) ** 2,
    sympy.sinh(A) / sympy.cosh(A),
    sympy.sinh(A) ** 2 / sympy.cosh(A) ** 2,
    sympy.tanh(A),
    A**2 + 1,
]


def at_floats(expression, points):
    with np.errstate(all="ignore"):
        return np.asarray(compiled((A,), expression)(points))


@pytest.mark.parametrize("expression", SPELLINGS, ids=str)
def test_spellings_are_equal(expression):
    points = np.linspace(-4, 4, 9)
    wanted = [float(expression.subs(A, sympy.Rational(x)).evalf(30)) for x in points]
    assert np.allclose(at_floats(stable(expression), points), wanted, rtol=1e-14, atol=1e-16)


@pytest.mark.parametrize("expression", SPELLINGS, ids=str)
def test_spellings_are_finite_far_out(expression):
    found = at_floats(stable(expression), np.array([-2000.0, -800.0, 800.0, 2000.0]))
    assert np.isfinite(found).all()


def test_the_plain_spellings_do_overflow():
    points = np.array([-2000.0, 2000.0])
    plain = [at_floats(e, points) for e in SPELLINGS]
    assert sum(not np.isfinite(values).all() for values in plain) >= 8


def test_factors_that_do_not_fit_are_left():
    left = sympy.exp(3 * A) / (1 + E) ** 2
    assert stable(left) == Logistic(A) ** 2 * E
    other = sympy.exp(A / 2) / (1 + E)
    assert stable(other) == sympy.exp(A / 2) * Logistic(-A)
    assert stable(sympy.log(2 + E)) == sympy.log(2 + E)
    assert stable(sympy.log(1 + E) + 1) == Softplus(A) + 1
    assert math.isclose(at_floats(Logistic(A), np.array([0.0]))[0], 0.5)
