"""Runs over real worker processes; statistics of the tests live in a module made on the spot."""

import os

import numpy as np
import pytest

from rmtcheck.errors import DomainError, RmtcheckError
from rmtcheck.montecarlo import harness
from rmtcheck.montecarlo.harness import Task, draw_block, run_blocks
from rmtcheck.montecarlo.processes import Processes
from rmtcheck.montecarlo.store import Store
from rmtcheck.montecarlo.workers import Workers

# large enough for the linear algebra to use several threads if it were allowed to
WIDE = Task(
    claim="tests",
    statistic="block_norms",
    parameters={"d": 150, "N": 400, "C": 30},
    draws_per_block=2,
)
QUICK = Task(claim="tests", statistic="projection", parameters={"d": 3}, draws_per_block=4)

MODULE = """
import os, pathlib, time
from rmtcheck.montecarlo.catalog import Statistic

def row(rng, *, folder_length=0):
    folder = pathlib.Path(__file__).parent
    if not (folder / "died").exists():
        (folder / "died").touch()
        os._exit(1)
    return [rng.random()]

def die(rng):
    os._exit(1)

def infinite(rng):
    return [float("inf")]

def uneven(rng):
    value = rng.random()
    time.sleep(0.5 * (value > 0.5))
    return [value]

def threads(rng):
    return [float(os.environ["OPENBLAS_NUM_THREADS"]), float(os.getpid())]

DIES_ONCE = Statistic(("value",), row)
DIES = Statistic(("value",), die)
INFINITE = Statistic(("value",), infinite)
UNEVEN = Statistic(("value",), uneven)
THREADS = Statistic(("threads", "process"), threads)
"""


@pytest.fixture(scope="module")
def one():
    with Workers(1) as workers:
        yield workers


@pytest.fixture(scope="module")
def two():
    with Workers(2) as workers:
        yield workers


