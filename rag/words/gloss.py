"""Dutch text -> the same text in English, word by word: what an embedding model that reads only English is given of it.

A gloss is poor English, but its words are the right ones in the right order, and that is most of what a small model
embeds: docs/retrieval.md has the figures. The list is `rag/data/gloss_nl.txt`, one rendering a word or phrase. A gloss
is never shown to anyone, and never quoted.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib import resources

from rag.words.analyze import compound_parts, lemma, normal, words


def gloss(text: str) -> str:
    """A Dutch text in English words; names and what the list does not know stand as they are."""
    written = words(text)
    folded = [normal(w) for w in written]
    known, longest = entries(), _longest()
    out: list[str] = []
    at = 0
    while at < len(written):
        for length in range(min(longest.get(folded[at], 1), len(written) - at), 1, -1):
            rendering = known.get(" ".join(folded[at : at + length]))
            if rendering is not None:
                out.append(rendering)
                at += length
                break
        else:
            out.append(_word(written[at]))
            at += 1
    return " ".join(w for w in out if w)


@lru_cache(maxsize=1)
def entries() -> dict[str, str]:
    """Every entry: words in their one spelling, with spaces between them, and the English for them."""
    out: dict[str, str] = {}
    for line in _text().splitlines():
        dutch, _, english = line.partition(" = ")
        if english and not line.startswith("#"):
            out.setdefault(" ".join(normal(w) for w in words(dutch)), english.strip())
    return out


@lru_cache(maxsize=1)
def _longest() -> dict[str, int]:
    """The first word of a phrase -> how many words the longest phrase that begins with it has."""
    out: dict[str, int] = {}
    for phrase in entries():
        first, *others = phrase.split(" ")
        out[first] = max(out.get(first, 1), 1 + len(others))
    return out


@lru_cache(maxsize=1)
def digest() -> str:
    """What distinguishes this list from another: vectors made with another one do not fit."""
    return hashlib.sha256(_text().encode()).hexdigest()[:16]


def _text() -> str:
    return resources.files("rag").joinpath("data/gloss_nl.txt").read_text(encoding="utf-8")


@lru_cache(maxsize=50_000)
def _word(word: str) -> str:
    """One word's rendering: its own, its dictionary form's, or those of its parts ("VN-budget", "sanctieregime")."""
    known, folded = entries(), normal(word)
    for form in (folded, lemma(folded)):
        if form in known:
            return known[form]
    if "-" in word.strip("-"):
        return " ".join(_word(part) for part in word.split("-") if part)
    parts = compound_parts(folded)
    if any(part in known for part in parts):
        return " ".join(known.get(part, part) for part in parts)
    return word
