"""Question + passages -> the one to four sentences that answer it, verbatim.

A sentence is chosen by how much of the question it covers, by who says it and which act it performs, by whether it
holds the kind of fact asked for, and by the passage it stands in; then by how alike it and the question are in meaning, and
the first of those by how likely it answers. Nothing is rewritten.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import tanh

from rag.answerability import at_once, load_answerability
from rag.conversation import JOINT
from rag.coverage import Block, Described, Matcher, fit, passage_context, sentence_scores, voice
from rag.question import Question
from rag.retrieve import Retrieved
from rag.similarity import load_similarity, under_heading
from rag.slots import PRESENT, states
from rag.store.index import Index
from rag.text.notes import notes_called_in
from rag.text.reading import said
from rag.text.sentences import joined
from rag.types import Found, Passage, Sentence

READ = 10  # passages whose sentences are considered
READ_BY_WORDS = 5  # the same where words alone choose, which farther down tell next to nothing
PASSAGE_SHARE = 0.33  # of a sentence's score: what the passage around it is worth
CONTENDS = 0.45  # share of the best score by words from which a sentence is compared with the question
LIKENESS = 1.0  # weight of a sentence's similarity to the question; sentences of one passage differ by 0.3
ELSEWHERE = 0.1  # loss of a sentence that is not about the state asked about, however alike it is
LIKELY = 0.6  # similarity of a sentence that may well answer: what is gained and lost lies around it
KEPT = 0.7  # a sentence is shown only if it scores this share of the best one
# Share of the best score, and place, down to which sentences are read together with the question:
CLOSE, FIRST = 0.6, 8
ANSWERS = 0.1  # most that a sentence gains by how likely it answers, or loses
ODDS = 4.0  # log odds at which it gains three quarters of that
KEPT_OF_READ = 0.65  # as KEPT, of the sentences that were read together with the question
MOST = 4  # statements shown; three at the median, for most questions have no four that score so much
SAME = 0.6  # overlap of terms (Jaccard) from which two sentences say the same
DEEDS = {
    "commitment": 0.25,
    "decline": 0.35,
}  # where a promise is asked about; a refusal is less like the question, and is what must be known
DONE = 0.15  # for a report of what the government itself does
POINTER = 0.3  # loss of a sentence that only refers to another document or answer, or says nothing where a saying is asked for
NOTED = 200  # characters of a sentence's notes that are read with it
SALUTATION = 6  # words of the longest line that only greets: "Geachte leden van de Tweede Kamer,"
_POINTERS = frozenset("verwezen verwijs verwijzen verwijst".split())
_SEE = frozenset(("zie", "see"))
_SALUTATIONS = frozenset("geacht geachte beste dear".split())
_NAME_ENDS = re.compile(r"[,(]")  # "WO=MEN, Dutch Gender Platform, mede namens …"
HOME = frozenset(("nederland", "netherlands"))  # named in what is said of every other state
_DOERS = frozenset("nederland kabinet regering minister ministerie staatssecretaris".split())


@dataclass(frozen=True, slots=True)
class Chosen:
    """A sentence of the answer, with the passage it stands in and how well it covers the question (0 to 1)."""

    sentence: Sentence
    passage: Passage
    score: float
    coverage: float
    called_at: int | None = None  # of a footnote: where the sentence begins that it was chosen for


class Candidates:
    """The sentences of the passages found: what the answer is chosen from, and what a refusal is decided by.

    They are read once. `roles` are those that a reader asked for; others' sentences are no candidates.
    """

    def __init__(
        self, index: Index, question: Question, retrieved: Retrieved, roles: frozenset[str] = frozenset()
    ) -> None:
        self.index, self.question, self.retrieved, self.roles = index, question, retrieved, roles
        self.places = [c for c in retrieved.concepts if c.concept.place and not c.concept.part]
        self._of_passages = _quotable(question, retrieved.passages, retrieved.matcher, index.described)

    @cached_property
    def ranked(self) -> list[Chosen]:
        """Every sentence that could be quoted, whoever says it, the best by words first."""
        return _ranked(self._of_passages)

    @cached_property
    def ranked_by_meaning(self) -> list[Chosen] | None:
        """The sentences that words do not rule out, by words and by how alike they and the question are; None without an encoder."""
        alike = self._alike(self.question.written)
        if alike is None:
            return None
        gained = [
            replace(c, score=c.score + LIKENESS * (likeness - LIKELY) - ELSEWHERE * self.elsewhere(c))
            for c, likeness in zip(self._contenders, alike, strict=True)
        ]
        return sorted(gained, key=_best_first)

    @cached_property
    def ranked_by_answering(self) -> list[Chosen] | None:
        """The first of those, by how likely each answers too; None without a cross-encoder, and where there is none."""
        ranked = self.ranked_by_meaning or []
        close = [c for c in ranked[:FIRST] if c.score >= _share(CLOSE, ranked)]
        read = zip(close, at_once(self.read_together, close), strict=True)
        gained = [replace(c, score=c.score + ANSWERS * tanh(o / ODDS)) for c, o in read if o is not None]
        return sorted(gained, key=_best_first) or None

    def said(self, chosen: Chosen) -> str:
        """The words of a sentence in one line."""
        return said(self.index.text(chosen.passage.document), chosen.sentence)

    def beside(self, chosen: Chosen) -> frozenset[str]:
        """The terms that a sentence is read with: of the one before it, of what stands above, of who speaks and of the title."""
        passage, described = chosen.passage, self.index.described[chosen.passage.document]
        own = frozenset(t for s in (*_before(chosen), chosen.sentence) for t in s.terms)
        speaker = voice(chosen.sentence.speaker or described.sender)
        return own | passage_context(passage) | described.document | speaker

    @cached_property
    def chosen(self) -> list[Chosen]:
        """The sentences that answer, the best first, then in the order of their documents; empty where nothing matches."""
        for ranked, share in ((self.ranked_by_answering, KEPT_OF_READ), (self.ranked_by_meaning, KEPT)):
            if ranked is not None:
                beside = [c for c in ranked[1:] if not self._names_another_state(c)]
                return _best(self.question, [*ranked[:1], *beside], share)
        return self.choose_by_words()

    def choose_by_words(self) -> list[Chosen]:
        """The same without the sentence encoder: what holds most of the question, whether or not it is what was meant."""
        return _best(self.question, self._by_words(READ_BY_WORDS), KEPT)

    def compared(self) -> list[tuple[Chosen, float]] | None:
        """The sentences that words do not rule out, each with how alike it and the question are; None without an encoder.

        A question that was put together from two turns reads like none: what the first of them asked counts too.
        """
        alike = [self._alike(asked) for asked in self._turns]
        each = [x for x in alike if x is not None]
        best = [max(a) for a in zip(*each, strict=True)]
        return list(zip(self._contenders, best, strict=True)) if each else None

    def read_together(self, chosen: Chosen) -> float | None:
        """The log odds that a sentence answers the question, or the first turn of one; None without a cross-encoder."""
        odds = load_answerability()
        if odds is None:
            return None
        return max(odds(asked, self._in_context(chosen)) for asked in self._turns)

    @property
    def _turns(self) -> tuple[str, ...]:
        text = self.question.written
        return tuple(dict.fromkeys((text, text.partition(JOINT)[0])))

    def _as_compared(self, chosen: Chosen) -> str:
        return under_heading(chosen.passage.heading, self.said(chosen))

    def _in_context(self, chosen: Chosen) -> str:
        """Behind the sentence before it ("she will raise it there"), and with its notes ("nine countries⁶").

        Under the name of who says it, as far as its first comma: "what does WO=MEN say" is answered by "we call on the cabinet".
        """
        own, text = chosen.sentence, self.index.text(chosen.passage.document)
        name = own.speaker or self.index.described[chosen.passage.document].sender or ""
        above = (_NAME_ENDS.split(name, 1)[0].strip(), chosen.passage.heading)
        words = [said(text, s) for s in (*_before(chosen), own) if s.part == own.part]
        notes = " ".join(joined(text[s.start : s.end]) for s in notes_called_in(text, own.start, own.end))
        words += [f"({notes[:NOTED]})"] if notes else []
        return under_heading(": ".join(filter(None, above)), " ".join(words))

    def elsewhere(self, chosen: Chosen) -> bool:
        """Whether a sentence is not about a state asked about: it names another, or nothing that it is read with names this one."""
        if not self.places:
            return False
        others = states(self.said(chosen)) - HOME
        there = frozenset(chosen.sentence.terms) if others else self.beside(chosen)
        return any(place.strength(there) < PRESENT for place in self.places)

    def _names_another_state(self, chosen: Chosen) -> bool:
        """Whether a sentence names a state, and none of those asked about: no company for one that answers."""
        abroad = [p for p in self.places if not any(HOME & set(terms) for terms, _ in p.concept.alternatives)]
        if not abroad or not states(self.said(chosen)) - HOME:
            return False
        return all(place.strength(chosen.sentence.terms) < PRESENT for place in abroad)

    @cached_property
    def _contenders(self) -> list[Chosen]:
        ranked = self._by_words(READ)
        return [c for c in ranked if c.score >= _share(CONTENDS, ranked)]

    def _alike(self, asked: str) -> list[float] | None:
        """How alike a question and each of the contenders are; None without an encoder."""
        similarity = load_similarity()
        if similarity is None:
            return None
        return similarity(asked, [self._as_compared(c) for c in self._contenders])

    def _by_words(self, read: int) -> list[Chosen]:
        ranked = _ranked(self._of_passages[:read])
        return [c for c in ranked if c.coverage > 0 and (not self.roles or c.sentence.role in self.roles)]


def _best(question: Question, ranked: Sequence[Chosen], share: float) -> list[Chosen]:
    """The few that are shown of a ranking: with a share of the best score, and none that says what another does."""
    kept: list[Chosen] = []
    for candidate in ranked:
        if len(kept) == MOST or candidate.score < _share(share, ranked):
            break
        if not any(_overlap(candidate.sentence, k.sentence) >= SAME for k in kept):
            kept.append(candidate)
    return in_reading_order(question, kept)


def in_reading_order(question: Question, chosen: Sequence[Chosen]) -> list[Chosen]:
    """Promises first where they are asked for; then the best sentence's document, inside it as the text goes; its notes, which
    stand somewhere else in every kind of file, behind the text, or before it where the best sentence is one. A note that is
    there for the sentence that calls it stands right behind that.
    """
    noted = bool(chosen) and chosen[0].sentence.part == "footnote" and chosen[0].called_at is None
    acts = {(c.passage.document, c.sentence.start): c.sentence.act for c in chosen}
    documents = list(dict.fromkeys(c.passage.document for c in chosen))
    promised = "commitment" in question.acts

    def place(c: Chosen) -> tuple[bool | int, ...]:
        at = c.sentence.start if c.called_at is None else c.called_at
        by_itself = c.sentence.part == "footnote" and c.called_at is None
        return (
            promised and acts.get((c.passage.document, at), c.sentence.act) != "commitment",
            documents.index(c.passage.document),
            at != chosen[0].sentence.start,
            by_itself != noted,
            at,
            c.called_at is not None,
        )

    return sorted(chosen, key=place)


def among(item: Chosen, others: Iterable[Chosen]) -> bool:
    """Whether a sentence is one of some, whatever it was chosen for."""
    place = (item.passage.document, item.sentence.start)
    return any((o.passage.document, o.sentence.start) == place for o in others)


def _quotable(
    question: Question, found: Sequence[Found], matcher: Matcher, described: Mapping[str, Described]
) -> list[list[Chosen]]:
    """Of each passage the sentences that could be quoted, with their scores by words."""
    blocks = [Block.of(item.passage, described[item.passage.document]) for item in found]
    covered = iter(sentence_scores(blocks, matcher))  # of one passage after the other
    out = []
    for item in found:
        chosen = []
        for sentence, coverage in zip(item.passage.sentences, covered, strict=False):
            if quotable(sentence, question):
                gain = fit(question, sentence) + _deed(question, sentence)
                gain -= POINTER if _only_points(sentence) or _says_nothing(sentence, question) else 0.0
                score = (1 - PASSAGE_SHARE) * (coverage + gain) + PASSAGE_SHARE * item.score
                chosen.append(Chosen(sentence, item.passage, score, coverage))
        out.append(chosen)
    return out


def _ranked(of_passages: Iterable[Sequence[Chosen]]) -> list[Chosen]:
    """The sentences of some passages, the best first; one that stands in several of them, where it scores best."""
    best: dict[tuple[str, int], Chosen] = {}
    for item in (c for each in of_passages for c in each):
        key = (item.passage.document, item.sentence.start)
        if key not in best or best[key].score < item.score:
            best[key] = item
    return sorted(best.values(), key=_best_first)


def _best_first(chosen: Chosen) -> tuple[float, str, int]:
    return -chosen.score, chosen.passage.document, chosen.sentence.start


def _share(share: float, ranked: Sequence[Chosen]) -> float:
    """A share of the best score; the best itself where that is below nothing."""
    return min(share * ranked[0].score, ranked[0].score)


def _only_points(sentence: Sentence) -> bool:
    """Whether a sentence sends its reader elsewhere: "Verwezen wordt naar …", a footnote's "Zie Kamerstuk 36 045, nr. 166"."""
    there = set(sentence.terms)
    return bool(_POINTERS & there) or (sentence.part == "footnote" and bool(_SEE & there))


