"""One claim examined by toy channels that hold, crash, abstain and count."""

import pytest

from rmtcheck import Identity, Source, claim, positive
from rmtcheck.channels._protocol import Judgement, Observation
from rmtcheck.claims.evidence import Column, Kind, Outcome, Reach, Scope
from rmtcheck.errors import DomainError, PrecisionError
from rmtcheck.runner.examine import examine
from rmtcheck.vocabulary.symbols import gamma

TRUE, FALSE = Identity(gamma + gamma, 2 * gamma), Identity(gamma + gamma, 3 * gamma)


class Toy:
    """It compares right hand sides with the truth; `trouble` is raised where it is told."""

    def __init__(self, column=Column.SYMBOLIC, trouble=None, on=lambda s: True, in_observe=False):
        self.column, self.trouble, self.on, self.in_observe = column, trouble, on, in_observe
        self.observed, self.judged = [], []

    def applies(self, statement):
        return True

    def observe(self, claim, statement, progress):
        self.observed.append(statement.question_hash)
        progress(f"{claim} is observed")
        if self.in_observe:
            raise self.trouble
        return Observation(statement.lhs, {"kind": "toy", "saw": str(statement.lhs)})

    def judge(self, observation, statement):
        self.judged.append(statement)
        if self.trouble is not None and self.on(statement):
            raise self.trouble
        right = statement.rhs == observation.content
        outcome = Outcome.HOLDS if right else Outcome.FAILS
        return Judgement(outcome, Scope(Reach.ALL), "looked", "" if right else "w")


class Nobody(Toy):
    def applies(self, statement):
        return False


def made(printed=TRUE, derived=None, given=()):
    source = Source("toys", "p. 1")
    return claim("toy.a", source, title="t", printed=printed, derived=derived, given=given)


def examined(channel, theorem=None, progress=lambda text: None):
    return examine(theorem or made(), [channel], progress)


def outcomes(rows, kind):
    return {r.outcome for r in rows if r.kind == kind and r.channel != Column.EQUIVALENCE}


def test_the_printed_statement_holds_and_every_mutant_fails():
    rows = examined(Toy())
    assert outcomes(rows, Kind.PRINTED) == {Outcome.HOLDS}
    assert outcomes(rows, Kind.MUTANT) == {Outcome.FAILS}


def test_a_question_is_observed_once_however_many_answers_are_judged():
    channel = Toy()
    examined(channel, made(FALSE, TRUE))
    assert channel.observed == [TRUE.question_hash]
    assert len(channel.judged) == 2 + len(list(TRUE.mutants()))


def test_the_observation_is_recorded_with_the_first_row_only():
    first, *rest = examined(Toy())
    assert first.observation == {"kind": "toy", "saw": "2*gamma"}
    assert all(r.observation == {} for r in rest)


def test_each_part_is_observed_for_itself():
    channel = Toy()
    rows = examined(channel, made([TRUE, Identity(gamma**2, gamma**2)]))
    assert len(channel.observed) == 2
    assert {r.part for r in rows} == {0, 1}


def test_progress_is_told():
    heard = []
    examined(Toy(), progress=heard.append)
    assert heard == ["toy.a is observed"]


@pytest.mark.parametrize("in_observe", [True, False])
@pytest.mark.parametrize("trouble", [ZeroDivisionError("by 0"), RecursionError(), MemoryError()])
def test_a_crash_becomes_a_row(trouble, in_observe):
    rows = examined(Toy(trouble=trouble, in_observe=in_observe))
    assert {r.outcome for r in rows} == {Outcome.ERROR}
    assert rows[0].message == f"{type(trouble).__name__}: {trouble}"


def test_a_crash_of_one_channel_leaves_the_others_alone():
    channels = [Toy(trouble=ValueError("x")), Toy(Column.CERTIFIED)]
    rows = examine(made(), channels, lambda text: None)
    healthy = [r for r in rows if r.channel == Column.CERTIFIED]
    assert outcomes(healthy, Kind.PRINTED) == {Outcome.HOLDS}


