"""Figures from the observations of a ledger, as SVG to be put into a page."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from rmtcheck.claims.evidence import Evidence, Kind
from rmtcheck.claims.ledger import Ledger
from rmtcheck.errors import DomainError
from rmtcheck.report.canvas import Figure, style
from rmtcheck.report.curves import norm_curves
from rmtcheck.report.gaps import gap_intervals
from rmtcheck.report.illustrations import illustrations
from rmtcheck.report.intervals import mean_intervals, norm_intervals, resolvent_intervals
from rmtcheck.report.inversion import inversion_curves
from rmtcheck.report.links import link_grid
from rmtcheck.report.pictures import heatmaps, spectra, spectrum
from rmtcheck.report.series import enclosures, estimates
from rmtcheck.report.subject import Subject

__all__ = ["Figure", "figures_of"]

Record = dict[str, Any]
Drawer = Callable[[Record], Iterator[Figure]]


def figures_of(ledger: Ledger, claim: str) -> list[Figure]:
    """Return the figures of a claim: what its evidence holds, and what its statements say.

    Drawn is the evidence on the printed and derived statements. Block norms of all statements
    of a claim are drawn together; everything else is drawn statement by statement, and equal
    observations once. Statements of algebra, whose evidence holds no data, are illustrated.

    Parameters
    ----------
    ledger : Ledger
        The evidence.
    claim : str
        Identifier of the claim.

    Returns
    -------
    list of Figure
        In the order of the evidence, then of the statements; equal ledgers give equal bytes.

    Raises
    ------
    DomainError
        If an observation is of a kind that nobody has taught to draw.
    """
    several = len(ledger.claims[claim]["parts"]) > 1
    with style():
        observed = [
            (part, figure)
            for part, record in _joined(_records(ledger.evidence(claim)))
            for draw in _drawers(record)
            for figure in draw(record)
        ]
        said = [
            (part, figure)
            for part, subject in enumerate(_subjects(ledger, claim))
            for figure in illustrations(subject)
        ]
    return [_named(figure, part if several else None) for part, figure in observed + said]


def _subjects(ledger: Ledger, claim: str) -> Iterator[Subject]:
    evidence = ledger.evidence(claim)
    for number, part in enumerate(ledger.claims[claim]["parts"]):
        derived = part["derived"]["text"] if part["derived"] else ""
        rows = tuple(row for row in evidence if row.part == number)
        yield Subject(part["printed"]["text"], derived, rows)


def _records(evidence: list[Evidence]) -> Iterator[tuple[int, Record]]:
    for row in evidence:
        if row.kind in (Kind.PRINTED, Kind.DERIVED) and "kind" in row.observation:
            yield row.part, row.observation


def _joined(found: Iterator[tuple[int, Record]]) -> list[tuple[int | None, Record]]:
    """Drop what was already seen, and put all block norms into one record."""
    records: list[tuple[int | None, Record]] = []
    norms: Record = {}
    for part, record in found:
        if record["kind"] == "block norms":
            if not norms:
                norms = {"kind": "block norms"}
                records.append((None, norms))
            _add(norms, record)
        elif (part, record) not in records:
            records.append((part, record))
    return records


def _add(norms: Record, record: Record) -> None:
    for name in ("configurations", "spectra", "heatmaps"):
        known = norms.setdefault(name, [])
        known += [panel for panel in record.get(name, ()) if panel not in known]


def _drawers(record: Record) -> tuple[Drawer, ...]:
    if record["kind"] not in _DRAWERS:
        raise DomainError(
            f"an observation of kind={record['kind']!r} cannot be drawn;"
            f" the kinds are {', '.join(_DRAWERS)}"
        )
    return _DRAWERS[record["kind"]]


def _named(figure: Figure, part: int | None) -> Figure:
    if part is None:
        return figure
    return Figure(f"Statement {part + 1}: {figure.title}", figure.caption, figure.svg)


_DRAWERS: dict[str, tuple[Drawer, ...]] = {
    "derivation": (link_grid,),
    "enclosures": (enclosures,),
    "estimates": (estimates,),
    "block norms": (heatmaps, norm_intervals, spectra),
    "inversion": (inversion_curves,),
    "gaps": (gap_intervals,),
    "means": (mean_intervals,),
    "norm curves": (norm_curves,),
    "resolvent": (resolvent_intervals, spectrum),
    "transforms": (),
}
