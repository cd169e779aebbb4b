"""Finished blocks on disk: written at once, never recomputed, safe against sudden death."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from rmtcheck.errors import StoreError

Array = NDArray[np.float64]

# the letters "rmtc", by which a file is known to be ours
_APPLICATION = int.from_bytes(b"rmtc", "big")
_SCHEMA = """
CREATE TABLE IF NOT EXISTS blocks (
    key TEXT NOT NULL, block INTEGER NOT NULL, n INTEGER NOT NULL, columns TEXT NOT NULL,
    payload BLOB NOT NULL, digest BLOB NOT NULL, PRIMARY KEY (key, block)
) WITHOUT ROWID
"""
_WAIT_SECONDS = 60.0


class Store:
    """A file of finished blocks, a context manager.

    One row per block: key, number of the block, number of draws, names of the columns, the
    values as little-endian doubles, and their SHA-256. SQLite with a write-ahead log and full
    synchronization: a row is there entirely or not at all, whenever the process dies, and
    several processes may read and write at the same time.

    Parameters
    ----------
    path : path-like
        The file; created when missing, in an existing folder.

    Raises
    ------
    StoreError
        When the file cannot be opened or written, is damaged, or belongs to something else.

    Accuracy
    --------
    Exact: values come back bit for bit.

    Examples
    --------
    >>> import tempfile, numpy as np
    >>> with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "blocks") as store:
    ...     store.put("key", 0, ("value",), np.array([[1.0], [2.0]]))
    ...     store.finished("key")
    {0: array([[1.],
           [2.]])}
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._make_folder()
        with self._guarded():
            self._connection = sqlite3.connect(
                self.path, timeout=_WAIT_SECONDS, isolation_level=None
            )
        try:
            with self._guarded():
                self._open()
        except StoreError:
            self._connection.close()
            raise

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; what was put stays."""
        self._connection.close()

    def put(self, key: str, block: int, columns: tuple[str, ...], values: Array) -> None:
        """Write one finished block; a block that is there already is kept.

        Parameters
        ----------
        key : str
            What the block belongs to, see `store_key`.
        block : int
            Its number.
        columns : tuple of str
            Names of the columns.
        values : ndarray, shape (n, len(columns))
            Its rows.

        Raises
        ------
        StoreError
            When the file cannot be written.
        """
        payload = np.ascontiguousarray(values, dtype="<f8").tobytes()
        row = (key, block, len(values), json.dumps(columns), payload, _digest(payload))
        with self._guarded():
            self._connection.execute("INSERT OR IGNORE INTO blocks VALUES (?,?,?,?,?,?)", row)

    def finished(self, key: str) -> dict[int, Array]:
        """Return all finished blocks of a key.

        Parameters
        ----------
        key : str
            What the blocks belong to.

        Returns
        -------
        dict
            Number of the block to its rows, in ascending order.

        Raises
        ------
        StoreError
            When the file cannot be read or a row is damaged.
        """
        query = "SELECT block, n, columns, payload, digest FROM blocks WHERE key = ? ORDER BY block"
        with self._guarded():
            rows = self._connection.execute(query, (key,)).fetchall()
        return {row[0]: self._decoded(*row) for row in rows}

    def _decoded(self, block: int, n: int, columns: str, payload: bytes, digest: bytes) -> Array:
        if _digest(payload) != digest:
            raise StoreError(f"{self.path} is damaged: block {block} does not match its checksum.")
        values = np.frombuffer(payload, dtype="<f8").astype(np.float64)
        return values.reshape(n, len(json.loads(columns)))

    def _make_folder(self) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"the folder of the store {self.path} cannot be made ({error.strerror});"
                " name a file in a folder that you may write"
            ) from error

    def _open(self) -> None:
        execute = self._connection.execute
        owner = execute("PRAGMA application_id").fetchone()[0]
        tables = execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
        if owner != _APPLICATION and (owner or tables):
            raise StoreError(f"{self.path} is a database of another program, not a store.")
        if execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
            raise StoreError(f"{self.path} is damaged: its pages contradict one another.")
        execute("PRAGMA journal_mode = WAL")
        execute("PRAGMA synchronous = FULL")
        if not tables:
            self._create()

    def _create(self) -> None:
        """Create the table and sign the file in one transaction."""
        execute = self._connection.execute
        execute("BEGIN IMMEDIATE")
        execute(_SCHEMA)
        execute(f"PRAGMA application_id = {_APPLICATION}")
        execute("COMMIT")

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(f"{self.path} cannot be used as a store: {error}.") from error


def store_key(identity: str, root: int, fingerprint: str) -> str:
    """Return the key under which the blocks of one task are filed.

    Parameters
    ----------
    identity : str
        The task in canonical text.
    root : int
        Root seed.
    fingerprint : str
        Digest of everything else that the numbers depend on.

    Returns
    -------
    str
        A SHA-256 in hexadecimal.

    Examples
    --------
    >>> store_key("task", 1, "source") == store_key("task", 2, "source")
    False
    """
    return hashlib.sha256(json.dumps([identity, root, fingerprint]).encode()).hexdigest()


def source_fingerprint(*files: str | Path) -> str:
    """Return a digest of this package's sources, further files, and the version of numpy.

    Parameters
    ----------
    *files : path-like
        Sources of statistics that live outside the package.

    Returns
    -------
    str
        A SHA-256 in hexadecimal.

    Raises
    ------
    StoreError
        When a source cannot be read.
    """
    digest = hashlib.sha256(np.__version__.encode())
    for path in [*sorted(Path(__file__).parent.rglob("*.py")), *map(Path, files)]:
        try:
            digest.update(_digest(path.read_bytes()))
        except OSError as error:
            raise StoreError(f"{path} cannot be read for its fingerprint: {error}.") from error
    return digest.hexdigest()


def _digest(payload: bytes) -> bytes:
    return hashlib.sha256(payload).digest()
