"""When the honest answer is no, and which no it is.

The signals are what a careful reader would look at: how much of the question do the best sentences cover; do the names
and years that it names stand near them; does a sentence that speaks of it hold an amount, a number or a reason where
one is asked for; which of its words occur nowhere; how far is the nearest passage. A logistic model weighs them. Its
weights (`rag/data/refusal.toml`) are fitted on the development questions by `python -m bench.refusals`, which prints
how many answerable questions are refused against how many unanswerable ones are answered: docs/answers.md has the curve.
"""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from importlib import resources
from typing import Literal

from rag.coverage import DOCUMENT_WORDS, Weighted, passage_context, voice
from rag.filters import Filters
from rag.footnoted import footnoted
from rag.question import Question
from rag.quotes import Candidates, Chosen, in_parts
from rag.retrieve import Retrieved
from rag.signed import signed
from rag.slots import PRESENT, counts, gives_reason, holds_date, holds_kind
from rag.store.index import Index
from rag.types import Passage, Refusal, RefusalKind, Sentence
from rag.wording import say

SHALLOW, FAR = 0.4, 0.45  # coverage and similarity below which a question may well be about something else
BY_WORDS, BY_MEANING = "words", "meaning"  # tables of the weights: without and with a sentence encoder
SPOKEN_OF = 0.3  # strength from which a passage speaks of a thing at all
NO_SENTENCE = -5.0  # log odds where there is none
SURE = 8.0  # log odds that count as no more than this, either way
MISFIT = 0.2  # loss of similarity of a sentence that cannot be the answer
WHOLE = 0.7  # coverage from which all that is asked for is there
MUCH_LIKE = 0.65  # similarity in meaning from which a sentence is much like the question
ABOUT = 0.5  # coverage from which a sentence is about what is asked
UNSURE = 1 / 3  # of the threshold: from there a reader is told that the quotations may not say what was asked
ASIDE = 0.9  # doubt from which another word of the question is what it asks: "how old is Kaag?"
FEW = 2  # things that a question may be about, of which a sentence must speak of one
FOREIGN = 0.6  # share of the question's words that occur nowhere, from which it is on another subject


@dataclass(frozen=True, slots=True)
class Signals:
    """What speaks for and against answering; each between 0 and about 1, `unmet` a count up to 3.

    Coverage and similarity tell little where they are middling, and a near miss may have more of them than an answer; but
    where they are low nothing else matters. So their lower ends are signals of their own.
    """

    coverage: float  # of the question, by the best of the chosen sentences
    named: float  # things that the question names, in eighths: a long question is seldom covered whole
    unmet: float  # names, places and years that stand nowhere near the chosen sentences
    unknown: float  # share of what it names that occurs nowhere in the documents
    silent: float  # share of what it names that the chosen sentences' passages do not speak of
    nearest: float  # similarity of the nearest passage
    beside: float  # similarity of the nearest passage that a chosen sentence stands in
    figure: float  # coverage by the best sentence with the amount or number asked for, as a share of the best coverage
    counted: float  # the same for a sentence with a number that counts what is asked
    reason: float  # the same for a sentence that gives a reason
    asks_number: float
    asks_amount: float
    elsewhere: float  # states that are named, fewest that a chosen sentence and what is right beside it lack
    undated: float  # the same of years
    shallow: float  # how far the coverage lies below SHALLOW
    far: float  # how far the nearest passage lies below FAR
    astray: float  # the two together
    # None without a sentence encoder:
    alike: float | None = None  # the question and the sentence most like it in meaning
    fitting: float | None = None  # the same, less for a sentence that cannot be the answer
    # Log odds by a net that reads a sentence together with the question, also None without one:
    answers: float | None = None  # the mean of the likeliest three
    likeliest: float | None = None  # the mean of all that may be shown


@dataclass(frozen=True, slots=True)
class Support:
    """The signals, and the names and words that they were counted from."""

    signals: Signals
    absent: tuple[Weighted, ...]  # names that stand nowhere in the documents
    unmet: tuple[Weighted, ...]  # names that stand nowhere near the chosen sentences
    missing: tuple[str, ...]  # the question's words that occur nowhere
    foreign: float  # share of what it names that occurs nowhere


