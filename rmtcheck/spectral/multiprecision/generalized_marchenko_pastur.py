"""The generalised Marchenko-Pastur law in many digits."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable
from fractions import Fraction
from functools import cached_property
from typing import Any

from rmtcheck.errors import DomainError
from rmtcheck.spectral.multiprecision.dual_point import DualPoint
from rmtcheck.spectral.multiprecision.edges import Bulk, find_bulks, rational_edge
from rmtcheck.spectral.multiprecision.exact import ORIGIN, Point
from rmtcheck.spectral.multiprecision.law import Evaluation, PreciseLaw
from rmtcheck.spectral.multiprecision.population import Maps, population_of


class PreciseGeneralizedMarchenkoPastur(PreciseLaw):
    r"""The law of :math:`\frac1NX\Lambda X^\top`, entries of variance 1, in many digits.

    The same law as :class:`~rmtcheck.spectral.laws.generalized_marchenko_pastur.\
GeneralizedMarchenkoPastur`, with no code in common: a reference for it.

    Parameters
    ----------
    atoms : sequence of n numbers
        Weights of either sign; exact numbers, or floats as the binary numbers that they are.
    weights : sequence of n numbers
        Their masses, non-negative. A sum within 1e-9 of 1 is made 1 exactly.
    gamma : number
        Aspect ratio :math:`\gamma>0`, the limit of :math:`d/N`.
    digits : int, default 50
        Digits of every answer.

    Raises
    ------
    DomainError
        If the population is not a probability, or only the atom 0, or gamma is not positive.

    References
    ----------
    Silverstein and Bai, J. Multivariate Anal. 54 (1995), 175-192, equation (1.4).
    P. Biane, Indiana Univ. Math. J. 46 (1997), 705-718, Lemmas 1 to 4.

    Examples
    --------
    >>> thirds = [Fraction(1, 3)] * 3
    >>> law = PreciseGeneralizedMarchenkoPastur([1, 3, 10], thirds, Fraction(1, 10), digits=25)
    >>> print(law.pdf(2))
    0.1704093354963937176869727
    >>> print(law.support()[0][0])
    1.739577708070486014097282
    """

    def __init__(
        self, atoms: Iterable[Any], weights: Iterable[Any], gamma: Any, digits: int = 50
    ) -> None:
        super().__init__(digits)
        self.population = population_of(atoms, weights, gamma)
        self._maps = Maps(self.context, self.population)

    def __repr__(self) -> str:
        count, gamma = len(self.population.atoms), float(self.population.gamma)
        return f"{type(self).__name__}({count} weights, gamma {gamma:.6g}, {self.digits} digits)"

    @cached_property
    def _bulks(self) -> tuple[Bulk, ...]:
        return find_bulks(self._maps)

    def _dual_point(self, z: Point) -> DualPoint:
        return DualPoint(self._maps, z, lambda x: rational_edge(self._bulks, x))

    def _transform(self, z: Point) -> Evaluation:
        if z == ORIGIN and self.population.gamma >= self.population.rank:
            raise DomainError(
                "z is 0, where this transform is infinite; any other point is accepted"
            )
        dual = self._dual_point(z)
        return lambda bits: -1 / (dual.at(bits) * self._maps.at(bits).gamma)

    def _companion(self, z: Point) -> Evaluation:
        r"""Return :math:`-\frac1z\int\frac u{u-\lambda}d\nu`, which keeps its digits next to 0."""
        dual = self._dual_point(z)

        def companion(bits: int) -> Any:
            u, chart = dual.at(bits), self._maps.at(bits)
            shares = (w * u / (u - a) for a, w in zip(chart.atoms, chart.weights, strict=True))
            total = sum(shares, self.context.convert(1 - self.population.rank))
            value = -total / self._number(z)
            return self._seen(value, bool(value.imag if z.imag else value))

        return companion

    def _density(self, x: Fraction) -> Evaluation:
        if x == 0 and self.population.is_square:
            return lambda bits: self.context.inf
        dual = self._dual_point(Point(x, Fraction(0)))

        def density(bits: int) -> Any:
            u, context = dual.at(bits), self.context
            unit = context.pi * self._maps.at(bits).gamma
            return u.imag / (unit * (u.real**2 + u.imag**2)) if u.imag else context.zero

        return density

    def _distribution(self, x: Fraction) -> Evaluation:
        if x == 0 and self.population.gamma >= self.population.rank:
            level = self.population.mass_below(self.population.negative_count, is_left=False)
            return lambda bits: self.context.convert(level)
        dual = self._dual_point(Point(x, Fraction(0)))
        return lambda bits: self._mass_below(dual.at(bits), bits, is_left=x < 0)

    def _mass_below(self, u: Any, bits: int, is_left: bool) -> Any:
        r"""Return the distribution function at a dual point.

        Since :math:`s\,dz=-\frac{x'(u)}{\gamma u}du` has an antiderivative,

        .. math:: F=1-\frac{\arg u}\pi+\frac1{\pi\gamma}\int_{\lambda\ne0}
                  \Bigl(\arg u-\arg(u-\lambda)+\frac{\lambda\Im u}{|u-\lambda|^2}\Bigr)d\nu.
        """
        context, chart = self.context, self._maps.at(bits)
        if not u.imag:
            below = bisect(chart.atoms, u)
            return context.convert(self.population.mass_below(below, is_left))
        angle, total = context.arg(u), context.zero
        for atom, weight in zip(chart.atoms, chart.weights, strict=True):
            apart = u - atom
            turn = angle - context.arg(apart) + atom * u.imag / (apart.real**2 + u.imag**2)
            total += weight * turn
        mass = 1 + (total / chart.gamma - angle) / context.pi
        return self._seen(mass, mass > 0)

    def _intervals(self) -> list[tuple[Evaluation, Evaluation]]:
        return [(bulk.low.place, bulk.high.place) for bulk in self._bulks]

    def _levels(self) -> list[tuple[Fraction, Fraction]]:
        return [(bulk.low_level, bulk.high_level) for bulk in self._bulks]

    def _free_cumulant(self, order: int) -> Fraction:
        r"""Return :math:`\gamma^{k-1}\int\lambda^kd\nu`."""
        return self.population.gamma ** (order - 1) * self.population.moment(order)

    def _atom(self) -> Fraction:
        return max(Fraction(0), 1 - self.population.rank / self.population.gamma)
