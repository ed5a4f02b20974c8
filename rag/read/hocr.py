"""Tesseract's hOCR -> words with their places, sizes and baselines; footnote numbers found by where they stand.

A raised number is too small for Tesseract to read: it makes a quotation mark of it, or a star. But its box tells what it
is, higher than a quotation mark and off the ground, and the notes at the page's foot tell which numbers it can be. They
count up, so that a number that was misread there is known from its neighbours. hOCR 1.2: ocr_line, ocrx_word, x_size,
baseline; ocrx_cinfo is Tesseract's own, a character with its box.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
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
_QUOTES = frozenset("'\"‘’“”*°®")  # what a raised number is taken for most
_OPENING = frozenset("‘“„«")
_BULLETS = frozenset("+*®°¢»_")  # what a bullet is taken for, at the beginning of a line
_RULE = "_"  # and a second thing that is seen beside it
SAME = 0.12  # of the usual size: lines that differ by less differ in their letters, not in their type
_LETTERS = re.compile(r"(?:[^\W\d_]\s*){4}")  # no stain, however unsure
_LINES = frozenset({"ocr_line", "ocr_header", "ocr_caption", "ocr_textfloat"})

Box = tuple[float, float, float, float]  # left, top, right, bottom, in pixels


@dataclass(slots=True)
class _Glyph:
    text: str
    box: Box
    raised: bool
    rise: float = 0.0  # off the ground, in parts of its line's size


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
    usual = _usual_size(lines)
    notes = _notes(lines, usual)
    numbers = _numbered(notes)
    body = [line for line in lines if not any(line is note for note in notes)]
    for line in body:
        if abs(line.size - usual) <= SAME * usual:
            line.size = usual
    calls = [(line, word) for line in body for word in line.words if any(glyph.raised for glyph in word)]
    for line in body:
        _mend_bullet(line)
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
    for seen in (e for e in element.iter("span") if e.get("class") == "ocrx_word"):
        sure = (_numbers(seen.get("title", ""), "x_wconf") or [0.0])[0] >= LEAST
        if not sure and not _LETTERS.search("".join(seen.itertext())):
            continue
        glyphs = [g for g in seen.iter("span") if g.get("class") == "ocrx_cinfo"]
        made = [_glyph(g, line, slope, box[0]) for g in glyphs if (g.text or "").strip()]
        if made:
            quoting = any(word[0].text in _OPENING for word in [*line.words, made])
            line.words.append(made if quoting else _with_lost_numbers(made))
    return line if line.words else None


def _glyph(element: Element, line: _Line, slope: float, left: float) -> _Glyph:
    x0, y0, x1, y1 = _numbers(element.get("title", ""), "x_bboxes")
    rise = (line.base + slope * (x0 - left) - y1) / line.size
    height = (y1 - y0) / line.size
    misread = _MISREAD.fullmatch(element.text) is not None
    raised = misread and rise >= RISE and LOWEST <= height <= HIGHEST
    return _Glyph(element.text, (x0, y0, x1, y1), raised, rise)


def _with_lost_numbers(word: list[_Glyph]) -> list[_Glyph]:
    """The glyphs with the numbers at the word's end that Tesseract gave a box down to the ground: no quotation mark has one.

    An apostrophe may have lost its box too, but letters follow it.
    """
    out: list[_Glyph] = []
    behind = True  # nothing but marks so far, from the end
    for glyph in reversed(word):
        lost = glyph.text in _QUOTES and glyph.rise < 0.1
        if lost and behind and len(out) < len(word) - 1:
            glyph = replace(glyph, raised=True)
        behind = behind and (glyph.raised or not glyph.text.isalnum())
        out.append(glyph)
    return out[::-1]


def _numbers(title: str, name: str) -> list[float]:
    match = re.search(rf"\b{name}((?: -?[\d.]+)+)", title)
    return [float(number) for number in match[1].split()] if match else []


def _mend_bullet(line: _Line) -> None:
    """Make what a bullet was taken for one, and what was seen beside it none."""
    twice = len(line.words) > 2 and line.text(0) in _BULLETS | {"-"} and set(line.text(1)) == {_RULE}
    if twice:
        del line.words[1]
    if twice or (len(line.words) > 1 and line.text(0) in _BULLETS):
        line.words[0] = [_Glyph(BULLET, line.words[0][0].box, False)]


def _usual_size(lines: list[_Line]) -> int:
    """The size of most letters, in pixels."""
    counted = Counter[int]()
    for line in lines:
        counted[round(line.size)] += sum(map(len, line.words))
    return counted.most_common(1)[0][0] if counted else 0


def _notes(lines: list[_Line], size: int) -> list[_Line]:
    """The small lines at the page's foot; `size` is the page's usual one."""
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
    known = _counting_up(
        {at: int(line.text(0)) for at, line in enumerate(notes) if _begins_with_number(line)}
    )
    places = sorted(known)
    if not places:
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


def _counting_up(found: dict[int, int]) -> dict[int, int]:
    """The most lines whose numbers go up by one, or by two where one was misread: "36 247, nr. 11" may begin a line too."""
    best: dict[int, list[int]] = {}
    for at, number in found.items():
        before = [chain for last, chain in best.items() if 0 < number - found[last] <= 2]
        best[at] = [*max(before, key=len, default=[]), at]
    return {at: found[at] for at in max(best.values(), key=len, default=[])}


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
