"""Measure one trial of the path against bare linear algebra; processes, memory, growth, variance.

A trial draws data, a copy and V, and follows the path at ten times (both ends and eight
Gauss-Legendre nodes). At each it records the transform, its slope, the norm of the block and the
extreme eigenvalues. Bare are, on arrays at hand, the three calls that each time needs: a product
of a d x N array with its own transpose, `eigh` of a d x d matrix, and U^T X.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import platform
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from rmtcheck import CROSS_ENTROPY, HessianBlock, LinearModel, derive
from rmtcheck.montecarlo.decoupling.coupled import GAP, PLAIN_GAP, estimate
from rmtcheck.montecarlo.decoupling.path import PATH, TRIAL_ANGLES
from rmtcheck.montecarlo.harness import Task, run_blocks
from rmtcheck.montecarlo.streams import stream
from rmtcheck.montecarlo.workers import Workers
from rmtcheck.vocabulary import symbols
from rmtcheck.vocabulary.local_weights import local_weight

STORED = Path(__file__).with_name("interpolation.json")
THREADS = "OPENBLAS_NUM_THREADS"
DRAWN = STORED.with_suffix(".svg")
RATIO_ALLOWED, SPEEDUP_WANTED, MEMORY_ALLOWED = 1.5, 1.8, 1.1
CLASSES, POINT = 10, {"real": 0.03, "imag": 0.02}


def block(classes: int) -> Any:
    """Return the weight of a diagonal block of the linear model."""
    derived = derive(HessianBlock(LinearModel(symbols.d, classes), CROSS_ENTROPY, 1, 1))
    return local_weight(derived)


def trial(d: int, N: int) -> None:
    """Draw one row."""
    PATH.row(stream(0, "benchmark of the path", N), weight=block(CLASSES), d=d, N=N, **POINT)


def in_turns(calls: list[Callable[[], Any]], runs: int) -> list[float]:
    """Return the median wall time of calls that take turns."""
    times: list[list[float]] = [[] for _ in calls]
    for call in calls:
        call()
    for _ in range(runs):
        for call, own in zip(calls, times, strict=True):
            start = time.perf_counter()
            call()
            own.append(time.perf_counter() - start)
    return [statistics.median(own) for own in times]


def against_bare(d: int, N: int, runs: int) -> dict[str, float]:
    """Time a trial against the products and eigenproblems that it contains."""
    X = stream(0, "benchmark of the path", 0).standard_normal((d, N))
    H = X @ X.T / N

    def bare() -> None:
        for _ in TRIAL_ANGLES:
            _ = X @ X.T
            _, U = np.linalg.eigh(H)
            _ = U.T @ X

    own, products = in_turns([lambda: trial(d, N), bare], runs)
    return {"seconds": own, "bare seconds": products, "ratio": own / products}


def processes(d: int, N: int, blocks: int) -> dict[str, float]:
    """Time the same blocks on one and on two processes, started before the clock."""
    parameters = {"weight": block(CLASSES), "d": d, "N": N, **POINT}
    task = Task(
        claim="benchmark of the path",
        statistic="rmtcheck.montecarlo.decoupling.path:PATH",
        parameters=parameters,
        draws_per_block=2,
    )
    seconds, rows = [], []
    for jobs in (1, 2):
        with Workers(jobs) as workers:
            run_blocks(task, root=1, blocks=2 * jobs, workers=workers)
            start = time.perf_counter()
            rows.append(run_blocks(task, root=0, blocks=blocks, workers=workers))
            seconds.append(time.perf_counter() - start)
    same = float(np.array_equal(*rows))
    return {"one": seconds[0], "two": seconds[1], "speed-up": seconds[0] / seconds[1], "same": same}


def formula(d: int, N: int, k: int) -> int:
    """Return the bytes that `rmtcheck.montecarlo.decoupling.path` states."""
    return 8 * (3 * d * N + 3 * d * d + 9 * k * N)


def memory(d: int, N: int) -> dict[str, float]:
    """Return the peak of one trial in a fresh process, over the stated formula."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        peak = pool.apply(_peak, (d, N))
    return {"peak bytes": peak, "ratio": peak / formula(d, N, CLASSES)}


def _peak(d: int, N: int) -> int:
    trial(4, 8)  # modules and the formula of the weight are loaded before
    tracemalloc.start()
    trial(d, N)
    return tracemalloc.get_traced_memory()[1]


