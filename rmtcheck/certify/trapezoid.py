r"""The trapezoid rule on the real line, for integrands analytic in a strip (docs/lemmas.md, 1).

If :math:`\int|f(x\pm ib)|dx\le M` then
:math:`\left|\int f-h\sum f(nh)\right|\le 2M/(e^{2\pi b/h}-1)`.
"""

from __future__ import annotations

from dataclasses import dataclass

from flint import arb, ctx, fmpq, fmpz

PLANNING_BITS = 64
_HALVINGS = 24
_WIDEST = fmpq(157, 100)  # just below pi/2, where the integrands stop decaying


@dataclass(frozen=True)
class Strip:
    r"""Half width b of a strip, for integrands that grow like :math:`e^{b^2/2v}(\cos b)^{-p}`.

    Parameters
    ----------
    half_width : arb
        The half width b, exact and below pi/2.
    curvature : arb
        The number 1/v, zero for an integrand without a Gaussian factor.
    """

    half_width: arb
    curvature: arb

    def log_factor(self, power: arb, step: arb) -> arb:
        r"""Return :math:`\ln\frac{2e^{b^2/2v}(\cos b)^{-p}}{e^{2\pi b/h}-1}`."""
        b = self.half_width
        growth = b * b * self.curvature / 2 - power * b.cos().log()
        return arb(2).log() + growth - (2 * arb.pi() * b / step).expm1().log()


def best_strip(power: int, curvature: arb, step: arb) -> Strip:
    r"""Return the strip whose factor is nearly the smallest, by bisecting its derivative."""
    low, high = fmpq(0), _WIDEST
    with ctx.workprec(PLANNING_BITS):
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            b = arb(middle)
            widen = 2 * arb.pi() / step > b * curvature + power * b.tan()
            low, high = (middle, high) if widen else (low, middle)
        return Strip(arb(low).mid(), curvature)


def coarsest_step(power: int, curvature: arb, nats: arb) -> fmpq:
    r"""Return a dyadic step whose best factor is below :math:`e^{-\text{nats}}`."""
    with ctx.workprec(PLANNING_BITS):
        step = _round_down(_upper_step(nats))
        while not best_strip(power, curvature, arb(step)).log_factor(arb(power), arb(step)) < -nats:
            step = _round_down(step * fmpq(15, 16))
        return step


def _upper_step(nats: arb) -> fmpq:
    exact = (arb.pi() ** 2 / nats).min(arb(1)).mid()
    return fmpq(exact.fmpq())


def _round_down(step: fmpq) -> fmpq:
    shift = 6 + int(step.q).bit_length() - int(step.p).bit_length()
    scaled = step * fmpz(2) ** shift
    return fmpq(scaled.floor()) / fmpz(2) ** shift
