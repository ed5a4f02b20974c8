"""Question -> ranked passages.

Three steps: BM25 over concepts finds candidates among all passages; each candidate is read sentence by sentence, for a
passage whose one sentence holds everything asked beats one that mentions it here and there; where an embedding model
knows the language of question and passages, its ranking is fused in. Weights and what each step is worth:
docs/retrieval.md.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rag.analyze import terms
from rag.question import Concept, Question
from rag.types import Description, Passage, Sentence

CANDIDATES = 60
BM25_SHARE = 0.18  # of a passage's score; the rest is its best sentence's coverage of the question
NEIGHBOUR = 0.25  # weight of what the sentences around the best one add
DOCUMENT = 0.3  # weight of what the document's title, sender and date add
VOICE = 0.85  # weight of who speaks: "what did Ploumen ask" is answered by a sentence that does not name her
ROLE, ACT, ASKED = 0.03, 0.05, 0.04  # gains of a sentence by who is asked about, of the act asked for, with the kind of fact asked for
FOOTNOTE = 0.8  # a footnote's passage is worth this much of a body's
Expanded = list[tuple[list[dict[str, float]], float]]


@dataclass(frozen=True, slots=True)
class Weighted:
    """A concept as words of the index: what a sentence must hold to speak of it, and how much that says."""

    concept: Concept
    expanded: Expanded
    idf: float

    @property
    def value(self) -> float:
        return self.concept.weight * self.idf

    def strength(self, terms: frozenset[str]) -> float:
        """How fully a set of terms speaks of the concept, from 0 to 1."""
        best = 0.0
        for parts, weight in self.expanded:
            if weight <= best:
                continue
            together = min((max((part.get(t, 0.0) for t in terms), default=0.0) for part in parts), default=0.0)
            best = max(best, weight * together)
        return best


def coverage(terms: frozenset[str], concepts: Sequence[Weighted]) -> float:
    """The share of a question that a set of terms speaks of, each concept by its rarity; 0 to 1."""
    total = sum(c.value for c in concepts)
    return sum(c.value * c.strength(terms) for c in concepts) / total if total else 0.0


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
def _voice(speaker: str | None) -> frozenset[str]:
    return frozenset(terms(speaker)) if speaker else frozenset()


def sentence_scores(
    sentences: Sequence[Sentence], concepts: Sequence[Weighted], context: frozenset[str], described: Described
) -> list[float]:
    """Each sentence's coverage, with a little from its neighbours, the heading above it and the document it is in."""
    voices = {s.speaker or described.sender for s in sentences}
    voiced = {v: [VOICE * c.strength(_voice(v)) for c in concepts] for v in voices}
    own = [[c.strength(frozenset(s.terms)) for c in concepts] for s in sentences]
    around = [max(NEIGHBOUR * c.strength(context), DOCUMENT * c.strength(described.document)) for c in concepts]
    total = sum(c.value for c in concepts) or 1.0
    scores = []
    for i, strengths in enumerate(own):
        near = own[max(0, i - 1) : i] + own[i + 1 : i + 2]
        score = 0.0
        for j, concept in enumerate(concepts):
            beside = max([NEIGHBOUR * n[j] for n in near] + [around[j]])
            score += concept.value * max(strengths[j], beside, voiced[sentences[i].speaker or described.sender][j])
        scores.append(score / total)
    return scores


def passage_score(
    passage: Passage, described: Described, bm25: float, question: Question, concepts: Sequence[Weighted]
) -> float:
    """A candidate's score from its BM25 score (scaled to at most 1) and its best sentence."""
    context = frozenset(passage.context) | {t for s in passage.sentences if s.part in ("heading", "question") for t in s.terms}
    scores = sentence_scores(passage.sentences, concepts, context, described)
    best = max((x + _fit(question, s) for x, s in zip(scores, passage.sentences, strict=True)), default=0.0)
    score = BM25_SHARE * bm25 + (1 - BM25_SHARE) * best
    return score * (FOOTNOTE if all(s.part == "footnote" for s in passage.sentences) else 1.0)


def _fit(question: Question, sentence: Sentence) -> float:
    """What a sentence gains for being of the kind, or by the speaker, that the question asks for."""
    gain = 0.0
    if question.roles and sentence.role in question.roles:
        gain += ROLE
    if sentence.act in question.acts or (sentence.act == "request" and "demand" in question.acts):
        gain += ACT
    marks = {t[0] for t in sentence.terms}
    if ("amount" in question.asks or "number" in question.asks) and marks & {"#", "%"}:
        gain += ASKED
    if "date" in question.asks and ("@" in marks or any(re.fullmatch(r"#(?:19|20)\d\d", t) for t in sentence.terms)):
        gain += ASKED
    return gain
