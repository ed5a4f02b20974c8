"""An index of an older form -> what the present one begins with. A form that is not known here is built anew.

6   vectors in one Chroma folder for all generations; the catalogue does not say which file a document came from
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import numpy as np

from rag.errors import StoreError
from rag.store.embedded import Embedded
from rag.store.generations import State
from rag.store.vectors import PREFIX

KNOWN = ("6",)
AT_ONCE = 2000


def to_present(folder: Path, state: State, catalogue: Path, embedded: Embedded) -> Path:
    """A catalogue of the present form with what an older one holds; its vectors are taken over.

    Raises StoreError where that form is not known.
    """
    if state.built.schema not in KNOWN:
        raise StoreError(
            f"The index in «{folder}» is of an older form. Run `rag ingest --rebuild` with your documents."
        )
    made = folder / "work" / f"from-{state.built.schema}.sqlite"
    shutil.copyfile(catalogue, made)
    with closing(sqlite3.connect(made)) as database, database:
        database.execute("ALTER TABLE documents ADD COLUMN file TEXT NOT NULL DEFAULT ''")
    with suppress(Exception):  # what cannot be taken over is embedded again
        _take_vectors(folder / "chroma", state.built.embedding_key, embedded)
    return made


def _take_vectors(chroma: Path, key: str, embedded: Embedded) -> None:
    import chromadb  # noqa: PLC0415 - seconds to import

    if not chroma.is_dir():
        return
    with closing(chromadb.PersistentClient(str(chroma))) as client:  # type: ignore[type-var]
        for each in client.list_collections():
            if not each.name.startswith(f"{PREFIX}{key}-"):
                continue
            ids = each.get(include=[])["ids"]
            for start in range(0, len(ids), AT_ONCE):
                found = each.get(ids=ids[start : start + AT_ONCE], include=["embeddings"])
                embedded.add(found["ids"], np.asarray(found["embeddings"], np.float32))
