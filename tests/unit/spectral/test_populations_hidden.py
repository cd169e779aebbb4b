"""The weights of a hidden layer's blocks against direct simulation and a closed integral."""

import math
import re
import secrets
from fractions import Fraction

import numpy as np
import pytest
import sympy

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.streams import stream
from rmtcheck.spectral.laws.generalized_marchenko_pastur import GeneralizedMarchenkoPastur
from rmtcheck.spectral.populations import hidden
from rmtcheck.spectral.populations.hidden import hidden_weights
from rmtcheck.vocabulary.losses import CROSS_ENTROPY, MEAN_SQUARED_ERROR, MeanSquaredError

ALPHA = 1e-9
SIGMAS = 7


@pytest.fixture
def rng():
    return stream(secrets.randbits(64), "tests of hidden weights", 0)


def test_squared_error_is_exact():
    V = [[1, Fraction(1, 2)], [3, -1]]
    half, quarter = Fraction(1, 2), Fraction(1, 4)
    assert hidden_weights(V, 0, 0, MEAN_SQUARED_ERROR).rationals() == ((0, half), (20, half))
    assert hidden_weights(V, 0, 1, MEAN_SQUARED_ERROR).rationals() == (
        (-5, quarter),
        (0, 3 * quarter),
    )
    halved = MeanSquaredError(Fraction(1, 2))
    assert hidden_weights(V, 1, 0, halved).moment(1) == Fraction(-5, 8)


def test_squared_error_of_floats_and_arrays():
    V = np.array([[1.5, 1.0], [1.0, -2.0]])
    law = hidden_weights(V, 0, 1, MEAN_SQUARED_ERROR)
    assert law.atoms.tolist() == [-1, 0]
    assert law.weights.tolist() == [0.25, 0.75]
    integers = hidden_weights(np.array([[1, 2], [3, 4]]), 0, 1, MEAN_SQUARED_ERROR)
    assert integers.moment(2) == 28**2 * Fraction(1, 4)


def test_orthogonal_columns_leave_only_zero():
    assert hidden_weights([[1, 1], [1, -1]], 0, 1, MEAN_SQUARED_ERROR).atoms.tolist() == [0]


def test_closed_gates_leave_an_atom_of_the_law():
    law = GeneralizedMarchenkoPastur(hidden_weights([[1, 2]], 0, 1, MEAN_SQUARED_ERROR), 1)
    assert law.atoms() == ((0.0, 0.75),)


def test_one_unit_and_two_classes_against_an_integral(rng):
    a, count = 1.3, 100_000
    law = hidden_weights([[a], [-a]], 0, 0, CROSS_ENTROPY, samples=count, rng=rng)
    t = (np.arange(200_000) + 0.5) * 1e-4
    density = 2 * np.exp(-t * t / 2) / math.sqrt(2 * math.pi) * 1e-4
    p = 1 / (1 + np.exp(-2 * a * t))
    weight = 4 * a * a * p * (1 - p)
    mean, second = density @ weight, density @ weight**2
    assert density.sum() == pytest.approx(1, abs=1e-9)
    error = SIGMAS * math.sqrt((second - mean**2) / count) / 2
    assert abs(law.moment(1) - mean / 2) < error
    # half the factor would not do
    assert abs(law.moment(1) - mean) > error


def direct(V, i, j, count, rng):
    """Weights from the formula, gates drawn as well."""
    g = rng.standard_normal((count, V.shape[1]))
    p = np.exp(np.maximum(g, 0) @ V.T)
    p /= p.sum(axis=1, keepdims=True)
    covariance = p @ (V[:, i] * V[:, j]) - (p @ V[:, i]) * (p @ V[:, j])
    return covariance * (g[:, i] > 0) * (g[:, j] > 0)


