"""The documents and passages of one generation of the index, in one SQLite file that is never changed once it is read from."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rag.coverage import Described
from rag.errors import StoreError
from rag.types import Description, Document, Language, Page, Passage, Sentence, Span

REMEDY = "Run `rag ingest --rebuild` with your documents."
_SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    name TEXT PRIMARY KEY, digest TEXT NOT NULL, source TEXT NOT NULL, description TEXT NOT NULL,
    words TEXT NOT NULL, text TEXT NOT NULL, pages TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS passages (
    at INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, document TEXT NOT NULL REFERENCES documents (name),
    language TEXT NOT NULL, data TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS passages_of_document ON passages (document);
"""


class Catalogue:
    """What is in the index. `at` numbers passages in the order in which the lexical index holds them."""

    def __init__(self, path: Path) -> None:
        try:
            self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
            self._db.executescript(_SCHEMA)
        except sqlite3.DatabaseError as error:
            raise StoreError(f"The index's catalogue is damaged ({error}). {REMEDY}") from error

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    def _rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        try:
            return self._db.execute(query, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise StoreError(f"The index's catalogue is damaged ({error}). {REMEDY}") from error

    # -- documents ------------------------------------------------------------------------------------------------

    def digests(self) -> dict[str, str]:
        """Document name -> digest of what it was built from."""
        return dict(self._rows("SELECT name, digest FROM documents ORDER BY name"))

    def sources(self) -> dict[str, str]:
        """Document name -> the path it was read from."""
        return dict(self._rows("SELECT name, source FROM documents"))

    def descriptions(self) -> dict[str, Description]:
        """Document name -> what is known of it."""
        rows = self._rows("SELECT name, description FROM documents ORDER BY name")
        return {name: _description(data) for name, data in rows}

    def described(self, names: Sequence[str]) -> dict[str, Described]:
        """What a question may call documents by, as it was worked out when they were read."""
        marks = ",".join("?" * len(names))
        rows = self._rows(f"SELECT name, words, description FROM documents WHERE name IN ({marks})", names)
        return {n: Described(frozenset(w.split()), _description(d).sender) for n, w, d in rows}

    def described_words(self) -> set[str]:
        """All words by which questions may call documents."""
        return {w for row in self._rows("SELECT words FROM documents") for w in row[0].split()}

    def document(self, name: str) -> Document:
        """A whole document; raises StoreError where there is none of that name."""
        rows = self._rows("SELECT text, description, digest, pages FROM documents WHERE name = ?", (name,))
        if not rows:
            raise StoreError(f"There is no document «{name}» in the index. `rag documents` lists them.")
        text, data, digest, pages = rows[0]
        return Document(name, text, _description(data), digest, _pages(pages))

    def pages(self, name: str) -> tuple[Page, ...]:
        """Where a document's pages begin; empty for one without pages."""
        rows = self._rows("SELECT pages FROM documents WHERE name = ?", (name,))
        return _pages(rows[0][0]) if rows else ()

    def passage_counts(self) -> dict[str, int]:
        """Document name -> number of its passages."""
        return dict(self._rows("SELECT document, COUNT(*) FROM passages GROUP BY document"))

    # -- passages -------------------------------------------------------------------------------------------------

    def ids(self) -> list[str]:
        """Every passage's id, in the lexical index's order."""
        return [row[0] for row in self._rows("SELECT id FROM passages ORDER BY at")]

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
            out.update({row[0]: _passage(*row) for row in rows})
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
                yield _passage(*row)

    # -- writing: only while a generation is made -----------------------------------------------------------------

    def replace(self, document: Document, source: str, passages: Iterable[Passage]) -> None:
        """Put a document in place of what was there under its name, wholly or not at all."""
        with self._db:
            self._db.execute("BEGIN")
            self._delete(document.name)
            data = json.dumps(asdict(document.description), ensure_ascii=False)
            words = " ".join(sorted(Described.of(document.description).document))
            pages = json.dumps([(p.start, p.label) for p in document.pages])
            self._db.execute(
                "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?)",
                (document.name, document.digest, source, data, words, document.text, pages),
            )
            rows = [(p.id, p.document, p.language, _data(p)) for p in passages]
            self._db.executemany(
                "INSERT INTO passages (id, document, language, data) VALUES (?, ?, ?, ?)", rows
            )
            self._db.execute("COMMIT")

    def remove(self, name: str) -> None:
        """Take a document and its passages out."""
        with self._db:
            self._db.execute("BEGIN")
            self._delete(name)
            self._db.execute("COMMIT")

    def _delete(self, name: str) -> None:
        self._db.execute("DELETE FROM passages WHERE document = ?", (name,))
        self._db.execute("DELETE FROM documents WHERE name = ?", (name,))


def _description(data: str) -> Description:
    fields = json.loads(data)
    return Description(**{**fields, "dossier": tuple(fields["dossier"]), "found": tuple(fields["found"])})


def _pages(data: str) -> tuple[Page, ...]:
    return tuple(Page(start, label) for start, label in json.loads(data))


def _data(passage: Passage) -> str:
    sentences = [
        [
            [(s.start, s.end) for s in x.spans],
            x.part,
            x.role,
            x.speaker,
            x.act,
            x.time,
            " ".join(x.terms),
            int(x.linked),
        ]
        for x in passage.sentences
    ]
    fields = {"s": sentences, "h": passage.heading, "c": " ".join(passage.context)}
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


def _passage(identity: str, document: str, language: Language, data: str) -> Passage:
    try:
        fields = json.loads(data)
        sentences = _sentences(fields["s"])
        return Passage(identity, document, sentences, fields["h"], tuple(fields["c"].split()), language)
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(f"The index's catalogue is damaged ({type(error).__name__}). {REMEDY}") from error


def _sentences(rows: list[list[Any]]) -> tuple[Sentence, ...]:
    return tuple(
        Sentence(
            tuple(Span(a, b) for a, b in spans),
            part,
            role,
            speaker,
            act,
            time,
            tuple(terms.split()),
            bool(linked),
        )
        for spans, part, role, speaker, act, time, terms, linked in rows
    )
