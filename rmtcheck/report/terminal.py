"""The ledger in a terminal: live progress, and a table at the end."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import Progress as Bar
from rich.progress import SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from rmtcheck.claims.ledger import Ledger
from rmtcheck.report.table import CHANNELS, Row, rows, tally

COLORS = {
    "confirmed": "green",
    "corrected": "yellow",
    "refuted": "red",
    "undecided": "magenta",
}
HEADINGS = ("sym", "cert", "num", "MC")
LEGEND = "✓ holds  ✗ fails  ? unknown  ! error; one mark per statement, printed/derived"


class Progress:
    """Live progress on stderr: a bar in a terminal, one plain line per claim elsewhere."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(stderr=True)
        self._bar = Bar(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            TextColumn("[dim]{task.fields[doing]}"),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._task: Any = None

    def __enter__(self) -> Progress:
        self._bar.start()
        self._task = self._bar.add_task("collecting", doing="")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def start(self, claim: str, number: int, total: int) -> None:
        """Show which claim is being examined."""
        text = f"{number + 1}/{total} {claim}"
        self._bar.update(self._task, description=text, doing="")
        if not self._console.is_terminal:
            self._console.print(text, highlight=False)

    def advance(self, text: str) -> None:
        """Show what is being done for it."""
        self._bar.update(self._task, doing=text)


def print_ledger(ledger: Ledger, console: Console | None = None) -> None:
    """Print the table of claims, and below it what a reader must know to trust it.

    Parameters
    ----------
    ledger : Ledger
        What to print.
    console : rich Console, optional
        Where to; standard output by default.
    """
    out = console or Console()
    found = rows(ledger)
    out.print(_table(found))
    out.print(f"[dim]{LEGEND}[/dim]")
    counts = ", ".join(f"{count} {status}" for status, count in tally(ledger).items())
    header = ledger.header
    out.print(
        f"{counts}; profile {header.get('profile')}, seed {header.get('seed')},"
        f" total error budget {header.get('error_budget')}",
        highlight=False,
    )
    for row in found:
        for text in _remarks(row):
            out.print(f"[bold]{row.claim}[/bold]: {text}", highlight=False)


def _table(found: list[Row]) -> Table:
    table = Table(
        title="rmtcheck ledger", title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0)
    )
    for heading in ("claim", "verdict", "grade"):
        table.add_column(heading, no_wrap=True)
    for heading in HEADINGS:
        table.add_column(heading, overflow="fold")
    table.add_column("mutants", justify="right", no_wrap=True)
    for row in found:
        color = COLORS[row.verdict.status]
        cells = (row.cells[channel] for channel in CHANNELS)
        verdict = f"[{color}]{row.verdict.status}[/{color}]"
        table.add_row(row.claim, verdict, str(row.verdict.grade), *cells, row.mutants)
    return table


def _remarks(row: Row) -> list[str]:
    idle = [name for name, answer in row.verdict.hypotheses.items() if answer == "not needed"]
    texts = [f"rests on {', '.join(row.rests_on)} (not settled)"] if row.rests_on else []
    texts += [f"hypothesis not needed: {name}" for name in idle]
    if row.verdict.missing:
        texts.append("missing: " + "; ".join(row.verdict.missing))
    for channel, names in row.verdict.survivors.items():
        texts.append(f"the {channel} channel alone does not reject {len(names)} of its mutants")
    return texts
