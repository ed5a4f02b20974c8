"""Where a piece of evidence stands: folded text -> character offsets in the document. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import PurePath

from eval.gold import Gold, fold

TextOf = Callable[[str], str]  # a document's name -> its text


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Characters `start` to `end` (exclusive) of a document, by its name."""

    document: str
    start: int
    end: int

    def shared(self, other: Place) -> int:
        """How many characters two places share."""
        if self.document != other.document:
            return 0
        return max(0, min(self.end, other.end) - max(self.start, other.start))


@lru_cache(maxsize=64)
def _folded(text: str) -> tuple[str, tuple[int, ...]]:
    """A text as evidence is compared, and for each of its characters the offset that it came from."""
    pieces = [fold(character) for character in text]
    offsets = [i for i, piece in enumerate(pieces) for _ in piece]
    return "".join(pieces), tuple(offsets)


def occurrences(piece: str, text: str) -> list[tuple[int, int]]:
    """Every place of a text where a piece of evidence stands, as (start, end)."""
    folded, offsets = _folded(text)
    wanted = fold(piece)
    found = []
    at = folded.find(wanted) if wanted else -1
    while at >= 0:
        found.append((offsets[at], offsets[at + len(wanted) - 1] + 1))
        at = folded.find(wanted, at + 1)
    return found


def evidence_places(gold: Gold, names: Sequence[str], text_of: TextOf) -> list[Place]:
    """Every place where evidence stands in the documents that may hold it; places that overlap are one."""
    places: list[Place] = []
    for name in sorted(n for n in names if PurePath(n).stem in gold.documents):
        found = sorted(o for e in gold.evidence for o in occurrences(e, text_of(name)))
        for start, end in found:
            if places and places[-1].document == name and start < places[-1].end:
                places[-1] = Place(name, places[-1].start, max(end, places[-1].end))
            else:
                places.append(Place(name, start, end))
    return places
