"""Means over one unit of other activations, against closed forms and a quadrature in the plane."""

from fractions import Fraction

import pytest
import sympy
from flint import acb, arb, ctx, fmpq

from rmtcheck import GELU, IDENTITY, RELU, SIGMOID, SILU, TANH, leaky_relu
from rmtcheck.certify import activation_means as module
from rmtcheck.certify.activation_means import (
    Powers,
    activation_mean,
    activation_overlap,
    checked_digits,
    unit_mean,
    unit_overlap,
)
from rmtcheck.certify.activations import (
    EnclosedActivation,
    enclosed_activation,
    has_enclosure,
    is_piecewise_linear,
)
from rmtcheck.certify.ball import is_accurate
from rmtcheck.errors import DomainError, PrecisionError
from rmtcheck.spectral.activation_means import activation_mean_value, activation_overlap_value
from rmtcheck.vocabulary.activations import ARGUMENT, Activation

KINKED = leaky_relu(Fraction(-1, 2))
ALL = [TANH, SIGMOID, GELU, SILU, IDENTITY, KINKED, RELU]
THIRD = fmpq(1, 3)


@pytest.mark.parametrize("activation", ALL, ids=str)
@pytest.mark.parametrize("powers", [(0, 0, 0), (2, 2, 0), (1, 0, 1), (0, 0, 2), (3, 1, 0)], ids=str)
def test_one_sample_agrees_with_floats(activation, powers):
    tilt = fmpq(0) if powers[2] else THIRD
    with ctx.workprec(80):
        ball = unit_mean(activation, Powers(*powers), tilt)
    value = activation_mean_value(activation, powers, float(tilt.p) / float(tilt.q)).value
    assert abs(float(ball.mid()) - value) < 1e-11 * (1 + abs(value))


@pytest.mark.parametrize("activation", ALL, ids=str)
@pytest.mark.parametrize(("order", "slopes"), [(0, 0), (1, 0), (2, 0), (0, 1), (1, 1)])
def test_two_samples_agree_with_the_plane(activation, order, slopes):
    with ctx.workprec(80):
        ball = unit_overlap(activation, order, slopes, THIRD)
    value = activation_overlap_value(activation, order, slopes, 1 / 3).value
    assert abs(float(ball.mid()) - value) < 1e-11 * (1 + abs(value))


@pytest.mark.parametrize("digits", [10, 30, 50])
def test_the_identity_is_elementary(digits):
    with ctx.workprec(400):
        root = 1 / (1 - arb(THIRD) ** 2).sqrt()
        assert activation_overlap(IDENTITY, 0, 0, THIRD, digits).overlaps(root)
        assert activation_overlap(IDENTITY, 1, 0, THIRD, digits).overlaps(root**3 / 3)
        assert not activation_overlap(IDENTITY, 0, 0, THIRD, digits).overlaps(root**3 / 3)
        one_sample = 1 / (1 - 2 * arb(THIRD)).sqrt()
        assert activation_mean(IDENTITY, (0, 0, 0), THIRD, digits).overlaps(one_sample)


def test_relu_by_the_series_is_relu_by_its_own_integrals():
    """A leaky relu of slope 0 has another name, and takes the general route."""
    plain = leaky_relu(0)
    assert plain != RELU
    for k, p in ((0, 0), (1, 0), (2, 0), (0, 1), (1, 1)):
        own, series = (activation_overlap(f, k, p, THIRD, 25) for f in (RELU, plain))
        assert own.overlaps(series)
    for powers in ((0, 0, 0), (0, 2, 0), (2, 2, 0), (4, 0, 0)):
        own, general = (activation_mean(f, powers, THIRD, 25) for f in (RELU, plain))
        assert own.overlaps(general)


@pytest.mark.parametrize("activation", [TANH, SIGMOID])
def test_bounded_activations_have_a_hundred_digits(activation):
    assert is_accurate(activation_overlap(activation, 1, 1, THIRD, 100), 100)
    assert is_accurate(activation_mean(activation, (2, 2, 0), THIRD, 100), 100)


