"""Lists of cues, in the notation of rag/data/speech_acts.toml, that are looked for in many sentences."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.speech import cue_pattern


class Cues:
    """Some cues as one thing to look for.

    Most sentences hold no word of any cue; that is seen first, for the cues with their gaps cost fifty times as much.
    """

    def __init__(self, cues: Sequence[str]) -> None:
        needed = "|".join(re.escape(w) for w in needed_words(cues))
        self._words = re.compile(rf"\b(?:{needed})", re.IGNORECASE)
        self._whole = re.compile("|".join(f"(?:{cue_pattern(c, ())})" for c in cues), re.IGNORECASE)

    def search(self, text: str) -> re.Match[str] | None:
        """The first cue in a text."""
        return self._whole.search(text) if self._words.search(text) else None


def needed_words(cues: Sequence[str]) -> list[str]:
    """Words, or their beginnings, without one of which none of the cues can stand in a text.

    Of each cue they are those of one place: the one whose shortest word is longest.

    >>> needed_words(["trek/trekt … in", "ongewijzigd*"])
    ['ongewijzigd', 'trek', 'trekt']
    """
    places = [[token.split("/") for token in cue.split() if token not in ("…", "..")] for cue in cues]
    rarest = [max(words, key=lambda place: min(map(len, place))) for words in places]
    return sorted({w.rstrip("*") for words in rarest for w in words})
