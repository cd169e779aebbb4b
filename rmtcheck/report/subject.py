"""One statement of a claim: as printed, as derived, and every row of evidence on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rmtcheck.claims.evidence import Evidence, Kind, Outcome

Found = Iterator[tuple[str, re.Match[str]]]
"""What a pattern finds, each with a name."""


@dataclass(frozen=True)
class Subject:
    """What a picture is drawn from.

    Attributes
    ----------
    printed, derived
        The statement in words; `derived` is empty where nothing else is offered.
    evidence
        The rows on this statement and on its variants.
    """

    printed: str
    derived: str
    evidence: tuple[Evidence, ...]

    def formulas(self, pattern: re.Pattern[str]) -> Found:
        """Yield what the pattern finds as printed, then as derived if that differs."""
        printed, derived = pattern.search(self.printed), pattern.search(self.derived)
        if printed:
            yield "as printed", printed
        if derived and not (printed and printed[0] == derived[0]):
            yield "as derived", derived

    def witnesses(self, kind: Kind, pattern: re.Pattern[str]) -> Found:
        """Yield the subjects of failed variants whose witness has a form, once for each witness."""
        seen: set[str] = set()
        for row in self.evidence:
            found = pattern.search(row.witness)
            if row.kind == kind and row.outcome == Outcome.FAILS and found and found[0] not in seen:
                seen.add(found[0])
                yield row.subject, found
