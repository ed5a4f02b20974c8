"""The usual LangChain way, to measure against: BM25Okapi and Chroma, fused by equal-weight reciprocal rank.

As langchain-community's BM25Retriever and LangChain's EnsembleRetriever do it, written out here because neither is
installed: rank_bm25 over lower-cased words between white space, all texts in memory; the question's vector searched in
Chroma through langchain_chroma; rank fusion with the constant 60.
"""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import chromadb
from langchain_chroma import Chroma
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever
from rank_bm25 import BM25Okapi

RRF = 60
FILE, CHROMA = "bm25.pickle", "chroma"


def tokens(text: str) -> list[str]:
    """A text's tokens as the usual retriever takes them."""
    return text.lower().split()


def build(texts: list[tuple[str, str]]) -> tuple[BM25Okapi, list[Document]]:
    """The index of (id, text) pairs."""
    documents = [Document(page_content=text, id=identity) for identity, text in texts]
    return BM25Okapi([tokens(d.page_content) for d in documents]), documents


def save(folder: Path, built: tuple[BM25Okapi, list[Document]]) -> None:
    """Keep it as a pickle: the retriever has no format of its own, and building it anew at each start takes longer."""
    with (folder / FILE).open("wb") as file:
        pickle.dump(built, file, protocol=pickle.HIGHEST_PROTOCOL)


def collection(folder: Path, embeddings: Embeddings) -> Chroma:
    """Its vectors: one collection in a folder of Chroma."""
    client = chromadb.PersistentClient(str(folder / CHROMA))
    return Chroma("usual", embeddings, client=client, collection_metadata={"hnsw:space": "cosine"})


class UsualWay(BaseRetriever):
    """The k best of both rankings, fused."""

    bm25: Any
    documents: list[Document]
    chroma: Any
    embeddings: Any
    k: int = 10

    @classmethod
    def open(cls, folder: Path, embeddings: Embeddings) -> UsualWay:
        """What `save` kept in a folder, with its collection of Chroma."""
        with (folder / FILE).open("rb") as file:
            bm25, documents = pickle.load(file)  # noqa: S301 - the benchmark's own file of this run
        chroma = collection(folder, embeddings)
        return cls(bm25=bm25, documents=documents, chroma=chroma, embeddings=embeddings)

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,  # noqa: ARG002 - langchain_core's
    ) -> list[Document]:
        words = self.bm25.get_top_n(tokens(query), self.documents, n=self.k)
        near = self.chroma.similarity_search_by_vector(self.embeddings.embed_query(query), k=self.k)
        scores: dict[str | None, float] = {}
        for ranking in (words, near):
            for rank, document in enumerate(ranking, 1):
                scores[document.id] = scores.get(document.id, 0.0) + 0.5 / (RRF + rank)
        found = {d.id: d for d in (*words, *near)}
        return [found[i] for i in sorted(scores, key=lambda i: -scores[i])[: self.k]]
