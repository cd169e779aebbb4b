"""The laws of p_i (1 - p_i) and -p_i p_j against enclosed moments and simulated logits."""

import math
import re
import secrets

import numpy as np
import pytest
from flint import fmpq

from rmtcheck.certify.softmax import softmax_moments
from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.streams import stream
from rmtcheck.spectral.laws.generalized_marchenko_pastur import GeneralizedMarchenkoPastur
from rmtcheck.spectral.populations.clearing import NEGLIGIBLE, without_dust
from rmtcheck.spectral.populations.lognormal_sums import log_of_mean
from rmtcheck.spectral.populations.softmax import softmax_weights
from rmtcheck.spectral.populations.tables import Table, grid, normal_density

CASES = [(2, 1), (3, 1), (10, 1), (1000, 1), (100_000, 1), (3, 3), (10, 3), (3, 0.05), (1000, 0.05)]
# A test that is right fails with this probability.
ALPHA = 1e-9


def enclosed(patterns, classes, scale):
    ratio = fmpq(round(100 * scale), 100)
    return [float(ball.mid()) for ball in softmax_moments(patterns, classes, 20, ratio)]


@pytest.mark.parametrize(("classes", "scale"), CASES)
def test_moments_of_the_diagonal(classes, scale):
    law = softmax_weights(classes, scale=scale)
    p1, p2, p3, p4 = enclosed([(1,), (2,), (3,), (4,)], classes, scale)
    assert law.mass() == pytest.approx(1, abs=1e-14)
    assert law.moment(1) == pytest.approx(p1 - p2, rel=5e-13)
    assert law.moment(2) == pytest.approx(p2 - 2 * p3 + p4, rel=5e-13)


@pytest.mark.parametrize(("classes", "scale"), CASES)
def test_moments_off_the_diagonal(classes, scale):
    law = softmax_weights(classes, "off-diagonal", scale=scale)
    for k, moment in enumerate(enclosed([(1, 1), (2, 2), (3, 3)], classes, scale), start=1):
        assert law.moment(k) == pytest.approx((-1) ** k * moment, rel=5e-13)


def test_the_tolerance_tells_a_slightly_other_scale():
    p1, p2 = enclosed([(1,), (2,)], 10, 1)
    assert softmax_weights(10, scale=1 + 1e-10).moment(1) != pytest.approx(p1 - p2, rel=5e-13)


@pytest.mark.parametrize("classes", [2, 10])
def test_rows_sum_to_zero(classes):
    diagonal, other = softmax_weights(classes), softmax_weights(classes, "off-diagonal")
    assert abs(diagonal.moment(1) + (classes - 1) * other.moment(1)) < 1e-13 / classes


def test_two_classes_have_opposite_weights():
    diagonal, other = softmax_weights(2), softmax_weights(2, "off-diagonal")
    x = np.linspace(0.001, 0.249, 17)
    assert np.array_equal(diagonal.density(x), other.density(-x))
    for gamma in (0.1, 100):
        a, b = diagonal.resolved(gamma), other.resolved(gamma)
        assert np.allclose(a.atoms, -b.atoms[::-1], rtol=1e-14, atol=0)


def test_two_classes_have_a_normal_logit():
    # p (1 - p) = q at the logits +-l, and dq / dl = -q tanh(l / 2)
    logit = np.array([0.01, 0.5, 2.0, 6.0])
    q = 1 / (4 * np.cosh(logit / 2) ** 2)
    expected = 2 * normal_density(logit, math.sqrt(2)) / (q * np.tanh(logit / 2))
    assert softmax_weights(2).density(q) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("classes", [2, 3, 1000])
def test_weights_stay_in_their_intervals(classes):
    diagonal, other = softmax_weights(classes), softmax_weights(classes, "off-diagonal")
    assert (diagonal.support, other.support) == (((0.0, 0.25),), ((-0.25, 0.0),))
    for gamma in (0.1, 10):
        assert 0 < diagonal.resolved(gamma).atoms.min() <= diagonal.resolved(gamma).atoms.max()
        assert diagonal.resolved(gamma).atoms.max() <= 0.25
        assert -0.25 <= other.resolved(gamma).atoms.min() < other.resolved(gamma).atoms.max() < 0


def waves(x):
    """Functions with values in [-1, 1] that see the whole law."""
    return np.stack([np.cos(3 * np.log(abs(x))), np.sin(3 * np.log(abs(x))), np.tanh(20 * x)])


