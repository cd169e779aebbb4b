"""The weighted loop equation, and claimed equations held against it."""

import pytest
import sympy
from sympy import Integer, Rational

from rmtcheck.errors import DomainError, RmtcheckError
from rmtcheck.symbolic import weighted_loop
from rmtcheck.symbolic.equality import Answer
from rmtcheck.symbolic.fixed_dimension import fixed_dimension_limit
from rmtcheck.symbolic.implicit_law import compare_equations
from rmtcheck.symbolic.limit_equations import covariance_equation
from rmtcheck.symbolic.weighted_loop import quadratic_form_equation, weighted_equation
from rmtcheck.vocabulary.ensembles import HermitianMatrix, SampleCovariance
from rmtcheck.vocabulary.laws import ImplicitLaw
from rmtcheck.vocabulary.quantities import E, spectral_moment
from rmtcheck.vocabulary.symbols import N, d, gamma, s, sigma, weight, z

RIGHT = weighted_equation(gamma).result


def compared(reciprocal):
    return compare_equations(RIGHT, ImplicitLaw(reciprocal))


def test_unit_weights_give_the_marchenko_pastur_equation():
    kernel = RIGHT.replace(E(weight).func, lambda inside: inside.subs(weight, 1))
    both = sympy.numer(sympy.together(s * kernel - 1))
    expected = covariance_equation(SampleCovariance(d, N), gamma).result
    assert sympy.simplify(sympy.expand(both) + sympy.expand(expected)) == 0


def test_the_quadratic_form_by_hand():
    trace, first, second = sympy.symbols("trG Q_1 Q_2")
    expected = trace - weight / N * (trace * first + second)
    assert sympy.expand(quadratic_form_equation(weight, N) - expected) == 0


@pytest.mark.parametrize(
    "same",
    [
        RIGHT,
        E(1 / (1 / weight + gamma * s)) - z,
        E(weight / (1 + gamma * weight * s) + weight) - E(weight) - z,
    ],
    ids=str,
)
def test_the_equation_in_other_words_is_proved(same):
    assert compared(same).answer == Answer.YES


@pytest.mark.parametrize(
    "wrong",
    [
        E(weight / (1 + weight * s)) - z,
        E(weight / (1 + weight * s / gamma)) - z,
        E(weight / (1 - gamma * weight * s)) - z,
        E(weight / (1 + gamma * weight * s)) + z,
        E(weight) / (1 + gamma * E(weight) * s) - z,
        E(weight / (1 + gamma * weight * s)) * (1 + Rational(1, 10**9)) - z,
        E(weight / (1 + gamma * weight * s)) * weight - z,
        sympy.S.Zero,
    ],
    ids=str,
)
def test_wrong_equations_have_an_exact_witness(wrong):
    test = compared(wrong)
    assert test.answer == Answer.NO
    assert "the transform is" in test.witness


def test_a_symbol_of_unknown_value_refutes_nothing():
    assert compared(RIGHT + sigma).answer == Answer.UNKNOWN


def test_an_explicit_ratio():
    right = weighted_equation(Integer(6)).result
    claimed = ImplicitLaw(E(weight / (1 + weight * s / 6)) - z)
    assert compare_equations(right, claimed).answer == Answer.NO
    assert compare_equations(right, ImplicitLaw(right)).answer == Answer.YES


def test_a_lost_factor_in_the_form_is_caught_by_the_moments(monkeypatch):
    right = weighted_loop.quadratic_form_equation
    planted = lambda weight, N: right(weight, 2 * N)  # noqa: E731
    monkeypatch.setattr(weighted_loop, "quadratic_form_equation", planted)
    with pytest.raises(RmtcheckError, match="pairings"):
        weighted_equation(gamma)


def test_ratios_are_positive():
    with pytest.raises(DomainError, match="ratio"):
        weighted_equation(sympy.S.Zero)


def test_fixed_dimension():
    covariance = SampleCovariance(d, N, sigma**2)
    second = E(spectral_moment(covariance, 2))
    assert fixed_dimension_limit(second).result == sigma**4
    with pytest.raises(DomainError):
        fixed_dimension_limit(E(spectral_moment(HermitianMatrix("A", d), 2)))
    with pytest.raises(DomainError):
        fixed_dimension_limit(E(spectral_moment(covariance, 2) ** 2))
