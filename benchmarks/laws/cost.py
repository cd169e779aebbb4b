"""What a law costs: cold, in peak memory, and as points and atoms grow."""

from __future__ import annotations

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from laws.accuracy import POINTS, midpoints
from laws.problems import MILLION, PROBLEMS, Problem, lognormal
from rmtcheck.spectral.arrays import Array

ATOMS = (1_000, 10_000, 100_000, 1_000_000)
RATIOS = (1e-3, 0.1, 1.0, 10.0, 100.0, 1e3)
POINTS_ASKED = (100, 1_000, 10_000, 100_000)
GIGABYTES_ALLOWED = 1.5
PATIENCE = 1.0


def seconds(call: Callable[[], object], least: int = 3, most: int = 15) -> tuple[float, float]:
    """Return the median and the least wall time of repeated calls."""
    found: list[float] = []
    while len(found) < least or (len(found) < most and sum(found) < PATIENCE):
        start = time.perf_counter()
        call()
        found.append(time.perf_counter() - start)
    return statistics.median(found), min(found)


def cold(problem: Problem, atoms: Array, points: Array) -> None:
    """Make a population and its law, find the support, and evaluate the density."""
    law = problem.law(atoms)
    law.support()
    law.pdf(points)


def cold_seconds(problem: Problem, count: int = POINTS) -> tuple[float, float]:
    """Return the median and the least time of a cold law with a number of points."""
    atoms = problem.draw()
    points = midpoints(list(problem.law(atoms).support()), count)
    return seconds(lambda: cold(problem, atoms, points))


def priced(problem: Problem) -> dict[str, float]:
    """Return the time of a problem, and what is allowed."""
    median, least = cold_seconds(problem)
    allowed = problem.seconds_allowed(len(problem.draw()))
    return {"seconds": median, "least seconds": least, "seconds allowed": allowed}


def growth() -> dict[str, Any]:
    """Return times as atoms and points grow, with the slopes of their logarithms."""
    crowds = [Problem("", lambda n=n: lognormal(n), 0.5) for n in ATOMS]
    hundred = next(p for p in PROBLEMS if p.name == "100 equally spaced")
    by_atoms = [cold_seconds(p)[0] for p in crowds]
    by_points = [cold_seconds(hundred, n)[0] for n in POINTS_ASKED]
    return {
        "atoms": dict(zip(map(str, ATOMS), by_atoms, strict=True)),
        "slope in atoms": _slope(ATOMS, by_atoms),
        "points": dict(zip(map(str, POINTS_ASKED), by_points, strict=True)),
        "slope in points": _slope(POINTS_ASKED, by_points),
    }


def across_ratios() -> dict[str, dict[str, Any]]:
    """Return times of the large populations at aspect ratios of all sizes, and what is allowed."""
    found = {}
    for n in (10_000, 1_000_000):
        crowds = {gamma: Problem("", lambda n=n: lognormal(n), gamma) for gamma in RATIOS}
        times = {f"{gamma:g}": cold_seconds(crowd)[0] for gamma, crowd in crowds.items()}
        found[str(n)] = {"seconds": times, "seconds allowed": crowds[1.0].seconds_allowed(n)}
    return found


def peak_gigabytes() -> float:
    """Return the peak memory of a process that evaluates the largest problem once."""
    program = "from laws.cost import peak; peak()"
    folder = Path(__file__).parents[1]
    command = [sys.executable, "-c", program]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return float(ran.stdout)


def peak() -> None:
    """Evaluate the largest problem once and print the peak memory so far, in GB."""
    atoms = MILLION.draw()
    law = MILLION.law(atoms)
    law.pdf(midpoints(list(law.support())))
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20)


def _slope(sizes: tuple[int, ...], times: list[float]) -> float:
    return float(np.polyfit(np.log(sizes), np.log(times), 1)[0])
