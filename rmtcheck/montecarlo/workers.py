"""A pool of worker processes that compute on one thread each and outlive a crash."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from types import TracebackType
from typing import ParamSpec, TypeVar

from rmtcheck.montecarlo.checks import require_integer

_P = ParamSpec("_P")
_T = TypeVar("_T")

_THREAD_LIMITS = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "BLIS_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)


class Workers:
    """A reusable pool of spawned processes, a context manager.

    Also one job runs in a process of its own: the number of threads of the linear algebra
    changes the order of its sums, so only processes that start with one thread give the
    same bits for every number of jobs. Processes start at the first task. A script that
    uses a pool needs the guard ``if __name__ == "__main__":``.

    Parameters
    ----------
    jobs : int, default 1
        Number of processes, at least 1.

    Raises
    ------
    DomainError
        When ``jobs`` is not a positive integer.
    """

    def __init__(self, jobs: int = 1) -> None:
        require_integer("jobs", jobs, 1)
        self.jobs = jobs
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def submit(
        self, function: Callable[_P, _T], *arguments: _P.args, **options: _P.kwargs
    ) -> Future[_T]:
        """Start a call in a worker and return its future."""
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self.jobs, mp_context=context)
        # processes start inside submit, and the libraries read the limits when they load
        with _single_threaded_children():
            return self._pool.submit(function, *arguments, **options)

    def stop(self) -> None:
        """End the processes; the next `submit` starts others."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None


@contextmanager
def _single_threaded_children() -> Iterator[None]:
    before = {name: os.environ.get(name) for name in _THREAD_LIMITS}
    os.environ.update(dict.fromkeys(_THREAD_LIMITS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
