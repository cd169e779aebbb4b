"""The claim graph as a drawing: what rests on what, colored by verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from rmtcheck.claims.graph import topological
from rmtcheck.claims.ledger import Ledger

WIDTH, HEIGHT, GAP_X, GAP_Y, MARGIN = 184, 44, 64, 16, 6
LANE = 14
SWEEPS = 8

Edge = tuple[str, str]
Place = tuple[float, float]


@dataclass(frozen=True)
class Bend:
    """Where an arrow passes a column between its ends."""

    source: str
    target: str
    depth: int


Stop = str | Bend


def drawing(ledger: Ledger) -> str:
    """Return an SVG with one box per claim; ancestors that are not stated are dashed.

    Parameters
    ----------
    ledger : Ledger
        What to draw.

    Returns
    -------
    str
        An ``<svg>`` element; claims stand to the right of what they rest on, and those that
        neither rest on anything nor carry anything stand below.

    Raises
    ------
    ClaimError
        If claims rest on each other in a circle.
    """
    uses = {name: list(entry["uses"]) for name, entry in ledger.claims.items()}
    uses |= {used: [] for names in list(uses.values()) for used in names if used not in uses}
    if not uses:
        return ""
    joined = {*(n for n in uses if uses[n]), *(u for names in uses.values() for u in names)}
    places = _layered({n: u for n, u in uses.items() if n in joined})
    lowest = max((y + HEIGHT for _, y in places.values()), default=0.0)
    places |= _row([n for n in uses if n not in joined], lowest + (2 * GAP_Y if places else MARGIN))
    return _svg(ledger, uses, places)


def _svg(ledger: Ledger, uses: Mapping[str, Sequence[str]], places: Mapping[Stop, Place]) -> str:
    boxes = [place for stop, place in places.items() if isinstance(stop, str)]
    width = max(x for x, _ in boxes) + WIDTH + MARGIN
    height = max(y for _, y in places.values()) + HEIGHT + MARGIN
    arrows = "".join(_arrow(used, name, places) for name in uses for used in uses[name])
    drawn = "".join(_box(ledger, name, *places[name]) for name in uses)
    title = "Claims, and arrows from each claim to those that rest on it"
    return (
        f'<svg class="graph" viewBox="0 0 {width:g} {height:g}" width="{width:g}" role="img">'
        f"<title>{title}</title>{_HEAD}{arrows}{drawn}</svg>"
    )


_HEAD = (
    '<defs><marker id="arrowhead" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7"'
    ' markerHeight="7" orient="auto"><path class="head" d="M0 0.5L8 4L0 7.5z"/></marker></defs>'
)


def _layered(uses: Mapping[str, Sequence[str]]) -> dict[Stop, Place]:
    """Place claims in columns by depth, and bends where an arrow passes a column."""
    depth = _depths(uses)
    columns: list[list[Stop]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for name in uses:
        columns[depth[name]].append(name)
    for name in uses:
        for used in uses[name]:
            for k in range(depth[used] + 1, depth[name]):
                columns[k].append(Bend(used, name, k))
    links = [link for name in uses for used in uses[name] for link in _links(used, name, depth)]
    for sweep in range(SWEEPS):
        _sort(columns, links, forward=sweep % 2 == 0)
    return _stacked(columns)


def _depths(uses: Mapping[str, Sequence[str]]) -> dict[str, int]:
    depth: dict[str, int] = {}
    for name in topological(uses):
        depth[name] = 1 + max((depth[used] for used in uses[name]), default=-1)
    return depth


def _links(used: str, name: str, depth: Mapping[str, int]) -> list[tuple[Stop, Stop]]:
    stops = _stops(used, name, depth[used], depth[name])
    return list(pairwise(stops))


def _stops(used: str, name: str, first: int, last: int) -> list[Stop]:
    return [used, *(Bend(used, name, k) for k in range(first + 1, last)), name]


def _sort(columns: list[list[Stop]], links: list[tuple[Stop, Stop]], *, forward: bool) -> None:
    """Order each column by the mean place of its neighbours in the column before."""
    order = range(1, len(columns)) if forward else range(len(columns) - 2, -1, -1)
    for k in order:
        before = columns[k - 1] if forward else columns[k + 1]
        rank = {stop: place for place, stop in enumerate(before)}
        pairs = links if forward else [(b, a) for a, b in links]
        means: dict[Stop, float] = {}
        for place, stop in enumerate(columns[k]):
            found = [rank[a] for a, b in pairs if b == stop and a in rank]
            means[stop] = sum(found) / len(found) if found else float(place)
        columns[k].sort(key=means.__getitem__)


def _stacked(columns: list[list[Stop]]) -> dict[Stop, Place]:
    heights = [sum(_height(s) for s in c) + GAP_Y * (len(c) - 1) for c in columns]
    places: dict[Stop, Place] = {}
    for k, column in enumerate(columns):
        y = MARGIN + (max(heights) - heights[k]) / 2
        for stop in column:
            places[stop] = (MARGIN + k * (WIDTH + GAP_X), y)
            y += _height(stop) + GAP_Y
    return places


def _height(stop: Stop) -> int:
    return HEIGHT if isinstance(stop, str) else LANE


def _row(names: list[str], top: float) -> dict[Stop, Place]:
    abreast = 4
    return {
        name: (
            MARGIN + (k % abreast) * (WIDTH + GAP_X),
            top + (k // abreast) * (HEIGHT + GAP_Y),
        )
        for k, name in enumerate(names)
    }


def _arrow(used: str, name: str, places: Mapping[Stop, Place]) -> str:
    bends = [s for s in places if isinstance(s, Bend) and (s.source, s.target) == (used, name)]
    (x, y), (end_x, end_y) = places[used], places[name]
    path = f"M{x + WIDTH:g} {y + HEIGHT / 2:g}"
    at = (x + WIDTH, y + HEIGHT / 2)
    for bend in sorted(bends, key=lambda b: b.depth):
        bx, by = places[bend][0], places[bend][1] + LANE / 2
        path += _curve(at, (bx, by)) + f"H{bx + WIDTH:g}"
        at = (bx + WIDTH, by)
    return f'<path class="arrow" d="{path}{_curve(at, (end_x - 1, end_y + HEIGHT / 2))}"/>'


def _curve(start: Place, end: Place) -> str:
    middle = (start[0] + end[0]) / 2
    return f"C{middle:g} {start[1]:g} {middle:g} {end[1]:g} {end[0]:g} {end[1]:g}"


def _box(ledger: Ledger, name: str, x: float, y: float) -> str:
    stated = name in ledger.claims
    verdict = ledger.verdict(name) if stated else None
    kind = str(verdict.status) if verdict else "unstated"
    below = f"{verdict.status}, {verdict.grade}" if verdict else "not stated"
    middle = x + WIDTH / 2
    box = (
        f'<rect class="{kind}" x="{x:g}" y="{y:g}" width="{WIDTH}" height="{HEIGHT}" rx="7"/>'
        f'<text class="name" x="{middle:g}" y="{y + 19:g}">{escape(name)}</text>'
        f'<text class="below" x="{middle:g}" y="{y + 34:g}">{below}</text>'
    )
    group = f'<g class="{kind}">{box}</g>'
    return f'<a href="#{escape(name)}">{group}</a>' if stated else group
