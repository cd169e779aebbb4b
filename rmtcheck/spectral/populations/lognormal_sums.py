r"""The law of :math:`\log S_n`, :math:`S_n` a sum of n iid lognormal variables.

If :math:`e^x=e^{x_1}+e^{x_2}` and :math:`d=x_1-x_2` then :math:`dx_1dx_2=dx\,dd`. So the densities
:math:`f_n` of :math:`x=\log(S_n/\mathbb ES_n)` are added by

.. math:: f_n(x)=\int f_a\bigl(x-\log(w+(1-w)e^{-d})\bigr)\,f_b\bigl(x-\log(we^d+1-w)\bigr)\,dd,
          \qquad n=a+b,\quad w=\frac an .

By induction :math:`|f_n(x+iy)|\le e^{ny^2/2\tau^2}f_n(x)`, as for a normal law of deviation
:math:`\tau/\sqrt n`: the trapezoid rule in d and interpolation in x converge faster than
exponentially. Every term is positive, so relative accuracy is kept far out in the tails.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from rmtcheck.spectral.populations.tables import Table, grid, normal_density

# Steps in units of the deviation tau / sqrt n.
TABULATED, SUMMED = 0.14, 0.7
# The branch points d = +-i pi bound the second from above.
LARGEST_STEP = 0.45
REACH = 11.0


@lru_cache(maxsize=64)
def log_of_mean(count: int, scale: float) -> Table:
    r"""Return the density of :math:`\log(S_n/\mathbb ES_n)`, :math:`S_n=\sum_{k\le n}e^{u_k}`.

    Parameters
    ----------
    count : int
        The number n of terms, at least 1.
    scale : float
        The deviation :math:`\tau` of the iid centred normal :math:`u_k`.

    Returns
    -------
    Table

    Accuracy
    --------
    Estimated relative 1e-13, where the density exceeds 1e-24 of its maximum.

    Examples
    --------
    >>> table = log_of_mean(7, 1.0)
    >>> round(float(table.step * table.values @ np.exp(table.points)), 12)
    1.0
    """
    if count == 1:
        points = grid(-REACH * scale, REACH * scale, step_of(1, scale))
        # the mean of the lognormal variable is exp(scale^2 / 2)
        start = float(points[0]) - scale**2 / 2
        return Table(start, step_of(1, scale), normal_density(points, scale))
    half, finer = count // 2, step_of(count, scale)
    a, b = (log_of_mean(n, scale) for n in (half, count - half))
    a, b = (part.refined(round(part.step / finer)) for part in (a, b))
    return _sum(a, b, half / count, scale / math.sqrt(count))


def step_of(count: int, scale: float) -> float:
    """Return the step of a table: the scale over a power of 2, so that few have to be refined."""
    return scale * 2.0 ** math.floor(math.log2(TABULATED / math.sqrt(count)))


def _sum(a: Table, b: Table, w: float, deviation: float) -> Table:
    """Return the density of the logarithm of a weighted sum from those of its parts."""
    low, high = (
        float(np.logaddexp(math.log(w) + p, math.log1p(-w) + q))
        for p, q in ((a.start, b.start), (a.stop, b.stop))
    )
    points = grid(low, high, a.step)
    total = np.zeros_like(points)
    for d in grid(a.start - b.stop, a.stop - b.start, min(SUMMED * deviation, LARGEST_STEP)):
        # log(w + (1 - w) / e^d), which is next to 0 for small d
        first = math.log1p((1 - w) * math.expm1(-d)) if d > -30 else math.log1p(-w) - d
        total += a.seen_from(low - first, len(points)) * b.seen_from(low - first - d, len(points))
    # rounding errors of the masses would multiply, n of them
    return Table(low, a.step, total / (a.step * total.sum())).trimmed()
