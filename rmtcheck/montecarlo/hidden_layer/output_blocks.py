r"""Blocks of classes: :math:`\mathbb E[\lambda\lambda'(\phi\cdot\phi')^2]`, named rows tilted.

With :math:`\rho_c=e^{u_c-r/2}`, of mean 1, and :math:`S=\frac1C\sum_c\rho_c`, the softmax is
:math:`\rho_c/(CS)`. Given two samples let, with the mean over the classes that may be named,

.. math:: R=e^{-nt}\,\overline{\prod_{k\le n}\rho_k\rho_k'},\qquad t=\phi\cdot\phi'/m,\qquad
          n=1\text{ on the diagonal},\ 2\text{ off it},

of mean 1. Samples and rows are drawn from the law with density

.. math:: \frac1Z\,e^{s\phi\cdot\phi'}(\phi\cdot\phi')^2\,\bigl(\varepsilon+(1-\varepsilon)R\bigr),
          \qquad Z=\mathbb E[e^{s\phi\cdot\phi'}(\phi\cdot\phi')^2],

and :math:`\overline{\lambda\lambda'}\,Ze^{-s\phi\cdot\phi'}/(\varepsilon+(1-\varepsilon)R)` is
averaged. As all classes are alike, the first n are the tilted ones: their rows are shifted by
:math:`(\phi+\phi')/m`. Since probabilities add up to 1, no value exceeds
:math:`Z/(\varepsilon C)` or :math:`Z/(\varepsilon C(C-1))`: all moments are finite, at every
width. Where :math:`s=n/m` and S is near 1, the values of the tilted draws are near the limit.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import numpy as np

from rmtcheck.montecarlo.hidden_layer.logits import Overlaps, draw_logits, overlaps, softmax
from rmtcheck.montecarlo.hidden_layer.setting import UNTILTED, Array, Draws, Setting
from rmtcheck.montecarlo.hidden_layer.units import draw_unit, overlap_mean

Means = Callable[[Array, Array], tuple[Array, Array]]
_TINY = 1e-300


def output_draws(setting: Setting) -> dict[bool, Draws]:
    """Return how to draw the mean squared norms of diagonal (True) and other blocks."""
    return {
        True: partial(_values, setting, 1, _one_class),
        False: partial(_values, setting, 2, _two_classes),
    }


def _values(
    setting: Setting, rows: int, means: Means, draws: int, rng: np.random.Generator
) -> Array:
    given, log_mass = _samples(setting, rows, draws, rng)
    (p, log_mean), (q, log_other) = _softmaxes(setting, given, rows, rng)
    named, weights = means(p, q)
    scale = 2 * math.log(setting.C) + log_mean + log_other - given.cross
    log_ratio = np.log(named) + rows * scale
    density = np.logaddexp(math.log(UNTILTED), math.log1p(-UNTILTED) + log_ratio)
    values: Array = weights * np.exp(log_mass - density)
    return values


def _one_class(p: Array, q: Array) -> tuple[Array, Array]:
    """Return the means over classes of the probabilities, and of the weights."""
    both = p * q
    return both.mean(axis=1), (both * (1 - p) * (1 - q)).mean(axis=1)


def _two_classes(p: Array, q: Array) -> tuple[Array, Array]:
    """Return the mean over pairs of classes, which is that of the weights as well."""
    both = p * q
    total, classes = both.sum(axis=1, keepdims=True), p.shape[1]
    pairs = (both * np.maximum(total - both, _TINY)).sum(axis=1) / (classes * (classes - 1))
    return pairs, pairs


def _samples(
    setting: Setting, rows: int, draws: int, rng: np.random.Generator
) -> tuple[Overlaps, Array]:
    r"""Draw two samples for so many named rows; return overlaps, :math:`\log Z-s\phi\phi'`."""
    m, tilt = setting.m, setting.strength(rows)
    zero, one, two = (overlap_mean(k, tilt) for k in range(3))
    same, distinct = m * two * zero ** (m - 1), 0.0
    if m > 1:
        distinct = m * (m - 1) * one**2 * zero ** (m - 2)
    doubled = rng.binomial(draws, same / (same + distinct))
    parts = [_pair(m, (2,), tilt, doubled, rng), _pair(m, (1, 1), tilt, draws - doubled, rng)]
    given = Overlaps(*map(np.concatenate, zip(*parts, strict=True)))
    return given, math.log(same + distinct) - tilt * m * given.cross


def _pair(
    m: int, orders: tuple[int, ...], tilt: float, draws: int, rng: np.random.Generator
) -> Overlaps:
    """Draw two samples whose first units have the orders given, and the others order 0."""
    if draws == 0:
        return Overlaps(*np.empty((3, 0)))
    named = [draw_unit(k, tilt, (draws, 1), rng) for k in orders]
    rest = draw_unit(0, tilt, (draws, m - len(orders)), rng)
    phi, other = (np.concatenate(parts, axis=1) for parts in zip(*named, rest, strict=True))
    return overlaps(phi, other, m)


def _softmaxes(
    setting: Setting, given: Overlaps, rows: int, rng: np.random.Generator
) -> list[tuple[Array, Array]]:
    """Return the softmax and log S of both samples; most draws have their first rows tilted."""
    is_tilted = (rng.random(len(given.cross)) >= UNTILTED)[:, None]
    found = []
    variances = (given.first, given.second)
    for logits, variance in zip(draw_logits(given, setting.C, rng), variances, strict=True):
        logits[:, :rows] += is_tilted * (variance + given.cross)[:, None]
        p, log_mean = softmax(logits)
        found.append((p, log_mean - variance / 2))
    return found
