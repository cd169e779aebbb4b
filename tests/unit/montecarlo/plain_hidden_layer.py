"""Mean squared block norms of a hidden layer by plain draws: the definitions, and no more."""

import numpy as np


def plain_values(gamma, m, C, layer, draws, rng):
    """Return unbiased values by whether the block is on the diagonal, from independent draws."""
    V = rng.standard_normal((draws, C, m)) / np.sqrt(m)
    a = rng.standard_normal((2, draws, m))
    phi = np.maximum(a, 0)
    p = softmax((V @ phi[..., None])[..., 0])
    if layer == "v":
        return of_classes(p, (phi[0] * phi[1]).sum(axis=1) ** 2)
    gates = (a > 0)[:, :, :, None] & (a > 0)[:, :, None, :]
    return of_units(gamma, p, V, gates)


def softmax(logits):
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def of_classes(p, squares):
    C = p.shape[2]
    own = p * (1 - p)
    both = p[0] * p[1]
    pairs = both.sum(axis=1) ** 2 - (both**2).sum(axis=1)
    return {
        True: (own[0] * own[1]).mean(axis=1) * squares,
        False: pairs * squares / (C * (C - 1)),
    }


def of_units(gamma, p, V, gates):
    m = V.shape[2]
    mean = (p[:, :, None, :] @ V)[:, :, 0, :]
    second = (p[..., None] * V).swapaxes(2, 3) @ V
    weight = (second - mean[:, :, :, None] * mean[:, :, None, :]) * gates
    norms = gamma / 2 * (weight**2).sum(axis=0) + weight[0] * weight[1]
    diagonal = np.trace(norms, axis1=1, axis2=2)
    found = {True: diagonal / m}
    if m > 1:
        found[False] = (norms.sum(axis=(1, 2)) - diagonal) / (m * (m - 1))
    return found
