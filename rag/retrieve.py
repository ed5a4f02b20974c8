"""Question -> ranked passages.

Three steps: BM25 over concepts finds candidates among all passages; each candidate is read sentence by sentence, for a
passage whose one sentence holds everything asked beats one that mentions it here and there; where an embedding model
knows the language of question and passages, its ranking is fused in. Weights and what each step is worth:
docs/retrieval.md.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rag.analyze import terms
from rag.question import Concept, Question
from rag.types import Description, Found, Passage, Sentence

if TYPE_CHECKING:
    from rag.index import Index
    from rag.models import Reranker

CANDIDATES = 40
BM25_SHARE = 0.18  # of a passage's score; the rest is its best sentence's coverage of the question
NEIGHBOUR = 0.25  # weight of what the sentences around the best one add
LINKED = 0.6  # weight of the sentence before one that points back to it: "Hierdoor kunnen …"
ANSWERS = 0.4  # weight of the question that an answer answers
DOCUMENT = 0.3  # weight of what the document's title, sender and date add
VOICE = 0.85  # weight of who speaks: "what did Ploumen ask" is answered by a sentence that does not name her
ROLE, ACT, ASKED = (
    0.03,
    0.05,
    0.07,
)  # gains of a sentence by who is asked about, of the act asked for, with the kind of fact asked for
TOPIC = (
    0.7  # weight of the heading where a promise is asked about: a section speaks of what its heading names
)
MEANT = {
    "decline": 0.6,
    "report": 0.2,
    "answer": 0.2,
}  # what else answers "what was promised": that it was refused, what is done
SPOKEN = 0.3  # weight of a speaker's role where the question names it: "the cabinet" is met by what the cabinet says
UNASKED = 0.15  # loss of a member's question where what was asked is not the point
FOOTNOTE = 0.8  # a footnote's passage is worth this much of a body's
RRF = 60  # the constant of reciprocal rank fusion
RERANKED = 30  # passages that a cross-encoder reads
ONE_DOCUMENT = 0.6  # share of the list that one document may fill
Floats = NDArray[np.float32]
Expanded = list[tuple[list[dict[str, float]], float]]


@dataclass(frozen=True, slots=True)
class Filters:
    """What an answer may rest on; an empty field lets everything through. Dates are ISO, both ends included.

    A document without a date is left out where a date is asked for: it cannot be shown to lie inside.
    """

    roles: frozenset[str] = frozenset()
    senders: frozenset[str] = frozenset()
    kinds: frozenset[str] = frozenset()
    dossiers: frozenset[str] = frozenset()
    documents: frozenset[str] = frozenset()
    since: str | None = None
    until: str | None = None

    def documents_of(self, descriptions: Mapping[str, Description]) -> list[str] | None:
        """The documents that pass, or None where nothing is filtered by document."""
        if not (self.senders or self.kinds or self.dossiers or self.documents or self.since or self.until):
            return None
        return [name for name, d in descriptions.items() if self._passes(name, d)]

    def _passes(self, name: str, d: Description) -> bool:
        sender = (d.sender or "").casefold()
        return (
            (not self.documents or name in self.documents)
            and (not self.kinds or d.kind in self.kinds)
            and (
                not self.dossiers
                or any(x.split("-")[0] in self.dossiers or x in self.dossiers for x in d.dossier)
            )
            and (not self.senders or any(s.casefold() in sender for s in self.senders))
            and (not self.since or (d.date is not None and d.date >= self.since))
            and (not self.until or (d.date is not None and d.date <= self.until))
        )


@dataclass(frozen=True, slots=True)
class Retrieved:
    """What retrieval found: the list that is shown, and the concepts it was found by."""

    passages: tuple[Found, ...]
    matcher: Matcher

    @property
    def concepts(self) -> tuple[Weighted, ...]:
        """The question's concepts as words of the index."""
        return self.matcher.concepts


@dataclass(frozen=True, slots=True)
class Weighted:
    """A concept as words of the index: what a sentence must hold to speak of it, and how much that says."""

    concept: Concept
    expanded: Expanded
    idf: float

    @property
    def value(self) -> float:
        """What it counts for in a question's coverage."""
        return self.concept.weight * self.idf

    def strength(self, terms: Iterable[str]) -> float:
        """How fully a set of terms speaks of the concept, from 0 to 1."""
        return Matcher((self,)).strengths(terms)[0]


