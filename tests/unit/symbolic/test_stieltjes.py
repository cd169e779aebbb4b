import mpmath
import pytest
import sympy
from sympy import Max, Piecewise, Rational, pi, sqrt

from rmtcheck.errors import DomainError, RmtcheckError
from rmtcheck.symbolic import limit_equations
from rmtcheck.symbolic.equality import Answer
from rmtcheck.symbolic.limit_equations import limit_equation, wigner_moment
from rmtcheck.symbolic.stieltjes import (
    covariance_equation,
    inverted,
    is_solution,
    law_defect,
    moments_of,
    stieltjes_of,
)
from rmtcheck.symbolic.wishart import trace_moment_limit
from rmtcheck.vocabulary.ensembles import HermitianMatrix, SampleCovariance, WignerMatrix
from rmtcheck.vocabulary.laws import PrintedLaw
from rmtcheck.vocabulary.symbols import N, d, gamma, sigma, x, z

s = sympy.Symbol("s", complex=True)
ensemble = SampleCovariance(d, N, sigma**2)
LOWER, UPPER = (sigma**2 * (1 + side * sqrt(gamma)) ** 2 for side in (-1, 1))
ROOT = sqrt((UPPER - x) * (x - LOWER))
DENSITY = ROOT / (2 * pi * sigma**2 * gamma * x)
MASS = Max(0, 1 - 1 / gamma)


def law(density=DENSITY, lower=LOWER, upper=UPPER, atom=0, mass=MASS):
    return PrintedLaw(density, lower, upper, atom, mass)


def test_the_equation():
    v = sigma**2
    expected = gamma * v * z * s**2 + (z - v * (1 - gamma)) * s + 1
    assert sympy.expand(covariance_equation(ensemble, gamma).result - expected) == 0


def test_its_moments_are_those_of_the_pairings():
    equation = covariance_equation(SampleCovariance(d, N), gamma).result
    found = moments_of(equation, z, s, 5)
    assert all(sympy.expand(m - trace_moment_limit(k, gamma)) == 0 for k, m in enumerate(found))


def test_a_wrong_loop_equation_is_caught_by_the_moments(monkeypatch):
    right = limit_equations.loop_equation
    monkeypatch.setattr(
        limit_equations,
        "loop_equation",
        lambda names, v: right(names, v) + names.s * names.d / names.N,
    )
    with pytest.raises(RmtcheckError, match="pairings"):
        covariance_equation(ensemble, gamma)


@pytest.mark.parametrize("wrong", [HermitianMatrix("A", d), SampleCovariance(d, N, -1)], ids=str)
def test_other_ensembles_are_refused(wrong):
    with pytest.raises(DomainError):
        covariance_equation(wrong, gamma)


def test_the_printed_law_is_proved():
    test = law_defect(ensemble, law())
    assert test.answer == Answer.YES
    assert "identically" in test.witness


CENTER = sigma**2 * (1 + gamma)
SAME = {
    "mass by cases": law(mass=Piecewise((1 - 1 / gamma, gamma > 1), (0, True))),
    "radicand written out": law(
        sqrt(4 * gamma * sigma**4 - (x - CENTER) ** 2) / (2 * pi * gamma * sigma**2 * x)
    ),
    "ends written out": law(
        lower=CENTER - 2 * sigma**2 * sqrt(gamma), upper=CENTER + 2 * sigma**2 * sqrt(gamma)
    ),
    "read from the equation": inverted(ensemble, gamma),
}


@pytest.mark.parametrize("other", SAME.values(), ids=SAME.keys())
def test_other_ways_to_write_it_are_proved(other):
    assert law_defect(ensemble, other).answer == Answer.YES


WRONG = {
    "density doubled": (law(2 * DENSITY), "the total mass is 2"),
    "sign": (law(-DENSITY), "total mass is -1"),
    "sigma lost": (law(sigma**2 * DENSITY), "sigma = 2"),
    "gamma lost": (law(gamma * DENSITY), "gamma = 1/4"),
    "pi lost": (law(pi * DENSITY), "total mass is pi"),
    "x lost": (law(x * DENSITY), "density at x"),
    "x squared": (law(DENSITY / x), "total mass"),
    "no root": (law(ROOT**2 / (2 * pi * sigma**2 * gamma * x)), "density at x"),
    "inverse root": (law(1 / ROOT), "density at x"),
    "exchanged": (
        law(DENSITY.subs({gamma: sigma, sigma: gamma}, simultaneous=True)),
        "density at x",
    ),
    "ratio inverted": (
        PrintedLaw(*(part.subs(gamma, 1 / gamma) for part in law().args)),
        "gamma = 1/4",
    ),
    "lower end": (law(lower=0), "density at x"),
    "upper end": (law(upper=2 * UPPER), "density at x"),
    "short interval": (law(upper=CENTER), "density at x"),
    "reversed": (law(lower=UPPER, upper=LOWER), "density at x"),
    "atom dropped": (law(mass=0), "gamma = 4"),
    "atom halved": (law(mass=MASS / 2), "total mass is 5/8"),
    "atom always": (law(mass=1 - 1 / gamma), "gamma = 1/4"),
    "atom moved": (law(atom=1), "atom is at 1"),
    "mass of the other ratio": (law(mass=Max(0, 1 - gamma)), "gamma = 1/4"),
    "another density": (law(sympy.exp(-x)), "density at x"),
}


