"""A study in a terminal: its tables, in any width."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rmtcheck.report.lindeberg import Table, asked, tables
from rmtcheck.report.terminal import ASCII

if TYPE_CHECKING:
    from rich.console import Console

    from rmtcheck.decoupling.study import LindebergStudy

COLORS = {"agrees": "green", "holds": "green", "rejected": "red", "fails": "red"}
COLORS |= {"no power": "magenta", "undecided": "magenta", "refused": "magenta"}
_WIDEST = 160


def print_study(study: LindebergStudy, console: Console | None = None) -> None:
    """Print the tables of a study.

    Parameters
    ----------
    study : LindebergStudy
        What to print.
    console : rich Console, optional
        Where to; standard output by default.
    """
    from rich.console import Console

    out = console or Console()
    wide = out if out.is_terminal else Console(file=out.file, width=_WIDEST)
    _say(wide, "  ".join(f"{name}: {text}" for name, text in asked(study)))
    for table in tables(study):
        _say(wide, f"\n{table.title}")
        _print(wide, table)
        _say(wide, table.note, "dim")


def _print(out: Console, shown: Table) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table as Drawn
    from rich.text import Text

    drawn = Drawn(box=SIMPLE_HEAD, padding=(0, 2, 0, 0), pad_edge=False)
    for head in shown.heads:
        drawn.add_column(_plain(out, head), overflow="fold")
    for row in shown.rows:
        drawn.add_row(*(Text(_plain(out, cell), style=COLORS.get(cell, "")) for cell in row))
    with out.capture() as captured:
        out.print(drawn)
    lines = (line.rstrip() for line in captured.get().splitlines() if line.strip())
    out.out(_plain(out, "\n".join(lines)), highlight=False)


def _say(out: Console, text: str, style: str = "") -> None:
    out.print(_plain(out, text), style=style, markup=False, highlight=False, soft_wrap=True)


def _plain(out: Console, text: str) -> str:
    """Return text with signs that the stream has."""
    if (out.encoding or "").lower().startswith("utf"):
        return text
    return text.translate(ASCII).encode("ascii", "replace").decode()
