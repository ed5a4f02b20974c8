"""Conversations that are kept: a small SQLite file on this machine, each conversation its owner's alone.

Who may see what: a conversation belongs to an *owner*, the digest of a secret that one browser holds (or of a login). To
anybody else it does not exist, unless its owner shares it; then whoever has its link, which cannot be guessed, can read
it and nothing more. What has not been added to for RAG_CONVERSATION_DAYS is forgotten.
"""

from __future__ import annotations

import secrets
import sqlite3
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from rag.errors import StoreError
from rag.settings import Settings
from rag.types import Answer, Language

FILE = "conversations.sqlite"
PATIENCE = 10.0  # seconds to wait for another that writes
LONGEST_NAME = 120  # characters
_SCHEMA = """
CREATE TABLE IF NOT EXISTS conversations (
    id TEXT PRIMARY KEY, owner TEXT NOT NULL, name TEXT NOT NULL, shared INTEGER NOT NULL DEFAULT 0, changed TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS conversations_of_owner ON conversations (owner, changed);
CREATE TABLE IF NOT EXISTS exchanges (
    at INTEGER PRIMARY KEY AUTOINCREMENT,
    conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE, data TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS exchanges_of_conversation ON exchanges (conversation, at);
CREATE TABLE IF NOT EXISTS languages (owner TEXT PRIMARY KEY, language TEXT NOT NULL, changed TEXT NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question of a conversation with what came of it: an answer, or the message of an error."""

    question: str
    answer: Answer | None = None
    error: str = ""
    narrowed: tuple[str, ...] = ()  # what it was narrowed to, in words
    asked: str = ""  # ISO 8601, UTC


@dataclass(frozen=True, slots=True)
class Listed:
    """A conversation in a list."""

    id: str
    name: str
    changed: str


@dataclass(frozen=True, slots=True)
class Kept:
    """A conversation that was opened; `mine` says whether the one who opened it owns it."""

    id: str
    name: str
    exchanges: tuple[Exchange, ...]
    mine: bool
    shared: bool


_EXCHANGE = TypeAdapter(Exchange)


@dataclass(slots=True)
class Store:
    """The file; every call opens it for itself, so that threads and processes may share it."""

    folder: Path
    days: int
    _making: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def listed(self, owner: str, most: int = 50) -> list[Listed]:
        """An owner's conversations, the last one first."""
        with self._open() as db:
            rows = db.execute(
                "SELECT id, name, changed FROM conversations WHERE owner = ? ORDER BY changed DESC, rowid DESC LIMIT ?",
                (owner, most),
            )
            return [Listed(*row) for row in rows]

    def load(self, identity: str, owner: str | None) -> Kept | None:
        """A conversation of one's own, or one that is shared; None for anything else, whether it exists or not."""
        with self._open() as db:
            row = db.execute(
                "SELECT name, owner, shared FROM conversations WHERE id = ?", (identity,)
            ).fetchone()
            if row is None or (row[1] != owner and not row[2]):
                return None
            rows = db.execute("SELECT data FROM exchanges WHERE conversation = ? ORDER BY at", (identity,))
            exchanges = tuple(x for (data,) in rows if (x := _read(data)) is not None)
        return Kept(identity, row[0], exchanges, row[1] == owner, bool(row[2]))

    def begin(self, owner: str, name: str, exchanges: Sequence[Exchange]) -> str:
        """Keep a new conversation; its id."""
        identity = secrets.token_urlsafe(16)
        with self._open() as db:
            self._forget_old(db)
            db.execute(
                "INSERT INTO conversations (id, owner, name, changed) VALUES (?, ?, ?, ?)",
                (identity, owner, _name(name), _now()),
            )
            rows = [(identity, _EXCHANGE.dump_json(x).decode()) for x in exchanges]
            db.executemany("INSERT INTO exchanges (conversation, data) VALUES (?, ?)", rows)
        return identity

    def append(self, identity: str, owner: str, exchange: Exchange) -> bool:
        """Add to a conversation of one's own; False where it is not there, for it was removed elsewhere."""
        with self._open() as db:
            changed = db.execute(
                "UPDATE conversations SET changed = ? WHERE id = ? AND owner = ?", (_now(), identity, owner)
            )
            if changed.rowcount:
                data = _EXCHANGE.dump_json(exchange).decode()
                db.execute("INSERT INTO exchanges (conversation, data) VALUES (?, ?)", (identity, data))
            return changed.rowcount > 0

    def rename(self, identity: str, owner: str, name: str) -> None:
        """Give a conversation of one's own another name; an empty one is no name."""
        if name.strip():
            self._change(
                "UPDATE conversations SET name = ? WHERE id = ? AND owner = ?", (_name(name), identity, owner)
            )

    def share(self, identity: str, owner: str, shared: bool) -> None:
        """Let whoever has the link read a conversation of one's own, or no longer."""
        self._change(
            "UPDATE conversations SET shared = ? WHERE id = ? AND owner = ?", (shared, identity, owner)
        )

    def remove(self, identity: str, owner: str) -> None:
        """Forget a conversation of one's own."""
        self._change("DELETE FROM conversations WHERE id = ? AND owner = ?", (identity, owner))

    def language(self, owner: str) -> Language | None:
        """The language that an owner chose for the app."""
        with self._open() as db:
            row = db.execute("SELECT language FROM languages WHERE owner = ?", (owner,)).fetchone()
        return row[0] if row and row[0] in ("nl", "en") else None

    def remember_language(self, owner: str, language: Language) -> None:
        """Keep the language that an owner chose."""
        self._change("INSERT OR REPLACE INTO languages VALUES (?, ?, ?)", (owner, language, _now()))

    def _change(self, statement: str, values: tuple[object, ...]) -> None:
        with self._open() as db:
            db.execute(statement, values)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """The file, open for one step that happens wholly or not at all; raises StoreError."""
        path = self.folder / FILE
        try:
            with self._making:
                if not path.is_file():
                    self._make(path)
            with closing(sqlite3.connect(path, timeout=PATIENCE)) as db, db:
                db.execute("PRAGMA foreign_keys = ON")
                yield db
        except (sqlite3.Error, OSError) as error:
            raise StoreError(
                f"Conversations cannot be kept in «{self.folder}» ({error}). Set RAG_CONVERSATIONS_DIR."
            ) from error

    def _make(self, path: Path) -> None:
        """The file, readable for nobody but the owner of this process."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        with closing(sqlite3.connect(path, timeout=PATIENCE)) as db:
            db.executescript(f"PRAGMA journal_mode = WAL; {_SCHEMA}")

    def _forget_old(self, db: sqlite3.Connection) -> None:
        before = (datetime.now(UTC) - timedelta(days=self.days)).isoformat()
        db.execute("DELETE FROM conversations WHERE changed < ?", (before,))
        db.execute("DELETE FROM languages WHERE changed < ?", (before,))


def _read(data: str) -> Exchange | None:
    """An exchange as it was kept; None for one that another version kept in another form."""
    try:
        return _EXCHANGE.validate_json(data)
    except ValidationError:
        return None


def _name(name: str) -> str:
    return " ".join(name.split())[:LONGEST_NAME] or "–"


def _now() -> str:
    return datetime.now(UTC).isoformat()


@lru_cache(maxsize=8)
def _store(folder: Path, days: int) -> Store:
    return Store(folder, days)


def store(settings: Settings) -> Store | None:
    """The store of the settings; None where nothing is to be kept."""
    return (
        _store(settings.conversations_dir, settings.conversation_days) if settings.conversation_days else None
    )
