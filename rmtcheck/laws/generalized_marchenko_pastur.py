"""The generalised Marchenko-Pastur law in floats, balls, many digits and algebra."""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property

from rmtcheck.certify.laws.generalized_marchenko_pastur import EnclosedGeneralizedMarchenkoPastur
from rmtcheck.errors import DomainError
from rmtcheck.laws.enclosed import EnclosedCovarianceLaw
from rmtcheck.spectral.laws import generalized_marchenko_pastur as floats
from rmtcheck.spectral.measures import DiscreteMeasure
from rmtcheck.spectral.multiprecision.exact import exact
from rmtcheck.spectral.multiprecision.generalized_marchenko_pastur import (
    PreciseGeneralizedMarchenkoPastur,
)
from rmtcheck.symbolic.spectral_curve import SpectralCurve, spectral_curve

Line = tuple[Fraction, ...]


class GeneralizedMarchenkoPastur(floats.GeneralizedMarchenkoPastur, EnclosedCovarianceLaw):
    r"""The law of :math:`\frac1NX\Lambda X^\top`, :math:`X` d x N with entries of variance 1.

    Its transform is the solution in the upper half plane of
    :math:`s=1/(-z+\int\frac\lambda{1+\gamma\lambda s}d\nu(\lambda))`. Normalised to mass 1; an
    atom :math:`(1-\nu(\mathbb R\setminus0)/\gamma)_+` at 0 is included.

    Answers in floats are those of the law with parameters rounded to floats. For finitely many
    weights ``enclose_`` ones are certified balls, :meth:`precise` gives any number of digits, and
    :meth:`spectral_curve` the polynomial of the transform; the masses are then divided by their
    sum, exactly.

    Parameters
    ----------
    population : DiscreteMeasure, EmpiricalMeasure, ContinuousMeasure or a population of a block
        The law :math:`\nu` of the weights, of mass 1, of either sign.
    gamma : float or exact number
        Aspect ratio, the limit of :math:`d/N`, this way round, from 1e-6 to 1e6.

    Raises
    ------
    DomainError
        If gamma is out of range, or the population is not a probability, or only 0.

    References
    ----------
    Silverstein and Bai, J. Multivariate Anal. 54 (1995), 175-192, equation (1.4).

    Examples
    --------
    >>> from rmtcheck import DiscreteMeasure
    >>> law = GeneralizedMarchenkoPastur(DiscreteMeasure([-1, 2], [0.5, 0.5]), 0.5)
    >>> law.pdf([0.0, 1.0]).round(6)
    array([0.450158, 0.219052])
    >>> print(law.enclose_pdf(0, digits=20).str(20, radius=False))
    0.45015815807855303478
    """

    def precise(self, digits: int = 50) -> PreciseGeneralizedMarchenkoPastur:
        """Return the same law in mpmath numbers of a number of digits.

        Raises
        ------
        DomainError
            If the population is continuous, or the number of digits out of range.
        """
        atoms, weights = self._exact_population()
        return PreciseGeneralizedMarchenkoPastur(atoms, weights, self._ratio, digits)

    def spectral_curve(self) -> SpectralCurve:
        r"""Return the algebraic curve :math:`P(z,s)=0` on which the transform lies.

        Returns
        -------
        SpectralCurve
            Its `polynomial` is irreducible, with integer coefficients, a sympy expression in its
            symbols `z` and `s`; its methods give the discriminant and the edges.

        Raises
        ------
        DomainError
            If the population is continuous, or has more than 12 weights other than 0.

        Accuracy
        --------
        Exact; floats stand for the binary numbers that they are.

        Examples
        --------
        >>> from rmtcheck import DiscreteMeasure
        >>> half = Fraction(1, 2)
        >>> law = GeneralizedMarchenkoPastur(DiscreteMeasure([-1, 2], [half, half]), half)
        >>> law.spectral_curve().polynomial
        -s**3*z + s**2*z + s**2 + 2*s*z + 2
        """
        return spectral_curve(*self._exact_population(), self._ratio)

    @property
    def _ratio(self) -> Fraction:
        return exact("gamma", self.gamma)

    @cached_property
    def _balls(self) -> EnclosedGeneralizedMarchenkoPastur:
        return EnclosedGeneralizedMarchenkoPastur(*self._exact_population(), self._ratio)

    def _exact_population(self) -> tuple[Line, Line]:
        """Return the weights and their masses, of sum 1 exactly."""
        if not isinstance(self.population, DiscreteMeasure):
            raise DomainError(
                f"population is {self.population!r}; exact answers need finitely many weights, "
                "a DiscreteMeasure or an EmpiricalMeasure"
            )
        atoms, weights = zip(*self.population.rationals(), strict=True)
        total = sum(weights)
        return atoms, tuple(weight / total for weight in weights)
