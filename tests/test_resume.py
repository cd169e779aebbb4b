"""A run that is killed at any moment resumes, and ends with the bytes of one that was not."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.montecarlo]

CLAIMS = ("proof.independence", "heur.p_uniform")
KILLS = 3


def started(folder, name, jobs, store):
    options = ["--jobs", str(jobs), "--store", store, "--json", f"{name}.json"]
    command = [sys.executable, "-m", "rmtcheck", "verify", *CLAIMS, *options]
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            [*command, "--html", f"{name}.html"],
            cwd=folder,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def finished(folder, name, jobs, store):
    process = started(folder, name, jobs, store)
    try:
        code = process.wait(timeout=60)
    finally:
        end(process)
    assert code == 0, (folder / "log").read_text()
    return (folder / f"{name}.json").read_bytes()


def end(process):
    """Kill a process that was started here with all its children."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=20)


def blocks(store: Path):
    if not store.exists():
        return {}
    connection = sqlite3.connect(store)
    try:
        rows = connection.execute("SELECT key, block, n, columns, payload, digest FROM blocks")
        return {row[:2]: row[2:] for row in rows}
    except sqlite3.OperationalError:  # killed before the table was made
        return {}
    finally:
        connection.close()


def count(store: Path):
    return len(blocks(store))


def killed_with_more_than(folder, least, delay):
    """Start, wait for more finished blocks than before and a random moment more, kill."""
    process = started(folder, "killed", 2, "store")
    try:
        until = time.monotonic() + 30
        while process.poll() is None and count(folder / "store") <= least:
            assert time.monotonic() < until, "no further block was finished"
            time.sleep(0.002)
        time.sleep(delay)
    finally:
        was_alive = process.poll() is None
        end(process)
    return was_alive


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """Return the folder, the ledger and the blocks of a run that nobody disturbed."""
    folder = tmp_path_factory.mktemp("whole")
    return folder, finished(folder, "whole", 1, "store"), blocks(folder / "store")


def test_a_run_that_was_killed_ends_with_the_same_bytes(tmp_path, whole):
    _, ledger, every_block = whole
    chance = random.Random()  # the moment is random anyway
    kept, alive = {}, 0
    for _ in range(KILLS):
        alive += killed_with_more_than(tmp_path, len(kept), chance.uniform(0, 0.05))
        now = blocks(tmp_path / "store")
        assert kept.items() <= now.items()
        kept = now
    assert alive > 0, "every run ended before it could be killed"
    assert kept
    assert finished(tmp_path, "resumed", 2, "store") == ledger
    assert kept.items() <= blocks(tmp_path / "store").items()
    assert blocks(tmp_path / "store") == every_block


def test_a_run_that_was_killed_at_once_resumes(tmp_path, whole):
    process = started(tmp_path, "killed", 2, "store")
    time.sleep(0.3)
    end(process)
    assert not (tmp_path / "killed.json").exists()
    assert finished(tmp_path, "resumed", 2, "store") == whole[1]


def test_a_finished_run_is_repeated_from_its_store(whole):
    folder, ledger, every_block = whole
    assert finished(folder, "again", 2, "store") == ledger
    assert blocks(folder / "store") == every_block
