"""Measure draws of hidden-layer norms: power against plain draws, and rates at small widths."""

from __future__ import annotations

import argparse
import json
import math
import platform
import runpy
import time
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from rmtcheck.montecarlo.hidden_layer import Setting, draw_norms
from rmtcheck.montecarlo.streams import stream
from rmtcheck.spectral.shared_readout import cross_entropy_norm, relu_overlap_value
from rmtcheck.symbolic.small_widths import approach
from rmtcheck.vocabulary.observations import Estimate

STORED = Path(__file__).with_name("small_widths.json")
TESTS = Path(__file__).parents[1] / "tests"
PLAIN = runpy.run_path(str(TESTS / "unit" / "montecarlo" / "plain_hidden_layer.py"))
ONE_CLASS = runpy.run_path(str(TESTS / "oracles" / "one_large_class.py"))
BLOCKS = {
    "hidden, diagonal": ("w", True),
    "hidden, other": ("w", False),
    "output, diagonal": ("v", True),
    "output, other": ("v", False),
}
WIDTHS, CLASSES = (3, 4, 8, 20), (10, 100, 1000, 10_000)
ENTRIES = 4_000_000
"""Entries of V that plain draws may hold."""
DEVIATIONS, OFF = 6, (0.05, 0.1)
RATES = {  # what grows or approaches, at which width
    "hidden, other": (2, 3, 4, 5),
    "output, diagonal": (1, 2, 3),
    "output, other": (1, 2, 3, 4),
}
SIZES = (100, 1000, 10_000, 100_000)
ALONE = 1e9
"""A gamma at which only E[lambda^2] counts."""


def measure(root: int, work: int) -> dict[str, Any]:
    """Return every figure; rows are printed as they come."""
    figures: dict[str, Any] = {"environment": _environment(), "power": {}, "rates": {}}
    for m in WIDTHS:
        for C in CLASSES:
            figures["power"][f"m = {m}, C = {C}"] = row = compared(m, C, root, work)
            print(f"m = {m:2}, C = {C:5}  " + "  ".join(map(_shown, row.values())), flush=True)
    for name, widths in RATES.items():
        for m in widths:
            figures["rates"][f"{name}, m = {m}"] = row = grown(*BLOCKS[name], m, root, work)
            print(f"{name}, m = {m}: {row}", flush=True)
    return figures


