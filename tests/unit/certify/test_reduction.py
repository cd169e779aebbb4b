"""The algebra of lemma 17 in rational numbers, and against enclosures of the theorem."""

from dataclasses import replace
from fractions import Fraction

import pytest
from flint import arb, ctx, fmpq
from hypothesis import assume, given
from hypothesis import strategies as st

from rmtcheck.certify.class_table import table_row
from rmtcheck.certify.every_class import RATE
from rmtcheck.certify.linear_ce import linear_ce
from rmtcheck.certify.reduction import Moments, excess, margins

POSITIVE = st.fractions(Fraction(1, 10), 10, max_denominator=20)


def value(coefficients, gamma):
    return sum(c * gamma**k for k, c in enumerate(coefficients))


@given(POSITIVE, POSITIVE, POSITIVE, POSITIVE, POSITIVE, st.integers(2, 50))
def test_coefficients_are_those_of_the_inequality(gamma, e, alpha, beta, eta, classes):
    """The algebra holds for any numbers, e included."""
    h = Fraction(1, classes)
    pair, squares, triple = beta * h**2, alpha * h**4, eta * h**4
    diagonal = (classes - 1) * squares + (classes - 1) * (classes - 2) * triple
    ratio = (gamma * squares + pair**2) / (gamma * diagonal + ((classes - 1) * pair) ** 2)
    w = e * gamma + 1
    r0, r1 = value(RATE.limit(e), gamma) / w, value(RATE.slope(e), gamma) / w**2
    bound = value(RATE.kappa, gamma) / w**3
    rest = classes**2 * (classes**2 * ratio - r0 - r1 * h)

    at = Moments(alpha, beta, eta, h, e)
    q = [classes**2 * c for c in excess(RATE, at)]
    scale = value(at.diagonal(), gamma)
    assert value(q, gamma) == rest * w**2 * scale
    assert value(margins(RATE, at, q), gamma) == (bound - rest) * w**3 * scale
    assert (len(q), len(margins(RATE, at, q))) == (4, 5)


@given(POSITIVE, POSITIVE, POSITIVE, st.integers(3, 50))
def test_each_moment_matters(alpha, beta, eta, classes):
    assume(alpha != eta)
    at = Moments(alpha, beta, eta, Fraction(1, classes), Fraction(5, 2))
    right = excess(RATE, at)
    for name in ("alpha", "beta", "eta"):
        assert excess(RATE, replace(at, **{name: getattr(at, name) + 1})) != right


def test_two_classes_do_not_see_three():
    at = Moments(Fraction(1, 2), Fraction(3, 4), Fraction(1), Fraction(1, 2), Fraction(5, 2))
    assert excess(RATE, at) == excess(RATE, replace(at, eta=Fraction(7)))


@pytest.mark.parametrize("gamma", ["1/100", 1, 100])
@pytest.mark.parametrize("classes", [2, 3, 17, 1999])
def test_excess_against_the_enclosed_ratio(gamma, classes):
    with ctx.workprec(192):
        ball = linear_ce(gamma, classes, 40)
        g, e = arb(ball.gamma), arb(1).exp()
        w, h = e * g + 1, arb(fmpq(1, classes))
        rest = ball.scaled_ratio - value(RATE.limit(e), g) / w - h * value(RATE.slope(e), g) / w**2
        at = Moments(*table_row(classes).intervals(), h, e)
        derived = value(excess(RATE, at), g) / (w**2 * value(at.diagonal(), g))
        assert derived.overlaps(rest)
        assert derived.rad() < abs(rest) * fmpq(1, 10**4)
        assert rest > 0
        assert rest * classes**2 <= value(RATE.kappa, g) / w**3
