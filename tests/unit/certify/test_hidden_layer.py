"""The constants of Theorem 2 in balls, against means that are taken in another way."""

import time

import pytest
from flint import acb, arb, ctx, fmpq

from rmtcheck.certify import relu_means as module
from rmtcheck.certify.ball import is_accurate
from rmtcheck.certify.exact import exact_rational
from rmtcheck.certify.hidden_layer import hidden_ce_constant, hidden_mse, output_ce_constant
from rmtcheck.certify.hidden_norms import (
    cross_entropy_norm,
    squared_error_norm,
    squared_error_norm_at,
)
from rmtcheck.errors import DomainError

WIDTHS = [3, 4, 8]


def gauss(value, variance):
    """Integrate against a centred Gaussian, cut off where 15 digits do not see it."""
    density = (-(value**2) / (2 * variance)).exp()
    return density / acb(2 * arb.pi() * variance).sqrt()


def unit_first(m, rows, power):
    r"""Return E over rows of the squared mean of phi^k exp(T phi - r phi^2/2m) of a unit."""
    beta = 1 + arb(rows) / m

    def mean(T):
        z = T / acb(2 * beta).sqrt()
        tail = (z * z).exp() * (1 + z.erf()) / 2 / acb(beta).sqrt()
        if power == 0:
            return tail + acb(1) / 2
        return (T * tail + 1 / acb(2 * arb.pi()).sqrt()) / acb(beta)

    variance = arb(rows) / m
    return acb.integral(lambda T, _: mean(T) ** 2 * gauss(T, variance), -25, 25).real


@pytest.mark.parametrize("m", WIDTHS)
def test_the_unit_before_the_row(m):
    """The mean over a unit for a fixed row, then over the row: no square is completed in V."""
    with ctx.workprec(80):
        for rows in (1, 2):
            zero, one = (unit_first(m, rows, k) for k in (0, 1))
            assert abs(zero / (module.quadrant_mean(0, fmpq(rows, m)) + arb("0.75")) - 1) < 1e-12
            assert abs(one / module.quadrant_mean(1, fmpq(rows, m)) - 1) < 1e-12


@pytest.mark.parametrize("m", WIDTHS)
@pytest.mark.parametrize("gamma", [fmpq(1, 10), fmpq(2)], ids=str)
def test_hidden_constant_has_two_parts(m, gamma):
    """The part of equal samples is elementary; at gamma = 0 that of different ones is left."""
    with ctx.workprec(200):
        square = (1 + 1 / (1 - 2 / arb(m)).sqrt()) / 2
        equal = square ** (m - 2) * m * arb(m - 1) ** 2 / arb(m - 2) ** 3
        across = cross_entropy_norm("w", diagonal=False, gamma=fmpq(0), width=m).coefficient
        expected = (gamma * equal + 4 * m**2 * across) / (2 * gamma + 1)
        found = hidden_ce_constant(gamma, m, 50)
        assert found.overlaps(expected)
        assert not found.overlaps((gamma * equal) / (2 * gamma + 1))
        assert not found.overlaps((equal / gamma + 4 * m**2 * across) / (2 / gamma + 1))


@pytest.mark.parametrize(("C", "gamma"), [(1, "1"), (2, "1/2"), (10, "7"), (10**9, "1/1000")])
def test_squared_error_is_rational(C, gamma):
    g = exact_rational("gamma", gamma)
    found = hidden_mse(gamma, C, 40)
    with ctx.workprec(300):
        assert found.contains((4 * g + 1) / (4 * (2 * g + 1) * (C + 2)))
        assert not found.contains((4 * g + 1) / (4 * (2 * g + 1) * (C + 1)))


def test_the_leading_term_of_the_squared_error_is_approached():
    setting = {"gamma": fmpq(1, 2), "width": 4, "factor": fmpq(1, 3)}
    with ctx.workprec(200):
        for diagonal in (True, False):
            term = squared_error_norm("w", diagonal=diagonal, **setting)
            far = squared_error_norm_at(10**15, diagonal=diagonal, **setting)
            assert abs(far / arb(10) ** (15 * term.exponent) / term.coefficient - 1) < 1e-14


