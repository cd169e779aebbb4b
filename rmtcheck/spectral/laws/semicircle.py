"""The semicircle law of Wigner matrices."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

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
        radius = self._radius
        root = np.sqrt(points - radius) * np.sqrt(points + radius)
        value = -2 / (points + root)
        return scalar_like(z, np.where(below, value.conj(), value))

    def pdf(self, x: Any) -> Any:
        """Return the density, 0 outside the support.

        Accuracy
        --------
        Exact up to rounding.
        """
        points = real_points(x)
        inside = np.maximum(self._radius**2 - points**2, 0.0)
        return scalar_like(x, np.sqrt(inside) / (2 * math.pi * float(self.entry_variance)))

    def cdf(self, x: Any) -> Any:
        r"""Return :math:`\frac12+\frac1\pi(\arcsin t+t\sqrt{1-t^2})`, :math:`t=x/2\sigma`.

        Accuracy
        --------
        Exact up to rounding.
        """
        t = np.clip(real_points(x) / self._radius, -1.0, 1.0)
        return scalar_like(x, 0.5 + (np.arcsin(t) + t * np.sqrt(1 - t * t)) / math.pi)

    def support(self) -> Intervals:
        """Return the interval between plus and minus twice the standard deviation."""
        return ((-self._radius, self._radius),)

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

    @property
    def _radius(self) -> float:
        return 2 * math.sqrt(float(self.entry_variance))
