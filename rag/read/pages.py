"""Sheets of words -> one text in the form of the seeds: lines, blank lines between paragraphs, notes at a page's foot.

Running headers and footers are left out: what comes back in the same place on other pages, but for its numbers. A
printed page number among them labels its page. Footnotes are what is set smaller at the foot and begins with a number.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from statistics import median

from rag.read.columns import Column, Row, Word, read_columns
from rag.read.extract import Extract
from rag.read.flow import SEPARATOR
from rag.read.hyphens import Hyphens
from rag.read.paragraphs import Setting, broken_before, paragraphs, whole_words
from rag.text.footnotes import superscript
from rag.types import Page

EDGE = 4  # lines from a page's top or bottom that may be a running header or footer
_PAGE_NUMBER = re.compile(
    r"(?:pagina|page|blz\.?|p\.)?\s*[-–]?\s*(?P<n>\d{1,4}|[ivxl]{1,7})\s*(?:(?:van|of|/)\s*\d+)?\s*[-–]?",
    re.IGNORECASE,
)
_NOTE = re.compile(r"\d{1,3}\s+\S")
_NOTE_NUMBER = re.compile(r"\d{1,3}")


@dataclass(slots=True)
class Sheet:
    """One page: its words and its size in points; `label` is the page number that the file itself gives."""

    words: list[Word]
    width: float
    height: float
    label: str | None = None
    picture: bool = False
    damaged: bool = False
    turned: int = 0  # degrees to the right that the page was turned by, past what the file says, to be read


@dataclass(slots=True)
class _Page:
    sheet: Sheet
    columns: list[Column]
    notes: list[Row] = field(default_factory=list)
    furniture: list[Row] = field(default_factory=list)


def compose(sheets: Sequence[Sheet]) -> Extract:
    """The text of some sheets, and where each begins in it; pages are parted by form feeds."""
    pages = [_Page(sheet, read_columns(sheet.words)) for sheet in sheets]
    usual = _usual_size(pages)
    _take_furniture(pages, usual)
    for before, page in zip([None, *pages], pages, strict=False):
        _take_notes(page, usual, before is not None and bool(before.notes))
    columns = [c.rows for page in pages for c in page.columns] + [page.notes for page in pages]
    setting = Setting(_leading(pages), Hyphens(columns), broken_before(columns))
    text, starts = "", list[int]()
    firsts = [next((c.rows[0] for c in page.columns if not c.side), None) for page in pages]
    for page, following in zip(pages, [*firsts[1:], None], strict=True):
        text += "\f" if starts else ""
        starts.append(len(text))
        text += _text(page, setting, following)
    labels = _labels(pages)
    furniture = "\n".join(dict.fromkeys(row.text for page in pages for row in page.furniture))
    found = tuple(Page(start, label) for start, label in zip(starts, labels, strict=True))
    damaged = [str(n) for n, page in enumerate(pages, 1) if page.sheet.damaged]
    remarks = [f"damaged and left out: page {', '.join(damaged)}"] if damaged else []
    return Extract(text, found, remarks=remarks, furniture=furniture)


def _usual_size(pages: Sequence[_Page]) -> float:
    """The size that most of the text is set in, in points."""
    sizes: Counter[float] = Counter()
    for page in pages:
        for word in page.sheet.words:
            sizes[round(word.size * 2) / 2] += len(word.text)
    return sizes.most_common(1)[0][0] if sizes else 10.0


def _rows(page: _Page) -> list[Row]:
    return sorted((r for c in page.columns for r in c.rows), key=lambda r: r.y)


def _take_furniture(pages: Sequence[_Page], usual: float) -> None:
    """Move running headers and footers out of the columns."""
    edges = [_edges(page) for page in pages]
    places: dict[str, list[float]] = defaultdict(list)
    for rows in edges:
        for mask, y in {(_mask(r), round(r.y)) for r in rows}:
            places[mask].append(y)
    for page, rows in zip(pages, edges, strict=True):
        numbered = _PAGE_NUMBER.fullmatch
        for row in rows:
            note = row.size < 0.93 * usual and _NOTE.match(row.text)
            back = sum(abs(y - row.y) <= 4 for y in places[_mask(row)]) >= max(2, len(pages) // 4)
            outside = row.y < 0.12 * page.sheet.height or row.y > 0.88 * page.sheet.height
            lone = row is rows[0] or row is rows[-1]  # else a note's number, on a line of its own
            if (back and outside and not note) or (outside and lone and numbered(row.text.strip())):
                page.furniture.append(row)
        gone = set(map(id, page.furniture))
        for column in page.columns:
            column.rows = [r for r in column.rows if id(r) not in gone]
        page.columns = [c for c in page.columns if c.rows]


def _edges(page: _Page) -> list[Row]:
    rows = _rows(page)
    return rows if len(rows) <= 2 * EDGE else [*rows[:EDGE], *rows[-EDGE:]]


def _mask(row: Row) -> str:
    return re.sub(r"\d+", "#", row.text)


def _take_notes(page: _Page, usual: float, going_on: bool) -> None:
    """Move footnotes out of the columns: the small lines at a column's end, from the first that begins with a number.
    A page of nothing but small lines goes on with the notes of the page before, where that ended with some."""
    rows = [r for c in page.columns for r in c.rows]
    if going_on and all(r.size < 0.93 * usual for r in rows):
        page.notes, page.columns = rows, []
        return
    for column in page.columns:
        if column.side:
            continue
        first = len(column.rows)
        while first and column.rows[first - 1].size < 0.93 * usual:
            first -= 1
        while first < len(column.rows) and not _NOTE.match(column.rows[first].text):
            first += 1
        if first and column.rows[first:]:
            page.notes += column.rows[first:]
            column.rows = column.rows[:first]


def _leading(pages: Sequence[_Page]) -> dict[float, float]:
    """The usual distance from line to line, for each size of type: not much more, in proportion, than that of most of the
    text, as two titles in a row are no paragraph."""
    steps: dict[float, list[float]] = defaultdict(list)
    for page in pages:
        for column in page.columns:
            for above, row in zip(column.rows, column.rows[1:], strict=False):
                if abs(above.size - row.size) < 0.5 and 0 < row.y - above.y < 3 * row.size:
                    steps[round(row.size)].append(row.y - above.y)
    most = max(steps, key=lambda size: len(steps[size]), default=0)
    part = median(steps[most]) / most if most else 1.2
    return {size: min(median(values), 1.1 * part * size) for size, values in steps.items()}


def _text(page: _Page, setting: Setting, following: Row | None) -> str:
    """A page's text; `following` is the first row of the text on the next one."""
    parts = ""
    for i, column in enumerate(page.columns):
        later = [c for c in page.columns[i + 1 :] if c.side == column.side]
        text = paragraphs(column.rows, setting, later[0].rows[0] if later else following)
        goes_on = bool(later) and (not text.endswith(SEPARATOR) if setting.end else _beside(column, later[0]))
        parts += text + ("" if i + 1 == len(page.columns) else "\n" if goes_on else "\n\n")
    notes = "".join(f"{note}{setting.end}\n" for note in _notes(page.notes, setting))
    return "\n\n".join(part for part in (parts, notes.rstrip("\n")) if part) + "\n"


