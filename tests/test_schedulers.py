"""One harness on one machine or many: the same bits, whoever draws and whoever is killed."""

import json
import os
import platform
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, contextmanager

import numpy as np
import psutil
import pytest
import sympy

from rmtcheck import CROSS_ENTROPY, HessianBlock, OneHiddenLayer
from rmtcheck.cli import main
from rmtcheck.errors import RmtcheckError
from rmtcheck.montecarlo import cluster
from rmtcheck.montecarlo.harness import Task, draw_block, run_blocks
from rmtcheck.montecarlo.store import Store
from rmtcheck.montecarlo.workers import Workers
from rmtcheck.vocabulary.symbols import C, d, m

pytestmark = [pytest.mark.slow, pytest.mark.montecarlo]

ENGINES = {"one": (1,), "two": (2,), "dask": (2, "local")}
KILLS = {"2": 14, "dask": 6}
BLOCKS = 10_000  # more than any test here waits for
BOTH_CORES = pytest.mark.skipif(os.cpu_count() == 1, reason="threads need a second core")

# large enough for the linear algebra to use several threads if it were allowed to
WIDE = Task(
    claim="tests",
    statistic="block_norms",
    parameters={"d": 150, "N": 400, "C": 30},
    draws_per_block=2,
)

# a row is logged when it is drawn: by whom, and its first number, which names the block
MODULE = """
import hashlib, os, pathlib, time
import sympy
from rmtcheck.montecarlo.catalog import Statistic

LOG = pathlib.Path(__file__).with_name("log")

def logged(rng, seconds=0.03):
    value = rng.random()
    with LOG.open("a") as log:
        log.write(f"{os.getpid()} {value!r}\\n")
    time.sleep(seconds)
    return [value, rng.standard_normal()]

def of_noun(rng, *, noun, text):
    name = hashlib.sha256((sympy.srepr(noun) + text).encode()).digest()
    return [rng.random(), float(int.from_bytes(name[:6], "big"))]

def die(rng):
    os._exit(1)

LOGGED = Statistic(("value", "normal"), logged)
OF_NOUN = Statistic(("value", "name"), of_noun)
DIES = Statistic(("value",), die)
"""

