"""The footnote that holds what a sentence leaves to it: "programmes in nine countries⁶", and note 6 names them.

A note is chosen by its own words only where it repeats those of the question, which is what notes do not do. So the notes that a
chosen sentence calls are looked at, where the question asks for a place, a day or an amount that the sentence does not give, or
for what a word means: "a victim-centred approach⁶".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.injection import cleaned
from rag.question import Question
from rag.quotes import MOST, Candidates, Chosen, among, in_reading_order
from rag.slots import PRESENT, states
from rag.store.index import Index
from rag.text.notes import notes_called_in
from rag.text.reading import as_read, said
from rag.types import Passage, Sentence
from rag.words.quantities import find_quantities

READ_AT_ONCE = 50  # passages
ABOUT = 0.9  # weight of a concept from which it is what a question is about
_REFERS = re.compile(
    r"^\W*\d*\W*(?:zie|see|ibid)\b|\b(?:kamerstuk|handelingen)|https?:|www\.|\bnr\.? ?\d|\b[AS]/(?:RES/)?\d",
    re.IGNORECASE,
)  # where something may be read, not what it says


def footnoted(candidates: Candidates, chosen: Sequence[Chosen]) -> list[Chosen]:
    """The chosen sentences, with the notes that they call and that hold the kind of fact asked for, where they do not.

    A note takes the place of the least of the others where there are MOST of them, and is left out where each calls a note.
    """
    question = candidates.question
    kinds = question.asks & {"where", "date", "amount", "number", "meaning"}
    kept = list(chosen)
    for caller in sorted(chosen, key=lambda c: -c.score) if kinds else ():
        note = _note(candidates, caller, kinds)
        if note is None or caller not in kept or among(note, kept):
            continue
        callers = {c.called_at for c in kept} | {caller.sentence.start}
        spare = [c for c in kept if c.called_at is None and c.sentence.start not in callers]
        if len(kept) >= MOST and spare:
            kept.remove(min(spare, key=lambda c: c.score))
        if len(kept) < MOST:
            kept.append(note)
    return in_reading_order(question, kept) if len(kept) > 1 and kept != list(chosen) else kept


def _note(candidates: Candidates, caller: Chosen, kinds: frozenset[str]) -> Chosen | None:
    """The first sentence of a note that gives what its caller lacks."""
    index, question, roles = candidates.index, candidates.question, candidates.roles
    text = index.text(caller.passage.document)
    reads = as_read(text, caller.sentence.start, caller.sentence.end)  # "Portugal⁴" is no state
    facts = {k for k in kinds - {"meaning"} if not _holds(k, reads, question)}
    means = "meaning" in kinds  # no form of words tells that a sentence gives it
    for sentence, passage in _notes(index, caller, text) if facts or means else ():
        words = said(text, sentence)
        if (roles and sentence.role not in roles) or _REFERS.search(words):
            continue
        if any(_holds(k, words, question) for k in facts) or (means and _is_about(candidates, sentence)):
            return Chosen(sentence, passage, caller.score, caller.coverage, caller.sentence.start)
    return None


def _holds(kind: str, text: str, question: Question) -> bool:
    """Whether a text names a state, or gives a day, an amount or a number, that the question does not."""
    if kind == "where":
        return bool(states(text) - states(question.written))
    asked = {q.key for q in find_quantities(question.text)}
    found = [q for q in find_quantities(text) if q.kind != "dossier" and q.key not in asked]
    years = [q for q in found if q.kind == "date" or q.is_year]
    if kind == "date":
        return bool(years)
    return any(q.kind == kind or (kind == "number" and q not in years) for q in found)


def _is_about(candidates: Candidates, sentence: Sentence) -> bool:
    """Whether a sentence speaks of what the question is about, and not only of who is asked."""
    topics = (c for c in candidates.retrieved.concepts if c.concept.weight >= ABOUT and not c.concept.part)
    return any(topic.strength(sentence.terms) >= PRESENT for topic in topics)


def _notes(index: Index, caller: Chosen, text: str) -> Iterator[tuple[Sentence, Passage]]:
    """The sentences of the notes that a sentence calls."""
    wanted = notes_called_in(text, caller.sentence.start, caller.sentence.end)
    if not wanted:
        return
    ids = index.catalogue.ids_of(caller.passage.document)
    for at in range(0, len(ids), READ_AT_ONCE):
        for read in index.catalogue.passages(ids[at : at + READ_AT_ONCE]).values():
            passage = cleaned(read, text)
            for sentence in passage.sentences:
                if any(span.start <= sentence.start < span.end for span in wanted):
                    yield sentence, passage
