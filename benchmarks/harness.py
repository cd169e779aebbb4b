"""Speed of the harness: two processes against one, and what a cluster adds to a block.

All figures are ratios or differences within one run; workers are started and warm before the
clock is.
"""

import sys
import time

from rmtcheck.montecarlo.harness import Task, run_blocks
from rmtcheck.montecarlo.workers import Workers

ENGINES = {"one": (1,), "two": (2,), "dask": (2, "local")}
HEAVY = Task(
    claim="benchmark",
    statistic="block_norms",
    parameters={"d": 150, "N": 400, "C": 30},
    draws_per_block=60,
)
EMPTY = Task(claim="benchmark", statistic="projection", parameters={"d": 3}, draws_per_block=1)
REPEATS = 3
TARGETS = {
    "speed-up of two processes": lambda value: value >= 1.7,
    "speed-up of two workers of a cluster": lambda value: value >= 1.5,
    "milliseconds of a block, processes": lambda value: value <= 5,
    "milliseconds of a block, cluster": lambda value: value <= 50,
}


def seconds(task, blocks, workers):
    begun = time.perf_counter()
    run_blocks(task, root=0, blocks=blocks, workers=workers)
    return time.perf_counter() - begun


def best(engine):
    """Return the least seconds of a heavy run and of an empty block."""
    with Workers(*ENGINES[engine]) as workers:
        seconds(HEAVY, 4, workers)
        heavy = min(seconds(HEAVY, 16, workers) for _ in range(REPEATS))
        empty = min(seconds(EMPTY, 60, workers) / 60 for _ in range(REPEATS))
    return heavy, empty


def figures():
    heavy, empty = {}, {}
    for engine in ENGINES:
        heavy[engine], empty[engine] = best(engine)
    return {
        "speed-up of two processes": heavy["one"] / heavy["two"],
        "speed-up of two workers of a cluster": heavy["one"] / heavy["dask"],
        "milliseconds of a block, processes": 1000 * empty["two"],
        "milliseconds of a block, cluster": 1000 * empty["dask"],
    }


def main():
    found = {name: round(value, 2) for name, value in figures().items()}
    missed = [name for name, value in found.items() if not TARGETS[name](value)]
    for name, value in found.items():
        print(f"{name:40} {value:8.2f}{'   missed' if name in missed else ''}")
    return bool(missed)


if __name__ == "__main__":
    sys.exit(main())
