"""Tesseract's hOCR -> words with their places, sizes and baselines; footnote numbers found by where they stand.

A raised number is too small for Tesseract to read: it makes a quotation mark of it, or a star. But its box tells what it
is, higher than a quotation mark and off the ground, and the notes at the page's foot tell which numbers it can be. They
count up, so that a number that was misread there is known from its neighbours. hOCR 1.2: ocr_line, ocrx_word, x_size,
baseline; ocrx_cinfo is Tesseract's own, a character with its box.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

from rag.read.columns import Word
from rag.read.flow import BULLET
from rag.read.markup import Element, parse_html

LEAST = 30.0  # confidence, of 100, below which a word is a stain
RISE, LOWEST, HIGHEST = (
    0.3,
    0.36,
    0.56,
)  # of a raised number, in parts of its line's size: off the ground; its height
NOTE = 0.93  # of the usual size: what is set smaller, at the foot of a page, is a note
STRAY = 0.6  # of the usual size: what is smaller among the notes is a number that was read beside its line
_MISREAD = re.compile(r"[\d'\"‘’“”„*°®™!?%¹²³|lIiöo+]{1,3}")
_BULLETS = frozenset("+*®°¢»")  # what a bullet is taken for, at the beginning of a line
_LETTERS = re.compile(r"(?:[^\W\d_]\s*){4}")  # no stain, however unsure
_LINES = frozenset({"ocr_line", "ocr_header", "ocr_caption", "ocr_textfloat"})

Box = tuple[float, float, float, float]  # left, top, right, bottom, in pixels


@dataclass(slots=True)
class _Glyph:
    text: str
    box: Box
    raised: bool


@dataclass(slots=True)
class _Line:
    """A line as Tesseract found it; `words` are its words' glyphs."""

    size: float  # in pixels, from the longest descender to the highest ascender
    base: float
    words: list[list[_Glyph]] = field(default_factory=list)

    @property
    def right(self) -> float:
        """Its right end, in pixels."""
        return self.words[-1][-1].box[2]

    def text(self, at: int) -> str:
        return "".join(glyph.text for glyph in self.words[at])


def words(hocr: bytes, scale: float) -> list[Word]:
    """The words of a page; `scale` is pixels a point."""
    lines = [line for element in parse_html(hocr).iter("span") if (line := _line(element)) is not None]
    notes = _notes(lines)
    numbers = _numbered(notes)
    body = [line for line in lines if not any(line is note for note in notes)]
    calls = [(line, word) for line in body for word in line.words if any(glyph.raised for glyph in word)]
    for line in body:
        if len(line.words) > 1 and line.text(0) in _BULLETS:
            line.words[0] = [_Glyph(BULLET, line.words[0][0].box, False)]
    told = iter(numbers if len(calls) == len(numbers) else [""] * len(calls))
    called = {id(word): next(told) for _, word in calls} if numbers else {}
    return [
        w for line in lines for word in line.words for w in _placed(line, word, called.get(id(word)), scale)
    ]


def _line(element: Element) -> _Line | None:
    if element.get("class") not in _LINES:
        return None
    title = element.get("title", "")
    box, (slope, offset) = _numbers(title, "bbox"), (_numbers(title, "baseline") or [0.0, 0.0])
    size = (_numbers(title, "x_size") or [box[3] - box[1]])[0]
    line = _Line(size, box[3] + offset)
    for word in (e for e in element.iter("span") if e.get("class") == "ocrx_word"):
        sure = (_numbers(word.get("title", ""), "x_wconf") or [0.0])[0] >= LEAST
        if not sure and not _LETTERS.search("".join(word.itertext())):
            continue
        glyphs = [g for g in word.iter("span") if g.get("class") == "ocrx_cinfo"]
        made = [_glyph(g, line, slope, box[0]) for g in glyphs if (g.text or "").strip()]
        if made:
            line.words.append(made)
    return line if line.words else None


def _glyph(element: Element, line: _Line, slope: float, left: float) -> _Glyph:
    x0, y0, x1, y1 = _numbers(element.get("title", ""), "x_bboxes")
    rise = (line.base + slope * (x0 - left) - y1) / line.size
    height = (y1 - y0) / line.size
    misread = _MISREAD.fullmatch(element.text) is not None
    return _Glyph(element.text, (x0, y0, x1, y1), misread and rise >= RISE and LOWEST <= height <= HIGHEST)


def _numbers(title: str, name: str) -> list[float]:
    match = re.search(rf"\b{name}((?: -?[\d.]+)+)", title)
    return [float(number) for number in match[1].split()] if match else []


def _notes(lines: list[_Line]) -> list[_Line]:
    """The small lines at the page's foot."""
    usual = Counter[int]()
    for line in lines:
        usual[round(line.size)] += sum(map(len, line.words))
    size = usual.most_common(1)[0][0] if usual else 0
    ordered = sorted(lines, key=lambda line: line.base)
    if ordered and ordered[-1].size >= NOTE * size and re.fullmatch(r"\d{1,4}", ordered[-1].text(0)):
        ordered.pop()  # the page's number
    first = len(ordered)
    while first and ordered[first - 1].size < NOTE * size:
        first -= 1
    found = [line for line in ordered[first:] if line.size > STRAY * size]
    for line in ordered[first:]:
        if line.size <= STRAY * size:
            lines.remove(line)
    return found


def _numbered(notes: list[_Line]) -> list[str]:
    """The numbers of the notes, in order, each written before its note; empty where they cannot be told.

    Notes count up. Where one number is missing between two, or before the first, it was misread: it belongs to the line
    that follows one that ended early.
    """
    known = {at: int(line.text(0)) for at, line in enumerate(notes) if _begins_with_number(line)}
    places = sorted(known)
    if not places or any(known[b] <= known[a] for a, b in pairwise(places)):
        return []
    if places[0] and known[places[0]] > 1:
        known[0] = known[places[0]] - 1
    right = max(line.right for line in notes)
    for a, b in pairwise(places):
        between = [at for at in range(a + 1, b) if notes[at - 1].right < 0.8 * right]
        if known[b] == known[a] + 2 and between:
            known[between[0]] = known[a] + 1
    for at, number in known.items():
        line = notes[at]
        if not _begins_with_number(line):
            x, y = line.words[0][0].box[0] - 1.5 * line.size, line.base
            line.words.insert(0, [_Glyph(str(number), (x, y - line.size, x + 0.5 * line.size, y), False)])
    return [str(known[at]) for at in sorted(known)]


def _begins_with_number(line: _Line) -> bool:
    return len(line.words) > 1 and re.fullmatch(r"[0-9]{1,3}", line.text(0)) is not None


def _placed(line: _Line, word: list[_Glyph], number: str | None, scale: float) -> list[Word]:
    """A word, and the raised number in it as a word of its own; `number` is what it is, empty where that is not known
    and it is left out, None where the page has no notes and what was read stands."""
    runs: list[list[_Glyph]] = []
    for glyph in word:
        if number == "" and glyph.raised:
            continue
        if not runs or (number and glyph.raised != runs[-1][-1].raised):
            runs.append([])
        runs[-1].append(glyph)
    out: list[Word] = []
    for run in runs:
        raised = bool(number) and run[0].raised
        text = str(number) if raised else "".join(glyph.text for glyph in run)
        left, right = out[-1].x1 if out else run[0].box[0] / scale, run[-1].box[2] / scale
        y, size = (
            (line.base - 0.35 * line.size * raised) / scale,
            line.size * (0.6 if raised else 1.0) / scale,
        )
        out.append(Word(text, left, right, y, size, spaced=not out))
    return out
