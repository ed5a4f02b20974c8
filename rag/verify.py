"""Spans -> citations that cannot be wrong. Pure.

A citation is made of a span and nothing else: the quotation is cut out of the document's text here, by code. A
citation that does not fit its document is not made, and nothing takes its place.
"""

from __future__ import annotations

from collections.abc import Callable

from rag.types import Citation, Description, Sentence, Span


def fold(text: str) -> str:
    """White space folded, nothing else changed."""
    return " ".join(text.split())


def cite(
    identity: int, document: str, text: str, span: Span, sentence: Sentence, description: Description
) -> Citation | None:
    """The citation of one span, or None where the span does not lie in the text."""
    if not 0 <= span.start < span.end <= len(text):
        return None
    return Citation(
        id=identity,
        document=document,
        title=description.title,
        sender=sentence.speaker or description.sender,
        role=sentence.role,
        speech_act=sentence.act,
        date=description.date,
        date_note=description.date_note,
        dossier=description.dossier,
        page=None,
        start=span.start,
        end=span.end,
        quote=text[span.start : span.end],
        url=description.url,
    )


def exact(citation: Citation, text_of: Callable[[str], str]) -> bool:
    """The equation of the contract: the slice of the document is the quotation."""
    return text_of(citation.document)[citation.start : citation.end] == citation.quote


def cite_sentence(
    first: int, document: str, sentence: Sentence, description: Description, text_of: Callable[[str], str]
) -> list[Citation]:
    """A sentence's citations, one a span, numbered from `first`; none at all where any of them is not exact."""
    text = text_of(document)
    made = [cite(first + i, document, text, s, sentence, description) for i, s in enumerate(sentence.spans)]
    whole = [c for c in made if c is not None and exact(c, text_of)]
    return whole if len(whole) == len(sentence.spans) else []
