"""Workers of a dask.distributed scheduler behind the interface of an executor."""

from __future__ import annotations

import logging
import re
import socket
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from contextlib import ExitStack, closing, contextmanager
from importlib import import_module
from threading import Thread
from typing import Any, ParamSpec, TypeVar
from weakref import ref

from rmtcheck.errors import RmtcheckError
from rmtcheck.montecarlo.alike import call_alike, own_arithmetic
from rmtcheck.montecarlo.processes import ONE_THREAD, Processes, without_interrupts

LOCAL = "local"
"""Name of a scheduler that is started here, and stopped afterwards."""

_P = ParamSpec("_P")
_T = TypeVar("_T")

_ADDRESS = re.compile(
    r"((tcp|tls)://)?(?P<host>\[[0-9a-fA-F:.%]+\]|[^\s:/\[\]]+):(?P<port>\d{1,5})"
)
# dask hands freed memory back at once; arrays of every draw would be mapped anew
_KEEP_MEMORY = {
    f"distributed.nanny.pre-spawn-environ.MALLOC_{name}_THRESHOLD_": 1 << 28
    for name in ("TRIM", "MMAP")
}
_ANSWER_SECONDS = 5.0
_WORKER_SECONDS = 30.0


class Cluster(Executor):
    """An executor over the workers of a scheduler, connected from the start.

    Nothing is computed twice by name or remembered: every call is new. A call whose worker dies
    is given to another one by the scheduler itself, as often as its ``allowed-failures``.

    Parameters
    ----------
    scheduler : str
        Address of a scheduler such as ``"tcp://host:8786"``, or ``"local"`` for one of our own.
    jobs : int
        Number of workers of our own scheduler.

    Raises
    ------
    RmtcheckError
        When dask.distributed is not installed, nobody answers at the address within five
        seconds, or no worker joins within thirty.
    """

    retries = 1
    """How often calls are worth another try after the scheduler itself went away."""
    blame = "their scheduler went away"

    def __init__(self, scheduler: str, jobs: int) -> None:
        require_dask(scheduler)
        self.scheduler = scheduler
        with ExitStack() as opened:
            opened.enter_context(_silenced_logs())
            own = opened.enter_context(_own_cluster(jobs)) if scheduler == LOCAL else None
            if own is None:
                _require_listener(scheduler)
            self._client = opened.enter_context(closing(_connected(own or scheduler)))
            self._calls = self._client.get_executor(pure=False)
            self.require_workers()
            self._opened = opened.pop_all()

    @property
    def jobs(self) -> int:
        """Number of workers at this moment."""
        with self._present():
            return len(self._client.nthreads())

    def submit(
        self, function: Callable[_P, _T], /, *arguments: _P.args, **options: _P.kwargs
    ) -> Future[_T]:
        """Start a call in a worker and return its future."""
        near: Future[_T] = Future()
        with self._present():
            call = (own_arithmetic(), function, arguments, options)
            far = self._calls.submit(call_alike, *call)
        near.add_done_callback(lambda future: future.cancelled() and far.cancel())
        # a cycle would keep results on the cluster, which draws them again when their worker dies
        known = ref(near)
        far.add_done_callback(lambda future: self._hand_over(future, known()))
        return near

    def require_workers(self) -> None:
        """Raise `RmtcheckError` unless a worker is there or comes soon."""
        try:
            with self._present():
                self._client.wait_for_workers(1, timeout=_WORKER_SECONDS)
        except TimeoutError as error:
            raise RmtcheckError(
                f"The scheduler {self.scheduler!r} has had no worker for {_WORKER_SECONDS:.0f} "
                "seconds: install rmtcheck[dask] on its machines and start some there with "
                "dask worker ADDRESS --nthreads 1."
            ) from error

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Forget all calls, disconnect, and stop the scheduler if it is our own."""
        self._opened.close()

    @contextmanager
    def _present(self) -> Iterator[None]:
        """Raise `BrokenExecutor` when the scheduler is found to have gone away."""
        try:
            yield
        except TimeoutError:
            raise
        except (OSError, CancelledError) as error:
            raise self._gone() from error

    def _gone(self) -> BrokenExecutor:
        return BrokenExecutor(f"the scheduler {self.scheduler!r} went away")

    def _hand_over(self, far: Future[_T], near: Future[_T] | None) -> None:
        if near is None or not near.set_running_or_notify_cancel():
            return
        try:
            near.set_result(far.result())
        except Exception as error:
            near.set_exception(self._explained(error))

    def _explained(self, error: Exception) -> Exception:
        from distributed import KilledWorker

        if isinstance(error, CancelledError):
            return self._gone()
        if isinstance(error, KilledWorker):
            return RmtcheckError(
                f"Workers of the scheduler {self.scheduler!r} died over and over on one block: "
                "too little memory?"
            )
        if isinstance(error, ImportError):
            return RmtcheckError(
                f"A worker of the scheduler {self.scheduler!r} lacks a package ({error}): install "
                "rmtcheck[dask], and what the statistics need, on all machines."
            )
        return error


def require_dask(scheduler: str) -> None:
    """Raise `RmtcheckError` unless the packages of the extra are there."""
    try:
        for name in ("distributed", "threadpoolctl"):
            import_module(name)
    except ImportError as error:
        raise RmtcheckError(
            f"scheduler = {scheduler!r} needs the package {error.name}, which is not installed: "
            "pip install 'rmtcheck[dask]'."
        ) from error


@contextmanager
def _own_cluster(jobs: int) -> Iterator[Any]:
    from dask import config
    from distributed import LocalCluster

    with ExitStack() as opened:
        # no interrupt may come between the start of workers and their end
        with without_interrupts(), config.set(_KEEP_MEMORY):
            try:
                cluster = LocalCluster(
                    n_workers=jobs,
                    threads_per_worker=1,
                    memory_limit=0,
                    dashboard_address="127.0.0.1:0",
                    silence_logs=logging.CRITICAL,
                    env=ONE_THREAD,
                )
            except Exception as error:
                raise RmtcheckError(
                    f"scheduler = {LOCAL!r} could not be started ({error}): {Processes.blame}."
                ) from error
            opened.enter_context(cluster)
        yield cluster


def _require_listener(address: str) -> None:
    """Refuse what is no address, or where nobody listens, before a client is made for it."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise _unanswered(address)
    host, port = found["host"].strip("[]"), int(found["port"])
    try:
        with socket.create_connection((host, port), timeout=_ANSWER_SECONDS) as line:
            # without encryption it is the scheduler that speaks first
            if not address.startswith("tls") and not line.recv(1):
                raise _unanswered(address)
    except (OSError, OverflowError) as error:
        raise _unanswered(address) from error


def _unanswered(address: Any) -> RmtcheckError:
    return RmtcheckError(
        f"scheduler = {address!r} must be the address of a dask scheduler that answers within "
        f"{_ANSWER_SECONDS:.0f} seconds, such as 'tcp://host:8786', or {LOCAL!r}."
    )


def _connected(address: Any) -> Any:
    """Return a client of a scheduler; a thread waits for it, as some silences have no end."""
    from distributed import Client

    found: Future[Any] = Future()

    def connect() -> None:
        try:
            found.set_result(Client(address, timeout=_ANSWER_SECONDS, set_as_default=False))
        except Exception as error:
            found.set_exception(error)

    Thread(target=connect, daemon=True).start()
    try:
        return found.result(timeout=_ANSWER_SECONDS + 1)
    except Exception as error:
        raise _unanswered(address) from error


@contextmanager
def _silenced_logs() -> Iterator[None]:
    """Keep the log of dask to itself: what matters is raised."""
    handlers = list(logging.getLogger("distributed").handlers)
    for handler in handlers:
        handler.addFilter(_nothing)
    try:
        yield
    finally:
        for handler in handlers:
            handler.removeFilter(_nothing)


def _nothing(record: logging.LogRecord) -> bool:
    return False
