import signal
import sqlite3
import subprocess
import sys

import numpy as np
import pytest

from rmtcheck.errors import StoreError
from rmtcheck.montecarlo.store import Store, source_fingerprint, store_key

COLUMNS = ("value", "bound")
VALUES = np.array([[1.0, -0.0], [np.pi, 5e-324]])


@pytest.fixture
def path(tmp_path):
    return tmp_path / "blocks.sqlite"


def test_values_come_back_bit_for_bit(path):
    with Store(path) as store:
        store.put("k", 3, COLUMNS, VALUES)
    with Store(path) as store:
        assert store.finished("k")[3].tobytes() == VALUES.tobytes()
        assert store.finished("other") == {}


def test_a_finished_block_is_kept(path):
    with Store(path) as store:
        store.put("k", 0, COLUMNS, VALUES)
        store.put("k", 0, COLUMNS, VALUES + 1)
        assert np.array_equal(store.finished("k")[0], VALUES)


def test_readers_and_writers_at_the_same_time(path):
    with Store(path) as one, Store(path) as other:
        one.put("k", 0, COLUMNS, VALUES)
        other.put("k", 1, COLUMNS, VALUES)
        assert list(one.finished("k")) == list(other.finished("k")) == [0, 1]


WRITER = """
import sys, numpy as np
from rmtcheck.montecarlo.store import Store
store = Store(sys.argv[1])
for block in range(10**6):
    store.put("k", block, ("value",), np.full((200, 1), float(block)))
    print(block, flush=True)
"""


def test_blocks_survive_sudden_death(path):
    command = [sys.executable, "-c", WRITER, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        for line in writer.stdout:
            if int(line) == 20:
                writer.send_signal(signal.SIGKILL)
                break
        told = [int(line), *map(int, writer.stdout.read().split())]
    with Store(path) as store:
        blocks = store.finished("k")
    assert set(range(max(told) + 1)) <= set(blocks)
    assert all((values == block).all() for block, values in blocks.items())


def test_a_file_that_is_no_database(path):
    path.write_bytes(b"these are not blocks, and far too long for an empty file" * 40)
    with pytest.raises(StoreError, match=r"blocks\.sqlite"):
        Store(path)


def test_a_database_of_another_program(path):
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    connection.close()
    with pytest.raises(StoreError, match="another program"):
        Store(path)
    assert sqlite3.connect(f"file:{path}?mode=ro", uri=True).execute(
        "SELECT name FROM sqlite_master"
    ).fetchall() == [("recipes",)]


def test_a_folder_is_no_store(tmp_path):
    with pytest.raises(StoreError, match="cannot be used"):
        Store(tmp_path)


def test_a_missing_folder_is_made(tmp_path):
    with Store(tmp_path / "missing" / "blocks") as store:
        store.put("k", 0, COLUMNS, VALUES)
    assert (tmp_path / "missing" / "blocks").is_file()


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="cannot be made"):
        Store(tmp_path / "file" / "blocks")


def test_damaged_values_are_noticed(path):
    with Store(path) as store:
        store.put("k", 0, COLUMNS, VALUES)
        store._connection.execute("UPDATE blocks SET payload = zeroblob(32)")
        with pytest.raises(StoreError, match="checksum"):
            store.finished("k")


def test_damaged_pages_are_noticed(path):
    with Store(path) as store:
        for block in range(50):
            store.put("k", block, COLUMNS, np.ones((100, 2)))
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    with pytest.raises(StoreError, match="blocks"), Store(path) as store:
        store.finished("k")


def test_a_closed_store_says_so(path):
    store = Store(path)
    store.close()
    with pytest.raises(StoreError, match="closed"):
        store.put("k", 0, COLUMNS, VALUES)


def test_every_part_of_the_key_matters():
    keys = {
        store_key("t", 1, "f"),
        store_key("u", 1, "f"),
        store_key("t", 2, "f"),
        store_key("t", 1, "g"),
    }
    assert len(keys) == 4


def test_fingerprint_follows_the_sources(tmp_path):
    file = tmp_path / "statistic.py"
    file.write_text("a")
    before = source_fingerprint(file)
    file.write_text("b")
    assert len({before, source_fingerprint(file), source_fingerprint()}) == 3
    with pytest.raises(StoreError, match=r"missing\.py"):
        source_fingerprint(tmp_path / "missing.py")