@dataclass(frozen=True, slots=True)
class Judged:
    """The sentences that may stand as the answer, or why none may; and whether they may well not say what is asked."""

    chosen: list[Chosen]
    refusal: Refusal | None
    unsure: bool = False


@lru_cache(maxsize=1)
def _weights() -> dict[str, dict[str, float]]:
    text = resources.files("rag").joinpath("data/refusal.toml").read_text(encoding="utf-8")
    return {kind: {k: float(v) for k, v in table.items()} for kind, table in tomllib.loads(text).items()}


def _weights_for(signals: Signals) -> dict[str, float]:
    return _weights()[BY_WORDS if signals.alike is None else BY_MEANING]


def doubt(signals: Signals) -> float:
    """The probability, as far as the development questions tell, that the documents do not answer."""
    weights = _weights_for(signals)
    there = [f.name for f in fields(signals) if getattr(signals, f.name) is not None]
    total = weights["constant"] + sum(weights[name] * getattr(signals, name) for name in there)
    return 1 / (1 + math.exp(-total))


class _Named:
    """What a question names, as words of the index."""

    def __init__(self, question: Question, concepts: Sequence[Weighted]) -> None:
        self.plain = [c for c in concepts if not c.concept.part]
        self.content = [c for c in self.plain if c.concept.weight >= 0.9] or list(concepts)
        self.names = [c for c in concepts if _is_name(c, question.written)]
        self.nowhere = [c for c in self.plain if not _occurs(c)]
        self.years = [c for c in self.plain if _is_year(c)]
        self.counted = next((c for c in concepts if c.concept.label == question.counted), None)

    def topics(self) -> list[Weighted]:
        """What it is about, without words for documents: "wat zegt de brief over Oeganda?"."""
        return [c for c in self.content if c.concept.weight >= 0.9 and not _calls_a_document(c)]

    def aside(self) -> list[Weighted]:
        """Words that say little of what it is about, and may yet be what is asked: "wat is het doel van …"."""
        return [c for c in self.plain if c not in self.content and not c.concept.means]

    def unknown(self) -> float:
        """The share that occurs nowhere."""
        return sum(c in self.nowhere for c in self.content) / max(len(self.content), 1)

    def silent(self, around: Iterable[frozenset[str]]) -> float:
        """The share that is not spoken of around any one of some sentences, whichever has most."""
        missing = (sum(c.strength(terms) < SPOKEN_OF for c in self.content) for terms in around)
        return min(missing, default=len(self.content)) / max(len(self.content), 1)


def weigh(candidates: Candidates, *, throughout: bool = False) -> Support:
    """Measure what speaks for answering: of the sentences that hold most of the question's words.

    The net that reads question and sentence together is asked where it can change the decision, or `throughout`.

    What is shown may be chosen by meaning; a sentence that is about the same thing is no sign that it says what is asked.
    """
    index, question, retrieved = candidates.index, candidates.question, candidates.retrieved
    by_words = candidates.choose_by_words()
    chosen = signed(index, question, by_words, candidates.roles)
    named = _Named(question, retrieved.concepts)
    around = [_around(index, c.passage) for c in chosen]
    near = frozenset().union(*around)
    unmet = tuple(n for n in named.names if n.strength(near) < PRESENT)
    passages = {c.passage.id for c in chosen}
    share = _Shares(candidates, chosen, named.names)
    beside = [candidates.beside(c) for c in chosen]
    coverage = max((c.coverage for c in chosen), default=0.0)
    nearest = max((f.similarity for f in retrieved.passages), default=0.0)
    shallow, far = max(0.0, SHALLOW - coverage), max(0.0, FAR - nearest)
    # What is asked of a document as a whole is answered by its first and last lines, which are like no question.
    compared = candidates.compared() if chosen == by_words else None
    signals = Signals(
        coverage=coverage,
        named=min(len(named.content), 8) / 8,
        unmet=float(min(len(unmet), 3)),
        unknown=named.unknown(),
        silent=named.silent(around),
        nearest=nearest,
        beside=max((f.similarity for f in retrieved.passages if f.passage.id in passages), default=0.0),
        figure=share.of_figures(),
        counted=share.of_counts(named.counted),
        reason=share.of_reasons(),
        asks_number=float("number" in question.asks),
        asks_amount=float("amount" in question.asks),
        elsewhere=_fewest_unmet(candidates.places, beside),
        undated=_fewest_unmet(named.years, beside),
        shallow=shallow,
        far=far,
        astray=10 * shallow * far,
        alike=None if compared is None else max((0.0, *(alike for _, alike in compared))),
        fitting=None if compared is None else _fitting(candidates, named, compared),
    )
    if compared is not None:
        signals = _with_odds(candidates, compared, signals, throughout)
    return Support(
        signals,
        absent=tuple(n for n in named.names if n in named.nowhere),
        unmet=unmet,
        missing=tuple(c.concept.label for c in named.nowhere),
        foreign=named.unknown(),
    )