@pytest.mark.parametrize(("wrong", "words"), WRONG.values(), ids=WRONG.keys())
def test_wrong_laws_are_refuted(wrong, words):
    test = law_defect(ensemble, wrong)
    assert test.answer == Answer.NO
    assert words in test.witness


def test_the_proof_rejects_wrong_laws_by_itself():
    for name in ("density doubled", "x squared", "atom dropped", "atom moved", "lower end"):
        assert not is_solution(ensemble, WRONG[name][0], gamma)


def test_a_total_mass_of_one_is_not_enough():
    other = law(3 * DENSITY / 4, mass=MASS + Rational(1, 4) * (1 - MASS))
    assert law_defect(ensemble, other).answer == Answer.NO
    assert not is_solution(ensemble, other, gamma)


def test_a_defect_beyond_the_points_is_left_open():
    late = law(mass=MASS + Max(0, gamma - 1000))
    assert law_defect(ensemble, late).answer == Answer.UNKNOWN


def test_the_variance_belongs_to_the_ensemble():
    assert law_defect(SampleCovariance(d, N, sigma), law()).answer == Answer.NO
    assert law_defect(SampleCovariance(d, N), law()).answer == Answer.NO
    assert law_defect(SampleCovariance(d, N), law().subs(sigma, 1)).answer == Answer.YES


@pytest.mark.parametrize("ratio", [Rational(1, 4), Rational(1, 3), 1, 4, 2], ids=str)
def test_explicit_ratios(ratio):
    there = law().subs({gamma: ratio, sigma: 1})
    assert law_defect(SampleCovariance(d, N), there, ratio).answer == Answer.YES
    assert law_defect(SampleCovariance(d, N), there, ratio + 1).answer == Answer.NO


def test_the_inverse_ratio():
    inverse = PrintedLaw(*(part.subs(gamma, 1 / gamma) for part in law().args))
    assert law_defect(ensemble, inverse, 1 / gamma).answer == Answer.YES
    assert law_defect(ensemble, law(), 1 / gamma).answer == Answer.NO


@pytest.mark.parametrize("ratio", [0, -1, sympy.Symbol("u")])
def test_ratios_that_are_not_positive(ratio):
    with pytest.raises(DomainError, match="ratio"):
        law_defect(ensemble, law(), ratio)


@pytest.mark.parametrize("ratio", [Rational(1, 4), 4])
def test_the_transform_against_quadrature(ratio):
    there = law().subs({gamma: ratio, sigma: 1})
    point = Rational(1, 2) + sympy.I
    value = sympy.N(stieltjes_of(there, z).subs(z, point), 20)
    low, high = (mpmath.mpf(end.p) / end.q for end in (there.lower, there.upper))
    density = sympy.lambdify(x, there.density, "mpmath")
    u = mpmath.mpc(0.5, 1)
    middle = (low + high) / 2
    mass = mpmath.mpf(there.mass.p) / there.mass.q
    quadrature = mpmath.quad(lambda r: density(r) / (r - u), [low, middle, high]) - mass / u
    assert abs(quadrature - mpmath.mpc(*map(str, value.as_real_imag()))) < 1e-9


def test_the_transform_of_another_density_is_unknown():
    assert stieltjes_of(law(sympy.exp(-x)), z) is None


def test_steps_name_stein_and_the_limit():
    text = str(covariance_equation(ensemble, gamma))
    assert "Stein's identity" in text
    assert "Poincare's inequality" in text
    assert "the limit d/N -> gamma" in text


SEMICIRCLE = PrintedLaw(sqrt(4 - x**2) / (2 * pi), -2, 2)


def test_the_semicircle_is_proved():
    assert law_defect(WignerMatrix(d), SEMICIRCLE, None).answer == Answer.YES


@pytest.mark.parametrize(
    "wrong",
    [
        PrintedLaw(sqrt(4 - x**2) / pi, -2, 2),
        PrintedLaw(sqrt(1 - x**2) * 2 / pi, -1, 1),
        PrintedLaw(sqrt(2 - x**2) / pi, -sqrt(2), sqrt(2)),
        PrintedLaw(sqrt((4 - x) * x) / (2 * pi), 0, 4),
    ],
    ids=str,
)
def test_other_semicircles_are_refuted(wrong):
    test = law_defect(WignerMatrix(d), wrong, None)
    assert test.answer == Answer.NO
    assert test.witness


def test_a_wrong_wigner_equation_is_caught_by_the_moments(monkeypatch):
    right = limit_equations.wigner_loop_equation
    monkeypatch.setattr(limit_equations, "wigner_loop_equation", lambda names: 2 * right(names))
    with pytest.raises(RmtcheckError, match="pairings"):
        limit_equation(WignerMatrix(d), None)


def test_wigner_moments_at_size_one_are_gaussian():
    assert [wigner_moment(k, sympy.Integer(1)) for k in range(7)] == [1, 0, 1, 0, 3, 0, 15]


def test_two_sizes_need_a_ratio():
    with pytest.raises(DomainError, match="ratio"):
        limit_equation(ensemble, None)
