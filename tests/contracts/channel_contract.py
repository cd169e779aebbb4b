"""What every channel must satisfy; each ``check_`` takes one case."""

from dataclasses import dataclass
from typing import Any

from rmtcheck.claims.evidence import Column, Outcome, Reach
from rmtcheck.claims.statements import Statement
from rmtcheck.errors import DomainError, PrecisionError


@dataclass(frozen=True)
class Case:
    """A channel with a true statement, a question that starves it, and one not its own."""

    channel: Any
    true: Statement
    starved: Statement
    foreign: Statement


def judged(channel, statement, observed_of=None):
    observation = channel.observe("toy.claim", observed_of or statement, lambda text: None)
    return channel.judge(observation, statement)


def check_column_is_a_witness(case):
    assert case.channel.column in set(Column) - {Column.EQUIVALENCE}


def check_applies_to_its_own_statements_only(case):
    assert case.channel.applies(case.true)
    assert not case.channel.applies(case.foreign)


def check_accepts_the_truth(case):
    found = judged(case.channel, case.true)
    assert found.outcome == Outcome.HOLDS
    assert found.message
    assert not found.witness


def check_rejects_every_mutant(case):
    observation = case.channel.observe("toy.claim", case.true, lambda text: None)
    mutants = [mutant for _, mutant in case.true.mutants()]
    found = [case.channel.judge(observation, mutant) for mutant in mutants]
    assert len(found) >= 3
    assert all(f.outcome == Outcome.FAILS and f.witness for f in found)


def check_observation_is_blind_to_the_answer(case):
    mutant = next(m for _, m in case.true.mutants())
    assert judged(case.channel, case.true, observed_of=mutant).outcome == Outcome.HOLDS
    assert judged(case.channel, mutant, observed_of=case.true).outcome == Outcome.FAILS


def check_says_unknown_when_starved(case):
    try:
        found = judged(case.channel, case.starved).outcome
    except (DomainError, PrecisionError):
        found = Outcome.UNKNOWN
    assert found == Outcome.UNKNOWN


def check_judges_the_same_twice(case):
    observation = case.channel.observe("toy.claim", case.true, lambda text: None)
    first, second = (case.channel.judge(observation, case.true) for _ in range(2))
    assert first == second


def check_reports_progress(case):
    said = []
    case.channel.observe("toy.claim", case.true, said.append)
    assert said
    assert all(isinstance(text, str) for text in said)


def check_reach_is_stated(case):
    scope = judged(case.channel, case.true).scope
    assert scope.reach in set(Reach)
    assert scope.where
