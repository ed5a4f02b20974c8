"""The vectors that both ways are given: one for each text."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from langchain_core.embeddings import Embeddings

DIMENSIONS = 384


class RandomVectors(Embeddings):
    """Random unit vectors for passages."""

    def __init__(self) -> None:
        self._generator = np.random.default_rng(1325)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One for each text."""
        vectors = self._generator.standard_normal((len(texts), DIMENSIONS))
        rows: list[list[float]] = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).tolist()
        return rows

    def embed_query(self, text: str) -> list[float]:
        """One for a text."""
        return self.embed_documents([text])[0]


class ReadyVectors(RandomVectors):
    """The questions' own vectors, embedded beforehand."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._vectors: dict[str, list[float]] = json.loads((folder / "vectors.json").read_text("utf-8"))

    def embed_query(self, text: str) -> list[float]:
        """The vector of a question."""
        return self._vectors[" ".join(text.split())]
