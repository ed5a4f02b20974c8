"""What an abbreviation is short for, where a text has it in full only: IDLO, "International Development Law Organisation".

Where a text has both side by side the abbreviation itself is found; and what every newspaper uses is in the glossary.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rag.words.glossary import is_abbreviation

SHORTEST = 3  # letters: two capitals in a row begin too much else
_BREAK = re.compile(r"[.,;:!?()«»“”\"/]|\s[-–—]\s")
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_UNCOUNTED = frozenset("of for the and on in to at van voor de het der den des en du la le les et".split())


def spelled_out(short: str, texts: Iterable[str]) -> str | None:
    """The first run of capitalised words whose initials are an abbreviation's letters; None where there is none.

    >>> spelled_out("IDLO", ["Via de International Development Law Organisation steunt Nederland …"])
    'International Development Law Organisation'
    >>> spelled_out("UNODC", ["the United Nations Office on Drugs and Crime"])
    'United Nations Office on Drugs and Crime'
    """
    if not is_abbreviation(short) or not short.isalpha() or len(short) < SHORTEST:
        return None
    for text in texts:
        for part in _BREAK.split(text):
            words = _WORD.findall(part)
            for at in range(len(words)):
                end = _end(short, words, at)
                if end is not None:
                    return " ".join(words[at:end])
    return None


def _end(short: str, words: Sequence[str], at: int) -> int | None:
    """Where a run of words ends that begins at one and has these initials."""
    for n, letter in enumerate(short):
        while n and at < len(words) and words[at] in _UNCOUNTED:
            at += 1
        if at == len(words) or words[at][0] != letter or words[at] == short:
            return None
        at += 1
    return at
