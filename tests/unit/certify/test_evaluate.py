import pytest
import sympy
from flint import arb, ctx
from hypothesis import given
from hypothesis import strategies as st

from rmtcheck.certify import exact
from rmtcheck.certify.ball import is_accurate
from rmtcheck.certify.evaluate import enclose, enclose_beyond
from rmtcheck.certify.linear_ce import linear_ce
from rmtcheck.errors import DomainError, PrecisionError
from rmtcheck.symbolic.softmax import linear_ce_series
from rmtcheck.vocabulary.quantities import E, SoftmaxOfGaussians
from rmtcheck.vocabulary.symbols import C, N, e, gamma, i, j, tau

p = SoftmaxOfGaussians(C)
G_II = gamma * E(p[i] ** 2 * (1 - p[i]) ** 2) + E(p[i] * (1 - p[i])) ** 2
G_IJ = gamma * E(p[i] ** 2 * p[j] ** 2) + E(p[i] * p[j]) ** 2
SCALED = C**2 * G_IJ / G_II
LIMIT = (gamma * e**2 + 1) / (gamma * e + 1)


@given(st.fractions("1/100", 100), st.integers(2, 10**8))
def test_theorem_1_ratio_two_ways(aspect_ratio, classes):
    ball = enclose(SCALED, {gamma: aspect_ratio, C: classes})
    assert is_accurate(ball, 30)
    assert ball.overlaps(linear_ce(aspect_ratio, classes).scaled_ratio)


def test_the_cap_on_digits_is_reached(monkeypatch):
    monkeypatch.setattr(exact, "MAX_DIGITS", 12)
    assert is_accurate(enclose(SCALED, {gamma: 3, C: 10}, 12), 12)


@pytest.mark.parametrize("classes", [2, 10, 10**60])
def test_an_identity_gives_a_tiny_ball_around_zero(classes):
    identity = (C - 1) * E(p[i] * p[j]) + E(p[i] ** 2) - 1 / C
    ball = enclose(identity, {C: classes})
    assert ball.contains(0)
    assert ball.rad() < arb("1e-60")
    assert not enclose(identity + 1 / C**2, {C: classes}).contains(0)


def test_one_class_is_certain():
    one = SoftmaxOfGaussians(1)
    assert enclose(E(3 * one[i] ** 2 + 1)) == 4


def test_ball_values_are_accepted():
    with ctx.workprec(100):
        ball = enclose(LIMIT, {gamma: arb(1, arb("0.01"))})
    assert ball.contains(enclose(LIMIT, {gamma: 1}))
    assert ball.contains(enclose(LIMIT, {gamma: "1.005"}))
    assert not ball.contains(enclose(LIMIT, {gamma: 5}))


@pytest.mark.parametrize(
    ("expr", "values"),
    [
        (gamma, {}),
        (1 / (gamma - 1), {gamma: 1}),
        (sympy.sqrt(gamma - 2), {gamma: 1}),
        (sympy.sin(gamma), {gamma: 1}),
        (E(p[i]), {}),
        (E(p[i] * p[j]), {C: 1}),
        (gamma, {gamma: 0.1}),
        (sympy.Float("0.1"), {}),
        (E(p[i]), {C: arb(10)}),
    ],
)
def test_domain(expr, values):
    with pytest.raises(DomainError):
        enclose(expr, values)


def test_an_undefined_value_is_no_answer():
    with pytest.raises(PrecisionError):
        enclose(1 / ((C - 1) * E(p[i] * p[j]) + E(p[i] ** 2) - 1 / C), {C: 10})


@pytest.mark.parametrize("aspect_ratio", ["1/10", 1, 7])
def test_theorem_1_limit(aspect_ratio):
    ball = enclose_beyond(SCALED, C, 10**60, {gamma: aspect_ratio})
    limit = enclose(LIMIT, {gamma: aspect_ratio}, 60)
    assert ball.contains(limit)
    assert ball.rad() < arb("1e-55")
    mutant = (gamma * e**2 + 2) / (gamma * e + 1)
    assert not ball.overlaps(enclose(mutant, {gamma: aspect_ratio}, 60))


@pytest.mark.parametrize("start", [10**4, 10**6])
def test_all_later_values_lie_inside(start):
    ball = enclose_beyond(SCALED, C, start, {gamma: 1})
    for classes in (start, 2 * start, 10**3 * start):
        assert ball.overlaps(enclose(SCALED, {gamma: 1, C: classes}))


