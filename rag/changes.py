"""A later document that changes an earlier answer: extended, replaced, withdrawn, adjusted.

    chosen sentences ── the thing each speaks of ── later sentences on it that change it (rag/data/changes.toml)

Two sentences speak of one thing where half of what the later calls things by, or of its words where it calls nothing by
a name, stands in the earlier, and the later holds most of what the earlier holds of the question. The later is the one whose
document is dated later; where a date is missing, or both stand in one document, the one that names the period that it
changes. Whatever is in doubt is no change: the answer is then what it would have been. Only documents that the filters
let through are looked at, so an answer as of a date knows of no change after it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from rag.acts.cues import Cues
from rag.coverage import Matcher, passage_context
from rag.filters import Filters
from rag.injection import cleaned
from rag.question import Concept, Question
from rag.quotes import Chosen
from rag.store.index import Index
from rag.text.reading import as_read, said
from rag.things import asks_how_long, change_data, cue_roots, cue_words, names_of, words_of
from rag.types import Passage, Sentence
from rag.words.analyze import normal
from rag.words.periods import Mention, begun, ended, mentions, replaced_by, share_year

Kind = Literal["withdrawn", "replaced", "extended", "adjusted"]
READ = 12  # passages looked at for each chosen sentence
SEARCHED = 10  # words of it that they are looked for by
SAME_QUESTION = 0.6  # share of what the earlier sentence holds of the question that the later must hold too
SAME = 0.5  # share of the later sentence's names (of its words, where it names nothing) that the earlier must hold
ANSWERS = 0.85  # share of the best chosen sentence's score from which one is the answer and not beside it
PRESENT = 0.5  # strength from which a sentence holds a concept


@dataclass(frozen=True, slots=True)
class Change:
    """What was changed by which sentence, and which chosen sentence it changes; None where the change says both itself."""

    kind: Kind
    by: Chosen
    of: Chosen | None
    old: str = ""  # the period or amount that no longer holds, as written
    new: str = ""


@dataclass(frozen=True, slots=True)
class _Read:
    """A sentence with what deciding needs of it."""

    sentence: Sentence
    passage: Passage
    text: str
    names: frozenset[str]
    words: frozenset[str]
    strengths: tuple[float, ...]  # how fully it speaks of each of the question's concepts
    kind: Kind | None
    old: Mention | None
    new: Mention | None

    @property
    def place(self) -> tuple[str, int]:
        return self.passage.document, self.sentence.start


@lru_cache(maxsize=8)
def _cues(kind: str) -> Cues:
    return Cues(change_data()[kind]["cues"])


def kind_of(text: str, sentence: Sentence) -> Kind | None:
    """How a sentence changes something that was said before, or None where it does not.

    What an organisation demands or a member asks for is not so yet.
    """
    if sentence.role in ("civil_society", "parliament") or sentence.part in (
        "heading",
        "footnote",
        "question",
    ):
        return None
    if sentence.act in ("question", "request", "demand"):
        return None
    kinds: tuple[Kind, ...] = get_args(Kind)
    kind = next((k for k in kinds if _cues(k).search(text)), None)
    return None if kind is None or _cues("never").search(text) else kind


def find_changes(
    index: Index, question: Question, chosen: Sequence[Chosen], matcher: Matcher, filters: Filters
) -> list[Change]:
    """What later sentences change of the chosen ones, the latest of several; each changing sentence once."""
    reader = _Reader(index, matcher, filters)
    out: dict[tuple[str, int], Change] = {}
    best = max((c.score for c in chosen), default=0.0)
    read = [(c, reader.read(c.sentence, c.passage)) for c in chosen if c.score >= ANSWERS * best]
    for item, earlier in read:
        if not _can_change(question, earlier):
            continue
        found = [c for c in reader.candidates(earlier) if reader.is_later(c, earlier)]
        if found:
            latest = max(found, key=lambda c: (reader.date(c), c.place))
            out.setdefault(latest.place, _change(latest, earlier, item))
    for item, later in read:
        if item.score == best and later.kind and later.old and later.new:  # it says itself what it changes
            out.setdefault(later.place, Change(later.kind, item, None, later.old.text, later.new.text))
    return list(out.values())


def _can_change(question: Question, earlier: _Read) -> bool:
    """Whether something later could make the sentence untrue: it promises, or states a period or an amount."""
    return (
        _asks_what_changes(question)
        or earlier.sentence.act in ("commitment", "decline")
        or bool(mentions(earlier.text))
    )


def _asks_what_changes(question: Question) -> bool:
    return bool(question.asks & {"date", "amount", "number"}) or "commitment" in question.acts


def _change(later: _Read, earlier: _Read, item: Chosen) -> Change:
    assert later.kind is not None  # noqa: S101 - a candidate has one
    old = later.old or replaced_by(later.new, earlier.text)
    both = later.kind in ("extended", "adjusted") and later.new is not None and old is not None
    by = Chosen(later.sentence, later.passage, item.score, item.coverage)
    return Change(
        later.kind, by, item, old.text if both and old else "", later.new.text if both and later.new else ""
    )


class _Reader:
    """Reads sentences of one index for one question."""

    def __init__(self, index: Index, matcher: Matcher, filters: Filters) -> None:
        self._index, self._matcher, self._filters = index, matcher, filters
        self._known: dict[tuple[str, int], _Read | None] = {}
        self._asked = [0.0 if asks_how_long(c.concept) else c.value for c in matcher.concepts]

    @cached_property
    def _may_change(self) -> NDArray[np.bool_]:
        """Which passages hold a word of change, and are of documents that the filters let through."""
        allowed, held = self._index.allowed(self._filters), _hold_a_cue(self._index)
        return held if allowed is None else held & allowed.mask

    def read(self, sentence: Sentence, passage: Passage) -> _Read:
        """A sentence; one that points back is read with the one before it: "Deze regeling wordt verlengd …"."""
        text = self._text(sentence, passage)
        at = next(i for i, s in enumerate(passage.sentences) if s.start == sentence.start)
        before = passage.sentences[at - 1] if at and sentence.linked else None
        around = f"{self._text(before, passage)} {text}" if before else text
        kind = kind_of(text, sentence)
        terms = {*sentence.terms, *(before.terms if before else ()), *passage_context(passage)}
        return _Read(
            sentence, passage, text, names_of(around), words_of(text), tuple(self._matcher.strengths(terms)),
            kind, ended(text) if kind else None, begun(text, kind) if kind in ("extended", "adjusted") else None,
        )  # fmt: skip

    def _text(self, sentence: Sentence, passage: Passage) -> str:
        whole = self._index.text(passage.document)
        return " ".join(as_read(whole, s.start, s.end) for s in sentence.spans)

    def candidates(self, earlier: _Read) -> Iterator[_Read]:
        """Sentences that change something and speak of the same thing, in the passages nearest to the earlier one's words."""
        words = earlier.names or {t for t in earlier.sentence.terms if t[:1].isalpha() and len(t) > 3}
        concepts = [Concept(w, (((w,), 1.0),)) for w in sorted(words, key=lambda w: (-len(w), w))[:SEARCHED]]
        scores, _ = self._index.lexical.scores(concepts)
        scores = np.where(self._may_change, scores, 0.0)
        best = [int(i) for i in np.argsort(-scores, kind="stable")[:READ] if scores[i] > 0]
        passages = self._index.catalogue.passages([self._index.owners[i][0] for i in best])
        for read in passages.values():
            passage = cleaned(read, self._index.text(read.document))
            for sentence in passage.sentences:
                if self._filters.roles and sentence.role not in self._filters.roles:
                    continue
                later = self._changing(sentence, passage)
                if later is not None and _same_thing(later, earlier) and self._same_question(later, earlier):
                    yield later

    def _changing(self, sentence: Sentence, passage: Passage) -> _Read | None:
        """The sentence read, where it changes anything; each is looked at once."""
        place = passage.document, sentence.start
        if place not in self._known:
            whole = self._index.text(passage.document)
            raw = said(whole, sentence)
            changes = kind_of(raw, sentence) is not None  # few do: only those are read as a reader does
            self._known[place] = self.read(sentence, passage) if changes else None
        return self._known[place]

    def _same_question(self, later: _Read, earlier: _Read) -> bool:
        held = [v if x >= PRESENT else 0.0 for v, x in zip(self._asked, earlier.strengths, strict=True)]
        both = [h if x >= PRESENT else 0.0 for h, x in zip(held, later.strengths, strict=True)]
        return sum(both) > 0 and sum(both) >= SAME_QUESTION * sum(held)

    def is_later(self, later: _Read, earlier: _Read) -> bool:
        """By the documents' dates, else by naming the period that it changes, unless it says both periods itself."""
        if later.passage.document == earlier.passage.document and later.old and later.new:
            return False
        mine, its = self.date(earlier), self.date(later)
        if later.passage.document != earlier.passage.document and mine and its and mine != its:
            return its > mine
        return share_year(later.old, earlier.text)

    def date(self, read: _Read) -> str:
        """The date of its document, or nothing."""
        return self._index.descriptions[read.passage.document].date or ""


@lru_cache(maxsize=2)
def _hold_a_cue(index: Index) -> NDArray[np.bool_]:
    """Which passages of an index hold a word of change: worked out once, for a generation never changes."""
    return index.lexical.frequency(Concept("change", tuple(((normal(w),), 1.0) for w in cue_words()))) > 0


def _same_thing(later: _Read, earlier: _Read) -> bool:
    if later.place == earlier.place:
        return False
    said, held = (later.names, earlier.names) if later.names else (later.words - cue_roots(), earlier.words)
    return bool(said) and len(said & held) / len(said) >= SAME
