import math
import secrets

import numpy as np
import pytest

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.draw import (
    draw_data,
    draw_linear_model,
    draw_projection,
    draw_squared_radius,
    draw_wigner,
)
from rmtcheck.montecarlo.streams import stream

# two-sided: a Gaussian exceeds seven standard deviations with probability 3e-12
SIGMAS = 7


@pytest.fixture
def rng():
    return stream(secrets.randbits(64), "tests of draw", 0)


def test_variance_of_data_and_parameters(rng):
    X, V = draw_linear_model(20, 400, 400, rng)
    error = SIGMAS * math.sqrt(2 / 8000)
    assert abs(np.mean(X**2) - 1) < error
    assert abs(20 * np.mean(V**2) - 1) < error


def test_squared_radius_has_mean_one_and_variance_two_over_d(rng):
    values = np.array([draw_squared_radius(8, rng) for _ in range(4000)])
    assert abs(values.mean() - 1) < SIGMAS * math.sqrt(2 / 8 / 4000)
    assert (values > 0).all()


def test_projection_has_variance_one(rng):
    values = np.array([draw_projection(8, rng) for _ in range(4000)])
    # the fourth moment of v.x is 3 (1 + 2/d)
    fourth = 3 * (1 + 2 / 8)
    assert abs(np.mean(values**2) - 1) < SIGMAS * math.sqrt((fourth - 1) / 4000)


def test_data_have_variance_one(rng):
    X = draw_data(30, 50, rng)
    assert X.shape == (30, 50)
    assert abs(np.mean(X**2) - 1) < SIGMAS * math.sqrt(2 / 1500)


def test_wigner_matrix_is_hermitian_with_its_variances(rng):
    W = draw_wigner(80, rng)
    assert np.array_equal(W, W.conj().T)
    above = W[np.triu_indices(80, 1)]
    assert abs(80 * np.mean(abs(above) ** 2) - 1) < SIGMAS / math.sqrt(len(above))
    # E a^2 = 0: the real and the imaginary part have the same variance
    assert abs(80 * np.mean(above**2)) < SIGMAS / math.sqrt(len(above))
    assert abs(80 * np.mean(W.diagonal().real ** 2) - 1) < SIGMAS * math.sqrt(2 / 80)


@pytest.mark.parametrize("sizes", [(0, 1, 2), (1, 0, 2), (1, 1, 1), (2.0, 1, 2)])
def test_refuses_bad_sizes(rng, sizes):
    with pytest.raises(DomainError, match="must be an integer"):
        draw_linear_model(*sizes, rng)


@pytest.mark.parametrize("size", [0, -1, 2.0])
def test_refuses_bad_dimensions(rng, size):
    for bad in (lambda: draw_data(size, 1, rng), lambda: draw_wigner(size, rng)):
        with pytest.raises(DomainError, match="must be an integer"):
            bad()