def _fitting(candidates: Candidates, named: _Named, compared: Iterable[tuple[Chosen, float]]) -> float:
    """The most alike of the sentences that may answer: less for one about another state or year, or without what is asked for.

    "How much goes to the office in Mali?" is most like the sentence that says how much goes to the one in Sudan.
    """
    question = candidates.question

    def fits(chosen: Chosen) -> bool:
        terms = candidates.beside(chosen) if named.years else frozenset()
        return (
            not candidates.elsewhere(chosen)
            and all(year.strength(terms) >= PRESENT for year in named.years)
            and holds_kind(question, candidates.said(chosen))
            and ("reason" not in question.asks or gives_reason(candidates.said(chosen)))
        )

    return max((0.0, *(alike if fits(c) else alike - MISFIT for c, alike in compared)))


def _with_odds(
    candidates: Candidates, compared: Sequence[tuple[Chosen, float]], signals: Signals, throughout: bool
) -> Signals:
    """The signals with the log odds of what is read together with the question; as they were where nothing is.

    Three sentences answer for themselves, often the same: the one most like the question, the first by words and by meaning, and the
    first once the likeliest are read. Nothing is read that cannot change the decision any more, unless `throughout`.
    """
    if not compared:
        return replace(signals, answers=NO_SENTENCE, likeliest=NO_SENTENCE)
    three: tuple[Callable[[], Sequence[Chosen] | None], ...] = (
        lambda: [max(compared, key=lambda each: each[1])[0]],
        lambda: candidates.ranked_by_meaning,
        lambda: candidates.ranked_by_answering,
    )
    told: list[float] = []
    for ranked in three:
        if not throughout and _settled(signals, told, len(three)):
            break
        odds = _odds(candidates, (ranked() or [])[:1])
        if not odds:
            return signals
        told += odds
    if not told:
        return signals
    answers = sum(told) / len(three)
    if len(told) < len(three):  # what the others are worth changes nothing
        return replace(signals, answers=answers, likeliest=answers)
    likeliest = _odds(candidates, candidates.ranked_by_answering or ())
    return replace(signals, answers=answers, likeliest=sum(likeliest) / len(likeliest))


def _odds(candidates: Candidates, chosen: Iterable[Chosen]) -> list[float]:
    """The log odds of some sentences, none surer than SURE; none without a cross-encoder."""
    read = (candidates.read_together(c) for c in chosen)
    return [min(max(odds, -SURE), SURE) for odds in read if odds is not None]


def _settled(signals: Signals, told: Sequence[float], of: int) -> bool:
    """Whether the decision is the same, and what is told of it, however sure the net is that the sentences that are not read answer, or
    that they do not.
    """
    at, unread = _weights_for(signals)["threshold"], SURE * (of - len(told))
    reach = ((sum(told) - unread) / of, (sum(told) + unread) / of)
    doubts = [doubt(replace(signals, answers=a, likeliest=b)) for a in reach for b in (-SURE, SURE)]
    least, most = min(doubts), max(doubts)
    return least >= at or most < UNSURE * at or (UNSURE * at <= least and most < at)


