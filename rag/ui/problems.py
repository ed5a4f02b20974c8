"""What went wrong, for a reader: in their language, without this machine's folders, without a traceback."""

from __future__ import annotations

import re

import streamlit as st

from rag import errors
from rag.errors import KamerbronError
from rag.types import Language
from rag.ui.markup import literal
from rag.ui.texts import text
from rag.words import phrases

BOOK = "problems.txt"
_KINDS = ("QuestionError", "DocumentError", "ManifestError", "StoreError", "ModelError", "SettingsError")
# "Save it. Try again." but not "36 600 nr. 11" nor "`rag ingest` first. `rag documents` lists them."
_NEXT = re.compile(r"(?<=[.!?]) (?=[A-Z`«])")
_FOLDERS = re.compile(
    r"(?<=«)(?:~|[A-Za-z]:)?[/\\](?:[^»]*[/\\])?(?=[^»/\\])"  # between quotation marks a path may hold spaces
    r"|(?<![\w/:.~])(?:~|\.{1,2}|[A-Za-z]:)?[/\\](?:[^\s/\\«»\"'`]+[/\\])*(?=[^\s/\\«»\"'`])"
)


def said(message: str, language: Language, kind: str = "KamerbronError") -> str:
    """A message as a reader sees it. What no phrase book knows is told by its kind, and as it is."""
    bare = without_paths(message)
    if language == "en":
        return bare
    found = [_in_dutch(sentence) for sentence in _NEXT.split(bare)]
    if None not in found:
        return " ".join(filter(None, found))
    return text("problem_told", language, kind=text(_key(kind), language), message=bare)


def _in_dutch(sentence: str) -> str | None:
    """A sentence by the phrase book, or remark by remark where several stand in it; None where one is not in the book."""
    for parts in ([sentence], sentence.split("; ")):
        found = [phrases.find(BOOK, part, "en") for part in parts]
        if None not in found:
            return "; ".join(form.format(**values) for form, values in filter(None, found))
    return None


def show(error: KamerbronError | str, language: Language) -> None:
    """An error on the page."""
    kind = "KamerbronError" if isinstance(error, str) else type(error).__name__
    st.error(literal(said(str(error), language, kind)))


def without_paths(message: str) -> str:
    """A message without this machine's folders: of a path only its last part is left. Web addresses stay.

    >>> without_paths("There is no index in «/srv/kamer/vectorstore». Run `rag ingest` first.")
    'There is no index in «vectorstore». Run `rag ingest` first.'
    """
    return _FOLDERS.sub("", message)


def _key(kind: str) -> str:
    """The text for a kind of error: its own, or that of what it is a kind of."""
    known = getattr(errors, kind, KamerbronError)
    name = next((c.__name__ for c in known.__mro__ if c.__name__ in _KINDS), "")
    return f"problem_{name}" if name else "problem"