def test_output_blocks_of_the_squared_error():
    setting = {"gamma": fmpq(1, 2), "width": 4, "factor": fmpq(1, 2)}
    assert squared_error_norm("v", diagonal=False, **setting).coefficient == 0
    found = squared_error_norm("v", diagonal=True, **setting).coefficient
    assert found.overlaps(12 / (2 * arb.pi()) ** 2 + 1)
    assert not found.overlaps(16 / (2 * arb.pi()) ** 2 + 1)


@pytest.mark.parametrize("digits", [1, 30, 50, 300])
def test_every_ball_has_its_digits(digits):
    for ball in (
        hidden_mse("1/3", 100, digits),
        hidden_ce_constant("1/3", 5, digits),
        hidden_ce_constant("1/3", 10**12, digits),
        output_ce_constant(5, digits),
    ):
        assert is_accurate(ball, digits)


def test_fifty_digits_take_less_than_a_second():
    start = time.perf_counter()
    hidden_ce_constant("17/31", 23, 50)
    output_ce_constant(23, 50)
    assert time.perf_counter() - start < 1


def test_wide_layers():
    """As m grows, the powers of the means over a unit become exponentials."""
    with ctx.workprec(200):
        across = (1 / (2 * arb.pi())).exp() / 4
        expected = (arb("0.5").exp() + across) / 3
        assert abs(hidden_ce_constant(1, 10**30) - expected) < arb(10) ** -28
        assert abs(output_ce_constant(10**30) - 4 * across) < arb(10) ** -28


def test_below_width_three_cross_entropy_is_infinite():
    one = fmpq(1)
    assert cross_entropy_norm("w", diagonal=False, gamma=one, width=2).coefficient == arb.pos_inf()
    assert cross_entropy_norm("v", diagonal=False, gamma=one, width=2).coefficient == arb.pos_inf()
    assert cross_entropy_norm("v", diagonal=True, gamma=one, width=2).coefficient.is_finite()
    assert cross_entropy_norm("w", diagonal=True, gamma=one, width=2).coefficient.is_finite()
    assert cross_entropy_norm("w", diagonal=False, gamma=0 * one, width=2).coefficient.is_finite()


BAD = [
    (lambda: hidden_ce_constant(1, 2), "width = 2 is too small: E[exp(|phi|^2/2)] is infinite"),
    (lambda: hidden_ce_constant(1, 1), "width = 1 is too small"),
    (lambda: hidden_ce_constant(0, 3), "gamma = 0 is outside its domain"),
    (lambda: hidden_ce_constant(-1, 3), "gamma = -1"),
    (lambda: hidden_ce_constant(0.1, 3), "gamma = 0.1 is a binary float"),
    (lambda: hidden_ce_constant(float("nan"), 3), "gamma = nan"),
    (lambda: hidden_ce_constant(1, 3, 301), "digits = 301"),
    (lambda: output_ce_constant(2), "the limit of the scaled ratio with it"),
    (lambda: output_ce_constant(0), "width = 0"),
    (lambda: output_ce_constant(10**5000), "width has 16610 bits; accepted"),
    (lambda: output_ce_constant(10**101), "width has 336 bits; accepted: an integer from 3 to"),
    (lambda: output_ce_constant("3.5"), "width = '3.5'"),
    (lambda: hidden_mse(1, 0), "classes = 0"),
    (lambda: hidden_mse(1, None), "classes = None"),
    (
        lambda: cross_entropy_norm("w", diagonal=False, gamma=fmpq(1), width=1),
        "width = 1 has no two hidden units",
    ),
]


@pytest.mark.parametrize(("call", "text"), BAD, ids=[b[1] for b in BAD])
def test_bad_input(call, text):
    with pytest.raises(DomainError) as problem:
        call()
    assert text in str(problem.value)
    assert "\n" not in str(problem.value)
