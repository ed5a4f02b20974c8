"""Hyphens at the ends of lines: those that are part of a word, told from those that only break one.

A broken word reads whole, "slacht-/offers"; a word that is written with a hyphen keeps it, "land-/specifieke". A page
does not say which is which. The document does: it writes the word elsewhere with or without a hyphen, and a document
that breaks words breaks some of them where no word ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import zip_longest

import simplemma

from rag.read.columns import Row

_LEFT = re.compile(r"(?P<stem>[^\W\d_]+)-$")
_RIGHT = re.compile(r"(?!(?:en|of|and|or)\b)[a-zà-ÿ]+")  # «vrouwen- en …»: there a space follows
_TOKEN = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_ADDRESS = re.compile(r"://|www\.|\w/\w")
FEW = 0.05  # of the lines: a document in which more end with a hyphen breaks its words

Place = tuple[str, str]  # the last word of a line, and the first of the next one


class Hyphens:
    """What a document's own lines say of the hyphens at their ends."""

    def __init__(self, columns: Iterable[Sequence[Row]]) -> None:
        self._tokens: set[str] = set()
        self._lines = 0
        places: set[Place] = set()
        for rows in columns:
            broken = False  # whether the line before ends with a part of a word: then neither part is a word of the document
            for row, following in zip_longest(rows, rows[1:]):
                place = _place(row, following) if following is not None else None
                texts = [w.text for w in row.words[int(broken) : len(row.words) - (place is not None)]]
                self._tokens.update(_TOKEN.findall(" ".join(texts).casefold()))
                self._lines, broken = self._lines + 1, place is not None
                if place is not None:
                    places.add(place)
        self._breaks = self._breaks_words(places)

    def kept(self, row: Row, following: Row) -> bool:
        """Whether the hyphen that a line ends with is part of the word."""
        place = _place(row, following)
        if place is None:
            return False
        if _ADDRESS.search(row.words[-1].text):
            return True
        told = self._told(place)
        return not self._breaks if told is None else told

    def _told(self, place: Place) -> bool | None:
        left, right = place
        if f"{left}-{right}" in self._tokens:
            return True
        return False if left + right in self._tokens else None

    def _breaks_words(self, places: set[Place]) -> bool:
        """Whether the document breaks words: one of them where no word ends, or too many for words with a hyphen."""
        if len(places) > max(2, FEW * self._lines):
            return True
        unclear = [p for p in places if self._told(p) is None]
        return any(not self._known(part) for place in unclear for part in place) or any(
            self._told(p) is False for p in places
        )

    def _known(self, word: str) -> bool:
        return word in self._tokens or simplemma.is_known(word, lang=("nl", "en"))


def _place(row: Row, following: Row) -> Place | None:
    """A line's broken word in small letters; None where the line ends with none, or the next begins with a capital."""
    left, right = _LEFT.search(row.words[-1].text), _RIGHT.match(following.words[0].text)
    return (left["stem"].casefold(), right[0]) if left and right else None
