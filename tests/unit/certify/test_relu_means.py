"""Gaussian means over one rectified unit: integrals against closed forms, tails, divergence."""

import time

import pytest
from flint import acb, arb, ctx, fmpq

from rmtcheck.certify import relu_means
from rmtcheck.certify.ball import is_accurate
from rmtcheck.certify.relu_means import half_line_mean, quadrant_mean, relu_overlap, to_digits
from rmtcheck.errors import DomainError, PrecisionError

TILTS = [fmpq(-2, 3), fmpq(0), fmpq(1, 8), fmpq(2, 3), fmpq(99, 100), 1 - fmpq(1, 10**15)]


def closed_forms(s):
    """Return Q_0, Q_1, Q_2 by two integrations by parts."""
    s = arb(s)
    room = 1 - s * s
    zero = (arb.pi() / 2 + s.asin()) / (2 * arb.pi() * room.sqrt())
    one = (1 / (2 * arb.pi()) + s * zero) / room
    return zero, one, (zero + 3 * s * one) / room


@pytest.mark.parametrize("tilt", TILTS, ids=str)
@pytest.mark.parametrize("order", [0, 1, 2])
def test_quadrants_have_closed_forms(order, tilt):
    with ctx.workprec(200):
        found, expected = quadrant_mean(order, tilt), closed_forms(tilt)[order]
        assert found.overlaps(expected)
        assert not found.overlaps(expected * (1 + arb(10) ** -40))
        assert is_accurate(found, 40)


@pytest.mark.parametrize("tilt", [fmpq(-3), fmpq(0), fmpq(1, 3), fmpq(49, 100)], ids=str)
@pytest.mark.parametrize("order", range(5))
def test_half_lines_have_closed_forms(order, tilt):
    with ctx.workprec(200):
        half = arb(fmpq(order + 1, 2))
        expected = (2 / arb(1 - 2 * tilt)) ** half * half.gamma() / (8 * arb.pi()).sqrt()
        found = half_line_mean(order, tilt)
        assert found.overlaps(expected)
        assert not found.overlaps(expected * (1 + arb(10) ** -40))
        assert is_accurate(found, 40)


@pytest.mark.parametrize("order", range(4))
@pytest.mark.parametrize("reach", [4, 7])
def test_the_tail_is_larger_than_what_is_left_out_and_not_by_much(order, reach):
    alpha = arb(1) / 2
    rest = acb.integral(lambda a, _: a**order * (-a * a / 4).exp(), reach, 60).real
    bound = relu_means._tail(order, alpha, reach)
    assert bound > rest
    assert bound < 4 * rest


@pytest.mark.parametrize("tilt", [f"{10**20 - 1}/{10**20}", f"-{10**20}"], ids=["1", "-oo"])
@pytest.mark.parametrize("order", [0, 1, 2])
def test_extreme_tilts_have_their_digits(order, tilt):
    start = time.perf_counter()
    assert is_accurate(relu_overlap(order, tilt, 50), 50)
    assert time.perf_counter() - start < 5


def test_an_extreme_order_and_tilt_end_in_a_sentence():
    with pytest.raises(PrecisionError, match="50 digits were not reached"):
        relu_overlap(100, f"{10**40 - 1}/{10**40}", 50)


def test_divergent_means_are_infinite():
    assert quadrant_mean(0, fmpq(1)) == arb.pos_inf()
    assert half_line_mean(2, fmpq(1, 2)) == arb.pos_inf()
    assert quadrant_mean(0, fmpq(999, 1000)).is_finite()
    assert half_line_mean(2, fmpq(499, 1000)).is_finite()


def test_overlaps_count_closed_units():
    assert relu_overlap(0, 0).contains(1)
    assert relu_overlap(2, 0).contains(fmpq(1, 4))
    assert not relu_overlap(0, 0).contains(fmpq(1, 4))


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((0, 1), "tilt = 1 makes the mean infinite; accepted: a rational number < 1"),
        ((0, "3/2"), "tilt = 3/2"),
        ((-1, 0), "order = -1 is outside its domain; accepted: an integer from 0 to 100"),
        ((0.5, 0), "order = 0.5"),
        ((0, 0.1), "not exactly 0.1"),
        ((0, 0, 301), "digits = 301"),
        ((0, None), "tilt = None"),
    ],
)
def test_bad_input(arguments, text):
    with pytest.raises(DomainError) as problem:
        relu_overlap(*arguments)
    assert text in str(problem.value)


def test_an_accuracy_that_is_not_reached_is_said():
    with pytest.raises(PrecisionError, match="5 digits were not reached"):
        to_digits(lambda: arb(1, arb("0.01")), 5)
