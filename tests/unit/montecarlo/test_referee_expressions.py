"""Expressions on hyper-dual numbers against sympy's own derivatives."""

import numpy as np
import pytest
import sympy

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.referee.expressions import Reader
from rmtcheck.montecarlo.referee.hyperdual import HyperDual

A = sympy.Symbol("a", real=True)
K = sympy.Symbol("k", integer=True)
POINTS = np.array([-1.7, -0.3, 0.4, 2.1])
# rounding of a few operations
ROUNDING = 1e-14


def seed():
    ones = np.ones((1, len(POINTS)))
    return HyperDual(POINTS, ones, ones, np.zeros((1, 1, len(POINTS))))


def derivatives(expression):
    functions = (sympy.lambdify(A, expression.diff(A, r), "mpmath") for r in range(3))
    return [np.array([float(f(point)) for point in POINTS]) for f in functions]


SMOOTH = [
    sympy.exp(A),
    sympy.log(1 + A**2),
    sympy.tanh(2 * A),
    sympy.erf(A / 3),
    sympy.sin(A) * sympy.cos(3 * A),
    sympy.sinh(A) / sympy.cosh(A - 1),
    sympy.atan(A**2),
    A**3 - 2 * A + 1,
    (2 + A**2) ** sympy.Rational(-5, 2),
    (2 + A**2) ** A,
    sympy.Rational(1, 3) ** A,
    A / (1 + sympy.exp(-A)),
    sympy.Piecewise((A**2, A > 0), (sympy.sin(A), A <= -1), (A**5, True)),
    sympy.Piecewise((A, (A > 1) | (A < -1)), (A**3, True)),
    sympy.Piecewise((A, (A > -1) & (A < 1)), (A**3, True)),
]


@pytest.mark.parametrize("expression", SMOOTH, ids=str)
def test_values_slopes_and_curvatures(expression):
    found = Reader({A: seed()}).value(expression)
    parts = found.value, found.first[0], found.mixed[0, 0]
    for part, wanted in zip(parts, derivatives(expression), strict=True):
        assert np.allclose(part, wanted, rtol=ROUNDING, atol=ROUNDING * abs(wanted).max())


@pytest.mark.parametrize(
    ("expression", "values", "slopes"),
    [
        (sympy.Abs(A), np.abs(POINTS), np.sign(POINTS)),
        (sympy.Max(A, 0), np.maximum(POINTS, 0), POINTS > 0),
        (sympy.Min(A, 2 * A), np.minimum(POINTS, 2 * POINTS), np.where(POINTS > 0, 1, 2)),
        (sympy.Heaviside(A), POINTS > 0, 0 * POINTS),
        (sympy.sign(A) * A, np.abs(POINTS), np.sign(POINTS)),
    ],
    ids=str,
)
def test_functions_with_kinks(expression, values, slopes):
    found = Reader({A: seed()}).value(expression)
    assert np.allclose(found.value, values, rtol=0, atol=ROUNDING)
    assert np.allclose(found.first[0], slopes, rtol=0, atol=ROUNDING)
    assert not found.mixed.any()


def test_sums_are_written_out():
    double = sympy.Sum(sympy.Sum(A**K, (K, 1, 3)) * K, (K, 1, 2))
    found = Reader({A: seed()}).value(double)
    assert np.allclose(found.value, 3 * (POINTS + POINTS**2 + POINTS**3), rtol=ROUNDING)
    nothing = Reader({A: seed()}).value(sympy.Sum(A**K, (K, 1, 0)))
    assert not nothing.value.any()


@pytest.mark.parametrize("expression", [A * sympy.Symbol("b"), sympy.zeta(A), A * sympy.I], ids=str)
def test_refuses_what_has_no_value(expression):
    with pytest.raises(DomainError):
        Reader({A: seed()}).value(expression)


def test_refuses_conditions_that_it_does_not_know():
    odd = sympy.Piecewise((A, sympy.Not(sympy.Eq(A, 1))), (0, True))
    with pytest.raises(DomainError, match="condition"):
        Reader({A: seed()}).value(odd)
