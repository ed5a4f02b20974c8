"""Text -> blocks: what is a paragraph, a heading, a list item, a footnote, a label, and what is page furniture.

A document extracted from a page description has lost its layout but left its traces: the width at which lines
were broken, the gap between paragraphs, numbers that count up at the foot of pages. This module reads the traces;
it never changes the text. Every block is made of segments, character ranges of the document's text, more than one
where a footnote or a page's end stands in the middle of a paragraph.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import zip_longest
from typing import Literal

from rag.text.footnotes import find_markers, is_raised, note_number, superscript
from rag.types import Span

PARAGRAPH = "\u2029"  # what ends a paragraph in a text whose reader knew; a line without one goes on
BlockKind = Literal["body", "heading", "list", "footnote", "label", "speaker"]

_BULLET = re.compile(r"\s*(?:[•◦▪‣\uf0b7\uf03d\uf0a7\uf0fc]|[-*–](?=\s)|[a-z]\)(?=\s))\s*")
_ITEM = re.compile(r"\s*\d{1,2}[.)]\s+")
_LABEL = re.compile(
    r"\s*(?P<what>Vra(?:ag|gen)|Antwoord(?:en)?|Question|Answer)\s+"
    r"\d+[a-z]?(?:\s*(?:,|en|and|t/m|tot en met|[-–])\s*\d+[a-z]?)*\s*[.:]?\s*$"
)
_SPEAKER = re.compile(
    r"\s*(?P<who>(?:De\s+)?(?:[Vv]oorzitter|[Mm]inister(?:-president)?\b[^:.?!]{0,70}"
    r"|[Ss]taatssecretaris\b[^:.?!]{0,70})"
    r"|(?:De\s+heer|Mevrouw|Het\s+lid)\s[^:.?!]{1,60}(?:\([^)]{1,30}\))?)\s*:(?=\s|$)"
)
_SIGNATURE = re.compile(
    r"(?:De leden|Het lid|De [Mm]inister|[Mm]inister|De [Ss]taatssecretaris|[Ss]taatssecretaris)\b"
)
_FIELD = re.compile(r"(?:Van|Aan|Cc|Onderwerp|From|To|Subject)\s*:")  # a line of a message's head
_NUMBERED = re.compile(r"\s*(?:\d{1,2}(?:\.\d{1,2})*\.?|[IVX]{1,4}\.|[A-H]\.)\s+[A-Z«\"‘'(]")
_MARKDOWN_HEADING = re.compile(r"\s*#{1,6}\s+\S")
_ENDS = tuple(".?!:;…")
_CLOSERS = "\"'»”’)]* ⁰¹²³⁴⁵⁶⁷⁸⁹"  # what may stand behind the mark that ends a sentence


@dataclass(slots=True)
class Line:
    """A line that is not blank: its range without white space around it, and what came before it."""

    start: int
    end: int
    text: str
    gap: int  # blank lines before it
    page_start: bool
    kind: str = "body"
    fresh: bool = True  # in a text that tells its paragraphs: whether one begins here
    ends: bool = False  # … and whether it ends here


@dataclass(slots=True)
class Block:
    """A run of text of one kind; `label` is what a label or speaker line says."""

    kind: BlockKind
    segments: list[Span] = field(default_factory=list)
    label: str = ""


@dataclass(frozen=True, slots=True)
class Layout:
    """A document's blocks in reading order, and the footnote numbers glued to its words; shared, so never changed."""

    blocks: tuple[Block, ...]
    markers: tuple[Span, ...]


@lru_cache(maxsize=32)
def read_layout(text: str) -> Layout:
    """Find the blocks of a text; pure, and linear in its length but for one pass over the footnotes."""
    lines = _lines(text)
    geometry = _Geometry(lines, told=PARAGRAPH in text)
    if not geometry.told or "\f" in text:
        _mark_furniture(lines)
    _mark_notes(text, lines, geometry)
    _mark_structure(lines, geometry)
    _mark_headings(lines, geometry)
    blocks = _assemble(text, lines, geometry)
    notes = [b for b in blocks if b.kind == "footnote"]
    body = [s for b in blocks if b.kind != "footnote" for s in b.segments]
    markers = find_markers(text, body, [(b.segments[0].start, b.label) for b in notes])
    return Layout(tuple(blocks), tuple(markers))


