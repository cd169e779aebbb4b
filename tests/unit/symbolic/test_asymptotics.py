import pytest
import sympy
from sympy import Rational, oo, sqrt

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.asymptotics import (
    derive_leading_term,
    derive_limit,
    expand,
    leading_term,
    limit,
)
from rmtcheck.symbolic.softmax import linear_ce_series
from rmtcheck.vocabulary.losses import CROSS_ENTROPY
from rmtcheck.vocabulary.networks import HessianBlock, LinearModel
from rmtcheck.vocabulary.quantities import E, FrobeniusSquared, SoftmaxOfGaussians
from rmtcheck.vocabulary.symbols import C, d, e, gamma, i, j, tau

p = SoftmaxOfGaussians(C)
g_ii = gamma * E(p[i] ** 2 * (1 - p[i]) ** 2) + E(p[i] * (1 - p[i])) ** 2
g_ij = gamma * E(p[i] ** 2 * p[j] ** 2) + E(p[i] * p[j]) ** 2
CONSTANT = (gamma * e**2 + 1) / (gamma * e + 1)


def test_limit_of_theorem_one():
    assert sympy.simplify(limit(C**2 * g_ij / g_ii) - CONSTANT) == 0


def test_a_wrong_constant_leaves_a_finite_limit():
    assert limit(C**2 * g_ij / g_ii - CONSTANT) == 0
    assert limit(C**2 * g_ij / g_ii - CONSTANT - Rational(1, 10**9)) == -Rational(1, 10**9)


def test_rate_of_theorem_one():
    assert leading_term(g_ij / g_ii)[1] == -2


def test_expansion_agrees_with_the_series_of_the_other_route():
    found = expand(C**2 * g_ij / g_ii, 6)
    differences = [
        sympy.cancel(found.coefficient(-k) - c) for k, c in enumerate(linear_ce_series(6))
    ]
    assert differences == [0] * 7


def test_norm_ratio_has_a_radical_limit():
    assert sympy.simplify(limit(C * sqrt(g_ij / g_ii)) ** 2 - CONSTANT) == 0


def test_covariance_needs_a_higher_order():
    assert leading_term(E(p[i] * p[j]) - E(p[i]) * E(p[j])) == (1 - e, -3)


def test_deep_cancellation_raises_the_order():
    square = moment = E(p[i] ** 2)
    for power, coefficient in expand(square, 5).terms:
        moment = moment - power * C**coefficient
    assert leading_term(moment)[1] == -8


@pytest.mark.parametrize(
    ("expr", "term"),
    [
        (1 / (C - 1) - 1 / C, (1, -2)),
        (sqrt(C + 1) - sqrt(C), (Rational(1, 2), Rational(-1, 2))),
        (sqrt(gamma**2 * C + 1) - gamma * sqrt(C), (1 / (2 * gamma), Rational(-1, 2))),
        ((8 * C**3 + 1) ** Rational(1, 3), (2, 1)),
        (sympy.S.Zero, (0, -oo)),
        (E(p[i] ** 2) + (C - 1) * E(p[i] * p[j]) - 1 / C, (0, -oo)),
        (E(p[i]) - 1 / C, (0, -oo)),
        (E((C * p[i] - 1) ** 2), (e - 1, 0)),
        (sqrt(e) * C, (sqrt(e), 1)),
        (sympy.pi * C + e, (sympy.pi, 1)),
    ],
)
def test_leading_terms(expr, term):
    found = leading_term(expr)
    assert found[1] == term[1]
    assert sympy.simplify(found[0] - term[0]) == 0


@pytest.mark.parametrize(
    ("expr", "value"),
    [
        (C * E(p[i]), 1),
        (C**3 * E(p[i] ** 2), oo),
        (-(C**3) * E(p[i] ** 2), -oo),
        (1 / g_ii, oo),
        (g_ii, 0),
        (gamma, gamma),
        ((1 - gamma) * C, None),
        (sympy.log(C), None),
        (sympy.exp(-C), None),
        (sqrt((gamma - 1) ** 2 * C**2 + 1) / C, None),
        (E(SoftmaxOfGaussians(2)[1] ** 2), None),
        (p[i], None),
        (FrobeniusSquared(HessianBlock(LinearModel(d, C), CROSS_ENTROPY, i, j)), None),
    ],
)
def test_limits(expr, value):
    assert limit(expr) == value


def test_names_of_classes_are_no_parameters():
    assert limit(C * E(p[i] * p[j] * i) / i) == 0


def test_other_variable():
    assert limit((d + 1) / d, variable=d) == 1


def test_derivation_ends_with_the_limit():
    derivation = derive_limit(C**2 * g_ij / g_ii)
    assert derivation.result == limit(C**2 * g_ij / g_ii)
    assert str(derivation).endswith(f"the limit is: {derivation.result}")
    assert derive_limit(sympy.log(C)).result is None