@pytest.mark.parametrize("activation", [TANH, SIGMOID, GELU, SILU, KINKED], ids=str)
def test_bounds_of_the_lemma_hold_where_we_look(activation):
    known = enclosed_activation(activation)
    for n in range(-160, 161):
        a = acb(arb(n) / 8)
        jet = known.negative if n < 0 else known.positive
        value, slope, curvature = (abs(part) for part in jet(a))
        size = arb(1) if known.is_bounded else arb(known.growth) * abs(a)
        slack = arb("1e-12")
        assert value < size + slack
        assert slope < arb(known.steepest) + slack
        assert curvature < 1


@pytest.mark.parametrize("activation", [GELU, SILU, TANH, SIGMOID], ids=str)
def test_derivatives_are_those_of_the_function(activation):
    """Central differences of the balls' own function, at 200 bits."""
    known = enclosed_activation(activation)
    with ctx.workprec(200):
        step = arb(2) ** -40
        for x in ("-3.1", "-0.2", "0.7", "2.5"):
            below, here, above = (known.positive(acb(arb(x) + k * step)) for k in (-1, 0, 1))
            for order in (1, 2):
                difference = (above[order - 1] - below[order - 1]) / (2 * step)
                assert abs(difference - here[order]) < arb(2) ** -70
                assert not abs(difference - here[order] - step) < arb(2) ** -70


def test_infinite_means():
    for activation in (GELU, SILU, IDENTITY, RELU):
        assert unit_mean(activation, Powers(), fmpq(1, 2)) == arb.pos_inf()
        assert unit_overlap(activation, 0, 0, fmpq(1)) == arb.pos_inf()
        assert unit_mean(activation, Powers(), fmpq(49, 100)).is_finite()
    assert unit_mean(leaky_relu(2), Powers(), fmpq(1, 8)) == arb.pos_inf()
    assert unit_mean(TANH, Powers(), fmpq(100)).is_finite()


def test_planted_errors_are_noticed(monkeypatch):
    """A series without its rest, or with the rest of too few terms, misses the value."""
    monkeypatch.setattr(module, "_rest", lambda *a: arb("1e-30") if a[-1] > 3 else arb(1))
    module._overlap.cache_clear()
    wrong = activation_overlap(IDENTITY, 0, 0, THIRD, 10)
    module._overlap.cache_clear()
    assert not wrong.overlaps(1 / (1 - arb(THIRD) ** 2).sqrt())


def test_what_can_be_enclosed():
    assert all(map(has_enclosure, ALL))
    assert not has_enclosure(Activation(ARGUMENT**3))
    assert not has_enclosure(leaky_relu(sympy.sqrt(2)))
    assert [is_piecewise_linear(f) for f in (RELU, KINKED, IDENTITY, TANH)] == [True] * 3 + [False]
    assert isinstance(enclosed_activation(TANH), EnclosedActivation)
    assert has_enclosure(Activation(TANH.expression, "mine"))


BAD = [
    (lambda: activation_mean(TANH, (0, 0, 0), -1), "tilt = -1 is outside its domain"),
    (lambda: activation_mean(GELU, (0, 0, 0), "1/2"), "for which the mean is finite"),
    (lambda: activation_overlap(GELU, 0, 0, 1), "for which the mean is finite"),
    (lambda: activation_overlap(TANH, -1, 0, 0), "power = -1"),
    (lambda: activation_mean("tanh", (0, 0, 0), 0), "activation = tanh is no Activation"),
    (lambda: activation_mean([1], (0, 0, 0), 0), "is no Activation"),
    (lambda: activation_mean(Activation(ARGUMENT**3), (0, 0, 0), 0), "has no enclosure"),
    (lambda: checked_digits(GELU, 51), "digits = 51 is outside its domain"),
    (lambda: checked_digits(TANH, 301), "digits = 301"),
]


@pytest.mark.parametrize(("call", "text"), BAD, ids=[text for _, text in BAD])
def test_bad_arguments_are_named(call, text):
    with pytest.raises(DomainError, match=text.replace("(", r"\(")):
        call()


def test_a_mean_that_is_zero_and_a_tilt_at_its_bound_have_no_digits():
    with pytest.raises(PrecisionError):
        activation_mean(TANH, (1, 0, 0), 0, 10)
    with pytest.raises(PrecisionError, match="more than 1000 terms"):
        activation_overlap(IDENTITY, 0, 0, "999/1000", 30)
