"""The ledger as Markdown: the table of verdicts, and every statement that was judged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rmtcheck.claims.ledger import Ledger
from rmtcheck.report.table import CHANNELS, MARKS, NAMES, NOBODY, Row, budget, rows, tally

SPECIAL = str.maketrans({c: f"\\{c}" for c in "\\`*_[]#|<>$~"})
HEADS = ("claim", "verdict", "grade", *(NAMES[c] for c in CHANNELS), "rejected", "rests on")


def render(ledger: Ledger) -> str:
    """Return the verdicts of a ledger, and the statements they are about, as Markdown.

    Parameters
    ----------
    ledger : Ledger
        What to report.

    Returns
    -------
    str
        Markdown with one table and one list item per statement.
    """
    found = rows(ledger)
    counts = ", ".join(f"{count} {status}" for status, count in tally(ledger).items())
    parts = [
        "# rmtcheck report",
        f"{counts or 'no claims'}. {_plain(budget(ledger))}",
        "\n".join([_line(HEADS), _line("---" for _ in HEADS), *(_line(_cells(r)) for r in found)]),
        ", ".join(f"{mark} {outcome}" for outcome, mark in MARKS.items())
        + f", {NOBODY} does not apply; after a slash, as derived.",
        *(text for row in found for text in _claim(ledger.claims[row.claim], row)),
    ]
    return "\n\n".join(parts) + "\n"


def _line(cells: Any) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(row: Row) -> list[str]:
    verdict = row.verdict
    marks = (row.cells[channel] for channel in CHANNELS)
    ancestors = _plain(", ".join(row.rests_on))
    head = [_plain(row.claim), str(verdict.status), str(verdict.grade)]
    return [*head, *marks, row.mutants, ancestors]


def _claim(entry: dict[str, Any], row: Row) -> Iterator[str]:
    verdict = row.verdict
    yield f"## {_plain(row.claim)}: {verdict.status} ({verdict.grade})"
    yield f"{_plain(row.title)}. Printed in: {_plain(entry['source'])}."
    yield "\n".join(_statements(entry))
    if row.idle:
        yield f"Hypotheses found not needed: {_plain('; '.join(row.idle))}."
    if row.touches:
        yield f"Not true as printed; resting on it: {_plain(', '.join(row.touches))}."
    if row.rests_on:
        yield f"Rests on {_plain(', '.join(row.rests_on))}, not settled."
    if verdict.missing:
        yield f"Missing: {_plain('; '.join(verdict.missing))}."


def _statements(entry: dict[str, Any]) -> Iterator[str]:
    for number, part in enumerate(entry["parts"], start=1):
        yield f"- ({number}) printed: {_code(part['printed']['text'])}"
        if part["derived"]:
            yield f"- ({number}) derived: {_code(part['derived']['text'])}"


def _code(text: str) -> str:
    """Return text as code, inside more backticks than it holds."""
    fence = "`"
    while fence in text:
        fence += "`"
    return f"{fence} {text} {fence}"


def _plain(text: str) -> str:
    return " ".join(str(text).split()).translate(SPECIAL)