def test_derivation_of_zero_says_why():
    assert "the quantity is 0" in str(derive_leading_term(E(p[i]) - 1 / C))


def test_division_by_zero_is_named():
    with pytest.raises(DomainError, match="identically zero"):
        expand(1 / (sympy.Add(gamma + 1, -gamma, -1, evaluate=False) * C), 1)


def test_negative_order_is_named():
    with pytest.raises(DomainError, match="order is -1"):
        expand(1 / C, -1)


def test_exact_sums_have_no_remainder():
    found = expand((C + 1) ** 2, 2)
    assert found.terms == ((1, 2), (2, 1), (1, 0))
    assert found.remainder == -oo


def test_remainder_is_honest():
    found = expand(E(p[i] ** 2), 1)
    assert found.remainder == -4
    with pytest.raises(DomainError, match="accepted are exponents above -4"):
        found.coefficient(-4)


def test_steps_name_every_moment():
    text = str(derive_leading_term(g_ij / g_ii))
    assert "expand the softmax moment: E[p_1**2] = (E)*C**(-2) + " in text
    assert "expand the softmax moment: E[p_1**2*p_2**2] = (exp(2))*C**(-4)" in text
    assert text.splitlines()[-1].startswith("so the quantity is: ")
    assert r"O(C^{-3})" in expand(E(p[i] ** 2), 0).latex()


def ratio(softmax):
    """Return C^2 g_ij / g_ii."""
    below = gamma * E(softmax[i] ** 2 * (1 - softmax[i]) ** 2)
    above = gamma * E(softmax[i] ** 2 * softmax[j] ** 2) + E(softmax[i] * softmax[j]) ** 2
    return C**2 * above / (below + E(softmax[i] * (1 - softmax[i])) ** 2)


@pytest.mark.parametrize("scale", [1, 2, sqrt(2), tau, 2 * tau, gamma * tau])
def test_limit_of_theorem_one_at_another_scale(scale):
    q = sympy.exp(sympy.sympify(scale) ** 2)
    found = limit(ratio(SoftmaxOfGaussians(C, scale)))
    assert sympy.simplify(found - (gamma * q**2 + 1) / (gamma * q + 1)) == 0


@pytest.mark.parametrize("scale", [Rational(1, 2), sympy.pi, 1 / C, sympy.log(tau + 2)])
def test_other_scales_are_undecided(scale):
    assert limit(ratio(SoftmaxOfGaussians(C, scale))) is None


def test_a_temperature_is_not_ignored():
    warm, plain = SoftmaxOfGaussians(C, tau), SoftmaxOfGaussians(C)
    assert leading_term(E(warm[i] ** 2)) == (sympy.exp(tau**2), -2)
    assert leading_term(E(plain[i] ** 2)) == (e, -2)
    assert limit(C**2 * (E(warm[i] ** 2) - E(plain[i] ** 2))) == sympy.exp(tau**2) - e


def test_series_at_a_symbolic_scale():
    found = expand(ratio(SoftmaxOfGaussians(C, tau)), 3)
    series = linear_ce_series(3, tau**2)
    assert [sympy.cancel(found.coefficient(-k) - c) for k, c in enumerate(series)] == [0] * 4


def test_exponentials_of_a_claim_are_those_of_the_moments():
    q = sympy.exp(tau**2)
    moment = C**2 * E(SoftmaxOfGaussians(C, tau)[i] ** 2)
    assert limit(moment - q) == 0
    assert limit(C * (moment - q)) == -q * (q - 1) * (2 * q - 1)
    assert limit(moment * e - sympy.exp(tau**2 + 1)) == 0
    assert limit(moment / q**3) == sympy.exp(-2 * tau**2)
    assert limit(sqrt(moment)) == sympy.exp(tau**2 / 2)


def test_a_scale_that_is_too_small_to_see_is_not_zero():
    moment = C**2 * E(SoftmaxOfGaussians(C, tau)[i] ** 2)
    assert limit(C * (moment - 1)) == oo
    assert leading_term(sympy.exp(tau**2) * (E(SoftmaxOfGaussians(C, tau)[i]) - 1 / C)) == (0, -oo)


def test_two_scales_with_a_common_unit():
    one, two = SoftmaxOfGaussians(C, tau), SoftmaxOfGaussians(C, 2 * tau)
    assert limit(E(two[i] ** 2) / E(one[i] ** 2)) == sympy.exp(3 * tau**2)
    other = SoftmaxOfGaussians(C, gamma)
    assert limit(E(other[i] ** 2) / E(one[i] ** 2)) is None


def test_steps_name_the_scale():
    text = str(derive_limit(C**2 * E(SoftmaxOfGaussians(C, tau)[i] ** 2)))
    assert "E_{tau}[p_1**2] = (exp(tau**2))*C**(-2)" in text
