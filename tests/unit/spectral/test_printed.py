import pytest
import sympy
from sympy import Max, Rational, pi, sqrt

from rmtcheck.errors import DomainError
from rmtcheck.spectral.laws.marchenko_pastur import MarchenkoPastur
from rmtcheck.spectral.printed import printed_mass, printed_moment, printed_stieltjes
from rmtcheck.vocabulary.laws import PrintedLaw
from rmtcheck.vocabulary.symbols import gamma, sigma, x

LOWER = sigma**2 * (1 - sqrt(gamma)) ** 2
UPPER = sigma**2 * (1 + sqrt(gamma)) ** 2
DENSITY = sqrt((UPPER - x) * (x - LOWER)) / (2 * pi * sigma**2 * gamma * x)
LAW = PrintedLaw(DENSITY, LOWER, UPPER, atom=0, mass=Max(0, 1 - 1 / gamma))
PARAMETERS = [(0.3, 1), (1, 1), (1, 1.7), (4, 0.5), (Rational(1, 3), 2)]


@pytest.mark.parametrize(("ratio", "deviation"), PARAMETERS)
@pytest.mark.parametrize("order", range(5))
def test_moments_of_the_right_law(ratio, deviation, order):
    moment = printed_moment(LAW, order, {gamma: ratio, sigma: deviation})
    exact = float(MarchenkoPastur(ratio, deviation**2).moment(order))
    assert abs(moment.value - exact) <= 4 * moment.error
    assert moment.error < 1e-11 * exact


@pytest.mark.parametrize(("ratio", "deviation"), PARAMETERS)
def test_transform_of_the_right_law(ratio, deviation):
    z = 0.5 + 0.3j
    real, imaginary = printed_stieltjes(LAW, z, {gamma: ratio, sigma: deviation})
    exact = MarchenkoPastur(ratio, deviation**2).stieltjes(z)
    assert abs(complex(real.value, imaginary.value) - exact) <= 4 * real.error < 1e-9


@pytest.mark.parametrize(
    "wrong",
    [
        PrintedLaw(DENSITY / 2, LOWER, UPPER),
        PrintedLaw(DENSITY * x**2, LOWER, UPPER),
        PrintedLaw(DENSITY**2, LOWER, UPPER),
        PrintedLaw(sqrt(DENSITY), LOWER, UPPER),
        PrintedLaw(DENSITY, LOWER, (LOWER + UPPER) / 2),
        PrintedLaw(DENSITY, LOWER, UPPER, atom=0, mass=Rational(1, 10)),
        PrintedLaw(((UPPER - x) * (x - LOWER)) ** Rational(1, 3) / x, LOWER, UPPER),
    ],
)
def test_wrong_laws_have_the_wrong_mass(wrong):
    mass = printed_mass(wrong, {gamma: 0.4, sigma: 1})
    assert abs(mass.value - 1) > 1e6 * mass.error


@pytest.mark.parametrize(
    ("law", "message"),
    [
        (PrintedLaw(-DENSITY, LOWER, UPPER), "not a density at gamma|not a density"),
        (PrintedLaw(DENSITY, LOWER, UPPER + 1), "not a density"),
        (PrintedLaw(DENSITY, LOWER - 1, UPPER), "not a density"),
        (PrintedLaw(DENSITY / (x - 1), LOWER, UPPER), "not a density"),
        (PrintedLaw(sympy.I * DENSITY, LOWER, UPPER), "not a density"),
        (PrintedLaw(sympy.zoo * DENSITY, LOWER, UPPER), "not a density"),
        (PrintedLaw(sympy.nan, LOWER, UPPER), "not a density"),
        (PrintedLaw(DENSITY, UPPER, LOWER), "lower < upper"),
        (PrintedLaw(DENSITY, LOWER, UPPER, mass=1 - 1 / gamma), "mass"),
        (PrintedLaw(DENSITY, LOWER, UPPER, mass=sqrt(1 - 1 / gamma)), "finite real"),
        (PrintedLaw(DENSITY, LOWER, sympy.oo), "finite real"),
        (PrintedLaw(1 / (x - LOWER) ** 2, LOWER, UPPER), "settled"),
        (PrintedLaw(DENSITY * sympy.Symbol("q"), LOWER, UPPER), "no value for q"),
    ],
)
def test_refusals_at_one_half(law, message):
    with pytest.raises(DomainError, match=message):
        printed_mass(law, {gamma: 0.5, sigma: 1})


def test_transform_is_not_taken_on_the_real_line():
    with pytest.raises(DomainError, match="off the real line"):
        printed_stieltjes(LAW, 1.0, {gamma: 0.5, sigma: 1})
