"""One row of evidence: a subject, a channel, an outcome, and how far it reaches."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """What one judgement found."""

    HOLDS = "holds"
    FAILS = "fails"
    UNKNOWN = "unknown"
    VACUOUS = "vacuous"
    ERROR = "error"


class Reach(StrEnum):
    """How much of the statement's domain a judgement covers."""

    ALL = "all"
    BOX = "box"
    POINTS = "points"
    SIZES = "sizes"


class Kind(StrEnum):
    """What is judged."""

    PRINTED = "printed"
    DERIVED = "derived"
    MUTANT = "mutant"
    HYPOTHESIS = "hypothesis"


class Column(StrEnum):
    """The witnesses, by the grade of what they prove; ``equivalence`` only drops mutants."""

    SYMBOLIC = "symbolic"
    CERTIFIED = "certified"
    NUMERIC = "numeric"
    MONTECARLO = "montecarlo"
    EQUIVALENCE = "equivalence"


@dataclass(frozen=True)
class Scope:
    """Reach of a judgement, and in words where it was made."""

    reach: Reach
    where: str = ""

    def __str__(self) -> str:
        return f"{self.reach}: {self.where}" if self.where else str(self.reach)


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One row of the ledger.

    Attributes
    ----------
    claim, part
        Identifier of the claim, and the number of the statement within it, from 0.
    kind, subject
        What is judged; `subject` names the mutant or the weakened hypothesis.
    channel, outcome, scope
        Who judged, the finding and its reach.
    statement, statement_hash
        The statement judged, in words, and its fingerprint.
    observation
        What the engine observed, ready for JSON.
    witness
        The point, draw or expression that settles a failure.
    message
        One sentence for a reader.
    """

    claim: str
    part: int
    kind: Kind
    subject: str
    channel: Column
    outcome: Outcome
    scope: Scope
    statement: str
    statement_hash: str
    observation: dict[str, Any] = field(default_factory=dict)
    witness: str = ""
    message: str = ""

    @property
    def key(self) -> str:
        """Name of the row, by which a verdict says what it rests on."""
        return f"{self.claim}[{self.part}]::{self.subject}::{self.channel}"

    def to_json(self) -> dict[str, Any]:
        """Return the row as JSON data."""
        return asdict(self)

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Evidence:
        """Read a row back."""
        scope = Scope(Reach(row["scope"]["reach"]), row["scope"]["where"])
        enums = {
            "kind": Kind(row["kind"]),
            "channel": Column(row["channel"]),
            "outcome": Outcome(row["outcome"]),
        }
        return cls(**{**row, **enums, "scope": scope})
