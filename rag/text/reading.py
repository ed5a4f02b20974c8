"""A quotation as a person reads it: words broken across lines made whole, footnote numbers left out.

"Actieplan 13251" is what the file holds and what the citation quotes; 1325 with note 1 is what the document says, and
what a reader must see. The quotation itself is never changed: this is only how it is shown.
"""

from __future__ import annotations

from rag.text.layout import read_layout
from rag.text.notes import may_call
from rag.text.sentences import joined
from rag.types import Sentence


def as_read(text: str, start: int, end: int) -> str:
    """What stands at text[start:end], as it reads."""
    quote = text[start:end]
    if not may_call(quote):
        return joined(quote)
    inside = [m for m in read_layout(text).markers if start <= m.start and m.end <= end]
    for marker in reversed(inside):
        quote = quote[: marker.start - start] + quote[marker.end - start :]
    return joined(quote)


def said(text: str, sentence: Sentence) -> str:
    """A sentence of a text in one line, words broken across lines made whole; footnote numbers still stand in it."""
    return joined(" ".join(text[span.start : span.end] for span in sentence.spans))
