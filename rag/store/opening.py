"""What a writer opens before it begins: the lock, the work that was left, the vectors that were made."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

from filelock import FileLock, Timeout

from rag.errors import StoreError
from rag.store.catalogue import Catalogue
from rag.store.embedded import FILE as EMBEDDED
from rag.store.embedded import Embedded
from rag.store.trouble import in_folder

LOCK = "ingest.lock"


def locked(folder: Path, wait: bool) -> FileLock:
    """The lock of an index folder, taken; it dies with its process, so one that was left behind holds up nobody."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"The index folder «{folder}» cannot be made ({error.strerror}). Set RAG_INDEX_DIR."
        ) from error
    lock = FileLock(folder / LOCK)
    with in_folder(folder):
        try:
            lock.acquire(timeout=-1 if wait else 0)
        except Timeout:
            raise StoreError(f"Another ingest is writing to «{folder}». Wait until it is done.") from None
    return lock


def open_staged(path: Path) -> Catalogue:
    """The documents that have been read and split with the present splitter; what another one made is thrown away."""
    path.parent.mkdir(exist_ok=True)
    for old in path.parent.iterdir():
        if not old.name.startswith(path.name):
            shutil.rmtree(old) if old.is_dir() else old.unlink(missing_ok=True)
    try:
        staged = Catalogue(path)
        staged.logged()
        staged.digests()
    except (StoreError, sqlite3.DatabaseError):  # it can all be done again
        for left in path.parent.iterdir():
            left.unlink(missing_ok=True)
        staged = Catalogue(path)
        staged.logged()
    return staged


def open_embedded(folder: Path, key: str) -> Embedded:
    """The vectors that have been made; a file that is damaged is begun anew."""
    try:
        embedded = Embedded(folder / EMBEDDED, key)
        embedded.missing(["-"])
    except sqlite3.DatabaseError as error:
        if isinstance(error, sqlite3.OperationalError):  # locked, read-only or full, not damaged
            raise
        for left in folder.glob(f"{EMBEDDED}*"):
            left.unlink()
        return Embedded(folder / EMBEDDED, key)
    return embedded
