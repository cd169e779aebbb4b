"""Everything about one claim: statements, verdict and why, evidence, figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rmtcheck.claims.evidence import Evidence, Kind
from rmtcheck.claims.ledger import Ledger
from rmtcheck.claims.verdict import Verdict
from rmtcheck.report.figures import figures_of
from rmtcheck.report.markup import badge, counted, facts, fold, mark, plain
from rmtcheck.report.mathml import typeset
from rmtcheck.report.matrix import evidence_matrix
from rmtcheck.report.observed import observation
from rmtcheck.report.table import NAMES, NEEDED, NOT_NEEDED, UNEXAMINED, Need, Row

ANSWERS = {
    NEEDED: "needed: it fails when weakened to",
    NOT_NEEDED: "not needed: it still holds when weakened to",
    "unknown": "unknown whether needed; tried to weaken it to",
    UNEXAMINED: "not examined",
}


def claim_section(ledger: Ledger, row: Row) -> str:
    """Return the section of one claim."""
    entry, evidence = ledger.claims[row.claim], ledger.evidence(row.claim)
    parts = "".join(
        _part(number, part, [r for r in evidence if r.part == number], row.statements[number])
        for number, part in enumerate(entry["parts"])
    )
    return (
        f'<section class="claim" id="{plain(row.claim)}"><header><h2>{plain(row.claim)}</h2>'
        f'<p class="verdict">{badge(row.verdict)}{_resting(row)}</p></header>'
        f'<p class="title">{plain(entry["title"])}</p>'
        f'<p class="source">Printed in: {plain(entry["source"])}</p>'
        f"{_note(entry)}{_summary(row, evidence)}{parts}{_figures(ledger, row.claim)}"
        '<p class="back"><a href="#ledger">to the ledger</a></p></section>'
    )


def _resting(row: Row) -> str:
    if not row.rests_on:
        return ""
    return f' <span class="rests">rests on {plain(", ".join(row.rests_on))}, not settled</span>'


def _note(entry: dict[str, Any]) -> str:
    return f'<p class="note">{plain(entry["notes"])}</p>' if entry["notes"] else ""


def _summary(row: Row, evidence: Sequence[Evidence]) -> str:
    verdict = row.verdict
    return facts(
        [
            ("hypotheses", _needs(row.needs)),
            ("decided by", _because(verdict, evidence)),
            ("touches", _links(row.touches)),
            ("missing", _list([plain(text) for text in verdict.missing])),
            ("wrong variants", f"{row.mutants} rejected" if verdict.judged else "none judged"),
            ("not rejected by", _survivors(verdict)),
        ]
    )


def _links(claims: Sequence[str]) -> str:
    return ", ".join(f'<a href="#{plain(name)}">{plain(name)}</a>' for name in claims)


def _needs(needs: Sequence[Need]) -> str:
    return _list(
        [
            f'<b>{plain(need.hypothesis)}</b> <span class="need">{ANSWERS[need.answer]}'
            f" {plain(need.weakened)}</span>"
            for need in needs
        ]
    )


def _because(verdict: Verdict, evidence: Sequence[Evidence]) -> str:
    rows = {r.key: r for r in evidence if r.kind in (Kind.PRINTED, Kind.DERIVED)}
    return _list([_reason(rows[key]) for key in verdict.because if key in rows])


def _reason(row: Evidence) -> str:
    place = f"({row.part + 1}) as {row.kind}, {NAMES[row.channel]}:"
    witness = f"<small>{plain(row.witness)}</small>" if row.witness else ""
    return f"{place} {mark(row.outcome)} {plain(row.message)}{witness}"


def _survivors(verdict: Verdict) -> str:
    return "".join(
        fold(
            f"the {plain(channel)} channel alone: {counted(len(names), 'variant', 'variants')}",
            _list([plain(name) for name in names]),
        )
        for channel, names in verdict.survivors.items()
    )


def _list(items: Sequence[str]) -> str:
    if len(items) < 2:
        return "".join(items)
    return f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"


def _part(number: int, part: dict[str, Any], evidence: Sequence[Evidence], verdict: Verdict) -> str:
    derived = _side("as derived", part["derived"]) if part["derived"] else ""
    subjects = [r for r in evidence if r.kind in (Kind.PRINTED, Kind.DERIVED)]
    observed = "".join(observation(r) for r in subjects)
    return (
        f'<div class="part"><h3>Statement {number + 1} {badge(verdict)}</h3>'
        f'<div class="sides">{_side("as printed", part["printed"])}{derived}</div>'
        f"{evidence_matrix(evidence, verdict)}{observed}</div>"
    )


def _side(title: str, statement: dict[str, str]) -> str:
    formula = typeset(statement["latex"], statement["text"])
    return f'<div class="side"><h4>{title}</h4><div class="formula">{formula}</div></div>'


def _figures(ledger: Ledger, claim: str) -> str:
    drawn = "".join(
        f'<figure role="group" aria-label="{plain(f.title)}">{f.svg}'
        f"<figcaption><b>{plain(f.title)}.</b> {plain(f.caption)}</figcaption></figure>"
        for f in figures_of(ledger, claim)
    )
    return f'<div class="figures">{drawn}</div>' if drawn else ""