def growth(largest: int) -> dict[str, Any]:
    """Time trials with d = N/2, and fit the exponent of the time from 256 samples on."""
    sizes = [n for n in (64, 128, 256, 512, 1024, 2048) if n <= largest]
    seconds = [in_turns([lambda n=n: trial(n // 2, n)], 1 if n > 1024 else 3)[0] for n in sizes]
    fitted = [k for k, n in enumerate(sizes) if n >= min(256, sizes[-2])]
    logs = np.log([[sizes[k], seconds[k]] for k in fitted]).T
    return {"seconds": dict(zip(map(str, sizes), seconds, strict=True)),
            "exponent": float(np.polyfit(*logs, 1)[0])}  # fmt: skip


def variances(sizes: list[int], draws: int) -> dict[str, dict[str, float]]:
    """Compare the coupled estimate of the gap with plain draws: variance of one draw, and time."""
    found = {}
    for N in sizes:
        at = {"weight": block(3), "d": N // 2, "N": N, "real": 0.1, "imag": 0.1}
        spread, seconds = [], []
        for statistic in (PLAIN_GAP, GAP):
            rng, start = stream(0, "benchmark of the gap", N), time.perf_counter()
            table = np.array([statistic.row(rng, **at) for _ in range(draws)])
            seconds.append((time.perf_counter() - start) / draws)
            means = estimate(table[:, :2]), estimate(table)
            spread.append([float(np.trace(m.covariance)) * draws for m in means])
        plain, (coupled, controlled) = spread[0][0], spread[1]
        found[str(N)] = {
            "by the coupling": plain / coupled,
            "by the control variates": coupled / controlled,
            "together": plain / controlled,
            "at equal time": plain * seconds[0] / (controlled * seconds[1]),
        }
    return found


def measure(is_short: bool) -> dict[str, Any]:
    """Return every figure, or those of small sizes."""
    d, N = (20, 40) if is_short else (500, 1000)
    # the processes come last: what they heat up must not slow the others down
    return {
        "environment": f"{platform.system()} {platform.machine()}, Python "
        f"{platform.python_version()}, numpy {np.__version__}, {os.cpu_count()} cores, "
        f"BLAS threads {os.environ.get(THREADS, 'all')}",
        "load before": os.getloadavg()[0],
        "trial": {"d": d, "N": N, "classes": CLASSES, "times": len(TRIAL_ANGLES)},
        "against bare": against_bare(d, N, 2 if is_short else 5),
        "memory": memory(d, N),
        "growth": growth(128 if is_short else 2048),
        "variance": variances([16] if is_short else [64, 256, 1024], 40 if is_short else 200),
        "processes": processes(d, N, 2 if is_short else 12),
    }


def draw(figures: dict[str, Any]) -> None:
    """Draw the time of a trial against N, both in logarithms, with the fitted power."""
    from matplotlib.figure import Figure

    sizes, seconds = zip(
        *((int(n), t) for n, t in figures["growth"]["seconds"].items()), strict=True
    )
    power = figures["growth"]["exponent"]
    figure = Figure(figsize=(5, 3.5), layout="constrained")
    axes = figure.subplots()
    axes.loglog(sizes, seconds, "o", label="one trial, d = N/2")
    fitted = [seconds[-1] * (n / sizes[-1]) ** power for n in sizes]
    axes.loglog(sizes, fitted, "--", label=f"$N^{{{power:.2f}}}$, fitted from N = 256 on")
    axes.set(xlabel="N", ylabel="seconds")
    axes.grid(which="both", alpha=0.3)
    axes.legend()
    figure.savefig(DRAWN, metadata={"Date": None})


def missed(figures: dict[str, Any]) -> list[str]:
    """Return the targets that are not met."""
    found = []
    if (ratio := figures["against bare"]["ratio"]) > RATIO_ALLOWED:
        found.append(f"a trial takes {ratio:.2f} times the bare linear algebra")
    if (gain := figures["processes"]["speed-up"]) < SPEEDUP_WANTED:
        found.append(f"two processes are {gain:.2f} times as fast as one")
    if not figures["processes"]["same"]:
        found.append("one and two processes give different rows")
    if (ratio := figures["memory"]["ratio"]) > MEMORY_ALLOWED:
        found.append(f"the peak is {ratio:.2f} times the stated formula")
    return found


def rounded(value: Any) -> Any:
    """Return figures to three digits."""
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    return float(f"{value:.3g}") if isinstance(value, float) else value


def main() -> int:
    """Print the figures; exit 1 when a target is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", action="store_true", help=f"write {STORED.name}, {DRAWN.name}")
    parser.add_argument("--short", action="store_true", help="small sizes, no targets, seconds")
    options = parser.parse_args()
    if options.store and options.short:
        parser.error("small sizes are not stored")
    figures = rounded(measure(options.short))
    json.dump(figures, sys.stdout, indent=1)
    failures = [] if options.short else missed(figures)
    print("", *(f"MISSED  {line}" for line in failures), sep="\n")
    if options.store:
        STORED.write_text(json.dumps(figures, indent=1) + "\n")
        draw(figures)
    return int(bool(failures))


if __name__ == "__main__":
    raise SystemExit(main())