@pytest.fixture
def planted(tmp_path, monkeypatch):
    (tmp_path / "planted_statistics.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)

    def task(name):
        return Task(claim="tests", statistic=f"planted_statistics:{name}", draws_per_block=2)

    yield task
    import sys

    sys.modules.pop("planted_statistics", None)


def forbid(*arguments):
    raise AssertionError("a stored block was drawn again")


def test_one_and_two_jobs_give_the_same_bits(one, two):
    rows = [run_blocks(WIDE, root=5, blocks=5, workers=w) for w in (one, two)]
    assert rows[0].shape == (10, 4)
    assert rows[0].tobytes() == rows[1].tobytes()


def test_blocks_come_in_order(two):
    rows = run_blocks(QUICK, root=5, blocks=6, workers=two)
    expected = np.concatenate([draw_block(QUICK, 5, block) for block in range(6)])
    assert rows.tobytes() == expected.tobytes()


def in_completion_order(run):
    """Yield blocks as they come: what a harness must not do."""
    for block in range(run.blocks):
        while not run.ready:
            run._advance(block)
        yield block, run.ready.pop(next(iter(run.ready)))


def test_a_merge_in_completion_order_is_noticed(planted, monkeypatch):
    def drawn(root):
        return [draw_block(task, root, block) for block in range(3)]

    task = planted("UNEVEN")
    # block 0 sleeps, block 1 does not: it is finished first
    slow_first = (r for r in range(100) if drawn(r)[0].min() > 0.5 > drawn(r)[1].max())
    monkeypatch.setattr("time.sleep", lambda seconds: None)
    root = next(slow_first)
    expected = np.concatenate(drawn(root)).tobytes()
    with Workers(2) as workers:
        run_blocks(planted("THREADS"), root=0, blocks=4, workers=workers)  # both have started
        assert run_blocks(task, root=root, blocks=3, workers=workers).tobytes() == expected
        monkeypatch.setattr(harness._Run, "in_order", in_completion_order)
        assert run_blocks(task, root=root, blocks=3, workers=workers).tobytes() != expected


def test_other_sources_are_refused():
    own = harness._fingerprint(QUICK.statistic)
    assert draw_block(QUICK, 5, 0, own).tobytes() == draw_block(QUICK, 5, 0).tobytes()
    with pytest.raises(RmtcheckError, match="other sources"):
        draw_block(QUICK, 5, 0, own[::-1])


def test_the_root_matters(one):
    rows = [run_blocks(QUICK, root=r, blocks=1, workers=one) for r in (5, 6)]
    assert not np.array_equal(*rows)


def test_the_rule_sees_the_blocks_in_order_and_ends_the_run(two):
    seen, told = [], []

    def stop(rows):
        seen.append(len(rows))
        return len(rows) >= 12

    rows = run_blocks(
        QUICK, root=5, blocks=50, workers=two, stop=stop, on_block=lambda *pair: told.append(pair)
    )
    assert seen == [4, 8, 12]
    assert told == [(1, 50), (2, 50), (3, 50)]
    assert len(rows) == 12


def test_stored_blocks_are_not_drawn_again(one, tmp_path, monkeypatch):
    with Store(tmp_path / "blocks") as store:
        first = run_blocks(QUICK, root=5, blocks=4, workers=one, store=store)
        monkeypatch.setattr(one, "submit", forbid)
        again = run_blocks(QUICK, root=5, blocks=4, workers=one, store=store)
        assert again.tobytes() == first.tobytes()
        with pytest.raises(AssertionError, match="drawn again"):
            run_blocks(QUICK, root=6, blocks=4, workers=one, store=store)


def test_an_interrupted_run_resumes(one, tmp_path):
    def interrupt(done, blocks):
        if done == 2:
            raise KeyboardInterrupt

    with Store(tmp_path / "blocks") as store:
        with pytest.raises(KeyboardInterrupt):
            run_blocks(QUICK, root=5, blocks=6, workers=one, store=store, on_block=interrupt)
        key = harness.store_key(QUICK.identity, 5, harness._fingerprint(QUICK.statistic))
        assert {0, 1} <= set(store.finished(key))
        resumed = run_blocks(QUICK, root=5, blocks=6, workers=one, store=store)
    assert resumed.tobytes() == run_blocks(QUICK, root=5, blocks=6, workers=one).tobytes()


def test_a_crash_is_recovered(planted):
    with Workers(2) as workers:
        rows = run_blocks(planted("DIES_ONCE"), root=5, blocks=4, workers=workers)
    assert rows.shape == (8, 1)


def test_endless_crashes_end_in_one_sentence(planted, monkeypatch):
    monkeypatch.setattr(Processes, "retries", 1)
    with Workers(1) as workers, pytest.raises(RmtcheckError, match="died 2 times in a row"):
        run_blocks(planted("DIES"), root=5, blocks=2, workers=workers)


def test_workers_have_one_thread_and_the_parent_is_left_alone(planted, monkeypatch):
    monkeypatch.setenv("OPENBLAS_NUM_THREADS", "7")
    with Workers(1) as workers:
        rows = run_blocks(planted("THREADS"), root=5, blocks=1, workers=workers)
    assert rows[0, 0] == 1
    assert rows[0, 1] != os.getpid()
    assert os.environ["OPENBLAS_NUM_THREADS"] == "7"


def test_infinite_rows_are_refused(planted):
    with pytest.raises(DomainError, match="finite rows"):
        draw_block(planted("INFINITE"), 5, 0)


def test_errors_of_a_statistic_reach_the_caller(one):
    bad = Task(claim="tests", statistic="projection", parameters={"d": 0})
    with pytest.raises(DomainError, match="d = 0"):
        run_blocks(bad, root=5, blocks=2, workers=one)


@pytest.mark.parametrize(
    "fields",
    [
        {"statistic": "nothing"},
        {"statistic": "projection"},
        {"statistic": "projection", "parameters": {"d": 3, "e": 3}},
        {"statistic": "projection", "parameters": {"d": [3]}},
        {"statistic": "projection", "parameters": {"d": 3}, "draws_per_block": 0},
    ],
)
def test_bad_tasks_are_refused_at_once(fields):
    with pytest.raises(DomainError):
        Task(claim="tests", **fields)


@pytest.mark.parametrize("options", [{"root": -1, "blocks": 1}, {"root": 0, "blocks": 0}])
def test_bad_runs_are_refused_at_once(one, options):
    with pytest.raises(DomainError):
        run_blocks(QUICK, workers=one, **options)