class Matcher:
    """How fully a set of terms speaks of each of some concepts; one look-up a term, whatever the number of concepts."""

    def __init__(self, concepts: Sequence[Weighted]) -> None:
        self.concepts = tuple(concepts)
        self._size = len(concepts)
        self._parts: dict[tuple[int, int], tuple[int, float]] = {}
        self._hits: dict[str, list[tuple[tuple[int, int], int, float]]] = defaultdict(list)
        for c, concept in enumerate(concepts):
            for a, (parts, weight) in enumerate(concept.expanded):
                self._parts[c, a] = (len(parts), weight)
                for p, words in enumerate(parts):
                    for word, how_much in words.items():
                        self._hits[word].append(((c, a), p, how_much))

    def strengths(self, terms: Iterable[str]) -> list[float]:
        """One value from 0 to 1 a concept; an alternative of several terms is as strong as its weakest."""
        found: dict[tuple[int, int], dict[int, float]] = {}
        for term in terms:
            for at, part, how_much in self._hits.get(term, ()):
                there = found.setdefault(at, {})
                if how_much > there.get(part, 0.0):
                    there[part] = how_much
        out = [0.0] * self._size
        for at, there in found.items():
            needed, weight = self._parts[at]
            if len(there) == needed:
                out[at[0]] = max(out[at[0]], weight * min(there.values()))
        return out


KIND_WORDS = {
    "kamerbrief": "kamerbrief brief letter",
    "kamervragen": "kamervragen kamervraag vragen antwoord parliamentary questions answers",
    "motie": "motie motion",
    "debat": "debat commissiedebat debate",
    "position_paper": "position paper positiepaper",
    "letter": "brief letter input",
    "report": "rapport verslag report",
    "other": "",
}


def description_terms(description: Description) -> frozenset[str]:
    """What a question may call a document by: its title, sender, kind and date."""
    said = " ; ".join(x for x in (description.title, description.sender, description.date) if x)
    return frozenset((*terms(said), *terms(KIND_WORDS[description.kind])))


@dataclass(frozen=True, slots=True)
class Described:
    """What a question may call a document by, and its sender: a question about WO=MEN is about all that it writes."""

    document: frozenset[str]
    sender: str | None

    @staticmethod
    def of(description: Description) -> Described:
        """From a document's description."""
        return Described(description_terms(description), description.sender)


@lru_cache(maxsize=10_000)
def voice(speaker: str | None) -> frozenset[str]:
    """What a speaker may be called by."""
    return frozenset(terms(speaker)) if speaker else frozenset()


def sentence_scores(
    sentences: Sequence[Sentence], matcher: Matcher, context: frozenset[str], described: Described
) -> list[float]:
    """Each sentence's coverage, with a little from its neighbours, the heading above it and the document it is in."""
    concepts = matcher.concepts
    voices = {s.speaker or described.sender for s in sentences}
    voiced = {v: [VOICE * x for x in matcher.strengths(voice(v))] for v in voices}
    own = [
        [max(x, meant(c, s)) for x, c in zip(matcher.strengths(s.terms), concepts, strict=True)]
        for s in sentences
    ]
    topic = TOPIC if any(c.concept.means == "commitment" for c in concepts) else NEIGHBOUR
    above_it, of_document = matcher.strengths(context), matcher.strengths(described.document)
    around = [max(topic * x, DOCUMENT * y) for x, y in zip(above_it, of_document, strict=True)]
    asked = [ANSWERS * x for x in above_it]
    total = sum(c.value for c in concepts) or 1.0
    scores = []
    for i, strengths in enumerate(own):
        near = [(LINKED if sentences[i].linked else NEIGHBOUR, n) for n in own[max(0, i - 1) : i]]
        near += [(NEIGHBOUR, n) for n in own[i + 1 : i + 2]]
        above = asked if sentences[i].part == "answer" else around
        score = 0.0
        for j, concept in enumerate(concepts):
            beside = max([weight * n[j] for weight, n in near] + [around[j], above[j]])
            score += concept.value * max(
                strengths[j], beside, voiced[sentences[i].speaker or described.sender][j]
            )
        scores.append(score / total)
    return scores