def _beside(one: Column, other: Column) -> bool:
    """Whether a column stands to the right of another, so that its text goes on there."""
    return min(r.x0 for r in other.rows) >= max(r.x1 for r in one.rows) - 1


def _notes(rows: Sequence[Row], setting: Setting) -> list[str]:
    """A page's footnotes, their numbers raised, so that `layout` knows them for notes. They count up: a line that begins
    with another number goes on with the one above."""
    groups: list[list[Row]] = []
    for row in rows:
        number = _NOTE_NUMBER.match(row.words[0].text)
        last = int(_NOTE_NUMBER.match(groups[-1][0].words[0].text)[0]) if groups else 0  # type: ignore[index]
        if number and (not groups or int(number[0]) == last + 1):
            groups.append([row])
        elif groups:
            groups[-1].append(row)
    texts = ["\n".join(row.text for row in whole_words(group, setting.hyphens)) for group in groups]
    return (
        [_NOTE_NUMBER.sub(lambda m: superscript(m[0]), text, count=1) for text in texts]
        if setting.end
        else texts
    )


def _labels(pages: Sequence[_Page]) -> list[str | None]:
    """What is printed on each page as its number, where that differs from its place: the file's own label, or the
    number in running headers or footers that counts with the pages."""
    own = [page.sheet.label for page in pages]
    if any(own):
        return own
    printed = [
        {int(n) for row in page.furniture for n in re.findall(r"(?<!\d)\d{1,4}(?!\d)", row.text)}
        for page in pages
    ]
    often = Counter(n for numbers in printed for n in numbers)
    shifts = Counter(n - i for i, numbers in enumerate(printed, 1) for n in numbers if often[n] == 1)
    if not shifts:
        return own
    shift, count = shifts.most_common(1)[0]
    counting = count >= max(2, 0.6 * len(pages)) and shifts[0] < count
    return [str(number + shift) for number in range(1, len(pages) + 1)] if counting and shift else own


def merged(extract: Extract, sheets: dict[int, str]) -> Extract:
    """An extract with the text of some pages, by number from 1, put in their places: pages that were recognised."""
    parts = [
        sheets.get(n, extract.text[page.start : following].rstrip("\f"))
        for n, (page, following) in enumerate(
            zip(extract.pages, [*(p.start for p in extract.pages[1:]), len(extract.text)], strict=True), 1
        )
    ]
    pages, at = [], 0
    for page, part in zip(extract.pages, parts, strict=True):
        pages.append(replace(page, start=at))
        at += len(part) + 1
    return replace(extract, text="\f".join(parts), pages=tuple(pages))
