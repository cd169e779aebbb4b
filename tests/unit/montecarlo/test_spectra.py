"""Spectra against blocks formed by a loop over samples."""

import secrets

import numpy as np
import pytest

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo.draw import draw_linear_model
from rmtcheck.montecarlo.spectra import (
    block_eigenvalues,
    class_weights,
    esd,
    gram_eigenvalues,
    resolvent_trace,
    weighted_gram,
)
from rmtcheck.montecarlo.streams import stream


def model(d, N, C):
    return draw_linear_model(d, N, C, stream(secrets.randbits(64), "tests of spectra", 0))


def block(X, V, i, j):
    """One block by a loop over samples."""
    total = np.zeros((len(X), len(X)))
    for x in X.T:
        e = np.exp(V @ x)
        p = e / e.sum()
        total += p[i] * ((i == j) - p[j]) * np.outer(x, x)
    return total / X.shape[1]


def norm(X, V, i, j):
    return np.sum(block(X, V, i, j) ** 2) / len(X)


def test_class_weights_give_the_block_with_its_sign():
    X, V = model(4, 9, 3)
    for i, j in ((0, 0), (2, 1)):
        drawn = weighted_gram(X, class_weights(X, V, i, j))
        assert np.allclose(drawn, block(X, V, i, j), rtol=0, atol=1e-14)


def test_block_eigenvalues_are_of_the_block():
    X, V = model(4, 9, 3)
    values = block_eigenvalues(X, V, 0, 1)
    assert values.max() < 1e-14
    assert np.sum(values**2) / 4 == pytest.approx(norm(X, V, 0, 1))


@pytest.mark.parametrize(("d", "N"), [(4, 9), (9, 4), (5, 5)])
def test_gram_eigenvalues_are_of_the_gram_matrix(d, N):
    X, _ = model(d, N, 2)
    weights = np.linspace(-1.0, 2.0, N)
    expected = np.linalg.eigvalsh(X @ np.diag(weights) @ X.T / N)
    assert np.allclose(gram_eigenvalues(X, weights), expected, rtol=0, atol=1e-12)


def test_resolvent_trace_is_the_trace_of_the_inverse():
    X, V = model(4, 9, 3)
    matrix, z = block(X, V, 0, 0), 0.1 + 0.3j
    expected = np.trace(np.linalg.inv(matrix - z * np.eye(4))) / 4
    assert resolvent_trace(esd(matrix), z) == pytest.approx(expected)


@pytest.mark.parametrize(
    "call",
    [
        lambda X, V: class_weights(X, V, -1, 0),
        lambda X, V: weighted_gram(X, np.ones(2)),
        lambda X, V: esd(X),
        lambda X, V: esd(np.array([[0.0, 1.0], [0.0, 0.0]])),
        lambda X, V: resolvent_trace(np.ones(2), 1 - 1j),
    ],
)
def test_refuses_what_does_not_fit(call):
    with pytest.raises(DomainError):
        call(*model(4, 6, 3))
