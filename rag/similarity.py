"""How alike a question and sentences are in meaning, whatever language each is in.

Words find a sentence that says what was asked for; a sentence encoder tells which of several says it. It is the same
for every index and every embedding model.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from rag.models.e5 import load_encoder

REMEMBERED = 20_000  # sentences whose vectors are kept, 30 MB: the same few are read for many questions
Vector = NDArray[np.float32]


def under_heading(heading: str, words: str) -> str:
    """What a sentence is read with, in training too: "they" and "this amount" are what the heading names."""
    return f"{heading}: {words}" if heading else words


class Similarity:
    """Similarities by one encoder; a text is embedded once."""

    def __init__(self, encoder: Embeddings) -> None:
        self._encoder = encoder
        self._sentences: dict[str, Vector] = {}
        self._question: tuple[str, Vector] | None = None

    def __call__(self, question: str, sentences: Sequence[str]) -> list[float]:
        """The cosine of each sentence and the question, -1 to 1."""
        asked = self._question
        if asked is None or asked[0] != question:
            asked = self._question = question, np.asarray(self._encoder.embed_query(question), np.float32)
        there = {s: v for s in sentences if (v := self._sentences.get(s)) is not None}
        missing = list(dict.fromkeys(s for s in sentences if s not in there))
        if missing:
            vectors = np.asarray(self._encoder.embed_documents(missing), np.float32)
            there.update(zip(missing, vectors, strict=True))
            if len(self._sentences) + len(missing) > REMEMBERED:
                self._sentences.clear()
            self._sentences.update({s: there[s] for s in missing})
        return [float(there[s] @ asked[1]) for s in sentences]


@lru_cache(maxsize=1)
def load_similarity() -> Similarity | None:
    """By the encoder that is installed; None where none is."""
    encoder = load_encoder()
    return Similarity(encoder) if encoder else None
