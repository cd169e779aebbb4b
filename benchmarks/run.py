"""Measure every figure that the README names, and say whether its target is met."""

from __future__ import annotations

import argparse
import json
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import rmtcheck

BASELINE = Path(__file__).with_name("baseline.json")
ASPECT_RATIOS = [Fraction(1, 10), Fraction(1, 2), Fraction(1), Fraction(2), Fraction(10)]
COMMAND = [sys.executable, "-m", "rmtcheck"]


def seconds(call: Callable[[], object], runs: int = 5) -> float:
    """Return the median wall time of a call, caches of earlier runs dropped."""
    found = []
    for _ in range(runs):
        forget()
        start = time.perf_counter()
        call()
        found.append(time.perf_counter() - start)
    return statistics.median(found)


def forget() -> None:
    """Empty every cache of the certified engine."""
    for name, module in list(sys.modules.items()):
        if name.startswith("rmtcheck.certify"):
            for member in vars(module).values():
                getattr(member, "cache_clear", lambda: None)()


def five_ratios() -> None:
    """Enclose the block ratio at the vocabulary of a language model."""
    for gamma in ASPECT_RATIOS:
        rmtcheck.linear_ce(gamma, 128_256)


def verify_everything() -> tuple[float, float]:
    """Return wall seconds and peak gigabytes (of one process) of a first run."""
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        subprocess.run([*COMMAND, "verify"], cwd=folder, capture_output=True, check=False)
        wall = time.perf_counter() - start
    return wall, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20


def measure() -> dict[str, tuple[float, float]]:
    """Return (found, target) for every figure."""
    rmtcheck.softmax_moment((1, 1), 10)
    help_command = [*COMMAND, "--help"]
    wall, memory = verify_everything()
    return {
        "softmax_moment, 30 digits, s": (
            seconds(lambda: rmtcheck.softmax_moment((1, 1), 128_256, digits=30)),
            0.2,
        ),
        "softmax_moment, 50 digits, s": (
            seconds(lambda: rmtcheck.softmax_moment((1, 1), 128_256, digits=50)),
            1.0,
        ),
        "linear_ce, five ratios, s": (seconds(five_ratios), 2.0),
        "rmtcheck --help, s": (
            seconds(lambda: subprocess.run(help_command, capture_output=True, check=True)),
            0.3,
        ),
        "rmtcheck verify, s": (wall, 60.0),
        "rmtcheck verify, largest process, GB": (memory, 1.5),
    }


def main() -> int:
    """Print the figures; exit 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", action="store_true", help="write baseline.json")
    options = parser.parse_args()
    figures = measure()
    for name, (found, target) in figures.items():
        print(f"{name:40} {found:8.3f}  target {target:g}  {'ok' if found < target else 'MISSED'}")
    if options.store:
        python = platform.python_version()
        environment = f"{platform.system()} {platform.machine()}, Python {python}"
        values = {name: round(found, 4) for name, (found, _) in figures.items()}
        BASELINE.write_text(json.dumps({"environment": environment, **values}, indent=1) + "\n")
    return int(any(found >= target for found, target in figures.values()))


if __name__ == "__main__":
    raise SystemExit(main())
