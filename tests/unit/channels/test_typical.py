"""Where point checks look."""

import pytest
import sympy

from rmtcheck import Along, E, Identity, LimitOf, SoftmaxOfGaussians
from rmtcheck.channels.typical import ASPECT_RATIOS, CLASSES, named, points, shown
from rmtcheck.vocabulary.symbols import C, d, gamma, i, j, sigma, t, tau

p = SoftmaxOfGaussians(C)


@pytest.mark.parametrize(
    ("expression", "count"),
    [
        (sympy.Integer(1), 1),
        (gamma, 5),
        (C, 7),
        (gamma * C, 35),
        (gamma * sigma * t, 30),
        (gamma * tau, 15),
        (d * i + j, 1),
    ],
)
def test_product_of_the_free_symbols(expression, count):
    found = list(points(Identity(expression, expression)))
    assert len(found) == count
    assert len({tuple(sorted(f.items(), key=str)) for f in found}) == count


def test_growing_sizes_are_not_fixed():
    assert list(points(LimitOf(E(p[i]), 0, Along(C)))) == [{}]


def test_ratios_lie_on_both_sides_of_one_and_are_exact():
    assert min(ASPECT_RATIOS) < 1 < max(ASPECT_RATIOS)
    assert 1 in ASPECT_RATIOS
    assert all(isinstance(q, sympy.Rational) for q in ASPECT_RATIOS)


def test_classes_reach_from_two_to_vocabularies():
    assert min(CLASSES) == 2
    assert max(CLASSES) > 10**5


def test_named_and_shown():
    point = {gamma: sympy.Rational(1, 2), C: sympy.Integer(10)}
    assert named(point) == {"gamma": "1/2", "C": "10"}
    assert shown(point) == "gamma = 1/2, C = 10"
    assert shown({}) == "the statement"
