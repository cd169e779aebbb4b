import mpmath
import pytest
import sympy

from rmtcheck.symbolic.radical import RadicalDensity, recognize, sign_of
from rmtcheck.vocabulary.laws import PrintedLaw
from rmtcheck.vocabulary.symbols import gamma, sigma, x, z

A, B = sympy.Rational(1, 4), sympy.Rational(9, 4)
root = sympy.sqrt((B - x) * (x - A))


@pytest.mark.parametrize("k", range(-3, 4))
def test_transform_and_mass_against_quadrature(k):
    density = RadicalDensity(sympy.Integer(3), k, A, B)
    point = mpmath.mpc(-0.7, 0.4)
    f = lambda u: 3 * u**k * mpmath.sqrt((2.25 - u) * (u - 0.25))  # noqa: E731
    radical = sympy.sqrt(z - A) * sympy.sqrt(z - B)
    transform = density.rational_part(z) + density.radical_part(z) * radical
    value = sympy.N(transform.subs(z, sympy.Rational(-7, 10) + sympy.I * sympy.Rational(2, 5)), 20)
    exact = mpmath.mpc(*map(str, value.as_real_imag()))
    assert abs(mpmath.quad(f, [0.25, 1, 2.25]) - mpmath.mpf(str(sympy.N(density.mass())))) < 1e-9
    assert abs(mpmath.quad(lambda u: f(u) / (u - point), [0.25, 1, 2.25]) - exact) < 1e-9


@pytest.mark.parametrize(
    ("density", "c", "k"),
    [
        (root, 1, 0),
        (-2 * root / x, -2, -1),
        (sympy.sqrt(B - x) * sympy.sqrt(x - A) * x**3, 1, 3),
        (sympy.sqrt(sympy.expand(4 * (B - x) * (x - A))), 2, 0),
        (root * (2 * x + x) / x**3, 3, -2),
    ],
    ids=str,
)
def test_recognized(density, c, k):
    found = recognize(PrintedLaw(density, A, B))
    assert (found.c, found.k) == (c, k)


@pytest.mark.parametrize(
    "density",
    [
        root**3,
        1 / root,
        root * (1 + x),
        root * x**4,
        sympy.exp(-x),
        x**2,
        sympy.sqrt((B - x) * (x - A) * x),
        sympy.sqrt((x - B) * (x - A)),
        sympy.sqrt((B - x) * (x - A / 2)),
    ],
    ids=str,
)
def test_not_recognized(density):
    assert recognize(PrintedLaw(density, A, B)) is None


def test_a_pole_inside_the_interval_is_not_recognized():
    law = PrintedLaw(sympy.sqrt((2 - x) * (x + 2)) / x, -2, 2)
    assert recognize(law) is None


def test_a_density_that_is_not_integrable_is_not_recognized():
    law = PrintedLaw(sympy.sqrt((2 - x) * x) / x**2, 0, 2)
    assert recognize(law) is None


def test_signs():
    assert sign_of((sigma + gamma) / gamma) == 1
    assert sign_of(-sigma - gamma) == -1
    assert sign_of(sigma - gamma) is None
