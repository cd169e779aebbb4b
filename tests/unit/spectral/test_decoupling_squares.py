"""Mean squares given a softmax weight, points for normal fields, weights as functions."""

import math
import secrets

import numpy as np
import pytest
import sympy

from rmtcheck import TANH, SoftmaxOfGaussians, WeightedGram, indicator, local_weight, logit
from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.streams import stream
from rmtcheck.spectral.decoupling.blocks import axes, softmax_block
from rmtcheck.spectral.decoupling.fields import field_weights
from rmtcheck.spectral.decoupling.points import HALVES, LINE, UPPER, normal_points
from rmtcheck.spectral.decoupling.squares import diagonal_squares, off_diagonal_squares
from rmtcheck.spectral.populations.softmax import softmax_weights
from rmtcheck.vocabulary.samples import V, preactivation
from rmtcheck.vocabulary.symbols import N


@pytest.mark.parametrize("scale", [0.5, 1.0, 2.0])
@pytest.mark.parametrize("classes", [2, 3, 10, 300])
def test_scores_of_the_diagonal_have_mean_0(classes, scale):
    law = softmax_weights(classes, scale=scale)
    assert abs(mean(law, diagonal_squares(classes, scale))).max() < 1e-12


@pytest.mark.parametrize(("classes", "scale"), [(3, 1.0), (100, 0.5)])
def test_scores_off_the_diagonal_have_mean_0(classes, scale):
    law = softmax_weights(classes, "off-diagonal", scale=scale)
    assert abs(mean(law, off_diagonal_squares(classes, scale))).max() < 1e-12
    other = softmax_weights(classes, "diagonal", scale=scale)
    assert abs(mean(other, off_diagonal_squares(classes, scale))).max() > 1e-5


def mean(law, squares, power=0):
    counts = np.array([space.multiplicity for space in squares.spaces])
    parts = [law.integrate(lambda x, k=k: squares(x)[:, k] * x**power) for k in range(len(counts))]
    return counts * np.array(parts)


@pytest.mark.parametrize("place", ["diagonal", "off-diagonal"])
def test_the_trace_is_the_derivative_in_the_scale(place):
    classes, scale, step = 3, 1.0, 2e-3
    squares = (diagonal_squares if place == "diagonal" else off_diagonal_squares)(classes, scale)

    def moment(factor):
        return softmax_weights(classes, place, scale=scale * factor).moment(2)

    expected = (moment(math.exp(step)) - moment(math.exp(-step))) / (2 * step)
    law = softmax_weights(classes, place, scale=scale)
    assert mean(law, squares, 2).sum() == pytest.approx(expected, rel=1e-4)
    assert mean(law, squares, 2)[0] != pytest.approx(expected, rel=1e-2)


@pytest.mark.parametrize(
    ("kinds", "tolerance"),
    [([LINE] * 2, 1e-12), ([HALVES, LINE, UPPER], 1e-12), ([HALVES] * 5, 1e-6), ([LINE] * 8, 0.01)],
)
def test_points_have_the_moments_of_normal_variables(kinds, tolerance):
    share = 0.5 ** kinds.count(UPPER)
    for points in normal_points(kinds):
        w, mass = points.places, points.masses
        assert mass.sum() == pytest.approx(share, rel=tolerance)
        assert mass @ w[0] ** 4 == pytest.approx(3 * share, rel=10 * tolerance)
        assert mass @ (w[0] * w[-1]) ** 2 == pytest.approx(share, rel=10 * tolerance)


def test_halves_resolve_a_kink_and_the_line_does_not():
    relu = [points.masses @ np.maximum(points.places[0], 0) for points in normal_points([HALVES])]
    assert relu == pytest.approx([1 / math.sqrt(2 * math.pi)] * 2, rel=1e-13)
    line, _ = normal_points([LINE] * 3)
    assert abs(line.masses @ np.maximum(line.places[0], 0) - relu[0]) > 1e-6


def test_many_fields_are_refused():
    with pytest.raises(DomainError, match="25 fields; up to 24"):
        normal_points([LINE] * 25)


def test_what_is_a_softmax_block():
    p, q = SoftmaxOfGaussians(4), SoftmaxOfGaussians(2, 3)
    found = [
        softmax_block(local_weight(WeightedGram(1 / N, weight)))
        for weight in (
            2 * p[1] - 2 * p[1] ** 2,
            3 * p[1] * p[2],
            q[1] * q[2],
            p[1],
            p[1] ** 2 * p[2],
        )
    ]
    assert [(b.factor, b.classes, b.place, b.scale) for b in found[:3]] == [
        (2.0, 4, "diagonal", 1.0),
        (-3.0, 4, "off-diagonal", 1.0),
        (1.0, 2, "diagonal", 3.0),
    ]
    assert found[3:] == [None, None]


def test_axes_follow_gates_and_kinks():
    smooth = local_weight(WeightedGram(1 / N, logit[1] * logit[2]))
    gated = local_weight(WeightedGram(1 / N, indicator[2] * preactivation[1]))
    bent = local_weight(WeightedGram(1 / N, abs(logit[1])))
    assert [axes(weight) for weight in (smooth, gated, bent)] == [
        [LINE] * 2,
        [HALVES, UPPER],
        [HALVES],
    ]


def test_weights_of_a_hidden_layer():
    readout = np.array([[1.0, -2.0], [0.5, 1.0], [0.0, 3.0]])
    p = SoftmaxOfGaussians(3)
    weight = local_weight(WeightedGram(2 / N, p[1] * V[2, 1] * preactivation[1]), readout, TANH)
    fields = stream(secrets.randbits(64), "tests of weights of fields", 0).standard_normal((2, 50))
    logits = readout @ np.tanh(fields)
    softmax = np.exp(logits) / np.exp(logits).sum(axis=0)
    expected = 2 * softmax[0] * 0.5 * fields[0]
    assert field_weights(weight)(fields) == pytest.approx(expected, rel=1e-12)


def test_functions_without_numbers_are_refused_in_a_sentence():
    weight = local_weight(WeightedGram(1 / N, sympy.primepi(logit[1])))
    with pytest.raises(DomainError, match=r"cannot be evaluated .*primepi"):
        field_weights(weight)(np.ones((1, 2)))