DRIVER = """
import sys
from rmtcheck.montecarlo.harness import Task, run_blocks
from rmtcheck.montecarlo.store import Store
from rmtcheck.montecarlo.workers import Workers
if __name__ == "__main__":
    task = Task(claim="tests", statistic="scheduler_statistics:LOGGED", draws_per_block=1)
    engine = (2, "local") if sys.argv[1] == "dask" else (int(sys.argv[1]),)
    with Workers(*engine) as workers, Store("store") as store:
        run_blocks(task, root=5, blocks=10_000, workers=workers, store=store)
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = tmp_path_factory.mktemp("statistics")
    (made / "scheduler_statistics.py").write_text(MODULE)
    sys.path.insert(0, str(made))
    yield made
    sys.path.remove(str(made))
    sys.modules.pop("scheduler_statistics", None)


@pytest.fixture(scope="module")
def engine(folder):
    """Open workers of each kind when they are first asked for, and keep them."""
    opened = {}

    def of(name):
        if name not in opened:
            opened[name] = Workers(*ENGINES[name]).__enter__()
        return opened[name]

    yield of
    for workers in opened.values():
        workers.stop()


@pytest.fixture
def logged(folder):
    (folder / "log").unlink(missing_ok=True)
    return Task(claim="tests", statistic="scheduler_statistics:LOGGED", draws_per_block=1)


def log(folder):
    """Return (process, first number) of every row that was drawn, in order."""
    lines = (folder / "log").read_text().splitlines()
    return [(int(process), float(value)) for process, value in map(str.split, lines)]


def kept(store):
    """Return the bytes of every block of a store, by key and number."""
    if not store.exists():
        return {}
    with closing(sqlite3.connect(store)) as connection:
        try:
            rows = connection.execute("SELECT key, block, payload FROM blocks")
            return {row[:2]: row[2] for row in rows}
        except sqlite3.OperationalError:  # killed before the table was made
            return {}


def expected(task, blocks):
    return np.concatenate([draw_block(task, 5, block) for block in range(blocks)]).tobytes()


def alive(group):
    """Return the processes of a group that still run."""
    return [
        process.pid
        for process in psutil.process_iter(["status"])
        if process.info["status"] != psutil.STATUS_ZOMBIE and _group(process.pid) == group
    ]


def _group(pid):
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return None


def vanished(group, seconds=10):
    until = time.monotonic() + seconds
    while alive(group) and time.monotonic() < until:
        time.sleep(0.02)
    return not alive(group)


def seen(folder):
    """Return a search path on which a folder comes first."""
    return os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])


@contextmanager
def begun(*command, cwd=None, **environment):
    """Start a program in a group of its own, and leave nothing of it behind."""
    options = {"cwd": cwd, "env": {**os.environ, **environment}, "start_new_session": True}
    with (cwd / "output").open("ab") if cwd else open(os.devnull, "ab") as output:
        process = subprocess.Popen(
            [sys.executable, *command], stdout=output, stderr=output, **options
        )
    try:
        yield process
    finally:
        if alive(process.pid):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=20)


def noun_task():
    network = OneHiddenLayer(d, m, C)
    block = HessianBlock(network, CROSS_ENTROPY, network.v[1], network.v[2])
    assert isinstance(block, sympy.Basic)
    return Task(
        claim="tests",
        statistic="scheduler_statistics:OF_NOUN",
        parameters={"noun": block, "text": "relu"},
        draws_per_block=3,
    )


@pytest.mark.parametrize("name", ENGINES)
def test_every_engine_gives_the_same_bits(engine, name):
    bits = [run_blocks(WIDE, root=5, blocks=5, workers=engine(e)) for e in ("one", name)]
    assert bits[0].tobytes() == bits[1].tobytes()
    other = run_blocks(WIDE, root=6, blocks=5, workers=engine(name))
    assert other.tobytes() != bits[0].tobytes()


@pytest.mark.parametrize("name", ENGINES)
def test_nouns_and_strings_reach_every_engine(engine, name):
    task = noun_task()
    rows = run_blocks(task, root=5, blocks=3, workers=engine(name))
    assert rows.tobytes() == expected(task, 3)


@pytest.mark.parametrize("name", ENGINES)
def test_nothing_is_remembered(engine, name, folder, logged):
    """Equal calls are drawn again: only the store may know a block."""
    for _ in range(2):
        run_blocks(logged, root=5, blocks=1, workers=engine(name))
    assert [value for _, value in log(folder)] == [draw_block(logged, 5, 0)[0, 0]] * 2


@pytest.mark.parametrize("name", ENGINES)
def test_a_killed_worker_is_replaced_and_nothing_finished_is_lost(
    engine, name, folder, logged, tmp_path
):
    killed = []

    def kill(done, blocks):
        if done == 8:
            killed.append(log(folder)[-1][0])
            os.kill(killed[0], signal.SIGKILL)

    with Store(tmp_path / "store") as store:
        options = {"workers": engine(name), "store": store, "on_block": kill}
        rows = run_blocks(logged, root=5, blocks=16, **options)
    assert killed[0] != os.getpid()
    drawn = [value for _, value in log(folder)]
    assert rows.tobytes() == expected(logged, 16)
    assert len(kept(tmp_path / "store")) == 16
    # a cluster may still hold the blocks that came last, and then it draws them again
    assert [drawn.count(value) for value in rows[:4, 0]] == [1] * 4


def test_a_statistic_that_always_kills_its_worker_ends_in_one_sentence(folder):
    dies = Task(claim="tests", statistic="scheduler_statistics:DIES", draws_per_block=1)
    with Workers(1, "local") as workers, pytest.raises(RmtcheckError, match="died over and over"):
        run_blocks(dies, root=5, blocks=1, workers=workers)


def test_a_lost_block_is_drawn_again_with_the_same_bits(engine, folder, logged, tmp_path):
    with Store(tmp_path / "store") as store:
        first = run_blocks(logged, root=5, blocks=5, workers=engine("two"), store=store)
    with closing(sqlite3.connect(tmp_path / "store")) as connection, connection:
        connection.execute("DELETE FROM blocks WHERE block = 3")
    before = len(log(folder))
    with Store(tmp_path / "store") as store:
        again = run_blocks(logged, root=5, blocks=5, workers=engine("dask"), store=store)
    assert again.tobytes() == first.tobytes()
    assert [value for _, value in log(folder)[before:]] == [first[3, 0]]


@pytest.mark.parametrize(("name", "kills"), KILLS.items())
def test_a_driver_killed_at_random_moments_loses_nothing(
    name, kills, engine, folder, logged, tmp_path
):
    chance = random.Random()  # the moment is random anyway
    (tmp_path / "driver.py").write_text(DRIVER)
    store, before = tmp_path / "store", {}
    for kill in range(kills):
        with begun("driver.py", name, cwd=tmp_path, PYTHONPATH=seen(folder)) as driver:
            # most moments lie among the blocks, some before the first
            least = len(before) if kill % 4 else -1
            until = time.monotonic() + 30
            while len(now := kept(store)) <= least and time.monotonic() < until:
                time.sleep(0.01)
            time.sleep(chance.uniform(0, 0.3))
            assert alive(driver.pid), (tmp_path / "output").read_text()
            os.kill(driver.pid, signal.SIGKILL)
            assert vanished(driver.pid)
        now = kept(store)
        assert before.items() <= now.items()
        before = now
    assert len(before) > kills / 2
    resumed_as_one_that_nobody_killed(engine("one"), logged, store, folder, before)


def resumed_as_one_that_nobody_killed(workers, task, path, folder, before):
    blocks, drawn = max(block for _, block in before) + 2, len(log(folder))
    with Store(path) as store:
        rows = run_blocks(task, root=5, blocks=blocks, workers=workers, store=store)
    now = {value for _, value in log(folder)[drawn:]}
    assert now.isdisjoint(np.frombuffer(payload)[0] for payload in before.values())
    assert len(now) == blocks - len(before)
    assert rows.tobytes() == expected(task, blocks)


@contextmanager
def scheduler(folder):
    """Start a scheduler as a user does, and yield its process and address."""
    file = folder / "scheduler.json"
    file.unlink(missing_ok=True)
    command = ("-m", "distributed.cli.dask_scheduler", "--port", "0", "--no-dashboard")
    with begun(*command, "--scheduler-file", str(file), "--host", "127.0.0.1") as process:
        until = time.monotonic() + 30
        while not file.exists() and time.monotonic() < until:
            time.sleep(0.02)
        yield process, json.loads(file.read_text())["address"]


def worker(address, *options, **environment):
    command = ("-m", "distributed.cli.dask_worker", address, "--no-nanny", "--no-dashboard")
    return begun(*command, *options, **environment)


@pytest.fixture
def elsewhere(tmp_path, folder):
    with scheduler(tmp_path) as (process, address):
        yield process, address


@BOTH_CORES
def test_a_worker_with_threads_gives_the_same_bits(engine, elsewhere, folder):
    several = {"OPENBLAS_NUM_THREADS": "2", "OMP_NUM_THREADS": "2", "PYTHONPATH": seen(folder)}
    whole = run_blocks(WIDE, root=5, blocks=5, workers=engine("one")).tobytes()
    with worker(elsewhere[1], "--nthreads", "4", **several), Workers(1, elsewhere[1]) as workers:
        assert run_blocks(WIDE, root=5, blocks=5, workers=workers).tobytes() == whole
        free = workers._pool._client.submit(unlimited, pure=False).result(timeout=30)
    assert free != whole[: len(free)], "without the limit the bits are the same: WIDE is too small"


def unlimited():
    return draw_block(WIDE, 5, 0).tobytes()


@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="kernels of x86")
def test_a_worker_of_another_kind_is_refused(elsewhere):
    with (
        worker(elsewhere[1], "--nthreads", "1", OPENBLAS_CORETYPE="Prescott"),
        Workers(1, elsewhere[1]) as workers,
        pytest.raises(RmtcheckError, match="computes other bits"),
    ):
        run_blocks(WIDE, root=5, blocks=1, workers=workers)


def test_a_worker_with_another_statistic_is_refused(elsewhere, tmp_path, logged):
    (tmp_path / "scheduler_statistics.py").write_text(MODULE.replace("0.03", "0.02"))
    with (
        worker(elsewhere[1], "--nthreads", "1", PYTHONPATH=seen(tmp_path)),
        Workers(1, elsewhere[1]) as workers,
        pytest.raises(RmtcheckError, match="other sources"),
    ):
        run_blocks(logged, root=5, blocks=1, workers=workers)


def test_a_scheduler_without_workers_ends_in_one_sentence(elsewhere, monkeypatch):
    monkeypatch.setattr(cluster, "_WORKER_SECONDS", 0.5)
    with pytest.raises(RmtcheckError, match="has had no worker"):
        Workers(1, elsewhere[1]).__enter__()


def test_a_scheduler_that_goes_away_ends_in_one_sentence(
    elsewhere, folder, logged, tmp_path, monkeypatch
):
    monkeypatch.setattr(cluster, "_ANSWER_SECONDS", 1.0)
    process, address = elsewhere

    def kill(done, blocks):
        if done == 3:
            os.kill(process.pid, signal.SIGKILL)

    options = {"root": 5, "blocks": BLOCKS, "on_block": kill}
    with (
        worker(address, "--nthreads", "1", PYTHONPATH=seen(folder)),
        Workers(1, address) as workers,
        Store(tmp_path / "store") as store,
        pytest.raises(RmtcheckError, match="answers"),
    ):
        run_blocks(logged, workers=workers, store=store, **options)
    assert len(kept(tmp_path / "store")) >= 3


def test_the_command_uses_the_scheduler(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    assert main(["verify", "proof.independence", "--scheduler", "nobody"]) == 2
    assert "scheduler = 'nobody' must be the address" in capsys.readouterr().err


def test_an_interrupted_run_on_a_cluster_resumes(tmp_path):
    command = ("-m", "rmtcheck", "verify", "proof.independence", "--jobs", "2", "--store", "store")
    command = (*command, "--scheduler", "local")
    with begun(*command, cwd=tmp_path) as process:
        until = time.monotonic() + 60
        while not kept(tmp_path / "store") and time.monotonic() < until:
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(timeout=20) == 130
        assert vanished(process.pid)
    said = (tmp_path / "output").read_text().strip().splitlines()
    assert said[-1].startswith("rmtcheck: interrupted; finished blocks are in the store")
    assert not any("rror" in line or "Traceback" in line for line in said), said
    before = kept(tmp_path / "store")
    with begun(*command, cwd=tmp_path) as process:
        assert process.wait(timeout=100) == 0
    after = kept(tmp_path / "store")
    assert before.items() <= after.items()
    assert len(before) < len(after)
    alone = ("--jobs", "1", "--store", "alone", "--json", "alone.json", "--html", "alone.html")
    with begun(*command[:4], *alone, cwd=tmp_path) as process:
        assert process.wait(timeout=100) == 0
    ledgers = [(tmp_path / name).read_bytes() for name in ("rmtcheck-ledger.json", "alone.json")]
    assert ledgers[0] == ledgers[1]
