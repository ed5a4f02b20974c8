"""Passages' vectors in Chroma: one collection an embedding model, keyed by passage id.

Chroma holds no truth of its own: which passages there are is the catalogue's to say. A vector whose passage the
catalogue does not list is never returned and is deleted at the next ingest, so a crash between the two cannot be seen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from langchain_core.embeddings import Embeddings

from rag.errors import KamerbronError, StoreError
from rag.models import ModelDescription

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

BATCH = 128


class Vectors:
    """One model's vectors, in the index folder or on a Chroma server."""

    def __init__(
        self, folder: Path, url: str, model: ModelDescription, embeddings: Callable[[], Embeddings]
    ) -> None:
        self._client = _client(folder, url)
        self._model, self._embeddings = model, embeddings
        self._name = f"passages-{model.key}"
        self._store = self._open()

    def _open(self) -> Any:
        from langchain_chroma import Chroma  # noqa: PLC0415 - seconds to import

        try:
            return Chroma(
                collection_name=self._name,
                client=self._client,
                embedding_function=_Lazy(self._embeddings),
                collection_metadata={"hnsw:space": "cosine"},
            )
        except Exception as error:
            raise _damaged(error) from error

    def missing(self, ids: Sequence[str]) -> list[str]:
        """Those of some passages that have no vector yet, in their order."""
        there: set[str] = set()
        for start in range(0, len(ids), 2000):
            there.update(self._call("get", ids=list(ids[start : start + 2000]), include=[])["ids"])
        return [i for i in ids if i not in there]

    def add(self, ids: Sequence[str], texts: Sequence[str], metadatas: Sequence[dict[str, Any]]) -> None:
        """Embed texts and store them; an id that is there already is replaced."""
        try:
            self._store.add_texts(list(texts), metadatas=list(metadatas), ids=list(ids))
        except Exception as error:
            raise _damaged(error) from error

    def keep_only(self, ids: Sequence[str]) -> None:
        """Delete every other vector, and the collections of other models."""
        kept = set(ids)
        stale = [i for i in self._call("get", include=[])["ids"] if i not in kept]
        for start in range(0, len(stale), 2000):
            self._call("delete", ids=stale[start : start + 2000])
        for collection in self._client.list_collections():
            if collection.name.startswith("passages-") and collection.name != self._name:
                self._client.delete_collection(collection.name)

    def nearest(
        self, question: str, k: int, documents: Sequence[str] | None, language: str | None
    ) -> list[tuple[str, float]]:
        """(passage id, distance) of the k nearest passages, of some documents and one language if they are given."""
        if documents is not None and not documents:
            return []
        conditions: list[dict[str, Any]] = []
        if documents is not None:
            conditions.append({"document": {"$in": list(documents)}})
        if language is not None:
            conditions.append({"language": language})
        where = None if not conditions else conditions[0] if len(conditions) == 1 else {"$and": conditions}
        try:
            vector = self._embeddings().embed_query(question)
            found = self._store.similarity_search_by_vector_with_relevance_scores(vector, k=k, filter=where)
        except Exception as error:
            raise _damaged(error) from error
        return [(str(document.id), float(distance)) for document, distance in found]

    def count(self) -> int:
        """How many vectors there are, stale ones too."""
        return int(self._call("count"))

    def _call(self, method: str, **arguments: Any) -> Any:
        try:
            return getattr(self._client.get_collection(self._name), method)(**arguments)
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
