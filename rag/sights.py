"""Pages as they look: a document and a place in it -> pictures of its pages, with the rectangles to mark.

index ── store.originals ── read.worker: picture, words with their places ── read.marks ── Sight
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from rag.errors import DocumentError
from rag.read.extract import Extract, Limits
from rag.read.marks import Rectangle, rectangles
from rag.read.worker import read_apart
from rag.settings import Settings
from rag.store import originals
from rag.store.index import Index
from rag.types import Page, Span, page_number

MOST = 3  # pages of one quotation that are shown


@dataclass(frozen=True, slots=True)
class Sight:
    """One page: its number from 1, what is printed on it where that differs, a PNG in base64, and what is marked."""

    number: int
    label: str | None
    png: str
    here: tuple[Rectangle, ...]  # of the place that was asked for
    also: tuple[Rectangle, ...]  # of the other places


def sights(
    index: Index, settings: Settings, document: str, here: Span, also: Sequence[Span] = ()
) -> list[Sight]:
    """The pages that a place of a document stands on; none where it has no pages, or they cannot be drawn."""
    pages, text = index.pages(document), index.text(document)
    original = originals.find(settings.index_dir, text) if pages else None
    if original is None:
        return []
    first = page_number(pages, here.start) or 1
    last = page_number(pages, max(here.start, here.end - 1)) or first
    try:
        return [
            _sight(original, settings, n, text, pages, here, also)
            for n in range(first, min(last, first + MOST - 1) + 1)
        ]
    except DocumentError:
        return []


def _sight(
    path: Path, settings: Settings, number: int, text: str, pages: Sequence[Page], here: Span, also: Sequence[Span]
) -> Sight:  # fmt: skip
    drawn = _drawn(path, path.stat().st_mtime_ns, Limits.of(settings), number)
    start = pages[number - 1].start
    end = pages[number].start if number < len(pages) else len(text)

    def marked(span: Span) -> tuple[Rectangle, ...]:
        inside = Span(max(span.start, start) - start, min(span.end, end) - start)
        return rectangles(text[start:end], inside, drawn.places) if inside.start < inside.end else ()

    others = tuple(r for span in also for r in marked(span))
    return Sight(number, pages[number - 1].label, drawn.picture, marked(here), others)


@lru_cache(maxsize=48)
def _drawn(path: Path, _changed: int, limits: Limits, number: int) -> Extract:
    return read_apart("page", path, limits, (number,))