def compared(m: int, C: int, root: int, work: int) -> dict[str, dict[str, float]]:
    """Return the gain of a standard error at equal time, by kind of block."""
    found = {}
    for name, (layer, kind) in BLOCKS.items():
        rng = stream(root, f"small widths {name} {m}", C)
        # both kinds are drawn in one call, each draw on its own: half the time is for either
        draws = max(100, work // C)
        drawn, seconds = _timed(draw_norms, Setting(1.0, m, C), layer, draws, rng)
        plain, plainly = _timed(_plain, m, C, layer, work // C, rng)
        sizes = {w: (DEVIATIONS / w) ** 2 * _relative(drawn[kind]) ** 2 for w in OFF}
        gain = _relative(plain[kind]) / _relative(drawn[kind]) * math.sqrt(plainly / seconds * 2)
        found[name] = {
            "standard error shrinks by": gain,
            "relative error": _relative(drawn[kind]),
            "draws": draws,
        } | {f"draws to reject {w:.0%}": math.ceil(draws * n) for w, n in sizes.items()}
    return found


def _plain(m: int, C: int, layer: str, draws: int, rng: np.random.Generator) -> dict[bool, Any]:
    size = min(draws, max(1, ENTRIES // (m * C)))
    batches = [PLAIN["plain_values"](1.0, m, C, layer, size, rng) for _ in range(draws // size)]
    values = {kind: np.concatenate([b[kind] for b in batches]) for kind in (True, False)}
    return {
        kind: Estimate(value=v.mean(), error=v.std(ddof=1) / math.sqrt(len(v)))
        for kind, v in values.items()
    }


def grown(layer: str, diagonal: bool, m: int, root: int, work: int) -> dict[str, Any]:
    """Return C^k E|H|^2 (at huge gamma for hidden blocks), and local against derived slopes."""
    power = 1 if layer == "w" else 2 if diagonal else 4
    values = {}
    for C in SIZES:
        one = _drawn(layer, m, C, root, 3 * work // C)[diagonal]
        scale = float(C) ** power / (ALONE if layer == "w" else 1.0)
        values[C] = Estimate(value=one.value * scale, error=one.error * scale)
    derived = approach(layer, diagonal=diagonal, m=m)
    falls = derived.exponent < 0
    limit = _limit(layer, diagonal, m) if falls else None
    row: dict[str, Any] = {
        "values": {str(C): [e.value, e.error] for C, e in values.items()},
        "limit": limit,
        "derived": [str(derived.exponent), float(derived.exponent), float(derived.logarithms)],
        "slopes": _slopes(values, limit, float(derived.logarithms)),
    }
    if layer == "w":
        row["one large class"] = [ONE_CLASS["norm"](m, math.log(C)) for C in SIZES]
    return row


@lru_cache
def _drawn(layer: str, m: int, C: int, root: int, draws: int) -> dict[bool, Estimate]:
    gamma = ALONE if layer == "w" else 1.0
    return draw_norms(Setting(gamma, m, C), layer, draws, stream(root, f"rates {layer} {m}", C))


def _limit(layer: str, diagonal: bool, m: int) -> float:
    if layer == "w":
        return float(ONE_CLASS["moment"](2.0, m))
    if m < 3:  # the quadrature of the limits starts at width 3
        zero, one, two = (relu_overlap_value(k, 1 / m).value for k in range(3))
        return m * zero ** (m - 2) * ((m - 1) * one**2 + zero * two)
    return cross_entropy_norm(layer, diagonal=diagonal, gamma=1.0, m=m).coefficient.value


def _slopes(
    values: dict[int, Estimate], limit: float | None, logarithms: float
) -> list[list[float]]:
    """Return exponents of C between neighbouring sizes, the logarithms removed, with errors."""
    sizes, heights = [math.log(C) for C in values], list(values.values())
    found = []
    for k in range(len(sizes) - 1):
        ends = [(limit - e.value if limit else e.value, e.error) for e in heights[k : k + 2]]
        if min(end for end, _ in ends) <= 0:
            continue
        span = sizes[k + 1] - sizes[k]
        powers = logarithms * math.log(sizes[k + 1] / sizes[k])
        slope = (math.log(ends[1][0] / ends[0][0]) - powers) / span
        found.append([slope, math.hypot(*(error / end for end, error in ends)) / span])
    return found


def _timed(work: Callable[..., Any], *given: Any) -> tuple[Any, float]:
    start = time.perf_counter()
    found = work(*given)
    return found, time.perf_counter() - start


def _relative(estimate: Estimate) -> float:
    return estimate.error / estimate.value


def _shown(row: dict[str, float]) -> str:
    return f"{row['standard error shrinks by']:6.2f} ({row['draws to reject 5%']:7})"


def _environment() -> str:
    python, system = platform.python_version(), f"{platform.system()} {platform.machine()}"
    return f"{system}, Python {python}, numpy {np.__version__}"


def _rounded(value: Any) -> Any:
    """Return figures to three digits."""
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    if isinstance(value, float) and value and math.isfinite(value):
        return float(f"{value:.3g}")
    return value


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", action="store_true", help=f"write {STORED.name}")
    parser.add_argument("--root", type=int, default=0, help="root of the random streams")
    parser.add_argument("--work", type=int, default=1_500_000, help="logits for a figure")
    options = parser.parse_args()
    print("standard errors shrink by (draws to reject 5 %): " + ", ".join(BLOCKS))
    figures = measure(options.root, options.work)
    if options.store:
        STORED.write_text(json.dumps(_rounded(figures), indent=1) + "\n")


if __name__ == "__main__":
    main()
