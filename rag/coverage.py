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

import numpy as np
from numpy.typing import NDArray

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
NOTHING: Expanded = [([{}], 0.0)]  # a concept that nothing stands for still has its column
Table = NDArray[np.float64]


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
    """How fully sets of terms speak of each of some concepts: all sets at once, one look-up a term.

    `terms` are all that it will be asked about: of a concept's thousands of related words only these are kept. An
    alternative of several terms has a slot for each; it is as strong as the weakest of them.
    """

    def __init__(self, concepts: Sequence[Weighted], terms: Set[str]) -> None:
        self.concepts = tuple(concepts)
        self._hits: dict[str, list[tuple[int, float]]] = defaultdict(list)
        weights: list[float] = []
        starts: list[int] = []  # the first slot of each alternative
        firsts: list[int] = []  # the first alternative of each concept
        slots = 0
        for concept in concepts:
            firsts.append(len(starts))
            for parts, weight in [x for x in concept.expanded if x[0]] or NOTHING:
                starts.append(slots)
                weights.append(weight)
                for words in parts:
                    for word in words.keys() & terms:
                        self._hits[word].append((slots, words[word]))
                    slots += 1
        self._slots, self._starts, self._firsts = slots, starts, firsts
        self._weights = np.array(weights)

    def found(self, groups: Iterable[Iterable[str]]) -> Table:
        """How much each group of terms holds of each slot."""
        rows: list[tuple[int, int, float]] = []
        number = 0
        known = self._hits
        for number, group in enumerate(groups, 1):
            for term in group:
                if term in known:
                    rows += [(number - 1, slot, how_much) for slot, how_much in known[term]]
        out = np.zeros((number, self._slots))
        if rows:
            groups_, slots, how_much = zip(*rows, strict=True)
            np.maximum.at(out, (np.array(groups_), np.array(slots)), np.array(how_much))
        return out

    def of_concepts(self, found: Table) -> Table:
        """One value from 0 to 1 a group and concept, from what the groups hold of the slots."""
        if not self.concepts or not len(found):
            return np.zeros((len(found), len(self.concepts)))
        weakest: Table = np.minimum.reduceat(found, self._starts, axis=1) * self._weights
        strongest: Table = np.maximum.reduceat(weakest, self._firsts, axis=1)
        return strongest

    def table(self, groups: Iterable[Iterable[str]]) -> Table:
        """One value from 0 to 1 a group of terms and concept."""
        return self.of_concepts(self.found(groups))

    def strengths(self, terms: Iterable[str]) -> list[float]:
        """One value from 0 to 1 a concept, for one group of terms."""
        return self.table([terms])[0].tolist()  # type: ignore[no-any-return]


KIND_WORDS = {
    "kamerbrief": "kamerbrief brief letter",
    "kamervragen": "kamervragen kamervraag vragen antwoord parliamentary questions answers",
    "motie": "motie motion",
    "debat": "debat commissiedebat debate",
    "position_paper": "position paper positiepaper",
    "letter": "brief letter input inbreng",
    "report": "rapport verslag report",
    "other": "",
}


# What a question may call any document by.
DOCUMENT_WORDS = frozenset(t for word in KIND_WORDS.values() for t in terms(word)) | frozenset(
    terms("stuk paper document")
)


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


@dataclass(frozen=True, slots=True)
class Block:
    """Sentences that stand together, what stands above them, and the document they are in."""

    sentences: Sequence[Sentence]
    context: frozenset[str]
    described: Described

    @staticmethod
    def of(passage: Passage, described: Described) -> Block:
        """A passage as a block."""
        return Block(passage.sentences, passage_context(passage), described)


def sentence_scores(blocks: Sequence[Block], matcher: Matcher) -> list[float]:
    """Each sentence's coverage, one block after the other, with a little from its neighbours, the heading and the document."""
    own = matcher.table(s.terms for block in blocks for s in block.sentences)
    return _covered(blocks, matcher, own).tolist()  # type: ignore[no-any-return]


