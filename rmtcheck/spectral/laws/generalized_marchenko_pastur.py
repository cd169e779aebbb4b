"""The generalised Marchenko-Pastur law of weighted sample covariances."""

from __future__ import annotations

import math
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any, Protocol, Self

import numpy as np

from rmtcheck.errors import DomainError
from rmtcheck.spectral.arrays import Array, ComplexArray
from rmtcheck.spectral.distribution import Distribution
from rmtcheck.spectral.dual import DualMap
from rmtcheck.spectral.equations import StieltjesEquation
from rmtcheck.spectral.law import (
    Intervals,
    SpectralLaw,
    checked_levels,
    complex_points,
    exact_or_float,
    moment_from_free_cumulants,
    natural,
    real_points,
    representable,
    scalar_like,
    shown,
    upper_half,
)
from rmtcheck.spectral.matrices import draw_weighted_gram
from rmtcheck.spectral.measures import DiscreteMeasure
from rmtcheck.spectral.populations.refined import RefinedCrowd
from rmtcheck.spectral.refined_dual import RefinedDual
from rmtcheck.spectral.solvers.table import DEFAULT, SOLVERS, solve_by

STABLE_ORDER = 12


class Population(Protocol):
    """A law of weights: moments, and a finite population that a law cannot tell from it."""

    def moment(self, order: int) -> Any:
        """Return the moment of an order."""

    def resolved(self, gamma: float) -> DiscreteMeasure:
        """Return a finite population for an aspect ratio."""


