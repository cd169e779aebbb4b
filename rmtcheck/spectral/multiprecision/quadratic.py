r"""Laws whose transform solves a quadratic equation, by its formula, in many digits.

With :math:`\alpha(z)s^2+\beta(z)s+1=0`, both coefficients affine in z, the discriminant
:math:`D=\beta^2-4\alpha` is an exact rational number at an exact z: on the real line its sign says
without error whether z lies inside the support, outside of it or at an edge.
"""

from __future__ import annotations

from abc import abstractmethod
from fractions import Fraction
from typing import Any

from rmtcheck.errors import DomainError
from rmtcheck.spectral.multiprecision.exact import ORIGIN, Point
from rmtcheck.spectral.multiprecision.law import Evaluation, PreciseLaw

Affine = tuple[Fraction, Fraction]
"""The values at 0 of a function of z, and its slope."""


class QuadraticLaw(PreciseLaw):
    """A law with one interval and a quadratic equation; see the module."""

    @abstractmethod
    def _coefficients(self) -> tuple[Affine, Affine]: ...

    def _discriminant(self, z: Point) -> Point:
        """Return the discriminant in exact arithmetic."""
        alpha, beta = (_at(affine, z) for affine in self._coefficients())
        real = beta.real**2 - beta.imag**2 - 4 * alpha.real
        return Point(real, 2 * beta.real * beta.imag - 4 * alpha.imag)

    def _root(self, x: Fraction) -> Any:
        r"""Return :math:`\sqrt{-D}` inside the support at the precision of the context, else 0."""
        discriminant = self._discriminant(Point(x, Fraction(0))).real
        return self.context.sqrt(self.context.convert(max(Fraction(0), -discriminant)))

    def _transform(self, z: Point) -> Evaluation:
        alpha = _at(self._coefficients()[0], z)
        if alpha == ORIGIN:
            return self._linear(_at(self._coefficients()[1], z))
        if z.imag:
            return lambda bits: max(self._roots(z), key=lambda s: s.imag)
        if self._discriminant(z).real < 0:
            return lambda bits: max(self._roots(z), key=lambda s: s.imag)
        return lambda bits: next(s for s in self._roots(z) if self._increases(z, s))

    def _linear(self, beta: Point) -> Evaluation:
        """Return the transform where the equation is linear, at the point 0 of the real line."""
        if beta.real <= 0:
            raise DomainError(
                "z is 0, where this transform is infinite; any other point is accepted"
            )
        return lambda bits: -1 / self.context.convert(beta.real)

    def _roots(self, z: Point) -> tuple[Any, Any]:
        """Return both roots, by a form of the formula that does not cancel."""
        alpha, beta = (self._number(_at(affine, z)) for affine in self._coefficients())
        root = self.context.sqrt(self._number(self._discriminant(z)))
        if (root * beta.conjugate()).real < 0:
            root = -root
        larger = -(beta + root) / 2
        return larger / alpha, 1 / larger

    def _increases(self, z: Point, s: Any) -> bool:
        r"""Whether :math:`s'(z)=\int(x-z)^{-2}d\mu` is positive, or infinite, on the root s."""
        (alpha, rise), (beta, slope) = self._coefficients()
        number = self.context.convert
        along = number(rise) * s * s + number(slope) * s
        across = 2 * number(alpha + rise * z.real) * s + number(beta + slope * z.real)
        return bool(along * across <= 0)

    def _levels(self) -> list[tuple[Fraction, Fraction]]:
        return [(self._atom(), Fraction(1))]


def _at(affine: Affine, z: Point) -> Point:
    value, slope = affine
    return Point(value + slope * z.real, slope * z.imag)
