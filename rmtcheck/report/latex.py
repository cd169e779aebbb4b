"""The ledger as LaTeX: a table of verdicts with the statements they are about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rmtcheck.claims.ledger import Ledger
from rmtcheck.report.table import Row, budget, rows, tally

SPECIAL = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "^": r"\textasciicircum{}",
        "~": r"\textasciitilde{}",
        "<": r"\textless{}",
        ">": r"\textgreater{}",
        **{c: f"\\{c}" for c in "&%$#_{}"},
    }
)
PREAMBLE = r"""\documentclass{article}
\usepackage[a4paper,landscape,margin=15mm]{geometry}
\usepackage{amsmath,amssymb,longtable,booktabs}
\begin{document}
\section*{rmtcheck report}"""
COLUMNS = r"""\small
\begin{longtable}{@{}p{32mm}p{22mm}lp{34mm}p{130mm}@{}}
\toprule
claim & verdict & rejected & rests on & statements\\
\midrule
\endhead"""


def render(ledger: Ledger) -> str:
    """Return the verdicts of a ledger, and the statements they are about, as a document.

    Parameters
    ----------
    ledger : Ledger
        What to report.

    Returns
    -------
    str
        A LaTeX document that needs amsmath, longtable and booktabs.
    """
    counts = ", ".join(f"{count} {status}" for status, count in tally(ledger).items())
    lines = [line for row in rows(ledger) for line in _claim(ledger.claims[row.claim], row)]
    return "\n".join(
        [
            PREAMBLE,
            f"{counts or 'no claims'}. {_plain(budget(ledger))}",
            COLUMNS,
            *lines,
            r"\bottomrule",
            r"\end{longtable}",
            r"\end{document}",
            "",
        ]
    )


def _claim(entry: dict[str, Any], row: Row) -> Iterator[str]:
    """Yield a line per statement, as no line of the table may be longer than a page."""
    verdict = row.verdict
    head = [
        rf"\texttt{{{_plain(row.claim)}}}",
        f"{verdict.status} ({verdict.grade})",
        row.mutants,
        _plain(", ".join(row.rests_on)),
    ]
    for statement in _statements(entry):
        yield " & ".join([*head, statement]) + r"\\"
        head = [""] * len(head)
    yield r"\addlinespace"


def _statements(entry: dict[str, Any]) -> Iterator[str]:
    for number, part in enumerate(entry["parts"], start=1):
        yield rf"({number}) printed: $\displaystyle {part['printed']['latex']}$"
        if part["derived"]:
            yield rf"({number}) derived: $\displaystyle {part['derived']['latex']}$"


def _plain(text: str) -> str:
    return str(text).translate(SPECIAL)
