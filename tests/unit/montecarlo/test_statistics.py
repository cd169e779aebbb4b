"""Every statistic against full blocks formed class by class, with explicit loops."""

import itertools
import secrets

import numpy as np
import pytest

from rmtcheck.errors import DomainError
from rmtcheck.montecarlo import softmax, statistics
from rmtcheck.montecarlo.confidence import interval
from rmtcheck.montecarlo.dominate import (
    averaged_mean,
    averaged_rule,
    simplex_factor,
)
from rmtcheck.montecarlo.draw import draw_linear_model
from rmtcheck.montecarlo.statistics import (
    block_norm_matrix,
    class_averaged_norms,
    gram_norms,
    pair_norms,
    softmax_spread,
)
from rmtcheck.montecarlo.streams import stream

SIZES = [(3, 5, 2), (4, 30, 3), (30, 7, 6), (9, 12, 40)]


def model(d, N, C):
    return draw_linear_model(d, N, C, stream(secrets.randbits(64), "tests of statistics", 0))


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


@pytest.mark.parametrize("sizes", SIZES)
def test_class_averages_are_averages_over_classes(sizes):
    X, V = model(*sizes)
    C = len(V)
    norms = class_averaged_norms(X, V)
    assert norms.diagonal == pytest.approx(np.mean([norm(X, V, i, i) for i in range(C)]), rel=1e-11)
    pairs = [norm(X, V, i, j) for i, j in itertools.permutations(range(C), 2)]
    assert norms.off_diagonal == pytest.approx(np.mean(pairs), rel=1e-11)


@pytest.mark.parametrize("sizes", SIZES)
def test_class_bounds_are_the_norms_of_the_larger_weights(sizes):
    d, N, C = sizes
    X, V = model(d, N, C)
    u = V @ X
    bar = np.exp(u - u.mean(axis=0)) / C
    K = (X.T @ X) ** 2 / (d * N**2)
    pairs = [bar[i] * bar[j] for i, j in itertools.permutations(range(C), 2)]
    families = {
        "diagonal": np.mean([w @ K @ w for w in bar]),
        "off_diagonal": np.mean([w @ K @ w for w in pairs]),
    }
    norms = class_averaged_norms(X, V)._asdict()
    for kind, geometric in families.items():
        rule = averaged_rule(kind, d, C)
        expected = geometric if rule == "geometric" else simplex_factor(kind, C) * K.sum()
        assert norms[f"{kind}_bound"] == pytest.approx(expected, rel=1e-11)


@pytest.mark.parametrize("sizes", SIZES)
def test_pair_norms_are_those_of_the_pair(sizes):
    X, V = model(*sizes)
    norms = pair_norms(X, V, 1, 0)
    assert norms.diagonal == pytest.approx(norm(X, V, 1, 1), rel=1e-11)
    assert norms.off_diagonal == pytest.approx(norm(X, V, 1, 0), rel=1e-11)


@pytest.mark.parametrize("measure", [class_averaged_norms, pair_norms])
@pytest.mark.parametrize("sizes", [*SIZES, (50, 20, 10), (50, 20, 300)])
def test_bounds_hold_on_every_path(measure, sizes):
    for _ in range(20):
        norms = measure(*model(*sizes))
        assert norms.diagonal <= norms.diagonal_bound * (1 + 1e-12)
        assert norms.off_diagonal <= norms.off_diagonal_bound * (1 + 1e-12)


@pytest.mark.parametrize("sizes", SIZES)
def test_tiles_change_nothing(sizes, monkeypatch):
    X, V = model(*sizes)
    whole = [
        *class_averaged_norms(X, V),
        *pair_norms(X, V),
        *gram_norms(X, np.ones((40, X.shape[1]))),
    ]
    monkeypatch.setattr(statistics, "_TILE", 11)
    monkeypatch.setattr(softmax, "_TILE", 11)
    tiled = [
        *class_averaged_norms(X, V),
        *pair_norms(X, V),
        *gram_norms(X, np.ones((40, X.shape[1]))),
    ]
    assert tiled == pytest.approx(whole, rel=1e-12)


def test_both_routes_of_the_norm_agree():
    X, V = model(6, 40, 5)
    weights = np.abs(V @ X)
    by_features = statistics._by_features(X, weights)
    assert statistics._by_samples(X, weights) == pytest.approx(by_features, rel=1e-12)


def test_mean_of_the_bound_is_the_closed_form():
    """An interval at level 1e-6 around E U contains it, and not 0.8 E U."""
    d, N, C, draws = 40, 20, 8, 1500
    rng = stream(secrets.randbits(64), "tests of statistics", 1)
    rows = np.array([class_averaged_norms(*draw_linear_model(d, N, C, rng)) for _ in range(draws)])
    for k, kind in ((1, "diagonal"), (3, "off_diagonal")):
        mean = averaged_mean(kind, d, N, C)
        interval(rows[:, k - 1], rows[:, k], mean, 1e-6, draws)
        with pytest.raises(DomainError, match="contradict"):
            interval(rows[:, k - 1], rows[:, k], 0.5 * mean, 1e-6, draws)


def test_block_norm_matrix():
    X, V = model(5, 9, 7)
    expected = [[norm(X, V, i, j) for j in range(3)] for i in range(3)]
    assert np.allclose(block_norm_matrix(X, V, 3), expected, rtol=1e-11, atol=0)


def test_spread_and_its_bound():
    X, V = model(60, 1, 9)
    u = V @ X[:, 0]
    spread, bound = softmax_spread(V, X[:, 0])
    p = np.exp(u) / np.exp(u).sum()
    assert spread == pytest.approx(9 * np.sum(p**2) - 1)
    assert bound == pytest.approx(np.mean(np.exp(2 * (u - u.mean()))) - 1)
    assert bound >= spread


def test_uniform_softmax_has_no_spread():
    assert softmax_spread(np.ones((4, 3)), np.ones(3))[0] == 0


def test_large_logits_do_not_overflow():
    X = np.array([[1.0, 2.0]])
    norms = pair_norms(X, np.array([[600.0], [-600.0], [0.0]]))
    assert all(np.isfinite(norms))


def test_logits_too_far_apart_for_a_geometric_bound():
    with pytest.raises(DomainError, match="at most 150"):
        softmax_spread(500.0 * np.eye(9, 60), np.eye(60)[0])


@pytest.mark.parametrize(
    "call",
    [
        lambda X, V: pair_norms(X, V, 1, 1),
        lambda X, V: pair_norms(X, V, 0, 3),
        lambda X, V: class_averaged_norms(X[1:], V),
        lambda X, V: class_averaged_norms(X, V[:1]),
        lambda X, V: block_norm_matrix(X, V, 4),
        lambda X, V: block_norm_matrix(X, V, 0),
        lambda X, V: gram_norms(X, -np.ones((1, X.shape[1]))),
        lambda X, V: softmax_spread(V, np.ones(2)),
    ],
)
def test_refuses_what_does_not_fit(call):
    with pytest.raises(DomainError):
        call(*model(4, 6, 3))
