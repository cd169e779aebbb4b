r"""Integrals of a density over an interval of its support, by halving panels until they agree.

With :math:`x=a+(b-a)\sin^2\frac\theta2` a density that vanishes like a square root at the edges,
or grows like its inverse at a hard one, becomes analytic.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from rmtcheck.spectral.arrays import Array

COARSE, FINE = 12, 24
MOST_PANELS = 4000


class QuadratureError(ArithmeticError):
    """The integrand is too rough: nothing may be concluded."""


def integrals(
    density: Callable[[Array], Array],
    interval: tuple[float, float],
    cuts: Array,
    tolerance: float = 1e-13,
) -> Array:
    """Return the masses of the pieces into which points cut an interval, shape (n + 1,).

    Parameters
    ----------
    density : vectorised function
        Called inside the interval.
    interval : pair of float
        Its ends.
    cuts : array of shape (n,)
        Points inside, ascending.
    tolerance : float, default 1e-13
        How far 12 and 24 nodes may be apart on a panel, the error of the 24 being far less.
    """
    low, high = interval
    angles = 2 * np.arcsin(np.sqrt((cuts - low) / (high - low)))
    left, right = np.append(0.0, angles), np.append(angles, np.pi)
    piece, masses = np.arange(len(left)), np.zeros(len(left))
    while len(left) <= MOST_PANELS:
        coarse, fine = (_panels(density, interval, left, right, n) for n in (COARSE, FINE))
        agreed = abs(coarse - fine) <= tolerance
        np.add.at(masses, piece[agreed], fine[agreed])
        if agreed.all():
            return masses
        left, right, piece = left[~agreed], right[~agreed], np.tile(piece[~agreed], 2)
        middle = (left + right) / 2
        left, right = np.append(left, middle), np.append(middle, right)
    raise QuadratureError(f"the quadrature over {interval} needs over {MOST_PANELS} panels")


def _panels(
    density: Callable[[Array], Array],
    interval: tuple[float, float],
    left: Array,
    right: Array,
    count: int,
) -> Array:
    """Return the Gauss-Legendre integral over each panel of angles."""
    low, high = interval
    nodes, weights = np.polynomial.legendre.leggauss(count)
    theta = (left[:, None] + right[:, None]) / 2 + (right - left)[:, None] / 2 * nodes
    x = low + (high - low) * np.sin(theta / 2) ** 2
    value = density(x.ravel()).reshape(x.shape) * (high - low) * np.sin(theta) / 2
    panels: Array = value @ weights * (right - left) / 2
    return panels
