r"""Softmax moments at all large numbers of classes, to any order in 1/C and at any scale.

By tilting, :math:`C^K\,\mathbb E\prod_kp_k^{a_k}=c\,\mathbb E[Y^{-K}]`, where Y is a mean of C
independent lognormal variables, of mean 1 but for the tilted ones. Its moments about 1 are
polynomials in h = 1/C and :math:`q=e^{\tau^2}`; Taylor's formula for :math:`y^{-K}` does the rest
(docs/lemmas.md, 20).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import comb
from typing import Any

from flint import Ordering, arb, fmpq, fmpq_mpoly, fmpq_mpoly_ctx

from rmtcheck.certify import exact
from rmtcheck.certify.ball import between

_RING = fmpq_mpoly_ctx.get(("q", "h"), Ordering.lex)
_Q, _H = _RING.gens()
_ZERO = _RING.constant(0)

IntegerPolynomial = dict[int, int]
"""Coefficients by the power of q."""


@dataclass(frozen=True)
class ClassSeries:
    r"""A scaled moment as :math:`\sum_{r<L}c_rC^{-r}+bC^{-L}` for every :math:`C\ge C_0`.

    Parameters
    ----------
    coefficients : tuple of dict
        :math:`c_0,\dots,c_{L-1}` as polynomials in :math:`q=e^{\tau^2}`.
    remainder : arb
        One ball that holds b for all these C.
    """

    coefficients: tuple[IntegerPolynomial, ...]
    remainder: arb


def moment_beyond(powers: Any, classes_from: Any, scale: Any, order: Any) -> ClassSeries:
    r"""Expand :math:`C^K\,\mathbb E\prod_kp_k^{a_k}` in 1/C with an enclosed remainder.

    Parameters
    ----------
    powers : tuple of int
        The powers :math:`a_k\ge1` of distinct classes; :math:`K` is their sum, at most 40.
    classes_from : int
        The smallest number of classes spoken about, at least 2 and the number of powers.
    scale : exact rational
        Standard deviation :math:`\tau` of a logit, from 1/1000 to 10.
    order : int
        Number L of coefficients, from 1 to 8.

    Returns
    -------
    ClassSeries

    Raises
    ------
    DomainError
        If an argument lies outside its domain.

    Notes
    -----
    Accuracy: the coefficients are exact, the remainder an enclosure at the precision of
    ``flint.ctx``. It does not shrink to the next coefficient: it is as wide as the bound.

    Examples
    --------
    >>> moment_beyond((1, 1), 10**6, 1, 2).coefficients
    ({0: 1}, {1: -1, 0: 1})
    """
    start = exact.checked_integer("classes_from", classes_from, 2)
    checked = exact.checked_powers(powers, start)
    spread = exact.checked_scale(scale)
    count = exact.checked_integer("order", order, 1, 8)
    q, box = arb(spread * spread).exp(), between(0, arb(1) / start)
    moments = _moments_about_one(checked, 4 * count)
    polynomial = _tilting(checked) * _taylor(sum(checked), moments[: 2 * count])
    bound = _remainder(checked, moments, arb(spread * spread), box)
    beyond = _value(polynomial, count, q, box) + _value(_tilting(checked), 0, q, box) * bound
    return ClassSeries(tuple(_coefficient(polynomial, r) for r in range(count)), beyond)


def _moments_about_one(powers: Sequence[int], last: int) -> list[fmpq_mpoly]:
    """Return the moments of Y - 1 up to ``last`` from its cumulants."""
    lognormal = _lognormal_cumulants(last)
    cumulants = [_mean_cumulant(j, powers, lognormal[j]) for j in range(1, last + 1)]
    moments = [_RING.constant(1)]
    for n in range(1, last + 1):
        parts = (comb(n - 1, j - 1) * cumulants[j - 1] * moments[n - j] for j in range(1, n + 1))
        moments.append(sum(parts, _ZERO))
    return moments


def _lognormal_cumulants(last: int) -> list[fmpq_mpoly]:
    r"""Return the cumulants of :math:`e^{u-v/2}`, whose moments are :math:`q^{k(k-1)/2}`."""
    found = [_ZERO]
    for n in range(1, last + 1):
        known = (comb(n - 1, j - 1) * found[j] * _Q ** comb(n - j, 2) for j in range(1, n))
        found.append(_Q ** comb(n, 2) - sum(known, _ZERO))
    return found


def _mean_cumulant(j: int, powers: Sequence[int], lognormal: fmpq_mpoly) -> fmpq_mpoly:
    """Return a cumulant of Y - 1: of C equal terms over C, m of them multiplied by q^a."""
    plain = _H ** (j - 1) if j > 1 else _ZERO
    return lognormal * (plain + _H**j * sum((_Q ** (j * a) - 1 for a in powers), _ZERO))


def _tilting(powers: Sequence[int]) -> fmpq_mpoly:
    return _Q ** sum(comb(a, 2) for a in powers)


def _taylor(total: int, moments: Sequence[fmpq_mpoly]) -> fmpq_mpoly:
    """Return the mean of the Taylor polynomial of y^-total about 1."""
    terms = ((-1) ** n * comb(total + n - 1, n) * moment for n, moment in enumerate(moments))
    return sum(terms, _ZERO)


def _remainder(powers: Sequence[int], moments: Sequence[fmpq_mpoly], v: arb, box: arb) -> arb:
    """Return a ball for the remainder of Taylor's formula over c h^L."""
    count = len(moments) // 4
    total, q = sum(powers), v.exp()
    middle, last = (_value(moments[k * count], k * count // 2, q, box) for k in (2, 4))
    negative = _negative_moment(2 * total + 4 * count, v, box)
    spread = middle.upper() + (last.upper() * negative).sqrt()
    return between(0, comb(total + 2 * count - 1, 2 * count) * spread)


def _negative_moment(order: int, v: arb, box: arb) -> arb:
    r"""Bound E Y^{-order} by the inequality of arithmetic and geometric means."""
    return (order * v / 2 + order * order * v * box.upper() / 2).exp()


def _coefficient(polynomial: fmpq_mpoly, index: int) -> IntegerPolynomial:
    terms = {(int(k), int(r)): c for (k, r), c in polynomial.terms()}
    return {k: int(c.p) for (k, r), c in terms.items() if r == index}


def _value(polynomial: fmpq_mpoly, lowest: int, q: arb, box: arb) -> arb:
    """Enclose the part from h^lowest on, over h^lowest, for every h in the box."""
    terms = ((int(k), int(r) - lowest, fmpq(c)) for (k, r), c in polynomial.terms())
    return sum((arb(c) * q**k * box**r for k, r, c in terms if r >= 0), arb(0))
