from fractions import Fraction
from itertools import product

import pytest
import sympy

from rmtcheck.errors import DomainError
from rmtcheck.symbolic.exchangeability import NotPolynomial, moments, normal_form, reduce_pattern
from rmtcheck.vocabulary.ensembles import Projection
from rmtcheck.vocabulary.quantities import E, SoftmaxOfGaussians
from rmtcheck.vocabulary.symbols import C, d, gamma, i, j, tau

p = SoftmaxOfGaussians(C)
PATTERNS = [(1,), (2,), (3,), (4,), (2, 1), (3, 1), (3, 2), (2, 1, 1), (4, 2, 1), (5,)]


def exchangeable_moment(pattern, points):
    """Mean of a monomial under the uniform law on all permutations of a few exact points."""
    total, count = Fraction(0), 0
    for point in points:
        for order in _arrangements(len(point)):
            count += 1
            total += _monomial([point[k] for k in order], pattern)
    return total / count


def _arrangements(n):
    return [order for order in product(range(n), repeat=n) if len(set(order)) == n]


def _monomial(values, pattern):
    result = Fraction(1)
    for value, power in zip(values, pattern, strict=False):
        result *= value**power
    return result


POINTS = [[Fraction(k, 20) for k in row] for row in ((1, 2, 5, 12), (3, 3, 4, 10))]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_reduction_holds_for_any_exchangeable_vector(pattern):
    reduced = reduce_pattern(pattern, sympy.Integer(4))
    value = sum(
        Fraction(int(c.p), int(c.q)) * exchangeable_moment(b, POINTS) for b, c in reduced.items()
    )
    assert value == exchangeable_moment(pattern, POINTS)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_symbolic_and_explicit_classes_agree(pattern):
    general = {b: c.subs(C, 4) for b, c in reduce_pattern(pattern, C).items()}
    general = {b: c for b, c in general.items() if c != 0}
    assert general == dict(reduce_pattern(pattern, sympy.Integer(4)))


@pytest.mark.parametrize("pattern", PATTERNS)
def test_only_repeated_largest_exponents_remain(pattern):
    assert all(not b or b[0] == b[1] for b in reduce_pattern(pattern, C))


def test_names_of_classes_do_not_matter():
    assert moments(E(p[i] ** 2 * p[3] + gamma * p[j])) == ({(2, 1): 1, (1,): gamma}, p)


def test_products_of_expectations_are_reduced_one_by_one():
    assert normal_form(E(p[i]) * E(p[j])) == 1 / C**2


def test_nested_expectation_is_a_coefficient():
    assert normal_form(E(p[i] * E(p[i]))) == C**-2


@pytest.mark.parametrize(
    "inside", [Projection(d) ** 2, p[i] * Projection(d), p[i] / p[j], sympy.exp(p[i])]
)
def test_other_randomness_is_left_alone(inside):
    with pytest.raises(NotPolynomial):
        moments(E(inside))
    assert normal_form(E(inside)) == E(inside)


@pytest.mark.parametrize(
    "inside",
    [
        SoftmaxOfGaussians(2)[1] * SoftmaxOfGaussians(2)[i] * SoftmaxOfGaussians(2)[j],
        SoftmaxOfGaussians(2)[3],
        SoftmaxOfGaussians(1)[1],
        p[0],
        p[i + 1],
    ],
)
def test_impossible_classes_are_named(inside):
    with pytest.raises(DomainError, match="accepted are"):
        moments(E(inside))


def test_components_of_two_temperatures_are_no_polynomial_of_one_softmax():
    with pytest.raises(NotPolynomial, match="several softmaxes"):
        moments(E(p[i] * SoftmaxOfGaussians(C, tau)[j]))


def test_moments_keep_their_scale():
    warm = SoftmaxOfGaussians(C, tau)
    assert moments(E(warm[i] ** 2)) == ({(2,): 1}, warm)
    assert normal_form(E(warm[i]) - 1 / C) == 0
    assert normal_form(E(warm[i] ** 2) - E(p[i] ** 2)) != 0
