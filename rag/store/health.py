"""What is wrong with an index, what happened to it, and what of it can be repaired. Never raises while it looks."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

from rag.errors import KamerbronError, StoreError
from rag.settings import Settings
from rag.store.catalogue import Catalogue
from rag.store.embedded import FILE as EMBEDDED
from rag.store.embedded import Embedded
from rag.store.generations import CURRENT, STATE, State, generations, home_of, read_state
from rag.store.index import Index, open_index
from rag.store.opening import LOCK, locked
from rag.store.vectors import without_password

SAMPLE = 200  # vectors that are held against what was embedded
REPAIR = "Run `rag doctor --repair`."


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's report."""

    what: str
    status: Literal["ok", "note", "problem"]
    detail: str


def examine(settings: Settings) -> list[Finding]:
    """Look at everything of the index."""
    folder = settings.index_dir
    found = [*_current(settings), *_disk(folder)]
    with suppress(OSError, KamerbronError, sqlite3.Error):
        found += _left_over(folder)
    return found


def _current(settings: Settings) -> Iterator[Finding]:
    try:
        index = open_index(settings)
    except KamerbronError as error:
        yield Finding("index", "problem", str(error))
        return
    counts = f"{len(index.descriptions)} documents, {len(index.owners)} passages"
    yield Finding("index", "ok", f"{counts}, generation {index.generation}, digest {index.digest}")
    try:
        whole = index.catalogue.is_whole()
    except StoreError:
        whole = False
    if not whole:
        yield Finding("catalogue", "problem", f"SQLite finds it damaged. {REPAIR}")
    if index.rebuilt:
        yield Finding("lexical index", "note", index.rebuilt)
    try:
        yield _vectors(index, settings)
    except KamerbronError as error:
        yield Finding("vectors", "problem", str(error))


def _vectors(index: Index, settings: Settings) -> Finding:
    vectors, languages = index.vectors, index.catalogue.languages()
    missing = vectors.missing(languages)
    if missing:
        return Finding("vectors", "problem", f"{len(missing)} passages have none. {REPAIR}")
    vectors.probe()
    step = max(1, len(languages) // SAMPLE)
    some = dict(list(languages.items())[::step])
    stored = vectors.get(some)
    try:
        with closing(Embedded(index.folder / EMBEDDED, index.model.key)) as embedded:
            kept = embedded.get(list(some))
            whole = embedded.is_whole() and len(kept) == len(some)
    except sqlite3.OperationalError:  # a read-only folder
        kept, whole = {}, True
    except sqlite3.DatabaseError:
        kept, whole = {}, False
    other = [i for i in kept if i in stored and abs(kept[i] - stored[i]).max() > 1e-4]
    if other:
        return Finding(
            "vectors", "problem", f"{len(other)} of {len(some)} are not what was embedded. {REPAIR}"
        )
    if not whole:
        lost = "The vectors from which the search index is made are damaged or gone"
        return Finding("vectors", "problem", f"{lost}; the search index still has them. {REPAIR}")
    where = without_password(settings.chroma_url) or "the index folder"
    return Finding("vectors", "ok", f"{vectors.count()} in {where}")


def _disk(folder: Path) -> Iterator[Finding]:
    """Whether another generation has room, and may be written."""
    if not folder.is_dir():
        return
    if not os.access(folder, os.W_OK):
        yield Finding(
            "index folder", "note", f"«{folder}» cannot be written: questions are answered, nothing is added."
        )
        return
    with suppress(StoreError, OSError):
        state = read_state(folder)
        size = sum(p.stat().st_size for p in home_of(folder, state.generation).rglob("*")) if state else 0
        free = shutil.disk_usage(folder).free
        if free < 2 * size:
            yield Finding(
                "disk", "note", f"{free >> 20} MiB are free; the next ingest may need {2 * size >> 20}."
            )


def _left_over(folder: Path) -> Iterator[Finding]:
    """What an ingest that was broken off left behind; nothing where one is at work."""
    if not folder.is_dir():
        return
    try:
        with FileLock(folder / LOCK, timeout=0):
            pass
    except Timeout:
        yield Finding("ingest", "note", "another process is writing to the index at this moment")
        return
    state = read_state(folder)
    for number in generations(folder):
        if not (home_of(folder, number) / STATE).is_file() and (state is None or number > state.generation):
            yield Finding(
                "ingest",
                "note",
                f"one broke off while it made generation {number}; the next one removes that",
            )
    for path in (folder / "work").glob("*.sqlite"):
        with closing(Catalogue(path)) as work:
            count = len(work.digests())
        if count:
            yield Finding(
                "ingest", "note",
                f"one broke off after it had read {count} documents; give `rag ingest` the same paths and it goes on from there",
            )  # fmt: skip


# -- repair -----------------------------------------------------------------------------------------------------------


def find_whole(settings: Settings) -> list[str]:
    """See that index.json names a generation whose catalogue is whole; what was done, a sentence each.

    What the catalogue is not the origin of (search indexes, vectors) is made again afterwards, by `rag.ingest.renew`.
    Raises StoreError where no generation is whole.
    """
    folder, done = settings.index_dir, []
    lock = locked(folder, wait=False)
    try:
        state = _readable(folder / CURRENT)
        if state is None or not _is_whole(folder, state):
            states = (_readable(home_of(folder, n) / STATE) for n in generations(folder))
            state = next((s for s in states if s is not None and _is_whole(folder, s)), None)
            if state is None:
                raise StoreError(
                    "No generation of the index is whole. Run `rag restore FILE` with a backup, or `rag ingest --rebuild` with your documents."
                )
            state.write(folder / CURRENT)
            done.append(
                f"index.json names generation {state.generation} again. Run `rag ingest` with your documents: what changed since is read."
            )
        if not _embedded_is_whole(folder, state):
            for left in folder.glob(f"{EMBEDDED}*"):
                left.unlink()
            done.append(
                "The embedded vectors were damaged; they are taken from the search index, or made again."
            )
    finally:
        lock.release()
    return done


def _readable(path: Path) -> State | None:
    with suppress(StoreError):
        return State.read(path)
    return None


def _is_whole(folder: Path, state: State) -> bool:
    path = home_of(folder, state.generation) / "catalogue.sqlite"
    try:
        with closing(Catalogue(path, read_only=True)) as catalogue:
            return catalogue.is_whole() and len(catalogue.ids()) == state.passages
    except (StoreError, sqlite3.Error):
        return False


def _embedded_is_whole(folder: Path, state: State) -> bool:
    try:
        with closing(Embedded(folder / EMBEDDED, state.built.embedding_key)) as embedded:
            return embedded.is_whole()
    except sqlite3.Error:
        return False
