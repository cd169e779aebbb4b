import pytest
from flint import arb, ctx, fmpq

from rmtcheck.certify.trapezoid import Strip, best_strip, coarsest_step


def _gaussian_sum(step):
    """h sum e^{-n^2 h^2 / 2}, whose integral is sqrt(2 pi)."""
    h = arb(step)
    return h + 2 * h * sum((-(n * n * h * h) / 2).exp() for n in range(1, 400))


@pytest.mark.parametrize("step", [fmpq(1), fmpq(3, 2), fmpq(2)])
def test_the_bound_covers_the_error_of_a_gaussian_and_is_not_idle(step):
    # int |e^{-(x+ib)^2/2}| dx = e^{b^2/2} sqrt(2 pi), so power 0 and curvature 1
    with ctx.workprec(200):
        exact = (2 * arb.pi()).sqrt()
        error = abs(_gaussian_sum(step) / exact - 1)
        bound = best_strip(0, arb(1), arb(step)).log_factor(arb(0), arb(step)).exp()
        assert error < bound
        assert bound / 1000 < error or step < 2


def test_without_the_growth_of_the_gaussian_the_bound_would_lie():
    with ctx.workprec(200):
        step, b = arb(2), arb.pi()
        error = abs(_gaussian_sum(2) / (2 * arb.pi()).sqrt() - 1)
        assert error > 2 / (2 * arb.pi() * b / step).expm1()


def test_the_best_strip_beats_its_neighbours():
    step = arb(1) / 8
    best = best_strip(4, arb(1), step)
    for factor in (fmpq(9, 10), fmpq(51, 50)):
        other = Strip((best.half_width * arb(factor)).mid(), arb(1))
        assert best.log_factor(arb(4), step) < other.log_factor(arb(4), step)


@pytest.mark.parametrize("nats", [1, 10, 100, 1000])
@pytest.mark.parametrize("power", [0, 4, 40])
def test_the_step_reaches_its_goal_and_is_dyadic(nats, power):
    step = coarsest_step(power, arb(1), arb(nats))
    assert best_strip(power, arb(1), arb(step)).log_factor(arb(power), arb(step)) < -nats
    assert int(step.q) & (int(step.q) - 1) == 0
