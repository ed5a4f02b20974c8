"""Passages' vectors in Chroma: one collection an embedding model and language, keyed by passage id.

A model that knows only English is asked about English passages only. In a collection of their own that costs what they
cost; as a condition on metadata Chroma walks every passage for it (35 to 50 ms among 100,000).

Chroma holds no truth of its own: which passages there are is the catalogue's to say. A vector whose passage the
catalogue does not list is never returned and is deleted at the next ingest, so a crash between the two cannot be seen.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from rag.errors import KamerbronError, StoreError
from rag.models.embeddings import ModelDescription

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

    from rag.store.allowed import Allowed

BATCH = 128
PREFIX = "passages-"
SPARE = 1.2  # times as many of the nearest are asked for as would do if those that pass lay evenly among them
MOST = 3000  # passages that Chroma is asked for at once: 20 ms among 100,000


class Vectors:
    """One model's vectors, in the index folder or on a Chroma server."""

    def __init__(
        self, folder: Path, url: str, model: ModelDescription, embeddings: Callable[[], Embeddings]
    ) -> None:
        self._client = _client(folder, url)
        self._model, self._embeddings = model, embeddings
        self._stores: dict[str, Any] = {}
        self._open: dict[str, Any] = {}  # collections by name: looking one up costs as much as a small query

    def collection(self, language: str) -> str:
        """The name of the collection that holds the vectors of passages in a language."""
        return f"{PREFIX}{self._model.key}-{language}"

    def _store(self, language: str) -> Any:
        """LangChain's vector store over a language's collection, made where it is not there."""
        if language not in self._stores:
            from langchain_chroma import Chroma  # noqa: PLC0415 - seconds to import

            try:
                self._stores[language] = Chroma(
                    collection_name=self.collection(language),
                    client=self._client,
                    embedding_function=_Lazy(self._embeddings),
                    collection_metadata={"hnsw:space": "cosine"},
                )
            except Exception as error:
                raise _damaged(error) from error
        return self._stores[language]

    def missing(self, languages: Mapping[str, str]) -> list[str]:
        """Those of some passages (id -> language) that have no vector yet, in their order."""
        by_language: dict[str, list[str]] = defaultdict(list)
        for identity, language in languages.items():
            by_language[language].append(identity)
        there: set[str] = set()
        for language, ids in by_language.items():
            self._store(language)
            for start in range(0, len(ids), 2000):
                batch = ids[start : start + 2000]
                there.update(self._call(self.collection(language), "get", ids=batch, include=[])["ids"])
        return [i for i in languages if i not in there]

    def add(self, ids: Sequence[str], texts: Sequence[str], metadatas: Sequence[dict[str, Any]]) -> None:
        """Embed texts and store them, each by its metadata's language; an id that is there already is replaced."""
        by_language: dict[str, list[int]] = defaultdict(list)
        for at, metadata in enumerate(metadatas):
            by_language[metadata["language"]].append(at)
        for language, places in by_language.items():
            try:
                self._store(language).add_texts(
                    [texts[at] for at in places],
                    metadatas=[metadatas[at] for at in places],
                    ids=[ids[at] for at in places],
                )
            except Exception as error:
                raise _damaged(error) from error

    def keep_only(self, languages: Mapping[str, str]) -> None:
        """Delete the vectors of all passages but these (id -> language), and the collections of other models."""
        wanted = {self.collection(language) for language in languages.values()}
        for name in self._collections(PREFIX):
            if name not in wanted:
                self._client.delete_collection(name)
                continue
            ids = self._call(name, "get", include=[])["ids"]
            stale = [i for i in ids if i not in languages or self.collection(languages[i]) != name]
            for start in range(0, len(stale), 2000):
                self._call(name, "delete", ids=stale[start : start + 2000])
        self._stores.clear()

    def nearest(
        self, question: str, k: int, allowed: Allowed | None, languages: Iterable[str]
    ) -> list[tuple[str, float]]:
        """(passage id, distance) of the k nearest passages in some languages, of those allowed where only some are."""
        if allowed is not None and not allowed.documents:
            return []
        try:
            vector = self._embeddings().embed_query(question)
        except Exception as error:
            raise _damaged(error) from error
        found: list[tuple[str, float]] = []
        for language in sorted(languages):
            self._store(language)
            name = self.collection(language)
            if allowed is None:
                found += self._query(name, vector, k)
            elif allowed.are_few(language):
                found += allowed.distances(language, vector, partial(self._get, name))
            else:
                # Out of so many of the nearest of all that k of those that pass are likely among them.
                near = self._query(name, vector, min(MOST, math.ceil(SPARE * k / allowed.share(language))))
                found += [pair for pair in near if pair[0] in allowed.ids[language]]
        return sorted(found, key=lambda pair: pair[1])[:k]

    def _get(self, name: str, ids: list[str]) -> tuple[list[str], NDArray[np.float32]]:
        """The vectors of some passages, with their ids; one that is not there is left out."""
        if not ids:
            return [], np.zeros((0, 1), np.float32)
        found = self._call(name, "get", ids=ids, include=["embeddings"])
        return list(found["ids"]), np.asarray(found["embeddings"], np.float32).reshape(len(found["ids"]), -1)

    def _query(self, name: str, vector: list[float], k: int) -> list[tuple[str, float]]:
        # Not through LangChain, which has Chroma fetch every text too.
        near = self._call(name, "query", query_embeddings=[vector], n_results=k, include=["distances"])
        return list(zip(near["ids"][0], map(float, near["distances"][0]), strict=True))

    def count(self) -> int:
        """How many vectors of this model there are, stale ones too."""
        return sum(int(self._call(name, "count")) for name in self._collections(self.collection("")))

    def _collections(self, prefix: str) -> list[str]:
        try:
            return [c.name for c in self._client.list_collections() if c.name.startswith(prefix)]
        except Exception as error:
            raise _damaged(error) from error

    def _call(self, name: str, method: str, **arguments: Any) -> Any:
        """Call a collection's method; one that was deleted and made again since is looked up anew."""
        try:
            if name in self._open:
                try:
                    return getattr(self._open[name], method)(**arguments)
                except Exception:
                    self._open.pop(name, None)
            self._open[name] = self._client.get_collection(name)
            return getattr(self._open[name], method)(**arguments)
        except Exception as error:
            raise _damaged(error) from error