def _says_nothing(sentence: Sentence, question: Question) -> bool:
    """Whether what somebody says is asked for, and a line is none of it: "Vragen van het lid … aan de Minister van …"."""
    return "said" in question.asks and sentence.act == "other"


def _deed(question: Question, sentence: Sentence) -> float:
    """What a sentence gains where a promise is asked about: promises first, then refusals, then what the government does."""
    if "commitment" not in question.acts or sentence.role != "government":
        return 0.0
    doer = bool(_DOERS & set(sentence.terms))
    return DEEDS.get(sentence.act, DONE if doer else 0.0)


def quotable(sentence: Sentence, question: Question) -> bool:
    """Whether a sentence can stand alone as an answer: a heading only as a demand, a question only if it is asked for."""
    if len(sentence.terms) < 2 and sentence.part != "answer":
        return False
    if sentence.terms and sentence.terms[0] in _SALUTATIONS and len(sentence.terms) <= SALUTATION:
        return False
    if sentence.part == "heading":
        return sentence.act == "demand"
    if sentence.act == "question":
        return (
            bool(question.acts & {"question", "demand"})
            or "parliament" in question.roles
            or len(sentence.terms) > 2
        )
    return True


def in_parts(text: str) -> bool:
    """Whether a question asks two things: "until when, and who decided it?"."""
    return text.count("?") > 1 or bool(
        re.search(
            r"[,;]?\s(?:and|en|but|maar)\s(?:what|who|when|how|which|where|why|did|does|is|was|wat|wie|wanneer|hoe|hoeveel|welke?|waar|waarom)\b",
            text,
            re.IGNORECASE,
        )
    )


def _before(chosen: Chosen) -> Sequence[Sentence]:
    """The sentence before one in its passage; none before the first."""
    sentences = chosen.passage.sentences
    at = next(i for i, s in enumerate(sentences) if s.start == chosen.sentence.start)
    return sentences[max(0, at - 1) : at]


def _overlap(one: Sentence, other: Sentence) -> float:
    a, b = set(one.terms), set(other.terms)
    return len(a & b) / len(a | b) if a | b else 0.0
