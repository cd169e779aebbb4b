import pytest
from flint import arb, ctx
from hypothesis import given
from hypothesis import strategies as st

from rmtcheck.certify import tail
from rmtcheck.certify.softmax import softmax_moment
from rmtcheck.certify.tail import scaled_moment_beyond
from rmtcheck.errors import DomainError

PATTERNS = ((1,), (1, 1), (2,), (3,), (2, 2), (4,), (2, 1, 1), (1, 1, 1, 1), (5, 3))


def _limit(powers, scale=1):
    return (arb(scale) ** 2 * sum(a * (a - 1) for a in powers) / 2).exp()


@pytest.mark.parametrize("powers", PATTERNS)
@pytest.mark.parametrize("start", [10, 10**4, 10**9])
def test_every_later_value_and_the_limit_lie_inside(powers, start):
    ball = scaled_moment_beyond(powers, start)
    with ctx.workprec(200):
        for classes in (start, 3 * start, 10**6 * start):
            assert ball.overlaps(classes ** sum(powers) * softmax_moment(powers, classes))
        assert ball.overlaps(_limit(powers))


@pytest.mark.parametrize("powers", PATTERNS[1:])
def test_the_width_is_of_order_one_over_classes(powers):
    with ctx.workprec(300):
        wide, narrow = (scaled_moment_beyond(powers, n).rad() for n in (10**30, 10**60))
        assert abs(wide / narrow / arb(10) ** 30 - 1) < arb("1e-6")


@pytest.mark.parametrize("powers", PATTERNS[1:])
def test_a_wrong_limit_is_outside(powers):
    assert not scaled_moment_beyond(powers, 10**30).overlaps(_limit(powers) * arb("1.0000000001"))


@given(st.integers(1, 3), st.integers(1, 3), st.integers(50, 10**9), st.sampled_from(["1/2", 2]))
def test_other_scales(a, b, classes, scale):
    ball = scaled_moment_beyond((a, b), classes, scale)
    with ctx.workprec(200):
        assert ball.overlaps(classes ** (a + b) * softmax_moment((a, b), classes, 30, scale))


def test_a_dropped_remainder_is_caught(monkeypatch):
    """(1, 1) approaches 1 from below, but (3,) needs the remainder if Jensen's end is dropped."""
    monkeypatch.setattr(tail, "_excess", lambda *_: arb(0))
    monkeypatch.setattr(tail, "_taylor_remainder", lambda *_: arb(0))
    with ctx.workprec(200):
        truth = 1000**3 * softmax_moment((3,), 1000)
        assert not scaled_moment_beyond((3,), 1000).overlaps(truth)


@pytest.mark.parametrize("arguments", [((1, 1), 1), ((1, 1, 1), 2), ((0,), 10), ((1,), "x")])
def test_domain(arguments):
    with pytest.raises(DomainError):
        scaled_moment_beyond(*arguments)
