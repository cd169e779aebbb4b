"""A spectral law of floats together with its twin in balls."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

from rmtcheck.laws.arguments import complex_pair, each
from rmtcheck.spectral.law import SpectralLaw
from rmtcheck.spectral.multiprecision.exact import exact
from rmtcheck.spectral.multiprecision.law import PreciseLaw


class EnclosedLaw(SpectralLaw):
    """A spectral law that also answers in certified balls, and in any number of digits.

    Floats, in the parameters and in the points, stand for the binary numbers that they are: a law
    with ``gamma=0.1`` is not the one with ``gamma=Fraction(1, 10)``, and only the second is
    enclosed at one tenth. Answers in floats are those of the law with parameters rounded to
    floats; next to an edge the two may differ by more than their errors.
    """

    @property
    @abstractmethod
    def _balls(self) -> Any:
        """The twin in balls."""

    @abstractmethod
    def precise(self, digits: int = 50) -> PreciseLaw:
        """Return the same law in mpmath numbers of a number of digits.

        Parameters
        ----------
        digits : int, default 50
            Decimal digits of every answer, from 1 to 10000.

        Returns
        -------
        PreciseLaw
            With the transforms, densities, quantiles, edges, moments and free cumulants of this
            law, for one point at a time.

        Raises
        ------
        DomainError
            If the number of digits is out of range.

        Accuracy
        --------
        Estimated relative error :math:`10^{-digits}` of every answer.

        Examples
        --------
        >>> from rmtcheck import MarchenkoPastur
        >>> print(MarchenkoPastur(0.25).precise(30).pdf(1))
        0.616404444061499805564969094343
        """

    def enclose_stieltjes(self, z: Any, digits: int = 30) -> Any:
        r"""Enclose :math:`s(z)=\int(x-z)^{-1}d\mu`.

        Parameters
        ----------
        z : complex or exact number, pair of exact numbers (real, imaginary), or list or array
            Any point; on the real line the boundary value from above.
        digits : int, default 30
            Decimal digits of relative accuracy, 1 to 300.

        Returns
        -------
        flint.acb, or array of them
            A ball that contains the transform, the only solution of its equation in the upper half
            plane.

        Raises
        ------
        DomainError
            If z is no finite number, or a point where the transform is infinite.
        PrecisionError
            If z is too near to an edge to be told from it.

        Accuracy
        --------
        Enclosure; docs/lemmas.md, 9 to 13.

        Examples
        --------
        >>> from rmtcheck import MarchenkoPastur
        >>> ball = MarchenkoPastur(0.25).enclose_stieltjes(1)
        >>> print(ball.str(20, radius=False))
        -0.50000000000000000000 + 1.9364916731037084426j
        """
        return each(z, lambda at: self._balls.enclose_stieltjes(complex_pair(at), digits))

    def enclose_pdf(self, x: Any, digits: int = 30) -> Any:
        """Enclose the density of the continuous part.

        Parameters
        ----------
        x : real or exact number, or list or array
            Any real point.
        digits : int, default 30
            Decimal digits of relative accuracy, 1 to 300.

        Returns
        -------
        flint.arb, or array of them
            Exactly 0 outside the support and at its edges.

        Raises
        ------
        DomainError
            If x is no finite real number, or a point where the density is infinite.
        PrecisionError
            If x is too near to an edge to be told from it.

        Accuracy
        --------
        Enclosure; docs/lemmas.md, 9 to 13.

        Examples
        --------
        >>> from rmtcheck import Semicircle
        >>> print(Semicircle().enclose_pdf(0, digits=20).str(20, radius=False))
        0.31830988618379067154
        """
        return each(x, lambda at: self._balls.enclose_pdf(exact("x", at), digits))

    def enclose_cdf(self, x: Any, digits: int = 30) -> Any:
        r"""Enclose the mass :math:`\mu((-\infty,x])`, atoms included.

        Parameters
        ----------
        x : real or exact number, or list or array
            Any real point.
        digits : int, default 30
            Decimal digits of relative accuracy, 1 to 300.

        Returns
        -------
        flint.arb, or array of them

        Raises
        ------
        DomainError
            If x is no finite real number.
        PrecisionError
            If x is too near to an edge to be told from it.

        Accuracy
        --------
        Enclosure; docs/lemmas.md, 12 and 13.
        """
        return each(x, lambda at: self._balls.enclose_cdf(exact("x", at), digits))

    def enclose_edges(self, digits: int = 30) -> tuple[Any, ...]:
        """Enclose the ends of the intervals of the continuous part, ascending, two for each.

        Parameters
        ----------
        digits : int, default 30
            Decimal digits of relative accuracy, 1 to 300.

        Returns
        -------
        tuple of flint.arb
            Their number is proved: there is no further interval and no further gap.

        Raises
        ------
        PrecisionError
            If a gap is so nearly closed that it is not decided.

        Accuracy
        --------
        Enclosure; docs/lemmas.md, 11 and 13.

        Examples
        --------
        >>> from rmtcheck import DiscreteMeasure, GeneralizedMarchenkoPastur
        >>> law = GeneralizedMarchenkoPastur(DiscreteMeasure([1, 10], [0.5, 0.5]), 10)
        >>> len(law.enclose_edges())
        4
        """
        return tuple(self._balls.enclose_edges(digits))


class EnclosedCovarianceLaw(EnclosedLaw):
    """An enclosed law of sample covariances, which have a companion."""

    def enclose_companion_stieltjes(self, z: Any, digits: int = 30) -> Any:
        r"""Enclose :math:`-(1-\gamma)/z+\gamma s(z)` of the N x N companion matrix.

        Parameters
        ----------
        z : complex or exact number, pair of exact numbers (real, imaginary), or list or array
            Any point but 0; on the real line the boundary value from above.
        digits : int, default 30
            Decimal digits of relative accuracy, 1 to 300.

        Returns
        -------
        flint.acb, or array of them

        Raises
        ------
        DomainError
            If z is no finite number, or 0.
        PrecisionError
            If z is too near to an edge to be told from it.

        Accuracy
        --------
        Enclosure; docs/lemmas.md, 9 to 12.
        """
        return each(z, lambda at: self._balls.enclose_companion_stieltjes(complex_pair(at), digits))
