"""The report: one self-contained page with the graph, the table, and every claim in full."""

from __future__ import annotations

from collections.abc import Iterable

from rmtcheck.claims.ledger import Ledger
from rmtcheck.report.graph import drawing
from rmtcheck.report.markup import badge, facts, marks, plain, table
from rmtcheck.report.section import claim_section
from rmtcheck.report.style import STYLE
from rmtcheck.report.table import CHANNELS, MARKS, NAMES, NOBODY, Row, budget, rows, tally

GUIDE = (
    ("confirmed", "holds as printed on its whole domain, in a channel that rejected wrong variants"
     " of it and accepted none"),
    ("corrected", "fails as printed, with a witness, and the derived statement is confirmed"),
    ("refuted", "fails as printed, with a witness, and nothing is offered instead"),
    ("undecided", "neither; what is missing is said"),
    ("symbolic", "exact algebra; grade exact"),
    ("certified", "enclosures in ball arithmetic; grade certified"),
    ("numeric", "estimates whose errors are no bounds; never decides"),
    ("Monte Carlo", "confidence intervals that share one error budget; grade statistical"),
)  # fmt: skip


def render(ledger: Ledger, *, date: str) -> str:
    """Return the report of a ledger as one HTML page.

    Parameters
    ----------
    ledger : Ledger
        What to report.
    date : str
        Day of the run; the ledger itself holds none.

    Returns
    -------
    str
        A page that needs no network, script or further file.

    Raises
    ------
    DomainError
        If an observation is of an unknown kind.
    ClaimError
        If claims rest on each other in a circle.
    """
    found = rows(ledger)
    body = [
        _header(ledger, date),
        f'<section><h2>What rests on what</h2><div class="wide">{drawing(ledger)}</div></section>',
        _table(found),
        *(claim_section(ledger, row) for row in found),
        _guide(),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>rmtcheck report</title><style>{STYLE}</style></head>"
        f"<body><main>{''.join(body)}</main></body></html>\n"
    )


def _header(ledger: Ledger, date: str) -> str:
    header = ledger.header
    tiles = "".join(
        f'<div class="tile {status}"><b>{count}</b>{status}</div>'
        for status, count in tally(ledger).items()
    )
    versions = header.get("versions") or {}
    run = [("date", date), *((name, header.get(name, "")) for name in ("profile", "seed"))]
    used = [("rmtcheck", header.get("rmtcheck", "")), ("python", header.get("python", ""))]
    software = ", ".join(f"{name} {text}" for name, text in [*used, *versions.items()] if text)
    return (
        '<header class="top"><h1>rmtcheck report</h1>'
        "<p>Every verdict is computed from the evidence below it, and from nothing else.</p>"
        f'<div class="tiles">{tiles}</div><p>{plain(budget(ledger))}</p>'
        f"{facts([(name, plain(text)) for name, text in [*run, ('software', software)]])}</header>"
    )


def _table(found: Iterable[Row]) -> str:
    heads = ("claim", "verdict", *(NAMES[c] for c in CHANNELS), "rejected", "rests on, unsettled")
    legend = ", ".join(f"{mark} {outcome}" for outcome, mark in MARKS.items())
    return (
        f'<section id="ledger"><h2>Ledger</h2>{table(heads, map(_line, found), "ledger")}'
        f'<p class="quiet">{legend}, {NOBODY} does not apply. One mark for each statement of a'
        " claim as printed; after a slash, as derived. Rejected: wrong variants that a deciding"
        " channel rejects, of those judged.</p></section>"
    )


def _line(row: Row) -> list[str]:
    claim = plain(row.claim)
    return [
        f'<a href="#{claim}">{claim}</a><small>{plain(row.title)}</small>',
        badge(row.verdict),
        *(f'<span class="marks">{marks(row.cells[c])}</span>' for c in CHANNELS),
        row.mutants,
        plain(", ".join(row.rests_on)),
    ]


def _guide() -> str:
    return f"<section><h2>How to read it</h2>{facts(GUIDE)}</section>"
