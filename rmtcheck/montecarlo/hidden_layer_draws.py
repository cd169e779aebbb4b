r"""Mean squared block norms of a hidden layer at finitely many classes, by simulation.

The limit :math:`d,N\to\infty` is exact here: preactivations are iid :math:`N(0,I_m)`, and
:math:`\frac1d\mathbb E\|H\|_F^2` is :math:`\gamma\,\mathbb E[\lambda^2]+\mathbb E[\lambda\lambda']`
for blocks of hidden units, :math:`\mathbb E[\lambda\lambda'(\phi\cdot\phi')^2]` for those of
classes. Weights come from the Hessian of the loss in the logits,
:math:`\Lambda=\operatorname{diag}(p)-pp^\top` or :math:`2f\,I`; each draw of V serves a few samples
and all blocks of its kind.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rmtcheck.vocabulary.observations import Estimate

Array = NDArray[np.float64]
PAIRS = 4


@dataclass(frozen=True)
class Setting:
    """A hidden layer in the limit of wide data.

    Parameters
    ----------
    gamma : float
        Limit of d/N.
    m, C : int
        Width and number of classes.
    factor : float or None
        The factor of the squared error; None stands for cross-entropy.
    """

    gamma: float
    m: int
    C: int
    factor: float | None = None


def draw_norms(
    setting: Setting, layer: str, draws: int, rng: np.random.Generator
) -> dict[bool, Estimate]:
    r"""Return the mean squared norms of diagonal (True) and other (False) blocks.

    Parameters
    ----------
    setting : Setting
        The layer.
    layer : {"w", "v"}
        Blocks of hidden units, whose norms are divided by d, or of classes.
    draws : int
        Number of draws of V, at least 2.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    dict
        Estimates by whether the block is on the diagonal.

    Accuracy
    --------
    Estimated error: one standard error of the mean.
    """
    rows = np.array([_norms(setting, layer, rng) for _ in range(draws)])
    means, errors = rows.mean(axis=0), rows.std(axis=0, ddof=1) / np.sqrt(draws)
    pairs = zip((True, False), means, errors, strict=True)
    return {kind: Estimate(value=float(v), error=float(e)) for kind, v, e in pairs}


def _norms(setting: Setting, layer: str, rng: np.random.Generator) -> tuple[float, float]:
    """Return unbiased estimates of both mean squared norms from one readout."""
    V = rng.standard_normal((setting.C, setting.m)) / np.sqrt(setting.m)
    a = rng.standard_normal((2 * PAIRS, setting.m))
    if layer == "v":
        return _of_classes(setting, V, np.maximum(a, 0.0))
    return _of_units(setting, V, np.maximum(a, 0.0), (a > 0).astype(float))


def _of_units(setting: Setting, V: Array, phi: Array, gates: Array) -> tuple[float, float]:
    weights = _curvature(setting, V, phi) * gates[:, :, None] * gates[:, None, :]
    first, second = weights[:PAIRS], weights[PAIRS:]
    norms = setting.gamma * (weights**2).mean(axis=0) + (first * second).mean(axis=0)
    diagonal = float(np.trace(norms)) / setting.m
    return diagonal, float(norms.sum() - np.trace(norms)) / (setting.m * (setting.m - 1))


def _curvature(setting: Setting, V: Array, phi: Array) -> Array:
    r"""Return :math:`V^\top\Lambda V` on every sample."""
    if setting.factor is not None:
        return np.broadcast_to(2 * setting.factor * V.T @ V, (len(phi), *V.T.shape[:1] * 2))
    p = _softmax(phi @ V.T)
    mean = p @ V
    second = (p[:, None, :] * V.T) @ V
    covariance: Array = second - mean[:, :, None] * mean[:, None, :]
    return covariance


def _of_classes(setting: Setting, V: Array, phi: Array) -> tuple[float, float]:
    squares = (phi[:PAIRS] * phi[PAIRS:]).sum(axis=1) ** 2
    if setting.factor is not None:
        return float(4 * setting.factor**2 * squares.mean()), 0.0
    p = _softmax(phi @ V.T)
    both, own = p[:PAIRS] * p[PAIRS:], p * (1 - p)
    pairs = both.sum(axis=1) ** 2 - (both**2).sum(axis=1)
    diagonal = (own[:PAIRS] * own[PAIRS:]).sum(axis=1) / setting.C
    return (
        float((diagonal * squares).mean()),
        float((pairs * squares).mean()) / (setting.C * (setting.C - 1)),
    )


def _softmax(logits: Array) -> Array:
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Array = powers / powers.sum(axis=1, keepdims=True)
    return shares
