"""Rows of the table against mpmath, and the digits of a truncation."""

import mpmath
import pytest
from flint import arb, ctx

from rmtcheck.certify import class_table
from rmtcheck.certify.class_table import Row, decimal, floor_of, table_row
from rmtcheck.errors import PrecisionError


@pytest.fixture(autouse=True)
def _enough_bits():
    with ctx.workprec(192):
        yield


def two_classes():
    """Return the moments from the difference of the logits, which is N(0, 2)."""

    def mean(power):
        return mpmath.quad(
            lambda x: mpmath.npdf(x, 0, mpmath.sqrt(2)) / (2 + 2 * mpmath.cosh(x)) ** power,
            [-30, -4, 0, 4, 30],
        )

    return 16 * mean(2), 4 * mean(1)


def laplace_moments(classes):
    """Return the moments as integrals of Laplace transforms of a lognormal variable."""
    step = mpmath.mpf(1) / 8
    logits = [step * n for n in range(-90, 91)]
    weights = [step * mpmath.npdf(z) for z in logits]
    values = [mpmath.exp(z) for z in logits]

    def transforms(t):
        """Return E[x^a e^{-tx}] for a = 0, 1, 2."""
        terms = [w * mpmath.exp(-t * x) for w, x in zip(weights, values, strict=True)]
        return [sum(f * x**a for f, x in zip(terms, values, strict=True)) for a in range(3)]

    times = [mpmath.exp(step * n) for n in range(-200, 60)]
    table = [(t, transforms(t)) for t in times]

    def scaled(powers):
        total, others = sum(powers), classes - len(powers)
        products = (
            t**total * mpmath.fprod(f[a] for a in powers) * f[0] ** others for t, f in table
        )
        return classes**total * step * sum(products) / mpmath.factorial(total - 1)

    return [scaled(powers) for powers in ((2, 2), (1, 1), (2, 1, 1))]


def truncated(numbers):
    return tuple(int(mpmath.floor(x * 10**12)) for x in numbers)


def test_two_classes_against_a_quadrature():
    with mpmath.workdps(30):
        assert table_row(2).entries == truncated(two_classes())


@pytest.mark.parametrize("classes", [3, 10, 1999])
def test_rows_against_multiprecision(classes):
    with mpmath.workdps(30):
        assert table_row(classes).entries == truncated(laplace_moments(classes))


def test_the_intervals_hold_the_moments_and_no_more():
    row = Row(3, (123, 456, 789))
    for entry, point, ball in zip(row.entries, row.truncated(), row.intervals(), strict=True):
        lower, upper = arb(entry) / 10**12, arb(entry + 1) / 10**12
        assert point.overlaps(lower)
        assert ball.contains(lower.mid())
        assert ball.contains(upper.mid())
        assert not ball.contains(lower.mid() - arb("1e-14"))
        assert not ball.contains(upper.mid() + arb("1e-14"))


def test_rows_are_written_to_twelve_places():
    assert str(Row(2, (5, 12 * 10**12))) == "2 0.000000000005 12.000000000000 -"
    assert str(Row(3, (1, 2, 3))) == "3 0.000000000001 0.000000000002 0.000000000003"
    assert decimal(1234567, 6) == "1.234567"


def test_a_floor_is_certain_or_not_given():
    assert floor_of(arb("1.9999"), 0) == 1
    assert floor_of(arb("1.9999"), 2) == 199
    assert floor_of(arb(2, "1e-30"), 6) is None


def test_decimals_that_stay_uncertain_are_refused(monkeypatch):
    monkeypatch.setattr(class_table, "_ATTEMPTED_DIGITS", (5,))
    with pytest.raises(PrecisionError, match="C = 77"):
        table_row(77)
