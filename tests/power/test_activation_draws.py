"""Draws of the weights of Hessian blocks agree with the constants for other activations.

Weights are those that the derivation of the block gives, at finite numbers of classes; the mean
over V and over two samples of it is extrapolated once in 1/C. Error budget: six standard errors,
and two per cent for what the extrapolation leaves, of the order of 1/C^2. Unbounded activations
are drawn in a wide layer: in a narrow one E[w^2] has heavy tails, and comes as slowly as C^(-1/2).
"""

import secrets
from functools import lru_cache

import numpy as np
import pytest
from flint import ctx, fmpq

from rmtcheck import (
    CROSS_ENTROPY,
    GELU,
    MEAN_SQUARED_ERROR,
    SILU,
    TANH,
    HessianBlock,
    OneHiddenLayer,
    derive,
    to_numeric,
)
from rmtcheck.certify.hidden_norms import cross_entropy_norm, squared_error_norm
from rmtcheck.montecarlo.streams import stream
from rmtcheck.spectral.activation_means import _jet
from rmtcheck.vocabulary.symbols import C, d, i, j, m

ROOT = secrets.randbits(64)
BLOCKS, READOUTS, SAMPLES, CLASSES = 4, 2000, 12, (100, 300)
DEVIATIONS, REST = 6, 0.02
ROUNDING = 1e-12
"""Thousands of roundings of numbers of order one."""
CASES = [(TANH, 2), (TANH, 5), (SILU, 20), (GELU, 20)]


def weights(activation, V, a, y, planted=""):
    """Return the weights of H[w_1, w_2] and H[w_1, w_1] with cross-entropy: (readout, sample)."""
    value, slope, curvature = (f(a) for f in _jet(activation))
    logits = value @ V.transpose(0, 2, 1)
    p = np.exp(logits - logits.max(axis=2, keepdims=True))
    p /= p.sum(axis=2, keepdims=True)
    mean = p @ V
    product = p @ (V[:, :, :1] * V[:, :, 1:2])
    square = p @ V[:, :, :1] ** 2
    named = np.take_along_axis(V[:, :, 0], y, axis=1)
    gradient = mean[:, :, 0] - (0 if planted == "no label" else named)
    if planted == "no curvature":
        gradient = 0 * gradient
    off = slope[:, :, 0] * slope[:, :, 1] * (product[:, :, 0] - mean[:, :, 0] * mean[:, :, 1])
    spread = square[:, :, 0] - mean[:, :, 0] ** 2
    return off, slope[:, :, 0] ** 2 * spread + curvature[:, :, 0] * gradient


def squared_weights(activation, V, a, y, planted=""):
    """Return the same for the squared error with one-hot targets."""
    value, slope, curvature = (f(a) for f in _jet(activation))
    gram = V.transpose(0, 2, 1) @ V
    named = np.take_along_axis(V[:, :, 0], y, axis=1)
    gradient = (value @ gram)[:, :, 0] - named
    if planted == "no curvature":
        gradient = 0 * gradient
    off = slope[:, :, 0] * slope[:, :, 1] * gram[:, None, 0, 1]
    diagonal = slope[:, :, 0] ** 2 * gram[:, None, 0, 0] + curvature[:, :, 0] * gradient
    return 2 * off, 2 * diagonal


def draw(rng, readouts, width, classes):
    V = rng.normal(size=(readouts, classes, width)) / np.sqrt(width)
    a = rng.normal(size=(readouts, SAMPLES, width))
    return V, a, rng.integers(classes, size=(readouts, SAMPLES))


def moments(weight, shared=True):
    """Return E[w w'] and E[w^2] with standard errors; unshared, w' belongs to another V."""
    total, squares = weight.sum(axis=1), (weight**2).sum(axis=1)
    pairs = (total**2 - squares) / (SAMPLES * (SAMPLES - 1))
    if not shared:
        pairs = total * np.roll(total, 1) / SAMPLES**2
    each = np.stack([pairs, squares / SAMPLES])
    return each.mean(axis=1), each.std(axis=1) / np.sqrt(len(total))


