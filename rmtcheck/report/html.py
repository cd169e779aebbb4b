"""The report: one self-contained page with the graph, the table, and every claim in full."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Any

from rmtcheck.claims.evidence import Column, Evidence, Kind, Outcome
from rmtcheck.claims.ledger import Ledger
from rmtcheck.report.figures import figures_of
from rmtcheck.report.graph import drawing
from rmtcheck.report.style import STYLE
from rmtcheck.report.table import CHANNELS, MARKS, Row, rows, tally


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
    """
    found = rows(ledger)
    body = [
        _header(ledger, date),
        f"<section><h2>What rests on what</h2>{drawing(ledger)}</section>",
        _table(found),
        *(_claim(ledger, row) for row in found),
    ]
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>rmtcheck report</title><style>{STYLE}</style></head>"
        f"<body><main>{''.join(body)}</main></body></html>\n"
    )


def _header(ledger: Ledger, date: str) -> str:
    header = ledger.header
    badges = "".join(
        f'<span class="badge {status}">{count} {status}</span>'
        for status, count in sorted(tally(ledger).items())
    )
    facts = {
        "date": date,
        "profile": header.get("profile"),
        "root seed": header.get("seed"),
        "error budget of all simulations": header.get("error_budget"),
        "rmtcheck": header.get("rmtcheck"),
        **(header.get("versions") or {}),
    }
    items = "".join(f"<dt>{_t(k)}</dt><dd>{_t(v)}</dd>" for k, v in facts.items())
    return (
        "<header><h1>rmtcheck report</h1>"
        "<p>Each verdict is computed from the evidence below it, and from nothing else.</p>"
        f'<p>{badges}</p><dl class="facts">{items}</dl></header>'
    )


def _table(found: Iterable[Row]) -> str:
    heads = ("claim", "verdict", "grade", *map(str, CHANNELS), "mutants", "rests on")
    head = "".join(f"<th>{h}</th>" for h in heads)
    lines = "".join(_line(row) for row in found)
    legend = ", ".join(f"{mark} {outcome}" for outcome, mark in MARKS.items())
    return (
        f'<section><h2>Ledger</h2><div class="wide"><table><thead><tr>{head}</tr></thead>'
        f'<tbody>{lines}</tbody></table></div><p class="quiet">{legend}; one mark for each '
        "statement of a claim, as printed, and after a slash as derived.</p></section>"
    )


def _line(row: Row) -> str:
    cells = "".join(f'<td class="marks">{_t(row.cells[c])}</td>' for c in CHANNELS)
    return (
        f'<tr><td><a href="#{_t(row.claim)}">{_t(row.claim)}</a></td><td>{_badge(row)}</td>'
        f"<td>{row.verdict.grade}</td>{cells}<td>{row.mutants}</td>"
        f"<td>{_t(', '.join(row.rests_on))}</td></tr>"
    )


def _badge(row: Row) -> str:
    return f'<span class="badge {row.verdict.status}">{row.verdict.status}</span>'


def _claim(ledger: Ledger, row: Row) -> str:
    entry, evidence = ledger.claims[row.claim], ledger.evidence(row.claim)
    parts = "".join(
        _part(number, part, [r for r in evidence if r.part == number])
        for number, part in enumerate(entry["parts"])
    )
    drawn = "".join(
        f"<figure>{f.svg}<figcaption><b>{_t(f.title)}.</b> {_t(f.caption)}</figcaption></figure>"
        for f in figures_of(ledger, row.claim)
    )
    return (
        f'<section id="{_t(row.claim)}"><h2>{_t(row.claim)} {_badge(row)}</h2>'
        f"<h3>{_t(entry['title'])}</h3>{_facts(entry, row)}{parts}{drawn}</section>"
    )


