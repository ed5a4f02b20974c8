"""The values that travel through Kamerbron. Pure: they know nothing of files, models or storage.

An answer reaches its source by walking attributes: `Answer.statements` → `Statement.citations` (ids) →
`Answer.citations` → `document`, `start`, `end` → the slice of the document's text that is the quotation.
"""

from __future__ import annotations

import dataclasses
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

Role = Literal["government", "parliament", "civil_society"]
Kind = Literal["kamerbrief", "kamervragen", "motie", "debat", "position_paper", "letter", "report", "other"]
SpeechAct = Literal["commitment", "report", "answer", "decline", "question", "request", "demand", "other"]
Time = Literal["future", "present", "past"]
Part = Literal["body", "heading", "list", "footnote", "question", "answer", "speech"]
Mode = Literal["quotes", "llm"]
Status = Literal["answered", "partial", "refused"]
RefusalKind = Literal[
    "not_in_corpus", "asked_not_answered", "civil_society_only", "outside_dates", "off_topic"
]
Language = Literal["nl", "en"]


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start` to `end` (exclusive) of a document's text, counted as Python `str` indices."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Description:
    """What is known of a document beside its text; from its manifest, else None."""

    title: str
    kind: Kind = "other"
    sender: str | None = None
    role: Role | None = None
    date: str | None = None  # ISO 8601, YYYY-MM-DD
    date_note: str | None = None
    dossier: tuple[str, ...] = ()
    language: str | None = None
    url: str | None = None
    found: tuple[str, ...] = ()  # the fields above that the document says itself; the others were given


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a document that has pages, in order; its number is its place in that order, from 1."""

    start: int  # where its text begins, in characters of the document's text
    label: str | None = None  # the number printed on it, where that is another one: "iv", "112"


@dataclass(frozen=True, slots=True)
class Document:
    """One document as it was read: `text` is what every offset counts in, unchanged."""

    name: str
    text: str
    description: Description
    digest: str  # of the text, the pages and the description: what it was built from
    pages: tuple[Page, ...] = ()
    remarks: tuple[str, ...] = ()  # what a person must know of how it was read; for the summary, not stored


def page_number(pages: Sequence[Page], offset: int) -> int | None:
    """The page, from 1, on which a character stands; None for a document without pages.

    >>> page_number([Page(0), Page(100)], 100)
    2
    """
    return bisect_right(pages, offset, key=lambda page: page.start) or None


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence. More than one span where a footnote or a page's end stands in its middle."""

    spans: tuple[Span, ...]
    part: Part = "body"
    role: Role | None = None
    speaker: str | None = None
    act: SpeechAct = "other"
    time: Time = "present"
    terms: tuple[str, ...] = ()  # what search sees of it, in order
    linked: bool = False  # begins with a word that points back: "Hierdoor …", "Dit …", "Zij …"

    @property
    def start(self) -> int:
        """Where its first span begins."""
        return self.spans[0].start

    @property
    def end(self) -> int:
        """Where its last span ends."""
        return self.spans[-1].end


@dataclass(frozen=True, slots=True)
class Passage:
    """Consecutive sentences of one section, small enough to read at a glance and large enough to stand alone."""

    id: str
    document: str
    sentences: tuple[Sentence, ...]
    heading: str = ""
    context: tuple[str, ...] = ()  # terms of the heading, the question it answers, the title
    language: Language = "nl"

    @property
    def start(self) -> int:
        """Where its first sentence begins."""
        return min(s.start for s in self.sentences)

    @property
    def end(self) -> int:
        """Where its last sentence ends."""
        return max(s.end for s in self.sentences)


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that retrieval returned; `score` is comparable within one question only."""

    passage: Passage
    score: float
    matched: tuple[str, ...] = ()
    similarity: float = (
        0.0  # cosine between question and passage, as the embedding model sees it; 0 where it has no say
    )


@dataclass(frozen=True, slots=True)
class Citation:
    """A quotation with its place: `text[start:end] == quote` in the document's text, always."""

    id: int
    document: str
    title: str
    sender: str | None
    role: Role | None
    speech_act: SpeechAct
    date: str | None
    date_note: str | None
    dossier: tuple[str, ...]
    page: int | None
    start: int
    end: int
    quote: str
    url: str | None


@dataclass(frozen=True, slots=True)
class Check:
    """One comparison of a statement with the text it cites."""

    name: str
    passed: bool
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of the answer, with the ids of the citations that carry it."""

    text: str
    citations: tuple[int, ...]
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True, slots=True)
class Refusal:
    """An honest no: of which kind, in words, and the question's terms that stand nowhere."""

    kind: RefusalKind
    message: str
    missing_terms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RankedPassage:
    """One line of the answer's list of passages; `rank` counts from 1."""

    document: str
    start: int
    end: int
    score: float
    rank: int


@dataclass(frozen=True, slots=True)
class Receipt:
    """What produced an answer, so that it can be produced again."""

    index: str
    embedding_model: str
    llm: str | None
    prompt: str | None
    version: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The Answer object of the contract; `to_dict` gives its JSON form."""

    question: str
    question_language: Language
    mode: Mode
    model: str | None
    status: Status
    refusal: Refusal | None
    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    passages: tuple[RankedPassage, ...]
    receipt: Receipt
    notices: tuple[str, ...] = field(default=())
    readings: tuple[str, ...] = field(
        default=()
    )  # each citation's quotation as it reads; see rag.text.reading

    def to_dict(self) -> dict[str, Any]:
        """The JSON form; notices and readings are for people and left out."""
        result = dataclasses.asdict(self)
        del result["notices"], result["readings"]
        return result

    def reading(self, citation: Citation) -> str:
        """A citation's quotation as it reads."""
        at = self.citations.index(citation)
        return self.readings[at] if at < len(self.readings) else citation.quote

    def cited(self, statement: Statement) -> list[Citation]:
        """The citations of one of its statements, in order."""
        by_id = {c.id: c for c in self.citations}
        return [by_id[i] for i in statement.citations]
