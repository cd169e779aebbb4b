"""Gaps of two draws against claimed limits of the fluctuation of a trace."""

import pytest
from sympy import Integer, Rational

from rmtcheck import IndependentParts, ProbabilityMeasures, RandomHermitian
from rmtcheck.channels.simulation.concentration import Gap, judge
from rmtcheck.claims.evidence import Outcome
from rmtcheck.vocabulary.observations import Sample
from rmtcheck.vocabulary.symbols import N, r

ANY, PARTS = RandomHermitian(), IndependentParts(N, r)


def gap(low, high, parts, d=200):
    sample = Sample(mean=(low + high) / 2, low=low, high=high, draws=9, alpha=1e-6)
    return Gap("toy", {"d": d}, sample, parts, d)


DRAWN = [gap(0.0, 0.1, 400), gap(0.4, 0.6, 0)]


@pytest.mark.parametrize(
    ("objects", "value", "outcome"),
    [
        (PARTS, 0, Outcome.HOLDS),
        (ANY, 0, Outcome.FAILS),
        (PARTS, 1, Outcome.FAILS),
        (PARTS, -1, Outcome.FAILS),
        (ANY, 1, Outcome.FAILS),
        (ProbabilityMeasures(), 0, Outcome.UNKNOWN),
        (IndependentParts(N, 1), 0, Outcome.UNKNOWN),
    ],
    ids=str,
)
def test_a_claimed_limit(objects, value, outcome):
    found = judge(DRAWN, objects, Integer(value))
    assert found.outcome == outcome
    assert bool(found.witness) == (outcome == Outcome.FAILS)


def test_the_slack_is_that_of_theory():
    assert DRAWN[0].largest == pytest.approx(2 * 20 / 200)


def test_a_gap_above_the_bound_is_an_error_of_theory():
    assert judge([gap(0.3, 0.4, 400)], PARTS, Integer(0)).outcome == Outcome.ERROR


def test_a_limit_within_the_intervals_is_kept():
    assert judge(DRAWN[:1], PARTS, Rational(1, 20)).outcome == Outcome.HOLDS
