"""What is claimed is proved; what is a little more, or false, is refused by name."""

from dataclasses import replace

import pytest
from flint import arb, arb_poly, ctx, fmpq

from rmtcheck.certify.class_table import table_row
from rmtcheck.certify.every_class import RATE
from rmtcheck.certify.rate_signs import (
    PAIR,
    SQUARES,
    TRIPLE,
    bernstein,
    many_classes,
    one_class_number,
    prove_constant_terms,
    prove_expansion,
    prove_many_classes,
    prove_one_class_number,
)
from rmtcheck.certify.remainder import RING, expansion
from rmtcheck.certify.softmax import softmax_moments
from rmtcheck.errors import PrecisionError


@pytest.fixture(autouse=True)
def _enough_bits():
    with ctx.workprec(192):
        yield


@pytest.fixture
def expansions():
    return [expansion(powers) for powers in (SQUARES, PAIR, TRIPLE)]


def moments(classes):
    balls = softmax_moments((SQUARES, PAIR, TRIPLE), classes, 40)
    return [arb(classes) ** power * ball for power, ball in zip((4, 2, 4), balls, strict=True)]


def bound(*kappa):
    return replace(RATE, kappa=kappa)


def test_the_claim_is_proved(expansions):
    prove_expansion(RATE)
    prove_constant_terms(RATE)
    prove_many_classes(RATE, expansions)


@pytest.mark.parametrize(
    ("limit", "slope"),
    [
        (RATE.slope, RATE.limit),
        (lambda e: (e**2, 1), RATE.slope),
        (lambda e: (1, e**3), RATE.slope),
        (lambda e: (1, e**2 + 1), RATE.slope),
        (RATE.limit, lambda e: (0, 0, 0)),
        (RATE.limit, lambda e: [-r for r in RATE.slope(e)]),
        (RATE.limit, lambda e: (3, *RATE.slope(e)[1:])),
        (RATE.limit, lambda e: (2, RATE.slope(e)[1] + 1, RATE.slope(e)[2])),
        (RATE.limit, lambda e: (2, RATE.slope(e)[1], RATE.slope(e)[2] + e - e / 1000)),
    ],
)
def test_another_expansion_is_refused(limit, slope):
    with pytest.raises(PrecisionError, match=r"R0 \+ R1/C is not the expansion"):
        prove_expansion(replace(RATE, limit=limit, slope=slope))


@pytest.mark.parametrize(
    ("kappa", "named"),
    [
        ((8, 12160, 48500, 47800), "s1"),
        ((8, 12800, 46075, 47800), "s[23]"),
        ((8, 12800, 48500, 45410), "s[34]"),
    ],
)
def test_five_per_cent_less_is_refused_for_many_classes(kappa, named, expansions):
    prove_constant_terms(bound(*kappa))
    with pytest.raises(PrecisionError, match=rf"{named} >= 0 is not proved for C >= 2000"):
        prove_many_classes(bound(*kappa), expansions)


def test_a_sign_lost_before_the_end_is_seen(expansions):
    """A wrong fifth coefficient of alpha that makes q1 negative near C = 2000 only."""
    _, h = RING.gens()
    squares, *others = expansions
    spoilt = replace(squares, polynomial=squares.polynomial - 2 * 10**14 * h**5)
    with pytest.raises(PrecisionError, match="q1 > 0 is not proved for C >= 2000"):
        prove_many_classes(RATE, [spoilt, *others])


@pytest.mark.parametrize(("kappa", "lowest"), [(7, "-0.25"), (1, "-2")])
def test_less_than_eight_is_refused_at_two_classes(kappa, lowest):
    with pytest.raises(PrecisionError, match=rf"s0 >= 0 is not proved for C >= 2.*{lowest}"):
        prove_constant_terms(bound(kappa, *RATE.kappa[1:]))


@pytest.mark.parametrize("classes", [3, 100, 1999])
def test_a_small_bound_is_refused_at_one_number_of_classes(classes):
    row = table_row(classes).intervals()
    prove_one_class_number(RATE, classes, row)
    with pytest.raises(PrecisionError, match=rf"s1 >= 0 is not proved at C = {classes}: .* -"):
        prove_one_class_number(bound(8, 40, *RATE.kappa[2:]), classes, row)


@pytest.mark.parametrize("place", range(3))
@pytest.mark.parametrize("factor", ["0.99", "1.01"])
def test_one_wrong_moment_is_refused_at_one_number_of_classes(place, factor):
    row = table_row(1000).intervals()
    row[place] *= arb(factor)
    with pytest.raises(PrecisionError, match=r"[qs][1-4] .* is not proved at C = 1000"):
        prove_one_class_number(RATE, 1000, row)


def test_a_wide_interval_is_refused():
    with pytest.raises(PrecisionError, match="C = 1000"):
        prove_one_class_number(RATE, 1000, [arb(7, "0.5"), arb(1, "0.1"), arb(2.7, "0.1")])


@pytest.mark.parametrize("classes", [2000, 3000, 10**4, 10**6])
def test_polynomials_hold_the_coefficients_of_one_number_of_classes(classes, expansions):
    h = arb(fmpq(1, classes))
    columns = zip(
        many_classes(RATE, expansions),
        one_class_number(RATE, classes, moments(classes)),
        strict=True,
    )
    for polynomials, coefficients in columns:
        for polynomial, coefficient in zip(polynomials, coefficients, strict=True):
            bounds = bernstein(polynomial, fmpq(1, 2000))
            assert polynomial(h).overlaps(coefficient)
            assert min(b.lower() for b in bounds) <= coefficient.upper()
            assert max(b.upper() for b in bounds) >= coefficient.lower()


def test_the_constant_terms_in_closed_form():
    for classes in (2, 3, 1000):
        h, (_, beta, _) = fmpq(1, classes), table_row(classes).truncated()
        q, s = one_class_number(RATE, classes, table_row(classes).truncated())
        assert q[0].overlaps(beta**2 * (3 - 2 * h))
        assert s[0].overlaps(beta**2 * (1 - 2 * h) * (5 - 4 * h))


def test_bernstein_coefficients():
    square = arb_poly([1, -4, 4])  # (1 - 2h)^2
    assert [b.unique_fmpz() for b in bernstein(square, fmpq(1))] == [1, -1, 1]
    assert [b.unique_fmpz() for b in bernstein(square, fmpq(1, 2))] == [1, 0, 0]
    assert [b.unique_fmpz() for b in bernstein(arb_poly([3]), fmpq(1, 2))] == [3]
