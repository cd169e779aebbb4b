r"""Every constant by routes that share no code: its expression, balls of what defines it, draws.

- *Symbolic*: the expression that the claim states, in 60 digits by mpmath.
- *Balls*: the quantity in the limit sign, enclosed through the integrals that define its means.
- *Draws*: matrices of the linear model, and norms of hidden layers at finitely many classes, with
  a fresh root. The budget of a comparison is ``DEVIATIONS`` standard errors, which a normal mean
  exceeds with probability 6e-7, plus what finite sizes change, stated where it is used; with few
  draws that second part has several standard errors more than it needs.

At m = 3 and 4 no draw reaches the limit (docs/small_widths.md), so constants are drawn at 8 and 20.
"""

import math
import secrets

import numpy as np
import pytest
import sympy
from flint import arb, ctx, fmpq

from rmtcheck import (
    hidden_ce_constant,
    linear_ce,
    linear_ce_mean,
    output_ce_constant,
)
from rmtcheck.certify.evaluate import enclose, enclose_beyond
from rmtcheck.certify.relu_means import half_line_mean
from rmtcheck.channels.certified_hidden import limits
from rmtcheck.montecarlo.draw import draw_linear_model
from rmtcheck.montecarlo.hidden_layer import Setting, draw_norms
from rmtcheck.montecarlo.statistics import class_averaged_norms
from rmtcheck.montecarlo.streams import stream
from rmtcheck.report.listed_constants import LISTED, RATIOS
from rmtcheck.spectral.shared_readout import cross_entropy_norm
from rmtcheck.symbolic.shared_readout.units import closed_form
from rmtcheck.vocabulary.symbols import C, gamma, m

DIGITS = 50
FAR = 10**200
PLANTED = fmpq(1, 10**45)
BY_NAME = {constant.name: constant for constant in LISTED}
DEVIATIONS = 5
QUADRATURE = 1e-10
"""Relative; the quadrature estimates its own errors at less than a hundredth of this."""


def statement(name):
    return BY_NAME[name].statement


def symbolic(name, place):
    """Return 60 digits of the stated expression."""
    return arb(str(closed_form(BY_NAME[name].expression).subs(place).evalf(60)))


def agree(value, ball):
    """Whether a value known to 60 digits may be the one in a ball known to 50."""
    assert ball.is_finite()
    assert ball.rad() < abs(ball) * fmpq(1, 10**DIGITS)
    return bool(abs(value - ball) <= abs(value) * fmpq(1, 10**DIGITS))


def check(value, ball):
    with ctx.workprec(400):
        assert agree(value, ball)
        assert not agree(value * (1 + PLANTED), ball)
        assert not agree(value * (1 - PLANTED), ball)


def places(*names):
    return [
        pytest.param(name, place, id=f"{name}-{list(place.values())}")
        for name in names
        for place in BY_NAME[name].places()
    ]


# ---------------------------------------------------------------- expressions in balls


@pytest.mark.parametrize(
    ("name", "place"), places("R_0", "R_1", "R_2", "R_0(tau)", "root R_0", "spread")
)
def test_limits_of_the_linear_model(name, place):
    """The stated quantity for all C >= 10^200 at once lies in one ball."""
    with ctx.workprec(400):
        check(symbolic(name, place), enclose_beyond(statement(name).quantity, C, FAR, place))


@pytest.mark.parametrize(
    "name", ["hidden_mse_constant", "hidden_ce_constant", "output_ce_constant"]
)
def test_limits_of_the_hidden_layer(name):
    found = list(limits(statement(name), DIGITS))
    assert len(found) >= 3
    with ctx.workprec(400):
        for place, ball in found:
            check(symbolic(name, place), ball)


@pytest.mark.parametrize(("name", "place"), places("figure, diagonal", "figure, other"))
def test_limits_of_the_figure(name, place):
    (ball,) = (b for at, b in limits(statement(name), DIGITS) if dict(at) == dict(place))
    with ctx.workprec(400):
        check(symbolic(name, place), ball)


@pytest.mark.parametrize(
    ("name", "place", "wide"),
    [
        *((f"{n}, wide", {gamma: sympy.Rational(g)}, lambda g: hidden_ce_constant(g, 10**100, 60))
          for n in ["hidden_ce_constant"] for g in RATIOS),
        ("output_ce_constant, wide", {}, lambda: output_ce_constant(10**100, 60)),
    ],
)  # fmt: skip
def test_limits_of_wide_layers(name, place, wide):
    """At 10^100 units the ball is nearer to the limit than any digit that is compared."""
    with ctx.workprec(400):
        check(symbolic(name, place), wide(*place.values()))


