"""Passages -> vectors, kept as they are made: in chunks that are sorted by length, so that little is padded.

Padding is what embedding many texts wastes most on: a batch takes as long as its longest text. Sorting a chunk of a
thousand costs next to nothing of what sorting all would gain, keeps memory bounded, and lets embedding begin while
documents are still being read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from rag.errors import KamerbronError, StoreError
from rag.models.embeddings import ModelDescription, in_one_line
from rag.store.catalogue import Catalogue
from rag.store.embedded import Embedded
from rag.text.reading import as_read
from rag.types import Document, Passage

CHUNK = 1024  # passages that are sorted together
AT_ONCE = 128  # passages between two ticks of the progress bar
Floats = NDArray[np.float32]
Tick = Callable[[str, int, int], None]


def embedding_text(document: Document, passage: Passage) -> str:
    """What is embedded of a passage: its heading and its text as it reads, the same from whatever file it was read."""
    body = " ".join(
        as_read(document.text, span.start, span.end) for s in passage.sentences for span in s.spans
    )
    return f"{passage.heading}\n{body}" if passage.heading and not body.startswith(passage.heading) else body


def texts_of(catalogue: Catalogue, ids: Sequence[str], model: ModelDescription) -> dict[str, str]:
    """What the model is given of some passages of a catalogue."""
    passages = catalogue.passages(ids)
    documents = {name: catalogue.document(name) for name in {p.document for p in passages.values()}}
    return {i: model.given(embedding_text(documents[p.document], p), p.language) for i, p in passages.items()}


class Embedder:
    """Makes the vectors of one ingest. `waiting` holds passages to embed, with their texts where those are at hand."""

    def __init__(self, embedded: Embedded, model: ModelDescription, load: Callable[[], Embeddings]) -> None:
        self._embedded, self._model, self._load = embedded, model, load
        self._waiting: dict[str, str | None] = {}
        self._done = 0

    def want(self, texts: Mapping[str, str | None]) -> None:
        """Passages that will need a vector, each with what the model is given of it, or None."""
        self._waiting.update(texts)

    def embed_chunks(self, catalogue: Catalogue, tick: Tick, read: float) -> None:
        """Embed what is waiting as far as it fills chunks; `read` is the share of all documents that has been read."""
        while len(self._waiting) >= CHUNK:
            self._embed(list(self._waiting)[:CHUNK], catalogue, tick, read)

    def embed_all(self, catalogue: Catalogue, tick: Tick) -> None:
        """Embed every passage of a catalogue that has no vector yet."""
        missing = self._embedded.missing(catalogue.ids())
        self._waiting = {i: self._waiting.get(i) for i in missing}
        while self._waiting:
            self._embed(list(self._waiting)[:CHUNK], catalogue, tick, 1.0)
        if self._done:
            tick("embed", self._done, self._done)

    def vectors(self, ids: Sequence[str], catalogue: Catalogue) -> Floats:
        """The vectors of some passages; one that was damaged since it was made is made again."""
        there = self._embedded.get(ids)
        lost = [i for i in ids if i not in there]
        if lost:
            texts = texts_of(catalogue, lost, self._model)
            self._embedded.add(lost, self._run([texts[i] for i in lost]))
            there = self._embedded.get(ids)
        return np.stack([there[i] for i in ids])

    def _embed(self, some: Sequence[str], catalogue: Catalogue, tick: Tick, read: float) -> None:
        missing = self._embedded.missing(some)
        total = round((self._done + len(missing) + len(self._waiting) - len(some)) / max(read, 1e-6))
        texts = {i: text for i in missing if (text := self._waiting[i]) is not None}
        texts |= texts_of(catalogue, [i for i in missing if i not in texts], self._model)
        order = sorted(missing, key=lambda i: -len(texts[i]))
        for start in range(0, len(order), AT_ONCE):
            tick("embed", self._done, total)
            batch = order[start : start + AT_ONCE]
            self._embedded.add(batch, self._run([texts[i] for i in batch]))
            self._done += len(batch)
        for identity in some:
            del self._waiting[identity]

    def _run(self, texts: list[str]) -> Floats:
        try:
            return np.asarray(self._load().embed_documents(texts), np.float32)
        except KamerbronError:
            raise
        except Exception as error:  # torch and the model's own code raise many kinds
            raise StoreError(
                f"The embedding model failed: {in_one_line(error)}. What was indexed before is as it was."
            ) from error
