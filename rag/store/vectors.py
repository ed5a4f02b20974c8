"""Passages' vectors in Chroma: one collection an embedding model and language, keyed by passage id.

A model that knows only English is asked about English passages only. In a collection of their own that costs what they
cost; as a condition on metadata Chroma walks every passage for it (35 to 50 ms among 100,000).

Embedded, each generation of the index has a Chroma folder of its own, which is complete before anybody reads it: two
processes never meet in one that changes. On a server (RAG_CHROMA_URL) all generations share the collections, and Chroma
holds no truth of its own: a vector whose passage the catalogue does not list is never returned.
"""

from __future__ import annotations

import math
import os
import shutil
import tempfile
import weakref
from base64 import b64encode
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, unquote, urlsplit

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from rag.errors import KamerbronError, StoreError
from rag.models.embeddings import ModelDescription
from rag.store.generations import REMEDY

if TYPE_CHECKING:
    from chromadb.api import ClientAPI

    from rag.store.allowed import Allowed

# A little wider than what is asked for (100): of a small index `rag.store.allowed` compares every passage.
SPACE = {"hnsw:space": "cosine", "hnsw:search_ef": 128}
BATCH = 4000  # vectors added at once; Chroma takes up to 5,461
PREFIX = "passages-"
SPARE = 1.2  # times as many of the nearest are asked for as would do if those that pass lay evenly among them
MOST = 3000  # passages that Chroma is asked for at once: 20 ms among 100,000


class Vectors:
    """One model's vectors, in a folder or on a Chroma server. `space` tells an index from others on that server."""

    def __init__(
        self,
        folder: Path,
        url: str,
        model: ModelDescription,
        embeddings: Callable[[], Embeddings],
        space: str = "",
    ) -> None:
        copy = None if url else _copy(folder)
        self._client = _client(Path(copy.name) if copy else folder, url)
        self._close = weakref.finalize(self, _let_go, self._client, copy)
        self._model, self._embeddings = model, embeddings
        self._prefix = f"{PREFIX}{space}-" if space else PREFIX
        self._made: set[str] = set()
        self._open: dict[str, Any] = {}  # collections by name: looking one up costs as much as a small query

    def close(self) -> None:
        """Let go of the folder, or of the connection."""
        self._close()

    def collection(self, language: str) -> str:
        """The name of the collection that holds the vectors of passages in a language."""
        return f"{self._prefix}{self._model.key}-{language}"

    def _store(self, language: str) -> str:
        """The name of a language's collection, made where it is not there."""
        name = self.collection(language)
        if name not in self._made:
            try:
                self._client.get_or_create_collection(name, metadata=dict(SPACE))
            except Exception as error:
                raise _damaged(error) from error
            self._made.add(name)
        return name

    def stored(self) -> dict[str, str]:
        """Passage id -> language, of every vector of this model."""
        out: dict[str, str] = {}
        for name in self._collections(self.collection("")):
            language = name.removeprefix(self.collection(""))
            out.update(dict.fromkeys(self._call(name, "get", include=[])["ids"], language))
        return out

    def missing(self, languages: Mapping[str, str]) -> list[str]:
        """Those of some passages (id -> language) that have no vector yet, in their order."""
        stored = self.stored()
        return [i for i, language in languages.items() if stored.get(i) != language]

    def add(
        self, ids: Sequence[str], vectors: NDArray[np.float32], metadatas: Sequence[Mapping[str, Any]]
    ) -> None:
        """Store vectors, each by its metadata's language; an id that is there already is replaced."""
        for language, places in _by_language(m["language"] for m in metadatas).items():
            name = self._store(language)
            for start in range(0, len(places), BATCH):
                some = places[start : start + BATCH]
                self._call(
                    name, "upsert",
                    ids=[ids[at] for at in some], embeddings=vectors[some], metadatas=[dict(metadatas[at]) for at in some],
                )  # fmt: skip

    def get(self, languages: Mapping[str, str]) -> dict[str, NDArray[np.float32]]:
        """The vectors of some passages (id -> language); one that is not there is left out."""
        out: dict[str, NDArray[np.float32]] = {}
        ids = list(languages)
        for language, places in _by_language(languages.values()).items():
            name = self._store(language)
            for start in range(0, len(places), BATCH):
                wanted = [ids[at] for at in places[start : start + BATCH]]
                found = self._call(name, "get", ids=wanted, include=["embeddings"])
                out.update(zip(found["ids"], np.asarray(found["embeddings"], np.float32), strict=True))
        return out

    def delete(self, languages: Mapping[str, str]) -> None:
        """Delete the vectors of some passages (id -> language)."""
        ids = list(languages)
        for language, places in _by_language(languages.values()).items():
            for start in range(0, len(places), BATCH):
                self._call(
                    self.collection(language), "delete", ids=[ids[at] for at in places[start : start + BATCH]]
                )

    def drop_others(self, keys: Collection[str]) -> None:
        """Delete this index's collections of all models but these (their keys)."""
        for name in self._collections(self._prefix):
            if name.removeprefix(self._prefix).rpartition("-")[0] not in keys:
                try:
                    self._client.delete_collection(name)
                except Exception as error:
                    raise _damaged(error) from error
        self._made.clear()

    def probe(self) -> None:
        """Look for the nearest vector in every collection, which reads the whole of it; raises StoreError where it cannot."""
        for name in self._collections(self.collection("")):
            one = self._call(name, "get", limit=1, include=["embeddings"])
            if one["ids"]:
                found = self._call(name, "query", query_embeddings=one["embeddings"], n_results=1, include=[])
                if not found["ids"][0]:
                    raise _damaged(RuntimeError("nothing is found in them"))

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


