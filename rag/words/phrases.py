"""Phrase books: what Kamerbron or a manifest says in a few fixed ways, in another language.

A book is a file of lines `english = nederlands` in rag/data, with slots in braces. It is looked up whole phrase by whole
phrase; what is not in it is not translated, and whoever asks decides what to show then.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import resources

from rag.types import Language

_SLOT = re.compile(r"\\\{(\w+)\\\}")


@lru_cache(maxsize=8)
def _lines(file: str) -> Sequence[tuple[str, str]]:
    text = resources.files("rag").joinpath(f"data/{file}").read_text(encoding="utf-8")
    lines = [line.split(" = ", 1) for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(english.strip(), dutch.strip()) for english, dutch in lines]


@lru_cache(maxsize=8)
def _patterns(
    file: str, written: Language, slots: tuple[tuple[str, str], ...]
) -> Sequence[tuple[re.Pattern[str], str]]:
    shapes = dict(slots)
    book = []
    for english, dutch in _lines(file):
        source, target = (english, dutch) if written == "en" else (dutch, english)
        pattern = _SLOT.sub(lambda m: f"(?P<{m[1]}>{shapes.get(m[1], '.+?')})", re.escape(source))
        book.append((re.compile(pattern, re.IGNORECASE | re.DOTALL), target))
    return book


def find(
    file: str, phrase: str, written: Language, slots: Mapping[str, str] | None = None
) -> tuple[str, dict[str, str]] | None:
    """The phrase's form in the other language, with what stood in its slots; `slots` gives the shape of some."""
    for pattern, target in _patterns(file, written, tuple((slots or {}).items())):
        match = pattern.fullmatch(phrase)
        if match is not None:
            return target, match.groupdict()
    return None
