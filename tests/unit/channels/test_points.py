"""Intervals at finite sizes, shifted by the known distance from the limit."""

import pytest

from rmtcheck.channels.simulation.points import Point, judge_points
from rmtcheck.claims.evidence import Outcome, Reach
from rmtcheck.vocabulary.symbols import C


def point(low=0.9, high=1.1, finite=1.0, limit=2.0, error=0.0, at=None):
    at = at or {}
    return Point(at=at, sizes="d=5", low=low, high=high, finite=finite, limit=limit, error=error)


@pytest.mark.parametrize(("finite", "inside"), [(0.9, True), (1.1, True), (0.89, False)])
def test_consistency(finite, inside):
    assert point(finite=finite).is_consistent is inside


def test_error_widens_the_interval():
    assert not point(finite=1.15).is_consistent
    assert point(finite=1.15, error=0.06).is_consistent
    assert point(error=0.06).admits(2.15)


@pytest.mark.parametrize(("answer", "admitted"), [(2.0, True), (2.09, True), (2.11, False)])
def test_answers_are_shifted_to_the_finite_size(answer, admitted):
    assert point().admits(answer) is admitted
    assert not point().admits(1.0)


def test_width_is_relative_to_the_prediction():
    assert point().width() == pytest.approx(0.1)
    assert point(low=-0.1, finite=0.0).width() == float("inf")


def test_record():
    record = point().record()
    assert record["at"] == {"sizes": "d=5"}
    assert record["mean"] == pytest.approx(1.0)
    assert (record["predicted"], record["limit"]) == (1.0, 2.0)


def test_true_answer_holds_at_the_sizes():
    found = judge_points([point(), point(low=0.95)], lambda at: 2.0)
    assert found.outcome == Outcome.HOLDS
    assert found.scope.reach == Reach.SIZES
    assert "2 intervals, of half widths 7.5% to 10.0%" in found.message


def test_one_interval_rejects():
    found = judge_points([point(), point(low=0.99, high=1.01)], lambda at: 2.05)
    assert found.outcome == Outcome.FAILS
    assert "[0.99, 1.01]" in found.witness


def test_wrong_theory_decides_nothing():
    found = judge_points([point(finite=3.0), point()], lambda at: 99.0)
    assert found.outcome == Outcome.ERROR
    assert not found.witness


def test_answer_is_asked_at_the_values_of_each_point():
    points = [point(at={C: c}, limit=float(c)) for c in (2, 10)]
    assert judge_points(points, lambda at: float(at[C])).outcome == Outcome.HOLDS
    assert judge_points(points, lambda at: 2.0).outcome == Outcome.FAILS


def test_no_points_is_not_a_success():
    with pytest.raises(ValueError, match="empty"):
        judge_points([], lambda at: 1.0)
