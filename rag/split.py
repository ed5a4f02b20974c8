"""Document -> passages: sentences that belong together, with who speaks and under which heading.

A Vraag stays with its Antwoord: the first passage holds both, and where the answer is long its later passages carry
the question's terms as context. A heading names its passage and is its first sentence. Bullet points stay with the
sentence that introduces them as far as they fit. Footnotes are passages of their own. Sizes are of the text as it
reads, so that a document gives the same passages however its lines were broken.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from rag.acts.speech import Said, classify, is_call
from rag.question import detect_language
from rag.text.layout import Block, read_layout
from rag.text.reading import said
from rag.text.sentences import joined, make_view, note_ranges, sentence_ranges
from rag.types import Document, Language, Part, Passage, Role, Sentence
from rag.words.analyze import terms

FULL = 1000  # characters after which a passage takes no further paragraph
LONGEST = 1300  # characters that a passage does not exceed, but for one sentence that does so alone, or a short rest
QUESTION_ROOM = (
    400  # characters more for a passage that begins with a Vraag, so that its Antwoord begins there too
)
TELLING = 400  # characters from which a passage's own words tell its language
SHORT = 260  # characters below which a rest joins the passage before it
VERSION = "12"  # part of what an index was built with: raise it when the same document gives other passages

_ASKER = re.compile(r"[Vv]ragen\s+van\s+((?:het\s+lid|de\s+leden)\s+.{2,120}?)\s+aan\s", re.DOTALL)
_ANSWERER = re.compile(r"Antwoord\s+van\s+(.{5,220}?)\s*\((?:ontvangen|mede namens)", re.DOTALL)
_LINKED = re.compile(
    r"(?:Hier|Daar)(?:door|mee|bij|in|van|voor|toe|naast|om|over|na|op|uit|entegen)\b|(?:Dit|Deze|Dat|Die|Zij|Hij|Zo|Ook|Dus|Immers|"
    r"Desondanks|Toch|Echter|Bovendien|Tevens|Voorts|This|These|That|They|Therefore|Thereby|It)\b"
)


Lengths = dict[int, int]  # where a sentence begins -> its characters as it reads


@dataclass(slots=True)
class Unit:
    """The sentences of one block."""

    sentences: list[Sentence]
    list_item: bool = False


@dataclass(slots=True)
class Section:
    """Units under one heading, in one Vraag with its Antwoord, or of one speaker."""

    headings: list[Sentence] = field(default_factory=list)
    heading: str = ""
    question: list[Unit] = field(default_factory=list)
    units: list[Unit] = field(default_factory=list)


@dataclass(slots=True)
class _State:
    """Who speaks where the reading stands."""

    part: Part = "body"
    role: Role | None = None
    speaker: str | None = None


class _Reader:
    def __init__(self, document: Document) -> None:
        self.document = document
        self.layout = read_layout(document.text)
        self.names = _names(document.text)
        self.state = _State(role=document.description.role)
        if document.description.kind == "motie":
            self.state.role = "parliament"
        self.sections = [Section()]
        self.footnotes: list[Section] = []  # one each: pages, which only some formats have, part them nowhere
        self.call = False  # whether what stands above is a call: its bullet points are demands
        self.previous: Said | None = None
        self.lengths: Lengths = {}

    def read(self) -> list[Section]:
        for block in self.layout.blocks:
            if block.kind == "footnote":
                self._footnote(block)
            elif block.kind == "label":
                self._label(block)
            elif block.kind == "heading":
                self._heading(block)
            else:
                if block.kind == "speaker":
                    self._speaker(block)
                self._text(block)
        return [s for s in (*self.sections, *self.footnotes) if s.units or s.question or s.headings]

    def _footnote(self, block: Block) -> None:
        self.footnotes.append(Section(units=[Unit(self._sentences(block, "footnote"))]))

    def _label(self, block: Block) -> None:
        asked = block.label.startswith(("Vra", "Question"))
        self.state = (
            _State("question", "parliament", self.names[0])
            if asked
            else _State("answer", "government", self.names[1])
        )
        if asked:
            self.sections.append(Section())
        self.sections[-1].headings += self._sentences(block, "heading")
        self.previous = None

    def _speaker(self, block: Block) -> None:
        office = re.search(r"minister|staatssecretaris|bewindspersoon", block.label, re.IGNORECASE)
        self.state = _State("speech", "government" if office else "parliament", " ".join(block.label.split()))
        self.sections.append(Section(heading=self.state.speaker or ""))
        self.previous = None

    def _heading(self, block: Block) -> None:
        text = joined(make_view(self.document.text, block.segments, self.layout.markers).text).lstrip("# ")
        last = self.sections[-1]
        if last.units or last.question or not last.headings:
            self.sections.append(Section())
        if self.state.part in ("question", "answer"):
            self.state = _State(role=self.document.description.role)
        section = self.sections[-1]
        section.headings += self._sentences(block, "heading")
        section.heading = f"{section.heading} {text}".strip()
        self.call = is_call(text)

    def _text(self, block: Block) -> None:
        part: Part = "list" if block.kind == "list" and self.state.part == "body" else self.state.part
        unit = Unit(self._sentences(block, part), block.kind == "list")
        section = self.sections[-1]
        (section.question if self.state.part == "question" else section.units).append(unit)
        if block.kind != "list" and unit.sentences:
            self.call = is_call(said(self.document.text, unit.sentences[-1]))

    def _sentences(self, block: Block, part: Part) -> list[Sentence]:
        view = make_view(self.document.text, block.segments, self.layout.markers)
        out = []
        for start, end in _ranges(view.text, part):
            spans = view.spans(start, end)
            if not spans:
                continue
            text = joined(view.text[start:end])
            said = classify(text, self.state.role, part, self.call and block.kind == "list", self.previous)
            if part not in ("heading", "footnote"):
                self.previous = said
            if self.names != (None, None) and (_ASKER.match(text) or _ANSWERER.match(text)):
                said = Said("other", "past")  # the head of Kamervragen says who speaks; it is nobody's act
            found = tuple(terms(view.text[start:end]))
            self.lengths[spans[0].start] = len(text)
            out.append(
                Sentence(
                    spans,
                    part,
                    self.state.role,
                    self.state.speaker,
                    said.act,
                    said.time,
                    found,
                    bool(_LINKED.match(text)),
                )
            )
        return out


def _ranges(text: str, part: Part) -> Iterable[tuple[int, int]]:
    """The ranges of a block's sentences; a heading is one."""
    if part == "heading":
        return [(0, len(text))]
    return note_ranges(text) if part == "footnote" else sentence_ranges(text)


