"""Sheets of words -> one text in the form of the seeds: lines, blank lines between paragraphs, notes at a page's foot.

Running headers and footers are left out: what comes back in the same place on other pages, but for its numbers. A
printed page number among them labels its page. Footnotes are what is set smaller at the foot and begins with a number.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from statistics import median

from rag.read.columns import Column, Row, Word, read_columns
from rag.read.extract import Extract
from rag.types import Page

EDGE = 4  # lines from a page's top or bottom that may be a running header or footer
_PAGE_NUMBER = re.compile(
    r"(?:pagina|page|blz\.?|p\.)?\s*[-–]?\s*(?P<n>\d{1,4}|[ivxl]{1,7})\s*(?:(?:van|of|/)\s*\d+)?\s*[-–]?",
    re.IGNORECASE,
)
_NOTE = re.compile(r"\d{1,3}\s+\S")
_ENDS = re.compile(r"[.?!:;…][\"'»”’)\]]*\d{0,3}$")


@dataclass(slots=True)
class Sheet:
    """One page: its words and its size in points; `label` is the page number that the file itself gives."""

    words: list[Word]
    width: float
    height: float
    label: str | None = None
    picture: bool = False
    damaged: bool = False


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
    for page in pages:
        _take_notes(page, usual)
    leading = _leading(pages)
    text, starts = "", list[int]()
    for page in pages:
        text += "\f" if starts else ""
        starts.append(len(text))
        text += _text(page, leading)
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
            if (back and outside and not note) or (outside and numbered(row.text.strip())):
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


def _take_notes(page: _Page, usual: float) -> None:
    """Move footnotes out of the columns: the small lines at a column's end, from the first that begins with a number."""
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
    """The usual distance from line to line, for each size of type."""
    steps: dict[float, list[float]] = defaultdict(list)
    for page in pages:
        for column in page.columns:
            for above, row in zip(column.rows, column.rows[1:], strict=False):
                if abs(above.size - row.size) < 0.5 and 0 < row.y - above.y < 3 * row.size:
                    steps[round(row.size)].append(row.y - above.y)
    return {size: median(values) for size, values in steps.items()}


def _text(page: _Page, leading: dict[float, float]) -> str:
    parts = []
    for i, column in enumerate(page.columns):
        lines = list(_lines(column.rows, leading))
        follows = (
            i and not column.side and not page.columns[i - 1].side and _beside(page.columns[i - 1], column)
        )
        parts.append(("\n" if follows else "\n\n" if i else "") + "\n".join(lines))
    body = "".join(parts)
    notes = "".join(r.text + (" " if r.text.isdigit() else "\n") for r in page.notes).rstrip()
    return "\n\n".join(part for part in (body, notes) if part) + "\n"


def _beside(one: Column, other: Column) -> bool:
    """Whether a column stands to the right of another, so that its text goes on there."""
    return min(r.x0 for r in other.rows) >= max(r.x1 for r in one.rows) - 1


def _lines(rows: Sequence[Row], leading: dict[float, float]) -> Iterator[str]:
    """The lines of a column, with a blank one before each paragraph that the page sets apart."""
    left = min(row.x0 for row in rows)
    for i, row in enumerate(rows):
        if i:
            above = rows[i - 1]
            step = leading.get(round(row.size), 1.2 * row.size)
            indented = row.x0 - left > 0.8 * row.size and above.x0 - left < 0.3 * row.size
            apart = row.y - above.y > 1.35 * step or abs(row.size - above.size) > 0.08 * row.size
            if apart or (indented and _ENDS.search(above.text)):
                yield ""
        yield row.text


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
