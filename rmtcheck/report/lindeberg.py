"""A study as tables: pure data that the terminal and the page share."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rmtcheck.decoupling.drawn import ExtremesAt
from rmtcheck.decoupling.expansion import DECAY
from rmtcheck.decoupling.predicted import PredictedOutlier
from rmtcheck.decoupling.rate import FIRST_SIZE
from rmtcheck.decoupling.study import LindebergStudy
from rmtcheck.montecarlo.decoupling.stein import Step

ENDS = {"smallest": "below", "largest": "above"}
NONE = "-"
HOLDS = {True: "holds", False: "fails", None: "undecided"}
_SIGNS = 4
_BAND = 1.96  # standard errors, for numbers that are shown and not judged


@dataclass(frozen=True)
class Table:
    """A titled table of text, with a note below it."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def tables(study: LindebergStudy) -> Iterator[Table]:
    """Yield the tables of a study: verdicts, path, steps, gaps, fits, outliers."""
    yield _verdicts(study)
    yield _path(study)
    if study.steps:
        yield _steps(study)
    yield _gaps(study)
    yield _fits(study)
    yield _outliers(study)


def asked(study: LindebergStudy) -> list[tuple[str, str]]:
    """Return what was asked, as named facts."""
    question = study.question
    facts = [
        ("weight", question.title),
        ("fields", f"{question.weight.fields}"),
        ("d/N", str(question.gamma)),
        ("z", number(question.z)),
        ("sizes N", ", ".join(map(str, question.sizes))),
        ("seed", str(question.seed)),
        ("level", f"{question.level:g} for every interval"),
    ]
    if question.weight.readout is not None:
        rows = question.weight.readout.tolist()
        shown = "; ".join(" ".join(f"{float(v):g}" for v in row) for row in rows)
        facts.insert(2, ("readout V", shown))
    return facts


def number(value: complex | float) -> str:
    """Return a number to four digits.

    Examples
    --------
    >>> number(1 - 2.34567j), number(math.inf)
    ('1 - 2.346i', '∞')
    """
    if isinstance(value, complex):
        sign = "-" if value.imag < 0 else "+"
        return f"{value.real:.{_SIGNS}g} {sign} {abs(value.imag):.{_SIGNS}g}i"
    return f"{value:.{_SIGNS}g}" if math.isfinite(value) else "∞"


def _verdicts(study: LindebergStudy) -> Table:
    rows = [
        (f.subject, str(f.verdict), f"{sum(f.mutants.values())}/{len(f.mutants)}", f.reason)
        for f in study.findings
    ]
    rows += [
        (f"prediction of the {name}", "refused", NONE, why)
        for name, why in study.prediction.refused.items()
    ]
    note = "Rejected: wrong variants that the same data reject, of those tried."
    return Table("Verdicts", ("statement", "verdict", "rejected", "why"), tuple(rows), note)


def _path(study: LindebergStudy) -> Table:
    path = study.path
    rows = [
        ("s at t = 0, the decoupled copy", number(path.transform[0])),
        ("s at t = 1, the block itself", number(path.transform[-1])),
        ("difference of the ends", number(path.difference)),
        ("integral of the slope", number(path.integral)),
        ("apart by, estimated error", f"{_off(path.difference, path.integral)}, {path.error:.1e}"),
        ("slope half way, by formula", number(path.formula)),
        ("by automatic differentiation", number(path.automatic)),
        ("apart by", _off(path.formula, path.automatic)),
    ]
    if path.jumps is not None:
        rows += [
            (f"jumps of gates, N = {path.jumps.N}, d = {path.jumps.d}", str(path.jumps.count)),
            ("their sum", number(path.jumps.total)),
            ("integral between them", number(path.jumps.integral)),
            ("difference of these ends", number(path.jumps.difference)),
        ]
    note = "x(t) = sqrt(t) x + sqrt(1-t) x~, so H(1) = H and H(0) = H~; t = sin(theta)^2."
    if path.jumps is not None and path.jumps.count:
        note += " The slope does not see the jumps, so the fundamental theorem fails on a path."
    return Table(f"One path, N = {path.N}, d = {path.d}", ("quantity", "value"), tuple(rows), note)


def _off(one: complex, other: complex) -> str:
    return f"{abs(one - other):.1e}"


