"""The semicircle law of Wigner matrices."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np

from rmtcheck.spectral.arrays import Array
from rmtcheck.spectral.doubled import Pair, above, square_root
from rmtcheck.spectral.law import (
    Intervals,
    SpectralLaw,
    complex_points,
    natural,
    positive,
    real_points,
    scalar_like,
    upper_half,
)
from rmtcheck.spectral.matrices import draw_wigner


@dataclass(frozen=True)
class Semicircle(SpectralLaw):
    r"""The semicircle law :math:`\frac1{2\pi\sigma^2}\sqrt{4\sigma^2-x^2}\,dx`.

    Normalised to mass 1; no atoms.

    Parameters
    ----------
    variance : float or exact number, default 1
        The variance :math:`\sigma^2>0`; the radius is :math:`2\sigma`.

    Raises
    ------
    DomainError
        If the variance is not finite and positive.

    Examples
    --------
    >>> [Semicircle().moment(k) for k in range(7)]
    [1, 0, 1, 0, 2, 0, 5]
    """

    entry_variance: Any = 1

    def __init__(self, variance: Any = 1) -> None:
        object.__setattr__(self, "entry_variance", positive("variance", variance))

    @classmethod
    def typical(cls) -> tuple[Self, ...]:
        """Return a few members of the family."""
        return cls(), cls(0.3)

    def stieltjes(self, z: Any) -> Any:
        r"""Return :math:`s(z)=\frac{-z+\sqrt{z^2-4\sigma^2}}{2\sigma^2}`.

        Parameters
        ----------
        z : complex or array
            Any finite points; on the real line the boundary value from above.

        Accuracy
        --------
        Exact up to rounding.
        """
        points, below = upper_half(complex_points(z))
        low, high = -above(-points.real, self._radius), above(points.real, self._radius)
        root = np.sqrt(high + 1j * points.imag) * np.sqrt(low + 1j * points.imag)
        value = -2 / (points + root)
        return scalar_like(z, np.where(below, value.conj(), value))

    def pdf(self, x: Any) -> Any:
        """Return the density, 0 outside the support.

        Accuracy
        --------
        Exact up to rounding.
        """
        p, q = self._legs(real_points(x))
        return scalar_like(x, p * q / (2 * math.pi * float(self.entry_variance)))

    def cdf(self, x: Any) -> Any:
        r"""Return :math:`\frac1\pi(\theta-\sin\theta\cos\theta)`, :math:`x=-2\sigma\cos\theta`.

        Accuracy
        --------
        Exact up to rounding.
        """
        points, radius = real_points(x), self._radius[0]
        p, q = self._legs(points)
        cosine = np.clip(-points / radius, -1.0, 1.0)
        angle = 2 * np.arctan2(p, q)
        value = (angle - cosine * p * q / radius) / math.pi
        return scalar_like(x, np.clip(value, 0.0, 1.0))

    def support(self) -> Intervals:
        """Return the interval between plus and minus twice the standard deviation."""
        radius = float(self._radius[0])
        return ((-radius, radius),)

    def atoms(self) -> tuple[tuple[float, float], ...]:
        """Return no atoms."""
        return ()

    def free_cumulant(self, order: int) -> Any:
        """Return the variance for order 2, else 0.

        Accuracy
        --------
        Exact.
        """
        return self.entry_variance if natural(order) == 2 else 0

    def draw(self, dimension: int, *, rng: np.random.Generator) -> Array:
        r"""Draw a Wigner matrix; see :func:`~rmtcheck.spectral.matrices.draw_wigner`.

        Parameters
        ----------
        dimension : int
            Number d of rows and columns.
        rng : numpy Generator
            The source of randomness.

        Returns
        -------
        array of shape (d, d)

        Raises
        ------
        DomainError
            If the dimension or the generator is none.

        Accuracy
        --------
        Exact in law up to rounding.
        """
        return draw_wigner(dimension, float(self.entry_variance), rng)

    def _legs(self, x: Array) -> tuple[Array, Array]:
        r"""Return :math:`\sqrt{x+2\sigma}` and :math:`\sqrt{2\sigma-x}` inside, or next to it."""
        width = 2 * self._radius[0]
        low, high = (np.clip(-above(y, self._radius), 0, width) for y in (-x, x))
        return np.sqrt(low), np.sqrt(high)

    @cached_property
    def _radius(self) -> Pair:
        r"""The radius :math:`2\sigma` to twice the digits of a float."""
        high, low = square_root(np.array(float(self.entry_variance)))
        return 2 * high, 2 * low
