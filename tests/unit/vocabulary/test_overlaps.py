"""Overlaps of two samples in one rectified unit, as nouns."""

import sympy

from rmtcheck.vocabulary.overlaps import ReluOverlap, relu_overlap
from rmtcheck.vocabulary.symbols import m


def test_it_prints_like_its_formula():
    power = relu_overlap(1, 2 / m) ** 2
    assert str(power) == "K_1(2/m)**2"
    assert sympy.latex(power) == r"K_{1}^{2}\left(\frac{2}{m}\right)"


def test_it_is_positive_and_keeps_its_arguments():
    node = relu_overlap(2, 1 / m)
    assert isinstance(node, ReluOverlap)
    assert (node.order, node.tilt, node.is_positive) == (2, 1 / m, True)
