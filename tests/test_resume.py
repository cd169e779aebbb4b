"""A run that is killed loses no finished block and ends in the same ledger."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time

import pytest

COMMAND = [sys.executable, "-m", "rmtcheck", "verify", "proof.independence", "heur.p_uniform"]
QUIET = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}


def stored(store):
    """Return the finished blocks of a store."""
    if not store.exists():
        return {}
    with sqlite3.connect(f"file:{store}?mode=ro", uri=True) as connection:
        try:
            rows = connection.execute("SELECT key, block, payload FROM blocks").fetchall()
        except sqlite3.OperationalError:
            return {}
    return {(key, block): payload for key, block, payload in rows}


def kill_after(folder, seconds):
    process = subprocess.Popen(COMMAND, cwd=folder, start_new_session=True, **QUIET)
    time.sleep(seconds)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@pytest.mark.slow
@pytest.mark.montecarlo
def test_killed_at_random_moments(tmp_path):
    store = tmp_path / ".rmtcheck" / "blocks.sqlite"
    finished = {}
    for _ in range(3):
        kill_after(tmp_path, random.uniform(1.5, 4.0))
        now = stored(store)
        assert finished.items() <= now.items()
        finished = now
    subprocess.run(COMMAND, cwd=tmp_path, check=True, **QUIET)
    assert finished.items() <= stored(store).items()
    whole = [*COMMAND, "--jobs", "1", "--store", "other.sqlite", "--json", "other.json"]
    subprocess.run(whole, cwd=tmp_path, check=True, **QUIET)
    resumed = (tmp_path / "rmtcheck-ledger.json").read_bytes()
    assert resumed == (tmp_path / "other.json").read_bytes()


@pytest.mark.slow
@pytest.mark.montecarlo
def test_another_seed_gives_other_draws(tmp_path):
    one = [*COMMAND[:-2], "heur.p_uniform", "--store", "s.sqlite"]
    for seed in ("0", "1"):
        command = [*one, "--seed", seed, "--json", f"{seed}.json"]
        subprocess.run(command, cwd=tmp_path, check=True, **QUIET)
    assert (tmp_path / "0.json").read_bytes() != (tmp_path / "1.json").read_bytes()
