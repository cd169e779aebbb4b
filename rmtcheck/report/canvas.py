"""What every figure shares: a canvas in the house style, and clean SVG out of it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

INK, QUIET = "#1f2933", "#8d99ae"
DRAWN, THEORY, LIMIT = "#2a6f97", "#1f2933", "#c1121f"
PALETTE = ("#46327e", "#2a6f97", "#1b998b", "#7a9e1f", "#d98e04", "#c1121f", "#8d5a97", "#5c6b73")
MARKERS = "osD^vPX"
SETTINGS: dict[str, Any] = {
    "svg.hashsalt": "rmtcheck",
    "svg.fonttype": "none",
    "font.family": ["DejaVu Sans"],
    "mathtext.fontset": "dejavusans",
    "font.size": 9,
    "axes.titlesize": 9.5,
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 8,
    "ytick.labelsize": 8,
    "grid.color": "#e3e7ec",
    "legend.frameon": False,
    "legend.fontsize": 8,
}
NO_METADATA = dict.fromkeys(("Date", "Creator", "Format", "Type"))


@dataclass(frozen=True)
class Figure:
    """A drawing with its title and a caption that says what is compared with what."""

    title: str
    caption: str
    svg: str


@contextmanager
def style() -> Iterator[None]:
    """Draw in the house style inside the block; matplotlib is loaded only here."""
    from matplotlib import rc_context

    with rc_context(SETTINGS):
        yield


def canvas(rows: int = 1, columns: int = 1, *, width: float, height: float) -> tuple[Any, Any]:
    """Return a figure without a display, and its axes as a grid."""
    from matplotlib.figure import Figure as Canvas

    figure = Canvas(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(rows, columns, squeeze=False)


def finish(figure: Any, title: str, caption: str) -> Figure:
    """Return the drawing as an ``<svg>`` element, the same bytes for the same data.

    Identifiers are made the figure's own, so that several can stand in one page.
    """
    from matplotlib.backends.backend_svg import FigureCanvasSVG

    for patch in (figure.patch, *(axes.patch for axes in figure.axes)):
        patch.set_alpha(0)
    text = io.StringIO()
    # savefig would lay the drawing out in a first pass and draw it again in a second
    FigureCanvasSVG(figure).print_svg(text, metadata=NO_METADATA)
    whole = text.getvalue()
    drawn = whole[whole.index("<svg") :].strip()
    drawn = drawn.replace(' xmlns:xlink="http://www.w3.org/1999/xlink"', "")
    drawn = drawn.replace("xlink:href", "href")
    return Figure(title, caption, _own_identifiers(drawn))


def _own_identifiers(drawn: str) -> str:
    own = "f" + sha256(drawn.encode()).hexdigest()[:8]
    drawn = re.sub(r'\bid="', f'id="{own}-', drawn)
    return re.sub(r'(href="#|url\(#)', rf"\g<1>{own}-", drawn)


def color(place: int) -> str:
    """Return the color of the series with this number."""
    return PALETTE[place % len(PALETTE)]


def marker(place: int) -> str:
    """Return its marker, so that a reader can do without the color."""
    return MARKERS[place % len(MARKERS)]


def spans_decades(values: list[float], factor: float = 50.0) -> bool:
    """Whether positive values differ so much that only a logarithmic axis shows them all."""
    return bool(values) and min(values) > 0 and max(values) > factor * min(values)
