"""The semicircle law in many digits, in closed form."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from rmtcheck.spectral.multiprecision.exact import Point, exact_positive
from rmtcheck.spectral.multiprecision.law import Evaluation
from rmtcheck.spectral.multiprecision.quadratic import Affine, QuadraticLaw


class PreciseSemicircle(QuadraticLaw):
    r"""The semicircle law of Wigner matrices in many digits, in closed form.

    Parameters
    ----------
    variance : number, default 1
        The variance :math:`\sigma^2>0`; the radius is :math:`2\sigma`.
    digits : int, default 50
        Digits of every answer.

    Raises
    ------
    DomainError
        If the variance is not finite and positive.

    References
    ----------
    Bai and Silverstein, Spectral Analysis of Large Dimensional Random Matrices, 2nd ed.,
    Theorem 2.5 and Lemma 2.11.

    Examples
    --------
    >>> print(PreciseSemicircle(digits=30).cdf(1))
    0.804498890522114679044498291245
    """

    def __init__(self, variance: Any = 1, digits: int = 50) -> None:
        super().__init__(digits)
        self.variance = exact_positive("variance", variance)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({float(self.variance):.6g}, {self.digits} digits)"

    def _coefficients(self) -> tuple[Affine, Affine]:
        return (self.variance, Fraction(0)), (Fraction(0), Fraction(1))

    def _density(self, x: Fraction) -> Evaluation:
        unit = 2 * self.variance
        return lambda bits: self._root(x) / (self.context.pi * self.context.convert(unit))

    def _distribution(self, x: Fraction) -> Evaluation:
        r"""Return :math:`\frac12+\frac1\pi\arg(\sqrt{-D}+ix)+x\sqrt{-D}/(4\pi\sigma^2)`."""
        if self._discriminant(Point(x, Fraction(0))).real >= 0:
            return lambda bits: self.context.convert(Fraction(x > 0))
        return lambda bits: self._inside(x)

    def _inside(self, x: Fraction) -> Any:
        context, root = self.context, self._root(x)
        angle = context.atan2(context.convert(x), root)
        area = context.convert(x / (4 * self.variance)) * root
        mass = (angle + area) / context.pi + context.mpf(1) / 2
        return self._seen(mass, mass > 0)

    def _intervals(self) -> list[tuple[Evaluation, Evaluation]]:
        return [(lambda bits: -self._radius(), lambda bits: self._radius())]

    def _radius(self) -> Any:
        return 2 * self.context.sqrt(self.context.convert(self.variance))

    def _free_cumulant(self, order: int) -> Fraction:
        return self.variance if order == 2 else Fraction(0)
