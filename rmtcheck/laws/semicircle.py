"""The semicircle law in floats, balls and many digits."""

from __future__ import annotations

from functools import cached_property

from rmtcheck.certify.laws.semicircle import EnclosedSemicircle
from rmtcheck.laws.enclosed import EnclosedLaw
from rmtcheck.spectral.laws import semicircle
from rmtcheck.spectral.multiprecision.exact import exact
from rmtcheck.spectral.multiprecision.semicircle import PreciseSemicircle


class Semicircle(semicircle.Semicircle, EnclosedLaw):
    r"""The semicircle law :math:`\frac1{2\pi\sigma^2}\sqrt{4\sigma^2-x^2}\,dx`.

    Normalised to mass 1; no atoms. Answers in floats are those of the base class; ``enclose_``
    ones are certified balls, and :meth:`precise` gives any number of digits.

    Parameters
    ----------
    variance : float or exact number, default 1
        The variance :math:`\sigma^2>0`; the radius is :math:`2\sigma`.

    Raises
    ------
    DomainError
        If the variance is not finite and positive.

    Examples
    --------
    >>> from flint import arb
    >>> law = Semicircle()
    >>> law.moment(4), law.edges()
    (2, (-2.0, 2.0))
    >>> law.enclose_pdf(0).overlaps(1 / arb.pi())
    True
    """

    @cached_property
    def _balls(self) -> EnclosedSemicircle:
        return EnclosedSemicircle(exact("variance", self.entry_variance))

    def precise(self, digits: int = 50) -> PreciseSemicircle:
        """Return the same law in mpmath numbers of a number of digits."""
        return PreciseSemicircle(self.entry_variance, digits)
