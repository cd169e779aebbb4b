r"""Blocks of hidden units: :math:`\gamma\,\mathbb E[\lambda^2]+\mathbb E[\lambda\lambda']`.

:math:`\lambda=1_k1_l\operatorname{Cov}_p(V_{\cdot k},V_{\cdot l})`. With
:math:`y_{ck}=V_{ck}-\phi_k/m`, of mean 0 under the softmax of many classes, the leading term for
:math:`k\ne l` is :math:`\sum_cp_cy_{ck}y_{cl}`, a sum of centred variables: given the outputs
its mean square is of order :math:`e^r/C`, :math:`r=|\phi|^2/m`.

*Other blocks.* For one sample let

.. math:: A=\frac1Z\,e^{-\kappa|\phi|^2/2}\,1_k1_l\,\frac1C\sum_c\rho_c^2y_{ck}^2y_{cl}^2,\qquad
          \rho_c=e^{u_c-r/2},

of mean 1, and :math:`B=(1-\varepsilon)A+4\varepsilon1_k1_l`. A sample and the rows are drawn from
the law with density B: under A, for a named unit, :math:`(y,\phi)` of the named class is Gaussian
times :math:`y^2`, so y is :math:`\chi_3` with a sign, and :math:`\phi` Gaussian given y, both
reflected to :math:`\phi>0`. The second sample is drawn as it is. Either of the two may be the
tilted one, so what is averaged is

.. math:: \frac{\frac\gamma2(\lambda^2+\lambda'^2)+\lambda\lambda'}{\frac12(B+B')},

in absolute value at most
:math:`\frac{\gamma+1}{4\varepsilon}\max_c(V_{ck}^2+V_{cl}^2)^2`: all its moments are finite, at
every width. The leading part of :math:`\lambda^2/A` is a squared sum over the sum of squares of
its terms.

*Diagonal blocks.* Variances are bounded in the mean: only the gates of the named unit are fixed.
"""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from rmtcheck.montecarlo.hidden_layer.logits import draw_logits, overlaps, softmax
from rmtcheck.montecarlo.hidden_layer.setting import UNTILTED, Array, Draws, Setting

_TINY = 1e-300


def hidden_draws(setting: Setting) -> dict[bool, Draws]:
    """Return how to draw the mean squared norms of diagonal (True) and other blocks."""
    kinds: dict[bool, Draws] = {True: partial(_diagonal, setting)}
    if setting.m > 1:
        kinds[False] = partial(_other, setting)
    return kinds


def _diagonal(setting: Setting, draws: int, rng: np.random.Generator) -> Array:
    m, C = setting.m, setting.C
    a = rng.standard_normal((2, draws, m))
    a[:, :, 0] = np.abs(a[:, :, 0])
    phi, other = np.maximum(a, 0.0)
    column = rng.standard_normal((draws, C)) / math.sqrt(m)
    rest = draw_logits(overlaps(phi[:, 1:], other[:, 1:], m), C, rng)
    first, second = (
        _covariance(softmax(rest[k] + column * sample[:, :1])[0], column, column)
        for k, sample in enumerate((phi, other))
    )
    norms: Array = setting.gamma / 4 * (first**2 + second**2) + first * second / 4
    return norms


def _other(setting: Setting, draws: int, rng: np.random.Generator) -> Array:
    m, kappa = setting.m, _damping(setting)
    phi, named = _tilted_sample(m, kappa, draws, rng)
    a = rng.standard_normal((2, draws, m))
    is_tilted = rng.random(draws) >= UNTILTED
    a[0, :, :2] = np.abs(a[0, :, :2])
    samples = (np.where(is_tilted[:, None], phi, np.maximum(a[0], 0.0)), np.maximum(a[1], 0.0))
    rows = rng.standard_normal((2, draws, setting.C)) / math.sqrt(m)
    rows[:, :, 0] = np.where(is_tilted, named, rows[:, :, 0])
    rest = overlaps(samples[0][:, 2:], samples[1][:, 2:], m)
    logits = draw_logits(rest, setting.C, rng)
    logits[0][:, 0] += 2 * is_tilted * rest.first
    logits[1][:, 0] += 2 * is_tilted * rest.cross
    pairs = zip(samples, logits, strict=True)
    (first, weight), (second, other) = (_weighed(*pair, rows, kappa) for pair in pairs)
    is_open = (a[1, :, :2] > 0).all(axis=1)
    sums = setting.gamma / 2 * (first**2 + is_open * second**2) + is_open * first * second
    norms: Array = sums * np.exp(
        math.log(2) - np.where(is_open, np.logaddexp(weight, other), weight)
    )
    return norms


def _damping(setting: Setting) -> float:
    """Return kappa: how much the tilted units fall short of bounded weights."""
    return 2 / setting.m - setting.strength(2)


def _mass(m: int, kappa: float) -> float:
    """Return Z."""
    spread = 1 / math.sqrt(1 - 2 / m + kappa)
    return (spread * _row_variance(m, kappa) / 2) ** 2 * ((1 + spread) / 2) ** (m - 2)


def _row_variance(m: int, kappa: float) -> float:
    """Return the variance of y before it is multiplied by its square."""
    return 1 / (m - 1 / (1 - 1 / m + kappa))


def _tilted_sample(
    m: int, kappa: float, draws: int, rng: np.random.Generator
) -> tuple[Array, Array]:
    """Draw outputs, two units of which are named and open, and the entries of the named row."""
    precision = 1 - 1 / m + kappa
    size = np.sqrt(_row_variance(m, kappa) * rng.chisquare(3.0, (2, draws)))
    named = size / precision + rng.standard_normal((2, draws)) / math.sqrt(precision)
    y = np.copysign(size, named)  # the sign of y is fair, and both are reflected together
    named = np.abs(named)
    spread = 1 / math.sqrt(1 - 2 / m + kappa)
    free = np.abs(rng.standard_normal((draws, m - 2))) * spread
    is_open = rng.random(free.shape) < spread / (1 + spread)
    return np.column_stack([*named, np.where(is_open, free, 0.0)]), y + named / m


def _weighed(phi: Array, rest: Array, rows: Array, kappa: float) -> tuple[Array, Array]:
    r"""Return :math:`\lambda` and :math:`\log B`, both as if the gates were open."""
    m = phi.shape[1]
    logits = rest + rows[0] * phi[:, :1] + rows[1] * phi[:, 1:2]
    p, log_mean = softmax(logits)
    squared = (phi**2).sum(axis=1)
    y = rows - phi[:, :2].T[:, :, None] / m
    own = ((p * y[0] * y[1]) ** 2).sum(axis=1) * rows.shape[2]
    log_square = 2 * log_mean - squared / m + np.log(np.maximum(own, _TINY))
    log_tilted = log_square - kappa * squared / 2 - math.log(_mass(m, kappa))
    log_weight = np.logaddexp(math.log1p(-UNTILTED) + log_tilted, math.log(4 * UNTILTED))
    return _covariance(p, y[0], y[1]), log_weight


def _covariance(p: Array, first: Array, second: Array) -> Array:
    """Return covariances under the softmax, one for each draw."""
    mean, other = (p * first).sum(axis=1), (p * second).sum(axis=1)
    covariance: Array = (p * first * second).sum(axis=1) - mean * other
    return covariance