class _Geometry:
    """How the lines of this document were set: how wide, how far apart; or `told`, by the paragraph separators at their
    ends, which of them end a paragraph."""

    def __init__(self, lines: list[Line], told: bool = False) -> None:
        lengths = sorted(len(line.text) for line in lines) or [0]
        self.told = told
        self.width = lengths[int(len(lengths) * 0.9)]
        self.wrapped = len(lines) > 3 and self.width <= 160 and not told
        gaps = Counter(min(line.gap, 3) for line in lines[1:])
        self.gap = gaps.most_common(1)[0][0] if gaps and self.wrapped else 0

    def breaks(self, line: Line) -> bool:
        """Whether the white space before a line is more than the space between any two lines, or that is told."""
        return line.fresh if self.told else line.gap > self.gap or not self.wrapped

    def ended_early(self, line: Line, following: Line) -> bool:
        """Whether the first word of the next line would have fitted: then the break was meant."""
        first = following.text.split(maxsplit=1)[0]
        return not self.wrapped or len(line.text) + 1 + len(first) <= 0.88 * self.width


def _lines(text: str) -> list[Line]:
    lines: list[Line] = []
    gap, offset = 0, 0
    for raw in re.split(r"(?<=\n)|(?<=\f)", text):
        stripped = raw.strip()
        if stripped:
            start = offset + raw.index(stripped[0])
            one_space = raw[0] == " " and raw[1:2].strip() != ""
            fed = offset > 0 and text[offset - 1] == "\f"
            fresh, ends = not lines or lines[-1].ends, raw.rstrip("\r\n\f").endswith(PARAGRAPH)
            end = start + len(stripped)
            lines.append(Line(start, end, stripped, gap, fed or one_space, fresh=fresh, ends=ends))
            gap = 0
        elif raw:
            gap += 1
        offset += len(raw)
    indented = sum(line.page_start for line in lines)
    if indented > max(3, 0.08 * len(lines)):  # an indented text: its single spaces do not mark pages
        for line in lines:
            line.page_start = line.start > 0 and text[line.start - 1] == "\f"
    return lines


def _mark_furniture(lines: list[Line]) -> None:
    """Running headers and footers: lines that come back but for their numbers, apart from the text around."""
    masks = [re.sub(r"\d+", "#", line.text) for line in lines]
    counts = Counter(masks)
    numbers: dict[str, list[list[str]]] = defaultdict(list)
    for mask, line in zip(masks, lines, strict=True):
        numbers[mask].append(re.findall(r"\d+", line.text))
    counting_up = {
        mask: sum(len(set(column)) > 1 for column in zip_longest(*rows)) <= 1
        for mask, rows in numbers.items()
    }
    for i, line in enumerate(lines):
        lone = line.gap > 0 or line.page_start or i == 0
        next_lone = i + 1 == len(lines) or lines[i + 1].gap > 0 or lines[i + 1].page_start
        page_number = re.fullmatch(
            r"(?:[Pp]agina|[Pp]age)?\s*[-–]?\s*\d{1,4}\s*(?:(?:van|of|/)\s*\d+)?\s*[-–]?", line.text
        )
        counting = counting_up[masks[i]]
        repeated = counting and counts[masks[i]] > 1 and "#" in masks[i] and 12 <= len(masks[i]) <= 120
        structural = _LABEL.match(line.text) or _BULLET.match(line.text)
        note = note_number(line.text) is not None and counts[masks[i]] < 3
        if lone and next_lone and not structural and not note and (repeated or page_number):
            line.kind = "furniture"


