from functools import cache

import numpy as np
import pytest
import sympy
from scipy import integrate, stats
from sympy import Rational

from rmtcheck.errors import DomainError
from rmtcheck.spectral.finite_size import (
    block_norm_limit,
    block_norm_mean,
    radius_rule,
    softmax_spread,
)
from rmtcheck.spectral.softmax import softmax_moment
from rmtcheck.vocabulary.quantities import SoftmaxOfGaussians
from rmtcheck.vocabulary.symbols import C, i, j, tau

p = SoftmaxOfGaussians(C)
WEIGHTS = {"diagonal": p[i] * (1 - p[i]), "off-diagonal": p[i] * p[j], "component": p[i]}
TWO_CLASSES = {
    "diagonal": lambda q: q * (1 - q),
    "off-diagonal": lambda q: q * (1 - q),
    "component": lambda q: q,
}
G = np.linspace(-12, 12, 1201)
DENSITY = stats.norm.pdf(G) * (G[1] - G[0])


@cache
def two_class_norm(name, d, N, scale=1.0):
    """The mean norm for two classes, by another road: condition on V instead of on the data.

    The weight depends on the input through one projection, of size |delta|, delta the
    difference of the two rows; so H has mean A along delta and B across, and
    |x|^2 = g^2 + chi2_{d-1}.
    """
    weight = TWO_CLASSES[name]

    def integrand(radius):
        values = weight(1 / (1 + np.exp(-scale * radius * G)))
        along, across = DENSITY @ (values * G**2), DENSITY @ values
        fourth = DENSITY @ (values**2 * (G**4 + 2 * (d - 1) * G**2 + d * d - 1))
        return fourth / N + (1 - 1 / N) * (along**2 + (d - 1) * across**2)

    law = stats.chi(d, scale=(2 / d) ** 0.5)
    mean, _ = integrate.quad(
        lambda r: law.pdf(r) * integrand(r) / d, 0, law.isf(1e-15), epsabs=1e-13
    )
    return mean


@pytest.mark.parametrize("name", WEIGHTS)
@pytest.mark.parametrize(("d", "N"), [(2, 3), (8, 5), (30, 60), (100, 7)])
def test_two_classes_agree_with_the_other_road(name, d, N):
    norm = block_norm_mean(WEIGHTS[name], d, N, 2)
    assert abs(norm.value - two_class_norm(name, d, N)) <= norm.error + 1e-12
    assert norm.error < norm.value * min(0.02, 50 / d**3)


def test_other_road_refuses_the_limit():
    """At d = 30 the finite-size correction is far outside the error."""
    norm = block_norm_mean(WEIGHTS["off-diagonal"], 30, 60, 2)
    limit = block_norm_limit(WEIGHTS["off-diagonal"], 0.5, 2)
    assert abs(norm.value - limit.value) > 100 * norm.error


@pytest.mark.parametrize(("d", "N"), [(1, 1), (3, 2), (40, 90)])
def test_constant_weight_is_a_wishart_matrix(d, N):
    norm = block_norm_mean(sympy.Integer(1), d, N, 5)
    assert abs(norm.value - (1 + (d + 1) / N)) < 1e-11 * norm.value


@pytest.mark.parametrize("name", WEIGHTS)
@pytest.mark.parametrize("classes", [2, 10, 10**4])
def test_large_sizes_reach_the_limit(name, classes):
    limit = block_norm_limit(WEIGHTS[name], 0.5, classes).value
    gaps = [
        block_norm_mean(WEIGHTS[name], d, 2 * d, classes).value / limit - 1 for d in (500, 1000)
    ]
    assert abs(gaps[1]) < 0.02
    assert abs(gaps[0] / gaps[1] - 2) < 0.05


def draw(rng, d, N, classes):
    rows = rng.normal(size=(classes, d)) / np.sqrt(d)
    x = rng.normal(size=(d, N))
    q = np.exp(rows @ x)
    q /= q.sum(axis=0)
    weights = q[0] * (1 - q[0]), q[0] * q[1]
    return [np.sum(((x * w) @ x.T / N) ** 2) / d for w in weights]


