"""Workers that compute on one thread each and outlive a crash, on one machine or many."""

from __future__ import annotations

from collections.abc import Callable, Collection
from concurrent.futures import FIRST_COMPLETED, Future, wait
from types import TracebackType
from typing import ParamSpec, TypeVar

from rmtcheck.montecarlo.checks import require_integer
from rmtcheck.montecarlo.cluster import LOCAL, Cluster, require_dask
from rmtcheck.montecarlo.processes import Processes

_P = ParamSpec("_P")
_T = TypeVar("_T")

_LOOK_SECONDS = 5.0


class Workers:
    """A reusable executor, a context manager: spawned processes, or workers of a dask scheduler.

    Also one job runs in a process of its own: the number of threads of the linear algebra
    changes the order of its sums, so only processes that compute on one thread give the
    same bits for every number of jobs. A script that starts processes needs the guard
    ``if __name__ == "__main__":``.

    Parameters
    ----------
    jobs : int, default 1
        Number of processes on this machine, at least 1.
    scheduler : str, optional
        Address of a dask.distributed scheduler whose workers are used instead, or ``"local"``
        for one that is started here with ``jobs`` workers.

    Raises
    ------
    DomainError
        When ``jobs`` is not a positive integer.
    RmtcheckError
        When ``scheduler`` is given and dask.distributed is not installed.
    """

    def __init__(self, jobs: int = 1, scheduler: str | None = None) -> None:
        require_integer("jobs", jobs, 1)
        if scheduler is not None:
            require_dask(scheduler)
        self._jobs = jobs
        self._scheduler = scheduler
        self._pool: Processes | Cluster | None = None

    def __enter__(self) -> Workers:
        """Connect to the scheduler; a pool of processes starts at the first call."""
        try:
            self._opened()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def jobs(self) -> int:
        """Number of workers, which on a cluster may change."""
        return self._opened().jobs

    @property
    def are_elsewhere(self) -> bool:
        """Whether the workers may have other sources than this process."""
        return self._scheduler not in (None, LOCAL)

    @property
    def retries(self) -> int:
        """How often calls are worth another try after `BrokenExecutor`."""
        return self._opened().retries

    @property
    def blame(self) -> str:
        """What is probably wrong when every try ends in `BrokenExecutor`."""
        return self._opened().blame

    def submit(
        self, function: Callable[_P, _T], *arguments: _P.args, **options: _P.kwargs
    ) -> Future[_T]:
        """Start a call in a worker and return its future."""
        return self._opened().submit(function, *arguments, **options)

    def finished(self, futures: Collection[Future[_T]]) -> set[Future[_T]]:
        """Wait for futures, and return those that are done, at least one.

        Raises
        ------
        RmtcheckError
            When no worker is left that could finish one.
        """
        while not (done := wait(futures, _LOOK_SECONDS, FIRST_COMPLETED).done):
            self._opened().require_workers()
        return done

    def stop(self) -> None:
        """End the processes, or leave the scheduler; the next `submit` begins anew."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def _opened(self) -> Processes | Cluster:
        if self._pool is None:
            here, there = self._jobs, self._scheduler
            self._pool = Processes(here) if there is None else Cluster(there, here)
        return self._pool
