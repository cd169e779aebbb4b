"""What every spectral law in many digits can be asked."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from mpmath import MPContext
from mpmath.libmp import from_rational, round_nearest

from rmtcheck.errors import DomainError, PrecisionError
from rmtcheck.spectral.law import moments_from_free_cumulants, natural, shown
from rmtcheck.spectral.multiprecision.exact import ORIGIN, Point, exact, exact_level, exact_point
from rmtcheck.spectral.multiprecision.quantile import Quantile
from rmtcheck.spectral.multiprecision.settled import settled

MOST_DIGITS = 10_000

Evaluation = Callable[[int], Any]
"""From a number of bits, which the context then works with, to a number."""


class PreciseLaw(ABC):
    r"""A spectral law whose answers are correct to a number of digits chosen once.

    Arguments are exact: integers, fractions, floats as the binary numbers that they are, mpmath
    numbers. Answers are numbers of a context of their own; the global mpmath is not touched.

    Parameters
    ----------
    digits : int
        Decimal digits of every answer, from 1 to 10000.

    Attributes
    ----------
    digits : int
        The digits.
    context : mpmath MPContext
        The arithmetic of the answers.

    Raises
    ------
    DomainError
        If the number of digits is out of range.
    """

    def __init__(self, digits: int) -> None:
        is_number = isinstance(digits, int) and not isinstance(digits, bool)
        if not is_number or not 1 <= digits <= MOST_DIGITS:
            raise DomainError(
                f"digits is {shown(digits)}; an integer from 1 to {MOST_DIGITS} is needed"
            )
        self.digits = digits
        self.context = MPContext()
        self.context.dps = digits

    def stieltjes(self, z: Any) -> Any:
        r"""Return :math:`s(z)=\int(x-z)^{-1}d\mu`.

        Parameters
        ----------
        z : complex or exact number
            A finite point but a pole; on the real line the boundary value from above.

        Returns
        -------
        mpc or mpf
            An mpf on the real line outside the support, else with an imaginary part of the sign of
            that of z, positive on the real line.

        Raises
        ------
        DomainError
            If z is not finite, or 0 where the transform is infinite.
        PrecisionError
            If z is at an edge of the support or too close to one.

        Accuracy
        --------
        Estimated relative error :math:`10^{-digits}` of the modulus and of the imaginary part.
        """
        return self._on_both_sides(z, self._transform, f"the transform at {shown(z)}")

    def companion_stieltjes(self, z: Any) -> Any:
        r"""Return :math:`-(1-\gamma)/z+\gamma s(z)`, for a law with an aspect ratio.

        Raises
        ------
        DomainError
            If z is 0 or not finite, or the law has no aspect ratio.
        PrecisionError
            If z is at an edge of the support or too close to one.

        Accuracy
        --------
        Estimated relative error :math:`10^{-digits}` of the modulus and of the imaginary part.
        """
        return self._on_both_sides(
            z, self._companion_but_at_zero, f"the companion transform at {shown(z)}"
        )

    def pdf(self, x: Any) -> Any:
        """Return the density of the continuous part, exactly 0 outside the support.

        Raises
        ------
        DomainError
            If x is not a finite real number.
        PrecisionError
            If x cannot be told from an edge of the support.

        Accuracy
        --------
        Estimated relative error :math:`10^{-digits}`; infinite at 0 where the density is.
        """
        return self._settled(self._density(exact("x", x)), f"the density at {shown(x)}")

    def cdf(self, x: Any) -> Any:
        r"""Return :math:`\mu((-\infty,x])`, the atom included.

        Raises
        ------
        DomainError
            If x is not a finite real number.
        PrecisionError
            If x cannot be told from an edge of the support.

        Accuracy
        --------
        Estimated relative error :math:`10^{-digits}`.
        """
        return self._settled(self._distribution(exact("x", x)), f"the distribution at {shown(x)}")

    def icdf(self, q: Any) -> Any:
        r"""Return the quantile :math:`\inf\{x:\mu((-\infty,x])\ge q\}`.

        Parameters
        ----------
        q : exact number
            A level in [0, 1]; level 0 gives the least point of the law.

        Raises
        ------
        DomainError
            If the level lies outside [0, 1].

        Accuracy
        --------
        Estimated error :math:`10^{-digits}` of the quantile, or of :math:`10^{-digits}` times the
        width of the support if that is larger.
        """
        return self._settled(
            self._quantile(exact_level(q)), f"the quantile at {shown(q)}", self._floor()
        )

    def support(self) -> tuple[tuple[Any, Any], ...]:
        r"""Return the intervals of the continuous part, ascending.

        Raises
        ------
        PrecisionError
            If two intervals touch, or are too close to each other to be told apart.

        Accuracy
        --------
        As :meth:`icdf`.
        """
        return tuple(
            (
                self._settled(low, "an edge", self._floor()),
                self._settled(high, "an edge", self._floor()),
            )
            for low, high in self._intervals()
        )

    def edges(self) -> tuple[Any, ...]:
        """Return the end points of the support, ascending."""
        return tuple(edge for interval in self.support() for edge in interval)

    def atoms(self) -> tuple[tuple[Any, Any], ...]:
        """Return the atom at 0 as (location, mass), if there is one."""
        mass = self._atom()
        return ((self.context.zero, self._rounded(mass)),) if mass else ()

    def moment(self, order: int) -> Any:
        r"""Return :math:`\int x^kd\mu` from the free cumulants, in exact arithmetic, then rounded.

        Raises
        ------
        DomainError
            If the order is no non-negative integer.

        Accuracy
        --------
        Correctly rounded.
        """
        cumulants = [self._free_cumulant(k + 1) for k in range(natural(order))]
        return self._rounded(moments_from_free_cumulants(cumulants)[-1])

    def free_cumulant(self, order: int) -> Any:
        r"""Return the free cumulant :math:`\kappa_k`, calculated exactly, then rounded.

        Raises
        ------
        DomainError
            If the order is no positive integer.

        Accuracy
        --------
        Correctly rounded.
        """
        if natural(order) == 0:
            raise DomainError("order is 0; a positive integer is needed")
        return self._rounded(self._free_cumulant(int(order)))

    @abstractmethod
    def _transform(self, z: Point) -> Evaluation: ...

    @abstractmethod
    def _density(self, x: Fraction) -> Evaluation: ...

    @abstractmethod
    def _distribution(self, x: Fraction) -> Evaluation: ...

    @abstractmethod
    def _intervals(self) -> list[tuple[Evaluation, Evaluation]]: ...

    @abstractmethod
    def _levels(self) -> list[tuple[Fraction, Fraction]]: ...

    @abstractmethod
    def _free_cumulant(self, order: int) -> Fraction: ...

    def _atom(self) -> Fraction:
        return Fraction(0)

    def _companion(self, z: Point) -> Evaluation:
        raise DomainError(f"{type(self).__name__} has no aspect ratio and no companion transform")

    def _companion_but_at_zero(self, z: Point) -> Evaluation:
        if z == ORIGIN:
            raise DomainError("z is 0; the companion transform is taken at other points")
        return self._companion(z)

    def _quantile(self, level: Fraction) -> Evaluation:
        """Return the quantile of a level: in one of the intervals, at an edge, or at the atom."""
        ends, levels = self._intervals(), self._levels()
        if level == 0:
            return ends[0][0] if levels[0][0] == 0 else self._zero
        for between, (below, above) in zip(ends, levels, strict=True):
            if level <= below:
                break
            if level == above:
                return between[1]
            if level < above:
                return Quantile(self, between, (below, above), level)
        return self._zero

    def _rounded(self, value: Fraction) -> Any:
        """Return the nearest number of the context; its own conversion truncates."""
        precision = int(self.context.prec)
        ratio = Fraction(value)
        return self.context.make_mpf(
            from_rational(ratio.numerator, ratio.denominator, precision, round_nearest)
        )

    def _number(self, point: Point) -> Any:
        """Return a point at the precision of the context, of real type on the real line."""
        real = self.context.convert(point.real)
        return self.context.mpc(real, self.context.convert(point.imag)) if point.imag else real

    def _seen(self, value: Any, is_seen: bool) -> Any:
        """Return a value, or raise where its terms have cancelled to nothing."""
        if not is_seen:
            raise PrecisionError(f"a difference vanishes in {self.context.prec} bits")
        return value

    def _zero(self, bits: int) -> Any:
        return self.context.zero

    def _floor(self) -> Any:
        """Return a size below which quantiles and edges are given to absolute accuracy."""
        variance = self.context.convert(self._free_cumulant(2))
        return self.context.ldexp(self.context.sqrt(variance), -int(self.context.prec))

    def _settled(self, evaluate: Evaluation, what: str, floor: Any = 0) -> Any:
        return settled(self.context, evaluate, what, floor)

    def _on_both_sides(self, z: Any, evaluation: Callable[[Point], Evaluation], what: str) -> Any:
        point = exact_point("z", z)
        value = self._settled(evaluation(Point(point.real, abs(point.imag))), what)
        return value.conjugate() if point.imag < 0 else value