@pytest.mark.parametrize(("name", "place"), places("spread(m)"))
def test_spread_of_the_hidden_layer(name, place):
    r"""E(C p)^2 tends to E[exp(|phi|^2/m)], a product of integrals over single units."""
    with ctx.workprec(400):
        width = int(place[m])
        unit = half_line_mean(0, fmpq(1, width)) + half_line_mean(0, fmpq(0))
        check(symbolic(name, place), unit**width - 1)


def test_spread_of_wide_layers():
    with ctx.workprec(1000):
        unit = half_line_mean(0, fmpq(1, 10**100)) + half_line_mean(0, fmpq(0))
        ball = unit ** (10**100) - 1
        check(symbolic("spread, wide", {}), ball)


ROOTS = {
    "norms over weights, mse": "hidden_mse_constant",
    "norms over weights, ce": "hidden_ce_constant",
    "root output_ce_constant": "output_ce_constant",
}


@pytest.mark.parametrize(("name", "place"), places(*ROOTS))
def test_roots(name, place):
    """C times the squared ratio of weights tends to 1 for both losses; see the notes of heur."""
    found = limits(statement(ROOTS[name]), DIGITS + 2)
    ball = next(ball for at, ball in found if place.items() <= at.items())
    with ctx.workprec(400):
        check(symbolic(name, place), ball.sqrt())


@pytest.mark.parametrize(("name", "place"), places("K"))
def test_the_bound_of_every_class_is_one_and_not_much_too_large(name, place):
    """K is chosen, not derived: what it bounds comes to nine tenths of it."""
    bounded, sizes = statement(name), (2, 10, 1000, 10**6, 10**12)
    with ctx.workprec(400):
        K = symbolic(name, place)
        excess = C**2 * (bounded.quantity - bounded.value)
        balls = [enclose(excess, {**place, C: size}, DIGITS) for size in sizes]
    assert all(0 < ball < K for ball in balls)
    assert not all(ball < K * fmpq(9, 10) for ball in balls)


# ---------------------------------------------------------------- finitely many classes

PARTS = {"g_ii": "g_ii", "g_ij": "g_ij", "g_ij/g_ii": "ratio"}


@pytest.mark.parametrize(("name", "place"), places(*PARTS))
def test_finite_classes_have_no_closed_form_but_two_enclosures_and_a_quadrature(name, place):
    """Balls of the stated means, of sums of positive moments, and floats at d = 10^13."""
    ratio, classes, d = place[gamma], int(place[C]), 10**13
    with ctx.workprec(400):
        stated = BY_NAME[name].ball(place, DIGITS + 10)
        check(stated, getattr(linear_ce(ratio, classes, digits=DIGITS + 5), PARTS[name]))
    found = getattr(linear_ce_mean(d, int(d / ratio), classes), PARTS[name]).value
    assert abs(found / float(stated) - 1) < 1e-9
    assert abs(found / float(stated * (1 + fmpq(1, 10**5))) - 1) > 1e-9


def test_ratios_of_the_note():
    for classes in (100, 32_000, 128_000):
        for place in BY_NAME[f"ratio at C = {classes}"].places():
            with ctx.workprec(400):
                stated = BY_NAME[f"ratio at C = {classes}"].ball(place, DIGITS + 10)
                ratio = linear_ce(place[gamma], classes, digits=DIGITS + 5).ratio
                check(stated, ratio.sqrt())


# ---------------------------------------------------------------- floats and draws


@pytest.mark.parametrize(("name", "place"), places("hidden_ce_constant", "output_ce_constant"))
def test_quadrature_of_the_hidden_layer(name, place):
    """Gauss quadrature in floats of the four norms, for the widths that draws do not reach."""
    layer, ratio = name[0].replace("h", "w").replace("o", "v"), float(place.get(gamma, 1))
    off, diagonal = (
        cross_entropy_norm(layer, diagonal=on, gamma=ratio, m=int(place[m])).coefficient.value
        for on in (False, True)
    )
    value = float(symbolic(name, place))
    assert off / diagonal == pytest.approx(value, rel=QUADRATURE)
    assert off / diagonal != pytest.approx((1 + 10 * QUADRATURE) * value, rel=QUADRATURE)


def within(found, error, value, finite):
    """Whether a mean is as near to a value as its error and the finite sizes let it be."""
    return abs(found / value - 1) <= DEVIATIONS * error / abs(value) + finite


