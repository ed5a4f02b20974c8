"""The vector of every passage, as the model gave it: kept in SQLite, by model and passage id.

An hour's embedding must not hang on a search index. Chroma is filled from here, so that a Chroma that is damaged, gone,
or on another server is made again in minutes; and an ingest that was killed finds here what it had embedded. Several
processes may have this file open, and a kill or a power cut leaves it whole (SQLite's write-ahead log).
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
FILE = "embedded.sqlite"
_SCHEMA = "CREATE TABLE IF NOT EXISTS vectors (key TEXT NOT NULL, id TEXT NOT NULL, vector BLOB NOT NULL, crc INTEGER NOT NULL, PRIMARY KEY (key, id))"
_AT_ONCE = 500  # ids in one query; SQLite takes some thousands


class Embedded:
    """One model's vectors. Raises sqlite3.DatabaseError where the file is damaged or cannot be written."""

    def __init__(self, path: Path, key: str) -> None:
        self._key = key
        self._db = sqlite3.connect(path, isolation_level=None, timeout=60)
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")
        self._db.execute(_SCHEMA)

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def missing(self, ids: Sequence[str]) -> list[str]:
        """Those of some passages that have no vector yet, in their order."""
        there: set[str] = set()
        for batch in _batches(ids):
            query = f"SELECT id FROM vectors WHERE key = ? AND id IN ({_marks(batch)})"
            there.update(row[0] for row in self._db.execute(query, (self._key, *batch)))
        return [i for i in ids if i not in there]

    def add(self, ids: Sequence[str], vectors: Floats) -> None:
        """Keep vectors, all or none; one that is there already is replaced."""
        data = [row.tobytes() for row in vectors.astype("<f4")]
        rows = [(self._key, i, x, zlib.crc32(x)) for i, x in zip(ids, data, strict=True)]
        with self._db:  # commits, or rolls back
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?)", rows)

    def get(self, ids: Sequence[str]) -> dict[str, Floats]:
        """Vectors by passage id; one that is not there, or not as it was put there, is left out."""
        out: dict[str, Floats] = {}
        for batch in _batches(ids):
            query = f"SELECT id, vector, crc FROM vectors WHERE key = ? AND id IN ({_marks(batch)})"
            rows = self._db.execute(query, (self._key, *batch))
            for identity, data, crc in rows:
                if zlib.crc32(data) == crc:
                    out[identity] = np.frombuffer(data, "<f4").astype(np.float32)
        return out

    def take(self, other: Path) -> None:
        """Take over this model's vectors from another file."""
        self._db.execute("ATTACH ? AS other", (str(other),))
        try:
            query = "INSERT OR REPLACE INTO vectors SELECT * FROM other.vectors WHERE key = ?"
            self._db.execute(query, (self._key,))
        finally:
            self._db.execute("DETACH other")

    def keep_only(self, ids: Collection[str]) -> None:
        """Forget the vectors of all passages but these, and those of other models."""
        kept = set(ids)
        stale = [
            (key, i)
            for key, i in self._db.execute("SELECT key, id FROM vectors")
            if key != self._key or i not in kept
        ]
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            self._db.executemany("DELETE FROM vectors WHERE key = ? AND id = ?", stale)
        if len(stale) > len(kept):
            self._db.execute("VACUUM")

    def settle(self) -> None:
        """Leave everything in the one file, without a log beside it."""
        self._db.execute("PRAGMA journal_mode = DELETE")

    def count(self) -> int:
        """How many there are of this model."""
        return int(self._db.execute("SELECT COUNT(*) FROM vectors WHERE key = ?", (self._key,)).fetchone()[0])

    def is_whole(self) -> bool:
        """Whether SQLite finds no damage in the file."""
        return bool(self._db.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok")


def _batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(ids), _AT_ONCE):
        yield ids[start : start + _AT_ONCE]


def _marks(ids: Sequence[str]) -> str:
    return ",".join("?" * len(ids))