@pytest.mark.parametrize("stop", [KeyboardInterrupt, SystemExit])
def test_the_user_can_still_stop_it(stop):
    with pytest.raises(stop):
        examined(Toy(trouble=stop()))


def test_lost_precision_is_unknown_and_refutes_nothing():
    rows = examined(Toy(trouble=PrecisionError("too close")))
    assert {r.outcome for r in rows} == {Outcome.UNKNOWN}
    assert {r.message for r in rows} == {"too close"}


def test_a_mutant_outside_the_domain_is_unknown():
    rows = examined(Toy(trouble=DomainError("beyond"), on=lambda s: s != TRUE))
    assert outcomes(rows, Kind.MUTANT) == {Outcome.UNKNOWN}
    assert outcomes(rows, Kind.PRINTED) == {Outcome.HOLDS}


@pytest.mark.parametrize("kind", [Kind.PRINTED, Kind.DERIVED])
def test_a_statement_outside_the_domain_is_an_error(kind):
    rows = examined(Toy(trouble=DomainError("beyond")), made(FALSE, TRUE))
    assert outcomes(rows, kind) == {Outcome.ERROR}
    assert rows[0].message == "outside the engine's domain: beyond"


def test_a_channel_that_does_not_apply_says_nothing():
    channel = Nobody()
    assert [r for r in examined(channel) if r.channel == channel.column] == []
    assert channel.observed == []


@pytest.mark.parametrize("column", [Column.SYMBOLIC, Column.CERTIFIED])
def test_hypotheses_are_examined(column):
    rows = examined(Toy(column), made(given=[positive(gamma)]))
    (found,) = (r for r in rows if r.kind == Kind.HYPOTHESIS)
    assert found.subject == "gamma > 0 weakened to gamma >= 0"
    assert found.outcome == Outcome.HOLDS


@pytest.mark.parametrize("column", [Column.NUMERIC, Column.MONTECARLO])
def test_hypotheses_are_not_examined_by_estimates(column):
    rows = examined(Toy(column), made(given=[positive(gamma)]))
    assert outcomes(rows, Kind.HYPOTHESIS) == set()


def test_an_instance_without_meaning_is_unknown():
    theorem = made(Identity(1 / gamma, 1 / gamma), given=[positive(gamma)])
    (found,) = (r for r in examined(Toy(), theorem) if r.kind == Kind.HYPOTHESIS)
    assert (found.outcome, found.statement_hash) == (Outcome.UNKNOWN, "")
    assert "no meaning" in found.message


def test_an_instance_without_meaning_is_shown_to_the_symbolic_channel_only():
    theorem = made(Identity(1 / gamma, 1 / gamma), given=[positive(gamma)])
    rows = examined(Toy(Column.CERTIFIED), theorem)
    assert outcomes(rows, Kind.HYPOTHESIS) == set()


def test_rows_know_their_statement():
    (printed,) = (r for r in examined(Toy()) if r.kind == Kind.PRINTED)
    assert (printed.statement, printed.statement_hash) == (str(TRUE), TRUE.hash)
    assert printed.key == "toy.a[0]::printed::symbolic"


def test_a_mutant_that_is_the_same_statement_is_proved_to_be():
    twin = Identity(gamma**2 - 1, (gamma - 1) * (gamma + 1))

    class Same(Identity):
        def mutants(self):
            yield "twin", twin
            yield "wrong", FALSE

    theorem = made(Same(gamma**2 - 1, gamma**2 - 1))
    rows = [r for r in examined(Nobody(), theorem) if r.channel == Column.EQUIVALENCE]
    assert [(r.subject, r.outcome) for r in rows] == [("twin", Outcome.HOLDS)]


def test_a_rejected_mutant_is_not_compared():
    rows = examined(Toy())
    assert [r for r in rows if r.channel == Column.EQUIVALENCE] == []
