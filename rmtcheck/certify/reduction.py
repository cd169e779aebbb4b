r"""The rate of Theorem 1 as signs of coefficients of polynomials in gamma (docs/lemmas.md, 17).

Everything up to :func:`margins` is algebra in any commutative ring that has the moments, h = 1/C
and e: balls for one number of classes, polynomials in h for all large ones at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from math import comb
from typing import Any

from flint import arb, arb_poly, ctx, fmpq

from rmtcheck.certify.remainder import LEAST_CLASSES, RING, expansion, in_h
from rmtcheck.errors import PrecisionError

Coefficients = Sequence[Any]
"""A polynomial in gamma, from the constant term on."""


@dataclass(frozen=True)
class Rate:
    r"""The statement :math:`0<C^2g_{ij}/g_{ii}-R_0-R_1/C\le K/C^2`, w = e gamma + 1.

    Parameters
    ----------
    limit, slope : callable
        The numerators of :math:`R_0=r_0/w` and :math:`R_1=r_1/w^2`, from the number e.
    kappa : tuple of int
        The numerator of :math:`K=k/w^3`.
    """

    limit: Callable[[Any], Coefficients]
    slope: Callable[[Any], Coefficients]
    kappa: tuple[int, int, int, int]


@dataclass(frozen=True)
class Moments:
    r"""What the two block limits are made of, in one ring.

    Parameters
    ----------
    alpha, beta, eta : ring element
        :math:`C^4\mathbb Ep_1^2p_2^2`, :math:`C^2\mathbb Ep_1p_2` and
        :math:`C^4\mathbb Ep_1^2p_2p_3`, which matters for three classes or more.
    h, e : ring element
        :math:`1/C` and the number e.
    """

    alpha: Any
    beta: Any
    eta: Any
    h: Any
    e: Any

    def off_diagonal(self) -> Coefficients:
        r"""Return :math:`C^4g_{ij}=\gamma\alpha+\beta^2`."""
        return self.beta**2, self.alpha

    def diagonal(self) -> Coefficients:
        r"""Return :math:`C^2g_{ii}`, expanded as in lemma 7."""
        h, others = self.h, 1 - self.h
        squares = others * (1 - 2 * h) * self.eta + h * others * self.alpha
        return others**2 * self.beta**2, squares


def excess(rate: Rate, at: Moments) -> list[Any]:
    r"""Return :math:`h^2q_k`, the coefficients of :math:`w^2C^4g_{ij}-(r_0w+r_1h)C^2g_{ii}`."""
    w = (1, at.e)
    claimed = _minus(_times(w, rate.limit(at.e)), [-at.h * r for r in rate.slope(at.e)])
    return _minus(_times(_times(w, w), at.off_diagonal()), _times(claimed, at.diagonal()))


def margins(rate: Rate, at: Moments, q: Coefficients) -> list[Any]:
    r"""Return :math:`s_k`, the coefficients of :math:`k(\gamma)\,C^2g_{ii}-w\sum_kq_k\gamma^k`."""
    return _minus(_times(rate.kappa, at.diagonal()), _times((1, at.e), q))


def prove_constant_terms(rate: Rate) -> None:
    r"""Prove :math:`q_0>0` and :math:`s_0\ge0` for all :math:`C\ge2`: they are polynomials in h.

    Both are multiples of :math:`\beta^2`, so :math:`\beta=1` will do; the other moments are not in
    them.
    """
    e, h = RING.gens()
    at = Moments(RING.constant(0), RING.constant(1), RING.constant(0), h, e)
    q0 = _shifted(in_h(excess(rate, at)[0]))
    s0 = in_h(rate.kappa[0] * at.diagonal()[0]) - q0
    _require("q0 > 0", "2", (low > 0 for low in bernstein(q0, fmpq(1, 2))))
    _require("s0 >= 0", "2", (low >= 0 for low in bernstein(s0, fmpq(1, 2))))


def prove_many_classes(rate: Rate) -> None:
    r"""Prove :math:`q_k>0` and :math:`s_k\ge0`, :math:`k\ge1`, for all :math:`C\ge2000`."""
    _prove_cancellation(rate)
    at, q, s = many_classes(rate)
    end = fmpq(1, LEAST_CLASSES)
    for k in range(1, len(q)):
        _require(f"q{k} > 0", LEAST_CLASSES, (low > 0 for low in bernstein(q[k], end)))
    for k in range(1, len(s)):
        _require(f"s{k} >= 0", LEAST_CLASSES, (low >= 0 for low in bernstein(s[k], end)))
