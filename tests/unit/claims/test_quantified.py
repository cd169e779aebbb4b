"""Statements on every object of a class."""

import pytest
from sympy import Abs, Tuple, true

from rmtcheck import (
    BoundedProbabilityMeasures,
    ConvergesWith,
    Determines,
    ForAll,
    Identity,
    Moment,
    ProbabilityMeasures,
    Stieltjes,
)
from rmtcheck.vocabulary.measures import mu
from rmtcheck.vocabulary.symbols import R, a, z

BOUNDED = BoundedProbabilityMeasures(R)
MEAN = Identity(Moment(mu, 1), a)
STATEMENTS = [
    ForAll(ProbabilityMeasures(), MEAN),
    ForAll(BOUNDED, MEAN, where=Abs(z) > R),
    ForAll(ProbabilityMeasures(), Determines(mu, Tuple(Stieltjes(mu, z)))),
    ForAll(ProbabilityMeasures(), ConvergesWith(mu, Tuple(Stieltjes(mu, z)))),
]


@pytest.mark.parametrize("statement", STATEMENTS, ids=str)
class TestEveryStatement:
    def test_has_mutants_with_its_own_question(self, statement):
        mutants = [m for _, m in statement.mutants()]
        assert mutants
        assert {m.question_hash for m in mutants} == {statement.question_hash}
        assert {m.objects for m in mutants} == {statement.objects}
        assert statement.hash not in {m.hash for m in mutants}

    def test_no_two_mutants_share_a_name(self, statement):
        names = [name for name, _ in statement.mutants()]
        assert len(set(names)) == len(names)

    def test_prints(self, statement):
        assert statement.latex().startswith(r"\forall")
        assert str(statement).startswith("for all")


def test_the_class_is_part_of_the_answer():
    other = ForAll(BOUNDED, MEAN)
    assert other.hash != STATEMENTS[0].hash
    assert other.question_hash == STATEMENTS[0].question_hash


def test_the_question_is_that_of_the_predicate():
    assert STATEMENTS[0].asked == Moment(mu, 1)
    assert STATEMENTS[1].free_symbols == {R, a, z}


def test_substitution_reaches_class_condition_and_predicate():
    changed = STATEMENTS[1].substitute({BOUNDED: ProbabilityMeasures(), a: 2, R: 3})
    assert changed.objects == ProbabilityMeasures()
    assert changed.predicate == Identity(Moment(mu, 1), 2)
    assert changed.where == (Abs(z) > 3)


def test_an_impossible_condition_leaves_no_statement():
    assert ForAll(BOUNDED, MEAN, where=a > 0).substitute({a: -1}) is None
    assert ForAll(BOUNDED, MEAN, where=a > 0).substitute({a: 1}).where is true
