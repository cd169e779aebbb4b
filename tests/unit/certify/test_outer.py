"""A planted error in any bound or constant must make a ball lie."""

import pytest
from flint import arb, ctx, fmpq

from rmtcheck.certify import grid, outer
from rmtcheck.certify.outer import OuterIntegral
from rmtcheck.certify.softmax import softmax_moment


def _moment(powers=(2, 1), classes=10, bits=60):
    with ctx.workprec(bits + 64):
        return OuterIntegral(classes, fmpq(1), 4, bits).moments([powers])[0]


TRUTH = softmax_moment((2, 1), 10, 40)


def test_coarse_goals_are_enclosed():
    for bits in (4, 8, 15, 30):
        assert _moment(bits=bits).overlaps(TRUTH)


def test_a_wrong_power_of_survival_is_caught(monkeypatch):
    survival = outer._survival
    monkeypatch.setattr(outer, "_survival", lambda h, rest: survival(h, rest + 1))
    assert not _moment().overlaps(TRUTH)


def test_forgotten_tails_are_caught(monkeypatch):
    window = OuterIntegral._window

    def cut(self, powers):
        low, high = window(self, powers)
        return low + (high - low) // 2, high

    monkeypatch.setattr(OuterIntegral, "_window", cut)
    assert _moment().overlaps(TRUTH)
    monkeypatch.setattr(OuterIntegral, "_log_tails", lambda *_: (arb(-999), arb(-999)))
    assert not _moment().overlaps(TRUTH)


def test_a_forgotten_discretization_error_is_caught(monkeypatch):
    monkeypatch.setattr(outer, "coarsest_step", lambda *_: fmpq(5, 4))
    assert _moment().overlaps(TRUTH)
    monkeypatch.setattr(OuterIntegral, "_log_discretization", lambda *_: arb(-999))
    monkeypatch.setattr(
        grid.SmoothedPowers, "_errors", lambda self, k, r: [arb(0)] * len(self.lattice)
    )
    assert not _moment().overlaps(TRUTH)


def test_a_forgotten_truncation_error_is_caught(monkeypatch):
    monkeypatch.setattr(grid.SmoothedPowers, "_reach", lambda *_: 40)
    assert _moment().overlaps(TRUTH)
    monkeypatch.setattr(
        grid.SmoothedPowers, "_errors", lambda self, k, r: [arb(0)] * len(self.lattice)
    )
    assert not _moment().overlaps(TRUTH)


def test_moments_share_their_tables():
    with ctx.workprec(124):
        shared = OuterIntegral(10, fmpq(1), 4, 60).moments([(1, 1), (2, 1), (4,)])
    assert shared[1].overlaps(TRUTH)


@pytest.mark.parametrize("start", [1, 2, 3, 17, 1000])
def test_first_finds_the_threshold(start):
    assert outer._first(lambda n: n >= start) == start
