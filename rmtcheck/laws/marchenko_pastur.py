"""The Marchenko-Pastur law in floats, balls and many digits."""

from __future__ import annotations

from functools import cached_property

from rmtcheck.certify.laws.generalized_marchenko_pastur import (
    EnclosedGeneralizedMarchenkoPastur,
    enclosed_marchenko_pastur,
)
from rmtcheck.laws.enclosed import EnclosedCovarianceLaw
from rmtcheck.spectral.laws import marchenko_pastur
from rmtcheck.spectral.multiprecision.exact import exact
from rmtcheck.spectral.multiprecision.marchenko_pastur import PreciseMarchenkoPastur


class MarchenkoPastur(marchenko_pastur.MarchenkoPastur, EnclosedCovarianceLaw):
    r"""The law of :math:`\frac1NXX^\top`, :math:`X` d x N with variance :math:`\sigma^2`.

    With :math:`a,b=\sigma^2(1\mp\sqrt\gamma)^2` and :math:`d/N\to\gamma`,

    .. math:: \frac{\sqrt{(b-x)(x-a)}}{2\pi\gamma\sigma^2x}\mathbf 1_{[a,b]}dx
              +\left(1-\tfrac1\gamma\right)_+\delta_0(dx).

    Normalised to mass 1, the atom included. Answers in floats are those of the base class;
    ``enclose_`` ones are certified balls, and :meth:`precise` gives any number of digits.

    Parameters
    ----------
    gamma : float or exact number
        Aspect ratio :math:`\gamma`, the limit of :math:`d/N`, this way round.
    variance : float or exact number, default 1
        Variance :math:`\sigma^2>0` of an entry; the variance of the law is the method.

    Raises
    ------
    DomainError
        If a parameter is not finite and positive.

    References
    ----------
    Bai and Silverstein, Spectral Analysis of Large Dimensional Random Matrices, 2nd ed.,
    Theorem 3.6.

    Examples
    --------
    >>> law = MarchenkoPastur(0.25)
    >>> law.edges()
    (0.25, 2.25)
    >>> print(law.precise(30).pdf(1))
    0.616404444061499805564969094343
    """

    @cached_property
    def _balls(self) -> EnclosedGeneralizedMarchenkoPastur:
        ratio, variance = exact("gamma", self.gamma), exact("variance", self.entry_variance)
        return enclosed_marchenko_pastur(ratio, variance)

    def precise(self, digits: int = 50) -> PreciseMarchenkoPastur:
        """Return the same law in mpmath numbers of a number of digits."""
        return PreciseMarchenkoPastur(self.gamma, self.entry_variance, digits)
