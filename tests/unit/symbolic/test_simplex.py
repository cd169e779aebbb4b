import pytest
import sympy

from rmtcheck.symbolic.simplex import coordinates, is_positive_mean, substitute
from rmtcheck.vocabulary.quantities import E, SoftmaxOfGaussians
from rmtcheck.vocabulary.symbols import C, gamma, i, j

p, p3 = SoftmaxOfGaussians(C), SoftmaxOfGaussians(3)


def test_all_classes_sum_to_one():
    total = p3[1] + p3[2] + p3[3]
    assert sympy.cancel(substitute(total, coordinates(total))) == 1


def test_some_classes_leave_mass_for_the_others():
    rest = 1 - p[i] - p[j]
    assert sympy.cancel(substitute(rest, coordinates(rest))).is_positive


def test_expectations_are_left_alone():
    mean = E(p[i])
    assert substitute(mean * p[i], {p[i]: gamma}) == mean * gamma
    assert coordinates(mean) == {}


@pytest.mark.parametrize(
    ("inside", "answer"),
    [(p[i] * (1 - p[i]), True), (gamma * p[i] ** 2 * p[j], True), (p[i] - p[j], False)],
)
def test_visible_positivity(inside, answer):
    assert is_positive_mean(E(inside)) is answer
