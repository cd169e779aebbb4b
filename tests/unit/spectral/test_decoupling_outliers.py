"""Outliers of weights that see the samples: against roots, closed forms, and drawn matrices."""

import math
import secrets
import time

import numpy as np
import pytest
import sympy
from scipy.optimize import brentq

from rmtcheck import (
    CROSS_ENTROPY,
    MEAN_SQUARED_ERROR,
    GeneralizedMarchenkoPastur,
    HessianBlock,
    OneHiddenLayer,
    SoftmaxOfGaussians,
    WeightedGram,
    decoupling_outliers,
    derive,
    indicator,
    local_weight,
    outlier_thresholds,
    softmax_weights,
)
from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.streams import stream
from rmtcheck.spectral.decoupling import gaps
from rmtcheck.spectral.decoupling.blocks import field_responses
from rmtcheck.spectral.decoupling.fields import field_weights
from rmtcheck.vocabulary.samples import logit, preactivation
from rmtcheck.vocabulary.symbols import N, d, m

READOUT = [[0.5, -1.0], [1.5, 0.25], [-0.5, 2.0]]


def entry(classes, place="diagonal", factor=1):
    p = SoftmaxOfGaussians(classes)
    return WeightedGram(factor / N, p[1] * (1 - p[1]) if place == "diagonal" else -p[1] * p[2])


def hidden(loss, j):
    network = OneHiddenLayer(d, m, 3)
    return derive(HessianBlock(network, loss, network.w[1], network.w[j]))


def hermite():
    x, w = np.polynomial.hermite_e.hermegauss(60)
    return x, w / w.sum()


def test_two_classes_by_a_root_in_z():
    gamma = 0.1
    [found] = decoupling_outliers(entry(2), gamma)
    law = GeneralizedMarchenkoPastur(softmax_weights(2), gamma)
    w, mass = hermite()
    weight = 1 / (4 * np.cosh(w / math.sqrt(2)) ** 2)

    def eigenvalue(z):
        return mass @ (w**2 * weight / (1 + gamma * weight * law.stieltjes(z).real))

    low = law.edges()[0]
    root = brentq(lambda z: eigenvalue(z) - z, 0.01, low * (1 - 1e-9))
    assert found.location == pytest.approx(root, rel=1e-9)
    slope = (eigenvalue(root + 1e-6) - eigenvalue(root - 1e-6)) / 2e-6
    assert found.overlap == pytest.approx(1 / (1 - slope), rel=1e-5)
    assert found.overlap != pytest.approx(1 / (1 + slope), rel=1e-2)
    assert (found.side, found.multiplicity) == ("below", 1)


@pytest.mark.parametrize("gamma", [0.5, 1, 2, 100])
def test_no_outlier_beyond_the_threshold(gamma):
    assert decoupling_outliers(entry(2), gamma) == ()
    assert decoupling_outliers(entry(3), gamma) == ()


@pytest.mark.parametrize("classes", [2, 3, 10])
def test_thresholds_part_ratios_with_an_outlier_from_those_without(classes):
    thresholds = outlier_thresholds(entry(classes), least=1e-3, greatest=10)
    assert thresholds
    for threshold in thresholds:
        sides = [names(entry(classes), threshold.gamma * factor) for factor in (0.99, 1.01)]
        mine = threshold.side, threshold.direction, threshold.multiplicity
        assert threshold.present == "smaller"
        assert [mine in side for side in sides] == [True, False]


def names(gram, gamma):
    return [(o.side, o.direction, o.multiplicity) for o in decoupling_outliers(gram, gamma)]


def test_factors_move_outliers_and_thresholds():
    first = decoupling_outliers(entry(3), 1e-3)
    second = decoupling_outliers(entry(3, factor=-2), 1e-3)
    assert [o.location for o in second] == pytest.approx([-2 * o.location for o in first[::-1]])
    assert {o.side for o in first} == {"below"}
    assert {o.side for o in second} == {"above"}
    [a], [b] = (outlier_thresholds(entry(2, p), least=0.01) for p in ("diagonal", "off-diagonal"))
    assert a.gamma == pytest.approx(b.gamma, rel=1e-8)
    assert (a.side, b.side) == ("below", "above")


def test_a_softmax_block_against_all_fields():
    p = SoftmaxOfGaussians(3)
    # written like this it is not recognised
    disguised = WeightedGram(1 / N, p[1] * (p[2] + p[3]))
    block, spread = (decoupling_outliers(gram, 1e-3) for gram in (entry(3), disguised))
    for first, second in zip(block, spread, strict=True):
        assert second.location == pytest.approx(first.location, rel=1e-8)
        assert second.overlap == pytest.approx(first.overlap, rel=1e-6)
        assert not isinstance(second.direction, str)
    special = np.array([2, -1, -1]) / math.sqrt(6)
    assert abs(spread[0].direction @ special) == pytest.approx([1], abs=1e-6)


def test_closed_form_of_two_open_gates():
    # h = size on a quarter, T - t I has the eigenvalues +-h/2pi
    weight = local_weight(hidden(MEAN_SQUARED_ERROR, 2), READOUT)
    [size] = set(field_weights(weight)(np.array([[1.0], [2.0]])).tolist())
    gamma = 1e-3
    found = decoupling_outliers(weight, gamma)
    assert [o.multiplicity for o in found] == [1, 1]
    for outlier, sign in zip(found, np.sign(size) * np.array([-1, 1]), strict=True):
        assert abs(outlier.direction) == pytest.approx(np.full((1, 2), math.sqrt(0.5)), abs=1e-6)
        assert np.sign(np.prod(outlier.direction)) == sign

        def excess(s, sign=sign):
            h = size / (1 + gamma * size * s) / 4
            return h * (1 + sign * 2 / math.pi) - (h - 1 / s)

        # 1/s = t - z, and tau = z
        s = -math.pi / 2 / sign / (size / 4) * (1 + 0j)
        for _ in range(50):
            s -= excess(s) / ((excess(s + 1e-6 * s) - excess(s - 1e-6 * s)) / (2e-6 * s))
        z = size / (1 + gamma * size * s) / 4 - 1 / s
        assert outlier.location == pytest.approx(z.real, rel=1e-6)


