"""The claim graph as a drawing: what rests on what, colored by verdict."""

from __future__ import annotations

from html import escape

from rmtcheck.claims.ledger import Ledger

WIDTH, HEIGHT, GAP_X, GAP_Y, MARGIN = 158, 30, 46, 12, 8


def drawing(ledger: Ledger) -> str:
    """Return an SVG with one box per claim; ancestors that are not stated are dashed.

    Parameters
    ----------
    ledger : Ledger
        What to draw.

    Returns
    -------
    str
        An ``<svg>`` element; claims stand to the right of what they rest on.
    """
    places = _places(ledger)
    if not places:
        return ""
    width = max(x for x, _ in places.values()) + WIDTH + MARGIN
    height = max(y for _, y in places.values()) + HEIGHT + MARGIN
    parts = [*_arrows(ledger, places), *_boxes(ledger, places)]
    box = f'viewBox="0 0 {width} {height}" style="max-width:{width}px"'
    return f'<svg class="graph" {box} role="img">{"".join(parts)}</svg>'


def _places(ledger: Ledger) -> dict[str, tuple[int, int]]:
    uses = {name: entry["uses"] for name, entry in ledger.claims.items()}
    names = sorted({*uses, *(u for used in uses.values() for u in used)})
    columns: dict[int, list[str]] = {}
    for name in names:
        columns.setdefault(_depth(uses, name), []).append(name)
    return {
        name: (MARGIN + depth * (WIDTH + GAP_X), MARGIN + place * (HEIGHT + GAP_Y))
        for depth, column in columns.items()
        for place, name in enumerate(column)
    }


def _depth(uses: dict[str, list[str]], name: str) -> int:
    return 1 + max((_depth(uses, u) for u in uses.get(name, ())), default=-1)


def _arrows(ledger: Ledger, places: dict[str, tuple[int, int]]) -> list[str]:
    paths = []
    for name, entry in ledger.claims.items():
        for used in entry["uses"]:
            (x1, y1), (x2, y2) = places[used], places[name]
            x1, y1, y2 = x1 + WIDTH, y1 + HEIGHT // 2, y2 + HEIGHT // 2
            bend = (x1 + x2) // 2
            paths.append(f'<path class="arrow" d="M{x1} {y1}C{bend} {y1} {bend} {y2} {x2} {y2}"/>')
    return paths


def _boxes(ledger: Ledger, places: dict[str, tuple[int, int]]) -> list[str]:
    verdicts = ledger.verdicts()
    boxes = []
    for name, (x, y) in places.items():
        kind = str(verdicts[name].status) if name in verdicts else "unstated"
        box = f'<rect class="{kind}" x="{x}" y="{y}" width="{WIDTH}" height="{HEIGHT}" rx="6"/>'
        text = f'<text x="{x + WIDTH // 2}" y="{y + 19}">{escape(name)}</text>'
        linked = f'<a href="#{escape(name)}">{box}{text}</a>' if name in verdicts else box + text
        boxes.append(linked)
    return boxes