def meant(concept: Weighted, sentence: Sentence) -> float:
    """How far a sentence is what a word for an act or a speaker asks for: "promise" is met by a commitment."""
    wanted = concept.concept.means
    if not wanted:
        return 0.0
    if wanted == sentence.act or (wanted == "demand" and sentence.act == "request"):
        return 1.0
    if wanted == "commitment" and sentence.role == "government":
        return MEANT.get(sentence.act, 0.0)
    return SPOKEN if wanted == sentence.role else 0.0


def passage_context(passage: Passage) -> frozenset[str]:
    """The terms of what stands above a passage's sentences: its heading, the question it answers."""
    inside = {t for s in passage.sentences if s.part in ("heading", "question") for t in s.terms}
    return frozenset(passage.context) | inside


def passage_score(
    passage: Passage, described: Described, bm25: float, question: Question, matcher: Matcher
) -> float:
    """A candidate's score from its BM25 score (scaled to at most 1) and its best sentence."""
    scores = sentence_scores(passage.sentences, matcher, passage_context(passage), described)
    best = max((x + fit(question, s) for x, s in zip(scores, passage.sentences, strict=True)), default=0.0)
    score = BM25_SHARE * bm25 + (1 - BM25_SHARE) * best
    return score * (FOOTNOTE if all(s.part == "footnote" for s in passage.sentences) else 1.0)


def fit(question: Question, sentence: Sentence) -> float:
    """What a sentence gains for being of the kind, or by the speaker, that the question asks for."""
    gain = 0.0
    if sentence.act == "question" and not question.acts & {"question", "demand"}:
        gain -= UNASKED
    if question.roles and sentence.role in question.roles:
        gain += ROLE
    if sentence.act in question.acts or (sentence.act == "request" and "demand" in question.acts):
        gain += ACT
    marks = {t[0] for t in sentence.terms}
    if ("amount" in question.asks or "number" in question.asks) and marks & {"#", "%"}:
        gain += ASKED
    if "date" in question.asks and (
        "@" in marks or any(re.fullmatch(r"#(?:19|20)\d\d", t) for t in sentence.terms)
    ):
        gain += ASKED
    return gain


# -- the flow -----------------------------------------------------------------------------------------------------


def retrieve(
    index: Index,
    question: Question,
    filters: Filters = Filters(),
    k: int = 10,
    reranker: Reranker | None = None,
) -> Retrieved:
    """The k best passages for a question, of the documents and speakers that the filters let through."""
    documents = filters.documents_of(index.descriptions)
    scores, idfs = index.lexical.scores(question.concepts)
    if documents is not None:
        scores = np.where(index.mask(documents), scores, 0.0).astype(np.float32)
    weighted = [
        Weighted(c, index.lexical.weights(c), idf) for c, idf in zip(question.concepts, idfs, strict=True)
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
        if filters.roles and not any(s.role in filters.roles for s in passage.sentences):
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
    return any(language == "?" or model.knows(language) for language in index.languages)


def _fuse(
    index: Index, question: Question, found: list[Found], documents: Sequence[str] | None, filters: Filters
) -> list[Found]:
    """Reciprocal rank fusion (Cormack, Clarke and Büttcher 2009) of the lexical ranking with the embedding model's."""
    language = None if "*" in index.model.languages else question.language
    nearest = index.vectors.nearest(question.text, CANDIDATES, documents, language)
    by_id = {f.passage.id: f for f in found}
    unread = index.catalogue.passages([i for i, _ in nearest if i not in by_id])
    fused: dict[str, float] = {f.passage.id: 1 / (RRF + rank) for rank, f in enumerate(found, 1)}
    for rank, (identity, _) in enumerate(nearest, 1):
        passage = by_id[identity].passage if identity in by_id else unread.get(identity)
        if passage is None or (filters.roles and not any(s.role in filters.roles for s in passage.sentences)):
            continue  # a vector that an unfinished ingest left behind, or a speaker who was not asked for
        by_id.setdefault(identity, Found(passage, 0.0))
        fused[identity] = fused.get(identity, 0.0) + 1 / (RRF + rank)
    scaled = [replace(by_id[i], score=round(score * (RRF + 1) / 2, 4)) for i, score in fused.items()]
    return sorted(scaled, key=lambda f: (-f.score, f.passage.document, f.passage.start))


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