def test_gates_alone_have_none():
    assert decoupling_outliers(WeightedGram(1 / N, indicator[1]), 0.1) == ()


@pytest.mark.parametrize(
    ("gram", "readout", "gamma", "size"),
    [
        (entry(2), None, 0.02, 200),
        (entry(10), None, 0.02, 200),
        (entry(5, "off-diagonal"), None, 0.02, 200),
        (hidden(CROSS_ENTROPY, 2), READOUT, 0.02, 200),
    ],
)
def test_drawn_eigenvalues(gram, readout, gamma, size):
    weight = local_weight(gram, readout)
    found = [o for o in decoupling_outliers(weight, gamma) if o.overlap > 0.5]
    assert found
    rng = stream(secrets.randbits(64), "tests of outliers", 0)
    evaluate, count = field_weights(weight), round(size / gamma)
    means = np.mean([drawn(evaluate, weight.fields, size, count, rng) for _ in range(8)], axis=0)
    for side, order in (("below", 1), ("above", -1)):
        mine = [o for o in found if o.side == side][::order]
        if not mine:
            continue
        place, outermost = (0 if order == 1 else -1), mine[0]
        bulk = means[0].std()
        assert abs(means[0][place] - outermost.location) < 0.25 * bulk
        if outermost.multiplicity == 1:
            assert means[1][place] == pytest.approx(outermost.overlap, abs=0.12)
            assert means[1][place] != pytest.approx(outermost.overlap / 2, abs=0.12)


def drawn(evaluate, fields, size, count, rng):
    """Return ascending eigenvalues, and the squared projections on the row space of V."""
    V = rng.standard_normal((fields, size)) / math.sqrt(size)
    X = rng.standard_normal((size, count))
    values, vectors = np.linalg.eigh((X * evaluate(V @ X)) @ X.T / count)
    return values, ((np.linalg.qr(V.T)[0].T @ vectors) ** 2).sum(axis=0)


def test_refusals():
    with pytest.raises(DomainError, match="a multiple of p_i"):
        outlier_thresholds(WeightedGram(1 / N, indicator[1]))
    with pytest.raises(DomainError, match="greatest is"):
        outlier_thresholds(entry(2), least=1, greatest=0.1)
    with pytest.raises(DomainError, match="by two sets of points"):
        decoupling_outliers(
            hidden(CROSS_ENTROPY, 2), 0.01, readout=np.eye(3, 6) + 1, tolerance=1e-9
        )
    with pytest.raises(DomainError, match="tolerance is 2"):
        decoupling_outliers(entry(2), 0.1, tolerance=2)


@pytest.mark.parametrize("gamma", [0.02, 0.5])
@pytest.mark.parametrize("place", [0, 1])
def test_a_law_on_the_whole_line_has_no_outliers(gamma, place):
    assert decoupling_outliers(WeightedGram(1 / N, sympy.log((logit[1] - place) ** 2)), gamma) == ()


def test_gaps_end_at_the_bounds_of_the_weight_not_at_the_last_point():
    slow = local_weight(WeightedGram(1 / N, logit[1] ** 2 / (100 + logit[1] ** 2)))
    fine, coarse = field_responses(slow, 0.02)
    assert gaps.gaps_of(fine)[-1].low < 0.95
    (above,) = (mine for mine, _ in gaps.shared_gaps(fine, coarse) if mine.side == gaps.ABOVE)
    assert above.low == pytest.approx(1, abs=1e-9)


def test_a_jump_leaves_a_gap_and_a_continuous_weight_none():
    hyperbolic = sympy.tanh(preactivation[1])
    for expression, is_met in (
        (4 * indicator[1] + 2 + hyperbolic, False),
        (4 * hyperbolic + 4 + preactivation[1] * indicator[1] / 9, True),
    ):
        fine, _ = field_responses(local_weight(WeightedGram(1 / N, expression)), 0.1)
        assert gaps._is_met(fine, gaps.Gap(3.0 + 1e-9, 3.0 + 2e-9, gaps.BETWEEN)) is is_met


def test_gaps_are_matched_like_all_pairs_and_fast(monkeypatch):
    generator = stream(secrets.randbits(64), "tests of gaps", 0)

    def made(count, width):
        low = np.sort(generator.uniform(0, count, count))
        return [gaps.Gap(a, a + width, gaps.BETWEEN) for a in low.tolist()]

    monkeypatch.setattr(
        gaps, "_images", lambda _, given: np.array([[gap.low, gap.high] for gap in given])
    )
    ours, theirs = made(200, 0.5), made(200, 0.5)
    found = {row for row, _ in gaps._matched(None, ours, None, theirs, 0.1)}
    expected = {
        row
        for row, one in enumerate(ours)
        if any(abs(one.low - two.low) < 0.1 and abs(one.high - two.high) < 0.1 for two in theirs)
    }
    assert 0 < len(expected) < 200
    assert found == expected
    started = time.process_time()
    many = made(20_000, 0.5)
    assert list(gaps._matched(None, many, None, many, 1e-9)) == [(k, k) for k in range(20_000)]
    assert not list(gaps._matched(None, many, None, many, 1.0))  # all narrower than a tolerance
    assert time.process_time() - started < 20
