"""Who a document is by, and of what day: its first and last lines, where a question asks for them.

"Who signed the letter on …?" names what the letter is about, and is answered by a line that says nothing of it. So the
document is found as for any question, and its letterhead and its signature are looked at by themselves.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import takewhile

from rag.coverage import DOCUMENT_WORDS, KIND_WORDS
from rag.injection import cleaned
from rag.prose.checks import names_in
from rag.question import Question
from rag.quotes import MOST, Chosen, among
from rag.store.index import Index
from rag.types import Passage, Sentence, Span
from rag.words.analyze import terms
from rag.words.quantities import find_quantities

LINES = 4  # of a letterhead or a signature
# Running text that says who writes: "Hierbij informeer ik u mede namens …", and the head of Kamervragen.
_SAYS_WHO = re.compile(
    r"\b(?:mede namens|namens de|ondergetekenden?|on behalf of|the undersigned)\b|^(?:Vragen|Antwoord)\s+van\b",
    re.IGNORECASE,
)


def signed(
    index: Index, question: Question, chosen: Sequence[Chosen], roles: frozenset[str] = frozenset()
) -> list[Chosen]:
    """The chosen sentences, with the lines before them that say who their document is by or of what day it is."""
    kinds = question.asks & {"author", "dated"}
    if not chosen or not kinds or (kinds == {"dated"} and "date" not in question.asks):
        return list(chosen)
    best = max(chosen, key=lambda c: c.score)
    if not _names_document(index, question, best.passage.document):
        return list(chosen)
    dated = "date" in question.asks
    lines = [
        Chosen(sentence, passage, best.score, best.coverage)
        for sentence, passage in _edges(index, best.passage.document, whole_head=dated)
        if _says(question, dated, _text(index, passage, sentence)) and (not roles or sentence.role in roles)
    ]
    rest = [c for c in chosen if not among(c, lines)]
    return [*lines[:MOST], *rest][:MOST]


def _names_document(index: Index, question: Question, document: str) -> bool:
    """Whether the question names the kind of document that it was found in, or who it is by and that it is a text."""
    description = index.descriptions[document]
    said = {t for c in question.concepts for alternative, _ in c.alternatives for t in alternative}
    by_sender = bool(said & set(terms(description.sender or ""))) and bool(said & DOCUMENT_WORDS)
    return by_sender or bool(said & set(terms(KIND_WORDS[description.kind])))


def _says(question: Question, dated: bool, text: str) -> bool:
    """Whether a line holds a date, or else a name that the question does not."""
    if dated:
        return any(q.kind == "date" for q in find_quantities(text))
    asked = {w.casefold() for w in re.findall(r"[\w=-]+", question.text)}
    return any(name.casefold() not in asked for name in names_in(text))


def _edges(index: Index, document: str, whole_head: bool) -> Iterator[tuple[Sentence, Passage]]:
    """A document's lines before its running text and behind it; lines that stand together are one.

    Of the head only what says who writes, unless the whole is wanted: it also names who is written to.
    """
    ids = index.catalogue.ids_of(document)
    text = index.text(document)
    first, last = index.catalogue.passages(ids[:1]).get(ids[0]) if ids else None, _last_of_text(index, ids)
    if first is not None:
        first = cleaned(first, text)
        head = takewhile(lambda s: _is_line(index, first, s) or _says_who(index, first, s), first.sentences)
        lines = [(s, first) for s in head if whole_head or _says_who(index, first, s)][:LINES]
        yield from _together(text, lines)
    if last is not None:
        last = cleaned(last, text)
        foot = list(takewhile(lambda s: _is_line(index, last, s), reversed(last.sentences)))[::-1]
        yield from _together(text, [(s, last) for s in foot][-LINES:])


def _last_of_text(index: Index, ids: Sequence[str]) -> Passage | None:
    """The last passage that is not a footnote: footnotes stand behind the text."""
    for start in range(len(ids), 0, -20):
        batch = ids[max(0, start - 20) : start]
        found = index.catalogue.passages(batch)
        for i in reversed(batch):
            if i in found and any(s.part != "footnote" for s in found[i].sentences):
                return found[i]
    return None


def _together(text: str, lines: Sequence[tuple[Sentence, Passage]]) -> Iterator[tuple[Sentence, Passage]]:
    """ "De Minister van …," and the name below it, a blank line between them at most, are one line of a signature."""
    held: tuple[Sentence, Passage] | None = None
    for sentence, passage in lines:
        between = text[held[0].end : sentence.start] if held is not None else ""
        near = not between.strip() and between.count("\n") <= 2
        if held is not None and near and sentence.part == held[0].part:
            spans = (Span(held[0].start, sentence.end),)
            held = (replace(held[0], spans=spans, terms=(*held[0].terms, *sentence.terms)), passage)
        else:
            if held is not None:
                yield held
            held = (sentence, passage)
    if held is not None:
        yield held


def _is_line(index: Index, passage: Passage, sentence: Sentence) -> bool:
    """Not running text: it ends in no full stop, or is part of a heading."""
    return re.search(r"[.?!:;]\W*$", _text(index, passage, sentence)) is None


def _says_who(index: Index, passage: Passage, sentence: Sentence) -> bool:
    return _SAYS_WHO.search(_text(index, passage, sentence)) is not None


def _text(index: Index, passage: Passage, sentence: Sentence) -> str:
    return " ".join(index.text(passage.document)[sentence.start : sentence.end].split())
