"""The semicircle law in balls."""

from __future__ import annotations

from typing import Any

from flint import acb, arb, fmpq, fmpz

from rmtcheck.certify.exact import checked_digits, checked_integer, checked_positive, exact_rational
from rmtcheck.certify.laws.accuracy import Point, as_ball, exact_point, from_above, to_digits

MAX_ORDER = 100


class EnclosedSemicircle:
    r"""Balls for the law :math:`\frac1{2\pi v}\sqrt{4v-x^2}\,dx` on :math:`|x|\le2\sqrt v`.

    Parameters
    ----------
    variance : exact rational, default 1
        The variance :math:`v>0`.

    Raises
    ------
    DomainError
        If the variance is not positive.

    Notes
    -----
    Accuracy: enclosures, by docs/lemmas.md, 13.

    References
    ----------
    Anderson, Guionnet and Zeitouni, An Introduction to Random Matrices, equation (2.1.3).

    Examples
    --------
    >>> law = EnclosedSemicircle(1)
    >>> print(law.enclose_pdf(0, digits=12).str(12, radius=False))
    0.318309886184
    >>> law.enclose_moment(4)
    2
    """

    def __init__(self, variance: Any = 1) -> None:
        self.variance = checked_positive("variance", variance)

    def enclose_stieltjes(self, z: tuple[Any, Any], digits: Any = 30) -> acb:
        r"""Enclose :math:`s(z)=-2/(z+\sqrt{z-2\sqrt v}\sqrt{z+2\sqrt v})`.

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
            If z is no pair of exact rationals.
        """
        goal = checked_digits(digits)
        return from_above(exact_point(z), lambda point: self._stieltjes(point, goal))

    def enclose_pdf(self, x: Any, digits: Any = 30) -> arb:
        r"""Enclose the density.

        Parameters
        ----------
        x : exact rational
            Any real point.
        digits : int, default 30
            Decimal digits of relative accuracy, 1 to 300.

        Returns
        -------
        arb
            Exactly 0 where :math:`x^2\ge4v`.

        Raises
        ------
        DomainError
            If x is no exact rational.
        """
        goal, point = checked_digits(digits), exact_rational("x", x)
        chord = max(fmpq(0), 4 * self.variance - point**2)
        return to_digits(
            goal, 0, lambda: arb(chord).sqrt() / (2 * arb.pi() * self.variance), "the density"
        )

    def enclose_cdf(self, x: Any, digits: Any = 30) -> arb:
        r"""Enclose the mass up to x.

        .. math:: F=\frac{\theta-\sin\theta}{2\pi},\qquad
                  x=-2\sqrt v\cos\tfrac\theta2,\quad0\le\theta\le2\pi.

        Parameters
        ----------
        x : exact rational
            Any real point.
        digits : int, default 30
            Decimal digits of relative accuracy, 1 to 300.

        Returns
        -------
        arb
            Exactly 0 or 1 where :math:`x^2\ge4v`.

        Raises
        ------
        DomainError
            If x is no exact rational.
        """
        goal, point = checked_digits(digits), exact_rational("x", x)
        if point**2 >= 4 * self.variance:
            return arb(1 if point > 0 else 0)
        return to_digits(goal, 0, lambda: self._mass(point), f"the mass up to x = {point}")

    def enclose_edges(self, digits: Any = 30) -> tuple[arb, arb]:
        r"""Enclose :math:`\mp2\sqrt v`, to ``digits`` decimal digits of relative accuracy."""
        edge = to_digits(
            checked_digits(digits), 0, lambda: 2 * arb(self.variance).sqrt(), "an edge"
        )
        return edge.neg(exact=True), edge

    def enclose_atom(self) -> fmpq:
        """Return 0: the law has no atom."""
        return fmpq(0)

    def enclose_moment(self, order: Any) -> fmpq:
        r"""Return :math:`\int x^{2k}d\mu=\frac{v^k}{k+1}\binom{2k}k`, exactly; odd ones are 0.

        Parameters
        ----------
        order : int
            From 0 to 100.

        Raises
        ------
        DomainError
            If the order is something else.
        """
        half, odd = divmod(checked_integer("order", order, 0, MAX_ORDER), 2)
        if odd:
            return fmpq(0)
        return self.variance**half * fmpq(fmpz.bin_uiui(2 * half, half), half + 1)

    def _stieltjes(self, z: Point, digits: int) -> acb:
        def transform() -> acb:
            point, edge = as_ball(z), 2 * arb(self.variance).sqrt()
            return -2 / (point + (point - edge).sqrt() * (point + edge).sqrt())

        return to_digits(digits, 0, transform, "the transform")

    def _mass(self, x: fmpq) -> arb:
        angle = 2 * (-arb(x) / (2 * arb(self.variance).sqrt())).acos()
        return (angle - angle.sin()) / (2 * arb.pi())
