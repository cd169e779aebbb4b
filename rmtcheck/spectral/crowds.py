r"""The atoms as a point sees them: single ones nearby, Gauss rules of crowds far off.

Thousands of atoms are halved again and again by their order, and every half gets the Gauss rule of
its own measure. From a point at least :math:`\kappa` radii away the rule and the half are
the same to the bound of :mod:`rmtcheck.spectral.compression`; so a point needs a rule for each
scale of distance, and its sums cost the logarithm of the number of atoms.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from rmtcheck.spectral.arrays import Array, BoolArray, ComplexArray, IntArray
from rmtcheck.spectral.gauss import gauss_rules

KAPPA = 2.0
NODES = 15
CELLS = 30_000
MANY = 1500
GROUPS_AT_ONCE = 64


@dataclass(frozen=True)
class Weights:
    """Atoms with their masses.

    Attributes
    ----------
    atoms, masses : arrays of shape (n,)
        Locations and masses.
    rest : array of shape (n,)
        What the masses lack to twice the digits.
    fine : array of shape (n,), optional
        What the atoms lack to twice the digits, if anything.
    """

    atoms: Array
    masses: Array
    rest: Array
    fine: Array | None = None

    @property
    def columns(self) -> tuple[Array, Array, Array]:
        """The arrays but for the last."""
        return self.atoms, self.masses, self.rest

    def apart(self, place: Array) -> Array:
        """Return places less atoms, of shape (m, n)."""
        distance: Array = place[:, None] - self.atoms
        if self.fine is not None:
            distance -= self.fine
        return distance

    @cached_property
    def squares(self) -> Array:
        r"""The products :math:`w\lambda^2`."""
        squares: Array = self.masses * self.atoms**2
        return squares


@dataclass(frozen=True)
class Level:
    """Halves of one size, an even number of them, or one.

    Attributes
    ----------
    first, last : arrays of shape (m,)
        The outermost atoms of each.
    rules : Weights with arrays of shape (m, p)
        A rule for each; at the bottom its atoms.
    """

    first: Array
    last: Array
    rules: Weights

    def beyond(self, cells: IntArray, low: Array, high: Array) -> BoolArray:
        """Say which of n cells are far enough from whole intervals, k for each, shape (k, n)."""
        first, last = self.first[cells], self.last[cells]
        centre, radius = (first + last) / 2, (last - first) / 2
        apart = np.maximum(np.maximum(low - centre, centre - high), 0)
        far: BoolArray = np.all(apart >= KAPPA * radius, axis=0)
        return far

    def halved(self) -> Level:
        """Return the level above: pairs of cells, with the rules of their rules."""
        width = 2 * NODES
        below = self.rules
        atoms, masses = gauss_rules(
            below.atoms.reshape(-1, width), below.masses.reshape(-1, width), NODES
        )
        rules = Weights(atoms, masses, np.zeros_like(masses))
        return Level(self.first[::2], self.last[1::2], rules).evened()

    def evened(self) -> Level:
        """Return the level with a cell without mass at its end, if their number is odd."""
        count = len(self.first)
        if count == 1 or count % 2 == 0:
            return self
        rows = np.append(np.arange(count), count - 1)
        massive = np.append(np.ones(count), 0.0)[:, None]
        rules = self.rules
        padded = Weights(
            rules.atoms[rows], rules.masses[rows] * massive, rules.rest[rows] * massive
        )
        # A single point, which everything is far enough from: it has nothing below.
        return Level(np.append(self.first, self.last[-1]), self.last[rows], padded)


class Crowd:
    """All atoms of a population, and how any run of points sees them.

    Parameters
    ----------
    whole : Weights
        The atoms, ascending.
    """

    def __init__(self, whole: Weights) -> None:
        self.whole = whole

    def raised(self, u: ComplexArray) -> ComplexArray:
        """Return points of the curve: atoms hold it up wherever it is."""
        return u

    def lowered(
        self,
        u: ComplexArray,
        image: ComplexArray,
        slope: ComplexArray,
    ) -> tuple[ComplexArray, ComplexArray]:
        """Return what was found at raised points, at the points themselves."""
        return image, slope

    def seen(
        self,
        place: Array,
        anchor: Array | None = None,
        reach: Array | None = None,
        height: Array | None = None,
    ) -> Iterator[tuple[Any, Weights]]:
        """Cut points into runs of bounded memory, each with the atoms as all its points see them.

        Parameters
        ----------
        place : array of shape (n,)
            Real parts.
        anchor : array of shape (n,), optional
            Real places that are to be seen from near as well.
        reach : array of shape (n,), optional
            How far along the real line a point may move.
        height : array of shape (n,), optional
            Imaginary parts; only crowds of a density look at them.

        Yields
        ------
        rows : slice or array of int
            Indices of the points of a run.
        weights : Weights
        """
        if len(self.whole.atoms) <= MANY:
            for part in slices(len(place), len(self.whole.atoms)):
                yield part, self.whole
            return
        moved = np.zeros_like(place) if reach is None else reach
        ends = [(place - moved, place + moved), *([] if anchor is None else [(anchor, anchor)])]
        groups = self._neighbours(place, anchor)
        for first in range(0, len(groups), GROUPS_AT_ONCE):
            batch = groups[first : first + GROUPS_AT_ONCE]
            low = np.array([[least[rows].min() for rows in batch] for least, _ in ends])
            high = np.array([[most[rows].max() for rows in batch] for _, most in ends])
            for rows, near in zip(batch, self._as_seen_from(low, high), strict=True):
                for part in slices(len(rows), len(near.atoms)):
                    yield rows[part], near

    @cached_property
    def levels(self) -> list[Level]:
        """The halves, from single runs of atoms up to everything."""
        levels = [_bottom(self.whole)]
        while len(levels[-1].first) > 1:
            levels.append(levels[-1].halved())
        return levels

    def _neighbours(self, place: Array, anchor: Array | None) -> list[IntArray]:
        """Group points that lie, and whose anchors lie, among the same few atoms."""
        atoms = self.whole.atoms
        key = np.searchsorted(atoms, place) // (8 * NODES)
        if anchor is not None:
            key = key * len(atoms) + np.searchsorted(atoms, anchor) // (8 * NODES)
        order = np.argsort(key, kind="stable")
        cuts = np.flatnonzero(np.diff(key[order])) + 1
        return [rows for rows in np.split(order, cuts) if len(rows)]

    def _as_seen_from(self, low: Array, high: Array) -> Iterator[Weights]:
        """Descend from everything to what is near, keeping the rules of what is far.

        Parameters
        ----------
        low, high : arrays of shape (k, m)
            Ends of the k intervals that each of m groups sees from.
        """
        count = low.shape[1]
        group, cells = np.arange(count), np.zeros(count, dtype=int)
        whose, rules = [], []
        for depth in range(len(self.levels) - 1, -1, -1):
            level = self.levels[depth]
            far = level.beyond(cells, low[:, group], high[:, group])
            kept = far if depth else np.ones(len(cells), dtype=bool)
            whose.append(group[kept])
            rules.append(np.stack([a[cells[kept]] for a in level.rules.columns]))
            group, cells = group[~far].repeat(2), (2 * cells[~far][:, None] + np.arange(2)).ravel()
        owner = np.concatenate(whose)
        order = np.argsort(owner, kind="stable")
        columns = np.concatenate(rules, axis=1)[:, order]
        cuts = np.searchsorted(owner[order], np.arange(1, count))
        for part in np.split(columns, cuts, axis=1):
            yield Weights(*part.reshape(3, -1))


def _bottom(whole: Weights) -> Level:
    """Return the atoms in rows; the last one is repeated without mass until its row is full."""
    lack = -len(whole.atoms) % NODES
    ends = (np.full(lack, whole.atoms[-1]), np.zeros(lack), np.zeros(lack))
    columns = zip(whole.columns, ends, strict=True)
    rows = [np.append(a, end).reshape(-1, NODES) for a, end in columns]
    return Level(rows[0][:, 0], rows[0][:, -1], Weights(*rows)).evened()


def slices(count: int, width: int) -> Iterator[slice]:
    """Cut a number of points into runs whose tables of a given width stay in the cache."""
    size = max(1, CELLS // width)
    return (slice(k, k + size) for k in range(0, count, size))
