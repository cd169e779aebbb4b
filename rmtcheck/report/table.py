"""Ledger to rows: pure data that every rendering shares."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from rmtcheck.claims.evidence import Column, Evidence, Kind, Outcome
from rmtcheck.claims.graph import descendants, rests_on
from rmtcheck.claims.ledger import Ledger
from rmtcheck.claims.verdict import Status, Verdict, decide_part

CHANNELS = (Column.SYMBOLIC, Column.CERTIFIED, Column.NUMERIC, Column.MONTECARLO)
NAMES = {column: str(column) for column in Column} | {Column.MONTECARLO: "Monte Carlo"}
MARKS = {
    Outcome.HOLDS: "✓",
    Outcome.FAILS: "✗",
    Outcome.UNKNOWN: "?",
    Outcome.VACUOUS: "∅",
    Outcome.ERROR: "!",
}
NOBODY = "·"
NOT_AS_PRINTED = (Status.CORRECTED, Status.REFUTED)
NEEDED, NOT_NEEDED, UNKNOWN, UNEXAMINED = "needed", "not needed", "unknown", "not examined"


@dataclass(frozen=True)
class Need:
    """A hypothesis of a claim, how it was weakened, and whether it turned out to be needed."""

    hypothesis: str
    weakened: str
    answer: str


@dataclass(frozen=True)
class Row:
    """One claim as a reader sees it.

    Attributes
    ----------
    claim, title, verdict, rests_on
        Identifier, title, recomputed verdict, unsettled ancestors.
    statements
        The verdict on each statement of the claim by itself.
    cells
        For each channel one word per statement: the mark as printed, after a slash the mark
        as derived, a dot where the channel does not apply; empty if it never does.
    needs
        What is known about each hypothesis.
    touches
        The claims that rest on this one, where it is not true as printed.
    """

    claim: str
    title: str
    verdict: Verdict
    rests_on: tuple[str, ...]
    statements: tuple[Verdict, ...]
    cells: dict[Column, str]
    needs: tuple[Need, ...]
    touches: tuple[str, ...] = ()

    @property
    def mutants(self) -> str:
        """Mutants rejected by a decisive channel, of those judged."""
        return f"{self.verdict.killed}/{self.verdict.judged}"

    @property
    def idle(self) -> tuple[str, ...]:
        """Hypotheses without which the claim was found to hold."""
        return tuple(n.hypothesis for n in self.needs if n.answer == NOT_NEEDED)


def rows(ledger: Ledger) -> list[Row]:
    """Return one row for each claim, in the order of the ledger."""
    verdicts = ledger.verdicts()
    uses = {name: entry["uses"] for name, entry in ledger.claims.items()}
    statuses = {name: verdict.status for name, verdict in verdicts.items()}
    return [
        _row(
            ledger,
            claim,
            verdict,
            rests_on=rests_on(uses, statuses, claim),
            touches=descendants(uses, claim) if verdict.status in NOT_AS_PRINTED else (),
        )
        for claim, verdict in verdicts.items()
    ]


def tally(ledger: Ledger) -> dict[str, int]:
    """Return how many claims have each verdict, in the order of the verdicts."""
    counts = Counter(v.status for v in ledger.verdicts().values())
    return {str(status): counts[status] for status in Status if counts[status]}


def budget(ledger: Ledger) -> str:
    """Return the sentence on the error probability of everything that was drawn at random."""
    total = ledger.header.get("error_budget")
    if total is None:
        return "The ledger states no error budget."
    return (
        "False rejections and false acceptances by Monte Carlo together have probability"
        f" at most {total}, for the whole run."
    )


def _row(ledger: Ledger, claim: str, verdict: Verdict, **graph: tuple[str, ...]) -> Row:
    entry, evidence = ledger.claims[claim], ledger.evidence(claim)
    parts = [[r for r in evidence if r.part == k] for k in range(len(entry["parts"]))]
    statements = tuple(decide_part(part) for part in parts)
    return Row(
        claim=claim,
        title=entry["title"],
        verdict=verdict,
        **graph,
        statements=statements,
        cells={column: _cell(parts, column) for column in CHANNELS},
        needs=_needs(entry, statements),
    )


def _cell(parts: list[list[Evidence]], column: Column) -> str:
    words = [_word([r for r in part if r.channel == column]) for part in parts]
    return " ".join(word or NOBODY for word in words) if any(words) else ""


def _word(evidence: list[Evidence]) -> str:
    printed, derived = _marks(evidence, Kind.PRINTED), _marks(evidence, Kind.DERIVED)
    return f"{printed or NOBODY}/{derived}" if derived else printed


def _marks(evidence: list[Evidence], kind: Kind) -> str:
    return "".join(MARKS[r.outcome] for r in evidence if r.kind == kind)


def _needs(entry: dict[str, Any], statements: tuple[Verdict, ...]) -> tuple[Need, ...]:
    """Join the answers of the statements; one that needs a hypothesis is enough."""
    found: dict[str, list[str]] = {}
    for statement in statements:
        for name, answer in statement.hypotheses.items():
            found.setdefault(name, []).append(answer)
    examined = [_need(name, answers) for name, answers in found.items()]
    names = {need.hypothesis for need in examined}
    rest = [Need(given, "", UNEXAMINED) for given in entry["given"] if given not in names]
    return (*examined, *rest)


def _need(name: str, answers: list[str]) -> Need:
    hypothesis, _, weakened = name.partition(" weakened to ")
    if NEEDED in answers:
        return Need(hypothesis, weakened, NEEDED)
    return Need(hypothesis, weakened, NOT_NEEDED if set(answers) == {NOT_NEEDED} else UNKNOWN)
