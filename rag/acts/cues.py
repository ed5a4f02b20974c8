"""The cues of rag/data/speech_acts.toml as patterns; the file's head explains the marks to the people who edit it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib import resources
from typing import Any

_BEGIN = r"(?<!\w)"  # of a word
# Words and what stands between them share no character: a gap is matched in one way only, however long the text.
_GAPS = {"…": r"(?:\W+\w+){0,24}?\W+", "..": r"(?:\W+\w+){0,3}?\W+"}


@lru_cache(maxsize=1)
def cues() -> dict[str, Any]:
    """The data file as it stands."""
    return tomllib.loads(resources.files("rag").joinpath("data/speech_acts.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=64)
def pattern(section: str, name: str) -> re.Pattern[str]:
    """One list of the file as one pattern, found anywhere in a sentence."""
    listed: Sequence[str] = cues()[section][name]
    found = [cue_pattern(cue) for cue in listed]
    if all(each.startswith(_BEGIN) for each in found):  # looked for where a word begins, and nowhere else
        return re.compile(
            f"{_BEGIN}(?:{'|'.join(each.removeprefix(_BEGIN) for each in found)})", re.IGNORECASE
        )
    return re.compile("|".join(f"(?:{each})" for each in found), re.IGNORECASE)


@lru_cache(maxsize=64)
def verbs_of(name: str) -> tuple[tuple[re.Pattern[str], re.Pattern[str] | None], ...]:
    """The deeds of one list of `[commitment]`: the finite verb, and what must follow it, if anything must."""
    out = []
    for cue in cues()["commitment"][name]:
        first, *rest = cue.split()
        if rest and rest[0] not in _GAPS:
            rest = ["..", *rest]
        following = re.compile(cue_pattern(" ".join(rest)), re.IGNORECASE) if rest else None
        out.append((re.compile(cue_pattern(first), re.IGNORECASE), following))
    return tuple(out)


def words_of(listed: Iterable[str]) -> str:
    """A list of words or phrases, each perhaps with a star, as one alternation."""
    return "(?:" + "|".join(re.escape(w).replace(r"\*", r"\w*").replace(r"\ ", r"\s+") for w in listed) + ")"


def cue_pattern(cue: str) -> str:
    """A cue of the data file as a regular expression."""
    out = ""
    for token in cue.split():
        if token in _GAPS:
            out += _GAPS[token]
            continue
        words = [words_of(_listed(w)) for w in token.split("/")]
        joint = "" if not out or out.endswith(tuple(_GAPS.values())) else r"\W+"
        out += rf"{joint}{_BEGIN}(?:{'|'.join(words)})(?!\w)"
    return out


def _listed(word: str) -> list[str]:
    """The words that a word of a cue stands for: itself, or a list that it names in angle brackets."""
    named: list[str] = cues()["words"][word[1:-1]] if word.startswith("<") else [word]
    return named


class Cues:
    """Some cues as one thing to look for.

    Most sentences hold no word of any cue; that is seen first, for the cues with their gaps cost fifty times as much.
    """

    def __init__(self, listed: Sequence[str]) -> None:
        needed = "|".join(re.escape(w) for w in needed_words(listed))
        self._words = re.compile(rf"\b(?:{needed})", re.IGNORECASE)
        self._whole = re.compile("|".join(f"(?:{cue_pattern(c)})" for c in listed), re.IGNORECASE)

    def search(self, text: str) -> re.Match[str] | None:
        """The first cue in a text."""
        return self._whole.search(text) if self._words.search(text) else None


def needed_words(listed: Sequence[str]) -> list[str]:
    """Words, or their beginnings, without one of which none of the cues can stand in a text.

    Of each cue they are those of one place: the one whose shortest word is longest.

    >>> needed_words(["trek/trekt … in", "ongewijzigd*"])
    ['ongewijzigd', 'trek', 'trekt']
    """
    places = [[token.split("/") for token in cue.split() if token not in ("…", "..")] for cue in listed]
    rarest = [max(words, key=lambda place: min(map(len, place))) for words in places]
    return sorted({w.rstrip("*") for words in rarest for w in words})
