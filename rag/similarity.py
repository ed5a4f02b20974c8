"""How alike a question and sentences are in meaning, whatever language each is in.

Words find a sentence that says what was asked for; a sentence encoder tells which of several says it. It is the same
for every index and every embedding model.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from threading import Lock

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from rag.models.e5 import load_encoder
from rag.words.places import with_dutch_names

EXPECTED = 1000  # questions whose vectors are kept
REMEMBERED = 20_000  # sentences whose vectors are kept, 30 MB: the same few are read for many questions
Vector = NDArray[np.float32]
_BESIDE = ThreadPoolExecutor(1, "question")
_LOADING = Lock()


def under_heading(heading: str, words: str) -> str:
    """A sentence as it is compared, in training too: "they" and "this amount" are what the heading names."""
    return with_dutch_names(f"{heading}: {words}" if heading else words)


def as_asked(question: str) -> str:
    """A question as it is compared, in training too."""
    return with_dutch_names(question)


class Similarity:
    """Similarities by one encoder; a text is embedded once."""

    def __init__(self, encoder: Embeddings) -> None:
        self._encoder = encoder
        self._sentences: dict[str, Vector] = {}
        self._questions: dict[str, Future[Vector]] = {}

    def expect(self, question: str) -> Future[Vector]:
        """Begin to embed a question that sentences will be compared with: it takes as long as finding them does."""
        asked = self._questions.get(question)
        if asked is None:
            if len(self._questions) >= EXPECTED:
                self._questions.clear()  # whoever waits for one has it in hand
            asked = self._questions[question] = _BESIDE.submit(self._embedded, question)
        return asked

    def __call__(self, question: str, sentences: Sequence[str]) -> list[float]:
        """The cosine of each sentence and the question, -1 to 1."""
        there = {s: v for s in sentences if (v := self._sentences.get(s)) is not None}
        missing = list(dict.fromkeys(s for s in sentences if s not in there))
        asked = self.expect(question)
        if missing:
            vectors = np.asarray(self._encoder.embed_documents(missing), np.float32)
            there.update(zip(missing, vectors, strict=True))
            if len(self._sentences) + len(missing) > REMEMBERED:
                self._sentences.clear()
            self._sentences.update({s: there[s] for s in missing})
        return [float(there[s] @ asked.result()) for s in sentences]

    def _embedded(self, question: str) -> Vector:
        return np.asarray(self._encoder.embed_query(as_asked(question)), np.float32)


def load_similarity() -> Similarity | None:
    """By the encoder that is installed; None where none is. Whoever asks meanwhile waits for the one that loads it."""
    with _LOADING:
        return _loaded()


@lru_cache(maxsize=1)
def _loaded() -> Similarity | None:
    encoder = load_encoder()
    return Similarity(encoder) if encoder else None


def expect(question: str) -> None:
    """Have a question embedded beside whatever is done now, and the encoder loaded if it is not; errors come when it is used."""
    _BESIDE.submit(_expect, question)


def _expect(question: str) -> None:
    similarity = load_similarity()
    if similarity is not None:
        similarity.expect(question)
