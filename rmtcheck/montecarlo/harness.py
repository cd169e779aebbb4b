"""Blocks of draws over workers, merged in block order, stored when finished.

The rows depend on the task, the root seed and the number of the block alone: not on how many
workers there are or where, on which block finishes first, or on what an earlier run had stored.
"""

from __future__ import annotations

import importlib
import inspect
import json
import platform
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import BrokenExecutor, Future
from dataclasses import dataclass, field
from functools import cache
from typing import TypeAlias

import numpy as np
import sympy
from numpy.typing import NDArray

from rmtcheck.errors import DomainError, RmtcheckError
from rmtcheck.montecarlo.catalog import find_statistic
from rmtcheck.montecarlo.checks import require_integer
from rmtcheck.montecarlo.store import Store, source_fingerprint, store_key
from rmtcheck.montecarlo.streams import stream
from rmtcheck.montecarlo.workers import Workers

Array = NDArray[np.float64]
Parameter: TypeAlias = int | float | str | sympy.Basic


@dataclass(frozen=True, kw_only=True)
class Task:
    """What to draw: small enough to send to a worker, which looks the statistic up.

    Attributes
    ----------
    claim
        Identifier of the claim that the draws are for.
    statistic
        A name of the catalog, or ``"module:attribute"``.
    parameters
        Arguments of the statistic by name: integers, floats, strings, and nouns.
    draws_per_block
        Rows of one block, at least 1.

    Raises
    ------
    DomainError
        When the statistic is unknown, its parameters do not fit, or ``draws_per_block`` is
        not a positive integer.
    """

    claim: str
    statistic: str
    parameters: Mapping[str, Parameter] = field(default_factory=dict)
    draws_per_block: int = 100

    def __post_init__(self) -> None:
        require_integer("draws_per_block", self.draws_per_block, 1)
        row = find_statistic(self.statistic).row
        try:
            inspect.signature(row).bind(None, **self.parameters)
        except TypeError as error:
            raise DomainError(
                f"parameters = {dict(self.parameters)!r} must fit: {error}."
            ) from error
        if not all(_is_parameter(value) for value in self.parameters.values()):
            raise DomainError(
                f"parameters = {dict(self.parameters)!r} must be int, float, str or nouns."
            )

    @property
    def identity(self) -> str:
        """The task as canonical JSON: names its streams and its blocks in the store."""
        content = [self.claim, self.statistic, dict(self.parameters), self.draws_per_block]
        return json.dumps(content, sort_keys=True, default=sympy.srepr)

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the columns of a row."""
        return find_statistic(self.statistic).columns


def run_blocks(
    task: Task,
    *,
    root: int,
    blocks: int,
    workers: Workers,
    store: Store | None = None,
    stop: Callable[[Array], bool] | None = None,
    on_block: Callable[[int, int], None] | None = None,
) -> Array:
    """Draw blocks of a task until the rule says stop, and return their rows in order.

    Parameters
    ----------
    task : Task
        What to draw.
    root : int
        Root seed of the run, at least 0.
    blocks : int
        Largest number of blocks, at least 1.
    workers : Workers
        Who draws.
    store : Store, optional
        Where finished blocks are kept and looked up.
    stop : callable, optional
        Sees the rows of blocks 0, ..., k after each block k, in this order; true ends the run.
    on_block : callable, optional
        Called with (blocks merged so far, ``blocks``) after each block.

    Returns
    -------
    ndarray, shape (k * task.draws_per_block, len(task.columns))
        The rows of the first k blocks, k at most ``blocks``.

    Raises
    ------
    DomainError
        When an argument is out of range, or the statistic refuses its parameters.
    StoreError
        When the store cannot be used.
    RmtcheckError
        When workers died over and over without a finished block, or have other sources.

    Accuracy
    --------
    Exact: equal tasks and roots give equal bits with one version of numpy on machines of one kind,
    whatever the workers are; those whose arithmetic is seen to differ are refused.
    """
    require_integer("blocks", blocks, 1)
    require_integer("root", root, 0)
    draws = task.draws_per_block
    rows = np.empty((blocks * draws, len(task.columns)))
    for block, values in _Run(task, root, blocks, workers, store).in_order():
        rows[block * draws : (block + 1) * draws] = values
        merged = rows[: (block + 1) * draws]
        if on_block is not None:
            on_block(block + 1, blocks)
        if stop is not None and stop(merged):
            break
    return merged.copy()


def draw_block(task: Task, root: int, block: int, sources: str | None = None) -> Array:
    """Return the rows of one block.

    Parameters
    ----------
    task : Task
        What to draw.
    root : int
        Root seed.
    block : int
        Number of the block.
    sources : str, optional
        Digest that the sources here must have, from the process that asks.

    Returns
    -------
    ndarray, shape (task.draws_per_block, len(task.columns))
        One row per draw.

    Raises
    ------
    DomainError
        When the statistic refuses its parameters or gives a row that is not finite.
    RmtcheckError
        When the sources here are others.
    """
    if sources not in (None, _fingerprint(task.statistic)):
        raise RmtcheckError(
            f"A worker on {platform.node()!r} has other sources than this process: give all "
            "machines the same rmtcheck, numpy and statistics, and begin anew."
        )
    rng, statistic = stream(root, task.identity, block), find_statistic(task.statistic)
    draws = range(task.draws_per_block)
    rows = np.array([statistic.row(rng, **task.parameters) for _ in draws], dtype=float)
    if rows.shape != (task.draws_per_block, len(statistic.columns)) or not np.isfinite(rows).all():
        raise DomainError(f"statistic = {task.statistic!r} must give finite rows of its columns.")
    return rows


class _Run:
    """The state of one run: blocks at hand, blocks on the way, restarts left."""

    def __init__(
        self, task: Task, root: int, blocks: int, workers: Workers, store: Store | None
    ) -> None:
        self.task, self.root, self.blocks = task, root, blocks
        self.workers, self.store = workers, store
        fingerprint = _fingerprint(task.statistic)
        self.key = store_key(task.identity, root, fingerprint)
        self.sources = fingerprint if workers.are_elsewhere else None
        self.ready = store.finished(self.key) if store else {}
        self.pending: dict[Future[Array], int] = {}
        self.losses = 0

    def in_order(self) -> Iterator[tuple[int, Array]]:
        """Yield (block, rows) for block 0, 1, ...; stored blocks are not drawn again."""
        try:
            for block in range(self.blocks):
                while block not in self.ready:
                    self._advance(block)
                yield block, self.ready.pop(block)
        finally:
            for future in self.pending:
                future.cancel()

    def _advance(self, block: int) -> None:
        """Keep the workers busy ahead of ``block`` and take in whatever has finished."""
        try:
            self._submit_from(block)
            for future in self.workers.finished(self.pending):
                self._accept(future)
        except BrokenExecutor as error:
            self._recover(error)

    def _submit_from(self, block: int) -> None:
        # one block beyond the number of workers: none waits, little is drawn in vain at a stop
        under_way = set(self.pending.values())
        for ahead in range(block, min(block + self.workers.jobs + 1, self.blocks)):
            if ahead not in self.ready and ahead not in under_way:
                arguments = (self.task, self.root, ahead, self.sources)
                self.pending[self.workers.submit(draw_block, *arguments)] = ahead

    def _accept(self, future: Future[Array]) -> None:
        block = self.pending.pop(future)
        values = future.result()
        if self.store is not None:
            self.store.put(self.key, block, self.task.columns, values)
        self.ready[block] = values
        self.losses = 0

    def _recover(self, error: BrokenExecutor) -> None:
        """Keep what finished before the loss, then begin with other workers."""
        for future in [f for f in self.pending if f.done() and not f.exception()]:
            self._accept(future)
        self.pending.clear()
        self.losses += 1
        if self.losses > self.workers.retries:
            raise RmtcheckError(
                f"The workers died {self.losses} times in a row while drawing for "
                f"{self.task.claim!r}: {self.workers.blame}."
            ) from error
        self.workers.stop()


def _is_parameter(value: object) -> bool:
    return type(value) in (int, float, str) or isinstance(value, sympy.Basic)


@cache
def _fingerprint(statistic: str) -> str:
    """Digest of the sources that a statistic comes from, as this process first saw them."""
    module, _, attribute = statistic.partition(":")
    file = importlib.import_module(module).__file__ if attribute else None
    return source_fingerprint(*([file] if file else []))