def _facts(entry: dict[str, Any], row: Row) -> str:
    verdict = row.verdict
    facts = {
        "printed in": entry["source"],
        "given": "; ".join(entry["given"]),
        "hypotheses": "; ".join(f"{name}: {need}" for name, need in verdict.hypotheses.items()),
        "grade": verdict.grade,
        "because of": "; ".join(verdict.because),
        "missing": "; ".join(verdict.missing),
        "rests on, unsettled": ", ".join(row.rests_on),
        "wrong variants rejected": row.mutants,
        "survivors of single channels": "; ".join(
            f"{channel}: {', '.join(names)}" for channel, names in verdict.survivors.items()
        ),
        "how it was restated": entry["notes"],
    }
    items = "".join(f"<dt>{k}</dt><dd>{_t(v)}</dd>" for k, v in facts.items() if v)
    return f'<dl class="facts">{items}</dl>'


def _part(number: int, part: dict[str, Any], evidence: list[Evidence]) -> str:
    sides = [f"<div><h4>({number + 1}) as printed</h4>{typeset(part['printed'])}</div>"]
    if part["derived"]:
        sides.append(f"<div><h4>as derived</h4>{typeset(part['derived'])}</div>")
    subjects = [r for r in evidence if r.kind in (Kind.PRINTED, Kind.DERIVED)]
    wrong = [r for r in evidence if r.kind == Kind.MUTANT]
    weakened = [r for r in evidence if r.kind == Kind.HYPOTHESIS]
    return (
        f'<div class="sides">{"".join(sides)}</div>{_matrix(subjects)}'
        f"{_folded(f'{len(_names(wrong))} wrong variants', _matrix(wrong))}"
        f"{_folded('weakened hypotheses', _matrix(weakened))}"
        f"{''.join(_observation(r) for r in subjects)}"
    )


def typeset(statement: dict[str, str]) -> str:
    """Return a statement as MathML, or as code where its LaTeX cannot be converted."""
    return _math(statement["latex"], statement["text"])


def _math(latex: str, text: str) -> str:
    from latex2mathml.converter import convert

    try:
        return str(convert(latex, display="block"))
    except Exception:  # the converter raises many kinds; the text says the same
        return f"<p><code>{_t(text)}</code></p>"


def _names(evidence: list[Evidence]) -> list[str]:
    return list(dict.fromkeys(r.subject for r in evidence))


def _matrix(evidence: list[Evidence]) -> str:
    columns = [c for c in Column if any(r.channel == c for r in evidence)]
    if not evidence:
        return ""
    head = "".join(f"<th>{c}</th>" for c in columns)
    lines = "".join(
        f"<tr><th>{_t(name)}</th>{''.join(_cell(evidence, name, c) for c in columns)}</tr>"
        for name in _names(evidence)
    )
    return f'<div class="wide"><table><tr><th></th>{head}</tr>{lines}</table></div>'


def _cell(evidence: list[Evidence], name: str, column: Column) -> str:
    for r in evidence:
        if (r.subject, r.channel) == (name, column):
            where = f' <span class="quiet">[{_t(r.scope.reach)}]</span>'
            because = f"<br>{_t(r.witness)}" if r.outcome == Outcome.FAILS else ""
            text = f"{MARKS[r.outcome]} {_t(r.message)}{where}<small>{because}</small>"
            return f'<td class="{r.outcome}">{text}</td>'
    return "<td></td>"


def _folded(title: str, content: str) -> str:
    return f"<details><summary>{title}</summary>{content}</details>" if content else ""


def _observation(row: Evidence) -> str:
    record = row.observation
    if record.get("kind") == "derivation" and record["steps"]:
        steps = "".join(
            f"<li>{_t(s['text'].split(':')[0])}{_math(s['latex'], s['text'])}</li>"
            for s in record["steps"]
        )
        return _folded(f"derivation ({row.subject})", f"<ol>{steps}</ol>")
    if record.get("kind") == "enclosures":
        lines = "".join(
            f"<tr><td>{_t(_at(p))}</td><td><code>{_t(p['ball'])}</code></td></tr>"
            for p in record["points"]
        )
        return _folded(f"enclosures ({row.subject})", f"<table>{lines}</table>")
    return ""


def _at(point: dict[str, Any]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in point["at"].items())


def _t(value: object) -> str:
    return escape(str(value))
