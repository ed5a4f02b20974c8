"""Whether a sentence answers a question, by a net that reads both together.

Similarity compares what two texts are about, and a near miss is about the same thing: "Who leads the team?" and "The team was
sent in March". Read together each word of the question is seen beside each of the sentence. That is done for the
likeliest sentences, to choose those that are shown (`rag.quotes`) and to decide whether anything answers (`rag.refusal`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from threading import Lock
from typing import TypeVar

from rag.models.e5 import A_CORE_EACH, CrossEncoder, load_cross_encoder
from rag.similarity import as_asked

T = TypeVar("T")
REMEMBERED = 10_000  # pairs whose log odds are kept
_LOADING = Lock()


class Answerability:
    """Log odds by one cross-encoder; a pair is read once."""

    def __init__(self, model: CrossEncoder) -> None:
        self.log_odds = lru_cache(REMEMBERED)(model.log_odds)

    def __call__(self, question: str, sentence: str) -> float:
        """The log odds that a sentence, as `rag.similarity.under_heading` has it, answers a question."""
        return self.log_odds(as_asked(question), sentence)


def at_once(read: Callable[[T], float | None], items: Iterable[T]) -> list[float | None]:
    """What is read of each of some, a core for each."""
    return list(A_CORE_EACH.map(read, items))


def load_answerability() -> Answerability | None:
    """By the cross-encoder; None where its weights are not installed. Whoever asks meanwhile waits for the one that loads it."""
    with _LOADING:
        return _loaded()


@lru_cache(maxsize=1)
def _loaded() -> Answerability | None:
    model = load_cross_encoder()
    return Answerability(model) if model else None
