"""The smallest pieces of the page: escaped text, badges, tables, folds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from rmtcheck.claims.evidence import Outcome
from rmtcheck.claims.verdict import Verdict
from rmtcheck.report.table import MARKS

_OUTCOME_OF = {mark: outcome for outcome, mark in MARKS.items()}


def plain(value: object) -> str:
    """Return any text so that it stands in a page as itself."""
    return escape(str(value))


def badge(verdict: Verdict) -> str:
    """Return the verdict as a colored badge, with its grade."""
    grade = "" if verdict.grade == "none" else f' <span class="grade">{verdict.grade}</span>'
    return f'<span class="badge {verdict.status}">{verdict.status}</span>{grade}'


def mark(outcome: Outcome) -> str:
    """Return the mark of an outcome, colored and with its name for who cannot see it."""
    return f'<span class="mark {outcome}" title="{outcome}">{MARKS[outcome]}</span>'


def marks(cell: str) -> str:
    """Return a cell of the ledger table with every mark colored."""
    return "".join(mark(_OUTCOME_OF[c]) if c in _OUTCOME_OF else plain(c) for c in cell)


def table(heads: Sequence[str], lines: Iterable[Sequence[str]], kind: str = "") -> str:
    """Return a table of finished cells; the first of each line is its head."""
    head = "".join(f'<th scope="col">{text}</th>' for text in heads)
    body = "".join(
        f'<tr><th scope="row">{line[0]}</th>{"".join(f"<td>{cell}</td>" for cell in line[1:])}</tr>'
        for line in lines
    )
    return (
        f'<div class="wide"><table class="{kind}"><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def fold(title: str, content: str, kind: str = "") -> str:
    """Return content behind its title, or nothing if there is none."""
    if not content:
        return ""
    return f'<details class="{kind}"><summary>{title}</summary>{content}</details>'


def facts(pairs: Iterable[tuple[str, str]]) -> str:
    """Return named facts, without those that are empty."""
    items = "".join(f"<dt>{name}</dt><dd>{text}</dd>" for name, text in pairs if text)
    return f'<dl class="facts">{items}</dl>' if items else ""


def counted(count: int, one: str, many: str) -> str:
    """Return a number with its noun."""
    return f"{count} {one if count == 1 else many}"
