"""The search for certified counter-examples among discrete measures."""

import pytest
from sympy import FiniteSet, Interval

from rmtcheck import (
    BoundedProbabilityMeasures,
    ForAll,
    Identity,
    Mass,
    Moment,
    ProbabilityMeasures,
)
from rmtcheck.channels.certified import CertifiedChannel
from rmtcheck.channels.families import MEASURES, QUESTION
from rmtcheck.claims.evidence import Outcome, Reach
from rmtcheck.vocabulary.measures import mu
from rmtcheck.vocabulary.symbols import R, a, b

channel = CertifiedChannel(20)
INSIDE = Mass(mu, Interval.open(a, b))
ENDS = (Mass(mu, FiniteSet(a)) + Mass(mu, FiniteSet(b))) / 2


def judged(value, objects=None):
    statement = ForAll(objects or ProbabilityMeasures(), Identity(QUESTION, value))
    return channel.judge(channel.observe("a.b", statement, lambda text: None), statement)


def test_the_truth_is_kept_at_points_only():
    found = judged(INSIDE + ENDS)
    assert (found.outcome, found.scope.reach) == (Outcome.HOLDS, Reach.POINTS)


@pytest.mark.parametrize("wrong", [Mass(mu, Interval(a, b)), INSIDE, INSIDE + 2 * ENDS], ids=str)
def test_a_counter_example_is_named(wrong):
    found = judged(wrong)
    assert found.outcome == Outcome.FAILS
    assert "delta_" in found.witness


def test_another_class_is_left_open():
    assert judged(INSIDE, BoundedProbabilityMeasures(R)).outcome == Outcome.UNKNOWN


def test_another_functional_is_left_open():
    assert judged(INSIDE + Moment(mu, 1)).outcome == Outcome.UNKNOWN


def test_other_questions_are_not_answered():
    for asked in (QUESTION.subs(b, a), Moment(mu, 1)):
        assert not channel.applies(ForAll(ProbabilityMeasures(), Identity(asked, INSIDE)))


def test_the_family_has_atoms_at_and_off_the_ends():
    assert len(MEASURES) == len({str(m) for m in MEASURES})
