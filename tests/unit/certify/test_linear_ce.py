from time import process_time

import pytest
from flint import arb, ctx
from hypothesis import given
from hypothesis import strategies as st

from rmtcheck.certify import exact, softmax
from rmtcheck.certify.ball import is_accurate
from rmtcheck.certify.linear_ce import linear_ce
from rmtcheck.certify.softmax import softmax_moments
from rmtcheck.errors import DomainError

FIELDS = ("g_ii", "g_ij", "ratio", "scaled_ratio")


@given(st.fractions("1/1000", 1000), st.integers(2, 10**9), st.integers(1, 40))
def test_every_ball_has_its_digits(gamma, classes, digits):
    result = linear_ce(gamma, classes, digits)
    assert all(is_accurate(getattr(result, field), digits) for field in FIELDS)


@pytest.mark.parametrize("gamma", ["1/100", 1, 50])
def test_two_classes_have_ratio_one(gamma):
    result = linear_ce(gamma, 2)
    assert result.ratio.contains(1)
    assert result.scaled_ratio.contains(4)
    assert result.g_ii.overlaps(result.g_ij)


@pytest.mark.parametrize("classes", [3, 10, 1000])
def test_diagonal_against_the_definition(classes):
    """The powers of 1 - p expanded the other way, which cancels but is the definition."""
    with ctx.workprec(300):
        one, m2, m3, m4 = softmax_moments([(1,), (2,), (3,), (4,)], classes, 50)
        expected = 3 * (m2 - 2 * m3 + m4) + (one - m2) ** 2
        g_ii = linear_ce(3, classes).g_ii
        assert g_ii.overlaps(expected)
        assert not g_ii.overlaps(3 * (m2 - m3 + m4) + (one - m2) ** 2)


@pytest.mark.parametrize("gamma", [1, 2, "1/3"])
def test_the_limit_is_approached_at_rate_one_over_classes(gamma):
    with ctx.workprec(200):
        gap = []
        for classes in (10**6, 10**7):
            g = arb(linear_ce(gamma, classes).gamma)
            limit = (g * arb(2).exp() + 1) / (g * arb(1).exp() + 1)
            gap.append(linear_ce(gamma, classes).scaled_ratio - limit)
        assert abs(gap[0] / gap[1] - 10) < arb("0.001")


def test_the_cap_on_digits_is_reached(monkeypatch):
    monkeypatch.setattr(exact, "MAX_DIGITS", 12)
    assert is_accurate(linear_ce(1, 10, 12).ratio, 12)
    with pytest.raises(DomainError, match="digits"):
        linear_ce(1, 10, 13)


def test_text_shows_all_balls():
    text = str(linear_ce("1/2", 10, digits=8))
    assert text.startswith("linear_ce(gamma=1/2, classes=10)")
    assert all(f"{field} = [" in text for field in FIELDS)


@pytest.mark.parametrize("arguments", [(0, 10), (-1, 10), (0.1, 10), (1, 1), (1, 10, 0), ("x", 10)])
def test_domain(arguments):
    with pytest.raises(DomainError):
        linear_ce(*arguments)


@pytest.mark.parametrize("scale", ["1/1000", "1/2", "5/4", 3])
def test_two_classes_have_ratio_one_at_every_scale(scale):
    assert linear_ce(2, 2, scale=scale).ratio.contains(1)


def test_the_scale_matters_and_is_named():
    warm, plain = linear_ce(1, 100, scale="5/4"), linear_ce(1, 100)
    assert is_accurate(warm.ratio, 30)
    assert warm.ratio > plain.ratio
    assert str(warm).startswith("linear_ce(gamma=1, classes=100, scale=5/4)\n")
    assert str(linear_ce(1, 100, scale="1")) == str(plain)


@pytest.mark.parametrize("scale", [0, -1, 0.1, 11, "1/2000"])
def test_scales_outside_their_domain(scale):
    with pytest.raises(DomainError, match="scale"):
        linear_ce(1, 10, scale=scale)


def test_a_billion_classes_cost_no_more():
    softmax.cached_moments.cache_clear()
    started = process_time()
    result = linear_ce(1, 10**9, 30)
    assert process_time() - started < 1
    assert is_accurate(result.scaled_ratio, 30)
