r"""Moments of the softmax as polynomials in 1/C with a bounded remainder, for C >= 2000.

**Tilting.** With :math:`x=e^{z-1/2}`, z normal, :math:`E\,x^k=e^{k(k-1)/2}`, and weighting by
:math:`x^a` turns x into :math:`e^ax`. So for powers a_1, ..., a_s of sum q

.. math:: C^qE\prod p_i^{a_i}=c\,E\,\tilde Y^{-q},\qquad c=\prod e^{a_i(a_i-1)/2},\qquad
   \tilde Y=\tfrac1C\Bigl(\sum_{i\le s}e^{a_i}x_i+\sum_{i>s}x_i\Bigr).

**Remainder.** Let T be the Taylor polynomial of :math:`f(y)=y^{-q}` at 1 of degree 5, and
:math:`r(y)=(f(y)-T(y))/(y-1)^6=\int_0^1\frac{(1-u)^5}{5!}f^{(6)}(1+u(y-1))\,du`, positive and
decreasing as :math:`f^{(6)}` is. For y < 1 all terms of T are positive. With :math:`D=\tilde Y-1`

.. math:: 0\le E\tilde Y^{-q}-E\,T(\tilde Y)\le r(y_0)E\,D^6+E[\tilde Y^{-q};\tilde Y<y_0],

the first term covering :math:`\tilde Y\ge y_0` and the second the rest.

**The rest.** :math:`\tilde Y\ge Y=\frac1C\sum x_i\ge e^{\bar z-1/2}` (means), so
:math:`E\tilde Y^{-4q}\le e^{2q+8q^2/C}`. By Chernoff's bound and :math:`e^{-u}\le1-u+u^2/2`,
:math:`P(Y<y_0)\le\exp C(\lambda y_0-\lambda+\lambda^2e/2)`, at :math:`\lambda=(1-y_0)/e` this is
:math:`\exp(-C(1-y_0)^2/(2e))`. Hölder's inequality with the exponents 4 and 4/3 bounds the rest by
:math:`\exp(q/2+2q^2/C-3C(1-y_0)^2/(8e))`. Times :math:`C^2` that decreases in C as soon as
:math:`2/C<3(1-y_0)^2/(8e)`.

**Polynomials.** :math:`CD` is a sum of independent variables, C - s of them of mean 0. So
:math:`E\,D^n` is a polynomial in h = 1/C of degree at most n and of order at least n/2, and for
:math:`0<h\le h_0=1/2000`

.. math:: C^qE\prod p_i^{a_i}=c\,E\,T(\tilde Y)+h^2v,\qquad
   0\le v\le U=c\,\bigl[r(y_0)h_0^{-2}E\,D^6|_{h_0}+h_0^{-2}\cdot\text{rest}|_{h_0}\bigr],

if no coefficient of :math:`E\,D^6` is negative.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import comb, factorial

from rmtcheck.replay.exponential import E, exp
from rmtcheck.replay.interval import ZERO, Interval
from rmtcheck.replay.polynomial import Polynomial, lift, variables
from rmtcheck.replay.rejection import CertificateError
from rmtcheck.replay.theorem import LARGE

DEGREE = 5
Y0 = Fraction(7, 10)
H0 = Fraction(1, LARGE)

_e, _h, _C = variables("e h C")

PowerSeries = list[Polynomial]


@dataclass(frozen=True, slots=True)
class Expansion:
    """One moment for all C >= 2000: an exact polynomial in e and h, plus h^2 v, 0 <= v <= bound.

    Parameters
    ----------
    exact : Polynomial
        In e and h, of degree 5 in h.
    bound : Interval
        Contains U.
    """

    exact: Polynomial
    bound: Interval


def expand(powers: tuple[int, ...]) -> Expansion:
    r"""Expand :math:`C^qE\prod p_i^{a_i}` in 1/C.

    Parameters
    ----------
    powers : tuple of int
        The powers a_1, ..., a_s of the named classes, s at most 2000.

    Returns
    -------
    Expansion
        The Taylor part, exact, and the bound of the remainder.

    Raises
    ------
    CertificateError
        If a condition of the lemma does not hold.

    References
    ----------
    The remainder lemma of this module.
    """
    q = sum(powers)
    constant = _e ** sum(a * (a - 1) // 2 for a in powers)
    moments = deviations(powers)
    taylor = sum((moments[n] * taylor_coefficient(q, n) for n in range(DEGREE + 1)), lift(0))
    bulk = _at_largest_h(moments[DEGREE + 1]) * Interval.of(taylor_remainder(q, Y0))
    bound = constant.enclose({"e": E}) * (bulk + lower_tail(q)) * LARGE**2
    return Expansion(constant * taylor, bound)


def deviations(powers: tuple[int, ...]) -> list[Polynomial]:
    r"""Return :math:`E\,D^n` for n = 0, ..., 6 as polynomials in e and h.

    The sum of the others has the generating function :math:`M^{C-s}=\sum_j\binom{C-s}j(M-1)^j`,
    in which :math:`M-1` has no constant term, so that j stops at 6.
    """
    others = _power(_generating(0), _C - len(powers))
    product = reduce(_times, map(_generating, powers), others)
    return [_in_h(c * factorial(n), n) for n, c in enumerate(product)]


def taylor_coefficient(q: int, n: int) -> int:
    r"""Return the coefficient of :math:`(y-1)^n` in the series of :math:`y^{-q}` at 1."""
    return comb(q + n - 1, n) * (-1 if n % 2 else 1)


def taylor_remainder(q: int, y: Fraction) -> Fraction:
    r"""Return :math:`r(y)=(y^{-q}-T(y))/(y-1)^6`."""
    taylor = sum(taylor_coefficient(q, n) * (y - 1) ** n for n in range(DEGREE + 1))
    return (1 / y**q - taylor) / (y - 1) ** (DEGREE + 1)


def lower_tail(q: int) -> Interval:
    r"""Enclose :math:`\exp(q/2+2q^2h_0-3(1-y_0)^2/(8eh_0))`, once its growth is checked."""
    rate = exp(Interval.of(-1)) * Interval.of(3 * (1 - Y0) ** 2 / 8)
    if (rate - Interval.of(2 * H0)).lo <= 0:
        raise CertificateError("the bound of the lower tail does not decrease")
    return exp(Interval.of(Fraction(q, 2) + 2 * q * q * H0) - rate * LARGE)


def _generating(a: int) -> PowerSeries:
    r"""Return the coefficients of :math:`E\,e^{u(e^ax-1)}` in u, up to order 6."""
    return [_deviation(a, n) * Fraction(1, factorial(n)) for n in range(DEGREE + 2)]


def _deviation(a: int, n: int) -> Polynomial:
    r"""Return :math:`E(e^ax-1)^n` by the binomial theorem."""
    terms = (_e ** (a * k + k * (k - 1) // 2) * comb(n, k) * (-1) ** (n - k) for k in range(n + 1))
    return sum(terms, lift(0))


def _times(f: PowerSeries, g: PowerSeries) -> PowerSeries:
    return [sum((f[k] * g[n - k] for k in range(n + 1)), lift(0)) for n in range(len(f))]


def _power(f: PowerSeries, exponent: Polynomial) -> PowerSeries:
    """Return a power of a series that begins with 1, by the binomial series."""
    nothing = [lift(0)] * len(f)
    small, term = [lift(0), *f[1:]], [lift(1), *nothing[1:]]
    total = nothing
    for j in range(len(f)):
        total = [t + s for t, s in zip(total, term, strict=True)]
        factor = (exponent - j) * Fraction(1, j + 1)
        term = [c * factor for c in _times(term, small)]
    return total


def _in_h(moment: Polynomial, n: int) -> Polynomial:
    """Divide by C^n, where C = 1/h."""
    terms = (c * _h ** (n - k) for k, c in enumerate(moment.coefficients("C")))
    return sum(terms, lift(0))


def _at_largest_h(moment: Polynomial) -> Interval:
    """Enclose at h0 a polynomial in h that, divided by h^2, is found to increase."""
    total = ZERO
    for power, coefficient in enumerate(moment.coefficients("h")):
        value = coefficient.enclose({"e": E})
        if value.lo < 0 or (power < 2 and coefficient != 0):
            raise CertificateError(f"the coefficient of h^{power} in E D^6 is not as it must be")
        total += value / LARGE**power
    return total
