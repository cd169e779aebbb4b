r"""Softmax moments for all large numbers of classes: a polynomial in 1/C and its remainder.

By tilting, :math:`C^q\,\mathbb E\prod_ip_i^{a_i}=c\,\mathbb E[Y^{-q}]`, where Y is a mean of C
independent lognormal variables. Its moments about 1 are polynomials in h = 1/C and the number e,
elements of :data:`RING`; a Taylor polynomial of :math:`y^{-q}` does the rest (docs/lemmas.md, 16).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb

from flint import Ordering, arb, arb_poly, fmpq, fmpq_mpoly, fmpq_mpoly_ctx

from rmtcheck.certify import exact
from rmtcheck.errors import PrecisionError

RING = fmpq_mpoly_ctx.get(("e", "h"), Ordering.lex)
LEAST_CLASSES = 2000
DEGREE = 5
PIVOT = fmpq(7, 10)
"""The number y0: where Y is smaller, powers of Y are left to a bound of large deviations."""

_E, _H = RING.gens()


@dataclass(frozen=True)
class Expansion:
    r"""A moment for all :math:`C\ge C_0`: between ``polynomial`` and that plus ``remainder`` / C^2.

    Parameters
    ----------
    polynomial : fmpq_mpoly
        :math:`c\,\mathbb E\,T_5(Y)`, of degree 5 in h over :math:`\mathbb Q(e)`.
    remainder : arb
        The number U of lemma 16.
    """

    polynomial: fmpq_mpoly
    remainder: arb

    def in_h(self) -> arb_poly:
        """Return the polynomial in h whose balls hold the moment for every number of classes."""
        return in_h(self.polynomial) + arb_poly([0, 0, self.remainder.union(arb(0))])


def expansion(powers: Sequence[int]) -> Expansion:
    r"""Expand a softmax moment for all numbers of classes from 2000 on.

    .. math:: 0\le C^q\,\mathbb E\prod_ip_i^{a_i}-c\,\mathbb E\,T_5(Y)\le\frac U{C^2},
              \qquad q=\sum_ia_i.

    Parameters
    ----------
    powers : sequence of int
        The powers :math:`a_i\ge1` of distinct classes, of total at most 40.

    Returns
    -------
    Expansion
        The polynomial :math:`c\,\mathbb E\,T_5(Y)` in h = 1/C, and the ball of U.

    Raises
    ------
    DomainError
        If the powers are not integers >= 1 of total at most 40.
    PrecisionError
        If the precision of ``flint.ctx`` is too low to see that two numbers are positive.

    Notes
    -----
    Accuracy: the polynomial is exact, U an enclosure at the precision of ``flint.ctx``.

    References
    ----------
    docs/lemmas.md, Lemma 16.

    Examples
    --------
    >>> pair = expansion((1, 1))
    >>> print(in_h(pair.polynomial)[1].str(12))
    [-1.71828182846 +/- 9.56e-13]
    >>> print(pair.remainder.str(5))
    [0.46505 +/- 3.97e-7]
    """
    checked = exact.checked_powers(powers, LEAST_CLASSES)
    total, scale, moments = sum(checked), _tilting(checked), moments_about_one(checked)
    taylor = sum(_taylor(total, n) * moments[n] for n in range(DEGREE + 1))
    remainder = in_h(scale)[0] * (_bulk(total, moments[DEGREE + 1]) + _large_deviation(total))
    return Expansion(scale * taylor, remainder)


def moments_about_one(powers: Sequence[int]) -> list[fmpq_mpoly]:
    r"""Return :math:`\mathbb E(Y-1)^n`, n = 0..6, from the cumulants of Y - 1.

    Parameters
    ----------
    powers : sequence of int
        The powers :math:`a_i`, one for every tilted class.

    Returns
    -------
    list of fmpq_mpoly
        Polynomials in e and h; the n-th is a multiple of :math:`h^{\lceil n/2\rceil}`.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> moments_about_one((1,))[1:3]
    [e*h - h, e^3*h^2 - 3*e*h^2 + e*h + 2*h^2 - h]
    """
    moments = [RING.constant(1)]
    cumulants = [_mean_cumulant(j, powers) for j in range(1, DEGREE + 2)]
    for n in range(1, DEGREE + 2):
        moments.append(sum(_share(n, j) * cumulants[j - 1] * moments[n - j] for j in _upto(n)))
    return moments


def in_h(polynomial: fmpq_mpoly) -> arb_poly:
    """Return a polynomial over Q(e) as a polynomial in h with balls for coefficients."""
    coefficients = [arb(0)] * (polynomial.degrees()[1] + 1)
    for (power, index), rational in polynomial.terms():
        coefficients[int(index)] += arb(rational) * arb(int(power)).exp()
    return arb_poly(coefficients)


def _upto(n: int) -> range:
    return range(1, n + 1)


def _share(n: int, j: int) -> int:
    """Return the weight of the j-th cumulant in the n-th moment."""
    return comb(n - 1, j - 1)


def _tilting(powers: Sequence[int]) -> fmpq_mpoly:
    """Return c, the mean of the product of the powers of lognormal variables."""
    return _E ** sum(comb(a, 2) for a in powers)


def _lognormal_cumulant(j: int) -> fmpq_mpoly:
    r"""Return a cumulant of :math:`x=e^{z-1/2}`, whose moments are :math:`e^{k(k-1)/2}`."""
    lower = sum(_share(j, i) * _lognormal_cumulant(i) * _E ** comb(j - i, 2) for i in range(1, j))
    return _E ** comb(j, 2) - lower


def _mean_cumulant(j: int, powers: Sequence[int]) -> fmpq_mpoly:
    """Return a cumulant of Y - 1: a tilted class is larger by the factor e^a."""
    tilted = sum(_E ** (j * a) - 1 for a in powers)
    if j == 1:
        return tilted * _H
    return _lognormal_cumulant(j) * _H ** (j - 1) * (1 + tilted * _H)


def _taylor(total: int, n: int) -> int:
    """Return a Taylor coefficient of y^-total at y = 1."""
    return int((-1) ** n * comb(total + n - 1, n))


def _sixth_order_ratio(total: int) -> fmpq:
    """Return r(y0), the Taylor remainder of y^-total at the pivot over (y0 - 1)^6."""
    shift = PIVOT - 1
    taylor = sum(_taylor(total, n) * shift**n for n in range(DEGREE + 1))
    return (PIVOT**-total - taylor) / shift ** (DEGREE + 1)


def _bulk(total: int, sixth: fmpq_mpoly) -> arb:
    """Bound C^2 times the remainder where Y is at least the pivot."""
    coefficients = in_h(sixth).coeffs()[2:]
    if not all(d >= 0 for d in coefficients):
        raise PrecisionError("the sixth moment is not proved to grow with h: raise the precision")
    return arb(_sixth_order_ratio(total)) * arb_poly(coefficients)(_h0())


def _large_deviation(total: int) -> arb:
    """Bound C^2 times the mean of Y^-total where Y is below the pivot; it decreases in C."""
    rate = 3 * arb(1 - PIVOT) ** 2 / (8 * arb(1).exp())
    if not rate > 2 * _h0():
        raise PrecisionError("rare events are not proved to fade with C: raise the precision")
    exponent = arb(total) / 2 + 2 * total**2 * _h0() - rate * LEAST_CLASSES
    return LEAST_CLASSES**2 * exponent.exp()


def _h0() -> arb:
    return arb(fmpq(1, LEAST_CLASSES))