class _Shares:
    """The best coverage by a sentence of some kind, as a share of the best coverage by any."""

    def __init__(self, candidates: Candidates, chosen: Sequence[Chosen], names: Sequence[Weighted]) -> None:
        self._candidates, self._names = candidates, names
        self._best = max((c.coverage for c in chosen), default=0.0)

    def of_figures(self) -> float:
        """Of those with the amount or the number asked for; 1 where none is."""
        question = self._candidates.question
        if question.asks.isdisjoint(("amount", "number")):
            return 1.0
        return self._share(lambda c: holds_kind(question, self._candidates.said(c)))

    def of_counts(self, counted: Weighted | None) -> float:
        """Of those with a number of what is counted; 1 where no number is asked for."""
        question = self._candidates.question
        if "number" not in question.asks:
            return 1.0
        return self._share(lambda c: counts(question, self._candidates.said(c), counted))

    def of_reasons(self) -> float:
        """Of those that say why; 1 where that is not asked."""
        if "reason" not in self._candidates.question.asks:
            return 1.0
        return self._share(lambda c: gives_reason(self._candidates.said(c)))

    def _share(self, of_kind: Callable[[Chosen], bool]) -> float:
        those = (c for c in self._candidates.ranked if of_kind(c))
        best = max((c.coverage * self._named(c.sentence) for c in those), default=0.0)
        return min(best / self._best, 1.0) if self._best else 0.0

    def _named(self, sentence: Sentence) -> float:
        """Less for a sentence that holds none of the names asked about: its figure may be another's."""
        held = [n.strength(sentence.terms) >= PRESENT for n in self._names]
        return 0.4 + 0.6 * sum(held) / len(held) if held else 1.0


def judge(index: Index, question: Question, retrieved: Retrieved, filters: Filters) -> Judged:
    """What may stand as the answer, or why nothing may."""
    candidates = Candidates(index, question, retrieved, filters.roles)
    support = weigh(candidates)
    missing = support.missing
    if (filters.since or filters.until) and not retrieved.passages:
        dates = {"since": filters.since or "…", "until": filters.until or "…"}
        return Judged([], Refusal("outside_dates", say("outside_dates", question.language, **dates), missing))
    # What is said of one state is not said of another.
    elsewhere = any(name.concept.place for name in support.absent)
    doubted, at = doubt(support.signals), _weights_for(support.signals)["threshold"]
    nothing = elsewhere or not support.signals.coverage
    sure = doubted < UNSURE * at or _deed_is_there(question, support.signals)
    broadly = None if sure or nothing else _broadly_answered(candidates, support.signals, doubted)
    unspoken = None if sure or nothing else _unspoken(candidates)
    if (
        nothing
        or unspoken is not None
        or (doubted >= at and not sure and broadly is None)
        or not candidates.chosen
    ):
        kind: RefusalKind = "off_topic" if support.foreign > FOREIGN else "not_in_corpus"
        others = None if nothing or unspoken is not None else _said_by_others(candidates, support)
        return Judged([], others or Refusal(kind, _why(question, support, kind, unspoken or ()), missing))
    chosen = signed(index, question, candidates.chosen, filters.roles)
    chosen = footnoted(candidates, chosen)
    refusal = None if filters.roles else _only_others(question, chosen, missing)
    return Judged(chosen, refusal, unsure=refusal is None and not sure and broadly != "all")


def _unspoken(candidates: Candidates) -> tuple[Weighted, ...] | None:
    """Where nothing is asked but what is said of one or two things, and no sentence that is shown speaks of either: those that no passage
    found speaks of; else None.

    "What does the cabinet think of nuclear weapons?" is like every sentence that says what the cabinet thinks.
    """
    question, found = candidates.question, candidates.retrieved
    topics = _Named(question, found.concepts).topics()
    if not topics or len(topics) > FEW or question.acts or question.asks - {"said", "meaning"}:
        return None
    if _any_of(topics, (candidates.beside(c) for c in candidates.chosen)):
        return None
    passages = [_around(candidates.index, f.passage) for f in found.passages]
    return tuple(topic for topic in topics if not _any_of([topic], passages))


