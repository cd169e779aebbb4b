import pytest
import sympy

from rmtcheck.channels._protocol import Judgement, Observation
from rmtcheck.claims.claim import Source, claim
from rmtcheck.claims.evidence import Column, Kind, Outcome, Reach, Scope
from rmtcheck.claims.hypotheses import positive
from rmtcheck.claims.statements import Identity
from rmtcheck.errors import DomainError, PrecisionError
from rmtcheck.runner.examine import examine
from rmtcheck.vocabulary.symbols import gamma

TOY = claim(
    "toy.sum",
    Source("toy", "p. 1"),
    title="sum",
    given=[positive(gamma)],
    printed=Identity(gamma + 1, gamma + 1),
)


class Toy:
    """Holds the truth, fails anything else; counts what it observes."""

    column = Column.SYMBOLIC

    def __init__(self, error=None, kinds=("observe",)):
        self.error, self.kinds, self.observed = error, kinds, 0

    def applies(self, statement):
        return True

    def observe(self, name, statement, progress):
        self.observed += 1
        if self.error and "observe" in self.kinds:
            raise self.error
        return Observation(statement.lhs, {"kind": "derivation", "steps": []})

    def judge(self, observation, statement):
        if self.error and "judge" in self.kinds and statement.rhs != statement.lhs:
            raise self.error
        same = sympy.simplify(observation.content - statement.rhs) == 0
        outcome = Outcome.HOLDS if same else Outcome.FAILS
        return Judgement(outcome, Scope(Reach.ALL), "", "" if same else "a point")


def rows(channel):
    return examine(TOY, [channel], lambda text: None)


def outcomes(channel, kind):
    return {r.outcome for r in rows(channel) if r.kind == kind and r.channel == channel.column}


def test_one_observation_serves_many_answers():
    toy = Toy()
    found = [r for r in rows(toy) if r.kind != Kind.HYPOTHESIS]
    assert toy.observed == 2  # the question, and the question of the weakened hypothesis
    assert len(found) > 5
    assert len([r for r in found if r.observation]) == 1


@pytest.mark.parametrize(
    ("error", "printed", "mutant"),
    [
        (RuntimeError("bug"), Outcome.HOLDS, Outcome.ERROR),
        (DomainError("outside"), Outcome.HOLDS, Outcome.UNKNOWN),
        (PrecisionError("undecided"), Outcome.HOLDS, Outcome.UNKNOWN),
    ],
)
def test_failures_while_judging_mutants(error, printed, mutant):
    toy = Toy(error, kinds=("judge",))
    assert outcomes(toy, Kind.PRINTED) == {printed}
    assert mutant in outcomes(toy, Kind.MUTANT)


@pytest.mark.parametrize(
    ("error", "printed"),
    [
        (RuntimeError("bug"), Outcome.ERROR),
        (DomainError("outside"), Outcome.ERROR),
        (PrecisionError("undecided"), Outcome.UNKNOWN),
    ],
)
def test_failures_while_observing(error, printed):
    assert outcomes(Toy(error), Kind.PRINTED) == {printed}


def test_hypotheses_are_weakened():
    found = [r for r in rows(Toy()) if r.kind == Kind.HYPOTHESIS]
    assert [r.subject for r in found] == ["gamma > 0 weakened to gamma >= 0"]