class GeneralizedMarchenkoPastur(SpectralLaw):
    r"""The law of :math:`\frac1NX\Lambda X^\top`, :math:`X` d x N with entries of variance 1.

    Its transform is the solution in the upper half plane of
    :math:`s=1/(-z+\int\frac\lambda{1+\gamma\lambda s}d\nu(\lambda))`. Normalised to mass 1; an
    atom :math:`(1-\nu(\mathbb R\setminus0)/\gamma)_+` at 0 is included.

    Parameters
    ----------
    population : DiscreteMeasure, EmpiricalMeasure or ContinuousMeasure
        The law :math:`\nu` of the weights, of mass 1, of either sign.
    gamma : float or exact number
        Aspect ratio, the limit of :math:`d/N`, this way round, from 1e-6 to 1e6.

    Raises
    ------
    DomainError
        If gamma is out of range, or the population is not a probability, or only 0.

    References
    ----------
    Silverstein and Bai, J. Multivariate Anal. 54 (1995), 175-192; Silverstein and Choi, J.
    Multivariate Anal. 54 (1995), 295-309, Theorems 4.1 and 4.2, for the support.

    Examples
    --------
    >>> from rmtcheck import DiscreteMeasure
    >>> law = GeneralizedMarchenkoPastur(DiscreteMeasure([-1.0, 2.0], [0.5, 0.5]), 0.5)
    >>> law.mean(), law.variance()
    (0.5, 1.25)
    >>> s = law.stieltjes(1 + 1j)
    >>> s.imag > 0
    True
    """

    def __init__(self, population: Population, gamma: Any) -> None:
        if isinstance(population, type) or not callable(getattr(population, "resolved", None)):
            raise DomainError(
                f"population is a {type(population).__name__}; a DiscreteMeasure, "
                "EmpiricalMeasure or ContinuousMeasure is needed"
            )
        ratio = StieltjesEquation.checked_ratio(gamma)
        self.population = population
        self.gamma = exact_or_float(Fraction(gamma) if isinstance(gamma, Decimal) else gamma)
        lack = population.lack(self.gamma) if isinstance(population, DiscreteMeasure) else None
        self.equation = StieltjesEquation(population.resolved(ratio), ratio, lack)
        refined = isinstance(self.equation.crowd, RefinedCrowd)
        self.dual = RefinedDual(self.equation) if refined else DualMap(self.equation)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.population!r}, {self.gamma!r})"

    @classmethod
    def typical(cls) -> tuple[Self, ...]:
        """Return members with one weight, split bulks, both signs, weights 0, hard edges."""
        half = [Fraction(1, 2)] * 2
        return (
            cls(DiscreteMeasure([1.0], [1.0]), 0.4),
            cls(DiscreteMeasure([1.0, 20.0], [0.7, 0.3]), 0.8),
            cls(DiscreteMeasure([-1.0, 2.0], [0.5, 0.5]), 0.7),
            cls(DiscreteMeasure([-3.0, -1.0, 0.0], [0.2, 0.5, 0.3]), 1.6),
            cls(DiscreteMeasure([1, 3], half), 1),
        )

    @classmethod
    def methods(cls) -> tuple[str, ...]:
        """Return the names that `method` accepts; the first is the default.

        Examples
        --------
        >>> GeneralizedMarchenkoPastur.methods()[0]
        'anchored newton'
        """
        return (DEFAULT, *SOLVERS)

    def stieltjes(self, z: Any, *, method: str | None = None) -> Any:
        r"""Return :math:`s(z)=\int(x-z)^{-1}d\mu`.

        Parameters
        ----------
        z : complex or array
            Any finite points but the atom; on the real line the boundary value from above.
        method : str, optional
            One of :meth:`methods`; real points outside the support need none.

        Returns
        -------
        complex or array

        Raises
        ------
        DomainError
            If z is not finite, or a point where the transform is infinite; if the method is
            unknown, or the population has too many atoms for it.
        ConvergenceError
            If the method finds no solution in the upper half plane; it names the point.

        Accuracy
        --------
        Estimated relative error 1e-13 by default, next to an edge included; by the others 1e-12
        times the condition number :math:`\gamma/|x'(u)|`, so some 1e-6 where that is 1e6.
        Beyond 128 weights edges are known to 1e-14, and distances to them no better.
        """
        points, below = upper_half(complex_points(z))
        u = self._dual_points(points.ravel(), method).reshape(points.shape)
        if np.any(u == 0):
            raise DomainError(
                "z is 0, where this transform is infinite; any other point is accepted"
            )
        value = -1 / (self.equation.aspect_ratio * u)
        return scalar_like(z, np.where(below, value.conj(), value))

    def companion_stieltjes(self, z: Any, *, method: str | None = None) -> Any:
        r"""Return :math:`-(1-\gamma)/z+\gamma s(z)` of the N x N companion matrix.

        Taken as :math:`-\frac1z\int\frac u{u-\lambda}d\nu`, whose terms do not cancel at 0.

        Parameters
        ----------
        z : complex or array
            Any finite points but 0; on the real line the boundary value from above.
        method : str, optional
            As for :meth:`stieltjes`.

        Raises
        ------
        DomainError
            If z is 0 or not finite.

        Accuracy
        --------
        That of the transform.
        """
        points, below = upper_half(complex_points(z))
        if np.any(points == 0):
            raise DomainError("z is 0; the companion transform is taken at other points")
        flat = points.ravel()
        value = self.equation.companion(self._dual_points(flat, method), flat)
        value = value.reshape(points.shape)
        return scalar_like(z, np.where(below, value.conj(), value))

    def pdf(self, x: Any, *, method: str | None = None) -> Any:
        r"""Return the density :math:`\frac{\Im u}{\pi\gamma|u|^2}` of the continuous part.

        Parameters
        ----------
        x : float or array
            Finite real points.
        method : str, optional
            One of :meth:`methods`.

        Returns
        -------
        float or array
            Infinite at a hard edge: at 0, if gamma is the mass of the weights other than 0.
            0 at all other edges, at an atom between two bulks that touch there as well.

        Raises
        ------
        DomainError
            If x is not finite and real, or the method unknown.

        Accuracy
        --------
        Estimated relative error 1e-13 by default, next to an edge included; beyond 128 weights
        as for :meth:`stieltjes`.
        """
        points = real_points(x)
        flat = points.ravel()
        inside = self.dual.bulks.holds(flat)
        u = self._dual_points(flat[inside] + 0j, method)
        density = np.zeros(flat.shape)
        density[inside] = (-1 / u).imag / (math.pi * self.equation.aspect_ratio)
        hard = self.equation.lack == 0
        return scalar_like(x, np.where((flat == 0) & hard, np.inf, density).reshape(points.shape))

    def cdf(self, x: Any) -> Any:
        r"""Return :math:`\mu((-\infty,x])`, the atom included, in closed form.

        See :mod:`rmtcheck.spectral.distribution`.

        Parameters
        ----------
        x : float or array
            Finite real points.

        Raises
        ------
        DomainError
            If x is not finite and real.

        Accuracy
        --------
        Estimated error 1e-15.
        """
        points = real_points(x)
        return scalar_like(x, self._distribution.below(points.ravel()).reshape(points.shape))

    def icdf(self, q: Any) -> Any:
        r"""Return the quantile :math:`\inf\{x:\mu((-\infty,x])\ge q\}`.

        Parameters
        ----------
        q : float or array
            Levels in [0, 1]; level 0 gives the least point of the law.

        Raises
        ------
        DomainError
            If a level lies outside [0, 1].

        Accuracy
        --------
        Estimated error 1e-15 of the largest edge, or that of the distribution function over
        the density.
        """
        levels = checked_levels(q)
        return scalar_like(q, self._distribution.quantile(levels.ravel()).reshape(levels.shape))

    def support(self) -> Intervals:
        """Return the intervals of the continuous part, ascending.

        Accuracy
        --------
        Relative rounding error, but for intervals about to merge: their number is right if
        the gap between them in the dual variable exceeds 1e-8 of its distance from 0. An
        unbounded population with a density ends where less than 1e-30 gamma of it is left.
        """
        bulks = self.dual.bulks
        apart = bulks.high[:-1] < bulks.low[1:]
        low, high = bulks.low[np.append(True, apart)], bulks.high[np.append(apart, True)]
        return tuple(zip(low.tolist(), high.tolist(), strict=True))

    def atoms(self) -> tuple[tuple[float, float], ...]:
        """Return the atom at 0, if there is one: too few weights that are not 0.

        Accuracy
        --------
        Exact up to rounding; whether there is one is decided exactly, floats being the binary
        numbers that they are.
        """
        mass = self.equation.lack / self.equation.aspect_ratio
        return ((0.0, mass),) if mass > 0 else ()

    def free_cumulant(self, order: int) -> Any:
        r"""Return :math:`\kappa_k=\gamma^{k-1}\int\lambda^kd\nu`.

        The R-transform is :math:`R(G)=\int\frac\lambda{1-\gamma\lambda G}d\nu`: put
        :math:`G=-s` into the equation.

        Raises
        ------
        DomainError
            If the order is no positive integer, or the value beyond the range of floats.

        Accuracy
        --------
        Exact for exact gamma and population, else up to rounding.
        """
        if natural(order) == 0:
            raise DomainError("order is 0; a positive integer is needed")
        k = int(order)
        return representable(k, lambda: self.gamma ** (k - 1) * self.population.moment(k))

    def moment(self, order: int) -> Any:
        r"""Return :math:`\int x^k\,d\mu` from the free cumulants.

        Raises
        ------
        DomainError
            If the order is no non-negative integer, or the moment beyond the range of floats.

        Accuracy
        --------
        Exact for exact gamma and population. Else rounding errors of the sum over products of
        cumulants to order 12, and of the moment itself beyond: weights of both signs cancel.
        """
        rough = super().moment(order)
        if order <= STABLE_ORDER or not isinstance(rough, float):
            return rough
        return representable(order, lambda: float(self._exact_moment(int(order))))

    def draw(self, dimension: int, *, rng: np.random.Generator) -> Array:
        r"""Draw :math:`\frac1NX\Lambda X^\top`, Gaussian X, N nearest to :math:`d/\gamma`.

        Parameters
        ----------
        dimension : int
            Number d of rows.
        rng : numpy Generator
            The source of randomness, of the weights too, which are drawn from the population.

        Returns
        -------
        array of shape (d, d)

        Raises
        ------
        DomainError
            If the dimension or the generator is none, or N would be 0.

        Accuracy
        --------
        Exact in law up to rounding, and the ratio up to that of N to an integer. Of more than 128
        atoms, and of densities, those are drawn that stand for them in the law.

        Examples
        --------
        >>> law = GeneralizedMarchenkoPastur(DiscreteMeasure([-1, 2], [0.5, 0.5]), 0.5)
        >>> law.draw(20, rng=np.random.default_rng(1)).shape
        (20, 20)
        """
        weights = self.equation.population.sample
        return draw_weighted_gram(dimension, self.equation.aspect_ratio, weights, rng)

    def _exact_moment(self, order: int) -> Any:
        """Return the moment of the floats that the law consists of, without rounding."""
        pairs = self.equation.population.rationals()
        unit = math.lcm(*(atom.denominator for atom, _ in pairs))
        share = math.lcm(*(weight.denominator for _, weight in pairs))
        atoms, terms = [int(a * unit) for a, _ in pairs], [int(w * share) for _, w in pairs]
        mass, step, cumulants = sum(terms), Fraction(self.gamma) / unit, []
        for k in range(order):
            terms = [term * atom for term, atom in zip(terms, atoms, strict=True)]
            cumulants.append(step**k * Fraction(sum(terms), mass * unit))
        return moment_from_free_cumulants(cumulants)

    @cached_property
    def _distribution(self) -> Distribution:
        return Distribution(self.dual)

    def _dual_points(self, z: ComplexArray, method: str | None) -> ComplexArray:
        """Return u at points of the closed upper half plane."""
        if method is None:
            return self.dual(z)
        if not isinstance(method, str):
            names = ", ".join(map(repr, self.methods()))
            raise DomainError(f"method is {shown(method)}; {names} are accepted")
        if method == DEFAULT:
            return self.dual(z)
        real = (z.imag == 0) & ~self.dual.bulks.holds(z.real)
        u = np.empty_like(z)
        u[real] = self.dual(z[real])
        u[~real] = solve_by(method, self.equation, z[~real])
        return u
