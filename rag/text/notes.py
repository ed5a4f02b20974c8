"""The footnotes that a stretch of text calls."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.text.footnotes import notes_called
from rag.text.layout import read_layout
from rag.types import Span

_GLUED = re.compile(r"[^\W\d]\d{1,3}(?!\w)|\d{3,}|[.,;:?!)»”’]\d|[⁰¹²³⁴-⁹]")


def may_call(quote: str) -> bool:
    """Whether something that may be a note's number is glued to a word: else the text need not be laid out, which takes longer."""
    return _GLUED.search(quote) is not None


def notes_called_in(text: str, start: int, end: int) -> list[Span]:
    """Where the notes stand that text[start:end] calls, in the order of their calls."""
    if not may_call(text[start : end + 3]):
        return []
    layout = read_layout(text)
    markers = [m for m in layout.markers if start <= m.start and m.end <= end + 3]
    notes = [
        (int(b.label), b.segments) for b in layout.blocks if b.kind == "footnote" and b.label.isdecimal()
    ]
    numbers = {number for number, _ in notes}
    calls = [(m, number) for m in markers for number in notes_called(text[m.start : m.end], numbers)]
    return [span for marker, number in calls for span in _first_behind(marker, number, notes)]


def _first_behind(marker: Span, number: int, notes: Sequence[tuple[int, list[Span]]]) -> list[Span]:
    """A number may be used again on another page: the note is the first behind its call."""
    return next((spans for n, spans in notes if n == number and spans[0].start > marker.end), [])
