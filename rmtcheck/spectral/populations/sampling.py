"""Independent draws from a density in pieces, by rejection on every piece."""

from __future__ import annotations

from typing import Any

import numpy as np

from rmtcheck.spectral.arrays import Array
from rmtcheck.spectral.populations.pieces import Pieces, spread_over, transfer

GRID = np.linspace(-1, 1, 65)
TO_GRID = transfer(GRID)
# A polynomial of degree 15 exceeds its greatest value on the grid by less.
MARGIN = 1.1


def drawn(pieces: Pieces, count: int, rng: np.random.Generator) -> Array:
    """Return independent draws from the density of pieces, divided by its mass.

    Parameters
    ----------
    pieces : Pieces
        A density, not 0 everywhere.
    count : int
        Number of draws.
    rng : numpy Generator
        The source of randomness.

    Returns
    -------
    array of shape (count,)

    Accuracy
    --------
    Exact in law up to rounding and the accuracy of the density.
    """
    ladder = np.cumsum(pieces.rules()[1].sum(axis=1))
    rungs = np.searchsorted(ladder, ladder[-1] * rng.random(count), side="right")
    chosen = pieces[np.minimum(rungs, len(pieces) - 1)]
    # The power is drawn exactly where it is singular, and judged elsewhere.
    power = np.where(chosen.low == 0, chosen.exponent, 0.0)
    grid = spread_over(chosen.low, chosen.high, GRID)
    smooth = np.where(grid > 0, grid, 1) ** (chosen.exponent - power)[:, None]
    most = MARGIN * (chosen.values @ TO_GRID.T * smooth).max(axis=1)
    distance, todo = np.zeros(count), np.arange(count)
    while len(todo):
        piece, exponent = chosen[todo], power[todo]
        share = rng.random(len(todo)) ** (1 / (1 + exponent))
        tried = piece.low + (piece.high - piece.low) * share
        level = _remainder(piece, tried, exponent)
        kept = rng.random(len(todo)) * most[todo] < level
        distance[todo[kept]], todo = tried[kept], todo[~kept]
    return np.asarray(chosen.end + chosen.sign * distance)


def _remainder(pieces: Pieces, distance: Array, power: Array) -> Any:
    """Return densities at a distance for each piece, without a power that is drawn exactly."""
    local = (2 * distance - pieces.low - pieces.high) / (pieces.high - pieces.low)
    values = np.einsum("ij,ij->i", transfer(local), pieces.values)
    return values * np.where(distance > 0, distance, 1) ** (pieces.exponent - power)
