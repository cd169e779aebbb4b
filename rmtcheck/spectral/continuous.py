"""Measures with a density: populations of weights that are not finite."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from rmtcheck.errors import DomainError
from rmtcheck.spectral.arrays import Array
from rmtcheck.spectral.law import Intervals, natural, positive, real_points, scalar_like, shown
from rmtcheck.spectral.measures import GREATEST, LEAST, DiscreteMeasure
from rmtcheck.spectral.populations.clearing import Cleared, cleared, without_dust
from rmtcheck.spectral.populations.pieces import Pieces
from rmtcheck.spectral.populations.refined import ResolvedDensity
from rmtcheck.spectral.populations.resolution import Density, Ray, evaluated, pieces_of

MASS_TOLERANCE = 1e-9
# A moment has converged if nothing of it comes from beyond here.
FAR = 2.0**160
LEFT_OUT = 1e-13
LIGHT = 1e-45
# Pieces of less mass over gamma are left out of laws.
LIGHTEST = 1e-30


class ContinuousMeasure:
    r"""The probability measure :math:`f(\lambda)\,d\lambda`.

    The density is analytic between finitely many points. At the ends of its intervals it may
    have algebraic or logarithmic singularities; kinks and jumps inside are found, singularities
    inside are ends: cut the support there. Infinite tails need a second moment, for the solvers
    of spectral laws work with the measure :math:`\lambda^2f(\lambda)\,d\lambda`.

    Parameters
    ----------
    pdf : callable
        The density :math:`f`, mapping a line of reals inside the support to their densities.
    support : pair of floats, or sequence of pairs
        Disjoint intervals (low, high), which may be infinite, and may touch: at singularities
        and next to narrow peaks.

    Attributes
    ----------
    support : tuple of pairs
        The intervals, ascending, those that touch as one.

    Raises
    ------
    DomainError
        If the support is no such thing, the density is negative, infinite or not a number
        inside, has an integral that is not 1 to 1e-9, or tails without a second moment.

    Accuracy
    --------
    Relative 1e-12 of the density, resolved into piecewise polynomials times powers (for a power
    :math:`\beta` at an end, :math:`10^{-12}/(1+\beta)` of the mass next to it); the
    integral is then normalised to 1. Next to a singular end e other than 0 the density is
    extrapolated, since floats there know their distance to e only to 2e-16 e.

    Examples
    --------
    >>> uniform = ContinuousMeasure(lambda x: 1 + 0 * x, (0, 1))
    >>> round(uniform.moment(2), 12)
    0.333333333333
    >>> import numpy as np
    >>> arcsine = ContinuousMeasure(lambda x: 1 / (np.pi * np.sqrt(x * (1 - x))), (0, 1))
    >>> round(arcsine.moment(2), 12)
    0.375
    """

    def __init__(self, pdf: Density, support: Any) -> None:
        if not callable(pdf):
            raise DomainError(f"pdf is {shown(pdf)}; a function of arrays is needed")
        parts = _checked_support(support)
        self.support = _joined(parts)
        found = Pieces.joined([pieces_of(ray) for ray in _rays(pdf, parts)])
        total = math.fsum(found.atoms_and_masses()[1])
        _require_unit(total)
        self._pdf, self._norm = pdf, 1 / total
        self._pieces = found.scaled(1 / total)
        self._atoms, self._weights = self._pieces.atoms_and_masses()
        self._require_tail(2)
        self._require_light_tail()
        self._cleared = lru_cache(maxsize=4)(self._cut)

    def __repr__(self) -> str:
        ends = " and ".join(f"({low:.6g}, {high:.6g})" for low, high in self.support)
        return f"{type(self).__name__}(on {ends})"

    def density(self, x: Any) -> Any:
        r"""Return the density, normalised; 0 outside the support and at its ends.

        Parameters
        ----------
        x : float or array
            Points.

        Raises
        ------
        DomainError
            If a point is no finite real number.

        Accuracy
        --------
        That of the given function.
        """
        points = real_points(x)
        values = np.zeros_like(points)
        for low, high in self.support:
            inside = (points > low) & (points < high)
            values[inside] = self._norm * evaluated(self._pdf, points[inside])
        return scalar_like(x, values)

    def integrate(self, f: Callable[[Array], ArrayLike]) -> float:
        r"""Return :math:`\int f\,d\mu` of a vectorised function that is analytic on the support.

        Accuracy
        --------
        Estimated 1e-12 of :math:`\int|f|\,d\mu`, for functions that vary no faster than
        the density; not for a Cauchy kernel near the support.
        """
        return float(self._weights @ np.asarray(f(self._atoms)))

    def moment(self, order: int) -> float:
        r"""Return :math:`\int\lambda^k\,d\mu`.

        Raises
        ------
        DomainError
            If the order is no non-negative integer, or the moment is infinite or beyond the range
            of floats.

        Accuracy
        --------
        Estimated 1e-12 of :math:`\int|\lambda|^k\,d\mu`.
        """
        k = natural(order)
        self._require_tail(k)
        return float(self._weights @ self._atoms**k)

    def mass(self) -> float:
        """Return the total mass, 1."""
        return self.moment(0)

    def resolved(self, gamma: float) -> DiscreteMeasure:
        r"""Return what stands for this population in the law of an aspect ratio.

        A few atoms, if no dual point of the law can tell them from the density. Where
        :math:`\lambda^2f(\lambda)` falls to 0 faster than linearly (tails; the weight 0 if
        :math:`\gamma\ge1`), or if it would take many, rough atoms that carry the density: a law
        refines it towards every point (:mod:`rmtcheck.spectral.populations.refined`).

        Parameters
        ----------
        gamma : float
            Aspect ratio.

        Returns
        -------
        DiscreteMeasure

        Raises
        ------
        DomainError
            If gamma is no positive number.

        Accuracy
        --------
        Sums :math:`\int\lambda^2/(u-\lambda)\,d\nu` agree to relative 1e-12, the accuracy of the
        density, at every dual point u that the law visits, and the rule itself adds less than
        1e-15. Pieces of mass less than :math:`10^{-30}\gamma`, far out in tails, are left out:
        supports end there. Of few atoms the mass next to 0, up to :math:`10^{-13}\gamma` on
        either side, is one.
        """
        ratio = _checked_ratio(gamma)
        cut = self._cleared(ratio)
        if not cut.clear.all():
            return ResolvedDensity(cut.pieces, cut.clear)
        atoms, weights = cut.pieces.atoms_and_masses()
        kept = (weights > LEAST) & (abs(atoms) > LEAST)
        atoms, weights = without_dust(atoms[kept], weights[kept], ratio)
        return DiscreteMeasure(atoms, weights / math.fsum(weights))

    def _cut(self, gamma: float) -> Cleared:
        masses = self._pieces.rules()[1].sum(axis=1)
        return cleared(self._pieces[masses > LIGHTEST * gamma], gamma)

    def _require_tail(self, order: int) -> None:
        """Refuse a moment that has not converged at the end of the range of atoms."""
        with np.errstate(over="ignore"):
            parts = self._weights * abs(self._atoms) ** order
        far = parts[abs(self._atoms) > FAR].sum()
        if not np.isfinite(parts).all() or far > LEFT_OUT * parts.sum():
            raise DomainError(
                f"the moment of order {order} of the density is infinite or beyond the range of "
                "floats; finite ones are needed, and that of order 2 by every spectral law"
            )

    def _require_light_tail(self) -> None:
        """Refuse a second moment that comes from atoms lighter than a population may have."""
        squares = self._weights * self._atoms**2
        if squares[self._weights < LIGHT].sum() > LEFT_OUT * squares.sum():
            raise DomainError(
                "the second moment of the density converges too slowly in its tails; a "
                "density that falls at least like |x|^-4 is needed"
            )


def _checked_ratio(gamma: Any) -> float:
    return float(positive("gamma", gamma))


def _require_unit(total: float) -> None:
    if not abs(total - 1) <= MASS_TOLERANCE:
        raise DomainError(
            f"pdf integrates to {total:.12g} over the support; 1 is needed, to {MASS_TOLERANCE} "
            "(cut the support at narrow peaks and at singularities)"
        )


def _checked_support(support: Any) -> Intervals:
    """Return ascending disjoint intervals, or raise DomainError."""
    pairs = _pairs(support)
    ends = np.sort(pairs, axis=0).ravel() if pairs is not None else np.zeros(0)
    if pairs is None or np.any(pairs[:, 0] >= pairs[:, 1]) or np.any(np.diff(ends) < 0):
        raise DomainError(
            f"support is {shown(support)}; an interval (low, high) or disjoint ones are needed"
        )
    size = abs(ends[np.isfinite(ends)])
    if np.any((size != 0) & ((size < LEAST) | (size > GREATEST))):
        raise DomainError(
            f"support is {shown(support)}; ends 0, infinite or of modulus {LEAST} to {GREATEST} "
            "are accepted"
        )
    return tuple((low, high) for low, high in ends.reshape(-1, 2).tolist())


def _pairs(support: Any) -> Array | None:
    """Return the intervals as rows, or None if they are none."""
    try:
        pairs = np.atleast_2d(np.asarray(support, dtype=float))
    except (TypeError, ValueError):
        return None
    fit = pairs.ndim == 2 and pairs.shape[1] == 2 and len(pairs) and not np.isnan(pairs).any()
    return pairs if fit else None


def _joined(parts: Intervals) -> Intervals:
    """Return the intervals with those that touch as one."""
    low, high = np.array(parts).T
    apart = high[:-1] < low[1:]
    first, last = low[np.append(True, apart)], high[np.append(apart, True)]
    return tuple(zip(first.tolist(), last.tolist(), strict=True))


def _rays(pdf: Density, support: Intervals) -> Iterator[Ray]:
    """Cut the support at 0, where laws look closest, and every finite part in its middle."""
    for low, high in support:
        cuts = [low, 0.0, high] if low < 0 < high else [low, high]
        for a, b in itertools.pairwise(cuts):
            yield from _rays_between(pdf, a, b)


def _rays_between(pdf: Density, a: float, b: float) -> Iterator[Ray]:
    if math.isinf(b):
        yield Ray(pdf, a, 1.0, math.inf)
    elif math.isinf(a):
        yield Ray(pdf, b, -1.0, math.inf)
    else:
        middle = a + (b - a) / 2
        yield Ray(pdf, a, 1.0, middle - a)
        yield Ray(pdf, b, -1.0, b - middle)
