"""Measure the constants: an enclosure at many classes, 50 digits of each kind, a long series."""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import flint
from sympy.core.cache import clear_cache

import rmtcheck
from rmtcheck.report import constants_text

STORED = Path(__file__).with_name("constants.json")
RUNS = 5
TASKS: dict[str, tuple[Callable[[], object], float]] = {
    "linear_ce at 10^9 classes, 30 digits": (lambda: rmtcheck.linear_ce(1, 10**9, digits=30), 1.0),
    "linear_ce at 10^9 classes, 50 digits": (lambda: rmtcheck.linear_ce(1, 10**9, digits=50), 1.0),
    "hidden_ce_constant, 50 digits": (lambda: rmtcheck.hidden_ce_constant(1, 3, digits=50), 0.1),
    "output_ce_constant, 50 digits": (lambda: rmtcheck.output_ce_constant(3, digits=50), 0.1),
    "hidden_mse, 50 digits": (lambda: rmtcheck.hidden_mse(1, 10, digits=50), 0.1),
    "linear_ce_constant, derived and 50 digits": (
        lambda: rmtcheck.linear_ce_constant(1).evalf(50),
        0.5,
    ),
    "linear_ce_series(10)": (lambda: rmtcheck.linear_ce_series(10), 5.0),
    "the table of all constants, 30 digits": (constants_text.plain, 30.0),
}
"""What is called, and the seconds that it may take."""


def seconds(call: Callable[[], object]) -> float:
    """Return the median wall time of a call, nothing remembered from earlier ones."""
    found = []
    for _ in range(RUNS):
        forget()
        start = time.perf_counter()
        call()
        found.append(time.perf_counter() - start)
    return statistics.median(found)


def forget() -> None:
    """Empty every cache of the package, and that of sympy."""
    clear_cache()
    for name, module in list(sys.modules.items()):
        if name.startswith("rmtcheck."):
            for member in list(vars(module).values()):
                getattr(member, "cache_clear", lambda: None)()


def main() -> int:
    """Print the figures; exit 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", action="store_true", help=f"write {STORED.name}")
    options = parser.parse_args()
    figures = {}
    for name, (call, allowed) in TASKS.items():
        call()  # modules are loaded late
        figures[name] = float(f"{seconds(call):.3g}")
        state = "ok" if figures[name] <= allowed else "MISSED"
        print(f"{name:42} {figures[name]:8.3g} s  target {allowed:g}  {state}", flush=True)
    if options.store:
        stored = {"environment": _environment(), "seconds": figures}
        STORED.write_text(json.dumps(stored, indent=1) + "\n")
    return int(any(figures[name] > allowed for name, (_, allowed) in TASKS.items()))


def _environment() -> str:
    python, system = platform.python_version(), f"{platform.system()} {platform.machine()}"
    return f"{system}, Python {python}, python-flint {flint.__version__}"


if __name__ == "__main__":
    raise SystemExit(main())
