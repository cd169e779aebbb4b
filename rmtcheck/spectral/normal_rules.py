r"""Rules for means over :math:`w\sim N(0,I_r)`: a grid with a coarser one, or shuffled nets.

Both hand out points in passes, and judge a statistic :math:`q(F,F)+\ell`, q bilinear in means F and
:math:`\ell` a mean itself, from its values on pairs of passes. The passes of a grid are itself and
one of wider steps. Those of shuffled nets are independent, so that pairs of distinct passes
estimate :math:`q(F,F)` without bias.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from scipy.special import ndtri
from scipy.stats import qmc

from rmtcheck.spectral.arrays import Array
from rmtcheck.vocabulary.observations import Estimate

REACH = 9.0
ROUNDING = 1e-13
FINEST_STEP, COARSEST_STEP = 0.4, 0.8
WIDER = 1.25
MOST_VALUES = 2**21
REPLICATES = 16
STANDARD_ERRORS = 3.0

Pass = Iterator[tuple[int, Array, Array]]


class NormalRule(Protocol):
    """What a rule offers: points with masses, pass by pass, and a judgement of the passes."""

    @property
    def passes(self) -> int:
        """Number of passes K."""

    def chunks(self, size: int) -> Pass:
        """Yield the number of the pass, up to `size` points of shape (n, r), and their masses."""

    def estimate(self, pairs: Array, means: Array) -> Estimate:
        """Return the statistic from q on pairs of passes, (K, K), and the mean of each, (K,)."""


@dataclass(frozen=True)
class Grid:
    r"""The trapezoid rule on equidistant points within `REACH` of the origin.

    Parameters
    ----------
    steps : array of shape (r,)
        Distance of neighbours along each axis.
    """

    steps: Array
    passes: int = 2

    def chunks(self, size: int) -> Pass:
        """Yield the points of the grid, then those of the coarser one."""
        for number in range(self.passes):
            steps = self.steps * WIDER**number
            for points in _within_reach(steps, size):
                density = np.exp(-(points**2).sum(axis=1) / 2)
                yield number, points, density * float(np.prod(steps / math.sqrt(2 * math.pi)))

    def estimate(self, pairs: Array, means: Array) -> Estimate:
        """Return the value on the fine grid; its error is the distance to the coarse one.

        Accuracy
        --------
        Estimated error. The rule converges exponentially, so the relative error of the fine grid
        is about the power 5/4 of what is stated.
        """
        fine, coarse = (float(pairs[k, k] + means[k]) for k in range(self.passes))
        return Estimate(value=fine, error=abs(fine - coarse) + ROUNDING * abs(fine))


@dataclass(frozen=True)
class ShuffledNets:
    r"""Sobol nets under independent random scrambles, mapped to normal variables.

    Parameters
    ----------
    dimension : int
        The dimension r.
    points : int
        Points of each net, a power of 2.
    rng : numpy Generator
        The source of randomness.

    References
    ----------
    Owen, *Randomly permuted (t,m,s)-nets and (t,s)-sequences*, 1995.
    """

    dimension: int
    points: int
    rng: np.random.Generator
    passes: int = REPLICATES

    def chunks(self, size: int) -> Pass:
        """Yield one net after the other."""
        for number in range(self.passes):
            # scipy before 1.15 knows the generator as its seed only, and later ones know both
            net = qmc.Sobol(self.dimension, scramble=True, seed=self.rng)
            for start in range(0, self.points, size):
                count = min(size, self.points - start)
                uniform = np.clip(net.random(count), 2.0**-54, 1 - 2.0**-53)
                yield number, ndtri(uniform), np.full(count, 1 / self.points)

    def estimate(self, pairs: Array, means: Array) -> Estimate:
        """Return the U-statistic of the passes, with three standard errors by the jackknife.

        Accuracy
        --------
        Standard error, from 16 independent passes.
        """
        count, whole = self.passes, pairs.sum() - np.trace(pairs)
        rows = pairs.sum(axis=1) - np.diag(pairs)
        value = float(whole / (count * (count - 1)) + means.mean())
        left_out = (whole - 2 * rows) / ((count - 1) * (count - 2))
        left_out += (means.sum() - means) / (count - 1)
        error = math.sqrt((count - 1) * float(left_out.var()))
        return Estimate(value=value, error=STANDARD_ERRORS * error + ROUNDING * abs(value))


def grid_for(widths: Array, values: int) -> Grid | None:
    r"""Return a grid for integrands analytic in strips, or None if it had too many points.

    With :math:`h=H/\max(1,w_k)` along an axis whose strip has the half width :math:`\pi/w_k`, the
    trapezoid rule errs by about :math:`e^{-2\pi^2/H}`, and where the Gaussian limits it by
    :math:`e^{-2\pi^2/H^2}`.

    Parameters
    ----------
    widths : array of shape (r,)
        The numbers :math:`w_k`.
    values : int
        How many functions are to be evaluated at every point.

    Returns
    -------
    Grid or None
        H is between 0.4 and 0.8, as small as 2^21 values allow.

    References
    ----------
    Trefethen and Weideman, *The exponentially convergent trapezoidal rule*, 2014, theorem 5.1.

    Examples
    --------
    >>> grid_for(np.ones(2), 3).steps.tolist(), grid_for(np.ones(9), 10)
    ([0.4, 0.4], None)
    """
    r, narrowing = len(widths), np.maximum(widths, 1.0)
    log_ball = r / 2 * math.log(math.pi) - math.lgamma(r / 2 + 1)
    log_cells = log_ball + math.log(values / MOST_VALUES) + np.log(REACH * narrowing).sum()
    step = max(FINEST_STEP, math.exp(log_cells / r))
    return Grid(step / narrowing) if step <= COARSEST_STEP else None


def _within_reach(steps: Array, size: int) -> Iterator[Array]:
    """Yield the points of a grid in chunks, without the corners of its box."""
    sides = np.floor(REACH / steps).astype(int)
    shape = tuple(2 * sides + 1)
    for start in range(0, math.prod(shape), size):
        flat = np.arange(start, min(start + size, math.prod(shape)))
        points = (np.stack(np.unravel_index(flat, shape), axis=1) - sides) * steps
        yield points[(points**2).sum(axis=1) <= REACH**2]
