"""Where characters of a page's text stand on the page. Pure: text and the places of words in, rectangles out.

The text was made of the same words by `pages`, which leaves out running headers, moves footnotes to the foot and glues
raised numbers to words; and by `clean`, which leaves out what is not seen. So texts are compared by their letters and
digits alone. A quotation is looked for as a whole; where a column or a note comes between its lines, line by line.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from rag.read.extract import Placed, Row
from rag.types import Span

_LINE = re.compile(r"[^\n\f]+")


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A place on a page, in shares of its width and height from the top left."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class _Folded:
    """Letters and digits, each with its offset in a text, or with the number of its word on a page."""

    text: str
    origins: tuple[int, ...]


def rectangles(text: str, span: Span, rows: Sequence[Row]) -> tuple[Rectangle, ...]:
    """One rectangle for each line of a span of a page's text; none where it cannot be found for certain."""
    words = [(number, word) for number, row in enumerate(rows) for word in row]
    page = _folded((n, char) for n, (_, word) in enumerate(words) for char in word[0])
    whole = _fold(text)
    start, end = _inside(whole, span)
    if start == end:
        return ()
    found = _same(whole.text, start, end, page.text)
    pieces = [found] if found else [_on_its_line(whole, piece, page) for piece in _lines(text, span)]
    if None in pieces:
        return ()
    marked = dict.fromkeys(page.origins[i] for piece in filter(None, pieces) for i in range(*piece))
    return tuple(_boxes([words[i] for i in marked]))


def _fold(text: str) -> _Folded:
    """Letters and digits of a text, each with its offset."""
    return _folded((offset, char) for offset, char in enumerate(text))


def _folded(chars: Iterable[tuple[int, str]]) -> _Folded:
    pairs = [(folded, origin) for origin, char in chars for folded in _letters(char)]
    return _Folded("".join(folded for folded, _ in pairs), tuple(origin for _, origin in pairs))


@lru_cache(maxsize=4096)
def _letters(char: str) -> str:
    """What is compared of a character: é as e, ² as 2, ﬁ as fi; nothing of punctuation."""
    return "".join(c for c in unicodedata.normalize("NFKD", char).casefold() if c.isalnum())


def _inside(whole: _Folded, span: Span) -> tuple[int, int]:
    """The folded characters of a span of the text."""
    start = sum(origin < span.start for origin in whole.origins)
    return start, start + sum(span.start <= origin < span.end for origin in whole.origins)


def _same(whole: str, start: int, end: int, page: str) -> tuple[int, int] | None:
    """The same characters on the page: the n-th of those that are alike, where there are as many on both sides."""
    wanted = whole[start:end]
    here, there = list(_all(wanted, whole)), list(_all(wanted, page))
    if not there or (len(there) > 1 and len(here) != len(there)):
        return None
    at = there[here.index(start) if len(there) > 1 else 0]
    return at, at + len(wanted)


def _all(wanted: str, text: str) -> Iterator[int]:
    at = text.find(wanted)
    while at >= 0:
        yield at
        at = text.find(wanted, at + 1)


def _lines(text: str, span: Span) -> Iterator[tuple[Span, Span]]:
    """Each line that a span touches, with what of the span stands on it."""
    for match in _LINE.finditer(text):
        start, end = max(match.start(), span.start), min(match.end(), span.end)
        if any(c.isalnum() for c in text[start:end]):
            yield Span(*match.span()), Span(start, end)


def _on_its_line(whole: _Folded, piece: tuple[Span, Span], page: _Folded) -> tuple[int, int] | None:
    """A piece of a line, found by the whole line, which stands on the page as one row."""
    line, part = (_inside(whole, span) for span in piece)
    found = _same(whole.text, *line, page.text)
    return None if found is None else (found[0] + part[0] - line[0], found[0] + part[1] - line[0])


def _boxes(marked: Sequence[tuple[int, Placed]]) -> Iterator[Rectangle]:
    """One box around the words of each row."""
    for _, group in groupby(marked, key=lambda word: word[0]):
        words = [word for _, word in group]
        left, right = min(w[1] for w in words), max(w[3] for w in words)
        top, bottom = min(w[2] for w in words), max(w[4] for w in words)
        yield Rectangle(left, top, right - left, bottom - top)