@lru_cache(maxsize=32)
def extrapolated(loss, activation, width, planted=""):
    """Return rows (off, diagonal) of E[w w'] and E[w^2], scaled by their powers of C."""
    kernel = weights if loss == CROSS_ENTROPY else squared_weights
    powers = (1, 0) if loss == CROSS_ENTROPY else (-1, -2)
    found = []
    for classes in CLASSES:
        name = f"activations {activation} {width} {loss.func.__name__} {classes}"
        draws = (draw(stream(ROOT, name, b), READOUTS, width, classes) for b in range(BLOCKS))
        parts = [kernel(activation, *drawn, planted=planted) for drawn in draws]
        drawn = map(np.concatenate, zip(*parts, strict=True))
        both = [moments(w, shared=planted != "not shared") for w in drawn]
        scale = np.array([[float(classes) ** p] for p in powers])
        found.append([scale * np.array([b[k] for b in both]) for k in (0, 1)])
    (near, near_error), (far, far_error) = found
    return (3 * far - near) / 2, np.hypot(3 * far_error, near_error) / 2


def expected(loss, activation, width):
    """Return the same limits from the integrals."""
    rows = []
    for diagonal in (False, True):
        common = {"diagonal": diagonal, "width": width, "activation": activation}
        if loss != CROSS_ENTROPY:
            common["factor"] = fmpq(1)
        norm = cross_entropy_norm if loss == CROSS_ENTROPY else squared_error_norm
        with ctx.workprec(80):
            across, total = (norm("w", gamma=fmpq(g), **common).coefficient for g in (0, 1))
            rows.append([float(across.mid()), float((total - across).mid())])
    return np.array(rows)


def misfit(loss, activation, width, planted=""):
    """Return the distances in units of the error budget; 1 is the bound."""
    value, error = extrapolated(loss, activation, width, planted)
    limit = expected(loss, activation, width)
    return abs(value - limit) / (DEVIATIONS * error + REST * abs(limit))


@pytest.mark.parametrize("loss", [CROSS_ENTROPY, MEAN_SQUARED_ERROR], ids=["ce", "mse"])
@pytest.mark.parametrize("activation", [TANH, GELU, SILU], ids=str)
def test_weights_are_those_of_the_derived_blocks(loss, activation):
    """One sample with W = 1 has its preactivations for inputs, and the block is w a a^T."""
    rng = stream(ROOT, "derived blocks", 0)
    width, classes = 3, 5
    V, a, y = draw(rng, 1, width, classes)
    network = OneHiddenLayer(d, m, C, activation)
    kernel = weights if loss == CROSS_ENTROPY else squared_weights
    mine = [w[0] for w in kernel(activation, V, a, y)]
    for other, weight in ((network.w[j], mine[0]), (network.w[i], mine[1])):
        block = to_numeric(
            derive(HessianBlock(network, loss, network.w[i], other)), network=network
        )
        for n in range(4):
            x = a[0, n][:, None]
            label = np.array([y[0, n] + 1])
            targets = label if loss == CROSS_ENTROPY else np.eye(classes)[:, label - 1]
            units = {"i": 1} if other == network.w[i] else {"i": 1, "j": 2}
            found = block(x, V[0], np.eye(width), targets=targets, **units)
            assert np.allclose(found, weight[n] * x @ x.T, rtol=ROUNDING, atol=ROUNDING)


@pytest.mark.parametrize(("activation", "width"), CASES, ids=str)
@pytest.mark.parametrize("loss", [CROSS_ENTROPY, MEAN_SQUARED_ERROR], ids=["ce", "mse"])
def test_draws_agree_with_the_integrals(loss, activation, width):
    assert (misfit(loss, activation, width) < 1).all()


PLANTED = [
    (CROSS_ENTROPY, "no curvature", (1, 0)),
    (CROSS_ENTROPY, "no curvature", (1, 1)),
    (CROSS_ENTROPY, "no label", (1, 1)),
    (CROSS_ENTROPY, "not shared", (0, 0)),
    (MEAN_SQUARED_ERROR, "no curvature", (1, 0)),
    (MEAN_SQUARED_ERROR, "no curvature", (1, 1)),
    (MEAN_SQUARED_ERROR, "not shared", (0, 0)),
]


@pytest.mark.parametrize(("loss", "planted", "place"), PLANTED, ids=str)
@pytest.mark.parametrize("width", [2, 5])
def test_wrong_weights_are_noticed(loss, planted, place, width):
    """Curvature, label or shared readout left out: farther off than the budget, by far."""
    assert misfit(loss, TANH, width, planted)[place] > 2
