"""The ledger in a terminal: live progress, and a table at the end."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from io import StringIO
from types import TracebackType
from typing import TYPE_CHECKING, Any

from rmtcheck.report.table import CHANNELS, MARKS, NOBODY, Row, budget, rows, tally

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from rmtcheck.claims.ledger import Ledger

COLORS = {
    "confirmed": "green",
    "corrected": "yellow",
    "refuted": "red",
    "undecided": "magenta",
}
HEADINGS = ("sym", "cert", "num", "MC")
LEGEND = "one mark for each statement, as printed, after a slash as derived:"
ASCII = str.maketrans({"✓": "+", "✗": "x", "∅": "0", "─": "-", NOBODY: "."})
CLOSED = (OSError, ValueError)
"""What writing to a closed stream raises."""


class Progress:
    """Live progress on stderr: a bar in a terminal, one plain line per claim elsewhere.

    It never raises: a run goes on when nobody listens any more.
    """

    def __init__(self, console: Console | None = None) -> None:
        from rich.console import Console

        self._console = console or Console(stderr=True)
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Progress:
        if self._console.is_terminal:
            with suppress(*CLOSED):
                self._bar = _bar(self._console)
                self._task = self._bar.add_task("collecting", doing="", total=None)
                self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.done()

    def start(self, claim: str, number: int, total: int) -> None:
        """Show which claim is being examined."""
        text = f"{number + 1}/{total} {claim}"
        with suppress(*CLOSED):
            if self._bar is None:
                self._console.print(text, highlight=False, markup=False, soft_wrap=True)
            else:
                fields = {"description": text, "doing": "", "completed": number, "total": total}
                self._bar.update(self._task, **fields)

    def advance(self, text: str) -> None:
        """Show what is being done for it; silent where lines would pile up."""
        if self._bar is not None:
            with suppress(*CLOSED):
                self._bar.update(self._task, doing=text)

    def done(self) -> None:
        """Take the bar away; may be called twice."""
        if self._bar is not None:
            with suppress(*CLOSED):
                self._bar.stop()
            self._bar = None


def _bar(console: Console) -> Any:
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    return Bar(
        SpinnerColumn(),
        BarColumn(bar_width=20),
        TextColumn("{task.description}", markup=False),
        TextColumn("{task.fields[doing]}", style="dim", markup=False),
        TimeElapsedColumn(),
        console=console,
        transient=True,
    )


def print_ledger(ledger: Ledger, console: Console | None = None) -> None:
    """Print the table of claims, and below it what a reader must know to trust it.

    Nothing is cut off: where the table is too wide, what a claim rests on is said below.

    Parameters
    ----------
    ledger : Ledger
        What to print.
    console : rich Console, optional
        Where to; standard output by default.
    """
    from rich.console import Console

    out = console or Console()
    found = rows(ledger)
    whole = _table(found, with_ancestors=True)
    fits = not out.is_terminal or _widths(out, whole)[1] <= out.width
    shown = whole if fits else _table(found, with_ancestors=False)
    least, most = _widths(out, shown)
    _print(out, shown, max(least, out.width) if out.is_terminal else most)
    for text in (*_below(ledger), *(text for row in found for text in _remarks(row, fits))):
        _print(out, text, most)


def _print(out: Console, part: Table | Text, width: int) -> None:
    """Print at this width, which may exceed the console's, and with marks the stream has."""
    from rich.console import Console

    kind: dict[str, Any] = {"force_terminal": out.is_terminal, "color_system": out.color_system}
    wide = Console(file=StringIO(), width=width, **kind)
    with wide.capture() as captured:
        wide.print(part, soft_wrap=not hasattr(part, "columns"), highlight=False)
    text = "\n".join(line.rstrip() for line in captured.get().splitlines())
    if not (out.encoding or "").lower().startswith("utf"):
        text = text.translate(ASCII).encode("ascii", "replace").decode()
    out.out(text, highlight=False)


def _widths(out: Console, table: Table) -> tuple[int, int]:
    """Return the width that a table cannot do without, and the width that it would like."""
    from rich.measure import Measurement

    found = Measurement.get(out, out.options.update(max_width=10_000), table)
    return found.minimum, found.maximum


def _table(found: list[Row], *, with_ancestors: bool) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(box=SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False)
    for heading in ("claim", "verdict", "grade"):
        table.add_column(heading, no_wrap=True)
    for heading in HEADINGS:
        table.add_column(heading)
    table.add_column("rejected", justify="right", no_wrap=True)
    if with_ancestors:
        table.add_column("rests on, unsettled", no_wrap=True)
    for row in found:
        ancestors = [_text(", ".join(row.rests_on))] if with_ancestors else []
        cells = [_text(row.cells[channel]) for channel in CHANNELS]
        table.add_row(*_head(row), *cells, _text(row.mutants), *ancestors)
    return table


def _head(row: Row) -> list[Text]:
    verdict = row.verdict
    status = _text(verdict.status, COLORS[verdict.status])
    return [_text(row.claim), status, _text(verdict.grade)]


def _text(content: object, style: str = "") -> Text:
    from rich.text import Text

    return Text(str(content), style=style)


def _below(ledger: Ledger) -> Iterator[Text]:
    legend = "  ".join(f"{mark} {outcome}" for outcome, mark in MARKS.items())
    yield _text(f"{LEGEND} {legend}  {NOBODY} does not apply", "dim")
    counts = ", ".join(f"{count} {status}" for status, count in tally(ledger).items())
    header = ledger.header
    yield _text(f"{counts}; profile {header.get('profile')}, seed {header.get('seed')}")
    yield _text(budget(ledger))


def _remarks(row: Row, ancestors_are_shown: bool) -> Iterator[Text]:
    verdict = row.verdict
    if row.touches:
        yield _remark(row, f"not true as printed; {', '.join(row.touches)} rest on it")
    if row.rests_on and not ancestors_are_shown:
        yield _remark(row, f"rests on {', '.join(row.rests_on)} (not settled)")
    for need in row.needs:
        if need.hypothesis in row.idle:
            weaker = f"still holds when weakened to {need.weakened}"
            yield _remark(row, f"hypothesis {need.hypothesis} not needed: {weaker}")
    if verdict.missing:
        yield _remark(row, "missing: " + "; ".join(verdict.missing))
    for channel, names in verdict.survivors.items():
        alone = f"the {channel} channel alone does not reject {len(names)} of its wrong variants"
        yield _remark(row, f"{alone} (named in the report)")


def _remark(row: Row, text: str) -> Text:
    return _text(row.claim, "bold").append(f": {text}", style="not bold")