@pytest.mark.parametrize("place", ["diagonal", "off-diagonal"])
def test_simulated_logits_agree(place):
    rng = stream(secrets.randbits(64), "tests of softmax weights", 0)
    count, law = 100_000, softmax_weights(5, place)
    p = np.exp(rng.standard_normal((count, 5)))
    p /= p.sum(axis=1, keepdims=True)
    drawn = p[:, 0] * (1 - p[:, 0]) if place == "diagonal" else -p[:, 0] * p[:, 1]
    # Hoeffding, two-sided, three functions
    radius = math.sqrt(2 * math.log(6 / ALPHA) / count)
    means = waves(drawn).mean(axis=1)
    for k in range(3):
        assert abs(means[k] - law.integrate(lambda x, k=k: waves(x)[k])) < radius
    other = softmax_weights(5, place, scale=1.3)
    gaps = [abs(means[k] - other.integrate(lambda x, k=k: waves(x)[k])) for k in range(3)]
    assert max(gaps) > radius


@pytest.mark.parametrize(
    ("place", "gamma"),
    [
        *(("diagonal", gamma) for gamma in (1e-3, 0.1, 1, 100, 1000)),
        ("off-diagonal", 0.1),
        ("off-diagonal", 100),
    ],
)
def test_laws_of_softmax_weights(place, gamma):
    population = softmax_weights(10, place)
    law = GeneralizedMarchenkoPastur(population, gamma)
    assert len(law.support()) == 1
    levels = np.array([0.9995, 0.9999]) if place == "diagonal" else np.array([0.0002, 0.0005])
    assert law.cdf(law.icdf(levels)) == pytest.approx(levels, abs=1e-12)
    assert law.variance() == pytest.approx(gamma * population.moment(2), rel=1e-13)


@pytest.mark.parametrize("count", [2, 3, 98, 99_999])
@pytest.mark.parametrize("scale", [0.1, 1.0])
def test_mean_and_variance_of_lognormal_sums(count, scale):
    table = log_of_mean(count, scale)
    masses, deviations = table.step * table.values, np.expm1(table.points)
    assert masses.sum() == pytest.approx(1, abs=1e-14)
    assert abs(masses @ deviations) < 1e-14
    assert masses @ deviations**2 == pytest.approx(math.expm1(scale**2) / count, rel=1e-12)


def test_density_of_a_sum_of_two_lognormals():
    table = log_of_mean(2, 1.0)
    logit = grid(-40, 40, 0.01)
    for k in (len(table.values) // 3, len(table.values) // 2):
        total = table.points[k] + math.log(2) + 0.5
        # log S_2 and the logit of the share of the first term have the Jacobian 1
        terms = total - np.logaddexp(0, [logit, -logit])
        expected = 0.01 * np.sum(np.prod(normal_density(terms, 1.0), axis=0))
        assert table.values[k] == pytest.approx(expected, rel=1e-12)


def test_tables_interpolate_and_vanish_beyond():
    points = grid(-6, 6, 0.1)
    table = Table(-6.0, 0.1, normal_density(points, 1.0))
    x = np.array([-5.97, -0.05, 0.0, 3.14159, 5.99])
    assert table(x) == pytest.approx(normal_density(x, 1.0), rel=1e-13)
    assert table(np.array([-6.01, 7.0])).tolist() == [0, 0]
    assert table.refined(2).values[121] == pytest.approx(normal_density(0.05, 1.0), rel=1e-13)


def test_dust_next_to_zero_becomes_one_atom():
    atoms = np.array([-2.0, -1e-9, -1e-12, 1e-15, 3e-15, 1.0])
    masses = np.array([0.5, 1e-20, 3e-20, 1e-18, 1e-18, 0.5])
    places, left = without_dust(atoms, masses, 1.0)
    assert np.sort(places) == pytest.approx([-2, -2.5075e-10, 2e-15, 1], rel=1e-12)
    assert left.sum() == pytest.approx(masses.sum(), rel=1e-15)
    kept, _ = without_dust(atoms, masses, 1e-22 / NEGLIGIBLE)
    assert np.array_equal(np.sort(kept), atoms)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((1,), "classes is 1"),
        ((2.5,), "classes is 2.5"),
        ((10**7,), "classes is 10000000"),
        (("a",), "classes is 'a'"),
        ((math.nan,), "classes is nan"),
        (([2],), "classes is [2]"),
        ((10, "both"), "place is 'both'"),
        ((10, ["diagonal"]), "place is ['diagonal']"),
        ((10, "diagonal", 0), "scale is 0"),
        ((10, "diagonal", 4.0), "scale is 4.0"),
        ((10, "diagonal", None), "scale is None"),
    ],
)
def test_refusals(arguments, message):
    with pytest.raises(DomainError, match=re.escape(message)):
        softmax_weights(*arguments[:2], **dict(zip(["scale"], arguments[2:], strict=False)))