def _mark_notes(text: str, lines: list[Line], geometry: _Geometry) -> None:
    """Footnotes count up from 1, each begins a line, and its number is glued to a word before it."""
    paged = any(line.page_start for line in lines[1:])
    expected, inside = 1, False
    for i, line in enumerate(lines):
        if line.kind == "furniture":
            continue
        number = note_number(line.text)
        told = geometry.told and number is not None and is_raised(line.text)
        if number is not None and (
            told or (number == expected and (inside or _called_before(text, line.start, number)))
        ):
            inside, expected = True, number + 1
            line.kind = "note"
            continue
        leaves = line.page_start if paged and not geometry.told else geometry.breaks(line)
        if (
            inside and line.gap > 0 and not re.match(r"\d+\s\d{3}\b", line.text)
        ):  # "29 521" is no heading's number
            leaves = leaves or bool(_NUMBERED.match(line.text) or _LABEL.match(line.text))
        inside = inside and not leaves
        if inside and i:
            line.kind = "note+"


def _called_before(text: str, offset: int, number: int) -> bool:
    """Whether the number stands glued to a word or a full stop somewhere before the note."""
    if f"[^{number}]" in text[:offset] or superscript(str(number)) in text[:offset]:
        return True
    return (
        re.search(
            rf"[^\s\d(§#/.,-]{number}(?![\d\w])|[.,;:?)»”’]{number}(?=\s|$)|\d{number}(?=[\s.,;)])",
            text[:offset],
        )
        is not None
    )


def _mark_structure(lines: list[Line], geometry: _Geometry) -> None:
    speakers = sum(1 for line in lines if _SPEAKER.match(line.text))
    for line in lines:
        if line.kind != "body":
            continue
        if _LABEL.match(line.text):
            line.kind = "label"
        elif geometry.told and not line.fresh:
            continue
        elif speakers > 1 and _SPEAKER.match(line.text):
            line.kind = "speaker"
        elif _MARKDOWN_HEADING.match(line.text):
            line.kind = "heading"
        elif _BULLET.match(line.text) or (_ITEM.match(line.text) and line.text.endswith((".", ";", ","))):
            line.kind = "list"


def _mark_headings(lines: list[Line], geometry: _Geometry) -> None:
    body = [line for line in lines if line.kind not in ("furniture", "note", "note+")]
    for i, line in enumerate(body[:-1]):
        before, after = body[i - 1] if i else None, body[i + 1]
        if (line.kind == "body" and _continues_heading(before, line, geometry)) or (
            line.kind == "body" and _is_heading(before, line, after, geometry)
        ):
            line.kind = "heading"


def _is_heading(before: Line | None, line: Line, after: Line, geometry: _Geometry) -> bool:
    limit = 0.85 * geometry.width if geometry.wrapped else 110
    bare = line.text.rstrip(_CLOSERS)
    if (
        _SIGNATURE.match(line.text)
        or _FIELD.match(line.text)
        or (geometry.told and not (line.fresh and line.ends))
    ):
        return False
    if not bare or line.text.endswith((*_ENDS, ",")) or bare.endswith((*_ENDS, ",")):
        return False
    numbered = bool(_NUMBERED.match(line.text))
    begins = line.text[0].isupper() or line.text[0] in '«“‘"(' or numbered
    fresh = before is None or line.page_start or geometry.breaks(line) or before.kind == "heading"
    fresh = fresh or (before is not None and before.text.rstrip(_CLOSERS).endswith(_ENDS))
    follows = geometry.breaks(after) or after.text[0].isupper() or after.kind != "body"
    follows = follows or _NUMBERED.match(after.text) is not None
    if numbered and fresh and begins and after.text[0].islower() and not geometry.breaks(after):
        return not after.text.rstrip().endswith(_ENDS)  # its second line
    short = len(line.text) <= limit or numbered
    return bool(begins and fresh and follows and short and geometry.ended_early(line, after))


def _continues_heading(before: Line | None, line: Line, geometry: _Geometry) -> bool:
    """The second line of a heading that was too long for one."""
    return (
        before is not None
        and before.kind == "heading"
        and _NUMBERED.match(before.text) is not None
        and line.gap <= geometry.gap
        and line.text[0].islower()
        and len(line.text) < 0.85 * geometry.width
        and not line.text.endswith(_ENDS)
    )


