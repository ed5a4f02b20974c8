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
        needed = sorted({w for cue in cues for w in _rarest(cue)})
        self._words = re.compile(rf"\b(?:{'|'.join(w.replace('*', '') for w in needed)})", re.IGNORECASE)
        self._whole = re.compile("|".join(f"(?:{cue_pattern(c, ())})" for c in cues), re.IGNORECASE)

    def search(self, text: str) -> re.Match[str] | None:
        """The first cue in a text."""
        return self._whole.search(text) if self._words.search(text) else None


def _rarest(cue: str) -> list[str]:
    """The words of which a cue needs one: of its places, the one whose shortest word is longest."""
    places = [token.split("/") for token in cue.split() if token not in ("…", "..")]
    return [re.escape(w).replace(r"\*", "*") for w in max(places, key=lambda words: min(map(len, words)))]