def split(document: Document) -> list[Passage]:
    """The passages of a document, in its order; empty for a text without a word."""
    passages: list[Passage] = []
    language = document.description.language or detect_language(document.text[:20_000])
    reader = _Reader(document)
    for section in reader.read():
        question = tuple(s for unit in section.question for s in unit.sentences)
        passages += [
            _passage(document, section, question, group, language) for group in _pack(section, reader.lengths)
        ]
    return _with_lone_headings([p for p in passages if _has_words(document.text, p)])


def _has_words(text: str, passage: Passage) -> bool:
    return any(
        c.isalnum() for s in passage.sentences for span in s.spans for c in text[span.start : span.end]
    )


def _pack(section: Section, lengths: Lengths) -> Iterator[list[Sentence]]:
    """Sentences in groups of readable size, cut between paragraphs where that is possible."""
    opening = [*section.headings] + [s for u in section.question for s in u.sentences]
    current = sorted(opening, key=lambda s: s.start)
    pending = list(section.units)
    room = LONGEST if not section.question else LONGEST + QUESTION_ROOM
    groups: list[list[Sentence]] = []
    while pending:
        unit = pending.pop(0)
        size, more = _size(current, lengths), _size(unit.sentences, lengths)
        if size + more <= (FULL if size > SHORT else room):
            current = [*current, *unit.sentences]
            continue
        fitting = (
            _fitting(unit.sentences, room - size, lengths) if size < FULL * 0.6 or more > LONGEST else []
        )
        if fitting and len(fitting) < len(unit.sentences):
            current = [*current, *fitting]
            unit = Unit(unit.sentences[len(fitting) :], unit.list_item)
            more = _size(unit.sentences, lengths)
        if current:
            groups.append(current)
        current = []
        pending.insert(0, unit)
        if more > room and (len(unit.sentences) == 1 or not _fitting(unit.sentences, room, lengths)):
            groups.append(unit.sentences[:1])
            pending[0] = Unit(unit.sentences[1:], unit.list_item)
            if not pending[0].sentences:
                pending.pop(0)
    rest = _size(current, lengths)
    if current and groups and rest < SHORT and _size(groups[-1], lengths) + rest <= LONGEST + SHORT:
        groups[-1] = [*groups[-1], *current]
    elif current:
        groups.append(current)
    yield from groups


def _fitting(sentences: Sequence[Sentence], room: int, lengths: Lengths) -> list[Sentence]:
    out: list[Sentence] = []
    for sentence in sentences:
        room -= lengths[sentence.start]
        if room < 0:
            break
        out.append(sentence)
    return out


def _size(sentences: Sequence[Sentence], lengths: Lengths) -> int:
    return sum(lengths[s.start] for s in sentences)


def _passage(
    document: Document,
    section: Section,
    question: Sequence[Sentence],
    group: Sequence[Sentence],
    language: str,
) -> Passage:
    inside = set(group)
    context = [t for s in (*section.headings, *question) if s not in inside for t in s.terms]
    if section.heading and not any(s.part == "heading" for s in group):
        context += terms(section.heading)
    text = " ".join(document.text[span.start : span.end] for s in group for span in s.spans)
    digest = hashlib.sha256(
        f"{document.name}\0{group[0].start}\0{text}\0{' '.join(context)}".encode()
    ).hexdigest()
    return Passage(
        digest[:32],
        document.name,
        tuple(group),
        section.heading,
        tuple(context),
        _language(group, text, language),
    )


def _language(group: Sequence[Sentence], text: str, of_document: str) -> Language:
    """A passage's language: its own where it is running text long enough to tell, else its document's."""
    notes = all(s.part == "footnote" for s in group)
    known: Language = "en" if of_document == "en" else "nl"
    return known if notes or len(text) <= TELLING else detect_language(text)


def _with_lone_headings(passages: list[Passage]) -> list[Passage]:
    """A heading with nothing under it opens the passage that follows."""
    out: list[Passage] = []
    held: Passage | None = None
    for passage in passages:
        if held is not None:
            merged = (*held.sentences, *passage.sentences)
            passage = replace(passage, sentences=merged, heading=f"{held.heading} {passage.heading}".strip())
            held = None
        if all(s.part == "heading" for s in passage.sentences) and len(passage.sentences) < 4:
            held = passage
        else:
            out.append(passage)
    return [*out, held] if held is not None else out


def _names(text: str) -> tuple[str | None, str | None]:
    """Who asks and who answers, from the head of Kamervragen: "Vragen van het lid …", "Antwoord van Minister …"."""
    head = text[:3000]
    asker, answerer = _ASKER.search(head), _ANSWERER.search(head)
    return (
        " ".join(asker[1].split()) if asker else None,
        re.sub(r"\b(en|mede namens) van\b", r"\1", " ".join(answerer[1].split())) if answerer else None,
    )
