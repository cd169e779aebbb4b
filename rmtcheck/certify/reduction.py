r"""The rate of Theorem 1 as signs of polynomial coefficients (docs/lemmas.md, 17).

Plain algebra, in any commutative ring that holds the moments, h = 1/C and the number e: balls for
one number of classes, polynomials in h for all large ones at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

Coefficients = Sequence[Any]
"""A polynomial in gamma, from its constant term on."""


@dataclass(frozen=True)
class Rate:
    r"""The statement :math:`0<C^2g_{ij}/g_{ii}-R_0-R_1/C\le K/C^2`, with w = e gamma + 1.

    Parameters
    ----------
    limit, slope : callable
        The numerators of :math:`R_0=r_0/w` and :math:`R_1=r_1/w^2`, from the number e.
    kappa : tuple of int
        The numerator of :math:`K=(\kappa_0+\dots+\kappa_3\gamma^3)/w^3`.
    """

    limit: Callable[[Any], Coefficients]
    slope: Callable[[Any], Coefficients]
    kappa: tuple[int, ...]


@dataclass(frozen=True)
class Moments:
    r"""What both block limits are made of, in one ring.

    Parameters
    ----------
    alpha, beta, eta : ring element
        :math:`C^4\,\mathbb Ep_1^2p_2^2`, :math:`C^2\,\mathbb Ep_1p_2` and
        :math:`C^4\,\mathbb Ep_1^2p_2p_3`; the last has weight zero for two classes.
    h, e : ring element
        :math:`1/C` and the number e.
    """

    alpha: Any
    beta: Any
    eta: Any
    h: Any
    e: Any

    def off_diagonal(self) -> Coefficients:
        r"""Return :math:`C^4g_{ij}=\beta^2+\gamma\alpha`."""
        return self.beta**2, self.alpha

    def diagonal(self) -> Coefficients:
        r"""Return :math:`C^2g_{ii}=(1-h)^2\beta^2+\gamma(1-h)((1-2h)\eta+h\alpha)` (lemma 7)."""
        h, others = self.h, 1 - self.h
        return (others * self.beta) ** 2, others * ((1 - 2 * h) * self.eta + h * self.alpha)


def excess(rate: Rate, at: Moments) -> list[Any]:
    r"""Return :math:`h^2q_0,\dots,h^2q_3`: what :math:`C^2g_{ij}/g_{ii}` has beyond its expansion.

    .. math:: h^2\sum_kq_k\gamma^k=w^2\,C^4g_{ij}-(r_0w+r_1h)\,C^2g_{ii}
    """
    w = (1, at.e)
    expanded = _plus(_times(rate.limit(at.e), w), rate.slope(at.e), at.h)
    return _plus(_times(_times(w, w), at.off_diagonal()), _times(expanded, at.diagonal()), -1)


def margins(rate: Rate, at: Moments, q: Coefficients) -> list[Any]:
    r"""Return :math:`s_0,\dots,s_4`: what is left of the bound.

    .. math:: \sum_ks_k\gamma^k=(\kappa_0+\dots+\kappa_3\gamma^3)\,C^2g_{ii}-w\sum_kq_k\gamma^k
    """
    return _plus(_times(rate.kappa, at.diagonal()), _times((1, at.e), q), -1)


def _times(left: Coefficients, right: Coefficients) -> list[Any]:
    product: list[Any] = [0] * (len(left) + len(right) - 1)
    for i, a in enumerate(left):
        for j, b in enumerate(right):
            product[i + j] = product[i + j] + a * b
    return product


def _plus(left: Coefficients, right: Coefficients, factor: Any = 1) -> list[Any]:
    return [a + factor * b for a, b in zip_longest(left, right, fillvalue=0)]
