"""The bounds against G_k by adaptive integration, which shares nothing with them."""

import pytest
from flint import acb, arb, ctx, fmpq

from rmtcheck.certify import bounds


def smoothed(k, u, tau, reach=12):
    """G_k(u) by acb.integral over |z| <= reach; the rest is below 1e-30 here."""

    def integrand(z, _):
        y = u + tau * z
        return (k * y - y.exp() - z * z / 2).exp()

    return acb.integral(integrand, -reach, reach).real / (2 * arb.pi()).sqrt()


CASES = [(k, u, tau) for k in (0, 1, 3) for u in (-12, -2, 0, 3) for tau in (1, 2)]


@pytest.mark.parametrize(("k", "u", "tau"), CASES)
def test_power_bound_for_good_and_bad_exponents(k, u, tau):
    with ctx.workprec(120):
        variance, value = arb(tau) ** 2, smoothed(k, arb(u), tau)
    good = bounds.decay_exponent(k, arb(u), variance)
    for q in (good, arb(k), arb(-1), arb(-3)):
        assert value < bounds.log_power_bound(k, q, arb(u), variance).exp()


@pytest.mark.parametrize(("k", "u", "tau"), CASES)
def test_the_chosen_exponent_makes_it_sharp(k, u, tau):
    variance = arb(tau) ** 2
    best = bounds.decay_exponent(k, arb(u), variance)
    at_best = bounds.log_power_bound(k, best, arb(u), variance)
    for q in (best - fmpq(1, 4), best - 1):
        assert at_best < bounds.log_power_bound(k, q, arb(u), variance)
    if u < 0:
        assert at_best.exp() < 20 * smoothed(k, arb(u), tau)


@pytest.mark.parametrize("u", [-12, -4, -1, 0, 2, 5])
@pytest.mark.parametrize("tau", [1, 2])
def test_survival_bound(u, tau):
    value = smoothed(0, arb(u), tau).log()
    bound = bounds.log_survival_bound(arb(u), arb(tau) ** 2)
    assert value < bound < value / 2


def test_the_survival_constant_cannot_be_doubled():
    u, one = arb(-8), arb(1)
    assert smoothed(0, u, 1).log() > 2 * bounds.log_survival_bound(u, one)


def _tail_by_summation(rest, u, step):
    """h times the first terms of f = G_2 G_1 G_0^rest from u on, in the direction of the step."""
    nodes = [u + n * step for n in range(12)]
    values = [smoothed(2, v, 1) * smoothed(1, v, 1) * smoothed(0, v, 1) ** rest for v in nodes]
    return abs(step) * sum(values)


@pytest.mark.parametrize("rest", [0, 10])
def test_left_tail(rest):
    step, one = arb(1) / 2, arb(1)
    with ctx.workprec(150):
        total = _tail_by_summation(rest, arb(-9), -step)
        bound = bounds.log_left_tail((2, 1), arb(-9), step, one).exp()
        assert total < bound < 3 * total


@pytest.mark.parametrize("rest", [0, 10])
def test_right_tail(rest):
    step, one = arb(1) / 2, arb(1)
    with ctx.workprec(150):
        total = _tail_by_summation(rest, arb(3), step)
        bound = bounds.log_right_tail((2, 1), rest, arb(3), step, one).exp()
        assert total < bound < 10 ** (rest + 2) * total


def test_left_tail_is_refused_where_the_integrand_grows():
    assert not bounds.log_left_tail((1,), arb(5), arb(1), arb(1)).is_finite()
