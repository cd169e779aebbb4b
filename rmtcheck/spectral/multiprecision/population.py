r"""An exact population of weights, and the inverse map :math:`x(u)` in any arithmetic."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from itertools import accumulate
from typing import Any

import mpmath

from rmtcheck.errors import DomainError
from rmtcheck.spectral.multiprecision.exact import exact, exact_positive

MASS_TOLERANCE = Fraction(1, 10**9)


@dataclass(frozen=True)
class ExactPopulation:
    r"""Weights other than 0 with their masses, ascending, and the aspect ratio, as fractions.

    Attributes
    ----------
    atoms, weights : tuples of Fraction
        The weights that are not 0 and their masses.
    gamma : Fraction
        The aspect ratio.
    """

    atoms: tuple[Fraction, ...]
    weights: tuple[Fraction, ...]
    gamma: Fraction

    @cached_property
    def rank(self) -> Fraction:
        """The mass of the weights that are not 0."""
        return sum(self.weights, Fraction(0))

    @cached_property
    def tilt_at_zero(self) -> Fraction:
        r"""The integral :math:`\int\lambda^{-1}d\nu` over the weights that are not 0."""
        return sum((w / a for a, w in self.pairs()), Fraction(0))

    @cached_property
    def negative_count(self) -> int:
        """The number of negative weights, and the index of the gap that 0 lies in."""
        return sum(a < 0 for a in self.atoms)

    @property
    def is_square(self) -> bool:
        r"""Whether :math:`\gamma` is the rank, where 0 is a critical point with image 0."""
        return self.gamma == self.rank

    def pairs(self) -> Iterable[tuple[Fraction, Fraction]]:
        """Return the weights with their masses."""
        return zip(self.atoms, self.weights, strict=True)

    @cached_property
    def _masses_above(self) -> tuple[Fraction, ...]:
        return tuple(accumulate(reversed(self.weights), initial=Fraction(0)))[::-1]

    def moment(self, order: int) -> Fraction:
        r"""Return :math:`\int\lambda^kd\nu`, k at least 1.

        Accuracy
        --------
        Exact.
        """
        return sum((w * a**order for a, w in self.pairs()), Fraction(0))

    def is_edge(self, u: Fraction, x: Fraction) -> bool:
        r"""Whether :math:`x(u)=x` and :math:`x'(u)=0`.

        Accuracy
        --------
        Exact.
        """
        if u in self.atoms:
            return False
        shares = [(w, a / (u - a)) for a, w in self.pairs()]
        crowding = sum((w * share * share for w, share in shares), Fraction(0))
        image = u * (self.gamma + sum((w * share for w, share in shares), Fraction(0)))
        return crowding == self.gamma and image == x

    def mass_below(self, index: int, is_left: bool) -> Fraction:
        r"""Return the distribution function at real dual points above so many weights.

        It is :math:`F=\gamma^{-1}\nu((-\infty,u))` for :math:`u<0` and
        :math:`1-\gamma^{-1}\nu((u,\infty))` for :math:`u>0`, weights 0 left out.

        Parameters
        ----------
        index : int
            The number of weights below u.
        is_left : bool
            Whether x(u) is negative. It counts only in the gap that 0 lies in, if that is open.

        Accuracy
        --------
        Exact.
        """
        above = self._masses_above[index]
        is_negative = self._is_negative(index, is_left)
        return (self.rank - above) / self.gamma if is_negative else 1 - above / self.gamma

    def _is_negative(self, index: int, is_left: bool) -> bool:
        """Return the sign of u, from what is known exactly: if x'(0) > 0 it is that of x(u).

        Otherwise the open part of the gap of 0 lies on the side where g falls.
        """
        if index != self.negative_count:
            return index < self.negative_count
        return is_left if self.gamma > self.rank else self.tilt_at_zero > 0


def population_of(atoms: Iterable[Any], weights: Iterable[Any], gamma: Any) -> ExactPopulation:
    """Return the exact population of given weights, its mass made exactly 1, or raise DomainError.

    Parameters
    ----------
    atoms, weights : sequences of numbers
        See :func:`~rmtcheck.spectral.multiprecision.exact.exact`.
    gamma : number
        The aspect ratio.
    """
    places = [exact("an atom", a) for a in atoms]
    masses = [exact("a weight", w) for w in weights]
    if len(places) != len(masses):
        raise DomainError(
            f"atoms and weights have lengths {len(places)} and {len(masses)}; equal ones are needed"
        )
    if min(masses, default=Fraction(0)) < 0:
        raise DomainError(f"a weight is {min(masses)}; non-negative ones are needed")
    mass = sum(masses, Fraction(0))
    if abs(mass - 1) > MASS_TOLERANCE:
        raise DomainError(f"the population has mass {float(mass)}; mass 1 is needed")
    merged: dict[Fraction, Fraction] = {}
    for place, share in zip(places, masses, strict=True):
        merged[place] = merged.get(place, Fraction(0)) + share / mass
    acting = sorted((a, w) for a, w in merged.items() if a and w)
    if not acting:
        raise DomainError("the population is the atom 0; a weight other than 0 is needed")
    kept_atoms, kept_weights = zip(*acting, strict=True)
    return ExactPopulation(kept_atoms, kept_weights, exact_positive("gamma", gamma))


class InverseMap:
    r"""The map :math:`x(u)=\gamma u+\int\lambda d\nu+\int\frac{\lambda^2}{u-\lambda}d\nu`.

    Parameters
    ----------
    context : mpmath context
        The arithmetic: an MPContext at its present precision, or ``mpmath.fp`` for floats.
    population : ExactPopulation
        The weights.

    Raises
    ------
    OverflowError
        If floats cannot hold the population.
    """

    def __init__(self, context: Any, population: ExactPopulation) -> None:
        self.context = context
        number = context.convert
        self.atoms = [number(a) for a in population.atoms]
        self.weights = [number(w) for w in population.weights]
        self.strengths = [number(w * a * a) for a, w in population.pairs()]
        self.gamma = number(population.gamma)
        self.mean = number(population.moment(1))
        self.spread = context.sqrt(number(population.gamma * population.moment(2)))
        self.reach = number(sum(w * abs(a) for a, w in population.pairs())) + self.spread
        self.unit = (8 + len(self.atoms)) * context.eps

    def jet(self, u: Any) -> tuple[Any, Any, Any]:
        r"""Return :math:`x(u)`, :math:`x'(u)` and :math:`x''(u)`.

        Accuracy
        --------
        Exact up to rounding of the terms, see :meth:`rounding`.
        """
        first = second = third = 0
        for atom, strength in zip(self.atoms, self.strengths, strict=True):
            inverse = 1 / (u - atom)
            term = strength * inverse
            first += term
            term *= inverse
            second += term
            third += term * inverse
        return self.gamma * u + self.mean + first, self.gamma - second, 2 * third

    def crowding(self, u: Any) -> tuple[Any, Any]:
        r"""Return :math:`g(u)=\int\lambda^2/(u-\lambda)^2d\nu` and :math:`g'(u)` at a real u.

        Accuracy
        --------
        Relative error of a few units of rounding in g.
        """
        value = slope = 0
        for atom, strength in zip(self.atoms, self.strengths, strict=True):
            inverse = 1 / (u - atom)
            term = strength * inverse * inverse
            value += term
            slope += term * inverse
        return value, -2 * slope

    def clearance(self, u: Any) -> Any:
        """Return the distance of u from the nearest weight."""
        above = bisect(self.atoms, u.real)
        return min(abs(u - atom) for atom in self.atoms[max(above - 1, 0) : above + 1])

    def bend(self, u: Any, jet: tuple[Any, Any, Any]) -> Any:
        r"""Return a bound of :math:`2\int\lambda^2/|u-\lambda|^3d\nu`.

        It is at most :math:`2/\rho` times :math:`\int\lambda^2/|u-\lambda|^2d\nu`, which is
        :math:`\gamma-\Im x/\Im u`, and :math:`\gamma-x'` on the real line.
        """
        share = jet[0].imag / u.imag if u.imag else jet[1].real
        return 2 * (self.gamma - share) / self.clearance(u)

    def rounding(self, u: Any) -> Any:
        r"""Return a bound of the rounding error of x, wherever :math:`\Im x(u)\ge0`."""
        return self.unit * (self.gamma * abs(u) + self.reach)


class Maps:
    """The inverse map of one population at every precision, each made once."""

    def __init__(self, context: Any, population: ExactPopulation) -> None:
        self.context, self.population = context, population
        self._made: dict[int, InverseMap] = {}

    def at(self, bits: int) -> InverseMap:
        """Return the map in numbers of so many bits, which the context must be set to."""
        if bits not in self._made:
            self._made[bits] = InverseMap(self.context, self.population)
        return self._made[bits]

    @cached_property
    def floating(self) -> InverseMap | None:
        """The map in Python floats, to start from; None if they cannot hold the population."""
        try:
            return InverseMap(mpmath.fp, self.population)
        except (OverflowError, ZeroDivisionError):
            return None
