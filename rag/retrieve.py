"""Question -> ranked passages.

Three steps: BM25 over concepts finds candidates among all passages; each candidate is read sentence by sentence
(`rag.coverage`), for a passage whose one sentence holds everything asked beats one that mentions it here and there; the
embedding model has its say on what is about the same thing in other words. What each step is worth: docs/retrieval.md.

A multilingual model ranks every passage by itself, and the two rankings are fused. A model that knows only English is
given Dutch as a gloss (`rag.words.gloss`), and is asked for less: its similarity is added to a passage's score.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rag.coverage import Block, Matcher, Weighted, all_terms, read_passages
from rag.filters import Filters
from rag.question import Question, in_full
from rag.text.sentences import joined
from rag.types import Found, Passage
from rag.words.glossary import is_abbreviation
from rag.words.initials import spelled_out

if TYPE_CHECKING:
    from rag.models.crossencoders import Reranker
    from rag.store.allowed import Allowed
    from rag.store.index import Index

CANDIDATES = 40
NEAREST = 100  # passages whose similarity counts; all others count as the last of them
NEW = 10  # of them, those that are read even where they hold none of the question's words
SIMILAR = 0.55  # weight of the similarity to a gloss
RRF = 60  # the constant of reciprocal rank fusion
RERANKED = 30  # passages that a cross-encoder reads
ONE_DOCUMENT = 0.6  # share of the list that one document may fill
Floats = NDArray[np.float32]
# Embedding a question and looking for its neighbours leave Python's lock, so the words are looked up meanwhile.
_BESIDE = ThreadPoolExecutor(4, "nearest")


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
    """The k best passages for a question, of the documents and speakers that the filters let through.

    An abbreviation that stands nowhere is looked for in full in what the other words find, and what it is short for is searched for too.
    """
    found, matcher = _search(index, question, filters)
    full = _in_full(index, matcher.concepts, found)
    if full:
        found, matcher = _search(index, in_full(question, full), filters)
    if reranker is not None and found:
        found = _rerank(index, question, found, reranker)
    return Retrieved(tuple(_spread(found, k)), matcher)


def _search(index: Index, question: Question, filters: Filters) -> tuple[list[Found], Matcher]:
    """The candidates, ranked by words and by the embedding model; and what they were read with."""
    allowed = index.allowed(filters)
    near = _BESIDE.submit(_nearest, index, question, allowed)
    scores, counted = index.lexical.scores(question.concepts)
    if allowed is not None:
        scores *= allowed.mask
    weighted = [
        Weighted(c, index.lexical.weights(c), n.idf, n.highest)
        for c, n in zip(question.concepts, counted, strict=True)
    ]
    nearest = near.result()
    found, matcher = _read_candidates(index, question, weighted, scores, nearest, filters)
    if "*" in index.model.languages:
        found = _fuse(found, nearest)
    return found, matcher


def _in_full(index: Index, concepts: Sequence[Weighted], found: Sequence[Found]) -> dict[str, str]:
    """What the abbreviations among some concepts are short for that no passage holds."""
    unknown = [c.concept.label for c in concepts if not c.highest and is_abbreviation(c.concept.label)]
    if not unknown:
        return {}
    texts = [joined(index.text(f.passage.document)[f.passage.start : f.passage.end]) for f in found]
    full = {short: spelled_out(short, texts) for short in unknown}
    return {short: words for short, words in full.items() if words}


def dense_votes(index: Index, question: Question) -> bool:
    """Whether the embedding model can read the question, and any passage that it could find."""
    model = index.model
    return model.reads(question.language) and any(model.reads(language) for language in index.languages)


def _nearest(index: Index, question: Question, allowed: Allowed | None) -> dict[str, float]:
    """Passage id -> cosine similarity, of the passages that the embedding model finds nearest, the nearest first."""
    if not dense_votes(index, question):
        return {}
    text = index.model.given(question.text, question.language)
    languages = [language for language in index.languages if index.model.reads(language)]
    return {i: 1 - d for i, d in index.vectors.nearest(text, NEAREST, allowed, languages)}


def _read_candidates(
    index: Index,
    question: Question,
    weighted: Sequence[Weighted],
    scores: Floats,
    nearest: Mapping[str, float],
    filters: Filters,
) -> tuple[list[Found], Matcher]:
    """The best passages by words, and the nearest, each scored by its best sentence; and what they were read with."""
    bm25 = {index.owners[i][0]: float(scores[i]) for i in _top(scores, CANDIDATES) if scores[i] > 0}
    whole = "*" in index.model.languages
    new = list(nearest)[: CANDIDATES if whole else NEW]
    passages = index.catalogue.passages([*bm25, *(i for i in new if i not in bm25)])
    asked = [p for p in passages.values() if _by_asked_speaker(p, filters)]
    described = index.described
    described.read(p.document for p in asked)
    matcher = Matcher(weighted, set().union(*(all_terms(p, described[p.document]) for p in asked)))
    highest = max(bm25.values(), default=1.0)
    least = min(nearest.values(), default=0.0)
    blocks = [Block.of(p, described[p.document]) for p in asked]
    by_words = [bm25.get(p.id, 0.0) / highest for p in asked]
    found = []
    for passage, read in zip(asked, read_passages(blocks, by_words, question, matcher), strict=True):
        similarity = nearest.get(passage.id, least)
        score = read.score if whole else read.score + SIMILAR * (similarity - least)
        found.append(Found(passage, round(score, 4), read.matched, similarity))
    return sorted(found, key=lambda f: (-f.score, f.passage.document, f.passage.start)), matcher


def _top(scores: Floats, k: int) -> Sequence[int]:
    if len(scores) <= k:
        return np.argsort(-scores, kind="stable").tolist()  # type: ignore[no-any-return]
    best = np.argpartition(-scores, k)[:k]
    ordered: Sequence[int] = best[np.argsort(-scores[best], kind="stable")].tolist()
    return ordered


def _fuse(found: Sequence[Found], nearest: Mapping[str, float]) -> list[Found]:
    """The ranking by words and that of a multilingual model, by reciprocal rank fusion (Cormack, Clarke, Büttcher 2009)."""
    by_id = {f.passage.id: f for f in found}
    by_words = [f.passage.id for f in found if f.matched]
    fused = [by_id[i] for i in reciprocal_rank_fusion([by_words, [i for i in nearest if i in by_id]])]
    top = len(fused) + 1
    return [replace(f, score=round(1 - i / top, 4)) for i, f in enumerate(fused)]


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
