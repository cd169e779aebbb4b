"""The Marchenko-Pastur law in many digits, in closed form."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from rmtcheck.spectral.multiprecision.exact import Point, exact_positive
from rmtcheck.spectral.multiprecision.law import Evaluation
from rmtcheck.spectral.multiprecision.quadratic import Affine, QuadraticLaw


class PreciseMarchenkoPastur(QuadraticLaw):
    r"""The Marchenko-Pastur law of :math:`\frac1NXX^\top` in many digits, in closed form.

    Parameters
    ----------
    gamma : number
        Aspect ratio :math:`\gamma>0`, the limit of :math:`d/N`.
    variance : number, default 1
        Variance :math:`\sigma^2>0` of an entry.
    digits : int, default 50
        Digits of every answer.

    Raises
    ------
    DomainError
        If a parameter is not finite and positive.

    References
    ----------
    Bai and Silverstein, Spectral Analysis of Large Dimensional Random Matrices, 2nd ed.,
    Theorem 3.6 and Lemma 3.11.

    Examples
    --------
    >>> law = PreciseMarchenkoPastur(Fraction(1, 4), digits=30)
    >>> law.support()
    ((mpf('0.25'), mpf('2.25')),)
    >>> print(law.pdf(1))
    0.616404444061499805564969094343
    """

    def __init__(self, gamma: Any, variance: Any = 1, digits: int = 50) -> None:
        super().__init__(digits)
        self.gamma = exact_positive("gamma", gamma)
        self.variance = exact_positive("variance", variance)

    def __repr__(self) -> str:
        gamma, variance = float(self.gamma), float(self.variance)
        return f"{type(self).__name__}({gamma:.6g}, {variance:.6g}, {self.digits} digits)"

    def _coefficients(self) -> tuple[Affine, Affine]:
        one = Fraction(1)
        return (0 * one, self.gamma * self.variance), (-self.variance * (1 - self.gamma), one)

    def _density(self, x: Fraction) -> Evaluation:
        if x == 0:
            return lambda bits: self.context.inf if self.gamma == 1 else self.context.zero
        unit = 2 * self.gamma * self.variance * x
        return lambda bits: self._root(x) / (self.context.pi * self.context.convert(unit))

    def _distribution(self, x: Fraction) -> Evaluation:
        r"""Return the closed form, with :math:`a+b` and :math:`ab` rational.

        .. math:: \frac{\sqrt{-D}+\frac{a+b}2\arg(a+b-2x+2i\sqrt{-D})
                  -\sqrt{ab}\,\arg(2ab-(a+b)x+2i\sqrt{-D\,ab})}{2\pi\gamma\sigma^2}
        """
        outside = self._discriminant(Point(x, Fraction(0))).real >= 0
        if outside:
            level = Fraction(1) if x > self._centre else self._atom() * (x >= 0)
            return lambda bits: self.context.convert(level)
        return lambda bits: self._inside(x)

    def _inside(self, x: Fraction) -> Any:
        context, number = self.context, self.context.convert
        root, geometric = self._root(x), self.variance * abs(1 - self.gamma)
        first = context.atan2(2 * root, number(2 * (self._centre - x)))
        turned = number(2 * geometric**2 - 2 * self._centre * x)
        second = context.atan2(2 * root * number(geometric), turned)
        total = root + number(self._centre) * first - number(geometric) * second
        mass = total / (2 * context.pi * number(self.gamma * self.variance))
        return self._seen(mass, mass > 0) + number(self._atom())

    def _intervals(self) -> list[tuple[Evaluation, Evaluation]]:
        return [(lambda bits: self._edge(-1), lambda bits: self._edge(1))]

    def _edge(self, side: int) -> Any:
        root = self.context.sqrt(self.context.convert(self.gamma))
        return self.context.convert(self.variance) * (1 + side * root) ** 2

    def _free_cumulant(self, order: int) -> Fraction:
        return self.variance**order * self.gamma ** (order - 1)

    def _atom(self) -> Fraction:
        return max(Fraction(0), 1 - 1 / self.gamma)

    def _companion(self, z: Point) -> Evaluation:
        """Return the transform of the law of the smaller or larger product, of the other ratio."""
        other = PreciseMarchenkoPastur(1 / self.gamma, self.gamma * self.variance, self.digits)
        other.context = self.context
        return other._transform(z)

    @property
    def _centre(self) -> Fraction:
        return self.variance * (1 + self.gamma)
