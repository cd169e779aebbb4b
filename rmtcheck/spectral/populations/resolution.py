r"""Cutting a density into pieces on which it is a polynomial times a power, to 1e-12.

Every piece is tested at the nodes of its halves and halved until the interpolant meets the
density there. At the end of a ray a power :math:`t^\beta` may have to come out first; it is found
by least squares for

.. math:: \log f(t)=\beta\log t+q(t),\qquad\deg q=14,

at 48 points of :math:`[0,b]`: exact for an algebraic end; for any other the residual is large, and
halving goes on towards the end until it is small or the mass left there is.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.polynomial.legendre import leggauss, legvander
from numpy.typing import ArrayLike

from rmtcheck.errors import DomainError
from rmtcheck.spectral.arrays import Array, BoolArray
from rmtcheck.spectral.populations.pieces import HALVES, PLACES, TO_HALVES, Pieces, spread_over

TOLERANCE = 1e-12
# A float next to an end misses its distance to it by this much of the end.
ROUNDING = 2.0**-50
NEAREST, LEAST = 2.0**-38, 2.0**-150
FINEST = 2.0**-48
SPACINGS = 8
NEGLIGIBLE = 1e-18
UNDERFLOW = 1e-290
MOST_PIECES = 4096
OCTAVES = range(-165, 166)
SAMPLED = (1 + leggauss(48)[0]) / 2
POLYNOMIALS = legvander(2 * SAMPLED - 1, 14)

Density = Callable[[Array], ArrayLike]


@dataclass(frozen=True)
class Ray:
    """Part of a support: the points of one side of an end, up to a distance that may be infinite.

    Parameters
    ----------
    pdf : callable
        The density, of arrays.
    end, sign, reach : float
        Where the ray starts, its direction, its length.
    """

    pdf: Density
    end: float
    sign: float
    reach: float

    def density(self, distance: Array) -> Array:
        """Return the density at distances from the end, or raise DomainError."""
        x = self.end + self.sign * distance
        values = evaluated(self.pdf, x)
        wrong = ~(np.isfinite(values) & (values >= 0))
        if wrong.any():
            raise DomainError(
                f"pdf is {values[wrong][0]} at {x[wrong][0]}; finite values that are not negative "
                "are needed inside the support (cut it where the density is infinite)"
            )
        return values

    def slack(self, distance: Array) -> Array:
        """Return the relative error that is allowed to a density at distances from the end."""
        return TOLERANCE + ROUNDING * abs(self.end) / distance

    @property
    def nearest(self) -> float:
        """The distance at which floats stop telling points from the end."""
        return max(NEAREST * abs(self.end), LEAST)


def evaluated(pdf: Density, x: Array) -> Array:
    """Return the values of a density, whatever they are, or raise DomainError without any."""
    try:
        with np.errstate(all="ignore"):
            values = np.asarray(pdf(x.ravel()))
        if values.dtype.kind not in "iuf":
            raise TypeError(f"values of type {values.dtype}")
        return np.broadcast_to(values.astype(float), x.size).reshape(x.shape)
    except (TypeError, ValueError, ArithmeticError) as failure:
        raise DomainError(f"pdf must map an array of reals to one like it: {failure}") from None


def pieces_of(ray: Ray) -> Pieces:
    """Return the pieces of the density on a ray.

    Parameters
    ----------
    ray : Ray
        The ray.

    Returns
    -------
    Pieces

    Raises
    ------
    DomainError
        If the density is negative, infinite or not a number somewhere, not integrable at the
        end, or too rough for 4096 pieces.

    Accuracy
    --------
    Relative 1e-12 of the greatest value on a piece, beyond the rounding of the points.
    """
    low, high = _octaves(ray) if math.isinf(ray.reach) else (np.zeros(1), np.array([ray.reach]))
    parts: list[Pieces] = []
    while len(low):
        tried = _interpolated(ray, low, high)
        done = _is_resolved(ray, tried)
        if not done[0] and low[0] == 0:
            tried, done[0] = _with_power(ray, tried)
        parts.append(tried[done])
        low, high = _halves(low[~done], high[~done])
        if sum(map(len, parts)) + len(low) > MOST_PIECES:
            raise DomainError(
                f"pdf is not smooth near {ray.end + ray.sign * low[-1]}; it is needed to relative "
                f"{TOLERANCE} by {MOST_PIECES} polynomials of degree 15"
            )
    return Pieces.joined(parts)


def _octaves(ray: Ray) -> tuple[Array, Array]:
    """Return [0, 2^k] with a little of the mass, and the octaves up to where all has vanished."""
    edges = 2.0 ** np.array(OCTAVES)
    points = (edges[:-1, None] * 2 ** (np.arange(8) / 8)).ravel()
    mass = points * np.nan_to_num(evaluated(ray.pdf, ray.end + ray.sign * points), posinf=0)
    seen = np.flatnonzero(mass > UNDERFLOW)
    if not len(seen):
        return np.zeros(1), np.ones(1)
    first = np.searchsorted(np.cumsum(mass), 1e-3 * mass.sum()) // 8
    cuts = edges[first : seen[-1] // 8 + 2]
    return np.concatenate([[0.0], cuts[:-1]]), cuts


def _halves(low: Array, high: Array) -> tuple[Array, Array]:
    """Halve intervals; one that starts at the end comes first again."""
    middle = (low + high) / 2
    return np.concatenate([low, middle]), np.concatenate([middle, high])


def _interpolated(ray: Ray, low: Array, high: Array) -> Pieces:
    whole = np.ones_like(low)
    values = ray.density(spread_over(low, high, PLACES))
    return Pieces(ray.end * whole, ray.sign * whole, low, high, 0 * whole, values)


def _is_resolved(ray: Ray, tried: Pieces) -> BoolArray:
    """Whether interpolants meet the density at the nodes of the halves, or never will."""
    distance = spread_over(tried.low, tried.high, HALVES)
    density = ray.density(distance)
    power = distance ** tried.exponent[:, None]
    size = np.maximum((density / power).max(axis=1), tried.values.max(axis=1))
    error = abs(tried.values @ TO_HALVES.T - density / power)
    allowed = TOLERANCE * size[:, None] + _blur(ray, distance, density) / power
    resolved = (error <= allowed).all(axis=1) | (size <= UNDERFLOW)
    width = tried.high - tried.low
    short = width <= FINEST * abs(ray.end + ray.sign * tried.low)
    next_to_0 = (tried.low == 0) & (ray.end == 0)
    empty = next_to_0 & (tried.exponent == 0) & (size * width <= NEGLIGIBLE)
    return np.asarray(resolved | short | empty)


def _blur(ray: Ray, distance: Array, density: Array) -> Array:
    """Return how far the density changes over the spacing of floats, by its differences."""
    steps = np.maximum(np.diff(distance), LEAST)
    slopes = abs(np.diff(density)) / steps
    steepest = np.maximum(slopes[:, np.r_[0, : slopes.shape[1]]], np.pad(slopes, ((0, 0), (0, 1))))
    return np.asarray(SPACINGS * np.spacing(abs(ray.end + ray.sign * distance)) * steepest)


def _with_power(ray: Ray, tried: Pieces) -> tuple[Pieces, bool]:
    """Take the power out of the first piece; say whether the rest is a polynomial."""
    reach = float(tried.high[0])
    exponent, misfit = _power(ray, reach)
    if not math.isfinite(exponent) or (misfit > 1 and reach > ray.nearest):
        return tried, False
    if exponent <= -1 + TOLERANCE:
        raise DomainError(
            f"pdf grows like |x - e|^{exponent:.6g} at the end e = {ray.end}; "
            "a power above -1 is needed"
        )
    exponents, values = tried.exponent.copy(), tried.values.copy()
    exponents[0] = exponent
    values[0] /= (reach * (1 + PLACES) / 2) ** exponent
    powered = Pieces(tried.end, tried.sign, tried.low, tried.high, exponents, values)
    return powered, bool(_is_resolved(ray, powered[:1])[0]) or reach <= ray.nearest


def _power(ray: Ray, reach: float) -> tuple[float, float]:
    """Return the power at the end by least squares, and the misfit in units of what is allowed."""
    distance = reach * SAMPLED
    values = ray.density(distance)
    if values.min() <= UNDERFLOW:
        return math.nan, math.inf
    trust = TOLERANCE / ray.slack(distance)
    columns = np.column_stack([np.log(SAMPLED), POLYNOMIALS])
    logs = np.log(values)
    found = np.linalg.lstsq(columns * trust[:, None], logs * trust, rcond=None)[0]
    misfit = abs(columns @ found - logs) * trust / TOLERANCE
    return float(found[0]), float(misfit.max())
