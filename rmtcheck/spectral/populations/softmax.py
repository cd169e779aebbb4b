r"""The laws of :math:`p_i(1-p_i)` and :math:`-p_ip_j`, p the softmax of iid Gaussian logits.

With :math:`S_n` a sum of n iid lognormal variables, :math:`m,\delta\sim N(0,\tau^2/2)` and
:math:`z\sim N(0,\tau^2)`, all independent,

.. math:: p_i(1-p_i)=\frac1{4\cosh^2(l/2)},\quad l=\log S_{C-1}-z;\qquad
          p_ip_j=\frac1{(2\cosh\delta+e^t)^2},\quad t=\log S_{C-2}-m

(the second by :math:`z_i=m+\delta,\ z_j=m-\delta`). Both l and t are tabulated. The
density of the first weight q is :math:`(f(l)+f(-l))/qr`, :math:`r=\sqrt{1-4q}=\tanh(l/2)`; that
of the second is :math:`f_y/2q`, where :math:`e^y=q^{-1/2}=2\cosh\bar\delta` and

.. math:: f_y=\int_{-\bar\delta}^{\bar\delta}\varphi(\delta)f(t)\,e^{y-t}d\delta,
          \qquad e^t=4\sinh\frac{\bar\delta+\delta}2\sinh\frac{\bar\delta-\delta}2 .

The integrand decays like a lognormal density at the ends, and after
:math:`\delta=\bar\delta\tanh v` like a normal one: the trapezoid rule converges exponentially.
"""

from __future__ import annotations

import itertools
import math
from functools import lru_cache, partial

import numpy as np

from rmtcheck.errors import DomainError
from rmtcheck.spectral.arrays import Array
from rmtcheck.spectral.continuous import ContinuousMeasure
from rmtcheck.spectral.law import positive, shown
from rmtcheck.spectral.populations.lognormal_sums import log_of_mean
from rmtcheck.spectral.populations.resolution import Density
from rmtcheck.spectral.populations.tables import Table, grid, normal_density

Parts = list[tuple[float, float]]

MOST_CLASSES = 10**6
LEAST_SCALE, GREATEST_SCALE = 0.05, 3.0
# In standard deviations: how far tables go, and densities that come from them. Beyond, a normal
# density is below 1e-87 and 1e-36 of its maximum.
REACH, SHOWN = 20.0, 13.0
STEP = 0.1
# Nodes of the trapezoid rule in v.
NODES = 640
CELLS = 2**18
NEGLIGIBLE = 1e-20
LEAST_CUT, GREATEST_CUT = 1e-45, 0.25 - 1e-13
PLACES = ("diagonal", "off-diagonal")


def softmax_weights(
    classes: int, place: str = "diagonal", *, scale: float = 1.0
) -> ContinuousMeasure:
    r"""Return the law of an entry of :math:`\mathrm{diag}(p)-pp^\top`, p a Gaussian softmax.

    .. math:: p_i(1-p_i)\quad\text{or}\quad-p_ip_j\ (i\ne j),\qquad
              p_k=e^{u_k}\Big/\sum_{c\le C}e^{u_c},\quad u_c\sim N(0,\tau^2)\ \text{iid}.

    These are the weights of the Hessian blocks of softmax regression at a Gaussian start.

    Parameters
    ----------
    classes : int
        Number of classes C, from 2 to 1000000.
    place : {"diagonal", "off-diagonal"}
        Which entry.
    scale : float, default 1
        Standard deviation :math:`\tau` of a logit, from 0.05 to 3.

    Returns
    -------
    ContinuousMeasure
        On (0, 1/4) or (-1/4, 0); weights are of size 1/C or 1/C^2, as they come.

    Raises
    ------
    DomainError
        If an argument lies outside its domain.

    Accuracy
    --------
    Estimated relative error 1e-12 of moments and of the density where it matters to them.

    Examples
    --------
    >>> diagonal, other = softmax_weights(10), softmax_weights(10, "off-diagonal")
    >>> abs(diagonal.moment(1) + 9 * other.moment(1)) < 1e-13
    True
    """
    count = _checked_classes(classes)
    tau = float(positive("scale", scale, LEAST_SCALE, GREATEST_SCALE))
    if not isinstance(place, str) or place not in PLACES:
        raise DomainError(f'place is {shown(place)}; "diagonal" or "off-diagonal" is needed')
    return _diagonal(count, tau) if place == "diagonal" else _off_diagonal(count, tau)


@lru_cache(maxsize=16)
def _diagonal(classes: int, scale: float) -> ContinuousMeasure:
    return ContinuousMeasure(*_probability_variance(classes, scale))


@lru_cache(maxsize=16)
def _off_diagonal(classes: int, scale: float) -> ContinuousMeasure:
    law = _probability_variance if classes == 2 else _product
    density, parts = law(classes, scale)
    return ContinuousMeasure(lambda x: density(-x), [(-high, -low) for low, high in parts])


def _probability_variance(classes: int, scale: float) -> tuple[Density, Parts]:
    """Return the density of p_i (1 - p_i), and its support in parts."""
    table = log_sum_and_normal(classes - 1, scale, scale)
    logits = landmarks(table, scale)
    odds = np.exp(-abs(logits))
    cuts = odds / (1 + odds) ** 2
    even = logits[0] < 0 < logits[-1]
    return _within(partial(_variance_density, table), np.append(cuts, 0.25) if even else cuts)


