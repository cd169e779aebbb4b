"""Draws for one claim: the pool, the store, the root seed and the effort of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rmtcheck.channels._protocol import Progress
from rmtcheck.montecarlo.harness import Parameter, Task, run_blocks
from rmtcheck.montecarlo.store import Store
from rmtcheck.montecarlo.workers import Workers

BLOCKS = 8
"""Blocks of a series: enough to keep a few workers busy and to lose little when killed."""


@dataclass(frozen=True)
class Simulator:
    """What a study draws with.

    Attributes
    ----------
    claim
        The claim that is drawn for; its name addresses the random streams.
    seed
        Root of all streams.
    workers, store
        The pool, and where finished blocks are kept.
    effort
        Factor on every number of draws.
    progress
        Who is told.
    """

    claim: str
    seed: int
    workers: Workers
    store: Store
    effort: int
    progress: Progress

    def draws(
        self, statistic: str, parameters: Mapping[str, Parameter], count: int
    ) -> NDArray[np.float64]:
        """Return `count` draws (times the effort) of a statistic, one row each."""
        sizes = ", ".join(f"{name}={value}" for name, value in parameters.items())
        blocks = min(BLOCKS, count)
        task = Task(
            claim=self.claim,
            statistic=statistic,
            parameters=dict(parameters),
            draws_per_block=count // blocks,
        )
        return run_blocks(
            task,
            root=self.seed,
            blocks=blocks * self.effort,
            workers=self.workers,
            store=self.store,
            on_block=lambda done, total: self.progress(f"drawing {sizes}: {done}/{total}"),
        )
