r"""Balls for Gaussian means over one rectified unit, from their integrals.

With :math:`a,a'` iid :math:`N(0,1)` and :math:`\phi=\max(a,0)`, everything that one hidden unit
contributes to the limits of a hidden layer is a mean over the open half line or quadrant,

.. math::

    H_k(s) = \mathbb E\bigl[1_{a>0}\,a^ke^{sa^2}\bigr]
           = \frac1{\sqrt{2\pi}}\int_0^\infty a^ke^{-(1-2s)a^2/2}\,da, \qquad
    Q_k(s) = \mathbb E\bigl[1_{a,a'>0}\,(aa')^ke^{saa'}\bigr]
           = \frac{k!}{2\pi}\int_0^{\pi/2}\frac{\sin^k2t\;dt}{(1-s\sin2t)^{k+1}},

the last one in polar coordinates, where the radius integrates to :math:`k!`. No closed form is
used: the integrals are enclosed.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import isqrt
from typing import Any

from flint import acb, arb, ctx, fmpq, fmpz

from rmtcheck.certify import exact
from rmtcheck.certify.ball import around_zero, is_accurate
from rmtcheck.errors import DomainError, PrecisionError

MAX_ORDER = 100
_MOST_EVALUATIONS = 30_000
_ATTEMPTS = 4
_GUARD_BITS = 24


def relu_overlap(order: Any, tilt: Any, digits: Any = 30) -> arb:
    r"""Enclose :math:`K_k(s)=\mathbb E[(\phi\phi')^ke^{s\phi\phi'}]` of one unit on two samples.

    .. math:: K_k(s)=Q_k(s)+\tfrac34\,1_{k=0}

    Parameters
    ----------
    order : int
        The power k, 0 to 100.
    tilt : exact rational
        The number :math:`s<1`.
    digits : int, default 30
        Decimal digits of relative accuracy, 1 to 300.

    Returns
    -------
    arb

    Raises
    ------
    DomainError
        If an argument lies outside its domain; the mean is infinite for :math:`s\ge1`.
    PrecisionError
        If the accuracy was not reached, as at tilts extremely close to 1 or far below 0.

    Notes
    -----
    Accuracy: enclosure of relative radius at most ``10**-digits``.

    References
    ----------
    Lemma 18 (b) of ``docs/lemmas.md``.

    Examples
    --------
    >>> print(relu_overlap(1, 0).str(12, radius=False))          # 1/(2 pi)
    0.159154943092
    """
    k = exact.checked_integer("order", order, 0, MAX_ORDER)
    s = exact.exact_rational("tilt", tilt)
    if s >= 1:
        raise DomainError(f"tilt = {s} makes the mean infinite; accepted: a rational number < 1")
    return to_digits(lambda: quadrant_mean(k, s) + closed_pairs(k), exact.checked_digits(digits))


def closed_pairs(order: int) -> arb:
    """Return what the samples with a closed unit add to an overlap: 3/4 at order 0, else 0."""
    return arb(3) / 4 if order == 0 else arb(0)


def quadrant_mean(order: int, tilt: fmpq) -> arb:
    r"""Return :math:`Q_k(s)` at the current precision; ``+inf`` for :math:`s\ge1`."""
    return arb.pos_inf() if tilt >= 1 else _quadrant(order, tilt, ctx.prec)


def half_line_mean(order: int, tilt: fmpq) -> arb:
    r"""Return :math:`H_k(s)` at the current precision; ``+inf`` for :math:`s\ge\frac12`."""
    return arb.pos_inf() if 2 * tilt >= 1 else _half_line(order, tilt, ctx.prec)


def to_digits(compute: Callable[[], arb], digits: int, guard_bits: int = 0) -> arb:
    """Compute with more and more bits until the relative radius is at most ``10**-digits``."""
    bits = 10 * digits // 3 + _GUARD_BITS + guard_bits
    for _ in range(_ATTEMPTS):
        with ctx.workprec(bits):
            ball = compute()
        if is_accurate(ball, digits):
            return ball
        bits *= 2
    raise PrecisionError(f"{digits} digits were not reached with {bits // 2} bits")


@lru_cache(maxsize=256)
def _quadrant(order: int, tilt: fmpq, bits: int) -> arb:
    """Integrate over half of the quadrant, with the angle u counted from its middle."""
    with ctx.workprec(bits):
        integral = acb.integral(
            lambda u, _: (2 * u).cos() ** order / _radial(tilt, u) ** (order + 1),
            0,
            acb.pi() / 4,
            eval_limit=_MOST_EVALUATIONS,
        )
        return arb(fmpz.fac_ui(order)) * integral.real / arb.pi()


def _radial(s: fmpq, u: acb) -> acb:
    r"""Return :math:`1-s\cos2u`; near s = 1 it is small at u = 0, where this does not cancel."""
    return 1 - acb(s) * (2 * u).cos() if s <= 0 else acb(1 - s) + 2 * acb(s) * u.sin() ** 2


@lru_cache(maxsize=256)
def _half_line(order: int, tilt: fmpq, bits: int) -> arb:
    with ctx.workprec(bits):
        alpha = 1 - 2 * tilt
        reach = isqrt(int((2 * (bits + order) / alpha).ceil())) + 1
        integral = acb.integral(
            lambda a, _: a**order * (-acb(alpha) * a * a / 2).exp(), 0, reach
        ).real
        tail = around_zero(_tail(order, arb(alpha), reach))
        return (integral + tail) / (2 * arb.pi()).sqrt()


def _tail(order: int, alpha: arb, reach: int) -> arb:
    r"""Bound the integral beyond R by :math:`\frac2\alpha R^{k-1}e^{-\alpha R^2/2}`.

    There :math:`a^{k-1}e^{-\alpha a^2/4}` decreases, as :math:`\alpha R^2\ge2k`.
    """
    radius = arb(reach)
    return 2 / alpha * radius ** (order - 1) * (-alpha * radius * radius / 2).exp()
