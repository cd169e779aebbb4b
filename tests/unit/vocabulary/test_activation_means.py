"""Means over one unit of an activation, as nouns."""

import pytest
import sympy

from rmtcheck import SIGMOID, TANH
from rmtcheck.errors import DomainError
from rmtcheck.vocabulary.activation_means import (
    ActivationMean,
    ActivationOverlap,
    activation_mean,
    activation_overlap,
)
from rmtcheck.vocabulary.symbols import gamma, m


def test_they_print_like_their_formulas():
    overlap = activation_overlap(TANH, 1, 1, 2 / m) ** 2
    assert str(overlap) == "D_1,1[tanh](2/m)**2"
    assert sympy.latex(overlap) == r"{D^{\mathrm{tanh}}_{1,1}}^{2}\left(\frac{2}{m}\right)"
    assert str(activation_mean(SIGMOID, 1, curvature=1)) == "M_1,0,1[sigmoid](0)"


def test_they_keep_their_arguments_and_substitute():
    mean, overlap = activation_mean(TANH, 2, 2, 0, 1 / m), activation_overlap(TANH, 0, 1, 1 / m)
    assert isinstance(mean, ActivationMean)
    assert isinstance(overlap, ActivationOverlap)
    assert (mean.activation, mean.tilt, mean.is_real) == (TANH, 1 / m, True)
    assert overlap.subs(m, 4) == activation_overlap(TANH, 0, 1, sympy.Rational(1, 4))
    assert overlap != activation_overlap(SIGMOID, 0, 1, 1 / m)
    assert (gamma * mean).free_symbols == {gamma, m}
    assert mean.func(*mean.args) == mean


@pytest.mark.parametrize("make", [activation_mean, activation_overlap])
def test_only_activations_have_means(make):
    with pytest.raises(DomainError, match="accepted is an Activation"):
        make("tanh")
