"""The ledger: a header and one row per evidence; verdicts are recomputed on reading."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from rmtcheck.claims.claim import Claim
from rmtcheck.claims.evidence import Evidence, Outcome
from rmtcheck.claims.graph import rests_on
from rmtcheck.claims.verdict import Status, Verdict, decide
from rmtcheck.errors import RmtcheckError


@dataclass
class Ledger:
    """Evidence on a set of claims.

    Wall-clock times and dates are kept out, so that two runs with the same seed, profile
    and versions write the same bytes whatever the number of workers or interruptions.

    Attributes
    ----------
    header
        Versions, profile, root seed and error budget.
    claims
        For each claim its title, source, statements (text and LaTeX) and ``uses``.
    rows
        The evidence, in the order of claims.
    """

    header: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, dict[str, Any]] = field(default_factory=dict)
    rows: list[Evidence] = field(default_factory=list)

    def declare(self, made: Claim) -> None:
        """Enter a claim, before its evidence."""
        self.claims[made.id] = describe(made)

    def record(self, rows: Iterable[Evidence]) -> None:
        """Append evidence."""
        self.rows += rows

    def evidence(self, claim: str) -> list[Evidence]:
        """Return the rows of one claim."""
        return [row for row in self.rows if row.claim == claim]

    def verdict(self, claim: str) -> Verdict:
        """Recompute the verdict on one claim from its rows."""
        return decide(self.evidence(claim))

    def verdicts(self) -> dict[str, Verdict]:
        """Recompute every verdict."""
        return {claim: self.verdict(claim) for claim in self.claims}

    def rests_on(self, claim: str) -> tuple[str, ...]:
        """Return the ancestors of a claim that are not settled."""
        uses = {name: entry["uses"] for name, entry in self.claims.items()}
        statuses = {name: verdict.status for name, verdict in self.verdicts().items()}
        return rests_on(uses, statuses, claim)

    @property
    def has_errors(self) -> bool:
        """Whether any check crashed."""
        return any(row.outcome == Outcome.ERROR for row in self.rows)

    @property
    def is_settled(self) -> bool:
        """Whether no claim is undecided or in error."""
        undecided = [v for v in self.verdicts().values() if v.status == Status.UNDECIDED]
        return not undecided and not self.has_errors

    def stale(self, claims: Iterable[Claim]) -> tuple[str, ...]:
        """Return the claims whose statements are no longer those that the evidence judged."""
        now = {made.id: describe(made)["hashes"] for made in claims}
        return tuple(
            name
            for name, entry in self.claims.items()
            if name in now and now[name] != entry["hashes"]
        )

    def diff(self, other: Ledger) -> dict[str, tuple[str, str]]:
        """Return the claims whose verdict or grade differs, as (here, there)."""
        here, there = _summaries(self), _summaries(other)
        names = sorted(here.keys() | there.keys())
        pairs = {name: (here.get(name, "absent"), there.get(name, "absent")) for name in names}
        return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}

    def to_json(self) -> str:
        """Return the ledger as JSON text, with the verdicts recomputed from its rows."""
        data = {
            "header": self.header,
            "claims": self.claims,
            "evidence": [row.to_json() for row in self.rows],
            "verdicts": {name: self._verdict_json(name) for name in self.claims},
        }
        return json.dumps(data, indent=1, allow_nan=False, default=str) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Ledger:
        """Read a ledger; stored verdicts are ignored.

        Raises
        ------
        RmtcheckError
            If the text is not a ledger.
        """
        try:
            data: Mapping[str, Any] = json.loads(text)
            rows = [Evidence.from_json(row) for row in data["evidence"]]
            return cls(dict(data["header"]), dict(data["claims"]), rows)
        except (KeyError, TypeError, ValueError) as problem:
            raise RmtcheckError(f"this is not a rmtcheck ledger: {problem}") from problem

    def _verdict_json(self, claim: str) -> dict[str, Any]:
        verdict = self.verdict(claim)
        data = asdict(verdict)
        counts = {"killed": data.pop("killed"), "judged": data.pop("judged")}
        return {
            "verdict": data.pop("status"),
            "grade": data.pop("grade"),
            "mutants": counts,
            "rests_on": list(self.rests_on(claim)),
            "missing": list(data.pop("missing")),
            **data,
        }


def describe(made: Claim) -> dict[str, Any]:
    """Return what the ledger keeps of a claim."""
    return {
        "title": made.title,
        "source": str(made.source),
        "given": [str(h) for h in made.given],
        "uses": list(made.uses),
        "notes": made.notes,
        "parts": [
            {
                "printed": {"text": str(p.printed), "latex": p.printed.latex()},
                "derived": p.derived and {"text": str(p.derived), "latex": p.derived.latex()},
            }
            for p in made.parts
        ],
        "hashes": sorted(made.hashes),
    }


def _summaries(ledger: Ledger) -> dict[str, str]:
    return {name: f"{v.status} ({v.grade})" for name, v in ledger.verdicts().items()}