def test_roots_of_the_ratio():
    for ratio in (sympy.sqrt(G_IJ / G_II), sympy.sqrt(G_IJ) / sympy.sqrt(G_II)):
        ball = enclose_beyond(C * ratio, C, 10**60, {gamma: 1})
        assert ball.contains(enclose(sympy.sqrt(LIMIT), {gamma: 1}, 60))
        assert ball.rad() < arb("1e-25")


def test_a_vanishing_quantity_has_a_tiny_ball():
    ball = enclose_beyond(G_IJ / G_II, C, 10**30, {gamma: 1})
    assert ball.contains(0)
    assert ball.rad() < arb("1e-55")


@pytest.mark.parametrize(
    "expr", [C, C**3 * G_IJ / G_II, sympy.log(C), sympy.exp(C), C * E(p[i]) + C]
)
def test_unbounded_quantities_get_no_finite_ball(expr):
    assert not enclose_beyond(expr, C, 10**6, {gamma: 1}).is_finite()


def test_exact_limits_and_other_softmaxes():
    ten = SoftmaxOfGaussians(10)
    ball = enclose_beyond(C * E(p[i]) + E(ten[i]), C, 10**6)
    with ctx.workprec(80):
        assert abs(ball - 1 - arb("0.1")) < arb("1e-20")


def test_a_symbol_without_value_is_named():
    with pytest.raises(DomainError, match="symbol N has no value"):
        enclose_beyond(N / C, C, 10)


def scaled(scale):
    """Return C^2 g_ij / g_ii for logits of another scale."""
    warm = SoftmaxOfGaussians(C, scale)
    return SCALED.xreplace({p[i]: warm[i], p[j]: warm[j]})


@pytest.mark.parametrize("scale", ["1/2", "5/4"])
def test_scale_of_the_logits_is_respected(scale):
    ball = enclose(scaled(tau), {gamma: 2, C: 1000, tau: scale})
    assert is_accurate(ball, 30)
    assert ball.overlaps(linear_ce(2, 1000, scale=scale).scaled_ratio)
    assert not ball.overlaps(linear_ce(2, 1000).scaled_ratio)


@pytest.mark.parametrize("scale", ["1/2", "5/4"])
def test_limit_at_another_scale(scale):
    q = sympy.exp(tau**2)
    ball = enclose_beyond(scaled(tau), C, 10**60, {gamma: 2, tau: scale})
    limit = (2 * q**2 + 1) / (2 * q + 1)
    assert ball.overlaps(enclose(limit, {tau: scale}, 50))
    assert ball.rad() < arb("1e-50")
    assert not ball.overlaps(enclose(LIMIT, {gamma: 2}, 50))


@pytest.mark.parametrize("scale", [tau, sympy.sqrt(2), sympy.Float("0.7"), 200 / C, 20])
def test_a_scale_without_an_exact_value_is_refused(scale):
    for enclosed in (
        lambda: enclose(scaled(scale), {gamma: 1, C: 10}),
        lambda: enclose_beyond(scaled(scale), C, 10**6, {gamma: 1}),
    ):
        with pytest.raises(DomainError):
            enclosed()


def test_two_scales_in_one_expression():
    half, plain = E(SoftmaxOfGaussians(C, sympy.Rational(1, 2))[i] ** 2), E(p[i] ** 2)
    gap = enclose(half - plain, {C: 10})
    assert gap < 0
    far = enclose_beyond(C**2 * (half - plain), C, 10**40)
    assert far.overlaps(enclose(sympy.exp(sympy.Rational(1, 4)) - e, {}, 40))


@pytest.mark.parametrize("aspect_ratio", ["1/10", 2])
def test_what_cancels_in_the_limit_is_expanded(aspect_ratio):
    first, second = (c.subs(gamma, sympy.Rational(aspect_ratio)) for c in linear_ce_series(1))
    ball = enclose_beyond(C * (SCALED - first), C, 10**40, {gamma: aspect_ratio})
    assert ball.contains(enclose(second, {}, 60))
    assert ball.rad() < arb("1e-30")
    assert not ball.overlaps(enclose(second + sympy.Rational(1, 10**20), {}, 60))


def test_a_wrong_leading_term_leaves_an_unbounded_rest():
    off = sympy.Rational(1, 10**6)
    assert not enclose_beyond(C * (SCALED - LIMIT - off), C, 10**40, {gamma: 1}).is_finite()
