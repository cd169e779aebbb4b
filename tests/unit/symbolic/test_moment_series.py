"""The expansion in moments: proved on bounded supports, refuted elsewhere."""

import pytest
import sympy
from sympy import Abs, I, Rational, Sum, oo

from rmtcheck.errors import RmtcheckError
from rmtcheck.symbolic import moment_series
from rmtcheck.symbolic.equality import Answer
from rmtcheck.symbolic.moment_series import compare_expansion, moment_expansion
from rmtcheck.vocabulary.measures import (
    BoundedProbabilityMeasures,
    Moment,
    ProbabilityMeasures,
    SomeRadius,
    Stieltjes,
    mu,
)
from rmtcheck.vocabulary.symbols import R, k, z

FOUND = moment_expansion(Stieltjes(mu, z)).result
SERIES = -Sum(Moment(mu, k) * z ** (-k - 1), (k, 0, oo))
BOUNDED = BoundedProbabilityMeasures(R)
OUTSIDE = Abs(z) > R


def compared(value=SERIES, objects=BOUNDED, where=OUTSIDE):
    return compare_expansion(FOUND, value, objects, where)


def test_the_expansion_is_proved_on_a_bounded_support():
    assert compared().answer == Answer.YES


@pytest.mark.parametrize("where", [Abs(z) > SomeRadius(mu), Abs(z) > R])
def test_without_a_bound_it_is_refuted(where):
    test = compared(objects=ProbabilityMeasures(), where=where)
    assert test.answer == Answer.NO
    assert "m_1 does not exist" in test.witness


def test_on_the_circle_itself_it_diverges():
    test = compared(where=Abs(z) >= R)
    assert test.answer == Answer.NO
    assert "diverges" in test.witness


@pytest.mark.parametrize(
    "wrong",
    [
        -SERIES,
        2 * SERIES,
        -Sum(Moment(mu, k) * z ** (-k), (k, 0, oo)),
        -Sum(Moment(mu, k) * z ** (k - 1), (k, 0, oo)),
        -Sum(Moment(mu, k) * z ** (-k - 1), (k, 1, oo)),
        -Sum(Moment(mu, k) * z ** (-2 * k - 1), (k, 0, oo)),
        -1 / z,
        sympy.S.Zero,
    ],
    ids=str,
)
def test_wrong_series_have_a_witness(wrong):
    test = compared(wrong)
    assert test.answer == Answer.NO
    assert "delta_x" in test.witness


@pytest.mark.parametrize(
    "value",
    [SERIES + SERIES, Sum(z**k, (k, 0, 3)), -Sum(Moment(mu, k) * z ** (-(k**2)), (k, 0, oo))],
    ids=str,
)
def test_what_is_not_understood_is_not_accepted(value):
    assert compared(value).answer != Answer.YES


def test_a_smaller_circle_is_no_proof():
    assert compared(where=Abs(z) > R / 2).answer != Answer.YES


def test_the_remainder_is_the_difference():
    """Against partial sums in exact numbers."""
    x, point, n = Rational(1, 3), 1 + I, 6
    partial = -sum(x**j / point ** (j + 1) for j in range(n))
    remainder = (x / point) ** n / (x - point)
    assert sympy.expand(1 / (x - point) - partial - remainder, complex=True) == 0


def test_a_wrong_remainder_is_noticed(monkeypatch):
    real = moment_series.at_point_mass
    monkeypatch.setattr(moment_series, "at_point_mass", lambda expr, x: 2 * real(expr, x))
    with pytest.raises(RmtcheckError, match="does not check"):
        moment_expansion(Stieltjes(mu, z))
