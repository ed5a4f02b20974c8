"""Question -> ranked passages.

Three steps: BM25 over concepts finds candidates among all passages; each candidate is read sentence by sentence
(`rag.coverage`), for a passage whose one sentence holds everything asked beats one that mentions it here and there;
where an embedding model knows the language of question and passages, its ranking is fused in. What each step is worth:
docs/retrieval.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rag.coverage import Matcher, Weighted, passage_score
from rag.filters import Filters
from rag.question import Question
from rag.types import Found, Passage

if TYPE_CHECKING:
    from rag.crossencoders import Reranker
    from rag.index import Index

CANDIDATES = 40
RRF = 60  # the constant of reciprocal rank fusion
RERANKED = 30  # passages that a cross-encoder reads
ONE_DOCUMENT = 0.6  # share of the list that one document may fill
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What retrieval found: the list that is shown, and the concepts it was found by."""

    passages: tuple[Found, ...]
    matcher: Matcher

    @property
    def concepts(self) -> tuple[Weighted, ...]:
        """The question's concepts as words of the index."""
        return self.matcher.concepts


def retrieve(
    index: Index,
    question: Question,
    filters: Filters = Filters(),
    k: int = 10,
    reranker: Reranker | None = None,
) -> Retrieved:
    """The k best passages for a question, of the documents and speakers that the filters let through."""
    documents = filters.documents_of(index.descriptions)
    scores, counted = index.lexical.scores(question.concepts)
    if documents is not None:
        scores = np.where(index.mask(documents), scores, 0.0).astype(np.float32)
    weighted = [
        Weighted(c, index.lexical.weights(c), n.idf, n.highest)
        for c, n in zip(question.concepts, counted, strict=True)
    ]
    matcher = Matcher(weighted)
    found = _read_candidates(index, question, matcher, scores, filters)
    if dense_votes(index, question):
        found = _fuse(index, question, found, documents, filters)
    if reranker is not None and found:
        found = _rerank(index, question, found, reranker)
    return Retrieved(tuple(_spread(found, k)), matcher)


def _read_candidates(
    index: Index, question: Question, matcher: Matcher, scores: Floats, filters: Filters
) -> list[Found]:
    order = (
        np.argsort(-scores, kind="stable")[:CANDIDATES] if len(scores) <= 5000 else _top(scores, CANDIDATES)
    )
    order = [int(i) for i in order if scores[i] > 0]
    passages = index.catalogue.passages([index.owners[i][0] for i in order])
    highest = max((float(scores[i]) for i in order), default=1.0)
    found = []
    for i in order:
        passage = passages[index.owners[i][0]]
        if not _by_asked_speaker(passage, filters):
            continue
        score = passage_score(
            passage, index.described[passage.document], float(scores[i]) / highest, question, matcher
        )
        strengths = matcher.strengths(t for s in passage.sentences for t in s.terms)
        matched = tuple(c.concept.label for c, x in zip(matcher.concepts, strengths, strict=True) if x > 0)
        found.append(Found(passage, round(score, 4), matched))
    return sorted(found, key=lambda f: (-f.score, f.passage.document, f.passage.start))


def _top(scores: Floats, k: int) -> Sequence[int]:
    best = np.argpartition(-scores, k)[:k]
    ordered: Sequence[int] = best[np.argsort(-scores[best], kind="stable")].tolist()
    return ordered


def dense_votes(index: Index, question: Question) -> bool:
    """Whether the embedding model knows the question's language and that of any passage it could find."""
    model = index.model
    if not model.knows(question.language):
        return False
    return any(model.knows(language) for language in index.languages)


def _fuse(
    index: Index, question: Question, found: list[Found], documents: Sequence[str] | None, filters: Filters
) -> list[Found]:
    """The lexical ranking with the embedding model's vote, by reciprocal rank fusion (Cormack, Clarke, Büttcher 2009).

    A model that knows every language votes on every passage. One that knows some votes on the passages in the
    question's language only: they change places among themselves, for what it cannot read it cannot outvote.
    """
    whole = "*" in index.model.languages
    nearest = index.vectors.nearest(
        question.text, CANDIDATES, documents, None if whole else question.language
    )
    by_id = {f.passage.id: f for f in found}
    unread = index.catalogue.passages([i for i, _ in nearest if i not in by_id])
    voted = []
    for identity, _ in nearest:
        passage = by_id[identity].passage if identity in by_id else unread.get(identity)
        if passage is not None and _by_asked_speaker(passage, filters):  # else: left behind, or not asked for
            by_id.setdefault(identity, Found(passage, 0.0))
            voted.append(identity)
    lexical = [f.passage.id for f in found if whole or f.passage.language == question.language]
    fused = [by_id[i] for i in reciprocal_rank_fusion([lexical, voted])]
    if whole:
        top = len(fused) + 1
        return [replace(f, score=round(1 - i / top, 4)) for i, f in enumerate(fused)]
    seats = [i for i, f in enumerate(found) if f.passage.language == question.language]
    seated = list(found)
    for seat, item in zip(seats, fused, strict=False):
        seated[seat] = replace(item, score=found[seat].score)
    return [*seated, *(replace(f, score=0.0) for f in fused[len(seats) :])]


def reciprocal_rank_fusion(rankings: Sequence[Sequence[str]]) -> list[str]:
    """One ranking out of several: each gives an item 1 / (RRF + its rank)."""
    scores: dict[str, float] = {}
    for ranking in rankings:
        for rank, item in enumerate(ranking, 1):
            scores[item] = scores.get(item, 0.0) + 1 / (RRF + rank)
    return sorted(scores, key=lambda item: -scores[item])


def _by_asked_speaker(passage: Passage, filters: Filters) -> bool:
    return not filters.roles or any(s.role in filters.roles for s in passage.sentences)


def _rerank(index: Index, question: Question, found: list[Found], reranker: Reranker) -> list[Found]:
    """The cross-encoder's order for the first passages, the old order behind them."""
    head, tail = found[:RERANKED], found[RERANKED:]
    texts = [" ".join(index.text(f.passage.document)[f.passage.start : f.passage.end].split()) for f in head]
    scores = reranker.scores(question.text, texts)
    ordered = sorted(zip(scores, head, strict=True), key=lambda pair: -pair[0])
    ranked = [f for _, f in ordered] + tail
    return [replace(f, score=round(1 - i / (2 * len(ranked)), 4)) for i, f in enumerate(ranked)]


def _spread(found: Sequence[Found], k: int) -> list[Found]:
    """The first k, with at most a share of them from one document as long as others have any."""
    limit = max(1, round(k * ONE_DOCUMENT))
    counts: Counter[str] = Counter()
    first: list[Found] = []
    rest: list[Found] = []
    for item in found:
        kept = counts[item.passage.document] < limit and len(first) < k
        (first if kept else rest).append(item)
        counts[item.passage.document] += 1
    return [*first, *rest][:k]
