r"""Deterministic points for means over k independent N(0, 1), with a coarser set to judge by.

Few fields get products of Gauss rules: of the normal law where the weight is smooth, of its two
halves where it has a kink or a jump at 0, of the upper half alone where a gate closes the other.
One or two get panels, with so many nodes that poles near the line do not matter.
Many get a Sobol sequence, whose error is some power of the number of points only.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce

import numpy as np
from scipy.special import ndtri
from scipy.stats import qmc

from rmtcheck.errors import DomainError
from rmtcheck.spectral.arrays import Array
from rmtcheck.spectral.gauss import gauss_rules

MOST_POINTS = 2**20
MOST_NODES, LEAST_NODES = 64, 12
# Nodes of an axis of one or two fields.
DENSE = {1: 2048, 2: 256}
MOST_FIELDS = 24
# The logarithm of the number of Sobol points, and of the fewer that judge them.
MANY, FEWER = 18, 16
REACH, PANEL, FINE = 12.0, 64, 6
# Points of less mass are left out: no mean of a bounded function is swayed.
LIGHTEST = 1e-22
LINE, HALVES, UPPER = "line", "halves", "upper half"


@dataclass(frozen=True)
class NormalPoints:
    """Points that stand for a standard normal vector, or for its part in open gates.

    Attributes
    ----------
    places : array of shape (k, n)
        The points.
    masses : array of shape (n,)
        Their masses, of sum 1 less what closed gates take.
    """

    places: Array
    masses: Array


def normal_points(axes: Sequence[str]) -> tuple[NormalPoints, NormalPoints]:
    """Return points for means of a function of k fields, and the fewer that judge them.

    Parameters
    ----------
    axes : sequence of str
        For each field ``"line"`` if the function is smooth in it, ``"halves"`` if only off 0,
        ``"upper half"`` if it vanishes for negative values.

    Returns
    -------
    fine, coarse : NormalPoints

    Raises
    ------
    DomainError
        If there are more than 24 fields.

    Accuracy
    --------
    For functions that vary on the scale 1: rounding to 3 fields, and less with every other; Sobol
    points from where a product has fewer than 12 nodes on a line, 1e-3 to 1e-5.

    Examples
    --------
    >>> fine, coarse = normal_points(["line", "upper half"])
    >>> round(float(fine.masses @ fine.places[0] ** 4), 12)
    1.5
    """
    k = len(axes)
    if k > MOST_FIELDS:
        raise DomainError(f"the weight has {k} fields; up to {MOST_FIELDS} are accepted")
    doubled = sum(axis == HALVES for axis in axes)
    affordable = math.floor((MOST_POINTS / 2**doubled) ** (1 / k))
    nodes = min(affordable, DENSE.get(k, MOST_NODES))
    # half a line needs about as many nodes as the line, but for the tails
    if nodes >= LEAST_NODES / (2 if doubled else 1):
        return _product(tuple(axes), nodes), _product(tuple(axes), 3 * nodes // 4)
    return _sobol(tuple(axes), MANY), _sobol(tuple(axes), FEWER)


@lru_cache(maxsize=4)
def _product(axes: tuple[str, ...], nodes: int) -> NormalPoints:
    rules = [_rule(axis, nodes) for axis in axes]
    masses = reduce(np.multiply.outer, [masses for _, masses in rules]).ravel()
    kept = np.flatnonzero(masses > LIGHTEST)
    cells = np.unravel_index(kept, [len(masses) for _, masses in rules])
    places = np.stack([rule[0][cell] for rule, cell in zip(rules, cells, strict=True)])
    return NormalPoints(places, masses[kept])


def _rule(axis: str, nodes: int) -> tuple[Array, Array]:
    """Return the Gauss rule of the normal law, or of a half of it, or of both."""
    start = -REACH if axis == LINE else 0.0
    places, masses = _gauss(start, nodes)
    if axis == HALVES:
        return np.concatenate([-places[::-1], places]), np.concatenate([masses[::-1], masses])
    return places, masses


@lru_cache(maxsize=64)
def _gauss(start: float, nodes: int) -> tuple[Array, Array]:
    if nodes > MOST_NODES:
        return _panels(start, nodes // PANEL)
    dense, masses = _panels(start, FINE)
    places, weights = gauss_rules(dense[None], masses[None], nodes)
    return places[0], weights[0]


def _panels(start: float, count: int) -> tuple[Array, Array]:
    """Return Gauss-Legendre rules on panels side by side, times the normal density."""
    points, shares = np.polynomial.legendre.leggauss(PANEL)
    width = (REACH - start) / count
    centres = start + width * (np.arange(count) + 0.5)
    places = (centres[:, None] + width / 2 * points).ravel()
    density = np.exp(-(places**2) / 2) / math.sqrt(2 * math.pi)
    return places, width / 2 * np.tile(shares, count) * density


@lru_cache(maxsize=4)
def _sobol(axes: tuple[str, ...], logarithm: int) -> NormalPoints:
    count = 2**logarithm
    net = qmc.Sobol(len(axes), scramble=False).random(count)
    # the net lies on multiples of 1 / count, 0 among them
    places = ndtri(net + 0.5 / count).T
    gated = np.array([axis == UPPER for axis in axes])
    places[gated] = abs(places[gated])
    return NormalPoints(places, np.full(count, 2.0 ** -gated.sum() / count))
