import mpmath
import pytest
import sympy
from sympy import Abs, I, exp

from rmtcheck.errors import ConvergenceError, DomainError
from rmtcheck.symbolic import projections
from rmtcheck.symbolic.projections import expectation, limit
from rmtcheck.vocabulary.ensembles import GivenBoth, GivenInput, Projection, SquaredRadius
from rmtcheck.vocabulary.quantities import Along, E
from rmtcheck.vocabulary.symbols import N, d, t

q, s = Projection(d), SquaredRadius(d)
wave, bell = exp(I * t * q), exp(-(t**2) / 2)


@pytest.mark.parametrize(
    ("expr", "value"),
    [
        (E((s - 1) ** 2), 2 / d),
        (E(s**2), 1 + 2 / d),
        (E(q**2), 1),
        (E(q**3), 0),
        (E(q**4), 3 + 6 / d),
        (E(q**2 * s), 1 + 2 / d),
        (E(GivenInput(q**4)), 3 + 6 / d),
        (E(GivenInput(q**2) ** 2), 1 + 2 / d),
        (E(GivenBoth(q**2) ** 2), 3 + 6 / d),
        (E(wave), (1 + t**2 / d) ** (-d / 2)),
        (E(Abs(wave) ** 2), 1),
        (d * E(s) - E(s) ** 2, d - 1),
    ],
    ids=str,
)
def test_exact_means(expr, value):
    assert sympy.simplify(expectation(expr).result - value) == 0


@pytest.mark.parametrize(
    ("expr", "value"),
    [
        (E((s - 1) ** 2), 0),
        (d * E((s - 1) ** 2), 2),
        (d**2 * E((s - 1) ** 3), 8),
        (d**2 * E((s - 1) ** 2), sympy.oo),
        (-(d**2) * E((s - 1) ** 2), -sympy.oo),
        (E(wave), bell),
        (E(wave) ** 2, bell**2),
        (E(Abs(GivenInput(wave) - bell) ** 2), 0),
        (E(Abs(GivenBoth(wave) - bell) ** 2), 1 - exp(-(t**2))),
        (d * E(Abs(GivenInput(wave) - bell) ** 2), t**4 * exp(-(t**2)) / 2),
        (d * (E(wave) - bell), t**4 * bell / 4),
    ],
    ids=str,
)
def test_limits(expr, value):
    assert sympy.simplify(limit(expr, Along(d)).result - value) in (0, sympy.nan)
    assert limit(expr, Along(d)).result.is_infinite == sympy.sympify(value).is_infinite


def test_the_limits_are_not_their_neighbours():
    assert limit(E(wave), Along(d)).result != exp(-(t**2))
    assert limit(E(Abs(GivenBoth(wave) - bell) ** 2), Along(d)).result != 0


@pytest.mark.parametrize(("power", "rate"), [(0, 1), (1, 2), (3, sympy.Rational(1, 2))])
def test_radial_means_against_quadrature(power, rate):
    size = 3
    radius = SquaredRadius(size)
    exact = expectation(E(radius**power * exp(-rate * radius))).result

    def integrand(r):
        density = r ** (mpmath.mpf(size) / 2 - 1) * mpmath.exp(-r / 2)
        norm = 2 ** (mpmath.mpf(size) / 2) * mpmath.gamma(mpmath.mpf(size) / 2)
        return (
            (r / size) ** power * mpmath.exp(-mpmath.mpf(float(rate)) * r / size) * density / norm
        )

    quadrature = mpmath.quad(integrand, [0, 1, 10, 40, 200])
    assert abs(mpmath.mpf(str(sympy.N(exact, 15))) - quadrature) < 1e-10


@pytest.mark.parametrize(
    "expr",
    [
        q,
        E(1 / s),
        E(sympy.sin(q)),
        E(exp(t * q)),
        E(exp(q**2)),
        E(Abs(wave - bell)),
        E(Projection(3) * q),
        E(q ** sympy.Rational(3, 2)),
    ],
    ids=str,
)
def test_other_means_are_refused(expr):
    with pytest.raises(DomainError):
        expectation(expr)


def test_other_directions_are_refused():
    with pytest.raises(DomainError, match="direction"):
        limit(E(s), Along(d, N, ratio=1))


def test_quotients_of_waves_are_refused():
    with pytest.raises(DomainError):
        limit(1 / (E(wave) + E(s)), Along(d))


def test_a_wrong_series_is_caught_by_the_values(monkeypatch):
    monkeypatch.setattr(projections, "_series_limit", lambda expr, size: exp(-(t**2)))
    with pytest.raises(ConvergenceError):
        limit(E(wave), Along(d))


def test_steps_name_the_conditional_law():
    text = str(limit(E(Abs(GivenInput(wave) - bell) ** 2), Along(d)))
    assert "given x the projection is N(0, |x|^2/d)" in text
    assert "distance" in text
