"""Words with places -> lines in reading order: columns one after the other, a narrow side column before the text.

The page is cut along white strips that run through several lines (a recursive XY-cut, Nagy and Seth 1984, with the
horizontal cuts found by following a strip downwards until a line crosses it). A table is also full of white strips:
it is told from columns by its rows, which stand on one line across the strip and do not fill their columns.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from statistics import median

from rag.text.footnotes import superscript

Strip = tuple[float, float]  # a white interval, from left to right
FEWEST_ROWS = 4  # lines that a white strip must run through to part columns
_RAISED = re.compile(r"[(\[]?\d{1,3}(?:[,;]\d{1,3})*[)\],;]?|[*†‡]+")  # what calls a footnote
HANGING = re.compile(r"\W{1,3}|\W?\d{1,3}[.):]?|[a-z][.)]|[ivxIVX]{1,4}[.)]")  # before an item or a note
LEAST_WIDTH = 10  # of the size of its type: a narrower column on level lines holds a table's cells
FAR = 12  # of the size of its type: how far a justified line may set its first word from a note's number
SIDE = 0.4  # of the region's width: a column narrower than this stands beside the text


@dataclass(frozen=True, slots=True)
class Word:
    """A run of characters without white space; `y` is its baseline from the page's top, sizes are in points."""

    text: str
    x0: float
    x1: float
    y: float
    size: float
    spaced: bool = False  # a space is written before it, however narrow it was set


@dataclass(slots=True)
class Row:
    """What stands on one line, in one column."""

    words: list[Word]
    y: float
    size: float

    @property
    def x0(self) -> float:
        """Its left end."""
        return min(w.x0 for w in self.words)

    @property
    def x1(self) -> float:
        """Its right end."""
        return max(w.x1 for w in self.words)

    @property
    def text(self) -> str:
        """Its words; a raised number is glued to the word before it, as it is in plain text."""
        return line_text(self.words)


@dataclass(slots=True)
class Column:
    """Rows that are read one after the other; `side` where it stands beside the text."""

    rows: list[Row] = field(default_factory=list)
    side: bool = False


def line_text(words: Sequence[Word]) -> str:
    """Words in a line, with a space where there is one."""
    out = ""
    for i, word in enumerate(words):
        if i:
            last = words[i - 1]
            size = max(word.size, last.size)
            apart = word.spaced or word.x0 - last.x1 > 0.15 * size
            first = i == 1 and HANGING.fullmatch(last.text) is not None
            begins = first and last.text.isdigit() and last.size < 0.9 * word.size  # a note's own number
            out += "   " if word.x0 - last.x1 > 3 * size and not first else " " if apart or begins else ""
        out += word.text
    return out


def read_columns(words: Sequence[Word]) -> list[Column]:
    """A page's columns in reading order."""
    rows = _rows(words)
    return _order(rows) if rows else []


def _rows(words: Sequence[Word]) -> list[Row]:
    """Words on one baseline; a small raised word, a footnote's number, joins the row that it touches."""
    ground = _levels([w for w in words if not _RAISED.fullmatch(w.text)])
    heights = [row.y for row in ground]
    below = {id(w): _row_below(w, ground, heights) for w in words if _RAISED.fullmatch(w.text)}
    raised = [w for w in words if below.get(id(w)) is not None]
    rows = _levels([w for w in words if below.get(id(w)) is None])
    by_word = {id(w): row for row in rows for w in row.words}
    for word, neighbour in ((w, below[id(w)]) for w in raised):
        if neighbour is None:
            continue
        calls = word.x0 > neighbour.x0  # else it is a note's own number, before its text
        raised_word = replace(word, text=superscript(word.text), spaced=False)
        by_word[id(neighbour)].words.append(raised_word if calls else word)
    for row in rows:
        row.words.sort(key=lambda w: w.x0)
    return sorted(rows, key=lambda r: (r.y, r.x0))


def _levels(words: Sequence[Word]) -> list[Row]:
    """Words in rows by their baselines, from top to bottom."""
    rows: list[Row] = []
    for word in sorted(words, key=lambda w: (w.y, w.x0)):
        if rows and word.y - rows[-1].y <= 0.3 * min(word.size, rows[-1].size):
            rows[-1].words.append(word)
            rows[-1].size = max(rows[-1].size, word.size)
        else:
            rows.append(Row([word], word.y, word.size))
    return rows


def _row_below(word: Word, rows: Sequence[Row], heights: Sequence[float]) -> Word | None:
    """The larger word, on a lower baseline, that a small raised one touches; None where it is not raised."""
    for row in rows[bisect_left(heights, word.y + 0.1 * word.size) :][:6]:
        if row.y - word.y > 0.7 * row.size:
            break
        for near in row.words:
            behind = -0.3 * near.size <= word.x0 - near.x1 <= 0.35 * near.size
            before = 0 <= near.x0 - word.x1 <= FAR * near.size and near is min(row.words, key=lambda w: w.x0)
            if word.size <= 0.9 * near.size and (behind or before):
                return near
    return None


