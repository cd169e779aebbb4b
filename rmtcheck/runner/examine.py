"""Examine one claim: every channel observes each question once and judges many answers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rmtcheck.channels._protocol import Channel, Judgement, Observation, Progress
from rmtcheck.channels.equivalence import proof_of_equality
from rmtcheck.claims.claim import Claim
from rmtcheck.claims.evidence import Column, Evidence, Kind, Outcome, Reach, Scope
from rmtcheck.claims.hypotheses import Hypothesis
from rmtcheck.claims.statements import Statement
from rmtcheck.errors import DomainError, PrecisionError
from rmtcheck.runner.plan import Subject, subjects

_NOWHERE = Scope(Reach.POINTS, "")
_EXPLORE_HYPOTHESES = (Column.SYMBOLIC, Column.CERTIFIED)


@dataclass(frozen=True)
class Place:
    """Where a row belongs, and what the claim assumes."""

    claim: str
    part: int
    given: tuple[Hypothesis, ...] = ()


Rows = list[list[Evidence]]
"""The rows of each part of a claim."""


def examine(made: Claim, channels: Sequence[Channel], progress: Progress) -> list[Evidence]:
    """Return all evidence on one claim; a crash becomes a row, never an exception."""
    return joined(made, witnessed(made, channels, progress))


def witnessed(made: Claim, channels: Sequence[Channel], progress: Progress) -> Rows:
    """Return what the channels say about each part of a claim."""
    rows: Rows = []
    for number, part in enumerate(made.parts):
        place, everything = Place(made.id, number, tuple(made.given)), list(subjects(made, part))
        witnesses = [Witness(channel, place, progress) for channel in channels]
        rows.append([row for witness in witnesses for row in witness.rows(everything)])
    return rows


def joined(made: Claim, *witnesses: Rows) -> list[Evidence]:
    """Return the rows of several witnesses in the order of the parts, and the equivalences."""
    rows: list[Evidence] = []
    for number, part in enumerate(made.parts):
        here = [row for witness in witnesses for row in witness[number]]
        everything = list(subjects(made, part))
        rows += here
        rows += _equivalences(Place(made.id, number), part.standing, everything, here)
    return rows


class Witness:
    """One channel on one part: it remembers its observations by question."""

    def __init__(self, channel: Channel, place: Place, progress: Progress) -> None:
        self.channel = channel
        self.place = place
        self.progress = progress
        self.observations: dict[str, Observation] = {}

    def rows(self, everything: Iterable[Subject]) -> Iterator[Evidence]:
        """Yield one row for each subject that the channel can say something about."""
        for subject in everything:
            if self._is_asked(subject):
                yield self._row(subject)

    def _is_asked(self, subject: Subject) -> bool:
        if subject.kind == Kind.HYPOTHESIS and self.channel.column not in _EXPLORE_HYPOTHESES:
            return False
        if subject.statement is None:
            return self.channel.column == Column.SYMBOLIC
        return self.channel.applies(subject.statement)

    def _row(self, subject: Subject) -> Evidence:
        if subject.statement is None:
            return self._evidence(subject, _meaningless("it divides by zero there"), {})
        first = subject.statement.question_hash not in self.observations
        try:
            judgement = _granted(self._judge(subject.statement), subject, self.place.given)
        except DomainError as problem:
            judgement = _outside(subject.kind, problem)
        except PrecisionError as problem:
            judgement = Judgement(Outcome.UNKNOWN, _NOWHERE, str(problem))
        except Exception as problem:  # isolated: one crashed check must not end the run
            judgement = Judgement(Outcome.ERROR, _NOWHERE, f"{type(problem).__name__}: {problem}")
        seen = self.observations.get(subject.statement.question_hash)
        record = seen.record if first and seen is not None else {}
        return self._evidence(subject, judgement, record)

    def _judge(self, statement: Statement) -> Judgement:
        question = statement.question_hash
        if question not in self.observations:
            observed = self.channel.observe(self.place.claim, statement, self.progress)
            self.observations[question] = observed
        return self.channel.judge(self.observations[question], statement)

    def _evidence(self, subject: Subject, judgement: Judgement, record: dict[str, Any]) -> Evidence:
        return Evidence(
            claim=self.place.claim,
            part=self.place.part,
            kind=subject.kind,
            subject=subject.name,
            channel=self.channel.column,
            outcome=judgement.outcome,
            scope=judgement.scope,
            statement=str(subject.statement or "meaningless"),
            statement_hash=subject.statement.hash if subject.statement else "",
            observation=record,
            witness=judgement.witness,
            message=judgement.message,
        )


def _granted(judgement: Judgement, subject: Subject, given: Sequence[Hypothesis]) -> Judgement:
    """Withhold an answer that holds only for integers larger than the claim says."""
    if judgement.outcome != Outcome.HOLDS or subject.statement is None:
        return judgement
    for symbol, least in judgement.least.items():
        stated = [h.instance[symbol] + 1 for h in given if symbol in h.instance]
        if symbol in subject.statement.free_symbols and max(stated, default=1) < least:
            text = f"proved for {symbol} >= {least} only, which the hypotheses do not say"
            return Judgement(Outcome.UNKNOWN, judgement.scope, text)
    return judgement


def _outside(kind: Kind, problem: DomainError) -> Judgement:
    if kind in (Kind.HYPOTHESIS, Kind.MUTANT):
        return Judgement(Outcome.UNKNOWN, _NOWHERE, str(problem))
    return Judgement(Outcome.ERROR, _NOWHERE, f"outside the engine's domain: {problem}")


def _meaningless(why: str) -> Judgement:
    return Judgement(Outcome.UNKNOWN, _NOWHERE, f"the statement has no meaning there: {why}")


def _equivalences(
    place: Place, original: Statement, everything: Iterable[Subject], rows: Sequence[Evidence]
) -> Iterator[Evidence]:
    """Yield a row for each mutant that nobody rejected and that is provably no mutant."""
    rejected = {r.subject for r in rows if r.outcome == Outcome.FAILS}
    for subject in everything:
        if subject.kind != Kind.MUTANT or subject.name in rejected or subject.statement is None:
            continue
        proof = proof_of_equality(original, subject.statement)
        if proof is not None:
            yield Evidence(
                claim=place.claim,
                part=place.part,
                kind=Kind.MUTANT,
                subject=subject.name,
                channel=Column.EQUIVALENCE,
                outcome=Outcome.HOLDS,
                scope=Scope(Reach.ALL),
                statement=str(subject.statement),
                statement_hash=subject.statement.hash,
                message=proof,
            )
