from fractions import Fraction

import pytest
from flint import acb, arb, ctx, fmpq

from rmtcheck.certify.ball import is_accurate
from rmtcheck.certify.laws.accuracy import as_ball, as_text, exact_point, from_above, to_digits
from rmtcheck.errors import DomainError, PrecisionError


def test_the_precision_rises_until_the_digits_are_there():
    seen = []

    def cancelling():
        seen.append(ctx.prec)
        return (1 + arb(10) ** -100 * arb(2).sqrt()) - 1

    ball = to_digits(20, 0, cancelling, "a difference")
    assert is_accurate(ball, 20)
    assert seen == sorted(set(seen))
    assert len(seen) > 1
    assert ctx.prec == 53


def test_too_few_digits_are_an_error():
    with pytest.raises(PrecisionError, match="nothing was not enclosed to 5 digits"):
        to_digits(5, 0, lambda: arb(0, 1), "nothing")
    with pytest.raises(PrecisionError):
        to_digits(5, 0, lambda: arb(1) / 0, "nothing")


def test_points():
    assert exact_point((1, "1/2")) == (1, fmpq(1, 2))
    assert exact_point((Fraction(1, 3), 0)) == (fmpq(1, 3), 0)
    assert as_text((fmpq(1, 3), fmpq(0))) == "1/3"
    assert as_text((fmpq(1, 3), fmpq(2))) == "1/3 + 2 i"
    assert len(as_text((fmpq(10**100), fmpq(0)))) == 60
    assert as_ball((fmpq(1), fmpq(2))) == acb(1, 2)


@pytest.mark.parametrize("z", [1, 1j, (1,), (1, 2, 3), [1, 2], "12", None, (1j, 0), (0, 0.1)])
def test_what_is_no_point(z):
    with pytest.raises(DomainError):
        exact_point(z)


def test_the_lower_half_plane_mirrors_the_upper():
    seen = []

    def value(z):
        seen.append(z)
        return as_ball(z)

    assert from_above((fmpq(1), fmpq(-2)), value) == acb(1, -2)
    assert from_above((fmpq(1), fmpq(0)), value) == acb(1)
    assert seen == [(1, 2), (1, 0)]


def test_mirroring_keeps_the_digits():
    def value(z):
        with ctx.workprec(300):
            return acb(arb(z[0]).sqrt(), arb(z[1]).sqrt())

    assert is_accurate(from_above((fmpq(2), fmpq(-3)), value), 80)
