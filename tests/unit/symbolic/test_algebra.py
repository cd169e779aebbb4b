import pytest
from sympy import E, I, Rational, cos, exp, sin, sqrt

from rmtcheck.symbolic.algebra import as_fraction
from rmtcheck.vocabulary.symbols import C, gamma, n, x, z

ZEROS = [
    1 / (sqrt(2) - 1) - 1 - sqrt(2),
    exp(Rational(1, 2)) ** 2 * gamma - gamma * E + sqrt(E) - exp(Rational(1, 2)),
    exp(x + 1) - E * exp(x),
    exp(x / 2) ** 2 * sqrt(E) - exp(x + Rational(1, 2)),
    cos(x) ** 2 + sin(x) ** 2 - 1,
    sqrt(1 - x**2) ** 2 - 1 + x**2,
    sqrt(gamma**2 + 2 * gamma + 1) - gamma - 1,
    sqrt(C - 1) * sqrt(C) - sqrt(C**2 - C),
    (1 + I) ** 2 - 2 * I,
    gamma * gamma**n - gamma ** (n + 1),
    1 / (sqrt(z) + 1) - (1 - sqrt(z)) / (1 - z),
    sqrt(1 + sqrt(gamma)) ** 4 - 1 - 2 * sqrt(gamma) - gamma,
]


@pytest.mark.parametrize("expr", ZEROS)
def test_zero_is_recognized(expr):
    assert as_fraction(expr).numerator == 0


@pytest.mark.parametrize("expr", ZEROS)
def test_planted_change_is_not_zero(expr):
    assert as_fraction(expr + Rational(1, 10**40)).numerator != 0


@pytest.mark.parametrize(
    "expr", [sqrt(x**2) - x, sqrt(z**2) - z, sqrt((gamma - 1) ** 2) - gamma + 1]
)
def test_signs_are_not_assumed(expr):
    assert as_fraction(expr).numerator != 0