class _Assembler:
    """Joins lines into blocks, and a paragraph with its rest behind a footnote or a page's end."""

    def __init__(self, text: str, geometry: _Geometry) -> None:
        self.text, self.geometry = text, geometry
        self.blocks: list[Block] = []
        self.current: Block | None = None
        self.open: tuple[Block, Line] | None = None

    def start(self, kind: BlockKind, line: Line, skip: int = 0, label: str = "") -> None:
        self.current = Block(
            kind, [Span(line.start + skip, line.end)] if line.start + skip < line.end else [], label
        )
        self.blocks.append(self.current)

    def extend(self, line: Line) -> None:
        assert self.current is not None  # noqa: S101 - for the type checker; every caller has just looked
        if self.current.segments:
            last = self.current.segments.pop()
            self.current.segments.append(Span(last.start, line.end))
        else:
            self.current.segments.append(Span(line.start, line.end))

    def add_to_note(self, line: Line) -> None:
        """Goes on with the footnote above; in a segment of its own where a page's header or footer came between."""
        if self.current is None:
            self.current = self.blocks[-1]
            self.current.segments.append(Span(line.start, line.end))
        else:
            self.extend(line)

    def add_text(self, line: Line) -> None:
        if self.current is not None and self.current.kind in ("body", "list", "speaker"):
            closed = (
                self.text[: self.current.segments[-1].end].rstrip(_CLOSERS).endswith(_ENDS)
                if self.current.segments
                else False
            )
            same = not self.geometry.breaks(line) or (not closed and line.text[0].islower())
            if self.current.kind == "speaker" and not self.current.segments:
                same = True
            if same:
                self.extend(line)
                self.open = (self.current, line)
                return
        if self.open is not None and self._resumes(line):
            block = self.open[0]
            block.segments.append(Span(line.start, line.end))
            self.current, self.open = block, (block, line)
            return
        self.start("body", line)
        self.open = (self.blocks[-1], line)

    def _resumes(self, line: Line) -> bool:
        """Whether a line goes on with a paragraph that broke off unfinished."""
        if self.open is None:
            return False
        _, last = self.open
        if last.text.rstrip(_CLOSERS).endswith(_ENDS) or re.search(r"[.?!]\d{1,3}$", last.text):
            return False
        if self.geometry.told:
            return line.text[0].islower() or not last.ends
        full = self.geometry.wrapped and len(last.text) >= 0.7 * self.geometry.width
        return line.text[0].islower() or (full and self.current is not self.open[0])


def _assemble(text: str, lines: list[Line], geometry: _Geometry) -> list[Block]:
    out = _Assembler(text, geometry)
    previous: Line | None = None
    for line in lines:
        if line.kind == "furniture":
            out.current = None
        elif line.kind == "note":
            head = re.match(r"\[\^\d+\]:|[\d⁰¹²³⁴-⁹]+", line.text)
            out.start("footnote", line, skip=head.end() if head else 0, label=str(note_number(line.text)))
        elif line.kind == "note+":
            out.add_to_note(line)
        elif line.kind == "heading":
            if (
                previous is not None
                and previous.kind == "heading"
                and _continues_heading(previous, line, geometry)
            ):
                out.extend(line)
            else:
                out.start("heading", line)
        elif line.kind == "label":
            match = _LABEL.match(line.text)
            out.start("label", line, label=line.text if match is None else match["what"])
            out.open = None
        elif line.kind == "speaker":
            match = _SPEAKER.match(line.text)
            out.start("speaker", line, skip=match.end() if match else 0, label=match["who"] if match else "")
            out.open = None
        elif line.kind == "list":
            match = _BULLET.match(line.text) or _ITEM.match(line.text)
            out.start("list", line, skip=match.end() if match else 0)
            out.open = (out.blocks[-1], line)
        else:
            out.add_text(line)
        previous = line
    return [b for b in out.blocks if b.segments]
