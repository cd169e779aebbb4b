"""The generalised Marchenko-Pastur law in balls."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from flint import acb, arb, fmpq

from rmtcheck.certify.ball import everything
from rmtcheck.certify.exact import checked_digits, checked_integer, checked_positive, exact_rational
from rmtcheck.certify.laws.accuracy import (
    Point,
    as_ball,
    as_text,
    exact_point,
    from_above,
    to_digits,
)
from rmtcheck.certify.laws.descent import Found, find_dual_point, refined
from rmtcheck.certify.laws.dual import dual_maps
from rmtcheck.certify.laws.population import ExactPopulation
from rmtcheck.certify.laws.support import (
    Crossing,
    edge_at,
    exact_crossing,
    find_crossings,
    refined_crossing,
)
from rmtcheck.errors import DomainError

MAX_ORDER = 100


class EnclosedGeneralizedMarchenkoPastur:
    r"""Balls for the law of :math:`\frac1NX\Lambda X^\top`, X d x N with entries of variance 1.

    Its Stieltjes transform is, for :math:`\Im z>0`, the one solution with :math:`\Im s>0` of

    .. math:: s=\frac1{-z+\int\frac\lambda{1+\gamma\lambda s}\,d\nu(\lambda)}.

    Parameters
    ----------
    atoms : sequence of n exact rationals
        The weights :math:`\lambda`, of either sign, not all 0.
    weights : sequence of n exact rationals
        Their masses, positive, of sum exactly 1.
    gamma : exact rational
        Aspect ratio :math:`\gamma>0`, the limit of d/N.

    Raises
    ------
    DomainError
        If the masses are no probability, gamma is not positive, or 0 is the only weight.

    Notes
    -----
    Accuracy: enclosures, proved in docs/lemmas.md, 9 to 12.

    References
    ----------
    Silverstein and Bai, J. Multivariate Anal. 54 (1995), 175-192, equation (1.4).

    Examples
    --------
    >>> law = EnclosedGeneralizedMarchenkoPastur([-1, 2], ["1/2", "1/2"], "1/2")
    >>> print(law.enclose_pdf(0, digits=12).str(12, radius=False))
    0.450158158079
    >>> law.enclose_moment(2), law.enclose_atom()
    (3/2, 0)
    """

    def __init__(self, atoms: Sequence[Any], weights: Sequence[Any], gamma: Any) -> None:
        self.population = ExactPopulation(atoms, weights, gamma)
        self._maps = dual_maps(self.population)
        self._find = lru_cache(maxsize=256)(self._found)
        self._edges = lru_cache(maxsize=8)(self._enclosed_edges)
        self._crossings = lru_cache(maxsize=1)(self._found_crossings)

    @property
    def gamma(self) -> fmpq:
        """The aspect ratio."""
        return self.population.gamma

    def enclose_stieltjes(self, z: tuple[Any, Any], digits: Any = 30) -> acb:
        r"""Enclose :math:`s(z)=\int(x-z)^{-1}d\mu=-1/(\gamma u)`, where :math:`x(u)=z`.

        Parameters
        ----------
        z : pair of exact rationals
            Real and imaginary part of any point; on the real line the value from above.
        digits : int, default 30
            Decimal digits of relative accuracy, 1 to 300.

        Returns
        -------
        acb

        Raises
        ------
        DomainError
            If z is no pair of exact rationals, or 0 where the transform is infinite.
        PrecisionError
            If z is too near to an edge to be told from it.

        Examples
        --------
        >>> law = enclosed_marchenko_pastur("1/4")
        >>> print(law.enclose_stieltjes((1, 0), digits=5).str(5, radius=False))
        -0.50000 + 1.9365j
        """
        goal = checked_digits(digits)
        return from_above(exact_point(z), lambda point: self._stieltjes(point, goal))

    def enclose_companion_stieltjes(self, z: tuple[Any, Any], digits: Any = 30) -> acb:
        r"""Enclose :math:`-\frac{1-\gamma}z+\gamma s(z)`, the transform of the N x N companion.

        Parameters
        ----------
        z : pair of exact rationals
            Real and imaginary part of any point but 0; on the real line the value from above.
        digits : int, default 30
            Decimal digits of relative accuracy, 1 to 300.

        Returns
        -------
        acb
            Exactly 0 where the transform vanishes, which happens in gaps only.

        Raises
        ------
        DomainError
            If z is no pair of exact rationals, or 0.
        PrecisionError
            If z is too near to an edge to be told from it.
        """
        goal, point = checked_digits(digits), exact_point(z)
        if point == (0, 0):
            raise DomainError("z = 0 is outside the companion's domain; accepted: any other point")
        return from_above(point, lambda above: self._companion(above, goal))

    def enclose_pdf(self, x: Any, digits: Any = 30) -> arb:
        r"""Enclose the density :math:`\frac{\Im u}{\pi\gamma|u|^2}` of the continuous part.

        Parameters
        ----------
        x : exact rational
            Any real point.
        digits : int, default 30
            Decimal digits of relative accuracy, 1 to 300.

        Returns
        -------
        arb
            Exactly 0 outside the support and at its edges.

        Raises
        ------
        DomainError
            If x is no exact rational, or 0 where the density is infinite.
        PrecisionError
            If x is too near to an edge to be told from it.

        Examples
        --------
        >>> enclosed_marchenko_pastur("1/4").enclose_pdf("9/4")
        0
        """
        goal, point = checked_digits(digits), (exact_rational("x", x), fmpq(0))
        found = self._find(point)
        if found.exact == 0 and self.population.rank == self.gamma:
            raise DomainError("x = 0 is where this density is infinite; accepted: any other point")
        if found.ball.imag == 0:
            return arb(0)

        def density() -> arb:
            u = refined(self._maps, point, found)
            return u.imag / (arb.pi() * self._maps().gamma * (u.real**2 + u.imag**2))

        return to_digits(goal, found.depth, density, f"the density at x = {as_text(point)}")

    def enclose_cdf(self, x: Any, digits: Any = 30) -> arb:
        r"""Enclose :math:`\mu((-\infty,x])`, the atom included, in closed form.

        .. math:: F=1-\frac{\arg u}\pi+\frac1{\pi\gamma}\int_{\lambda\ne0}
                  \Bigl(\arg u-\arg(u-\lambda)+\frac{\lambda\Im u}{|u-\lambda|^2}\Bigr)d\nu

        Parameters
        ----------
        x : exact rational
            Any real point.
        digits : int, default 30
            Decimal digits of relative accuracy, 1 to 300.

        Returns
        -------
        arb
            A rational number, rounded, outside the support.

        Raises
        ------
        DomainError
            If x is no exact rational.
        PrecisionError
            If x is too near to an edge to be told from it.

        Examples
        --------
        >>> enclosed_marchenko_pastur(4).enclose_cdf(0)
        0.750000000000000
        """
        goal, point = checked_digits(digits), (exact_rational("x", x), fmpq(0))
        found = self._find(point)

        def mass() -> arb:
            u = refined(self._maps, point, found)
            if found.ball.imag != 0:
                return self._maps().mass_below(u)
            if found.exact is not None:
                return arb(self.population.mass_beside(found.exact))
            if u.real.contains(0):
                return everything()
            # The ball holds no atom either, so its midpoint stands for all of it.
            return arb(self.population.mass_beside(u.real.mid().fmpq()))

        return to_digits(goal, found.depth, mass, f"the mass up to x = {as_text(point)}")

    def enclose_edges(self, digits: Any = 30) -> tuple[arb, ...]:
        r"""Enclose the ends of all intervals of the continuous part, ascending, two for each.

        Their number is proved. Intervals that touch in one point count as one.

        Parameters
        ----------
        digits : int, default 30
            Decimal digits of relative accuracy, 1 to 300.

        Returns
        -------
        tuple of arb
            Exactly 0 at a hard edge.

        Raises
        ------
        PrecisionError
            If a gap is so nearly closed that it is not decided.

        Examples
        --------
        >>> low, high = enclosed_marchenko_pastur("1/4").enclose_edges()
        >>> low.overlaps(arb("0.25")), high.overlaps(arb("2.25"))
        (True, True)
        """
        return self._edges(checked_digits(digits))

    def enclose_atom(self) -> fmpq:
        r"""Return the mass :math:`(1-\nu(\mathbb R\setminus0)/\gamma)_+` of the atom 0, exactly."""
        return self.population.mass_at_zero()

    def enclose_moment(self, order: Any) -> fmpq:
        r"""Return :math:`\int x^nd\mu`, exactly.

        Parameters
        ----------
        order : int
            From 0 to 100.

        Raises
        ------
        DomainError
            If the order is something else.
        """
        return self.population.moment(checked_integer("order", order, 0, MAX_ORDER))

    def _found(self, point: Point) -> Found:
        return find_dual_point(self.population, self._maps, point)

    def _stieltjes(self, z: Point, digits: int) -> acb:
        found = self._find(z)
        if found.exact == 0:
            raise DomainError(
                "z = 0 is where this transform is infinite; accepted: any other point"
            )

        def transform() -> acb:
            return -1 / (self._maps().gamma * refined(self._maps, z, found))

        return to_digits(digits, found.depth, transform, f"the transform at z = {as_text(z)}")

    def _companion(self, z: Point, digits: int) -> acb:
        found = self._find(z)

        def transform() -> acb:
            value = (self.gamma - 1) / as_ball(z) - 1 / refined(self._maps, z, found)
            return acb(0) if value.contains(0) and self._companion_vanishes(z) else value

        return to_digits(digits, found.depth, transform, f"the transform at z = {as_text(z)}")

    def _companion_vanishes(self, z: Point) -> bool:
        r"""Whether :math:`u=z/(\gamma-1)`, which is rational where z is: a test in Q."""
        if z[1] != 0 or self.gamma == 1:
            return False
        return self.population.is_boundary_value(z[0] / (self.gamma - 1), z[0])

    def _found_crossings(self) -> tuple[Crossing, ...]:
        return find_crossings(self.population, self._maps)

    def _enclosed_edges(self, digits: int) -> tuple[arb, ...]:
        return tuple(self._edge(crossing, digits) for crossing in self._crossings())

    def _edge(self, crossing: Crossing, digits: int) -> arb:
        def edge() -> arb:
            dual, place = self._maps(), refined_crossing(self._maps, crossing)
            if place is None:
                return everything()
            value = edge_at(dual, place)
            if value.contains(0):
                exact = exact_crossing(self.population, dual, place.lower(), place.upper())
                return value if exact is None else arb(self.population.image(exact))
            return value

        return to_digits(digits, crossing.bits, edge, "an edge")


def enclosed_marchenko_pastur(gamma: Any, variance: Any = 1) -> EnclosedGeneralizedMarchenkoPastur:
    r"""Return the Marchenko-Pastur law, the law of :math:`\frac1NXX^\top`, in balls.

    Parameters
    ----------
    gamma : exact rational
        Aspect ratio :math:`\gamma>0`, the limit of d/N.
    variance : exact rational, default 1
        Variance of an entry of X.

    Returns
    -------
    EnclosedGeneralizedMarchenkoPastur

    Raises
    ------
    DomainError
        If a parameter is not positive.
    """
    return EnclosedGeneralizedMarchenkoPastur([checked_positive("variance", variance)], [1], gamma)
