"""Three engines on softmaxes of logits of any scale, and the series of Theorem 1 against balls."""

from fractions import Fraction
from itertools import pairwise

import pytest
import sympy
from flint import arb, ctx
from sympy import Rational

from rmtcheck.certify.evaluate import enclose
from rmtcheck.certify.linear_ce import linear_ce
from rmtcheck.spectral.expectations import evaluate
from rmtcheck.symbolic.asymptotics import expand
from rmtcheck.symbolic.exchangeability import normal_form
from rmtcheck.symbolic.softmax import linear_ce_series
from rmtcheck.vocabulary.quantities import E, SoftmaxComponent, SoftmaxOfGaussians
from rmtcheck.vocabulary.symbols import C, gamma, i, j, tau

SCALES = [Rational(1, 2), Rational(5, 4)]
p = SoftmaxOfGaussians(C, tau)
g_ii = gamma * E(p[i] ** 2 * (1 - p[i]) ** 2) + E(p[i] * (1 - p[i])) ** 2
g_ij = gamma * E(p[i] ** 2 * p[j] ** 2) + E(p[i] * p[j]) ** 2
ratio = C**2 * g_ij / g_ii


def without_temperature(expression):
    """Plant the old error: read every softmax at temperature 1."""
    return expression.replace(SoftmaxComponent, lambda k, classes, *_: SoftmaxComponent(k, classes))


def agree(estimate, ball, factor=50):
    """Whether a float estimate is within some estimated errors of a ball."""
    return abs(float(ball.mid()) - estimate.value) <= factor * estimate.error


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("classes", [2, 10, 1000])
def test_floats_and_balls_agree_on_every_scale(scale, classes):
    at = {gamma: Rational(3, 2), tau: scale, C: classes}
    for quantity in (ratio, E(p[i] ** 3), g_ii):
        assert agree(evaluate(quantity, at), enclose(quantity, at))


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("classes", [10, 1000])
def test_an_ignored_temperature_is_noticed(scale, classes):
    at = {gamma: Rational(3, 2), tau: scale, C: classes}
    for quantity in (ratio, E(p[i] ** 3), g_ii):
        plain = without_temperature(quantity)
        assert not agree(evaluate(plain, at), enclose(quantity, at))
        assert not agree(evaluate(quantity, at), enclose(plain, at))


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("classes", [2, 10, 1000])
def test_normal_forms_have_the_value_of_what_they_reduce(scale, classes):
    at = {tau: scale, C: classes}
    quantity = E(p[i] ** 3 * (1 - p[j]))
    if classes > 2:
        assert enclose(quantity, at).overlaps(enclose(normal_form(quantity), at))
    variance = E(p[i] * (1 - p[i]))
    assert enclose(variance, at).overlaps(enclose(normal_form(variance), at))
    assert not enclose(variance, at).overlaps(
        enclose(normal_form(without_temperature(variance)), at)
    )


@pytest.mark.parametrize("scale", SCALES)
def test_expansions_have_the_value_of_the_balls_far_out(scale):
    classes, at = 10**12, {gamma: 2, tau: scale}
    known = expand(ratio, 3)
    cut = known.as_expr() - known.coefficient(-3) / C**3
    with ctx.workprec(300):
        value = enclose(ratio, {**at, C: classes}, 90)
        gap = (value - enclose(cut, {**at, C: classes}, 90)) * classes**3
        assert abs(gap / enclose(known.coefficient(-3), at) - 1) < arb("1e-6")
        assert abs(value - enclose(cut, {**at, tau: 1, C: classes})) > arb("0.5")


def remainder(series, order, classes, scale):
    """Enclose (C^2 g_ij/g_ii - sum_{k <= order} c_k C^-k) C^(order + 1)."""
    value = linear_ce(2, classes, 100, scale).scaled_ratio
    kept = sum((c * arb(classes) ** -k for k, c in enumerate(series[: order + 1])), arb(0))
    return (value - kept) * arb(classes) ** (order + 1)


def coefficients(last, scale):
    exact = linear_ce_series(last, Rational(scale) ** 2)
    return [enclose(c.subs(gamma, 2), {}, 100) for c in exact]


@pytest.mark.parametrize(("order", "scale"), [*((r, "1") for r in range(6)), (2, "1/2")])
def test_the_remainder_of_the_series_tends_to_the_next_coefficient(order, scale):
    """Of size C^-(order+1): the gap to the next coefficient falls like 1/C from size to size."""
    with ctx.workprec(500):
        series = coefficients(order + 2, scale)
        sizes = [10**k for k in range(2, 10)]
        gaps = [remainder(series, order, c, scale) - series[order + 1] for c in sizes]
        assert all(gap.rad() < abs(gap) * arb("1e-20") for gap in gaps)
        falls = [float((a / b).mid()) for a, b in pairwise(gaps[4:])]
        assert all(abs(fall / 10 - 1) < 0.02 for fall in falls)
        assert abs(gaps[-1] * sizes[-1] / series[order + 2] - 1) < arb("0.001")


@pytest.mark.parametrize("order", range(6))
def test_a_wrong_coefficient_of_the_series_is_rejected(order):
    """One part in a million of a coefficient leaves a gap that does not fall."""
    with ctx.workprec(500):
        series = coefficients(order + 2, "1")
        for k in (order, order + 1):
            wrong = list(series)
            wrong[k] *= 1 + arb(10) ** -6
            near, far = (remainder(wrong, order, c, "1") - wrong[order + 1] for c in (10**8, 10**9))
            assert not abs(float((near / far).mid()) / 10 - 1) < 0.02


def test_exact_scales_need_no_float():
    assert linear_ce(1, 10, scale=Fraction(1, 2)).ratio.overlaps(
        linear_ce(1, 10, scale=sympy.Rational(1, 2)).ratio
    )