def _by_language(languages: Iterable[str]) -> dict[str, list[int]]:
    """Language -> the places at which it stands."""
    out: dict[str, list[int]] = defaultdict(list)
    for at, language in enumerate(languages):
        out[language].append(at)
    return out


def _client(folder: Path, url: str) -> ClientAPI:
    import chromadb  # noqa: PLC0415 - seconds to import

    try:
        if not url:
            return chromadb.PersistentClient(str(folder))
        parts = urlsplit(url)
        secure = parts.scheme == "https"
        port = parts.port or (443 if secure else 8000)
        return chromadb.HttpClient(parts.hostname or "", port, ssl=secure, headers=_credentials(parts))
    except Exception as error:
        if url:
            raise StoreError(
                f"The Chroma server {without_password(url)} does not answer ({type(error).__name__}). Start it, or empty RAG_CHROMA_URL."
            ) from error
        raise _damaged(error) from error


def _credentials(parts: SplitResult) -> dict[str, str]:
    """What a proxy before the server asks for: RAG_CHROMA_URL=https://name:password@host."""
    if parts.username is None:
        return {}
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return {"Authorization": f"Basic {b64encode(pair.encode()).decode()}"}


def without_password(url: str) -> str:
    """A server's address as it may be shown."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def _copy(folder: Path) -> tempfile.TemporaryDirectory[str] | None:
    """A copy of a folder that cannot be written: Chroma writes a little even to read (chromadb 1.5.9)."""
    if not folder.is_dir() or os.access(folder, os.W_OK):
        return None
    copy = tempfile.TemporaryDirectory(prefix="rag-vectors-")
    shutil.copytree(folder, copy.name, dirs_exist_ok=True)
    return copy


def _let_go(client: ClientAPI, copy: tempfile.TemporaryDirectory[str] | None) -> None:
    connections = (client, getattr(client, "_admin_client", None))
    client.close()  # type: ignore[attr-defined]  # every client has it but the base class does not say so
    for each in connections:  # a server's are left open (chromadb 1.5.9)
        session = getattr(getattr(each, "_server", None), "_session", None)
        if session is not None:
            session.close()
    if copy is not None:
        copy.cleanup()


def _damaged(error: Exception) -> KamerbronError:
    if isinstance(error, KamerbronError):  # of the embedding model, not of the store
        return error
    reason = str(error).splitlines()[0][:160] if str(error) else type(error).__name__
    return StoreError(f"The vectors in the index cannot be used: {reason}. {REMEDY}")
