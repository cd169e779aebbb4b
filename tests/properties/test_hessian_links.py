"""The graph's rule against the true Hessian: random networks up to depth 4, random expressions."""

import random
from itertools import pairwise

import autograd.numpy as anp
import numpy as np
import pytest
import sympy
from autograd import hessian
from autograd.scipy.special import erf, logsumexp

from rmtcheck.montecarlo.second_order import hessians
from rmtcheck.symbolic.links import hessian_links
from rmtcheck.vocabulary.activations import GELU, IDENTITY, RELU, TANH
from rmtcheck.vocabulary.graphs import FeedForward, weights
from rmtcheck.vocabulary.losses import (
    CROSS_ENTROPY,
    MEAN_SQUARED_ERROR,
    BinaryCrossEntropy,
    LogitLoss,
)
from rmtcheck.vocabulary.samples import logit
from rmtcheck.vocabulary.symbols import C, c

ACTIVATIONS = {
    IDENTITY: lambda a: a,
    RELU: lambda a: anp.maximum(a, 0.0),
    TANH: anp.tanh,
    GELU: lambda a: a * (1 + erf(a / anp.sqrt(2.0))) / 2,
}


def cross_entropy(u, y, Y):
    return logsumexp(u) - u[y]


def squared_error(u, y, Y):
    return anp.sum((u - Y) ** 2)


def binary_cross_entropy(u, y, Y):
    return anp.sum(anp.log(1 + anp.exp(u)) - Y * u)


def squares(u, y, Y):
    return anp.sum(u**2)


SQUARES = LogitLoss(sympy.Sum(logit[c] ** 2, (c, 1, C)), "squares", "sum")
LOSSES = {
    CROSS_ENTROPY: cross_entropy,
    MEAN_SQUARED_ERROR: squared_error,
    BinaryCrossEntropy(): binary_cross_entropy,
    SQUARES: squares,
}
CASES = [(s, a, v) for s in range(3) for a in ACTIVATIONS for v in LOSSES]


def outputs(theta, widths, sigma, x):
    h, start = x, 0
    for depth, (below, above) in enumerate(pairwise(widths)):
        h = h if depth == 0 else sigma(h)
        matrix = anp.reshape(theta[start : start + above * below], (above, below))
        h, start = anp.dot(matrix, h), start + above * below
    return h


def largest_entries(widths, activation, loss, inputs, rng):
    """Return the largest size of every entry over points and labels, by reverse differentiation."""
    count = sum(a * b for a, b in pairwise(widths))
    sizes = np.zeros((count, count))
    for draw in range(6):
        theta = rng.standard_normal(count)
        theta = abs(theta) if draw % 2 else theta  # every relu open in half of the draws
        Y = rng.uniform(0, 1, (len(inputs), widths[-1]))
        for y in range(widths[-1]):

            def total(theta, y=y, Y=Y):
                sigma = ACTIVATIONS[activation]
                us = [outputs(theta, widths, sigma, x) for x in inputs]
                return sum(LOSSES[loss](u, y, t) for u, t in zip(us, Y, strict=True))

            sizes = np.maximum(sizes, abs(hessian(total)(theta)))
    return sizes


@pytest.mark.parametrize(
    ("seed", "activation", "loss"), CASES, ids=[f"{s}-{a}-{v}"[:40] for s, a, v in CASES]
)
def test_generic_inputs(seed, activation, loss):
    rng = np.random.default_rng([seed, 20])
    widths = [int(k) for k in rng.integers(1, 4, rng.integers(2, 6))]
    pattern = hessian_links(FeedForward(widths, activation), loss)
    sizes = largest_entries(
        widths, activation, loss, [abs(rng.standard_normal(widths[0])) + 0.1], rng
    )
    mask, scale = np.array(pattern.mask), max(sizes.max(), 1e-3)
    assert (sizes[mask] <= 1e-12 * scale).all()
    if pattern.is_sharp:
        assert (sizes[~mask] > 1e-9 * scale).all()
    assert pattern.is_sharp or (loss == SQUARES and activation in (TANH, GELU))


@pytest.mark.parametrize("activation", [IDENTITY, RELU])
@pytest.mark.parametrize("seed", range(4))
def test_unit_vectors_as_inputs(activation, seed):
    rng = np.random.default_rng([seed, 21])
    widths = [int(k) for k in rng.integers(1, 4, rng.integers(2, 5))]
    pattern = hessian_links(FeedForward(widths, activation, "basis"), SQUARES)
    sizes = largest_entries(widths, activation, SQUARES, list(np.eye(widths[0])), rng)
    assert pattern.is_sharp
    np.testing.assert_array_equal(np.array(pattern.mask), sizes <= 1e-12 * sizes.max())


NAMES = weights("a b c d")


def random_expression(chance, depth):
    if depth == 0 or chance.random() < 0.15:
        return chance.choice(NAMES)
    parts = [random_expression(chance, depth - 1) for _ in range(2)]
    kind = chance.random()
    if kind < 0.4:
        return parts[0] + parts[1]
    if kind < 0.8:
        return parts[0] * parts[1]
    return parts[0] ** 2 if kind < 0.9 else sympy.tanh(parts[0])


@pytest.mark.parametrize("seed", range(60))
def test_random_expressions(seed):
    chance = random.Random(seed)
    expression = random_expression(chance, 3)
    pattern = hessian_links(expression, parameters=NAMES)
    points = abs(np.random.default_rng(seed).standard_normal((6, 4))) + 0.1
    sizes = abs(hessians(expression, NAMES, points).hessian).max(axis=0)
    mask = np.array(pattern.mask)
    assert (sizes[mask] == 0).all()
    assert not pattern.is_sharp or (sizes[~mask] > 1e-12).all()


def test_both_kinds_of_expressions_are_drawn():
    patterns = [
        hessian_links(random_expression(random.Random(seed), 3), parameters=NAMES)
        for seed in range(60)
    ]
    assert 10 < sum(p.is_sharp for p in patterns) < 60
    assert sum(any(map(any, p.mask)) for p in patterns) > 10


def test_the_comparison_notices_a_wrong_rule():
    rng = np.random.default_rng(3)
    mask = np.array(hessian_links(FeedForward([2, 2, 2]), CROSS_ENTROPY).mask)
    sizes = largest_entries([2, 2, 2], IDENTITY, MEAN_SQUARED_ERROR, [np.array([0.4, 1.1])], rng)
    assert not (sizes[~mask] > 1e-9).all()
