"""Processes of this machine, one thread each, that end with the process that started them."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from threading import Thread
from typing import Any, ParamSpec, TypeVar

_P = ParamSpec("_P")
_T = TypeVar("_T")

ONE_THREAD = dict.fromkeys(
    (
        "OMP_NUM_THREADS",
        "OPENBLAS_NUM_THREADS",
        "MKL_NUM_THREADS",
        "BLIS_NUM_THREADS",
        "VECLIB_MAXIMUM_THREADS",
    ),
    "1",
)
"""Environment of a process whose linear algebra computes on one thread."""


class Processes(ProcessPoolExecutor):
    """An executor of spawned processes; they start at the first call.

    Parameters
    ----------
    jobs : int
        Number of processes, at least 1.
    """

    retries = 3
    """How often calls are worth another try after a process died under them."""
    blame = 'too little memory, or a script without the guard if __name__ == "__main__"'

    def __init__(self, jobs: int) -> None:
        context = multiprocessing.get_context("spawn")
        held, self._leash = context.Pipe(duplex=False)
        super().__init__(jobs, mp_context=context, initializer=_follow, initargs=(held,))
        self.jobs = jobs

    def submit(
        self, function: Callable[_P, _T], /, *arguments: _P.args, **options: _P.kwargs
    ) -> Future[_T]:
        """Start a call in a process and return its future."""
        # processes start inside submit, and the libraries read the limits when they load
        with _environment(ONE_THREAD), without_interrupts():
            return super().submit(function, *arguments, **options)

    def require_workers(self) -> None:
        """Do nothing: a process that died has broken its future already."""

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the processes at once, whatever they are at."""
        self._leash.close()
        super().shutdown(wait, cancel_futures=cancel_futures)


@contextmanager
def without_interrupts() -> Iterator[None]:
    """Hold Ctrl-C back: processes started meanwhile never see it, this one sees it afterwards."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    resource_tracker.ensure_running()  # its start would let interrupts through again
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def _environment(wanted: dict[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _follow(leash: Connection[Any, Any]) -> None:
    Thread(target=_end_with, args=(leash,), daemon=True).start()


def _end_with(leash: Connection[Any, Any]) -> None:
    """End this process when the other end closes: on purpose, or because its owner is dead."""
    with suppress(EOFError, OSError):
        leash.recv()
    os._exit(1)
