r"""Balls for Gaussian means over one unit of any enclosed activation, on one sample or on two.

With :math:`a,a'` iid :math:`N(0,1)`, :math:`s=\sigma(a)` and :math:`\tilde s=\sigma(a')`,

.. math::

    M_{kpq}(t) = \mathbb E\bigl[s^k\,\sigma'(a)^p\,\sigma''(a)^q\,e^{ts^2}\bigr], \qquad
    D_{kp}(t) = \mathbb E\bigl[(s\tilde s)^k(\sigma'(a)\sigma'(a'))^p\,e^{ts\tilde s}\bigr]
              = \sum_{j\ge0}\frac{t^j}{j!}M_{k+j,p,0}(0)^2 .

The first is an integral over two half lines, enclosed with its tails; all terms of the series are
0 or more, and what is left out is bounded. A rectified unit has integrals of its own, which need
no series.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from math import isqrt
from typing import Any, NamedTuple

from flint import acb, arb, ctx, fmpq, fmpz

from rmtcheck.certify import exact
from rmtcheck.certify.activations import EnclosedActivation, Jet, enclosed_activation
from rmtcheck.certify.ball import around_zero, between
from rmtcheck.certify.relu_means import closed_pairs, half_line_mean, quadrant_mean, to_digits
from rmtcheck.errors import DomainError, PrecisionError
from rmtcheck.vocabulary.activations import RELU, Activation

MAX_POWER = 8
MAX_SERIES_DIGITS = 50
_PLANNING_BITS = 64
_MOST_EVALUATIONS = 100_000
_MOST_TERMS = 1_000


class Powers(NamedTuple):
    """Powers of an activation and of its first two derivatives."""

    value: int = 0
    slope: int = 0
    curvature: int = 0


def activation_mean(activation: Activation, powers: Any, tilt: Any, digits: Any = 30) -> arb:
    r"""Enclose :math:`M_{kpq}(t)=\mathbb E[\sigma^k\sigma'^p\sigma''^qe^{t\sigma^2}]`.

    Parameters
    ----------
    activation : Activation
        One that can be enclosed, such as TANH.
    powers : (int, int, int)
        The powers k, p and q, 0 to 8.
    tilt : exact rational
        The number t, 0 or more, for which the mean is finite.
    digits : int, default 30
        Decimal digits of relative accuracy, 1 to 300, or to 50 where a series is slow.

    Returns
    -------
    arb

    Raises
    ------
    DomainError
        If an argument lies outside its domain.
    PrecisionError
        If the accuracy was not reached, as for a mean that is 0.

    Notes
    -----
    Accuracy: enclosure of relative radius at most ``10**-digits``.

    References
    ----------
    Lemma 21 (a) of ``docs/lemmas.md``.

    Examples
    --------
    >>> from rmtcheck.vocabulary.activations import TANH
    >>> print(activation_mean(TANH, (0, 1, 0), 0).str(12, radius=False))        # E[tanh'(a)]
    0.605705509602
    """
    checked = Powers(*(exact.checked_integer("power", n, 0, MAX_POWER) for n in powers))
    t = _checked_tilt(activation, tilt, samples=1)
    return to_digits(lambda: unit_mean(activation, checked, t), checked_digits(activation, digits))


def activation_overlap(
    activation: Activation, order: Any, slopes: Any, tilt: Any, digits: Any = 30
) -> arb:
    r"""Enclose :math:`D_{kp}(t)=\mathbb E[(s\tilde s)^k(\sigma'\tilde\sigma')^pe^{ts\tilde s}]`.

    Parameters
    ----------
    activation : Activation
        One that can be enclosed, such as TANH.
    order, slopes : int
        The powers k and p, 0 to 8.
    tilt : exact rational
        The number t, 0 or more, for which the mean is finite.
    digits : int, default 30
        Decimal digits of relative accuracy, 1 to 300, or to 50 where a series is slow.

    Returns
    -------
    arb

    Raises
    ------
    DomainError
        If an argument lies outside its domain.
    PrecisionError
        If the accuracy was not reached, as for a mean that is 0 or a tilt near its bound.

    Notes
    -----
    Accuracy: enclosure of relative radius at most ``10**-digits``.

    References
    ----------
    Lemma 21 (b) of ``docs/lemmas.md``.

    Examples
    --------
    >>> from rmtcheck.vocabulary.activations import IDENTITY
    >>> activation_overlap(IDENTITY, 0, 0, "3/5").contains(fmpq(5, 4))      # 1/sqrt(1 - t^2)
    True
    """
    k, p = (exact.checked_integer("power", n, 0, MAX_POWER) for n in (order, slopes))
    t = _checked_tilt(activation, tilt, samples=2)
    goal = checked_digits(activation, digits)
    return to_digits(lambda: unit_overlap(activation, k, p, t), goal)


def unit_mean(activation: Activation, powers: Powers, tilt: fmpq) -> arb:
    r"""Return :math:`M_{kpq}(t)` at the current precision; ``+inf`` where it is infinite."""
    if activation == RELU:
        return _rectified(powers, tilt)
    if not enclosed_activation(activation).is_finite(tilt, samples=1):
        return arb.pos_inf()
    return _mean(activation, powers, tilt, ctx.prec)


def unit_overlap(activation: Activation, order: int, slopes: int, tilt: fmpq) -> arb:
    r"""Return :math:`D_{kp}(t)` at the current precision; ``+inf`` where it is infinite."""
    if activation == RELU:
        return quadrant_mean(order, tilt) + (arb(0) if slopes else closed_pairs(order))
    if not enclosed_activation(activation).is_finite(tilt, samples=2):
        return arb.pos_inf()
    return _overlap(activation, order, slopes, tilt, ctx.prec)


def checked_digits(activation: Activation, value: Any) -> int:
    """Return a number of digits: to 300, or to 50 for unbounded activations other than relu."""
    goal = exact.checked_digits(value)
    is_slow = not enclosed_activation(activation).is_bounded and activation != RELU
    if goal > MAX_SERIES_DIGITS and is_slow:
        bound = f"an integer from 1 to {MAX_SERIES_DIGITS} for {activation}"
        raise DomainError(f"digits = {goal} is outside its domain; accepted: {bound}")
    return goal


def _checked_tilt(activation: Activation, value: Any, samples: int) -> fmpq:
    t = exact.exact_rational("tilt", value)
    if t < 0 or not enclosed_activation(activation).is_finite(t, samples):
        text = "a rational number >= 0 for which the mean is finite"
        raise DomainError(f"tilt = {t} is outside its domain for {activation}; accepted: {text}")
    return t


def _rectified(powers: Powers, tilt: fmpq) -> arb:
    """Return the mean over the open unit, and 1/2 for the closed one where nothing vanishes."""
    if powers.curvature:
        return arb(0)
    closed = arb(0) if powers.value or powers.slope else half_line_mean(0, fmpq(0))
    return half_line_mean(powers.value, tilt) + closed


@lru_cache(maxsize=4096)
def _mean(activation: Activation, powers: Powers, tilt: fmpq, bits: int) -> arb:
    known = enclosed_activation(activation)
    with ctx.workprec(bits):
        decay = 1 - 2 * tilt * known.growth**2
        order = 0 if known.is_bounded else powers.value
        reach = isqrt(int((2 * (bits + order) / decay).ceil())) + 1

        def half(jet: Callable[[acb], Jet], *ends: int) -> arb:
            def integrand(a: acb, _: bool) -> acb:
                value, slope, curvature = jet(a)
                product = value**powers.value * slope**powers.slope * curvature**powers.curvature
                return product * (acb(tilt) * value * value - a * a / 2).exp()

            return acb.integral(integrand, *ends, eval_limit=_MOST_EVALUATIONS).real

        halves = half(known.negative, -reach, 0) + half(known.positive, 0, reach)
        tails = around_zero(2 * _tail(known, powers, tilt, reach))
        return (halves + tails) / (2 * arb.pi()).sqrt()


def _tail(known: EnclosedActivation, powers: Powers, tilt: fmpq, reach: int) -> arb:
    r"""Bound a tail; unbounded, by :math:`B^p\beta^k\int_R^\infty a^ke^{-\alpha a^2/2}da`."""
    steepest = arb(known.steepest) ** powers.slope
    if known.is_bounded:
        return steepest * arb(tilt).exp() * _beyond(0, arb(1), reach)
    decay = 1 - 2 * arb(tilt) * arb(known.growth) ** 2
    return steepest * arb(known.growth) ** powers.value * _beyond(powers.value, decay, reach)


def _beyond(order: int, decay: arb, reach: int) -> arb:
    r"""Return :math:`\int_R^\infty a^ke^{-\alpha a^2/2}da`, an incomplete gamma function."""
    half = arb(fmpq(order + 1, 2))
    return (2 / decay) ** half / 2 * (decay * reach * reach / 2).gamma_upper(half)


@lru_cache(maxsize=1024)
def _overlap(activation: Activation, order: int, slopes: int, tilt: fmpq, bits: int) -> arb:
    known = enclosed_activation(activation)
    terms, rest = _truncation(known, order, slopes, tilt, bits)
    with ctx.workprec(bits):
        total = between(0, rest)
        for j in range(terms):
            mean = _mean(activation, Powers(order + j, slopes), fmpq(0), bits)
            total += arb(tilt) ** j / fmpz.fac_ui(j) * mean * mean
        return total


def _truncation(
    known: EnclosedActivation, order: int, slopes: int, tilt: fmpq, bits: int
) -> tuple[int, arb]:
    """Return a number of terms, and a bound on the rest that the precision does not see."""
    with ctx.workprec(_PLANNING_BITS):
        smallest = arb(2) ** -bits
        for terms in range(1, _MOST_TERMS):
            rest = _rest(known, order, slopes, tilt, terms)
            if rest < smallest:
                return terms, rest.upper()
    raise PrecisionError(f"{bits} bits at tilt {tilt} take more than {_MOST_TERMS} terms")


def _rest(known: EnclosedActivation, order: int, slopes: int, tilt: fmpq, terms: int) -> arb:
    r"""Bound the terms from j on: those of :math:`t^j/j!`, or of :math:`(t\beta^2)^j(j+k)!/j!`."""
    steepest = arb(known.steepest) ** (2 * slopes)
    if known.is_bounded:
        first, ratio = arb(tilt) ** terms / fmpz.fac_ui(terms), tilt / (terms + 1)
    else:
        square = known.growth**2
        rising = fmpz.fac_ui(terms + order) / fmpz.fac_ui(terms)
        first = arb(square) ** order * arb(tilt * square) ** terms * arb(rising)
        ratio = tilt * square * fmpq(terms + order + 1, terms + 1)
    return steepest * first / arb(1 - ratio) if ratio < 1 else arb.pos_inf()