@pytest.mark.parametrize(("i", "j"), [(0, 0), (0, 2)])
def test_direct_simulation_agrees(i, j, rng):
    count, V = 100_000, rng.standard_normal((4, 6))
    law = hidden_weights(V, i, j, CROSS_ENTROPY, samples=count, rng=rng)
    drawn = direct(V, i, j, count, rng)
    # Hoeffding for each of the two samples, both halves of every side
    radius = 2 * math.sqrt(2 * math.log(8 / ALPHA) / count)
    for f in (np.tanh, lambda x: np.cos(5 * x)):
        assert abs(law.integrate(f) - f(drawn).mean()) < radius
    assert law.weights[np.searchsorted(law.atoms, 0)] == pytest.approx(0.5 if i == j else 0.75)


def test_the_simulation_tells_another_block(rng):
    V = np.diag([3.0, 1.0]) + np.array([[0, 0.5], [0.5, 0]])
    law = hidden_weights(V, 0, 0, CROSS_ENTROPY, samples=20_000, rng=rng)
    drawn = direct(V, 1, 1, 20_000, rng)
    radius = 2 * math.sqrt(2 * math.log(8 / ALPHA) / 20_000)
    assert abs(law.integrate(np.tanh) - np.tanh(drawn).mean()) > radius


def test_memory_is_bounded_and_the_number_of_samples_kept(rng, monkeypatch):
    monkeypatch.setattr(hidden, "CELLS", 1000)
    sizes = [len(part) for part in hidden._draws(np.ones((3, 7)), 0, 1, 1000, rng)]
    assert sum(sizes) == 1000
    assert max(sizes) * 7 <= 1000


def test_equal_streams_give_equal_laws():
    V = np.array([[1.0, 2.0], [0.0, 1.0]])
    first, second = (
        hidden_weights(V, 0, 1, CROSS_ENTROPY, samples=50, rng=stream(1, "equal", 0))
        for _ in range(2)
    )
    assert np.array_equal(first.atoms, second.atoms)


def test_saturated_softmax_gives_zero_and_no_warning(rng):
    law = hidden_weights([[1e6, 0.0], [-1e6, 0.0]], 0, 0, CROSS_ENTROPY, samples=100, rng=rng)
    assert law.mass() == pytest.approx(1)
    assert law.integrate(lambda x: x != 0) < 0.1


V = [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("ab", 0, 0, MEAN_SQUARED_ERROR), "readout is 'ab'"),
        (([[1, 2], [3]], 0, 0, MEAN_SQUARED_ERROR), "readout is [[1, 2], [3]]"),
        (([1, 2], 0, 0, MEAN_SQUARED_ERROR), "shape (2,)"),
        (([[]], 0, 0, MEAN_SQUARED_ERROR), "shape (1, 0)"),
        (([[1, math.nan]], 0, 0, MEAN_SQUARED_ERROR), "the entry nan"),
        (([[1, math.inf]], 0, 0, MEAN_SQUARED_ERROR), "the entry inf"),
        (([[1j]], 0, 0, MEAN_SQUARED_ERROR), "real numbers"),
        ((V, 2, 0, MEAN_SQUARED_ERROR), "row is 2; a unit from 0 to 1"),
        ((V, 0, -1, MEAN_SQUARED_ERROR), "column is -1"),
        ((V, 0, 1.0, MEAN_SQUARED_ERROR), "column is 1.0"),
        ((V, 0, 1, "mse"), "loss is 'mse'"),
        ((V, 0, 1, MeanSquaredError(sympy.Symbol("c"))), "the factor c"),
        ((V, 0, 1, CROSS_ENTROPY), "rng is None"),
    ],
)
def test_refusals(arguments, message):
    with pytest.raises(DomainError, match=re.escape(message)):
        hidden_weights(*arguments)


@pytest.mark.parametrize("samples", [0, -1, 2.5, math.nan, "a", 10**8])
def test_numbers_of_samples(samples, rng):
    with pytest.raises(DomainError, match="samples"):
        hidden_weights(V, 0, 1, CROSS_ENTROPY, samples=samples, rng=rng)
