"""How much of a question a sentence, and a passage, speaks of.

The measure behind both the ranking of passages and the choice of quotations: the share of the question's concepts, each
by its rarity, that a sentence holds, with a little from what stands around it: the sentence before one that points back,
the heading, the question that an answer answers, the document's title, and who speaks. The weights were set on the
development questions; docs/retrieval.md tells what each is worth.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from functools import lru_cache

from rag.question import Concept, Question
from rag.types import Description, Passage, Sentence
from rag.words.analyze import terms

BM25_SHARE = 0.18  # of a passage's score; the rest is its best sentence's coverage of the question
NEIGHBOUR = 0.25  # weight of what the sentences around the best one add
LINKED = 0.6  # weight of the sentence before one that points back to it: "Hierdoor kunnen …"
ANSWERS = 0.4  # weight of the question that an answer answers
DOCUMENT = 0.3  # weight of what the document's title, sender and date add
VOICE = 0.85  # weight of who speaks: "what did Ploumen ask" is answered by a sentence that does not name her
ROLE = 0.03  # gain of a sentence by who is asked about
ACT = 0.05  # gain of a sentence that performs the act asked for
ASKED = 0.07  # gain of a sentence that holds the kind of fact asked for
TOPIC = (
    0.7  # weight of the heading where a promise is asked about: a section speaks of what its heading names
)
# What else answers "what was promised": that it was refused; a little, what is being done.
MEANT = {"decline": 0.6, "report": 0.2, "answer": 0.2}
SPOKEN = 0.3  # weight of a speaker's role where the question names it: "the cabinet" is met by what the cabinet says
UNASKED = 0.15  # loss of a member's question where what was asked is not the point
FOOTNOTE = 0.8  # a footnote's passage is worth this much of a body's
Expanded = list[tuple[list[dict[str, float]], float]]


@dataclass(frozen=True, slots=True)
class Weighted:
    """A concept as words of the index: what a sentence must hold to speak of it, and how much that says."""

    concept: Concept
    expanded: Expanded
    idf: float
    highest: float = 0.0  # the most that any passage holds of it

    @property
    def value(self) -> float:
        """What it counts for in a question's coverage."""
        return self.concept.weight * self.idf

    def strength(self, terms: Iterable[str]) -> float:
        """How fully a set of terms speaks of the concept, from 0 to 1."""
        there = frozenset(terms)
        return Matcher((self,), there).strengths(there)[0]


class Matcher:
    """How fully a set of terms speaks of each of some concepts; one look-up a term, whatever the number of concepts.

    `terms` are all that it will be asked about: of a concept's thousands of related words only these are kept.
    """

    def __init__(self, concepts: Sequence[Weighted], terms: Set[str]) -> None:
        self.concepts = tuple(concepts)
        self._size = len(concepts)
        self._parts: dict[tuple[int, int], tuple[int, float]] = {}
        self._hits: dict[str, list[tuple[tuple[int, int], int, float]]] = defaultdict(list)
        for c, concept in enumerate(concepts):
            for a, (parts, weight) in enumerate(concept.expanded):
                self._parts[c, a] = (len(parts), weight)
                for p, words in enumerate(parts):
                    for word in words.keys() & terms:
                        self._hits[word].append(((c, a), p, words[word]))

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


def all_terms(passage: Passage, described: Described) -> set[str]:
    """Every term that is looked at when a passage's sentences are scored."""
    out = {t for s in passage.sentences for t in s.terms}
    out.update(passage.context, described.document)
    for speaker in {s.speaker or described.sender for s in passage.sentences}:
        out |= voice(speaker)
    return out


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
