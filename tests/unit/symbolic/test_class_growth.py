"""What is O(1/C) and what is not, sample by sample."""

import secrets

import numpy as np
import pytest
import sympy

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.streams import stream
from rmtcheck.symbolic.class_growth import compare_leading, derive_leading
from rmtcheck.symbolic.equality import Answer
from rmtcheck.vocabulary.activations import RELU
from rmtcheck.vocabulary.grams import INPUT, Combination, HiddenOutput, UnitVector, WeightedGram
from rmtcheck.vocabulary.losses import CROSS_ENTROPY
from rmtcheck.vocabulary.networks import Gradient, HessianBlock, OneHiddenLayer
from rmtcheck.vocabulary.quantities import SoftmaxComponent, SoftmaxOfGaussians
from rmtcheck.vocabulary.samples import LABEL, V, indicator, preactivation
from rmtcheck.vocabulary.symbols import C, N, c, d, i, j, m

p = SoftmaxOfGaussians(C)
PHI = HiddenOutput(RELU)
HERE = sympy.KroneckerDelta(LABEL, j)
HERE_C = sympy.KroneckerDelta(LABEL, c)
NET = OneHiddenLayer(d, m, C)
TEN = OneHiddenLayer(d, m, 10)
FIXED = HessianBlock(TEN, CROSS_ENTROPY, TEN.w[i], TEN.v[j])


def classes(term):
    return sympy.Sum(term, (c, 1, C))


def gram(weight, right=INPUT):
    return WeightedGram(1 / N, weight, INPUT, right)


def answer(left, right=0):
    return compare_leading(gram(sympy.sympify(left)), gram(sympy.sympify(right))).answer


@pytest.mark.parametrize(
    "weight",
    [
        p[j],
        p[i] * p[j] * C,
        p[j] * classes(p[c] * V[c, i] ** 3),
        classes(p[c] ** 2),
        classes(V[c, i] ** 2) / C**2,
        (HERE - p[j]) * (1 - HERE),
    ],
)
def test_small_coefficients(weight):
    assert answer(weight) == Answer.YES


@pytest.mark.parametrize(
    ("weight", "limit"),
    [
        (C * p[j], "pi_j"),
        (classes(p[c] * V[c, i]), "phi_i/(N*m)"),
        (classes(p[c] * V[c, i] ** 2), "phi_i**2/(N*m**2)"),
        (classes(V[c, i] ** 2), "times C^1"),
        (HERE - p[j], "at label j"),
        (classes((sympy.KroneckerDelta(LABEL, c) - p[c]) * V[c, i]), "v_y_n,i"),
        (C * classes(p[c] ** 2), "kappa"),
        (indicator[i], "1_i"),
    ],
)
def test_large_coefficients_and_their_limits(weight, limit):
    test = compare_leading(gram(weight), gram(0))
    assert test.answer == Answer.NO
    assert limit in test.witness


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        # a label delta under a sum, spelled out or not, and one class left out of it
        (classes(sympy.KroneckerDelta(LABEL, c) * sympy.KroneckerDelta(c, j)), HERE, Answer.YES),
        (classes(HERE_C * V[c, i]), sympy.Sum(HERE_C * V[c, i], (c, 2, C)), Answer.NO),
        # one class of the averages may be left out
        (classes(p[c] * V[c, i]), sympy.Sum(p[c] * V[c, i], (c, 2, C)), Answer.YES),
        (classes(V[c, i]), sympy.Sum(V[c, i], (c, 2, C)), Answer.NO),
        # gates: a shut unit has no output
        ((1 - indicator[i]) * classes(p[c] * V[c, i]), 0, Answer.UNKNOWN),
        (1 - indicator[i], 0, Answer.NO),
        (sympy.KroneckerDelta(i, j), 0, Answer.YES),
        (sympy.KroneckerDelta(1, j), 0, Answer.UNKNOWN),
    ],
)
def test_sums_labels_and_gates(left, right, expected):
    assert answer(left, right) == expected


@pytest.mark.parametrize(
    "weight",
    [
        1 / (1 - p[j]),
        sympy.exp(p[j]),
        1 / (C + 1),
        sympy.Sum(p[c] * V[c, i], (c, 1, C - 1)),
        sympy.Sum(p[c] * p[i] * V[c, i], (c, 1, C), (i, 1, C)),
        sympy.Piecewise((1, preactivation[i] > 0), (0, True)),
        p[j] + SoftmaxComponent(j, C, 2),
        SoftmaxComponent(j, 10),
        preactivation[i],
    ],
)
def test_what_is_no_polynomial_over_all_classes_is_refused(weight):
    with pytest.raises(DomainError):
        answer(weight, 1)


def test_a_zero_of_another_shape_is_another_matrix():
    small, large = WeightedGram(1 / N, 0, PHI, PHI), WeightedGram(1 / N, 0)
    assert compare_leading(small, large).answer == Answer.NO
    assert compare_leading(small, small).answer == Answer.YES


@pytest.mark.parametrize("question", [Gradient(NET, CROSS_ENTROPY, NET.w[i]), FIXED])
def test_growth_needs_a_block_and_a_symbol(question):
    with pytest.raises(DomainError, match="with the symbol C"):
        derive_leading(question)


def test_fluctuations_are_not_decided():
    mean = classes(p[c] * V[c, i])
    variance = classes(p[c] * V[c, i] * V[c, j]) - mean * classes(p[c] * V[c, j])
    assert answer(variance) == Answer.UNKNOWN


def test_vectors_are_told_apart():
    one, other = gram(1, UnitVector(i)), gram(1, UnitVector(j))
    assert compare_leading(one, other).answer == Answer.NO
    joined = gram(1, Combination((1, UnitVector(i)), (p[j], PHI)))
    assert compare_leading(joined, one).answer == Answer.YES


def test_averages_of_other_functions_are_refused():
    with pytest.raises(DomainError, match="polynomials in V"):
        answer(classes(p[c] * sympy.sin(V[c, i])))


def standardized(weights, values, limit):
    """Return the error of a weighted mean over its standard error, by the delta method."""
    influence = weights * (values - limit) / weights.mean()
    return influence.mean() / (influence.std() / np.sqrt(len(weights)))


def test_the_limits_are_those_of_drawn_networks():
    """Means over a million classes, drawn anew in each run, within 7 standard errors."""
    rng, phi, m = stream(secrets.randbits(64), "class growth", 0), np.array([0.7, 1.1]), 2
    rows = rng.standard_normal((10**6, m)) / np.sqrt(m)
    tilt, first = np.exp(rows @ phi), rows[:, 0]
    assert abs(standardized(tilt, first, 0.7 / m)) < 7
    assert abs(standardized(tilt, first**2, (0.7 / m) ** 2 + 1 / m)) < 7
    assert abs(standardized(tilt**2, first, 2 * 0.7 / m)) < 7
    assert abs(standardized(tilt, first, 0.77 / m)) > 7
