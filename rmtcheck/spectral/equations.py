r"""The fixed-point equation of the spectrum of :math:`\frac1NX\Lambda X^\top`, and its inverse map.

With :math:`d/N\to\gamma` and weights of law :math:`\nu` the Stieltjes transform is the one
solution in the upper half plane of

.. math:: s=\frac1{-z+\int\frac\lambda{1+\gamma\lambda s}\,d\nu(\lambda)}.

In the dual variable :math:`u=-1/(\gamma s)` this is :math:`z=x(u)` with

.. math:: x(u)=u\Bigl(\gamma+\int\frac\lambda{u-\lambda}d\nu\Bigr),\qquad
          x'(u)=\gamma-\int\frac{\lambda^2}{(u-\lambda)^2}d\nu,\qquad
          \Im x(u)=\Im u\Bigl(\gamma-\int\frac{\lambda^2}{|u-\lambda|^2}d\nu\Bigr).

Since :math:`x(u)/\gamma` is u plus a constant plus the Cauchy transform of the positive measure
:math:`\lambda^2\nu/\gamma`, it maps :math:`\{\Im u>0,\ \Im x(u)>0\}` one to one onto the upper half
plane (Biane 1997, Lemmas 1 to 4, on the free convolution with a semicircle). So *every* u
of the upper half plane with :math:`x(u)=z`, :math:`\Im z\ge0`, is the right one: the branch
is certified by the sign of one imaginary part.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np

from rmtcheck.errors import DomainError
from rmtcheck.spectral.arrays import Array, ComplexArray
from rmtcheck.spectral.crowds import Crowd, Weights, slices
from rmtcheck.spectral.doubled import divide
from rmtcheck.spectral.graded import GradedMap
from rmtcheck.spectral.law import positive
from rmtcheck.spectral.measures import DiscreteMeasure
from rmtcheck.spectral.populations.refined import RefinedCrowd, ResolvedDensity

LEAST, GREATEST = 1e-6, 1e6
# An atom of less mass over gamma sways no point farther from it than the spacing of floats.
NEGLIGIBLE = 1e-30


class StieltjesEquation:
    r"""The equation of the law of :math:`\frac1NX\Lambda X^\top`.

    Parameters
    ----------
    population : DiscreteMeasure
        The law of the weights, of mass 1, atoms of either sign.
    aspect_ratio : float
        The limit :math:`\gamma` of :math:`d/N`, from 1e-6 to 1e6.

    Attributes
    ----------
    atoms, weights : arrays of shape (n,)
        The weights that are not 0, ascending, and their masses, of total 1 with that of 0.
    crowd : Crowd
        The same, as the sums over them see them.
    rank : float
        The mass of the weights that are not 0.

    Raises
    ------
    DomainError
        If the population has another mass, only the atom 0, or gamma is out of range.

    References
    ----------
    Silverstein and Bai, J. Multivariate Anal. 54 (1995), 175-192, equation (1.4).
    P. Biane, Indiana Univ. Math. J. 46 (1997), 705-718.

    Examples
    --------
    >>> equation = StieltjesEquation(DiscreteMeasure([1.0], [1.0]), 0.5)
    >>> s = 0.3 + 0.4j
    >>> abs(equation.residual(s, equation.inverse_map(s))) < 1e-15
    True
    """

    def __init__(
        self, population: DiscreteMeasure, aspect_ratio: float, lack: float | None = None
    ) -> None:
        self.population = population
        self.aspect_ratio = self.checked_ratio(aspect_ratio)
        mass = math.fsum(population.weights)
        if abs(mass - 1) > 1e-9:
            raise DomainError(f"the population has mass {mass}; mass 1 is needed")
        acting = (population.atoms != 0) & (population.weights > NEGLIGIBLE * self.aspect_ratio)
        if not acting.any():
            raise DomainError("the population is the atom 0; a weight other than 0 is needed")
        rest = math.fsum([*population.weights.tolist(), -mass])
        self.atoms: Array = population.atoms[acting]
        self.weights, weights_rest = divide(population.weights[acting], (mass, rest))
        self.crowd: Crowd | RefinedCrowd = (
            population.crowd
            if isinstance(population, ResolvedDensity)
            else Crowd(Weights(self.atoms, self.weights, weights_rest))
        )
        self.rank = 1.0 if population.atoms.all() else math.fsum(self.weights)
        self.lack = self.aspect_ratio - self.rank if lack is None else lack

    @staticmethod
    def checked_ratio(gamma: Any) -> float:
        """Return an aspect ratio as a float, or raise DomainError."""
        return float(positive("gamma", gamma, LEAST, GREATEST))

    @property
    def spread(self) -> float:
        r"""The standard deviation :math:`(\gamma\int\lambda^2d\nu)^{1/2}` of the law."""
        return float(np.sqrt(self.aspect_ratio * self.crowd.whole.squares.sum()))

    def residual(self, s: complex, z: complex) -> complex:
        r"""Return :math:`s(-z+\int\frac\lambda{1+\gamma\lambda s}d\nu)-1`, 0 at a solution.

        Accuracy
        --------
        Exact up to rounding.
        """
        image = self.weights @ (self.atoms / (1 + self.aspect_ratio * self.atoms * s))
        return complex(s * (image - z) - 1)

    def derivative(self, s: complex, z: complex) -> complex:
        r"""Return the derivative of :meth:`residual` in s.

        Accuracy
        --------
        Exact up to rounding.
        """
        image = self.weights @ (self.atoms / (1 + self.aspect_ratio * self.atoms * s) ** 2)
        return complex(image - z)

    def inverse_map(self, s: complex) -> complex:
        r"""Return :math:`z(s)=-\frac1s+\int\frac\lambda{1+\gamma\lambda s}d\nu`.

        Accuracy
        --------
        Exact up to rounding.
        """
        image = self.weights @ (self.atoms / (1 + self.aspect_ratio * self.atoms * s))
        return complex(image - 1 / s)

    def is_admissible(self, s: complex, z: complex) -> bool:
        """Whether s lies on the branch of the transform, given that it solves the equation."""
        return bool(np.imag(s) > 0 and np.imag(z) >= 0)

    def point(self, u: ComplexArray) -> ComplexArray:
        r"""Return :math:`x(u)` at an array of dual points.

        Accuracy
        --------
        Exact up to rounding.
        """
        if isinstance(self.crowd, RefinedCrowd):
            return self.point_and_slope(u)[0]
        first = np.empty_like(u)
        for rows, near in self.crowd.seen(u.real):
            first[rows] = 1 / (u[rows, None] - near.atoms) @ (near.masses * near.atoms)
        return u * (self.aspect_ratio + first)

    def companion(self, u: ComplexArray, z: ComplexArray) -> ComplexArray:
        r"""Return :math:`-\frac1z\int\frac u{u-\lambda}d\nu` at dual points of points z.

        Since :math:`z/u=\gamma+\int\frac\lambda{u-\lambda}d\nu`, this is
        :math:`-\frac{1-\gamma}z+\gamma s(z)`.

        Accuracy
        --------
        Exact up to rounding.
        """
        share, raised = np.empty_like(u), self.crowd.raised(u)
        for rows, near in self.crowd.seen(raised.real, height=raised.imag):
            share[rows] = raised[rows] * (1 / (raised[rows, None] - near.atoms) @ near.masses)
        low = raised.imag > u.imag
        share[low] = share[low].real + 1j * (z[low] / u[low]).imag
        return -((1 - self.rank) + share) / z

    def point_and_slope(self, u: ComplexArray) -> tuple[ComplexArray, ComplexArray]:
        r"""Return :math:`x(u)` and :math:`x'(u)` together, in real arithmetic, which is faster.

        Accuracy
        --------
        Exact up to rounding.
        """
        first, second = np.empty_like(u), np.empty_like(u)
        raised = self.crowd.raised(u)
        for rows, near in self.crowd.seen(u.real, height=raised.imag):
            b, linear = raised.imag[rows], near.masses * near.atoms
            apart = near.apart(u.real[rows])
            inverse = 1 / (apart * apart + (b * b)[:, None])
            apart *= inverse
            first[rows] = apart @ linear - 1j * b * (inverse @ linear)
            real = (apart * apart) @ near.squares - b * b * ((inverse * inverse) @ near.squares)
            second[rows] = real - 2j * b * ((apart * inverse) @ near.squares)
        image, slope = raised * (self.aspect_ratio + first), self.aspect_ratio - second
        return self.crowd.lowered(u, image, slope)

    def crowding(self, a: Array, b: Array) -> tuple[Array, Array]:
        r"""Return :math:`\int\lambda^2/|a+ib-\lambda|^2d\nu`, and its slope in :math:`b^2`.

        Accuracy
        --------
        Exact up to rounding.
        """
        value, slope = np.empty_like(a), np.empty_like(a)
        with np.errstate(divide="ignore"):
            for rows, near in self.crowd.seen(a, height=b):
                inverse = 1 / (near.apart(a[rows]) ** 2 + b[rows, None] ** 2)
                value[rows] = inverse @ near.squares
                slope[rows] = -(inverse * inverse) @ near.squares
        return value, slope

    def surplus(self, u: Array) -> tuple[Array, Array, Array]:
        r"""Return :math:`g(u)-\gamma`, :math:`g'(u)` and the rounding error of the first.

        Here :math:`g(u)=\int\lambda^2/(u-\lambda)^2d\nu` on the real line; where larger atoms fill
        the ratio, by :mod:`rmtcheck.spectral.graded`, lest it cancel against gamma.

        Accuracy
        --------
        As returned.
        """
        value, slope = np.empty_like(u), np.empty_like(u)
        for rows, near in self.crowd.seen(u):
            inverse = 1 / near.apart(u[rows])
            squared = inverse * inverse
            value[rows] = squared @ near.squares
            slope[rows] = -2 * (squared * inverse) @ near.squares
        parts = value - self.aspect_ratio, slope, 2e-16 * (value + self.aspect_ratio)
        if isinstance(self.crowd, RefinedCrowd):
            return parts
        graded = np.flatnonzero(self.graded.governs(u))
        for rows in (graded[part] for part in self.blocks(len(graded))):
            for part, better in zip(parts, self.graded.surplus(u[rows]), strict=True):
                part[rows] = better
        return parts

    @cached_property
    def graded(self) -> GradedMap:
        """The same map for points that atoms of other sizes fill the ratio for."""
        return GradedMap(self.crowd.whole, self.aspect_ratio, self.lack)

    def blocks(self, count: int) -> Iterator[slice]:
        """Cut a number of points into runs whose tables of points by atoms stay in the cache."""
        return slices(count, len(self.atoms))
