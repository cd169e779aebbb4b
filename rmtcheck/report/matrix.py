"""The evidence on one statement: subjects in lines, channels in columns."""

from __future__ import annotations

from collections.abc import Sequence

from rmtcheck.claims.evidence import Column, Evidence, Kind, Outcome, Reach, Scope
from rmtcheck.claims.verdict import Verdict
from rmtcheck.report.markup import counted, fold, mark, plain, table
from rmtcheck.report.table import CHANNELS, NAMES

REACHES = {
    Reach.ALL: "on the whole domain",
    Reach.BOX: "on a box",
    Reach.POINTS: "at points",
    Reach.SIZES: "at finite sizes",
}
FEW_PLACES = 4


def evidence_matrix(evidence: Sequence[Evidence], verdict: Verdict) -> str:
    """Return all evidence on one statement; wrong variants and hypotheses are folded."""
    wrong = [r for r in evidence if r.kind == Kind.MUTANT]
    weakened = [r for r in evidence if r.kind == Kind.HYPOTHESIS]
    return (
        _matrix([r for r in evidence if r.kind in (Kind.PRINTED, Kind.DERIVED)])
        + fold(_wrong_title(wrong, verdict), _matrix(wrong))
        + fold("Weakened hypotheses", _matrix(weakened))
    )


def _wrong_title(wrong: Sequence[Evidence], verdict: Verdict) -> str:
    alive = verdict.judged - verdict.killed
    equal = len({r.subject for r in wrong if r.channel == Column.EQUIVALENCE})
    title = f"{counted(verdict.judged, 'wrong variant', 'wrong variants')}: "
    title += "all rejected" if not alive else f"{verdict.killed} rejected, {alive} not"
    return title + (f"; {equal} more proved to be the same statement" if equal else "")


def _matrix(evidence: Sequence[Evidence]) -> str:
    if not evidence:
        return ""
    columns = [c for c in CHANNELS if any(r.channel == c for r in evidence)]
    subjects = list(dict.fromkeys(r.subject for r in evidence))
    lines = []
    for subject in subjects:
        found = [r for r in evidence if r.subject == subject]
        cells = ("".join(_cell(r) for r in found if r.channel == column) for column in columns)
        lines.append([_subject(found), *cells])
    return table(("", *(NAMES[c] for c in columns)), lines, "matrix")


def _subject(found: Sequence[Evidence]) -> str:
    same = [r for r in found if r.channel == Column.EQUIVALENCE]
    note = f"<small>the same statement: {plain(same[0].message)}</small>" if same else ""
    return f'<span title="{plain(found[0].statement)}">{plain(found[0].subject)}</span>{note}'


def _cell(row: Evidence) -> str:
    witness = f"<small>{plain(row.witness)}</small>" if row.witness else ""
    reach = "" if row.outcome == Outcome.ERROR or row.kind == Kind.MUTANT else _reach(row.scope)
    return f'<div class="cell">{mark(row.outcome)} {plain(row.message)}{witness}{reach}</div>'


def _reach(scope: Scope) -> str:
    """Say how far a judgement reaches; many places are folded."""
    where, words = scope.where, REACHES[scope.reach]
    count = where.count(";") + 1
    if count > FEW_PLACES:
        return fold(f"{words} ({count})", f"<small>{plain(where)}</small>", "where")
    return f"<small>{words}{': ' if where else ''}{plain(where)}</small>"
