"""Simulated block norms of a hidden layer, at a level that the tests state."""

import numpy as np
import pytest

from rmtcheck.montecarlo.hidden_layer_draws import Setting, draw_norms
from rmtcheck.spectral.shared_readout import cross_entropy_norm

DEVIATIONS = 6
"""A mean farther than this many standard errors from its value has probability below 1e-8."""
BIAS = 0.05
"""What 4000 classes may still be away from infinitely many, at width 16."""


def rng():
    return np.random.default_rng(20)


def is_near(estimate, value, bias=0.0):
    return abs(estimate.value - value) <= DEVIATIONS * estimate.error + bias * abs(value)


def test_squared_error_is_exact_at_every_number_of_classes():
    m, C, gamma = 4, 20, 1.0
    found = draw_norms(Setting(gamma, m, C, factor=1.0), "w", 20_000, rng())
    diagonal = 4 * (C**2 + 2 * C) / m**2 * (gamma / 2 + 1 / 4)
    other = 4 * C / m**2 * (gamma / 4 + 1 / 16)
    assert is_near(found[True], diagonal)
    assert is_near(found[False], other)
    assert not is_near(found[True], diagonal * C / (C + 2))
    assert not is_near(found[False], other * 1.1)


def test_squared_error_has_diagonal_output_blocks():
    found = draw_norms(Setting(1.0, 4, 20, factor=0.5), "v", 20_000, rng())
    assert is_near(found[True], 12 / (2 * np.pi) ** 2 + 1)
    assert found[False].value == 0


def test_two_classes_are_a_logistic_regression():
    m, generator = 3, rng()
    found = draw_norms(Setting(2.0, m, 2), "w", 40_000, rng())
    u = generator.standard_normal((400_000, m)) * np.sqrt(2 / m)  # the difference of two rows
    a, b = generator.standard_normal((2, 400_000, m))
    slopes = [(1 / (2 * np.cosh((u * np.maximum(x, 0)).sum(1) / 2))) ** 2 for x in (a, b)]
    weights = [
        s * u[:, 0] * u[:, 1] * (x[:, 0] > 0) * (x[:, 1] > 0)
        for s, x in zip(slopes, (a, b), strict=True)
    ]
    samples = 2 * weights[0] ** 2 + weights[0] * weights[1]
    error = samples.std() / np.sqrt(len(samples))
    assert abs(found[False].value - samples.mean()) < DEVIATIONS * (found[False].error + error)


@pytest.mark.parametrize("layer", ["w", "v"])
def test_many_classes_approach_the_limits(layer):
    m, C, gamma = 16, 4000, 1.0
    found = draw_norms(Setting(gamma, m, C), layer, 3000, rng())
    for diagonal in (True, False):
        term = cross_entropy_norm(layer, diagonal=diagonal, gamma=gamma, m=m)
        limit = term.coefficient.value * float(C) ** term.exponent
        assert is_near(found[diagonal], limit, BIAS)
        assert not is_near(found[diagonal], 2 * limit, BIAS)


def test_uniform_probabilities_would_be_noticed():
    m, C, gamma = 16, 4000, 1.0
    found = draw_norms(Setting(gamma, m, C), "w", 3000, rng())
    untilted = (gamma / 4 + 1 / 16) / m**2 / C
    assert not is_near(found[False], untilted, BIAS)
