"""Executors: how they begin, what they refuse, how they end."""

import os
import signal
import socket
import subprocess
import sys
import time

import numpy as np
import pytest
from threadpoolctl import threadpool_info, threadpool_limits

from rmtcheck.errors import DomainError, RmtcheckError
from rmtcheck.montecarlo import alike, cluster
from rmtcheck.montecarlo.workers import Workers

OWNER = """
import time
from rmtcheck.montecarlo.workers import Workers
if __name__ == "__main__":
    workers = Workers(2)
    for future in [workers.submit(time.sleep, 0.1) for _ in range(3)]:
        future.result()
    print("up", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def impatient(monkeypatch):
    monkeypatch.setattr(cluster, "_ANSWER_SECONDS", 0.5)


@pytest.fixture
def silent_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(1)
        yield f"tcp://127.0.0.1:{listener.getsockname()[1]}"


def threads():
    return {library["num_threads"] for library in threadpool_info()}


@pytest.mark.parametrize("jobs", [0, -1, True, 1.5, "2"])
def test_jobs_are_counted_from_one(jobs):
    with pytest.raises(DomainError, match="jobs"):
        Workers(jobs)


@pytest.mark.parametrize("package", ["distributed", "threadpoolctl"])
@pytest.mark.parametrize("scheduler", ["local", "tcp://127.0.0.1:1"])
def test_without_the_extra_one_sentence_says_how_to_install_it(monkeypatch, package, scheduler):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(RmtcheckError, match=rf"{package}.*pip install 'rmtcheck\[dask\]'"):
        Workers(1, scheduler)
    Workers(1)


@pytest.mark.parametrize(
    "address", ["tcp://127.0.0.1:1", "nonsense", "", "127.0.0.1", "http://127.0.0.1:1"]
)
def test_an_address_that_nobody_answers_is_refused(impatient, address):
    begun = time.monotonic()
    with pytest.raises(RmtcheckError, match="must be the address of a dask scheduler") as refused:
        Workers(1, address).__enter__()
    assert repr(address) in str(refused.value)
    assert time.monotonic() - begun < 10


def test_an_address_that_accepts_and_says_nothing_is_refused(impatient, silent_port):
    begun = time.monotonic()
    with pytest.raises(RmtcheckError, match="must be the address of a dask scheduler"):
        Workers(1, silent_port).submit(os.getpid)
    assert time.monotonic() - begun < 10


def test_processes_end_with_their_owner():
    command = [sys.executable, "-c", OWNER]
    owner = subprocess.Popen(command, stdout=subprocess.PIPE, start_new_session=True)
    assert owner.stdout.readline() == b"up\n"
    os.kill(owner.pid, signal.SIGKILL)
    with owner.stdout as output:
        assert output.read() == b""  # ends when the last process that holds it has ended
    owner.wait()


def test_stopping_does_not_wait_for_what_runs():
    with Workers(1) as workers:
        workers.submit(os.getpid).result()
        running = workers.submit(time.sleep, 60)
        while not running.running():
            time.sleep(0.01)
        begun = time.monotonic()
    assert time.monotonic() - begun < 10
    assert running.exception() is not None


def test_stopped_workers_begin_anew():
    with Workers(1) as workers:
        first = workers.submit(os.getpid).result()
        workers.stop()
        assert workers.submit(os.getpid).result() not in (first, os.getpid())


def test_processes_do_not_see_an_interrupt():
    with Workers(1) as workers:
        masked = workers.submit(signal.pthread_sigmask, signal.SIG_BLOCK, []).result()
    assert signal.SIGINT in masked
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])


def test_a_call_is_alone_on_one_thread_and_leaves_the_rest_as_it_was():
    with threadpool_limits(2):
        before = threads()
        assert alike.alone(threads) == {1}
        assert threads() == before


def test_a_library_that_escapes_the_limit_is_refused():
    calls = []

    def unlimited():
        calls.append(threadpool_limits(2))  # never restored inside the call

    if max(threads()) < 2:
        pytest.skip("this machine has one thread")
    with pytest.raises(RmtcheckError, match="cannot be kept on one thread"):
        alike.alone(unlimited)
    assert len(calls) == 2


def test_other_arithmetic_is_refused(monkeypatch):
    own = alike.own_arithmetic()
    assert alike.call_alike(own, max, (1, 2), {}) == 2
    monkeypatch.setattr(np, "exp", lambda x: np.nextafter(np.e**x, np.inf))
    with pytest.raises(RmtcheckError, match="other bits"):
        alike.call_alike(alike.arithmetic(), max, (1, 2), {})
