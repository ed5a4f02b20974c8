"""A document's text as a reader reads it: blocks of runs, some of them marked. Pure; the reading view draws them.

Page furniture (running headers, page numbers) is left out, footnote numbers and broken words are read as `rag.text.reading`
reads them. Of a very long document the part around the place is given, with whether there is more on either side.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from rag.text.layout import Block, read_layout
from rag.text.reading import as_read

WINDOW = 60_000  # characters of a document that are shown at once, on each side of the place
_BULLET = re.compile(r"[\uf000-\uf0ff]")  # of a symbol font: no other font has a shape for it
_VOICES = {"Vra": "question", "Que": "question", "Ant": "answer", "Ans": "answer"}


@dataclass(frozen=True, slots=True)
class Mark:
    """A range of the text to mark; `here` is the one that was opened, the others are cited too."""

    start: int
    end: int
    here: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """The blocks to draw, and the offsets from which and to which they go."""

    blocks: list[dict[str, Any]]
    start: int
    end: int


def blocks(text: str, marks: Sequence[Mark], around: int | None = None, window: int = WINDOW) -> Shown:
    """The blocks of a text about an offset (its beginning, where none is given)."""
    at = around if around is not None else next((m.start for m in marks if m.here), 0)
    first, last = max(0, at - window), min(len(text), at + window)
    out: list[dict[str, Any]] = []
    covered: list[tuple[int, int]] = []
    for block, voice in _voiced(text):
        if block.segments[-1].end <= first or block.segments[0].start >= last:
            continue
        covered += [(s.start, s.end) for s in block.segments]
        out.append({"kind": block.kind, "voice": voice, "runs": _runs(text, block, marks)})
    here = next((m for m in marks if m.here), None)
    if here is not None and not any(a < here.end and here.start < b for a, b in covered):
        # The place lies in what the layout takes for furniture: it is shown all the same.
        quoted = as_read(text, here.start, here.end)
        out.insert(0, {"kind": "body", "voice": "", "runs": [[quoted, "here"]]})
    return Shown(out, first, last)


def opening(text: str, start: int, end: int) -> tuple[str, str]:
    """The headings and labels that a range begins with, and what comes after them; both as they read."""
    at = start
    for block in read_layout(text).blocks:
        first, last = block.segments[0].start, block.segments[-1].end
        if first < start:
            continue
        if block.kind not in ("heading", "label", "speaker") or last > end or text[at:first].strip():
            break
        at = last
    return as_read(text, start, at), _BULLET.sub("•", as_read(text, at, end))


def _voiced(text: str) -> Iterator[tuple[Block, str]]:
    """Each block with whose part of Kamervragen it stands in."""
    voice = ""
    for block in read_layout(text).blocks:
        if block.kind == "label":
            voice = _VOICES.get(block.label[:3], "")
        elif block.kind in ("heading", "speaker"):
            voice = ""
        yield block, "" if block.kind == "footnote" else voice


def _runs(text: str, block: Block, marks: Sequence[Mark]) -> list[list[str]]:
    """A block's text in pieces, each with its mark: "here", "cited" or none."""
    runs: list[list[str]] = []
    for segment in block.segments:
        inside = [m for m in marks if m.start < segment.end and segment.start < m.end]
        cuts = {segment.start, segment.end}
        cuts |= {min(max(x, segment.start), segment.end) for m in inside for x in (m.start, m.end)}
        points = sorted(cuts)
        for start, end in pairwise(points):
            runs.append([_spaced(text, start, end), _mark_of(start, end, inside)])
        if runs and not runs[-1][0].endswith(" "):
            runs[-1][0] += " "
    return runs


def _spaced(text: str, start: int, end: int) -> str:
    """What is read of a piece, with the space at its ends that keeps it from its neighbours."""
    said = as_read(text, start, end)
    before = " " if text[start].isspace() else ""
    after = " " if said and text[end - 1].isspace() else ""
    return f"{before}{said}{after}"


def _mark_of(start: int, end: int, marks: Sequence[Mark]) -> str:
    over = [m for m in marks if m.start <= start and end <= m.end]
    if any(m.here for m in over):
        return "here"
    return "cited" if over else ""