def _steps(study: LindebergStudy) -> Table:
    heads = ("step", "left", "right", "radius", "")
    note = (
        "Radius: of the disc around the difference of two sides, or around the left of a bound. No"
        " power: the right side with the other sign, halved or doubled would hold as well."
    )
    return Table("The printed argument, step by step", heads, tuple(map(_step, study.steps)), note)


def _step(step: Step) -> tuple[str, ...]:
    right = number(step.right) if step.relation == "=" else number(step.right.real)
    return step.name, number(step.left), right, f"{step.radius:.1e}", _said(step)


def _said(step: Step) -> str:
    is_powerless = step.holds is None and step.relation == "="
    return "no power" if is_powerless else HOLDS[step.holds]


def _gaps(study: LindebergStudy) -> Table:
    rows = []
    for gap in study.gaps:
        re, im = gap.errors
        error = f"{re:.2g}, {im:.2g}"
        bound = number(study.question.bound(gap.N))
        delta = f"{abs(gap.value) / gap.N:.3e}"
        rows.append(
            (str(gap.N), str(gap.draws), number(gap.value), error, delta, bound, f"{gap.gain:.1f}")
        )
    heads = ("N", "draws", "N (E s_H - E s_H~)", "errors", "|delta_N|", "bound of N|delta|", "gain")
    note = (
        "Errors: standard errors of both parts. Gain: variance of plain means over that of the"
        " estimate. The bound 2kN/(d Im z) is proved for every weight."
    )
    return Table("The gap", heads, tuple(rows), note)


def _fits(study: LindebergStudy) -> Table:
    term, slope, predicted = study.leading_term, study.exponent, study.prediction.bias
    measured = number(term.value) if term.order else NONE
    exponent = number(slope.value) if slope.order else NONE
    box = ", ".join(map(number, term.half_widths))
    omitted = ", ".join(map(number, term.truncation))
    none = study.prediction.is_zero
    said = NONE if predicted is None else "0" if none else number(predicted)
    width, more = number(slope.width), number(slope.truncation)
    printed = f"{'below -1' if none else '-1'}; printed O(N^-1/2)"
    rows = (
        ("leading term b", measured, box, omitted, str(term.order), said),
        ("exponent", exponent, width, more, str(slope.order), printed),
    )
    heads = ("", "measured", "±", "of this, omitted terms", "corrections", "predicted")
    note = (
        f"Fitted to sizes from {FIRST_SIZE} on. The intervals assume that at the smallest of them"
        f" the j-th omitted term is at most {DECAY:g}^j of the largest fitted one."
    )
    return Table("Rate and leading term", heads, rows, note)


def _outliers(study: LindebergStudy) -> Table:
    found = study.prediction.outliers
    rows: list[tuple[str, ...]] = []
    for end, side in ENDS.items():
        bulk = NONE if found is None else "in the bulk"
        outermost = _outermost(found or (), side)
        rows += [_drawn(at, end, outermost, bulk) for at in study.extremes]
    heads = ("end", "N", "predicted", "drawn, H", "drawn, H~", "overlap predicted", "H", "H~")
    return Table("Extreme eigenvalues", heads, tuple(rows), _outlier_note(found))


def _outermost(found: Sequence[PredictedOutlier], side: str) -> PredictedOutlier | None:
    beside = [outlier for outlier in found if outlier.side == side]
    return (beside[0] if side == "below" else beside[-1]) if beside else None


def _drawn(
    at: ExtremesAt, end: str, predicted: PredictedOutlier | None, bulk: str
) -> tuple[str, ...]:
    def shown(name: str) -> str:
        mean = at.means[name]
        return f"{mean.value:.3g} ± {_BAND * mean.error:.1g}"

    location = bulk if predicted is None else number(predicted.location)
    overlap = NONE if predicted is None else f"{predicted.overlap:.3g}"
    own, copy = shown(end), shown(f"copy_{end}")
    overlaps = shown(f"overlap_{end}"), shown(f"copy_overlap_{end}")
    return end, str(at.N), location, own, copy, overlap, *overlaps


def _outlier_note(found: Sequence[PredictedOutlier] | None) -> str:
    if found is None:
        return "No prediction: the engine refuses this weight."
    parts = [
        f"{o.location:.4g} ({o.side} the bulk, {o.multiplicity}-fold, direction {o.direction})"
        for o in found
    ]
    said = f"Predicted outliers: {'; '.join(parts)}." if parts else "No outlier is predicted."
    return said + " Overlap: squared projection on the row space of V. Shown, not judged."
