"""The leading term of a weight for many classes."""

import pytest
import sympy
from sympy import Rational, Sum

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.shared_readout.leading import leading
from rmtcheck.symbolic.shared_readout.nodes import (
    ClassDensity,
    Density,
    Entry,
    Fluctuation,
    Gate,
    Output,
)
from rmtcheck.vocabulary.quantities import SoftmaxComponent, SoftmaxOfGaussians
from rmtcheck.vocabulary.samples import V, indicator, logit
from rmtcheck.vocabulary.symbols import C, c, i, j, k, m

p = SoftmaxOfGaussians(C)
one = Density(1)


def over(term):
    return Sum(term, (c, 1, C))


def covariance(first, second, factor=1):
    mean = over(p[c] * V[c, first]) * over(p[c] * V[c, second])
    return over(p[c] * V[c, first] * V[c, second]) - factor * mean


def test_an_average_tends_to_its_tilted_mean():
    found = leading(over(p[c] * V[c, i]), m)
    assert (found.coefficient, found.exponent) == (Output(i, 1) / m, 0)


def test_a_tilted_variance_does_not_depend_on_the_sample():
    assert leading(covariance(i, i), m).coefficient == 1 / m


def test_a_tilted_covariance_is_its_first_fluctuation():
    found = leading(indicator[i] * covariance(i, j), m)
    assert found.exponent == Rational(-1, 2)
    expected = (
        Fluctuation(one * Entry(i) * Entry(j))
        - Fluctuation(one * Entry(i)) * Output(j, 1) / m
        - Fluctuation(one * Entry(j)) * Output(i, 1) / m
        + Fluctuation(one) * Output(i, 1) * Output(j, 1) / m**2
    )
    assert sympy.expand(found.coefficient - Gate(i, 1) * expected) == 0


def test_a_changed_weight_has_a_changed_leading_term():
    found = leading(covariance(i, j, factor=2), m)
    assert found.exponent == 0
    assert found.coefficient == -Output(i, 1) * Output(j, 1) / m**2


def test_components_of_named_classes():
    assert leading(p[i] * (1 - p[i]), m).coefficient == ClassDensity(i, 1)
    assert leading(-p[i] * p[j], m).exponent == -2


def test_sums_without_softmax():
    assert leading(over(V[c, i] ** 2), m).coefficient == 1 / m
    assert leading(over(V[c, i] * V[c, j]), m).exponent == Rational(1, 2)
    assert leading(over(V[c, i]) * over(V[c, j]), m).exponent == 1


def test_the_samples_have_their_own_random_numbers():
    assert leading(over(p[c] * V[c, i]), m, sample=2).coefficient == Output(i, 2) / m


def test_zero_is_zero():
    assert leading(sympy.S.Zero, m).coefficient == 0


REFUSED = {
    "logits": (logit[i], "accepted are polynomials"),
    "quotients": (1 / p[i], "accepted are polynomials"),
    "temperature": (SoftmaxComponent(i, C, 2), "unscaled"),
    "ten classes": (SoftmaxComponent(i, 10), "unscaled"),
    "nested sums": (over(p[c] * Sum(V[c, i] * V[k, j], (k, 1, C))), "one class"),
    "part of the classes": (Sum(V[c, i], (c, 2, C)), "one class"),
    "squares in a sum": (over(p[c] ** 2 * V[c, i]), "no bound"),
    "component and sum": (p[i] * over(p[c] * V[c, i]), "no bound"),
    "unlike monomials": (C**2 * p[i] ** 2 - p[j], "unlike"),
    "two scales": (C * covariance(i, j) ** 1 + over(p[c] * V[c, i]), "no bound"),
    "two fluctuations": (covariance(i, j) ** 2, "several"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_no_lemma_covers_is_refused(name):
    weight, message = REFUSED[name]
    with pytest.raises(DomainError, match=message):
        leading(weight, m)


def test_a_sum_of_all_probabilities_never_shows_a_leading_term():
    with pytest.raises(DomainError, match="vanish"):
        leading(over(p[c]) - 1, m)
