"""The generalised Marchenko-Pastur law of weighted sample covariances."""

from __future__ import annotations

import math
from functools import cached_property
from typing import Any, Self

import numpy as np

from rmtcheck.errors import DomainError
from rmtcheck.spectral.arrays import Array, ComplexArray
from rmtcheck.spectral.equations import StieltjesEquation
from rmtcheck.spectral.law import (
    Intervals,
    SpectralLaw,
    checked_levels,
    complex_points,
    natural,
    real_points,
    scalar_like,
    upper_half,
)
from rmtcheck.spectral.laws.marchenko_pastur import companion
from rmtcheck.spectral.measures import DiscreteMeasure
from rmtcheck.spectral.solve import solve_stieltjes
from rmtcheck.spectral.solvers.level_curve import height
from rmtcheck.spectral.support import Bulks, find_bulks, real_dual


class GeneralizedMarchenkoPastur(SpectralLaw):
    r"""The law of :math:`\frac1NX\Lambda X^\top`, :math:`X` d x N with entries of variance 1.

    Its transform is the solution in the upper half plane of
    :math:`s=1/(-z+\int\frac\lambda{1+\gamma\lambda s}d\nu(\lambda))`. Normalised to mass 1; an
    atom :math:`(1-\nu(\mathbb R\setminus0)/\gamma)_+` at 0 is included.

    Parameters
    ----------
    population : DiscreteMeasure or EmpiricalMeasure
        The law :math:`\nu` of the weights, of mass 1, atoms of either sign.
    gamma : float
        Aspect ratio :math:`\gamma>0`, the limit of :math:`d/N`, this way round.

    Raises
    ------
    DomainError
        If gamma is not finite and positive, or the population is not a probability, or only 0.

    References
    ----------
    Silverstein and Bai, J. Multivariate Anal. 54 (1995), 175-192; Silverstein and Choi, J.
    Multivariate Anal. 54 (1995), 295-309, Theorems 4.1 and 4.2, for the support.

    Examples
    --------
    >>> law = GeneralizedMarchenkoPastur(DiscreteMeasure([-1.0, 2.0], [0.5, 0.5]), 0.5)
    >>> law.mean(), law.variance()
    (0.5, 1.25)
    >>> s = law.stieltjes(1 + 1j)
    >>> s.imag > 0
    True
    """

    def __init__(self, population: DiscreteMeasure, gamma: float) -> None:
        if not isinstance(population, DiscreteMeasure):
            raise DomainError(
                f"population is {population!r}; a DiscreteMeasure or EmpiricalMeasure is needed"
            )
        self.population = population
        self.equation = StieltjesEquation(population, gamma)
        self.gamma = self.equation.aspect_ratio

    def __repr__(self) -> str:
        return f"GeneralizedMarchenkoPastur({self.population!r}, {self.gamma!r})"

    @classmethod
    def typical(cls) -> tuple[Self, ...]:
        """Return members with one weight, split bulks, both signs, and weights 0."""
        return (
            cls(DiscreteMeasure([1.0], [1.0]), 0.4),
            cls(DiscreteMeasure([1.0, 20.0], [0.7, 0.3]), 0.8),
            cls(DiscreteMeasure([-1.0, 2.0], [0.5, 0.5]), 0.7),
            cls(DiscreteMeasure([-3.0, -1.0, 0.0], [0.2, 0.5, 0.3]), 1.6),
        )

    def stieltjes(self, z: Any) -> Any:
        r"""Return :math:`s(z)=\int(x-z)^{-1}d\mu`.

        Parameters
        ----------
        z : complex or array
            Any finite points but the atom; on the real line the boundary value from above.

        Returns
        -------
        complex or array

        Raises
        ------
        DomainError
            If z is not finite or lies on the atom at 0.
        ConvergenceError
            If no solution in the upper half plane is found.

        Accuracy
        --------
        Estimated relative error about 1e-12; about its square root next to an edge.
        """
        points, below = upper_half(complex_points(z))
        u = self._dual(points.ravel()).reshape(points.shape)
        if np.any(u == 0):
            raise DomainError(
                "z is 0, where this transform is infinite; any other point is accepted"
            )
        value = -1 / (self.gamma * u)
        return scalar_like(z, np.where(below, value.conj(), value))

    def companion_stieltjes(self, z: Any) -> Any:
        r"""Return :math:`-(1-\gamma)/z+\gamma s(z)` of the N x N companion matrix.

        Raises
        ------
        DomainError
            If z is 0 or not finite.

        Accuracy
        --------
        That of the transform.
        """
        return companion(z, self.stieltjes, self.gamma)

    def pdf(self, x: Any) -> Any:
        r"""Return the density :math:`\frac{\Im u}{\pi\gamma|u|^2}` of the continuous part.

        Accuracy
        --------
        Estimated relative error about 1e-12; about its square root next to an edge.
        """
        points = real_points(x)
        density = np.zeros(points.shape)
        inside = self.bulks.holds(points)
        if inside.any():
            u = solve_stieltjes(self.equation, points[inside] + 0j).dual
            density[inside] = u.imag / (math.pi * self.gamma * abs(u) ** 2)
        return scalar_like(x, density)

    def cdf(self, x: Any) -> Any:
        r"""Return :math:`\mu((-\infty,x])`, the atom included.

        Since :math:`s\,dz=-\frac{x'(u)}{\gamma u}du` has an antiderivative,

        .. math:: F=1-\frac{\arg u}\pi+\frac1{\pi\gamma}\int_{\lambda\ne0}
                  \Bigl(\arg u-\arg(u-\lambda)+\frac{\lambda\Im u}{|u-\lambda|^2}\Bigr)d\nu.

        Accuracy
        --------
        Estimated error about 1e-12; 1e-9 next to an edge.
        """
        points = real_points(x)
        u = self._dual(points.ravel() + 0j)
        return scalar_like(x, self._mass_below(u).reshape(points.shape))

    def icdf(self, q: Any) -> Any:
        r"""Return the quantile :math:`\inf\{x:\mu((-\infty,x])\ge q\}`.

        Parameters
        ----------
        q : float or array
            Levels in [0, 1].

        Raises
        ------
        DomainError
            If a level lies outside [0, 1].

        Accuracy
        --------
        Estimated error about 1e-12 of the spread.
        """
        levels = checked_levels(q)
        flat = levels.ravel()
        bulk = np.searchsorted(self._upper_levels, flat).clip(max=len(self._upper_levels) - 1)
        low, high = self.bulks.dual_low[bulk], self.bulks.dual_high[bulk]
        for _ in range(52):
            a = (low + high) / 2
            below = self._mass_below(self._on_curve(a)) < flat
            low, high = np.where(below, a, low), np.where(below, high, a)
        quantiles = self.equation.point(self._on_curve(high)).real
        return scalar_like(q, self._at_atoms(flat, quantiles).reshape(levels.shape))

    def support(self) -> Intervals:
        """Return the intervals of the continuous part, ascending.

        Accuracy
        --------
        Estimated relative error about 1e-14, but for intervals about to merge.
        """
        pairs = zip(self.bulks.low.tolist(), self.bulks.high.tolist(), strict=True)
        return tuple(pairs)

    def atoms(self) -> tuple[tuple[float, float], ...]:
        """Return the atom at 0, if there is one: too few weights that are not 0.

        Accuracy
        --------
        Exact up to rounding.
        """
        mass = 1 - self.equation.rank / self.gamma
        return ((0.0, mass),) if mass > 1e-15 else ()

    def free_cumulant(self, order: int) -> Any:
        r"""Return :math:`\kappa_k=\gamma^{k-1}\int\lambda^kd\nu`.

        The R-transform is :math:`R(G)=\int\frac\lambda{1-\gamma\lambda G}d\nu`: put
        :math:`G=-s` into the equation.

        Raises
        ------
        DomainError
            If the order is no positive integer.

        Accuracy
        --------
        Exact up to rounding.
        """
        if natural(order) == 0:
            raise DomainError("order is 0; a positive integer is needed")
        return self.gamma ** (int(order) - 1) * self.population.moment(int(order))

    @cached_property
    def bulks(self) -> Bulks:
        """The components of the support with their dual end points."""
        return find_bulks(self.equation)

    @cached_property
    def _upper_levels(self) -> Array:
        return self._mass_below(self.bulks.dual_high + 0j)

    def _on_curve(self, a: Array) -> ComplexArray:
        return a + 1j * height(self.equation, a, np.zeros_like(a))

    def _dual(self, z: ComplexArray) -> ComplexArray:
        """Return u at points of the closed upper half plane."""
        outside = (z.imag == 0) & ~self.bulks.holds(z.real) if (z.imag == 0).any() else z.imag < 0
        u = np.empty_like(z)
        if outside.any():
            u[outside] = self._real_dual(z.real[outside])
        if not outside.all():
            u[~outside] = solve_stieltjes(self.equation, z[~outside]).dual
        return u

    def _real_dual(self, x: Array) -> Array:
        u = real_dual(self.equation, self.bulks, x)
        return np.where((x == 0) & bool(self.atoms()), 0.0, u)

    def _mass_below(self, u: ComplexArray) -> Array:
        weights, atoms = self.equation.weights, self.equation.atoms
        total = np.empty(len(u))
        for k, point in enumerate(u):
            shifted = point - atoms
            turns = np.angle(point) - np.angle(shifted) + atoms * point.imag / abs(shifted) ** 2
            total[k] = weights @ turns / self.gamma - np.angle(point)
        return np.clip(1 + total / math.pi, 0.0, 1.0)
