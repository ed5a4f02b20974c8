"""The rows of a column -> paragraphs, by what the page shows: white space, size, indents, and where a line ended early.

A line ended early where the first word of the next one would have fitted behind it: then the break was meant. Each
paragraph's last line ends with U+2029; a paragraph that goes on in the next column or on the next page has none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from rag.read.columns import HANGING, Row
from rag.read.flow import SEPARATOR
from rag.read.hyphens import Hyphens

_ENDS = re.compile(r"[.?!:;…][\"'»”’)\]⁰¹²³⁴-⁹]*\d{0,3}$")
_BULLETS = "•◦▪‣\uf0b7\uf03d\uf0a7\uf0fc"
_TITLE = 3  # rows that stand on one line where they end without a full stop: a title, set over several

BROKEN = 0.1  # of the lines


@dataclass(frozen=True, slots=True)
class Setting:
    """How a document is set: its usual distance from line to line by size of type, its hyphens, and whether somebody
    broke its lines before it was set. Then a line that ended early ends no paragraph, and nothing is told of them."""

    leading: dict[float, float]
    hyphens: Hyphens
    broken: bool

    @property
    def end(self) -> str:
        """What stands at a paragraph's end."""
        return "" if self.broken else SEPARATOR


def paragraphs(rows: Sequence[Row], setting: Setting, following: Row | None) -> str:
    """A column's text; `following` is the row at which the reading goes on, None where it does not."""
    if not rows:
        return ""
    right = 0.0 if setting.broken else _right(rows)
    groups: list[list[Row]] = []
    for i, row in enumerate(rows):
        if i and not _begins(row, groups[-1], setting.leading, rows) and not _early(rows[i - 1], row, right):
            groups[-1].append(row)
        else:
            groups.append([row])
    goes_on = following is not None and not _early(rows[-1], following, right) and _alike(rows[-1], following)
    return f"{setting.end}\n\n".join(_joined(group, setting) for group in groups) + setting.end * (
        not goes_on
    )


def _joined(group: Sequence[Row], setting: Setting) -> str:
    lines = [line.text for line in whole_words(group, setting.hyphens)]
    title = len(lines) <= _TITLE and not _ENDS.search(lines[-1]) and not any(t.endswith("-") for t in lines)
    return (" " if title and not setting.broken else "\n").join(lines)


def whole_words(rows: Sequence[Row], hyphens: Hyphens) -> list[Row]:
    """The rows with a word that is written with a hyphen whole on the line that it begins on."""
    out: list[Row] = []
    for row in rows:
        if out and hyphens.kept(out[-1], row):
            last, first = out[-1].words[-1], row.words[0]
            out[-1].words[-1] = replace(last, text=last.text + first.text)
            row = Row(row.words[1:], row.y, row.size)
        if row.words:
            out.append(Row(list(row.words), row.y, row.size))
    return out


def _right(rows: Sequence[Row]) -> float:
    """Where the column's lines end: few are wider, in a column of some length."""
    ends = sorted(row.x1 for row in rows)
    return ends[int(0.9 * (len(ends) - 1))] if len(ends) > 5 else ends[-1]


def _early(row: Row, following: Row, right: float) -> bool:
    """Whether the first word of the next line would have fitted, and that line begins as a paragraph does."""
    first = following.words[0]
    needed = row.x1 + 0.3 * row.size + first.x1 - first.x0
    return needed <= right - 0.5 * row.size and not following.text[0].islower()


def broken_before(columns: Iterable[Sequence[Row]]) -> bool:
    """Whether lines end early in the middle of sentences, many of them."""
    count = early = 0
    for rows in columns:
        right = _right(rows) if rows else 0.0
        for row, following in pairwise(rows):
            count += 1
            first = following.words[0]
            room = right - row.x1 - 0.8 * row.size
            early += following.text[0].islower() and first.x1 - first.x0 <= room
    return early > BROKEN * count


def _alike(row: Row, following: Row) -> bool:
    return abs(row.size - following.size) <= 0.08 * row.size and following.text[0] not in _BULLETS


def _begins(row: Row, paragraph: Sequence[Row], leading: dict[float, float], rows: Sequence[Row]) -> bool:
    """Whether a row begins a paragraph, by what lies between it and the one that may end above it."""
    above = paragraph[-1]
    step = leading.get(round(row.size), 1.2 * row.size)
    if row.y - above.y > 1.35 * step or not _alike(above, row):
        return True
    ended = _ENDS.search(above.text) is not None
    left = min(r.x0 for r in rows)
    indented = row.x0 - left > 0.8 * row.size and above.x0 - left < 0.3 * row.size
    marked = HANGING.fullmatch(row.words[0].text) is not None and len(row.words) > 1
    moved = abs(row.x0 - above.x0) > 0.8 * row.size
    return (ended and (indented or marked)) or (marked and moved) or _hangs_no_more(paragraph, row)


def _hangs_no_more(paragraph: Sequence[Row], row: Row) -> bool:
    """Whether a row stands left of where an item's lines hang."""
    first = paragraph[0]
    if len(first.words) < 2 or not HANGING.fullmatch(first.words[0].text):
        return False
    hanging = first.words[1].x0
    hung = len(paragraph) > 1 and abs(paragraph[1].x0 - hanging) < 0.5 * row.size
    return row.x0 < first.x0 - 0.5 * row.size or (hung and row.x0 < hanging - 0.5 * row.size)
