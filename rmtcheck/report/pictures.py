"""Drawn matrices to look at: block norms of one Hessian, eigenvalues over their density."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil, floor, log, log10
from typing import Any

from rmtcheck.report.canvas import DRAWN, LIMIT, QUIET, Figure, canvas, finish

BINS = 36
ZERO = "#c9ced6"
ABREAST = 4
"""Heat maps in one row."""

Panel = dict[str, Any]


def heatmaps(record: dict[str, Any]) -> Iterator[Figure]:
    """Draw the block norms among the first classes, on one logarithmic scale of colors."""
    panels = sorted(record.get("heatmaps", []), key=lambda p: int(p["C"]))
    if not panels:
        return
    shares = [_shares(panel) for panel in panels]
    lowest = min((v for share in shares for row in share for v in row if v > 0), default=0.1)
    bottom = 10.0 ** min(floor(log10(lowest)), -1)
    columns = min(len(panels), ABREAST)
    lines = ceil(len(panels) / columns)
    figure, axes = canvas(lines, columns, width=2.5 * columns + 1.0, height=3.1 * lines)
    cells = [ax for line in axes for ax in line]
    image = None
    for ax, panel, share in zip(cells, panels, shares, strict=False):
        image = _heatmap(ax, panel, share, bottom)
    for ax in cells[len(panels) :]:
        ax.axis("off")
    figure.colorbar(image, ax=cells, label="share of the largest", shrink=0.82, pad=0.015)
    yield finish(figure, "The Hessian, block by block", _heatmap_caption(panels))


def _shares(panel: Panel) -> list[list[float]]:
    largest = max(max(row) for row in panel["norms"]) or 1.0
    return [[value / largest for value in row] for row in panel["norms"]]


def _heatmap(ax: Any, panel: Panel, shares: list[list[float]], bottom: float) -> Any:
    from matplotlib import colormaps
    from matplotlib.colors import LogNorm

    count = len(shares)
    edges = [k + 0.5 for k in range(count + 1)]
    image = ax.pcolormesh(
        edges,
        edges,
        _without_zeros(shares),
        norm=LogNorm(vmin=bottom, vmax=1.0),
        cmap=colormaps["viridis"].with_extremes(bad=ZERO),
        edgecolors="white",
        linewidth=0.4,
    )
    ax.set(title=f"C = {panel['C']}", aspect="equal", xlabel="class j")
    ax.set_ylabel("class i")
    ax.invert_yaxis()
    ax.set_xticks(_ticks(count))
    ax.set_yticks(_ticks(count))
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    return image


def _without_zeros(shares: list[list[float]]) -> Any:
    import numpy as np

    values = np.array(shares)
    return np.ma.masked_less_equal(values, 0.0)


def _ticks(count: int) -> list[int]:
    return list(range(1, count + 1)) if count <= 3 else [1, *range(5, count + 1, 5)]


def _heatmap_caption(panels: list[Panel]) -> str:
    sizes = sorted({(p["d"], p["N"]) for p in panels})
    drawn = "; ".join(f"d = {d}, N = {N}" for d, N in sizes)
    text = (
        "Squared Frobenius norms of the blocks among the first classes of one drawn Hessian"
        f" ({drawn}), as shares of the largest block in each panel. No verdict rests on it."
    )
    zeros = any(v == 0 for p in panels for row in p["norms"] for v in row)
    return text + (" Grey blocks are exactly zero." if zeros else "")


def spectra(record: dict[str, Any]) -> Iterator[Figure]:
    """Draw eigenvalues of drawn blocks over their limiting densities, a panel for each."""
    panels = record.get("spectra", [])
    if not panels:
        return
    classes = sorted({int(p["C"]) for p in panels})
    blocks = sorted({p["block"] for p in panels})
    on_decades = all(_is_one_sided(p) for p in panels) and any(_is_wide(p) for p in panels)
    size = {"width": 3.3 * len(classes) + 0.3, "height": 2.3 * len(blocks) + 0.5}
    figure, axes = canvas(len(blocks), len(classes), **size)
    for ax in (ax for line in axes for ax in line):
        ax.axis("off")
    for panel in panels:
        ax = axes[blocks.index(panel["block"])][classes.index(int(panel["C"]))]
        _histogram(ax, panel, on_decades)
        ax.set_title(f"{panel['block']}, C = {panel['C']}")
    figure.legend(*axes[0][0].get_legend_handles_labels(), loc="outside lower center", ncols=2)
    yield finish(figure, "Spectra of Hessian blocks", _spectra_caption(panels, on_decades))


def _spectra_caption(panels: list[Panel], on_decades: bool) -> str:
    sizes = sorted({(p["d"], p["N"]) for p in panels})
    drawn = "; ".join(f"d = {d}, N = {N}" for d, N in sizes)
    text = (
        f"All eigenvalues of one drawn block ({drawn}) over the generalised Marchenko-Pastur"
        " density with independent weights, whose law is that of a finite sample of weights:"
        " rare large weights outside the sample show as eigenvalues beyond the curve,"
        " which ends where its grid does."
    )
    scale = " Logarithmic axes: heights are shares per decade." if on_decades else ""
    return text + scale + " No verdict rests on it."


def spectrum(record: dict[str, Any]) -> Iterator[Figure]:
    """Draw eigenvalues of drawn matrices over the limiting density."""
    panel = record.get("spectrum")
    if not panel:
        return
    figure, axes = canvas(width=6.4, height=3.3)
    ax = axes[0][0]
    _histogram(ax, panel, on_decades=False)
    if "inverse" in panel:
        curve, style = panel["inverse"], {"color": QUIET, "linestyle": "--", "linewidth": 1.2}
        ax.plot(curve["x"], curve["density"], label="law at the inverse ratio", **style)
        ax.set_yscale("log")
        bottom = min(v for v in panel["density"] if v > 0)
        ax.set_ylim(bottom=bottom, top=2 * max(*curve["density"], *panel["density"]))
    ax.legend()
    yield finish(figure, "Spectrum of drawn matrices", _spectrum_caption(panel))


def _spectrum_caption(panel: Panel) -> str:
    zeros = int(panel.get("zeros", 0))
    count = len(panel["eigenvalues"]) + zeros
    matrices = "one drawn matrix"
    if "d" in panel:
        drawn = count // panel["d"]
        matrices = f"{drawn} drawn matrices" if drawn > 1 else matrices
        matrices += f" (d = {panel['d']}, N = {panel['N']})"
    text = f"All {count} eigenvalues of {matrices} over the limiting density."
    if zeros:
        text += (
            f" {zeros} of them, {zeros / count:.1%}, are 0 and not shown; the law has an atom of"
            f" mass {panel['atom']:.1%} there."
        )
    return text + " No verdict rests on it."


def _histogram(ax: Any, panel: Panel, on_decades: bool) -> None:
    ax.axis("on")
    eigenvalues, x, density = panel["eigenvalues"], panel["x"], panel["density"]
    name = "eigenvalue"
    if on_decades:
        density = [p * abs(t) * log(10) for t, p in zip(x, density, strict=True)]
        name = "eigenvalue" if eigenvalues[0] > 0 else "− eigenvalue"
        eigenvalues, x = [abs(t) for t in eigenvalues], [abs(t) for t in x]
        ax.set_xscale("log")
    edges = _edges(eigenvalues, on_decades)
    heights = _heights({**panel, "eigenvalues": eigenvalues}, edges, on_decades)
    ax.stairs(heights, edges, fill=True, color=DRAWN, alpha=0.35, label="drawn eigenvalues")
    ax.plot(x, density, color=LIMIT, linewidth=1.5, label="limiting density")
    ax.set_xlabel(name)
    ax.set_ylabel("share per decade" if on_decades else "density")
    ax.set_ylim(bottom=0)


def _edges(eigenvalues: list[float], on_decades: bool) -> list[float]:
    low, high = min(eigenvalues), max(eigenvalues)
    if on_decades:
        return [low * (high / low) ** (k / BINS) for k in range(BINS)] + [high]
    width = (high - low) or abs(high) or 1.0
    return [low + width * k / BINS for k in range(BINS)] + [low + width]


def _heights(panel: Panel, edges: list[float], on_decades: bool) -> list[float]:
    """Return the share of eigenvalues in each bin, per unit of the axis; zeros count as well."""
    import numpy as np

    eigenvalues = panel["eigenvalues"]
    counts, _ = np.histogram(eigenvalues, bins=np.array(edges))
    widths = np.diff(np.log10(edges) if on_decades else edges)
    return [float(v) for v in counts / (len(eigenvalues) + panel.get("zeros", 0)) / widths]


def _is_one_sided(panel: Panel) -> bool:
    """Whether all eigenvalues have one sign, and none is zero but for rounding."""
    low, high = min(panel["eigenvalues"]), max(panel["eigenvalues"])
    sizes = sorted((abs(low), abs(high)))
    return bool(low * high > 0 and sizes[0] > 1e-12 * sizes[1])


def _is_wide(panel: Panel) -> bool:
    sizes = [abs(value) for value in panel["eigenvalues"]]
    return bool(max(sizes) > 100 * min(sizes))
