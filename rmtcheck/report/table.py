"""Ledger to rows: pure data that every rendering shares."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from rmtcheck.claims.evidence import Column, Evidence, Kind, Outcome
from rmtcheck.claims.ledger import Ledger
from rmtcheck.claims.verdict import Verdict

CHANNELS = (Column.SYMBOLIC, Column.CERTIFIED, Column.NUMERIC, Column.MONTECARLO)
MARKS = {
    Outcome.HOLDS: "✓",
    Outcome.FAILS: "✗",
    Outcome.UNKNOWN: "?",
    Outcome.VACUOUS: "∅",
    Outcome.ERROR: "!",
}


@dataclass(frozen=True)
class Row:
    """One claim as a reader sees it.

    Attributes
    ----------
    claim, title, verdict, rests_on
        Identifier, title, recomputed verdict, unsettled ancestors.
    cells
        For each channel a short text: a mark for every statement as printed, and after a
        slash as derived; empty where the channel does not apply.
    """

    claim: str
    title: str
    verdict: Verdict
    rests_on: tuple[str, ...]
    cells: dict[Column, str]

    @property
    def mutants(self) -> str:
        """Mutants rejected by a decisive channel, of those judged."""
        return f"{self.verdict.killed}/{self.verdict.judged}"


def rows(ledger: Ledger) -> list[Row]:
    """Return one row for each claim, in the order of the ledger."""
    return [_row(ledger, claim) for claim in ledger.claims]


def tally(ledger: Ledger) -> dict[str, int]:
    """Return how many claims have each verdict."""
    return dict(Counter(str(v.status) for v in ledger.verdicts().values()))


def _row(ledger: Ledger, claim: str) -> Row:
    evidence = ledger.evidence(claim)
    return Row(
        claim=claim,
        title=ledger.claims[claim]["title"],
        verdict=ledger.verdict(claim),
        rests_on=ledger.rests_on(claim),
        cells={c: _cell([r for r in evidence if r.channel == c]) for c in CHANNELS},
    )


def _cell(evidence: list[Evidence]) -> str:
    printed = _marks(evidence, Kind.PRINTED)
    derived = _marks(evidence, Kind.DERIVED)
    return f"{printed}/{derived}" if derived else printed


def _marks(evidence: list[Evidence], kind: Kind) -> str:
    return "".join(MARKS[r.outcome] for r in evidence if r.kind == kind)
