r"""Softmax moments at all large numbers of classes at once (docs/lemmas.md, 8)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flint import arb, ctx, fmpq

from rmtcheck.certify import exact
from rmtcheck.certify.ball import between

_GUARD_BITS = 32


def scaled_moment_beyond(powers: Any, classes_from: Any, scale: Any = 1) -> arb:
    r"""Enclose :math:`C^K\,\mathbb E\prod_kp_k^{a_k}` for every :math:`C\ge` ``classes_from``.

    The lower end is Jensen's inequality, the upper end Taylor's formula of
    :math:`x^{-K}` under the tilted law; the limit
    :math:`e^{\tau^2\sum_ka_k(a_k-1)/2}` lies in the ball.

    Parameters
    ----------
    powers : tuple of int
        The powers :math:`a_k\ge1` of distinct classes; :math:`K` is their sum, at most 40.
    classes_from : int
        The smallest number of classes spoken about, at least 2 and the number of powers.
    scale : exact rational, default 1
        Standard deviation :math:`\tau` of a logit, from 1/1000 to 10.

    Returns
    -------
    arb
        One ball for all these C and for the limit, of width O(1/classes_from).

    Raises
    ------
    DomainError
        If an argument lies outside its domain.

    Notes
    -----
    Accuracy: enclosure. The constant of the width grows like :math:`e^{(K+2)\tau^2}`.

    Examples
    --------
    >>> print(scaled_moment_beyond((2,), 10**30).str(20, radius=False))
    2.7182818284590452354
    """
    start = exact.checked_integer("classes_from", classes_from, 2)
    checked = exact.checked_powers(powers, start)
    spread = exact.checked_scale(scale)
    with ctx.workprec(2 * start.bit_length() + _GUARD_BITS):
        return _scaled_moment(checked, fmpq(1, start), arb(spread * spread))


def _scaled_moment(powers: Sequence[int], h: fmpq, v: arb) -> arb:
    """Apply lemma 8 with h = 1/classes_from and v the variance of a logit."""
    total = sum(powers)
    if total == 1:
        return arb(1)
    limit = (v * sum(a * (a - 1) for a in powers) / 2).exp()
    lower = (1 + _excess(powers, 1, v) * h) ** -total
    upper = 1 + _taylor_remainder(powers, h, v)
    return limit * between(lower, upper)


def _taylor_remainder(powers: Sequence[int], h: fmpq, v: arb) -> arb:
    r"""Bound E[X^-K] - 1 by K(K+1) (Var X / 3 + sqrt(E(X-1)^4 E X^{-2K-4}) / 6)."""
    total = sum(powers)
    variance = v.expm1() * h * (1 + _excess(powers, 2, v) * h)
    fourth = _kurtosis(v) * h**3 * (1 + _excess(powers, 4, v) * h) + 3 * variance**2
    negative = _negative_moment(2 * total + 4, powers, h, v)
    return total * (total + 1) * (variance / 3 + (fourth * negative).sqrt() / 6)


def _excess(powers: Sequence[int], order: int, v: arb) -> arb:
    r"""Return the sum of e^{order a v} - 1: what the tilt adds to the sums over classes."""
    return sum(((order * a * v).expm1() for a in powers), arb(0))


def _kurtosis(v: arb) -> arb:
    r"""Return E(W - EW)^4 / (EW)^4 of a lognormal variable W = e^u, u ~ N(0, v)."""
    return (6 * v).exp() - 4 * (3 * v).exp() + 6 * v.exp() - 3


def _negative_moment(order: int, powers: Sequence[int], h: fmpq, v: arb) -> arb:
    r"""Bound E X^{-q} by the inequality of arithmetic and geometric means."""
    growth = (order * v / 2 + order * order * v * h / 2).exp()
    return growth * (1 + _excess(powers, 1, v) * h) ** order
