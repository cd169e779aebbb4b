"""Exact polynomials agree with sympy."""

from fractions import Fraction

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from rmtcheck.replay.interval import Interval
from rmtcheck.replay.polynomial import Polynomial, lift, read, variables
from rmtcheck.replay.theorem import GAP, R0, R1, A, B, W, constant_term_is_settled

x, y = variables("x y")
X, Y = sympy.symbols("x y")


def as_sympy(f):
    terms = (c * sympy.prod([sympy.Symbol(n) ** k for n, k in m]) for m, c in f.terms.items())
    return sympy.expand(sum(terms, sympy.Integer(0)))


@st.composite
def pairs(draw):
    """Draw a polynomial in both forms."""
    table = st.lists(
        st.tuples(st.integers(-5, 5), st.integers(0, 3), st.integers(0, 3)), max_size=4
    )
    terms = draw(table)
    mine = sum((c * x**i * y**j for c, i, j in terms), lift(0))
    return mine, sum((c * X**i * Y**j for c, i, j in terms), sympy.Integer(0))


@given(pairs(), pairs())
def test_ring_operations(one, other):
    (f, F), (g, G) = one, other
    assert as_sympy(f * g - 2 * f + g**2) == sympy.expand(F * G - 2 * F + G**2)
    assert as_sympy(f.substitute({"x": g})) == sympy.expand(F.subs(X, G))
    assert sum((c * x**n for n, c in enumerate(f.coefficients("x"))), lift(0)) == f
    collected = (Polynomial({m: 1}) * c for m, c in f.collect("y").items())
    assert sum(collected, lift(0)) == f


@given(pairs(), st.fractions(-9, 9), st.fractions(-9, 9))
def test_enclosures_contain_the_values(pair, a, b):
    f, F = pair
    exact = F.subs({X: sympy.Rational(a), Y: sympy.Rational(b)})
    box = {"x": Interval.of(a, a + 1), "y": Interval.of(b)}
    assert f.enclose(box).contains(Fraction(int(exact.p), int(exact.q)))


def test_read_formulas():
    e, gamma = sympy.symbols("e gamma")
    r1 = 2 + (16 * e**3 + 3 * e - 7 * e**2 - 8 * e**4) * gamma
    r1 += (7 * e**4 - e**3 - 4 * e**5) * gamma**2
    assert as_sympy(read(R0)) == e**2 * gamma + 1
    assert as_sympy(read(W)) == e * gamma + 1
    assert as_sympy(read(R1)) == sympy.expand(r1)
    assert as_sympy(read("(x - 2) (y + x) - 3 x^2 y")) == sympy.expand(
        (X - 2) * (Y + X) - 3 * X**2 * Y
    )


def test_the_reduction_is_the_theorem():
    h, gamma, e, *moments = sympy.symbols("h gamma e alpha beta eta")
    alpha, beta, eta = moments
    numerator = gamma * alpha + beta**2
    denominator = gamma * ((1 - h) * (1 - 2 * h) * eta + h * (1 - h) * alpha)
    denominator += ((1 - h) * beta) ** 2
    w = e * gamma + 1
    r0, r1 = as_sympy(read(R0)) / w, as_sympy(read(R1)) / w**2
    gap = sympy.together((numerator / denominator - r0 - r1 * h) * w**2 * denominator)
    assert sympy.expand(sympy.cancel(gap) - as_sympy(GAP)) == 0
    assert sympy.expand(denominator - as_sympy(A) * gamma - as_sympy(B)) == 0


@pytest.mark.parametrize(("kappa0", "settled"), [(0, False), (7, False), (8, True), (900, True)])
def test_constant_term(kappa0, settled):
    values = [
        kappa0 * (1 - 1 / sympy.Integer(C)) ** 2 - 3 + 2 / sympy.Integer(C) for C in range(2, 50)
    ]
    assert (min(values) >= 0) == settled
    assert constant_term_is_settled(kappa0) == settled
