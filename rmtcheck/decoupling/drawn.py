"""What is drawn for a study: every row comes from the harness, block by block, and is stored."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from rmtcheck.decoupling.pathwise import PathRecord, path_size, record
from rmtcheck.decoupling.question import Question
from rmtcheck.decoupling.rate import Gap
from rmtcheck.decoupling.steps import NAMES, Bounds, size_of_steps, steps_of
from rmtcheck.montecarlo.decoupling.coupled import estimate
from rmtcheck.montecarlo.decoupling.stein import Step
from rmtcheck.montecarlo.harness import Parameter, Task, run_blocks
from rmtcheck.montecarlo.store import Store
from rmtcheck.montecarlo.workers import Workers

Array = NDArray[np.float64]

CLAIM = "lindeberg"
_ENGINE = "rmtcheck.montecarlo.decoupling"
_MOST_PER_BLOCK, _SAMPLES_PER_BLOCK = 256, 2**15
_EXTREMES_DRAWS, _EXTREMES_PER_BLOCK = 32, 8
_LARGEST_EXTREMES = 2048


class Reporter(Protocol):
    """Who is told how a study goes on."""

    def start(self, claim: str, number: int, total: int) -> None:
        """Hear which part of the study begins."""
        ...

    def advance(self, text: str) -> None:
        """Hear how far it is."""
        ...


class Silent:
    """A reporter that says nothing."""

    def start(self, claim: str, number: int, total: int) -> None:
        """Say nothing."""

    def advance(self, text: str) -> None:
        """Say nothing."""


@dataclass(frozen=True)
class Mean:
    """A mean of draws with its standard error."""

    value: float
    error: float


@dataclass(frozen=True)
class ExtremesAt:
    """The extreme eigenvalues at one size, for H and with the prefix ``copy_`` for its copy."""

    N: int
    draws: int
    means: Mapping[str, Mean]


@dataclass(frozen=True)
class Drawer:
    """Draws what a question asks for.

    Attributes
    ----------
    question
        What is asked.
    workers
        Who computes.
    store
        Where finished blocks are kept, if anywhere.
    reporter
        Who is told.
    """

    question: Question
    workers: Workers
    store: Store | None = None
    reporter: Reporter = field(default_factory=Silent)

    def gap(self, N: int) -> Gap:
        """Estimate the weighted gap at one size."""
        per_block = max(1, min(_MOST_PER_BLOCK, _SAMPLES_PER_BLOCK // N))
        z = self.question.z
        parameters = {**self._sizes(N), "real": z.real, "imag": z.imag}
        wanted = self.question.draws_at(N)
        rows = self.rows(f"{_ENGINE}.coupled:GAP", parameters, per_block, wanted)
        found = estimate(rows)
        (a, b), (_, c) = found.covariance.tolist()
        return Gap(N, found.value, ((a, b), (b, c)), found.draws, found.gain)

    def path(self) -> PathRecord:
        """Follow one coupled draw along its path."""
        question, N = self.question, path_size(self.question)
        z = question.z
        parameters = {
            **self._sizes(N),
            "real": z.real,
            "imag": z.imag,
        }
        (row,) = self.rows("rmtcheck.decoupling.pathwise:PATHWISE", parameters, 1, 1)
        return record(question, row.tolist())

    def steps(self, bounds: Bounds | None) -> tuple[Step, ...]:
        """Measure the steps of the argument; none without proven bounds of the weight."""
        if bounds is None:
            return ()
        question, N = self.question, size_of_steps(self.question)
        parameters = {
            **self._sizes(N),
            "real": question.z.real,
            "imag": question.z.imag,
            "largest_weight": float(bounds.weight),
            "largest_slope": float(bounds.slope),
            "alpha": (1 - question.level) / len(NAMES),
        }
        (row,) = self.rows("rmtcheck.decoupling.steps:STEPS", parameters, 1, 1)
        return steps_of(row.tolist())

    def extremes(self) -> tuple[ExtremesAt, ...]:
        """Return the extreme eigenvalues at the two largest sizes that are not too large."""
        fitting = [
            N
            for N in self.question.sizes
            if max(N, self.question.d(N)) <= _LARGEST_EXTREMES and self.question.d(N) >= 4
        ]
        return tuple(self._extremes(N) for N in fitting[-2:])

    def rows(
        self, statistic: str, parameters: Mapping[str, Parameter], per_block: int, wanted: int
    ) -> Array:
        """Return at least as many rows of a statistic as are wanted."""
        task = Task(
            claim=CLAIM,
            statistic=statistic,
            parameters=parameters,
            draws_per_block=per_block,
        )
        return run_blocks(
            task,
            root=self.question.seed,
            blocks=math.ceil(wanted / per_block),
            workers=self.workers,
            store=self.store,
            on_block=lambda done, total: self.reporter.advance(f"block {done} of {total}"),
        )

    def _extremes(self, N: int) -> ExtremesAt:
        statistic = f"{_ENGINE}.outliers:EXTREMES"
        rows = self.rows(statistic, self._sizes(N), _EXTREMES_PER_BLOCK, _EXTREMES_DRAWS)
        columns = Task(claim=CLAIM, statistic=statistic, parameters=self._sizes(N)).columns
        means, errors = rows.mean(axis=0), rows.std(axis=0, ddof=1) / math.sqrt(len(rows))
        pairs = zip(means.tolist(), errors.tolist(), strict=True)
        return ExtremesAt(N, len(rows), dict(zip(columns, (Mean(*p) for p in pairs), strict=True)))

    def _sizes(self, N: int) -> dict[str, Parameter]:
        return {"weight": self.question.weight, "d": self.question.d(N), "N": N}
