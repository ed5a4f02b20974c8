"""The one assistant that all sessions share, behind a lock. Sessions ask it; none changes it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import streamlit as st

from rag.assistant import Assistant, Turn
from rag.filters import Filters
from rag.question import Question
from rag.retrieve import Retrieved
from rag.settings import Settings, load_settings
from rag.types import Answer, Description, Statement

AROUND = 600  # characters of the source shown on each side of a quotation
Place = tuple[str, int, int]  # document, start, end


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A place in a document with the text around it, as it was when the answer was made."""

    title: str
    before: str
    span: str
    after: str


@dataclass(frozen=True, slots=True)
class Shared:
    """What a page may do with the assistant. One question at a time; others wait for it."""

    assistant: Assistant
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def ask(
        self,
        question: str,
        filters: Filters,
        history: Sequence[Turn],
        on_statement: Callable[[Statement], None],
    ) -> tuple[Answer, dict[Place, Excerpt]]:
        """The answer, and the source around each of its citations and passages."""
        with self._lock:
            answer = self.assistant.ask(question, filters, history, on_statement)
            places = [(c.document, c.start, c.end) for c in answer.citations]
            places += [(p.document, p.start, p.end) for p in answer.passages]
            return answer, self._excerpts(places)

    def search(self, question: str, filters: Filters) -> tuple[Question, Retrieved, dict[Place, Excerpt]]:
        """The question understood, the ranked passages, and their text."""
        with self._lock:
            understood, retrieved = self.assistant.search(question, filters=filters)
            found = [f.passage for f in retrieved.passages]
            return understood, retrieved, self._excerpts([(p.document, p.start, p.end) for p in found])

    def documents(self) -> tuple[Mapping[str, Description], Mapping[str, int]]:
        """What is in the index: name -> description, and name -> number of passages.

        It does not wait for a question that is being answered, or no page could be drawn while a language
        model writes: SQLite itself takes the calls of one connection in turn.
        """
        index = self.assistant.index
        return index.descriptions, index.catalogue.passage_counts()

    def _excerpts(self, places: Sequence[Place]) -> dict[Place, Excerpt]:
        index = self.assistant.index
        texts = {name: index.text(name) for name in {document for document, _, _ in places}}
        titles = {name: index.descriptions[name].title or name for name in texts}
        return {(d, s, e): excerpt(titles[d], texts[d], s, e) for d, s, e in places}


def excerpt(title: str, text: str, start: int, end: int, around: int = AROUND) -> Excerpt:
    """A span with about so many characters on each side, cut between words."""
    before, after = text[max(0, start - around) : start], text[end : end + around]
    if start > around:
        before = "… " + before.partition(" ")[2]
    if end + around < len(text):
        after = after.rpartition(" ")[0] + " …"
    return Excerpt(title, before, text[start:end], after)


@st.cache_resource(show_spinner=False, hash_funcs={Settings: Settings.model_dump_json})
def _made_once(settings: Settings) -> Shared:
    return Shared(Assistant(settings))


def shared() -> Shared:
    """The assistant of the present settings, made at the first call; raises SettingsError."""
    return _made_once(load_settings())