@pytest.mark.montecarlo
def test_simulation_at_level_one_in_a_million():
    """Two-sided normal interval of level 1e-6, split over two weights and two sizes."""
    rng, quantile = np.random.default_rng(), stats.norm.isf(1e-6 / 8)
    for d, N, classes in ((6, 9, 4), (10, 5, 20)):
        norms = np.array([draw(rng, d, N, classes) for _ in range(8000)])
        error = norms.std(axis=0) / len(norms) ** 0.5
        for k, name in enumerate(("diagonal", "off-diagonal")):
            norm = block_norm_mean(WEIGHTS[name], d, N, classes)
            assert abs(norms[:, k].mean() - norm.value) < quantile * error[k] + norm.error


@pytest.mark.parametrize("d", [1, 5, 60, 5000])
def test_radius_rule_has_the_moments_of_chi_squared(d):
    rule, moment = radius_rule(d), 1.0
    for order in range(1, 10):
        moment *= (d + 2 * order - 2) / d
        assert abs(rule.mean(rule.nodes**order, 0 * rule.nodes).value / moment - 1) < 1e-10


@pytest.mark.parametrize("freedom", [2, 4])
def test_tilted_radius_rule(freedom):
    rule = radius_rule(9)
    assert abs(rule.mean(np.ones(12), np.zeros(12), freedom).value - 1) < 1e-12
    assert abs(rule.mean(rule.nodes, np.zeros(12), freedom).value - (9 + freedom) / 9) < 1e-12


def test_softmax_spread_of_one_dimension_of_two_classes():
    """For two classes 2(p^2+q^2) - 1 = tanh(D/2)^2 with D = sqrt(2) v x."""
    outer = np.outer(G, G) / 2**0.5
    exact = DENSITY @ np.tanh(outer) ** 2 @ DENSITY
    spread = softmax_spread(1, 2)
    assert abs(spread.value - exact) <= spread.error + 1e-9


def test_softmax_spread_at_many_sizes():
    assert abs(softmax_spread(10**5, 10**6).value - (np.e - 1)) < 1e-3


@pytest.mark.parametrize(("d", "N", "classes"), [(0, 1, 2), (1, 0, 2), (1.5, 1, 2), (1, 1, 1)])
def test_sizes_are_checked(d, N, classes):
    with pytest.raises(DomainError):
        block_norm_mean(p[i], d, N, classes)


def test_weight_and_classes_must_agree():
    with pytest.raises(DomainError, match="4 classes; C is 5"):
        block_norm_mean(SoftmaxOfGaussians(4)[i], 3, 3, 5)


@pytest.mark.parametrize("gamma", [0, -1, float("nan"), float("inf")])
def test_limit_needs_a_positive_ratio(gamma):
    with pytest.raises(DomainError, match="gamma"):
        block_norm_limit(p[i], gamma, 5)


def at_scale(name, scale):
    """Return a weight at another scale of the logits."""
    warm = SoftmaxOfGaussians(C, scale)
    return WEIGHTS[name].xreplace({p[i]: warm[i], p[j]: warm[j]})


@pytest.mark.parametrize("name", WEIGHTS)
@pytest.mark.parametrize("scale", [Rational(1, 2), Rational(5, 4)])
def test_temperature_agrees_with_the_other_road(name, scale):
    norm = block_norm_mean(at_scale(name, scale), 30, 60, 2)
    assert abs(norm.value - two_class_norm(name, 30, 60, float(scale))) <= norm.error + 1e-12
    assert abs(norm.value - two_class_norm(name, 30, 60)) > 100 * norm.error


def test_limit_at_another_temperature():
    warm, plain = (block_norm_limit(at_scale("component", s), 0.5, 10) for s in (Rational(5, 4), 1))
    expected = 0.5 * softmax_moment((2,), 10, 1.25).value + 0.01
    assert abs(warm.value - expected) < 1e-13
    assert abs(warm.value - plain.value) > 0.001


def test_a_symbolic_temperature_is_refused():
    with pytest.raises(DomainError, match="scale tau"):
        block_norm_mean(at_scale("component", tau), 10, 10, 4)
