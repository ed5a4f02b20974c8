"""Documents and passages in one SQLite file: of a generation, which is never changed once it is read from, or of work in progress."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rag.coverage import Described
from rag.errors import StoreError
from rag.store.generations import REMEDY
from rag.store.rows import Entry, entry, to_description, to_pages, to_passage
from rag.types import Description, Document, Page, Passage

_SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    name TEXT PRIMARY KEY, digest TEXT NOT NULL, source TEXT NOT NULL, description TEXT NOT NULL,
    words TEXT NOT NULL, text TEXT NOT NULL, pages TEXT NOT NULL, file TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS passages (
    at INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, document TEXT NOT NULL REFERENCES documents (name),
    language TEXT NOT NULL, data TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS passages_of_document ON passages (document);
"""


class Catalogue:
    """What is in the index. `at` numbers passages in the order in which the lexical index holds them."""

    def __init__(self, path: Path, read_only: bool = False) -> None:
        try:
            if (
                read_only
            ):  # immutable: no lock is taken and no journal looked for, so a read-only disk will do
                where = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
                self._db = sqlite3.connect(where, uri=True, check_same_thread=False, isolation_level=None)
            else:
                self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
                self._db.executescript(_SCHEMA)
        except sqlite3.DatabaseError as error:
            raise _damaged(error) from error

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def _rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        try:
            return self._db.execute(query, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise _damaged(error) from error

    def is_whole(self) -> bool:
        """Whether SQLite finds no damage in the file."""
        return bool(self._rows("PRAGMA quick_check(1)")[0][0] == "ok")

    # -- documents ------------------------------------------------------------------------------------------------

    def digests(self) -> dict[str, str]:
        """Document name -> digest of what it was built from."""
        return dict(self._rows("SELECT name, digest FROM documents ORDER BY name"))

    def files(self) -> dict[str, str]:
        """Document name -> digest of the file it was read from and of how it was read."""
        return dict(self._rows("SELECT name, file FROM documents"))

    def sources(self) -> dict[str, str]:
        """Document name -> the path it was read from."""
        return dict(self._rows("SELECT name, source FROM documents"))

    def origin(self, name: str) -> tuple[str, str] | None:
        """The digest of the file that a document was read from, and that file's path; None where there is no such document."""
        rows = self._rows("SELECT file, source FROM documents WHERE name = ?", (name,))
        return (rows[0][0], rows[0][1]) if rows else None

    def descriptions(self) -> dict[str, Description]:
        """Document name -> what is known of it."""
        rows = self._rows("SELECT name, description FROM documents ORDER BY name")
        return {name: to_description(data) for name, data in rows}

    def described(self, names: Sequence[str]) -> dict[str, Described]:
        """What a question may call documents by, as it was worked out when they were read."""
        marks = ",".join("?" * len(names))
        rows = self._rows(f"SELECT name, words, description FROM documents WHERE name IN ({marks})", names)
        return {n: Described(frozenset(w.split()), to_description(d).sender) for n, w, d in rows}

    def described_words(self) -> set[str]:
        """All words by which questions may call documents."""
        return {w for row in self._rows("SELECT words FROM documents") for w in row[0].split()}

    def document(self, name: str) -> Document:
        """A whole document; raises StoreError where there is none of that name."""
        rows = self._rows("SELECT text, description, digest, pages FROM documents WHERE name = ?", (name,))
        if not rows:
            raise StoreError(f"There is no document «{name}» in the index. `rag documents` lists them.")
        text, data, digest, pages = rows[0]
        return Document(name, text, to_description(data), digest, to_pages(pages))

    def pages(self, name: str) -> tuple[Page, ...]:
        """Where a document's pages begin; empty for one without pages."""
        rows = self._rows("SELECT pages FROM documents WHERE name = ?", (name,))
        return to_pages(rows[0][0]) if rows else ()

    def paged_texts(self) -> Iterator[str]:
        """The texts of the documents that have pages, one at a time: together they may be many gigabytes."""
        for (name,) in self._rows("SELECT name FROM documents WHERE pages != '[]'"):
            yield self._rows("SELECT text FROM documents WHERE name = ?", (name,))[0][0]

    def passage_counts(self) -> dict[str, int]:
        """Document name -> number of its passages."""
        return dict(self._rows("SELECT document, COUNT(*) FROM passages GROUP BY document"))

    # -- passages -------------------------------------------------------------------------------------------------

    def ids(self) -> list[str]:
        """Every passage's id, in the lexical index's order."""
        return [row[0] for row in self._rows("SELECT id FROM passages ORDER BY at")]

    def ids_of(self, document: str) -> list[str]:
        """The ids of a document's passages, in order."""
        return [
            row[0]
            for row in self._rows("SELECT id FROM passages WHERE document = ? ORDER BY at", (document,))
        ]

    def owners(self) -> list[tuple[str, str]]:
        """Every passage's id and document, in the lexical index's order."""
        return [(i, d) for i, d in self._rows("SELECT id, document FROM passages ORDER BY at")]

    def languages(self) -> dict[str, str]:
        """Every passage's id -> its language, in the lexical index's order."""
        return dict(self._rows("SELECT id, language FROM passages ORDER BY at"))

    def passages(self, ids: Sequence[str]) -> dict[str, Passage]:
        """Some passages by id; an id that is not there is left out."""
        out: dict[str, Passage] = {}
        for start in range(0, len(ids), 500):
            batch = list(ids[start : start + 500])
            marks = ",".join("?" * len(batch))
            rows = self._rows(
                f"SELECT id, document, language, data FROM passages WHERE id IN ({marks})", batch
            )
            out.update({row[0]: to_passage(*row) for row in rows})
        return out

    def all_passages(self) -> Iterator[Passage]:
        """Every passage, in the lexical index's order, one at a time."""
        last = 0
        while rows := self._rows(
            "SELECT at, id, document, language, data FROM passages WHERE at > ? ORDER BY at LIMIT 2000",
            (last,),
        ):
            for at, *row in rows:
                last = at
                yield to_passage(*row)

    # -- writing: only while a generation is made -----------------------------------------------------------------

    def fast(self) -> None:
        """Write without waiting for the disk: for a file that is thrown away where anything goes wrong."""
        self._db.execute("PRAGMA synchronous = OFF")
        self._db.execute("PRAGMA cache_size = -65536")

    def logged(self) -> None:
        """Write ahead into a log: many small steps, each of which survives a kill."""
        self._db.execute("PRAGMA journal_mode = WAL")
        self._db.execute("PRAGMA synchronous = NORMAL")

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """All that is written inside, or nothing of it."""
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:  # where the disk is full, SQLite has rolled back by itself
                self._db.execute("ROLLBACK")
            raise

    def replace(self, document: Document, source: str, passages: Iterable[Passage]) -> None:
        """Put a document in place of what was there under its name, wholly or not at all."""
        self.put(entry(document, source, passages))

    def put(self, made: Entry) -> None:
        """The same, of rows."""
        with self.at_once():
            self._delete(made.name)
            marks = ", ".join("?" * len(made.document))
            self._db.execute(f"INSERT INTO documents VALUES ({marks})", made.document)
            self._db.executemany(
                "INSERT INTO passages (id, document, language, data) VALUES (?, ?, ?, ?)", made.passages
            )

    def take(self, other: Path, names: Iterable[str]) -> None:
        """Put documents of another catalogue in place of what was there under their names, in this order."""
        self._db.execute("ATTACH ? AS other", (str(other),))
        try:
            with self.at_once():
                for name in names:
                    self._delete(name)
                    self._db.execute(
                        "INSERT INTO documents SELECT * FROM other.documents WHERE name = ?", (name,)
                    )
                    self._db.execute(
                        "INSERT INTO passages (id, document, language, data) "
                        "SELECT id, document, language, data FROM other.passages WHERE document = ? ORDER BY at",
                        (name,),
                    )
        finally:
            self._db.execute("DETACH other")

    def mark(self, files: Mapping[str, str]) -> None:
        """Say of documents which file they were read from: name -> digest."""
        with self.at_once():
            self._db.executemany(
                "UPDATE documents SET file = ? WHERE name = ?", [(f, n) for n, f in files.items()]
            )

    def remove(self, *names: str) -> None:
        """Take documents and their passages out."""
        with self.at_once():
            for name in names:
                self._delete(name)

    def _delete(self, name: str) -> None:
        self._db.execute("DELETE FROM passages WHERE document = ?", (name,))
        self._db.execute("DELETE FROM documents WHERE name = ?", (name,))


def _damaged(error: sqlite3.DatabaseError) -> StoreError:
    return StoreError(f"The index's catalogue is damaged ({error}). {REMEDY}")
