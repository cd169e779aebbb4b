r"""A density as dual points see it: panels that no rule resolves are halved towards the points.

A panel that is not clear (see :mod:`rmtcheck.spectral.populations.clearing`) is halved again and
again towards every point :math:`u=a+ib` that looks at it, until each part is :math:`\kappa` radii
away from all of them: about :math:`\log_2(1/b)` parts on either side of a, whose Gauss rules are
positive atoms again, known to twice the usual digits, for b may be far below a.

*The floor.* A curve of height b over a satisfies
:math:`\gamma b=\pi F(a)+bH(a)+O(b^2)`, F the density of :math:`\lambda^2\nu`. Below a height
:math:`\eta`, a small fraction of all that the density varies over, x is therefore continued by

.. math:: x(a+ib)=\Re x(a+i\eta)+i\bigl(b\,\Re x'(a+i\eta)-\pi F(a)\bigr),

up to relative :math:`O(\eta^2)`, and no rule needs parts smaller than :math:`\eta`.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import numpy as np

from rmtcheck.spectral.arrays import Array, BoolArray, ComplexArray, IntArray
from rmtcheck.spectral.crowds import Weights, slices
from rmtcheck.spectral.doubled import two_sum
from rmtcheck.spectral.measures import LEAST, DiscreteMeasure
from rmtcheck.spectral.populations.clearing import KAPPA
from rmtcheck.spectral.populations.pieces import (
    NODES,
    PLACES,
    SHARES,
    Pieces,
    jacobi_rule,
    transfer,
)
from rmtcheck.spectral.populations.sampling import drawn

# The floor, as a fraction of the distance to 0 and to the ends, and of the place itself.
FLOOR, FINEST = 2.0**-28, 2.0**-49
# Next to an end parts become no smaller than this fraction of their panel.
DEEPEST = 200
# Points that look at the same parts, and groups of them that are served together.
SHARED, GROUPS = 4, 64
CELLS = 2**20
VANISHED = 1e-300


class ResolvedDensity(DiscreteMeasure):
    r"""A population with a density for one aspect ratio: rough atoms, and the refined crowd.

    Parameters
    ----------
    pieces : Pieces
        The density, of mass 1.
    clear : bool array of shape (n,)
        The pieces that no dual point of the law comes near.

    Attributes
    ----------
    crowd : RefinedCrowd
        The density as dual points see it.
    """

    def __init__(self, pieces: Pieces, clear: BoolArray) -> None:
        order = np.argsort(pieces.intervals()[0], kind="stable")
        self.crowd = RefinedCrowd(pieces[order], clear[order])
        whole = self.crowd.whole
        kept = (whole.masses > LEAST) & (abs(whole.atoms) > LEAST)
        super().__init__(whole.atoms[kept], whole.masses[kept])

    def sample(self, count: int, rng: np.random.Generator) -> Array:
        """Return independent draws from the density.

        Accuracy
        --------
        Exact in law up to rounding and the accuracy of the density.
        """
        return drawn(self.crowd.pieces, count, rng)


class RefinedCrowd:
    r"""All of a density, and how any run of points sees it.

    Parameters
    ----------
    pieces : Pieces
        The density, ascending.
    clear : bool array of shape (n,)
        The pieces that no dual point of the law comes near.

    Attributes
    ----------
    pieces : Pieces
        The density, ascending.
    whole : Weights
        The rules of all pieces.
    low, high : arrays of shape (m,)
        The intervals where the density is positive.
    """

    def __init__(self, pieces: Pieces, clear: BoolArray) -> None:
        self.pieces = pieces
        self._open = np.flatnonzero(~clear)
        atoms, fine, masses = _rules(pieces)
        self._columns = np.stack([atoms, masses, 0 * masses, fine])
        self.whole = Weights(*self._columns.reshape(4, -1))
        self._lows, self._highs = pieces.intervals()
        apart = self._lows[1:] > self._highs[:-1]
        self.low, self.high = (
            self._lows[np.append(True, apart)],
            self._highs[np.append(apart, True)],
        )

    @property
    def surrounds_zero(self) -> bool:
        """Whether there is density on both sides of 0."""
        return bool(np.any((self.low < 0) & (self.high > 0)))

    def flow(self, a: Array) -> Array:
        r"""Return :math:`\pi\lambda^2f(\lambda)` at places, 0 outside the intervals."""
        k = np.clip(np.searchsorted(self._lows, a, side="right") - 1, 0, len(self._lows) - 1)
        found = self.pieces[k]
        distance = (a - found.end) * found.sign
        middle, radius = (found.low + found.high) / 2, (found.high - found.low) / 2
        local = np.clip((distance - middle) / radius, -1, 1)
        value = np.einsum("ij,ij->i", transfer(local), found.values)
        value = np.maximum(value, VANISHED) * np.where(distance > 0, distance, 1) ** found.exponent
        return np.where(self._room(a) > 0, math.pi * a * a * value, 0.0)

    def floor(self, a: Array) -> Array:
        """Return the height below which the map is continued, 0 outside the intervals."""
        room, size = self._room(a), abs(a)
        height = np.maximum(FLOOR * np.minimum(size, room), FINEST * size)
        return np.where(room > 0, height, 0.0)

    def raised(self, u: ComplexArray) -> ComplexArray:
        """Return points with those below the floor raised to it."""
        higher: ComplexArray = u.real + 1j * np.maximum(u.imag, self.floor(u.real))
        return higher

    def lowered(
        self, u: ComplexArray, image: ComplexArray, slope: ComplexArray
    ) -> tuple[ComplexArray, ComplexArray]:
        """Continue the map and its slope from raised points to the points themselves."""
        low = u.imag < self.floor(u.real)
        level = u.imag * slope.real - self.flow(u.real)
        return np.where(low, image.real + 1j * level, image), np.where(low, slope.real, slope)

    def seen(
        self,
        place: Array,
        anchor: Array | None = None,
        reach: Array | None = None,
        height: Array | None = None,
    ) -> Iterator[tuple[Any, Weights]]:
        """Cut points into runs of bounded memory, each with atoms that stand for the density.

        Parameters
        ----------
        place : array of shape (n,)
            Real parts.
        anchor : array of shape (n,), optional
            Real places outside the intervals that are to be seen from near as well.
        reach : array of shape (n,), optional
            Without meaning here: points that move have to look again.
        height : array of shape (n,), optional
            Imaginary parts, where they are not 0; the floor where they are less.

        Yields
        ------
        rows : array of int
            Indices of the points of a run.
        weights : Weights
        """
        raised = np.maximum(self.floor(place), 0.0 if height is None else height)
        views = [(place, raised)]
        if anchor is not None:
            # At 0 the pole of an anchor cancels with lambda^2.
            views.append((anchor, np.where(anchor == 0, np.inf, 0.0)))
        places, heights = (np.stack(part) for part in zip(*views, strict=True))
        wanted = self._wanted(places, heights)
        content = np.flatnonzero(~wanted.any(axis=1))
        for part in slices(len(content), len(self.whole.atoms)):
            yield content[part], self.whole
        rest = np.flatnonzero(wanted.any(axis=1))
        rest = rest[np.argsort(place[rest], kind="stable")]
        for start in range(0, len(rest), SHARED * GROUPS):
            rows = _in_rows(rest[start : start + SHARED * GROUPS])
            groups = self._refined(
                places[:, rows].swapaxes(1, 2).reshape(-1, len(rows)),
                heights[:, rows].swapaxes(1, 2).reshape(-1, len(rows)),
                np.asarray(wanted[rows].any(axis=1)),
            )
            for row, near in zip(rows, groups, strict=True):
                mine = np.unique(row)
                for part in slices(len(mine), len(near.atoms)):
                    yield mine[part], near

    def _room(self, a: Array) -> Array:
        """Return the distance of places to the ends of their intervals, negative outside."""
        k = np.clip(np.searchsorted(self.low, a, side="right") - 1, 0, len(self.low) - 1)
        room: Array = np.minimum(a - self.low[k], self.high[k] - a)
        return room

    def _wanted(self, places: Array, heights: Array) -> BoolArray:
        """Say which open pieces each of n points has to see in parts, from its k views."""
        pieces, count = self.pieces[self._open], places.shape[1]
        wanted = np.empty((count, len(pieces)), dtype=bool)
        step = max(1, CELLS // (1 + places.shape[0] * len(pieces)))
        for first in range(0, count, step):
            some = slice(first, first + step)
            wanted[some] = ~_is_far(pieces, places[:, some, None], heights[:, some, None])
        return wanted

    def _refined(self, places: Array, heights: Array, wanted: BoolArray) -> Iterator[Weights]:
        """Yield the atoms that m groups see, each from its k views, wanted pieces in parts."""
        owner, chosen = np.nonzero(wanted)
        cells = self.pieces[self._open[chosen]]
        whose, parts = [np.zeros(0, dtype=int)], [np.zeros((4, 0, NODES))]
        for depth in range(DEEPEST):
            if not len(cells):
                break
            cells, owner = cells.halved(), np.tile(owner, 2)
            far = _is_far(cells, places[:, owner], heights[:, owner])
            done = far | np.full(len(far), depth == DEEPEST - 1)
            atoms, fine, masses = _rules(cells[done])
            whose.append(owner[done])
            parts.append(np.stack([atoms, masses, 0 * masses, fine]))
            cells, owner = cells[~done], owner[~done]
        belongs = np.concatenate(whose)
        order = np.argsort(belongs, kind="stable")
        columns = np.concatenate(parts, axis=1)[:, order]
        cuts = np.searchsorted(belongs[order], np.arange(1, len(wanted)))
        for row, part in zip(wanted, np.split(columns, cuts, axis=1), strict=True):
            kept = np.ones(len(self.pieces), dtype=bool)
            kept[self._open[row]] = False
            yield Weights(*np.concatenate([self._columns[:, kept], part], axis=1).reshape(4, -1))


def _is_far(cells: Pieces, places: Array, heights: Array) -> BoolArray:
    """Whether all k views, of shape (k, ..., n), are far enough from each of n cells."""
    centre, radius = (cells.low + cells.high) / 2, (cells.high - cells.low) / 2
    apart = (places - cells.end) * cells.sign - centre
    return np.asarray((np.hypot(apart, heights) >= KAPPA * radius).all(axis=0))


def _rules(cells: Pieces) -> tuple[Array, Array, Array]:
    """Return the atoms of cells, what they lack to twice the digits, and their masses."""
    width = (cells.high - cells.low)[:, None]
    distance, lost = two_sum(cells.low[:, None] + 0 * width, width * (1 + PLACES) / 2)
    density = distance ** cells.exponent[:, None] * cells.values
    masses = width / 2 * SHARES * density
    for k in np.flatnonzero((cells.low == 0) & (cells.exponent != 0)):
        distance[k], masses[k] = jacobi_rule(cells.high[k], cells.exponent[k], cells.values[k])
        lost[k] = 0
    sign = cells.sign[:, None]
    atoms, fine = two_sum(cells.end[:, None] + 0 * distance, sign * distance)
    return atoms, fine + sign * lost, np.maximum(masses, 0)


def _in_rows(indices: IntArray) -> IntArray:
    """Return indices in rows of a few, the last repeated until its row is full."""
    lack = -len(indices) % SHARED
    return np.append(indices, np.repeat(indices[-1:], lack)).reshape(-1, SHARED)
