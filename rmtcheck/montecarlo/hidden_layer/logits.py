r"""Logits of both samples given their outputs, and what the softmax makes of them.

Given :math:`\phi,\phi'` the logits :math:`u_c=V_c\cdot\phi`, :math:`u_c'=V_c\cdot\phi'` are iid
Gaussian pairs over the classes, with variances :math:`r=|\phi|^2/m`, :math:`r'` and covariance
:math:`t=\phi\cdot\phi'/m`. So V is never drawn: two normals do for a class, at any width.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rmtcheck.montecarlo.hidden_layer.setting import Array


class Overlaps(NamedTuple):
    """Variances of the logits of two samples and their covariance, one entry for each draw."""

    first: Array
    cross: Array
    second: Array


def overlaps(phi: Array, other: Array, m: int) -> Overlaps:
    """Return the overlaps of outputs whose units are the last axis."""
    return Overlaps(
        (phi**2).sum(axis=-1) / m, (phi * other).sum(axis=-1) / m, (other**2).sum(axis=-1) / m
    )


def draw_logits(given: Overlaps, classes: int, rng: np.random.Generator) -> tuple[Array, Array]:
    """Draw logits of both samples, of shape (draws, classes) each."""
    deviation = np.sqrt(given.first)
    slope = given.cross / np.where(deviation > 0, deviation, 1.0)
    rest = np.sqrt(np.maximum(given.second - slope**2, 0.0))
    common, own = rng.standard_normal((2, len(deviation), classes))
    return deviation[:, None] * common, slope[:, None] * common + rest[:, None] * own


def softmax(logits: Array) -> tuple[Array, Array]:
    r"""Return the softmax and :math:`\log\frac1C\sum_ce^{u_c}`."""
    top = logits.max(axis=1, keepdims=True)
    powers = np.exp(logits - top)
    total = powers.sum(axis=1, keepdims=True)
    return powers / total, (np.log(total / logits.shape[1]) + top)[:, 0]