def _covered(blocks: Sequence[Block], matcher: Matcher, own: Table) -> NDArray[np.float64]:
    """The coverage by each sentence of some blocks, from what each holds by itself (a row a sentence)."""
    sentences = [s for block in blocks for s in block.sentences]
    if not sentences:
        return np.zeros(0)
    concepts = matcher.concepts
    for j, concept in enumerate(concepts):
        if concept.concept.means:
            own[:, j] = np.maximum(own[:, j], [meant(concept, s) for s in sentences])
    of_block = np.repeat(np.arange(len(blocks)), [len(block.sentences) for block in blocks])
    topic = TOPIC if any(c.concept.means == "commitment" for c in concepts) else NEIGHBOUR
    above_it = matcher.table(block.context for block in blocks)
    around = np.maximum(topic * above_it, DOCUMENT * matcher.table(b.described.document for b in blocks))
    answers = np.maximum(around, ANSWERS * above_it)
    is_answer = np.array([s.part == "answer" for s in sentences])
    beside = np.where(is_answer[:, None], answers[of_block], around[of_block])
    together = (of_block[1:] == of_block[:-1])[:, None]
    linked = np.array([LINKED if s.linked else NEIGHBOUR for s in sentences])[1:, None]
    beside[1:] = np.maximum(beside[1:], np.where(together, linked * own[:-1], 0.0))
    beside[:-1] = np.maximum(beside[:-1], np.where(together, NEIGHBOUR * own[1:], 0.0))
    speakers = [s.speaker or block.described.sender for block in blocks for s in block.sentences]
    number = {speaker: i for i, speaker in enumerate(dict.fromkeys(speakers))}
    voiced = VOICE * matcher.table(voice(speaker) for speaker in number)
    best = np.maximum(np.maximum(own, beside), voiced[[number[speaker] for speaker in speakers]])
    values = np.array([c.value for c in concepts])
    covered: NDArray[np.float64] = best @ values / (values.sum() or 1.0)
    return covered


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


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read in a passage: the score by its best sentence, and the concepts that it holds."""

    score: float
    matched: tuple[str, ...]


def read_passages(
    blocks: Sequence[Block], bm25: Sequence[float], question: Question, matcher: Matcher
) -> list[Reading]:
    """Candidates' scores from their BM25 scores (scaled to at most 1) and their best sentences."""
    found = matcher.found(s.terms for block in blocks for s in block.sentences)
    covered = _covered(blocks, matcher, matcher.of_concepts(found)).tolist()
    readings, at = [], 0
    for block, by_words in zip(blocks, bm25, strict=True):
        end = at + len(block.sentences)
        fits = [x + fit(question, s) for x, s in zip(covered[at:end], block.sentences, strict=True)]
        score = BM25_SHARE * by_words + (1 - BM25_SHARE) * max(fits, default=0.0)
        if all(s.part == "footnote" for s in block.sentences):
            score *= FOOTNOTE
        whole = found[at:end].max(axis=0, initial=0.0, keepdims=True)
        there = zip(matcher.concepts, matcher.of_concepts(whole)[0].tolist(), strict=True)
        readings.append(Reading(score, tuple(c.concept.label for c, x in there if x > 0)))
        at = end
    return readings


def fit(question: Question, sentence: Sentence) -> float:
    """What a sentence gains for being of the kind, or by the speaker, that the question asks for."""
    gain = 0.0
    if sentence.act == "question" and not question.acts & {"question", "demand"}:
        gain -= UNASKED
    if question.roles and sentence.role in question.roles:
        gain += ROLE
    if sentence.act in question.acts or (sentence.act == "request" and "demand" in question.acts):
        gain += ACT
    if question.asks.isdisjoint(("amount", "number", "date")):
        return gain
    marks = {t[0] for t in sentence.terms}
    if ("amount" in question.asks or "number" in question.asks) and marks & {"#", "%"}:
        gain += ASKED
    if "date" in question.asks and (
        "@" in marks or any(re.fullmatch(r"#(?:19|20)\d\d", t) for t in sentence.terms)
    ):
        gain += ASKED
    return gain
