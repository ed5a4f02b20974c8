"""The footnote that holds what a sentence leaves to it: "programmes in nine countries⁶", and note 6 names them.

A note is chosen by its own words only where it repeats those of the question, which is what notes do not do. So the notes that a
chosen sentence calls are looked at, where the question asks for a place, a day or an amount that the sentence does not give.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.question import Question
from rag.quotes import MOST, Chosen, in_reading_order
from rag.store.index import Index
from rag.text.footnotes import notes_called
from rag.text.layout import read_layout
from rag.text.reading import as_read, said
from rag.types import Passage, Sentence, Span
from rag.words.glossary import glossary
from rag.words.quantities import find_quantities

READ_AT_ONCE = 50  # passages
_YEAR = re.compile(r"(?:19|20)\d\d")
_REFERS = re.compile(
    r"\W*\d*\W*(?:zie|see|ibid|kamerstuk|https?:|www\.)", re.IGNORECASE
)  # where it may be read
_NAME = re.compile(r"[A-ZÀ-Þ][\w’'-]+(?:[ -][A-ZÀ-Þ][\w’'-]+)*")


def footnoted(index: Index, question: Question, chosen: Sequence[Chosen]) -> list[Chosen]:
    """The chosen sentences, with the notes that they call and that hold the kind of fact asked for, where they do not."""
    kinds = question.asks & {"where", "date", "amount", "number"}
    if not kinds:
        return list(chosen)
    there = {(c.passage.document, c.sentence.start) for c in chosen}
    notes: list[Chosen] = []
    for caller in sorted(chosen, key=lambda c: -c.score):
        text = index.text(caller.passage.document)
        reads = as_read(text, caller.sentence.start, caller.sentence.end)  # "Portugal⁴" is no state
        lacking = {k for k in kinds if not _holds(k, reads, question)}
        for sentence, passage in _notes(index, caller, text) if lacking else ():
            place = (passage.document, sentence.start)
            if place not in there and any(_holds(k, said(text, sentence), question) for k in lacking):
                there.add(place)
                notes.append(Chosen(sentence, passage, caller.score, caller.coverage, caller.sentence.start))
    notes = notes[: MOST - 1]
    best = sorted(chosen, key=lambda c: -c.score)[: MOST - len(notes)]
    return in_reading_order(question, [*(c for c in chosen if c in best), *notes]) if notes else list(chosen)


def _holds(kind: str, text: str, question: Question) -> bool:
    """Whether a text names a state, or gives a day, an amount or a number, that the question does not."""
    if kind == "where":
        return bool(_states(text) - _states(question.text))
    asked = {q.key for q in find_quantities(question.text)}
    found = [q for q in find_quantities(text) if q.kind != "dossier" and q.key not in asked]
    years = [q for q in found if q.kind == "date" or _YEAR.fullmatch(q.key)]
    if kind == "date":
        return bool(years)
    return any(q.kind == kind or (kind == "number" and q not in years) for q in found)


def _states(text: str) -> set[str]:
    known = glossary()
    names = (m[0] for m in _NAME.finditer(text))
    tried = (
        " ".join(w[a:b])
        for name in names
        for w in [name.split()]
        for a in range(len(w))
        for b in range(a + 1, len(w) + 1)
    )
    return {t.casefold() for t in tried if known.is_place(t.split(), "nl") or known.is_place(t.split(), "en")}


def _notes(index: Index, caller: Chosen, text: str) -> Iterator[tuple[Sentence, Passage]]:
    """The sentences of the notes that a sentence calls."""
    layout = read_layout(text)
    start, end = caller.sentence.start, caller.sentence.end
    markers = [m for m in layout.markers if start <= m.start and m.end <= end + 3]
    notes = [
        (int(b.label), b.segments) for b in layout.blocks if b.kind == "footnote" and b.label.isdecimal()
    ]
    numbers = {number for number, _ in notes}
    calls = [(m, number) for m in markers for number in notes_called(text[m.start : m.end], numbers)]
    wanted = [span for marker, number in calls for span in _first_behind(marker, number, notes)]
    if not wanted:
        return
    ids = index.catalogue.ids_of(caller.passage.document)
    for at in range(0, len(ids), READ_AT_ONCE):
        for passage in index.catalogue.passages(ids[at : at + READ_AT_ONCE]).values():
            for sentence in passage.sentences:
                inside = any(span.start <= sentence.start < span.end for span in wanted)
                if inside and not _REFERS.match(said(text, sentence)):
                    yield sentence, passage


def _first_behind(marker: Span, number: int, notes: Sequence[tuple[int, list[Span]]]) -> list[Span]:
    """A number may be used again on another page: the note is the first behind its call."""
    return next((spans for n, spans in notes if n == number and spans[0].start > marker.end), [])