def _any_of(topics: Sequence[Weighted], texts: Iterable[frozenset[str]]) -> bool:
    """Whether any of some texts, as their terms, speaks of any of some things."""
    return any(topic.strength(terms) >= PRESENT for terms in texts for topic in topics)


def _deed_is_there(question: Question, signals: Signals) -> bool:
    """Whether a question is about a promise or a demand, and the sentences hold all that it names and the kind of fact it asks for.

    Whether a sentence promises, its wording tells (`rag.acts`): the nets learned to find facts.
    """
    held = min(signals.figure, signals.counted, signals.reason) > 0.9
    there = signals.alike is not None and signals.coverage >= WHOLE and held and not _lacking(signals)
    return there and bool(question.acts)


def _lacking(signals: Signals) -> bool:
    """Whether a name, a state, a year or another word of the question is missing around the sentences."""
    return bool(signals.unmet or signals.silent or signals.elsewhere or signals.undated)


def _broadly_answered(
    candidates: Candidates, signals: Signals, doubted: float
) -> Literal["all", "some"] | None:
    """Whether a question that no single sentence need answer is answered by what is shown: what is said of a thing, or when it was.

    "some" where more may be asked than that.
    """
    named = _Named(candidates.question, candidates.retrieved.concepts)
    if _spoken_of(candidates, named):
        if not named.aside():
            return "all"
        if doubted < ASIDE:
            return "some"
    if _said_about(candidates, signals) or _fact_is_there(candidates.question, signals):
        return "some"
    return "all" if _says_when(candidates, signals) else None


def _of_whom_asked(candidates: Candidates) -> list[Chosen]:
    """What is shown: what the cabinet says, where that is asked, no organisation's sentence tells."""
    sayers = candidates.question.sayers
    return [c for c in candidates.chosen if not sayers or c.sentence.role in sayers]


def _spoken_of(candidates: Candidates, named: _Named) -> bool:
    """Whether nothing is asked but what is said of one thing or of some names, and a sentence says something of it.

    The nets learned from questions that one sentence answers; every sentence about Uganda answers "Uganda?" a little.
    """
    question, topics = candidates.question, named.topics()
    written = " ".join(re.findall(r"[^\W\d_]{2,}", question.written))
    names_show = not (written.isupper() or written.istitle()) or len(topics) == 1
    broad = len(topics) == 1 or (bool(topics) and names_show and all(t in named.names for t in topics))
    if question.asks - {"said", "meaning"} or question.acts or not broad:
        return False

    def speaks(c: Chosen) -> bool:
        own, beside = frozenset(c.sentence.terms), candidates.beside(c)
        return any(topic.strength(own) >= PRESENT for topic in topics) and all(
            concept.strength(beside) >= PRESENT for concept in named.content
        )

    return any(speaks(c) for c in _of_whom_asked(candidates))


def _said_about(candidates: Candidates, signals: Signals) -> bool:
    """Whether nothing is asked but what somebody says of a thing, nothing that is named is missing, and a sentence is about it."""
    question = candidates.question
    only_said = question.asks == {"said"} and not question.acts and not in_parts(question.text)
    if not only_said or _lacking(signals):
        return False
    return any(c.coverage >= ABOUT for c in _of_whom_asked(candidates))


def _fact_is_there(question: Question, signals: Signals) -> bool:
    """Whether an amount, a number or a day is asked for, and a sentence with one is much like the question and holds what it names.

    The net that reads both is put off by a form of words that it seldom saw: "how many million euros does …".
    """
    asked = not question.asks.isdisjoint(("amount", "number", "date"))
    like = signals.alike is not None and signals.alike >= MUCH_LIKE
    return asked and like and signals.coverage >= WHOLE and signals.figure > 0.9 and not _lacking(signals)


def _says_when(candidates: Candidates, signals: Signals) -> bool:
    """Whether nothing is asked but when, nothing that is named is missing, and a sentence holds a day or year that the question does not."""
    question = candidates.question
    when = (
        "date" in question.asks
        and question.asks <= {"date", "dated", "author"}
        and not in_parts(question.text)
    )
    if not when or _lacking(signals) or question.acts:
        return False
    return any(
        c.coverage >= WHOLE and holds_date(question, candidates.said(c)) for c in _of_whom_asked(candidates)
    )


