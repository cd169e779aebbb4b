"""Expansions of scaled moments for all large numbers of classes, with enclosed remainders."""

from fractions import Fraction

import pytest
from flint import arb, ctx

from rmtcheck.certify.class_series import moment_beyond
from rmtcheck.certify.softmax import softmax_moment
from rmtcheck.errors import DomainError
from rmtcheck.symbolic.softmax import moment_polynomials

PATTERNS = [(2,), (1, 1), (2, 2), (2, 1, 1), (4,)]
START = 10**9


def remainder_at(powers, classes, scale, coefficients):
    """Return what the scaled moment leaves after the coefficients, times C^L."""
    spread = Fraction(scale)
    q = (arb(spread.numerator**2) / spread.denominator**2).exp()
    scaled = softmax_moment(powers, classes, 90, scale) * arb(classes) ** sum(powers)
    known = (
        sum(c * q**k for k, c in row.items()) * arb(classes) ** -r
        for r, row in enumerate(coefficients)
    )
    return (scaled - sum(known, arb(0))) * arb(classes) ** len(coefficients)


@pytest.mark.parametrize("powers", PATTERNS)
@pytest.mark.parametrize("order", [1, 2, 3])
def test_coefficients_are_those_of_the_integral(powers, order):
    found = moment_beyond(powers, START, 1, order).coefficients
    dense = [tuple(row.get(k, 0) for k in range(max(row) + 1)) for row in found]
    assert tuple(dense) == moment_polynomials(powers, order - 1)


@pytest.mark.parametrize("powers", PATTERNS)
@pytest.mark.parametrize("scale", ["1/2", "1", "5/4"])
def test_remainder_holds_later_values(powers, scale):
    with ctx.workprec(400):
        for order in (1, 3):
            found = moment_beyond(powers, START, scale, order)
            for classes in (START, 7 * START, 10**6 * START):
                left = remainder_at(powers, classes, scale, found.coefficients)
                assert left.rad() < arb("1e-9")
                assert found.remainder.contains(left)


def test_a_wrong_coefficient_leaves_the_remainder():
    with ctx.workprec(400):
        found = moment_beyond((2, 2), START, 1, 2)
        first, second = found.coefficients
        wrong = (first, {**second, 0: second.get(0, 0) + 1})
        left = remainder_at((2, 2), 10**6 * START, "1", wrong)
        assert not found.remainder.contains(left)


def test_another_scale_leaves_the_remainder():
    with ctx.workprec(400):
        found = moment_beyond((2,), START, "1/2", 1)
        left = remainder_at((2,), START, "1", found.coefficients)
        right = remainder_at((2,), START, "1/2", found.coefficients)
        assert found.remainder.contains(right)
        assert not found.remainder.contains(left + START)


@pytest.mark.parametrize(
    "arguments",
    [((2,), 1, 1, 1), ((), 10, 1, 1), ((2,), 10, 0, 1), ((2,), 10, 1, 0), ((2,), 10, 1, 9)],
)
def test_domain(arguments):
    with pytest.raises(DomainError):
        moment_beyond(*arguments)