def _product(classes: int, scale: float) -> tuple[Density, Parts]:
    """Return the density of p_i p_j, of three classes or more, and its support in parts."""
    deviation = scale / math.sqrt(2)
    table = log_sum_and_normal(classes - 2, scale, deviation)
    heights = np.exp(landmarks(table, deviation))
    sides = np.append(2 + heights, 2 * np.cosh(SHOWN * deviation) + heights[-1])
    return _within(partial(_product_density, table, deviation), sides**-2.0)


def log_sum_and_normal(count: int, scale: float, deviation: float) -> Table:
    r"""Return the density of :math:`\log S_n` plus an independent centred normal variable."""
    sums = log_of_mean(count, scale)
    shift = math.log(count) + scale**2 / 2
    reach = REACH * deviation
    step = STEP * min(deviation, 1.0)
    points = grid(sums.start - reach, sums.stop + reach, step)
    density = np.array([normal_density(x - sums.points, deviation) @ sums.values for x in points])
    return Table(float(points[0]) + shift, step, sums.step * density)


def landmarks(table: Table, deviation: float) -> Array:
    """Return points a few deviations apart, so that no peak falls between nodes."""
    unseen = (REACH - SHOWN) * deviation
    return np.linspace(table.start + unseen, table.stop - unseen, 13)


def _within(density: Density, cuts: Array) -> tuple[Density, Parts]:
    """Return the density between the outermost cuts, and (0, 1/4) cut at all of them."""
    low, high = max(cuts.min(), LEAST_CUT), cuts.max()
    inner = [float(q) for q in np.unique(cuts) if low <= q < GREATEST_CUT]
    parts = list(itertools.pairwise([0.0, *inner, 0.25]))
    return lambda q: np.where((low < q) & (q < high), density(q), 0), parts


def _variance_density(table: Table, q: Array) -> Array:
    root = np.sqrt(1 - 4 * q)
    logit = np.log1p(root * (1 + root) / (2 * q))
    return np.asarray((table(logit) + table(-logit)) / (q * root))


def _product_density(table: Table, deviation: float, q: Array) -> Array:
    """Return the density at points of shape (n,), in chunks of bounded memory."""
    chunks = np.array_split(q, -(-q.size * NODES // CELLS) or 1)
    return np.concatenate([_integrated(table, deviation, chunk) for chunk in chunks])


def _integrated(table: Table, deviation: float, q: Array) -> Array:
    shares = half_differences(table, deviation, q)[2]
    return np.asarray(shares.sum(axis=1) / (np.sqrt(q) * q))


def half_differences(table: Table, deviation: float, q: Array) -> tuple[Array, Array, Array]:
    r"""Return what :math:`p_ip_j=q` may come from, a row of nodes for each of n points q.

    Parameters
    ----------
    table : Table
        The density of t.
    deviation : float
        The deviation of :math:`\delta`.
    q : array of shape (n,)
        Points of (0, 1/4).

    Returns
    -------
    delta, t, shares : arrays of shape (n, nodes)
        Values of :math:`\delta\ge0` and t, with shares whose sum is :math:`q^{3/2}` times the
        density of :math:`p_ip_j`.
    """
    root = np.sqrt(q)
    # 2 cosh(widest) = 1 / root
    widest = 2 * np.arcsinh(np.sqrt((1 - 4 * q) / (root * (1 + 2 * root))) / 2)[:, None]
    reach = _reach(table, deviation, widest)
    v = reach * np.linspace(0, 1, NODES)
    shares = reach / (NODES - 1) * _integrand(table, deviation, widest, v)
    # twice the half line, over twice q
    shares[:, 0] /= 2
    return widest * np.tanh(v), _height(widest, v), shares


def _height(widest: Array, v: Array) -> Array:
    """Return t."""
    halves = np.sinh(widest / (1 + np.exp(-2 * v))), np.sinh(widest / (1 + np.exp(2 * v)))
    return np.asarray(np.log(4 * halves[0] * halves[1]))


def _integrand(table: Table, deviation: float, widest: Array, v: Array) -> Array:
    t = _height(widest, v)
    density = normal_density(widest * np.tanh(v), deviation) * table(t)
    return np.asarray(density * np.exp(-t) * widest / np.cosh(v) ** 2)


def _reach(table: Table, deviation: float, widest: Array) -> Array:
    """Return v beyond which the integrand is negligible."""
    # by convexity e^t <= 2 sinh(widest) (widest - delta) <= 4 widest sinh(widest) e^(-2v)
    most = np.log1p(4 * widest * np.sinh(widest) / math.exp(table.start)) / 2
    shares = np.linspace(0, 1, NODES // 8)
    term = _integrand(table, deviation, widest, most * shares)
    seen = term > NEGLIGIBLE * term.max(axis=1, keepdims=True)
    last = len(shares) - 1 - np.argmax(seen[:, ::-1], axis=1)
    return np.asarray(most * shares[np.minimum(last + 1, len(shares) - 1)][:, None])


def _checked_classes(classes: int) -> int:
    count = positive("classes", classes, 2, MOST_CLASSES)
    if int(count) != count:
        raise DomainError(f"classes is {shown(classes)}; an integer is needed")
    return int(count)