def _why(question: Question, support: Support, kind: RefusalKind, unspoken: Sequence[Weighted]) -> str:
    """What a reader is told: the name that was not found, the figure that is not stated, or just that."""
    language, signals = question.language, support.signals
    lacking = list(dict.fromkeys(n.concept.label for n in (*support.absent, *support.unmet, *unspoken)))
    if kind == "off_topic":
        return say("off_topic", language)
    if lacking:
        return say("no_name", language, names=", ".join(f"«{label}»" for label in lacking))
    if min(signals.figure, signals.counted) < 0.75:
        return say("no_amount" if signals.asks_amount else "no_number", language)
    return say("not_in_corpus", language)


def _only_others(question: Question, chosen: Sequence[Chosen], missing: tuple[str, ...]) -> Refusal | None:
    """A question about a promise, or about what the cabinet says, that only an organisation or a member's unanswered question touches."""
    promise = (
        "commitment" in question.acts
        and "demand" not in question.acts
        and "civil_society" not in question.roles
    )
    if not promise and question.sayers != {"government"}:
        return None
    roles = {c.sentence.role for c in chosen}
    if roles == {"civil_society"}:
        words = "civil_society_only" if promise else "cabinet_silent"
        return Refusal("civil_society_only", say(words, question.language), missing)
    if all(c.sentence.act in ("question", "request") for c in chosen):
        return Refusal("asked_not_answered", say("asked_not_answered", question.language), missing)
    return None


def _said_by_others(candidates: Candidates, support: Support) -> Refusal | None:
    """That others speak of what the cabinet is asked about, where sentences of theirs are about it and nothing that is named is missing."""
    question = candidates.question
    if candidates.roles or question.sayers != {"government"} or _lacking(support.signals):
        return None
    about = [c for c in candidates.chosen if c.coverage >= ABOUT]
    return _only_others(question, about, support.missing) if about else None


def _around(index: Index, passage: Passage) -> frozenset[str]:
    """Everything a reader of a passage has before them: its text, its heading, its document's description, who speaks."""
    described = index.described[passage.document]
    own = frozenset(t for s in passage.sentences for t in s.terms)
    voices = frozenset(t for s in passage.sentences for t in voice(s.speaker or described.sender))
    return own | passage_context(passage) | described.document | voices


def _fewest_unmet(named: Sequence[Weighted], beside: Sequence[frozenset[str]]) -> float:
    """Of some names, the fewest that are missing beside any one of the sentences; at most 2."""
    unmet = (sum(n.strength(terms) < PRESENT for n in named) for terms in beside)
    return float(min([2, *unmet])) if beside else float(min(2, len(named)))


def _calls_a_document(concept: Weighted) -> bool:
    """Whether a concept is one of the words for a document that every question may use."""
    own = concept.concept.alternatives[:1]  # what it may also mean is no such word: "contribution", "inbreng"
    return any(set(parts) <= DOCUMENT_WORDS for parts, _ in own)


def _is_year(concept: Weighted) -> bool:
    return concept.concept.exact and re.fullmatch(r"(?:19|20)\d\d", concept.concept.label) is not None


def _occurs(concept: Weighted) -> bool:
    if concept.highest >= PRESENT:
        return True
    # The vocabulary also holds the words of titles and senders, which may stand in no passage.
    return any(
        weight * max(parts[0].values(), default=0.0) >= PRESENT
        for parts, weight in concept.expanded
        if len(parts) == 1
    )


def _is_name(concept: Weighted, question: str) -> bool:
    """A state, a number or year, an abbreviation, or a word with a capital inside the question."""
    said = concept.concept
    if said.part or said.weight < 0.9:
        return False
    if said.place or (said.exact and any(c.isdigit() for c in said.label)):  # "anderhalf" is no name
        return True
    first = question.split(maxsplit=1)[0].strip("«\"'(")
    return any(w[0].isupper() and (w != first or w.isupper()) for w in said.label.split())
