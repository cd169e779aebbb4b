r"""Densities as pieces: on each a polynomial times a power of the distance to an end.

A piece lies on the ray :math:`\lambda=e\pm t` that starts at an end e of the support; there the
density is :math:`t^\beta g(t)` on :math:`t\in[a,b]`, g a polynomial of degree 15 known by its
values at the Gauss-Legendre nodes. Measuring from the end keeps the distance to a singularity
exact where a float :math:`\lambda` would have lost it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any, Self

import numpy as np
from numpy.polynomial.legendre import leggauss, legvander
from scipy.special import roots_jacobi

from rmtcheck.spectral.arrays import Array

NODES = 16
PLACES, SHARES = (np.asarray(part) for part in leggauss(NODES))
DEGREES = np.arange(NODES)
# values at the nodes to Legendre coefficients: the discrete orthogonality of the rule
ANALYSIS = (DEGREES[:, None] + 0.5) * legvander(PLACES, NODES - 1).T * SHARES


def transfer(places: Array) -> Array:
    """Return the matrix from values at the nodes to those of the interpolant at other places."""
    return np.asarray(legvander(places, NODES - 1) @ ANALYSIS)


HALVES = np.concatenate([(PLACES - 1) / 2, (PLACES + 1) / 2])
TO_HALVES = transfer(HALVES)


def spread_over(low: Array, high: Array, places: Array) -> Array:
    """Return the points of intervals at places of [-1, 1], one row for each interval."""
    centre, radius = (low + high) / 2, (high - low) / 2
    return np.asarray(centre[:, None] + radius[:, None] * places)


@dataclass(frozen=True)
class Pieces:
    r"""Pieces of a density, as arrays of n.

    Parameters
    ----------
    end, sign : arrays of shape (n,)
        Where the ray of a piece starts, and its direction, 1 or -1.
    low, high : arrays of shape (n,)
        The piece, in distances from the end.
    exponent : array of shape (n,)
        The power :math:`\beta>-1` of the distance.
    values : array of shape (n, 16)
        :math:`g` at the Gauss-Legendre nodes of the piece.
    """

    end: Array
    sign: Array
    low: Array
    high: Array
    exponent: Array
    values: Array

    def __len__(self) -> int:
        return len(self.end)

    def __getitem__(self, rows: Any) -> Self:
        return type(self)(*(getattr(self, field.name)[rows] for field in fields(self)))

    @classmethod
    def joined(cls, parts: list[Self]) -> Self:
        """Return the pieces of several lists in one."""
        columns = ([getattr(part, field.name) for part in parts] for field in fields(cls))
        return cls(*(np.concatenate(column) for column in columns))

    def halved(self) -> Self:
        """Return the left halves of all pieces, then the right ones.

        Accuracy
        --------
        Exact up to rounding: the polynomials stay the same.
        """
        middle = (self.low + self.high) / 2
        left, right = np.split(self.values @ TO_HALVES.T, 2, axis=1)
        frame = self.end, self.sign
        return type(self).joined(
            [
                type(self)(*frame, self.low, middle, self.exponent, left),
                type(self)(*frame, middle, self.high, self.exponent, right),
            ]
        )

    def scaled(self, factor: float) -> Self:
        """Return the pieces of a multiple of the density."""
        return type(self)(
            self.end, self.sign, self.low, self.high, self.exponent, factor * self.values
        )

    def rules(self) -> tuple[Array, Array]:
        r"""Return locations and masses, of shape (n, 16), that stand for the pieces.

        Gauss-Legendre rules; Gauss-Jacobi ones, whose weight is the power of the distance,
        where a power other than 0 starts from its end.

        Accuracy
        --------
        Exact up to rounding for :math:`t^\beta g(t)q(t)`, q a polynomial of degree at most 16, in
        pieces that start at their end, or have power 0; elsewhere the power is analytic.
        """
        distance = spread_over(self.low, self.high, PLACES)
        density = distance ** self.exponent[:, None] * self.values
        masses = (self.high - self.low)[:, None] / 2 * SHARES * density
        for k in np.flatnonzero((self.low == 0) & (self.exponent != 0)):
            distance[k], masses[k] = jacobi_rule(self.high[k], self.exponent[k], self.values[k])
        return self.end[:, None] + self.sign[:, None] * distance, np.maximum(masses, 0)

    def atoms_and_masses(self) -> tuple[Array, Array]:
        """Return the rules of all pieces as one line of locations and one of masses."""
        atoms, masses = self.rules()
        return atoms.ravel(), masses.ravel()

    def intervals(self) -> tuple[Array, Array]:
        """Return the ends of the pieces on the line, the lesser ones first."""
        ends = self.end + self.sign * self.low, self.end + self.sign * self.high
        return np.minimum(*ends), np.maximum(*ends)


def jacobi_rule(high: float, exponent: float, values: Array) -> tuple[Array, Array]:
    """Return the Gauss-Jacobi rule of a piece [0, high]: distances and masses."""
    places, shares, moved = _jacobi(exponent)
    masses = (high / 2) ** (1 + exponent) * shares * (moved @ values)
    return high * (1 + places) / 2, masses


@lru_cache(maxsize=64)
def _jacobi(exponent: float) -> tuple[Array, Array, Array]:
    places, shares = roots_jacobi(NODES, 0, exponent)
    return places, shares, transfer(places)