def linear_draws(d, N, classes, count):
    """Return the means of both norms, and the scaled ratio with its standard error."""
    rng = stream(secrets.randbits(64), "three routes", classes)
    models = (draw_linear_model(d, N, classes, rng) for _ in range(count))
    norms = np.array([class_averaged_norms(*model)[::2] for model in models])
    means = norms.mean(axis=0)
    errors = norms.std(axis=0, ddof=1) / math.sqrt(count)
    ratio = classes**2 * means[1] / means[0]
    spread = (norms[:, 1] / means[1] - norms[:, 0] / means[0]).std(ddof=1)
    return means, errors, ratio, ratio * spread / math.sqrt(count)


@pytest.mark.slow
@pytest.mark.montecarlo
@pytest.mark.parametrize(
    ("ratio", "d", "N", "count"),
    [("1", 1000, 1000, 40), ("10", 2000, 200, 60)],
)
def test_drawn_hessians_have_the_constant_of_theorem_1(ratio, d, N, count):
    """Finite sizes change the ratio by 10/d, as the exact means say, and by |R_1|/(C R_0)."""
    classes, place = 1000, {gamma: sympy.Rational(ratio)}
    limit, first = (float(symbolic(name, place)) for name in ("R_0", "R_1"))
    at_infinity = float(linear_ce(ratio, classes).ratio)
    assert abs(linear_ce_mean(d, N, classes).ratio.value / at_infinity - 1) < 10 / d
    *_, found, error = linear_draws(d, N, classes, count)
    finite = 10 / d + abs(first) / classes / limit
    assert within(found, error, limit, finite)
    assert not within(found, error, 1.07 * limit, finite)
    assert not within(found, error, 0.93 * limit, finite)


@pytest.mark.slow
@pytest.mark.montecarlo
@pytest.mark.parametrize(("ratio", "N"), [("1", 400), ("10", 40)])
def test_drawn_hessians_have_the_norms_of_ten_classes(ratio, N):
    """At d = 400 and ten classes finite sizes change the norms by less than 4/d."""
    enclosed, found = linear_ce(ratio, 10), linear_draws(400, N, 10, 200)
    for value, mean, error in zip((enclosed.g_ii, enclosed.g_ij), *found[:2], strict=True):
        assert within(mean, error, float(value), 4 / 400)
        assert not within(mean, error, 1.1 * float(value), 4 / 400)
        assert not within(mean, error, 0.9 * float(value), 4 / 400)


SIZES = (250, 1000)


def hidden_draws(layer, ratio, width, draws):
    """Return the scaled ratio where 1/C is 0, on the line through two sizes, with its error."""
    root, power = secrets.randbits(64), 1 if layer == "w" else 2
    ends = []
    for classes in SIZES:
        rng = stream(root, f"three routes {layer}", classes)
        drawn = draw_norms(Setting(ratio, width, classes), layer, draws, rng)
        relative = math.hypot(*(e.error / e.value for e in drawn.values()))
        value = classes**power * drawn[False].value / drawn[True].value
        ends.append((value, value * relative))
    (near, near_error), (far, far_error) = ends
    return (4 * far - near) / 3, math.hypot(4 * far_error, near_error) / 3, abs(far - near) / far


@pytest.mark.slow
@pytest.mark.montecarlo
@pytest.mark.parametrize(
    ("layer", "ratio", "draws", "planted"),
    [("w", 10.0, 60_000, 0.1), ("v", 1.0, 10_000, 0.02)],
)
def test_drawn_hidden_layers_have_the_constants_of_theorem_2(layer, ratio, draws, planted):
    """At m = 20 the distances are powers of 1/C: a line leaves less than a quarter of its rise."""
    constant = (
        hidden_ce_constant(sympy.Rational(str(ratio)), 20)
        if layer == "w"
        else (output_ce_constant(20))
    )
    found, error, moved = hidden_draws(layer, ratio, 20, draws)
    assert within(found, error, float(constant), moved / 4)
    for factor in (1 - planted, 1 + planted):
        assert not within(found, error, factor * float(constant), moved / 4)


@pytest.mark.montecarlo
def test_drawn_weights_have_the_ratio_of_the_print():
    """The middle expression of (14) has mean squares in the ratio 1/2 at every C; here C = 4."""
    V = stream(secrets.randbits(64), "three routes weights", 0).standard_normal((2, 4, 1_000_000))
    left, right = V
    sums = left.sum(axis=0), right.sum(axis=0)
    off = ((left * right).sum(axis=0) - sums[0] * sums[1]) ** 2
    diagonal = ((left**2).sum(axis=0) - sums[0] ** 2) ** 2
    value = float(symbolic("weights as printed", {})) ** 2
    found = off.mean() / diagonal.mean()
    spread = (off / off.mean() - diagonal / diagonal.mean()).std() / math.sqrt(len(off))
    assert within(found, found * spread, value, 0)
    assert not within(found, found * spread, 1.05 * value, 0)
    assert not within(found, found * spread, 0.95 * value, 0)
