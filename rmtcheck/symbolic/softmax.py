r"""Moments of the softmax of iid Gaussian logits, expanded in 1/C to any order, exactly.

For logits :math:`Z_c` iid :math:`N(0,\tau^2)`, :math:`p_k=e^{Z_k}/\sum_c e^{Z_c}`, exponents
:math:`a_1,\dots,a_m\ge1` on :math:`m` distinct classes and :math:`K=\sum a_k`, the Gamma integral
for :math:`(\sum_c e^{Z_c})^{-K}` gives the exact identity

.. math:: \mathbb E\prod_k p_k^{a_k}=\frac1{\Gamma(K)}\int_0^\infty t^{K-1}
   \prod_{k=1}^m\varphi_{a_k}(t)\;\varphi_0(t)^{C-m}\,dt,\qquad
   \varphi_a(t)=\mathbb E\big[e^{aZ}e^{-te^Z}\big].

**Local series.** As :math:`|e^{-x}-\sum_{n<M}(-x)^n/n!|\le x^M/M!` for :math:`x\ge0`,
:math:`\varphi_a(t)=\sum_{n<M}\frac{(-t)^n}{n!}e^{(a+n)^2\tau^2/2}+O(t^M)` for every :math:`M`,
although the full series diverges. With :math:`q=e^{\tau^2}`, :math:`h=1/C` and :math:`t=sh/\sqrt
q`,

.. math:: \varphi_a=q^{a^2/2}\sum_n\frac{(-sh)^n}{n!}q^{an+n(n-1)/2}
   =q^{a^2/2}\exp\sum_{n\ge1}\ell^{(a)}_n(sh)^n,\qquad \ell^{(0)}_1=-1,

so the integrand is :math:`q^{\sum a_k(a_k-1)/2}\,C^{-K}s^{K-1}e^{-s}\exp\sum_{n\ge1}g_n(s)h^n\,ds`
with :math:`g_n(s)=\ell^{(0)}_{n+1}s^{n+1}+\big(\sum_k\ell^{(a_k)}_n-m\,\ell^{(0)}_n\big)s^n`. The
coefficient of :math:`h^r` is a polynomial in :math:`s` of degree at most :math:`2r`; termwise,
:math:`\int_0^\infty s^{K-1+n}e^{-s}ds/\Gamma(K)=K(K+1)\cdots(K+n-1)`.

**Why the remainder is** :math:`O(C^{-K-r-1})` **(Watson's lemma).**

1. *Far part.* :math:`\varphi_0` decreases, and :math:`\int_0^\infty t^{K-1}\prod\varphi_{a_k}dt
   =\Gamma(K)\,\mathbb E\prod_k(e^{Z_k}/\sum_{l\le m}e^{Z_l})^{a_k}\le\Gamma(K)`. Hence
   :math:`t>\delta` contributes at most :math:`\varphi_0(\delta)^{C-m}` to the moment.
   :math:`\log\varphi_0` is convex with value 0 and slope :math:`-\sqrt q` at 0, so
   :math:`\varphi_0(\delta)\le e^{-\kappa\delta}` for :math:`\delta\le1`, where
   :math:`\kappa=-\log\varphi_0(1)>0`. At :math:`\delta=C^{-2/3}` this is :math:`O(e^{-\kappa
   C^{1/3}})`, below every power of 1/C.
2. *Near part.* :math:`\log\varphi_a` is smooth on :math:`[0,\infty)`. For :math:`t\le C^{-2/3}`
   the exponent left after :math:`e^{-s}` has been split off is :math:`O(Ct^2+t)`, hence bounded;
   Taylor's theorem for it and for :math:`\exp` leaves an error of a finite sum of
   :math:`O(s^nh^k)`, :math:`k\ge r+1`, times :math:`e^{-s}`, and integrates to :math:`O(h^{r+1})`.
   Completing the integrals of the kept terms to :math:`[0,\infty)` again costs
   :math:`O(s^ne^{-s})` at :math:`s\asymp C^{1/3}`. ∎

**Integrality.** The same formal series is :math:`\sum_n\binom{-K}{n} \mathbb E\big[\prod
e^{a_kZ_k}(S-C\sqrt q)^n\big](C\sqrt q)^{-K-n}`, :math:`S=\sum_c e^{Z_c}`: binomials and Gaussian
moments only, so every coefficient is an integer polynomial in :math:`q`. For rational
:math:`\tau^2\ne0`, :math:`q` is transcendental over the rationals (Hermite-Lindemann): a
coefficient is zero only if its polynomial is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from functools import lru_cache
from operator import index
from typing import Any

import sympy
from sympy.polys.domains import QQ, ZZ
from sympy.polys.rings import ring

from rmtcheck.errors import DomainError
from rmtcheck.vocabulary.symbols import gamma

MAX_ORDER = 18
"""The last order of a series within ten seconds; the time nearly doubles every two orders."""

_RING, _Q = ring("q", QQ)


def moment_series(
    powers: Iterable[int], order: int, variance: sympy.Expr | Fraction | int = 1
) -> tuple[sympy.Expr, ...]:
    r"""Return the 1/C expansion of a moment of the softmax of iid Gaussian logits.

    .. math:: \mathbb E\prod_k p_k^{a_k}=C^{-K}\Big(c_0+\frac{c_1}C+\dots+\frac{c_r}{C^r}\Big)
              +O(C^{-K-r-1}),\qquad K=\sum_ka_k.

    Parameters
    ----------
    powers : iterable of int
        Exponents :math:`a_k\ge0` on distinct classes; zeros and the order do not matter.
    order : int
        Last order :math:`r`, from 0 to ``MAX_ORDER``, which is 18.
    variance : exact sympy expression, Fraction or int, default 1
        Variance :math:`\tau^2>0` of a logit: an exact number or an expression in symbols, known to
        be positive.

    Returns
    -------
    tuple of sympy expressions, shape (order + 1,)
        :math:`c_0,\dots,c_r`, integer polynomials in :math:`e^{\tau^2}`.

    Raises
    ------
    DomainError
        If a power is not a non-negative integer, the order not an integer from 0 to 18, or the
        variance not exact and known to be positive.

    Notes
    -----
    Accuracy: exact; the expansion is asymptotic, not convergent.

    References
    ----------
    Watson's lemma: Olver, Asymptotics and Special Functions, Section 3.3.

    Examples
    --------
    >>> moment_series([2], 1)
    (E, -2*exp(3) - E + 3*exp(2))
    """
    base = sympy.exp(positive_expression("variance", variance))
    return tuple(
        sympy.Add(*(coefficient * base**n for n, coefficient in enumerate(polynomial)))
        for polynomial in moment_polynomials(powers, _order(order))
    )


def moment_polynomials(powers: Iterable[int], order: int) -> tuple[tuple[int, ...], ...]:
    r"""Return the coefficients of :func:`moment_series` as integer polynomials.

    Parameters
    ----------
    powers : iterable of int
        Exponents :math:`a_k\ge0` on distinct classes.
    order : int
        Last order :math:`r\ge0`.

    Returns
    -------
    tuple of tuples of int, length order + 1
        Entry ``[r][n]`` is the coefficient of :math:`C^{-K-r}q^n`, :math:`q=e^{\tau^2}`.

    Raises
    ------
    DomainError
        If a power or the order is not a non-negative integer, or the powers are no iterable.

    Notes
    -----
    Accuracy: exact.

    Examples
    --------
    >>> moment_polynomials([1, 1], 1)
    ((1,), (1, -1))
    """
    if isinstance(powers, str | bytes) or not isinstance(powers, Iterable):
        raise DomainError(f"powers is {shown(powers)}; accepted is an iterable of integers")
    pattern = tuple(sorted(_natural("power", a) for a in powers))
    return _polynomials(tuple(a for a in pattern if a), _natural("order", order))


def linear_ce_series(
    order: int, variance: sympy.Expr | Fraction | int = 1
) -> tuple[sympy.Expr, ...]:
    r"""Return the 1/C expansion of the block ratio of the linear model with cross-entropy.

    .. math:: C^2\frac{g_{ij}}{g_{ii}}=C^2\,
       \frac{\gamma\,\mathbb E[p_i^2p_j^2]+\mathbb E[p_ip_j]^2}
            {\gamma\,\mathbb E[p_i^2(1-p_i)^2]+\mathbb E[p_i(1-p_i)]^2}
       =\sum_{k=0}^{r}c_k(\gamma)\,C^{-k}+O(C^{-r-1}).

    Parameters
    ----------
    order : int
        Last order :math:`r`, from 0 to ``MAX_ORDER``, which is 18.
    variance : exact sympy expression, Fraction or int, default 1
        Variance :math:`\tau^2>0` of a logit: an exact number or an expression in symbols, known to
        be positive.

    Returns
    -------
    tuple of sympy expressions, shape (order + 1,)
        :math:`c_0,\dots,c_r`; with :math:`q=e^{\tau^2}`, :math:`(1+\gamma q)^{k+1}c_k` is a
        polynomial in q and ``gamma``.

    Raises
    ------
    DomainError
        If the order is not an integer from 0 to 18, or the variance not exact and known to be
        positive.

    Notes
    -----
    Accuracy: exact; the expansion is asymptotic, not convergent.

    References
    ----------
    Theorem 1, equation (20), is the entry :math:`c_0`.

    Examples
    --------
    >>> linear_ce_series(0)
    ((gamma*exp(2) + 1)/(E*gamma + 1),)
    >>> from rmtcheck.vocabulary.symbols import tau
    >>> linear_ce_series(0, tau**2)
    ((gamma*exp(2*tau**2) + 1)/(gamma*exp(tau**2) + 1),)
    """
    spread = positive_expression("variance", variance)
    numerator, denominator = _ratio_series(_order(order), sympy.exp(spread))
    leading = denominator[0]
    quotients: list[Any] = []  # c_k times leading^(k+1), so that no fraction is ever needed
    for k, coefficient in enumerate(numerator):
        tail = sum(denominator[n] * quotients[k - n] * leading ** (n - 1) for n in range(1, k + 1))
        quotients.append(coefficient * leading**k - tail)
    return tuple(_fraction(top, leading, k + 1) for k, top in enumerate(quotients))


def _ratio_series(order: int, base: sympy.Expr) -> tuple[list[Any], list[Any]]:
    """Return the series of C^4 g_ij and C^2 g_ii over Z[q, gamma], q called ``base``."""
    polynomials, q, ratio = ring((base, gamma), ZZ)

    def moment(*powers: int, shift: int = 0) -> list[Any]:
        rows = moment_polynomials(powers, order)
        values = [sum((c * q**n for n, c in enumerate(row)), polynomials.zero) for row in rows]
        return ([polynomials.zero] * shift + values)[: order + 1]

    parts = zip(moment(2), moment(3, shift=1), moment(4, shift=2), strict=True)
    variance = [ratio * (two - 2 * three + four) for two, three, four in parts]
    mean = [-c for c in moment(2, shift=1)]
    mean[0] += 1
    off_variance = [ratio * c for c in moment(2, 2)]
    return _add(off_variance, _square(moment(1, 1))), _add(variance, _square(mean))


def _add(left: Sequence[Any], right: Sequence[Any]) -> list[Any]:
    return [a + b for a, b in zip(left, right, strict=True)]


def _square(series: Sequence[Any]) -> list[Any]:
    return [sum(series[k] * series[n - k] for k in range(n + 1)) for n in range(len(series))]


def _fraction(top: Any, base: Any, exponent: int) -> sympy.Expr:
    """Return top/base^exponent with the common powers of base removed."""
    while exponent and not top % base:
        top, exponent = top.exquo(base), exponent - 1
    return top.as_expr() / base.as_expr() ** exponent


@lru_cache(maxsize=512)
def _polynomials(pattern: tuple[int, ...], order: int) -> tuple[tuple[int, ...], ...]:
    """Return the integer polynomials for a sorted pattern without zeros."""
    total = sum(pattern)
    prefactor = _Q ** sum(a * (a - 1) // 2 for a in pattern)
    return tuple(
        _dense(prefactor * sum(c * sympy.rf(total, n).p for n, c in local.items()))
        for local in _integrand(pattern, order)
    )


def _integrand(pattern: Sequence[int], order: int) -> list[dict[int, Any]]:
    r"""Return the coefficients of :math:`h^0,\dots,h^r` as ``{power of s: coefficient}``."""
    free = _log_local(0, order + 1)
    logs = [_log_local(a, order + 1) for a in pattern]
    shifted = [sum(row[n] for row in logs) - len(pattern) * free[n] for n in range(order + 2)]
    exponentials: list[dict[int, Any]] = [{0: _RING.one}]
    for n in range(1, order + 1):  # n G_n = sum_j j g_j G_{n-j}, the derivative of exp
        row: dict[int, Any] = {}
        for j in range(1, n + 1):
            for degree, factor in ((j + 1, free[j + 1]), (j, shifted[j])):
                _accumulate(row, exponentials[n - j], degree, factor * QQ(j, n))
        exponentials.append(row)
    return exponentials


def _accumulate(row: dict[int, Any], source: dict[int, Any], degree: int, factor: Any) -> None:
    """Add ``factor * s**degree * source`` to ``row``."""
    for power, coefficient in source.items():
        row[power + degree] = row.get(power + degree, _RING.zero) + factor * coefficient


@lru_cache(maxsize=256)
def _log_local(a: int, terms: int) -> list[Any]:
    r"""Return :math:`\ell^{(a)}_0=0,\dots,\ell^{(a)}_{\text{terms}}`."""
    local = [
        _Q ** (a * n + n * (n - 1) // 2) * QQ((-1) ** n, sympy.factorial(n).p)
        for n in range(terms + 1)
    ]
    logs = [_RING.zero]
    for n in range(1, terms + 1):  # n l_n = n f_n - sum_j j l_j f_{n-j}, from f' = f (log f)'
        known = sum((logs[j] * local[n - j] * j for j in range(1, n)), _RING.zero)
        logs.append(local[n] - known * QQ(1, n))
    return logs


def _dense(polynomial: Any) -> tuple[int, ...]:
    """Return the integer coefficients by ascending power."""
    by_power = {power: int(coefficient) for (power,), coefficient in polynomial.terms()}
    return tuple(by_power.get(n, 0) for n in range(max(by_power, default=-1) + 1))


def _natural(name: str, value: Any) -> int:
    try:
        number = -1 if isinstance(value, bool) else index(value)
    except TypeError:
        number = -1
    if number < 0:
        raise DomainError(f"{name} is {shown(value)}; accepted are the integers 0, 1, 2, ...")
    return number


def _order(value: Any) -> int:
    """Return the order of a series if its computation takes seconds."""
    if _natural("order", value) > MAX_ORDER:
        raise DomainError(
            f"order is {shown(value)}; accepted are the integers 0, 1, 2, ..., {MAX_ORDER}"
        )
    return index(value)


def positive_expression(name: str, value: Any) -> sympy.Expr:
    """Return an exact number or expression that is known to be positive, or say why not."""
    number = exact_expression(name, value)
    if not number.is_positive:
        raise DomainError(
            f"{name} is {shown(number)}; accepted are exact positive numbers or expressions"
        )
    return number


def exact_expression(name: str, value: Any) -> sympy.Expr:
    """Return a commuting expression without floats; a string is never evaluated."""
    try:
        expr = sympy.sympify(value, strict=True)
    except (sympy.SympifyError, TypeError, ValueError, AttributeError):
        expr = None
    if not isinstance(expr, sympy.Expr) or not expr.is_commutative or expr.has(sympy.Float):
        raise DomainError(f"{name} is {shown(value)}; accepted are exact numbers and expressions")
    return expr


def shown(value: Any) -> str:
    """Return the value as a message shows it, cut where it is long."""
    try:
        text = str(value) if isinstance(value, sympy.Basic) else repr(value)
    except ValueError:
        return "an integer of thousands of digits"
    return text if len(text) <= 60 else f"{text[:57]}..."
