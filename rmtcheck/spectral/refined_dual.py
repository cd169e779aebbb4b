r"""The dual point of every point where the curve comes arbitrarily near to the real line."""

from __future__ import annotations

import numpy as np

from rmtcheck.spectral.anchored import Anchors, neighbourhoods
from rmtcheck.spectral.arrays import Array, BoolArray, ComplexArray
from rmtcheck.spectral.dual import DualMap, descended
from rmtcheck.spectral.solve import solve_stieltjes
from rmtcheck.spectral.support import bends

FLAT = 1e-3


class RefinedDual(DualMap):
    """The dual map of a population with a density, which is seen anew at every step."""

    def above(self, z: ComplexArray) -> ComplexArray:
        """Return u for points of the open upper half plane."""
        if not len(z):
            return z
        anchors = self.anchors[self._nearest(z)]
        start = solve_stieltjes(self.equation, z, throw=False).dual - anchors.place
        h, solved = self._newton(z, anchors, start)
        if not solved.all():
            h[~solved] = self._on_level(z[~solved], anchors[~solved], start[~solved])
        u: ComplexArray = anchors.place + h
        return u

    def _next_to_edges(self, x: Array, edges: Anchors) -> tuple[ComplexArray, BoolArray]:
        """Start from a square root at critical edges, from a straight line at ends of density."""
        bend, distance = bends(self.equation, edges), edges.distance(x)
        critical = np.isfinite(bend) & (bend > 0)
        root = 1j * np.sqrt(abs(distance) / np.where(critical, bend, 1))
        line = distance / np.where(critical, 1, edges.slope) * (1 + FLAT * 1j)
        return self._newton(x + 0j, edges, np.where(critical, root, line))

    def _newton(
        self, z: ComplexArray, anchors: Anchors, start: ComplexArray
    ) -> tuple[ComplexArray, BoolArray]:
        """Solve around the anchors, heights to a small part of themselves."""
        h, solved = start.copy(), np.zeros(len(z), dtype=bool)
        target = anchors.distance(z)
        for rows, near in neighbourhoods(self.equation, anchors, start):
            h[rows], solved[rows] = descended(near, target[rows], start[rows], sharp=True)
        return h, solved

    def _regraded(
        self,
        z: ComplexArray,
        u: ComplexArray,
        anchors: Anchors,
        solved: BoolArray,
    ) -> tuple[ComplexArray, BoolArray]:
        """Leave everything: a density has no graded atoms."""
        return u, solved