class _Lazy(Embeddings):
    """Loads the model when a text is to be embedded, not when a collection is opened."""

    def __init__(self, load: Callable[[], Embeddings]) -> None:
        self._load = load

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return self._load().embed_documents(texts)

    def embed_query(self, text: str) -> list[float]:
        return self._load().embed_query(text)


def _client(folder: Path, url: str) -> ClientAPI:
    import chromadb  # noqa: PLC0415 - seconds to import
    from chromadb.api.shared_system_client import SharedSystemClient  # noqa: PLC0415

    try:
        if url:
            parts = urlsplit(url)
            return chromadb.HttpClient(parts.hostname or "", parts.port or 8000, ssl=parts.scheme == "https")
        # Without this a client of the same process keeps what it read before another process wrote (chromadb 1.5.9).
        SharedSystemClient.clear_system_cache()
        return chromadb.PersistentClient(str(folder))
    except Exception as error:
        if url:
            raise StoreError(
                f"The Chroma server {url} does not answer ({type(error).__name__}). Start it, or empty RAG_CHROMA_URL."
            ) from error
        raise _damaged(error) from error


def _damaged(error: Exception) -> KamerbronError:
    if isinstance(error, KamerbronError):  # of the embedding model, not of the store
        return error
    reason = str(error).splitlines()[0][:160] if str(error) else type(error).__name__
    return StoreError(f"The vectors in the index cannot be used: {reason} Run `rag ingest --rebuild`.")
