"""Vectors -> the Chroma of a new generation: that of the generation before with what changed, or a new one."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path

from rag.errors import StoreError
from rag.store.catalogue import Catalogue
from rag.store.embedder import Embedder, Tick
from rag.store.vectors import BATCH, Vectors

HOLES = 0.2  # share of deleted vectors from which Chroma is filled anew: what is deleted still takes room in its graph
DATABASE = "chroma.sqlite3"
Open = Callable[[], Vectors]


def begin(
    opened: Open, folder: Path, before: Path | None, languages: Mapping[str, str], holes: int
) -> tuple[Vectors, int]:
    """Vectors in a new folder, without those of passages that are no more; and how many were ever deleted from it.

    `before` is the folder of the generation before, None where that has another model's, or none.
    """
    if before is not None and _copied(before, folder):
        try:
            vectors = opened()
            stale = {i: x for i, x in vectors.stored().items() if languages.get(i) != x}
            if holes + len(stale) <= HOLES * len(languages):
                vectors.delete(stale)
                vectors.probe()
                return vectors, holes + len(stale)
            vectors.close()
        except StoreError:
            vectors.close()
    shutil.rmtree(folder, ignore_errors=True)
    return opened(), 0


def _copied(before: Path, folder: Path) -> bool:
    """Whether a Chroma folder could be copied; its database as SQLite copies it, for a reader may just be opening it."""
    try:
        shutil.copytree(before, folder, ignore=shutil.ignore_patterns(f"{DATABASE}*"))
        where = f"{(before / DATABASE).absolute().as_uri()}?mode=ro"
        with (
            closing(sqlite3.connect(where, uri=True, timeout=30)) as source,
            closing(sqlite3.connect(folder / DATABASE)) as target,
        ):
            source.backup(target)
    except sqlite3.DatabaseError as error:
        if "full" in str(error):
            raise
        return False
    except (FileNotFoundError, shutil.Error):
        return False
    return True


def fill(vectors: Vectors, catalogue: Catalogue, embedder: Embedder, tick: Tick) -> None:
    """Add the vectors of every passage of a catalogue that has none there yet."""
    languages, owners = catalogue.languages(), dict(catalogue.owners())
    missing = vectors.missing(languages)
    for start in range(0, len(missing), BATCH):
        tick("store", start, len(missing))
        batch = missing[start : start + BATCH]
        metadatas = [{"document": owners[i], "language": languages[i]} for i in batch]
        vectors.add(batch, embedder.vectors(batch, catalogue), metadatas)
    if missing:
        tick("store", len(missing), len(missing))