def _order(rows: list[Row], depth: int = 0) -> list[Column]:
    """Cut a region into bands of columns and of single text, and read them from top to bottom."""
    out: list[Column] = []
    single: list[Row] = []
    left, right = min(r.x0 for r in rows), max(r.x1 for r in rows)
    at = 0
    while at < len(rows):
        strip, end = _band(rows, at, left, right)
        if strip is None or depth > 4:
            single += rows[at:end]
            at = end
            continue
        if single:
            out.append(Column(single))
            single = []
        out += _parted(rows[at:end], strip, right - left, depth)
        at = end
    if single:
        out.append(Column(single))
    return out


def _band(rows: Sequence[Row], at: int, left: float, right: float) -> tuple[Strip | None, int]:
    """The rows from `at` through which one white strip runs, as (strip, end); (None, next row) where none does."""
    strips = _blanks(rows[at], left, right)
    end, best = at + 1, strips
    while end < len(rows):
        best = _common(strips, _blanks(rows[end], left, right), 0.9 * rows[end].size)
        if not best:
            break
        strips, end = best, end + 1
    inner = [s for s in strips if s[0] > left and s[1] < right]
    for strip in sorted(inner, key=lambda s: s[0] - s[1]):
        if _columns_beside(rows[at:end], strip):
            return strip, end
    return None, at + 1


def _blanks(row: Row, left: float, right: float) -> list[Strip]:
    """The white intervals of a row that are wide enough to part columns."""
    edges = [left, *(x for w in row.words for x in (w.x0, w.x1)), right]
    pairs = zip(edges[::2], edges[1::2], strict=True)
    return [(a, b) for a, b in pairs if b - a >= 0.9 * row.size or a == left or b == right]


def _common(ones: Sequence[Strip], others: Sequence[Strip], least: float) -> list[Strip]:
    both = [(max(a, c), min(b, d)) for a, b in ones for c, d in others]
    return [(a, b) for a, b in both if b - a >= least]


def _columns_beside(rows: Sequence[Row], strip: Strip) -> bool:
    """Whether what stands on both sides of a strip is text, and not the cells of a table."""
    lefts, rights = _cut(rows, strip)
    if min(len(lefts), len(rights)) < 2 or max(len(lefts), len(rights)) < FEWEST_ROWS:
        return False
    if all(HANGING.fullmatch(r.text) for r in lefts):
        return False
    level = {id(r) for r in rows if r.x0 < strip[0] and r.x1 > strip[1]}
    aligned = len(level) / min(len(lefts), len(rights))
    wide = min(_width(lefts), _width(rights)) >= LEAST_WIDTH * rows[0].size
    both_full = (
        wide and min(_fill(lefts), _fill(rights)) >= 0.6 and min(len(lefts), len(rights)) >= FEWEST_ROWS
    )
    smaller = median(r.size for r in lefts) / median(r.size for r in rights)
    return both_full or aligned < 0.5 or not 0.87 <= smaller <= 1.15


def _width(rows: Sequence[Row]) -> float:
    return max(r.x1 for r in rows) - min(r.x0 for r in rows)


def _fill(rows: Sequence[Row]) -> float:
    """How much of their column the middle row of some rows fills."""
    width = _width(rows)
    return median((r.x1 - r.x0) / width for r in rows) if width > 0 else 0.0


def _cut(rows: Sequence[Row], strip: Strip) -> tuple[list[Row], list[Row]]:
    middle = (strip[0] + strip[1]) / 2
    lefts = [[w for w in r.words if w.x0 < middle] for r in rows]
    rights = [[w for w in r.words if w.x0 >= middle] for r in rows]
    return _made(rows, lefts), _made(rows, rights)


def _made(rows: Sequence[Row], parts: Sequence[list[Word]]) -> list[Row]:
    return [
        Row(words, row.y, max(w.size for w in words)) for row, words in zip(rows, parts, strict=True) if words
    ]


def _parted(rows: Sequence[Row], strip: Strip, width: float, depth: int) -> list[Column]:
    lefts, rights = _cut(rows, strip)
    sides = [_order(lefts, depth + 1), _order(rights, depth + 1)]
    widths = [_width(lefts), _width(rights)]
    narrow = [w < SIDE * width and w < 0.7 * other for w, other in zip(widths, reversed(widths), strict=True)]
    for columns, is_side in zip(sides, narrow, strict=True):
        for column in columns:
            column.side = column.side or is_side
    return [*sides[1], *sides[0]] if narrow[1] and not narrow[0] else [*sides[0], *sides[1]]
