"""A study as one page that needs nothing but itself."""

from __future__ import annotations

from rmtcheck.decoupling.study import LindebergStudy
from rmtcheck.decoupling.verdicts import Finding, Verdict
from rmtcheck.report.canvas import Figure
from rmtcheck.report.lindeberg import Table, asked, tables
from rmtcheck.report.lindeberg_figures import figures_of
from rmtcheck.report.markup import facts, plain, table
from rmtcheck.report.style import STYLE

BADGES = {
    "agrees": "confirmed",
    "holds": "confirmed",
    "rejected": "refuted",
    "fails": "refuted",
    "no power": "undecided",
    "undecided": "undecided",
    "refused": "undecided",
}
AFTER = {"One path": (0, 1), "The gap": (2,)}
"""Which figures stand below which table."""

ABOUT = (
    ("the question", "Do the weights λ(Vxₙ) of H = (1/N) Σ λ(Vxₙ) xₙxₙᵀ matter through anything but"
     " their law? H̃ has the weights of an independent sample."),
    ("the path", "xₙ(t) = √t xₙ + √(1−t) x̃ₙ in the weights only: H(0) = H̃, H(1) = H."),
    ("what is derived", "N (E s_H − E s_H̃) → b(z) = −(1/γ) d/dz log det(I + s(z)(T(z) − t(z)I)), so"
     " the gap is of the order 1/N; its modulus is at most 2k/(d Im z) for every weight."),
    ("agrees", "the interval contains the prediction, and none of its wrong variants"),
    ("rejected", "the interval does not contain the prediction"),
    ("no power", "the interval contains a wrong variant too: draw more, or larger sizes"),
)  # fmt: skip


def render(study: LindebergStudy, *, date: str) -> str:
    """Return a study as one HTML page.

    Parameters
    ----------
    study : LindebergStudy
        What to report.
    date : str
        Day of the run; the study itself holds none.

    Returns
    -------
    str
        A page that needs no network, script or further file.
    """
    figures = figures_of(study)
    sections = "".join(_section(shown, figures) for shown in tables(study))
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>rmtcheck lindeberg</title><style>{STYLE}</style></head>"
        f"<body><main>{_header(study, date)}{sections}{_guide()}</main></body></html>\n"
    )


def _header(study: LindebergStudy, date: str) -> str:
    tiles = "".join(_tile(study.findings, verdict) for verdict in Verdict)
    named = [("date", date), *asked(study)]
    return (
        '<header class="top"><h1>The decoupling argument</h1>'
        f"<p>{plain(study.question.title)}, d/N = {study.question.gamma}</p>"
        f'<div class="tiles">{tiles}</div>'
        f"{facts([(plain(name), plain(text)) for name, text in named])}</header>"
    )


def _tile(findings: tuple[Finding, ...], verdict: Verdict) -> str:
    count = sum(finding.verdict == verdict for finding in findings)
    return f'<div class="tile {BADGES[verdict]}"><b>{count}</b>{verdict}</div>' if count else ""


def _section(shown: Table, figures: list[Figure]) -> str:
    places = next((AFTER[name] for name in AFTER if shown.title.startswith(name)), ())
    drawn = "".join(_figure(figures[place]) for place in places)
    rows = ([_cell(cell) for cell in row] for row in shown.rows)
    return (
        f"<section><h2>{plain(shown.title)}</h2>"
        f'<div class="observed">{table([plain(head) for head in shown.heads], rows)}</div>'
        f'<p class="quiet">{plain(shown.note)}</p>{drawn}</section>'
    )


def _cell(text: str) -> str:
    if text in BADGES:
        return f'<span class="badge {BADGES[text]}">{text}</span>'
    return plain(text)


def _figure(figure: Figure) -> str:
    return (
        f'<figure role="group" aria-label="{plain(figure.title)}">{figure.svg}'
        f"<figcaption><b>{plain(figure.title)}.</b> {plain(figure.caption)}</figcaption></figure>"
    )


def _guide() -> str:
    return f"<section><h2>How to read it</h2>{facts(ABOUT)}</section>"
