r"""Explicit bounds on :math:`G_k(u)=\mathbb E[w^ke^{-w}]`, :math:`w=e^{u+\tau Z}`.

They are lemmas 2 to 4 of docs/lemmas.md.

Every function here returns a logarithm that is an upper bound whatever exponent
``q`` it is given; a good ``q`` only makes it sharp.
"""

from __future__ import annotations

from collections.abc import Sequence

from flint import arb


def decay_exponent(k: int, u: arb, variance: arb) -> arb:
    r"""Return an exact ``q < k`` near the minimizer of :func:`log_power_bound`.

    The minimizer is :math:`q=k-r` with :math:`r\tau^2+\ln r=u+k\tau^2`.
    """
    surplus = ((u + k * variance).exp() * variance).lambertw() / variance
    return (k - surplus).mid()


def log_power_bound(k: int, q: arb, u: arb, variance: arb) -> arb:
    r"""Return a bound of :math:`\ln G_k(u)` for any real ``q <= k`` (lemma 2).

    .. math:: G_k(u)\le\left(\frac{k-q}e\right)^{k-q}e^{qu+q^2\tau^2/2}
    """
    surplus = k - q
    peak = surplus * (surplus.log() - 1) if surplus > 0 else arb(0)
    return peak + q * u + q * q * variance / 2


def log_survival_bound(u: arb, variance: arb) -> arb:
    r"""Return an upper bound of :math:`\ln G_0(u)` that decreases in u.

    Lemma 3: :math:`1-G_0(u)\ge(1-1/e)\,\mathbb E\min(1,w)`.
    """
    spread = (2 * variance).sqrt()
    above = (-u / spread).erfc() / 2
    below = (u + variance / 2).exp() * ((u + variance) / spread).erfc() / 2
    linear = -(1 - (-arb(1)).exp()) * (above + below)
    return linear.min(log_power_bound(0, decay_exponent(0, u, variance), u, variance))


def log_integrand_bound(powers: Sequence[int], rest: int, u: arb, variance: arb) -> arb:
    r"""Return an upper bound of :math:`\ln\prod_kG_{a_k}(u)\,G_0(u)^{\text{rest}}`."""
    exponents = [decay_exponent(a, u, variance) for a in powers]
    return _log_product(powers, exponents, u, variance) + rest * log_survival_bound(u, variance)


def log_left_tail(powers: Sequence[int], u: arb, step: arb, variance: arb) -> arb:
    r"""Return the logarithm of a bound on :math:`h\sum_{n\ge0}f(u-nh)` (lemma 4)."""
    exponents = [decay_exponent(a, u, variance) for a in powers]
    rate = sum(exponents, arb(0)) * step
    if not rate > 0:
        return arb.pos_inf()
    return _log_product(powers, exponents, u, variance) + _log_geometric(rate, step)


def log_right_tail(powers: Sequence[int], rest: int, u: arb, step: arb, variance: arb) -> arb:
    r"""Return the logarithm of a bound on :math:`h\sum_{n\ge0}f(u+nh)` (lemma 4)."""
    exponents = [decay_exponent(a, u, variance).min(arb(-1)).mid() for a in powers]
    rate = -sum(exponents, arb(0)) * step
    product = _log_product(powers, exponents, u, variance)
    return product + rest * log_survival_bound(u, variance) + _log_geometric(rate, step)


def _log_product(powers: Sequence[int], exponents: list[arb], u: arb, variance: arb) -> arb:
    bounds = [log_power_bound(a, q, u, variance) for a, q in zip(powers, exponents, strict=True)]
    return sum(bounds, arb(0))


def _log_geometric(rate: arb, step: arb) -> arb:
    return step.log() - (-(-rate).expm1()).log()
