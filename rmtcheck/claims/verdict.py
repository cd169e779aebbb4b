"""The verdict: a pure function of the evidence matrix."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from rmtcheck.claims.evidence import Column, Evidence, Kind, Outcome, Reach


class Status(StrEnum):
    """What is known about a printed claim."""

    CONFIRMED = "confirmed"
    CORRECTED = "corrected"
    REFUTED = "refuted"
    UNDECIDED = "undecided"


class Grade(StrEnum):
    """How strong the deciding evidence is, from the strongest."""

    EXACT = "exact"
    CERTIFIED = "certified"
    NUMERIC = "numeric"
    STATISTICAL = "statistical"
    NONE = "none"


GRADE_OF = {
    Column.SYMBOLIC: Grade.EXACT,
    Column.CERTIFIED: Grade.CERTIFIED,
    Column.NUMERIC: Grade.NUMERIC,
    Column.MONTECARLO: Grade.STATISTICAL,
}
_STRENGTH = list(Grade)
_DECISIVE = (Column.SYMBOLIC, Column.CERTIFIED, Column.MONTECARLO)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """Status and grade of a claim, with what they rest on.

    Attributes
    ----------
    status, grade
        The finding and the strength of the weakest evidence it needs.
    because
        Keys of the deciding rows.
    missing
        What would settle an undecided claim.
    killed, judged
        Non-equivalent mutants rejected by a decisive channel, and how many there are.
    survivors
        For each channel, the mutants that it judged and did not reject.
    hypotheses
        For each weakened hypothesis: needed, not needed or unknown.
    """

    status: Status
    grade: Grade = Grade.NONE
    because: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    killed: int = 0
    judged: int = 0
    survivors: dict[str, tuple[str, ...]] = field(default_factory=dict)
    hypotheses: dict[str, str] = field(default_factory=dict)


def decide(rows: Sequence[Evidence]) -> Verdict:
    """Return the verdict on one claim from all its rows, and from nothing else.

    Each statement of the claim is decided by itself. It is *refuted* when a decisive
    column fails it with a witness; *corrected* when moreover the derived statement holds
    on the whole domain in that same column and fails nowhere; *confirmed* when it holds
    on the whole domain in a column that has power, and fails nowhere. The claim takes the
    weakest grade among its statements.
    """
    parts = [decide_part([r for r in rows if r.part == k]) for k in sorted({r.part for r in rows})]
    if not parts:
        return Verdict(status=Status.UNDECIDED, missing=("evidence of any kind",))
    return Verdict(
        status=_join([p.status for p in parts]),
        grade=max((p.grade for p in parts), key=_STRENGTH.index),
        because=tuple(key for p in parts for key in p.because),
        missing=tuple(text for p in parts for text in p.missing),
        killed=sum(p.killed for p in parts),
        judged=sum(p.judged for p in parts),
        survivors=_merge(p.survivors for p in parts),
        hypotheses=_needs(parts),
    )


def decide_part(rows: Sequence[Evidence]) -> Verdict:
    """Return the verdict on one statement of a claim."""
    matrix = Matrix(rows)
    status, column, missing = _settle(matrix)
    power = matrix.power()
    return Verdict(
        status=status,
        grade=Grade.NONE if column is None else GRADE_OF[column],
        because=tuple(r.key for r in matrix.subjects if r.channel == column),
        missing=missing,
        killed=len(power.killed),
        judged=len(matrix.mutants),
        survivors=matrix.survivors(),
        hypotheses={} if status == Status.REFUTED else matrix.hypotheses(),
    )


def _settle(matrix: Matrix) -> tuple[Status, Column | None, tuple[str, ...]]:
    failing = [c for c in _DECISIVE if matrix.fails(Kind.PRINTED, c)]
    broken = [r.channel for r in matrix.subjects if r.outcome == Outcome.ERROR]
    if broken:
        return Status.UNDECIDED, None, (f"a sound {broken[0]} column (it crashed)",)
    if failing == [Column.MONTECARLO] and matrix.holds_anywhere(Kind.PRINTED):
        text = "an explanation: simulation fails what another column holds"
        return Status.UNDECIDED, None, (text,)
    holding = [c for c in _DECISIVE if matrix.holds_everywhere(Kind.PRINTED, c)]
    if failing and holding:
        text = f"an explanation: {failing[0]} fails what {holding[0]} holds on its whole domain"
        return Status.UNDECIDED, None, (text,)
    if failing and not matrix.has_derived:
        return Status.REFUTED, failing[0], ()
    kind = Kind.DERIVED if matrix.has_derived else Kind.PRINTED
    if matrix.has_derived and not failing:
        return Status.UNDECIDED, None, ("a decisive failure of the printed statement",)
    if matrix.fails_anywhere(kind):
        return Status.UNDECIDED, None, (f"agreement: the {kind} statement fails in a column",)
    for column in failing or _DECISIVE:
        if matrix.holds_everywhere(kind, column) and matrix.has_power(column):
            status = Status.CORRECTED if failing else Status.CONFIRMED
            return status, column, ()
    return Status.UNDECIDED, None, matrix.missing(kind, failing or list(_DECISIVE))


@dataclass(frozen=True)
class Power:
    """Mutants that some decisive column rejects."""

    killed: frozenset[str]


class Matrix:
    """The evidence on one statement: subjects in rows, witnesses in columns."""

    def __init__(self, rows: Iterable[Evidence]) -> None:
        everything = list(rows)
        self._equivalent = {r.subject for r in everything if r.channel == Column.EQUIVALENCE}
        self._rows = [r for r in everything if r.channel != Column.EQUIVALENCE]

    @property
    def subjects(self) -> list[Evidence]:
        """Rows of the printed and derived statement."""
        return [r for r in self._rows if r.kind in (Kind.PRINTED, Kind.DERIVED)]

    @property
    def mutants(self) -> set[str]:
        """Names of the mutants that are not proved equal to the statement."""
        names = {r.subject for r in self._rows if r.kind == Kind.MUTANT}
        return names - self._equivalent

    @property
    def has_derived(self) -> bool:
        """Whether the author gave a derived statement."""
        return any(r.kind == Kind.DERIVED for r in self._rows)

    def outcome(self, subject: str, column: Column) -> Outcome | None:
        """Return the finding of one cell, or None where nobody looked."""
        cell = [r.outcome for r in self._rows if (r.subject, r.channel) == (subject, column)]
        return cell[0] if cell else None

    def fails(self, kind: Kind, column: Column) -> bool:
        """Whether a sound column fails the subject, with a witness."""
        cell = [r for r in self.subjects if r.kind == kind and r.channel == column]
        failed = any(r.outcome == Outcome.FAILS and r.witness for r in cell)
        return failed and not self.unsound(column)

    def fails_anywhere(self, kind: Kind) -> bool:
        """Whether any column at all fails the subject."""
        return any(r.kind == kind and r.outcome == Outcome.FAILS for r in self.subjects)

    def holds_anywhere(self, kind: Kind) -> bool:
        """Whether any column at all holds the subject."""
        return any(r.kind == kind and r.outcome == Outcome.HOLDS for r in self.subjects)

    def holds_everywhere(self, kind: Kind, column: Column) -> bool:
        """Whether a sound column holds the subject on its whole domain."""
        cell = [r for r in self.subjects if r.kind == kind and r.channel == column]
        covered = any(r.outcome == Outcome.HOLDS and r.scope.reach == Reach.ALL for r in cell)
        return covered and not self.unsound(column)

    def unsound(self, column: Column) -> bool:
        """Whether the column crashed or tested nothing anywhere."""
        bad = (Outcome.ERROR, Outcome.VACUOUS)
        return any(r.outcome in bad and r.channel == column for r in self._rows)

    def power(self) -> Power:
        """Return the mutants that decisive columns reject."""
        rejected = {
            r.subject
            for r in self._rows
            if r.kind == Kind.MUTANT and r.outcome == Outcome.FAILS and r.channel in _DECISIVE
        }
        return Power(frozenset(rejected & self.mutants))

    def has_power(self, column: Column) -> bool:
        """Whether the column rejected something false and accepted nothing false.

        It may abstain on a mutant that another decisive column rejects.
        """
        found = {name: self.outcome(name, column) for name in self.mutants}
        accepted = [name for name, outcome in found.items() if outcome == Outcome.HOLDS]
        rejected = [name for name, outcome in found.items() if outcome == Outcome.FAILS]
        return bool(rejected) and not accepted and self.power().killed == self.mutants

    def survivors(self) -> dict[str, tuple[str, ...]]:
        """Return, for each column, the mutants that it judged and did not reject."""
        found: dict[str, list[str]] = {}
        for row in self._rows:
            alive = row.kind == Kind.MUTANT and row.outcome != Outcome.FAILS
            if alive and row.subject in self.mutants:
                found.setdefault(str(row.channel), []).append(row.subject)
        return {column: tuple(names) for column, names in found.items()}

    def hypotheses(self) -> dict[str, str]:
        """Return what is known about the need of each hypothesis."""
        answers: dict[str, str] = {}
        for row in (r for r in self._rows if r.kind == Kind.HYPOTHESIS):
            if row.outcome == Outcome.FAILS:
                answers[row.subject] = "needed"
            elif _proves(row):
                answers.setdefault(row.subject, "not needed")
        names = {r.subject for r in self._rows if r.kind == Kind.HYPOTHESIS}
        return {name: answers.get(name, "unknown") for name in sorted(names)}

    def missing(self, kind: Kind, columns: Sequence[Column]) -> tuple[str, ...]:
        """Say what would settle the statement."""
        unsound = [c for c in columns if self.unsound(c)]
        texts = [f"a sound {c} column (it crashed or was vacuous)" for c in unsound]
        holding = [c for c in columns if self.holds_everywhere(kind, c)]
        if not holding:
            texts.append(f"a proof of the {kind} statement on its whole domain")
        alive = sorted(self.mutants - self.power().killed)
        if alive:
            texts.append("a rejection of " + "; ".join(alive))
        if holding and not alive:
            names = ", ".join(holding)
            texts.append(f"a column among {names} that rejects mutants and accepts none")
        return tuple(texts)


def _proves(row: Evidence) -> bool:
    everywhere = row.scope.reach == Reach.ALL and row.channel in _DECISIVE
    return everywhere and row.outcome == Outcome.HOLDS


def _join(statuses: Sequence[Status]) -> Status:
    for worst in (Status.REFUTED, Status.UNDECIDED, Status.CORRECTED):
        if worst in statuses:
            return worst
    return Status.CONFIRMED


def _needs(parts: Sequence[Verdict]) -> dict[str, str]:
    """Join the needs: one statement that needs a hypothesis is enough, all must do without it."""
    found: dict[str, set[str]] = {}
    for part in parts:
        for name, need in part.hypotheses.items():
            found.setdefault(name, set()).add(need)
    order = ("needed", "unknown", "not needed")
    return {name: min(needs, key=order.index) for name, needs in found.items()}


def _merge(parts: Iterable[dict[str, tuple[str, ...]]]) -> dict[str, tuple[str, ...]]:
    merged: dict[str, tuple[str, ...]] = {}
    for part in parts:
        for column, names in part.items():
            merged[column] = merged.get(column, ()) + names
    return merged
