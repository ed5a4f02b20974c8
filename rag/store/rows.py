"""Documents and passages as rows of the catalogue, and back. A document's rows are made in one process and kept by another."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Any

from rag.coverage import Described
from rag.errors import StoreError
from rag.store.generations import REMEDY
from rag.types import Description, Document, Language, Page, Passage, Sentence, Span


@dataclass(frozen=True, slots=True)
class Entry:
    """A document with its passages as rows: made in one process, kept by another."""

    document: tuple[str, ...]
    passages: list[tuple[str, ...]]

    @property
    def name(self) -> str:
        """The document's name."""
        return self.document[0]

    @property
    def text(self) -> str:
        """The document's text."""
        return self.document[5]

    @property
    def paged(self) -> bool:
        """Whether the document has pages."""
        return self.document[6] != "[]"


def entry(document: Document, source: str, passages: Iterable[Passage], file: str = "") -> Entry:
    """The rows of a document that was read from `source`; `file` is the digest of that file and of how it is read."""
    data = json.dumps(asdict(document.description), ensure_ascii=False)
    words = " ".join(sorted(Described.of(document.description).document))
    pages = json.dumps([(p.start, p.label) for p in document.pages])
    return Entry(
        (document.name, document.digest, source, data, words, document.text, pages, file),
        [(p.id, p.document, p.language, _data(p)) for p in passages],
    )


def to_description(data: str) -> Description:
    """A document's description."""
    fields = json.loads(data)
    return Description(**{**fields, "dossier": tuple(fields["dossier"]), "found": tuple(fields["found"])})


def to_pages(data: str) -> tuple[Page, ...]:
    """Where a document's pages begin."""
    return tuple(Page(start, label) for start, label in json.loads(data))


def _data(passage: Passage) -> str:
    sentences = [
        [
            [(s.start, s.end) for s in x.spans],
            x.part,
            x.role,
            x.speaker,
            x.act,
            x.time,
            " ".join(x.terms),
            int(x.linked),
        ]
        for x in passage.sentences
    ]
    fields = {"s": sentences, "h": passage.heading, "c": " ".join(passage.context)}
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


@lru_cache(maxsize=2048)  # the same few are read for many questions; 20 MB
def to_passage(identity: str, document: str, language: Language, data: str) -> Passage:
    """A passage; raises StoreError where its row cannot be understood."""
    try:
        fields = json.loads(data)
        sentences = _sentences(fields["s"])
        return Passage(identity, document, sentences, fields["h"], tuple(fields["c"].split()), language)
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(f"The index's catalogue is damaged ({type(error).__name__}). {REMEDY}") from error


def _sentences(rows: list[list[Any]]) -> tuple[Sentence, ...]:
    return tuple(
        Sentence(
            tuple(Span(a, b) for a, b in spans),
            part,
            role,
            speaker,
            act,
            time,
            tuple(terms.split()),
            bool(linked),
        )
        for spans, part, role, speaker, act, time, terms, linked in rows
    )
