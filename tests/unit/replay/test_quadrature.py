"""The quadrature agrees with another one, and its two lemmas with computed errors."""

from fractions import Fraction

import mpmath
import pytest
from flint import arb, ctx

from rmtcheck import softmax_moment
from rmtcheck.replay import quadrature
from rmtcheck.replay.interval import ONE, Interval
from rmtcheck.replay.quadrature import (
    discrete_normal,
    laplace_transform,
    relative_error,
    softmax_moments,
)
from rmtcheck.replay.theorem import NAMED


@pytest.fixture(scope="module")
def moments():
    return dict(enumerate(softmax_moments(300), 2))


def overlaps(found, powers, classes):
    """Say whether an enclosure meets the ball that the other quadrature returns."""
    before = ctx.prec
    try:
        ctx.prec = 300
        ball = softmax_moment(powers, classes, digits=40) * classes ** sum(powers) * arb(2) ** 192
        return bool(arb(found.lo) <= ball.upper()) and bool(ball.lower() <= arb(found.hi))
    finally:
        ctx.prec = before


@pytest.mark.parametrize("classes", [2, 3, 4, 7, 20, 77, 300])
@pytest.mark.parametrize("name", NAMED)
def test_moments_against_the_other_quadrature(moments, name, classes):
    if classes < len(NAMED[name]):
        assert name not in moments[classes]
        return
    found = moments[classes][name]
    assert (found.hi - found.lo) * 10**25 < ONE
    assert overlaps(found, NAMED[name], classes)
    width = found.hi - found.lo
    assert not overlaps(Interval(found.lo + 2 * width, found.hi + 2 * width), NAMED[name], classes)


def test_two_classes_sum_to_one(moments):
    """At C = 2, E p1 p2 and E p1^2 p2^2 are integrals over one normal variable."""
    with mpmath.workdps(40):
        for name, power in (("beta", 1), ("alpha", 2)):

            def integrand(z, power=power):
                p = 1 / (1 + mpmath.exp(mpmath.sqrt(2) * z))
                return (p * (1 - p)) ** power * mpmath.npdf(z)

            true = 4**power * mpmath.quad(integrand, range(-14, 15)) * mpmath.mpf(2) ** 192
            found = moments[2][name]
            assert abs(true - found.lo) < mpmath.mpf(10) ** -24 * ONE


def test_a_coarse_grid_would_be_noticed(monkeypatch):
    """At twice the step, but with the error of the true step, the enclosures are wrong."""
    right = relative_error(4, 2), relative_error(2, 2)
    monkeypatch.setattr(quadrature, "STEPS", 4)
    monkeypatch.setattr(quadrature, "relative_error", lambda q, _: right[0 if q == 4 else 1])
    wrong = next(softmax_moments(2))
    assert not overlaps(wrong["alpha"], (2, 2), 2)


@pytest.mark.parametrize("q", [2, 4])
@pytest.mark.parametrize("step", ["1", "0.5"])
def test_lemma_a_at_coarse_steps(q, step):
    with mpmath.workdps(60):
        d = mpmath.mpf(step)
        bound = 2 * (mpmath.mpf(100) / 7) ** q / (mpmath.exp(3 * mpmath.pi / d) - 1)
        worst = 0
        for s in ("1", "1.2", "1.5"):
            terms = (mpmath.mpf(s) * mpmath.exp(n * d) for n in range(-int(90 / d), int(8 / d)))
            total = d * mpmath.fsum(v**q * mpmath.exp(-v) for v in terms)
            worst = max(worst, abs(total / mpmath.gamma(q) - 1))
        assert bound / 10**7 < worst < bound


@pytest.mark.parametrize(("a", "q"), [(0, 0), (1, 2), (2, 4), (0, 4)])
@pytest.mark.parametrize("step", ["1.5", "1"])
def test_lemma_b_at_coarse_steps(a, q, step):
    with mpmath.workdps(60):
        d = mpmath.mpf(step)
        bound = 2 * mpmath.exp(2) * 2**q / (mpmath.exp(4 * mpmath.pi / d) - 1)
        for scale in ("0.01", "1", "30"):

            def f(z, scale=scale):
                x = mpmath.exp(z)
                return mpmath.npdf(z) * x**a / (mpmath.mpf(scale) + x) ** q

            fine = d / 12
            exact = fine * mpmath.fsum(f(n * fine) for n in range(-220, 221))
            total = d * mpmath.fsum(f(n * d) for n in range(-30, 31))
            assert 0 < abs(total / exact - 1) < bound


def test_relative_error_is_the_sum_of_both_lemmas():
    with mpmath.workdps(40):
        exact = 2 * (mpmath.mpf(100) / 7) ** 4 / mpmath.expm1(72)
        exact += 2 * 1999 * 2 * mpmath.exp(2) * 16 / mpmath.expm1(96)
        assert 0 <= relative_error(4, 1999) - exact * mpmath.mpf(2) ** 192 < 10**12


def test_discrete_normal_has_mass_one_and_the_moments_of_lognormals():
    masses, rest = discrete_normal()
    assert len(masses) == 321
    assert rest < 10
    assert sum(m.lo for m in masses) <= ONE <= sum(m.hi for m in masses) + rest
    second = sum(m.lo * (n - 160) ** 2 for n, m in enumerate(masses)) / Fraction(64 * ONE)
    assert abs(second - 1) < Fraction(1, 10**50)


def test_laplace_transform_against_quadrature():
    low = -2
    found = laplace_transform(low, 2)
    assert len(found) == 33
    with mpmath.workdps(40):
        for n in (0, 5, 32):
            y = low + mpmath.mpf(n) / 8

            def f(z, y=y):
                return mpmath.npdf(z) * mpmath.exp(-mpmath.exp(y + z))

            true = mpmath.quad(f, range(-14, 15)) * mpmath.mpf(2) ** 192
            assert abs(found[n].lo - true) < mpmath.mpf(10) ** -33 * ONE
            assert found[n].hi - found[n].lo < 10**4


@pytest.mark.parametrize(("limit", "value"), [("LOWEST", -12), ("HIGHEST", 10)])
def test_bounds_of_tails_hold_on_short_grids(monkeypatch, limit, value):
    """A grid that ends early gives a wider enclosure, and it still holds."""
    monkeypatch.setattr(quadrature, limit, value)
    found = next(softmax_moments(2))["alpha"]
    assert overlaps(found, (2, 2), 2)
    assert ONE // 10**20 < found.hi - found.lo < ONE // 10**8


def test_without_the_bounds_of_tails_a_short_grid_fails(monkeypatch):
    monkeypatch.setattr(quadrature, "LOWEST", -8)
    assert overlaps(next(softmax_moments(2))["alpha"], (2, 2), 2)
    monkeypatch.setattr(quadrature, "_outside", lambda _: Interval(0, 0))
    assert not overlaps(next(softmax_moments(2))["alpha"], (2, 2), 2)


def test_the_mass_beyond_the_widest_logit(monkeypatch):
    monkeypatch.setattr(quadrature, "WIDEST", 6)
    masses, rest = discrete_normal()
    with mpmath.workdps(60):
        outside = 2 * mpmath.fsum(mpmath.exp(-mpmath.mpf(n * n) / 128) for n in range(49, 400))
        whole = outside + mpmath.fsum(mpmath.exp(-mpmath.mpf(n * n) / 128) for n in range(-48, 49))
        assert outside / whole < mpmath.mpf(rest) / ONE < 4 * outside / whole
        middle = mpmath.mpf(2) ** 192 / whole
        assert masses[48].lo < middle < masses[48].hi
