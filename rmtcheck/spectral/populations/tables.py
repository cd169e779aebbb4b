"""Densities of smooth laws on the line, tabulated at equidistant points."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from rmtcheck.spectral.arrays import Array

STENCIL = 16
BEFORE = STENCIL // 2 - 1
OFFSETS = np.arange(STENCIL) - BEFORE
BARYCENTRIC = np.array([(-1) ** k * math.comb(STENCIL - 1, k) for k in range(STENCIL)], dtype=float)
# What is less than this fraction of the greatest density is left out of a table.
VANISHED = 1e-26
# In place of a distance 0 to a point of the grid: its share then is all of 1.
MET = 1e-30


@dataclass(frozen=True)
class Table:
    """A positive density at equidistant points, beyond them 0.

    Parameters
    ----------
    start, step : float
        The first point and the distance to the next.
    values : array of shape (n,)
        The density at the points.
    """

    start: float
    step: float
    values: Array

    @property
    def stop(self) -> float:
        """The last point."""
        return self.start + self.step * (len(self.values) - 1)

    @property
    def points(self) -> Array:
        """All points."""
        return np.asarray(self.start + self.step * np.arange(len(self.values)))

    def __call__(self, x: Array) -> Array:
        """Return the density; its logarithm is interpolated by polynomials of degree 15.

        Accuracy
        --------
        Estimated relative 1e-13, in the tails as well, where the logarithm is nearly quadratic.
        """
        place = (np.asarray(x) - self.start) / self.step
        inside = (place >= 0) & (place <= len(self.values) - 1)
        place = np.where(inside, place, 0)
        cell = np.clip(np.floor(place).astype(int), BEFORE, len(self.values) - STENCIL + BEFORE)
        near = self._logarithms[cell[..., None] + OFFSETS]
        found = np.exp((near * _shares(place - cell)).sum(axis=-1))
        return np.asarray(np.where(inside, found, 0))

    def seen_from(self, first: float, count: int) -> Array:
        """Return the density at points of the same step that start elsewhere."""
        place = (first - self.start) / self.step
        cell = math.floor(place)
        taken = np.arange(cell - BEFORE, cell - BEFORE + count + STENCIL - 1)
        around = self._padded[np.clip(taken + STENCIL, 0, len(self._padded) - 1)]
        shares = _shares(np.array(place - cell))
        return np.asarray(np.maximum(np.correlate(around, shares, "valid"), 0))

    def trimmed(self) -> Table:
        """Return the table without what has vanished at its ends."""
        seen = np.flatnonzero(self.values > VANISHED * self.values.max())
        kept = self.values[seen[0] : seen[-1] + 1]
        return Table(self.start + self.step * int(seen[0]), self.step, kept)

    def refined(self, times: int) -> Table:
        """Return the table with a step that many times smaller."""
        step = self.step / times
        between = [self.seen_from(self.start + k * step, len(self.values)) for k in range(times)]
        return Table(self.start, step, np.stack(between, axis=1).ravel())

    @cached_property
    def _logarithms(self) -> Array:
        return np.log(self.values)

    @cached_property
    def _padded(self) -> Array:
        return np.pad(self.values, STENCIL)


def _shares(fraction: Array) -> Array:
    """Return what the points around a cell contribute at a distance from its start."""
    apart = fraction[..., None] - OFFSETS
    shares = BARYCENTRIC / np.where(apart == 0, MET, apart)
    return np.asarray(shares / shares.sum(axis=-1, keepdims=True))


def grid(low: float, high: float, step: float) -> Array:
    """Return equidistant points from one number to another, or just beyond."""
    return low + step * np.arange(math.ceil((high - low) / step) + 1)


def normal_density(x: Array, deviation: float) -> Array:
    """Return the density of the centred normal law."""
    return np.asarray(np.exp(-((x / deviation) ** 2) / 2) / (deviation * math.sqrt(2 * math.pi)))
