"""What a sentence speaks of: the names and words by which two sentences are known to speak of one thing."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib import resources
from typing import Any

from rag.acts.cues import needed_words
from rag.prose.checks import names_in
from rag.question import Concept
from rag.words.analyze import common_words, lemma, normal, root, stopwords
from rag.words.glossary import glossary


@lru_cache(maxsize=1)
def change_data() -> dict[str, Any]:
    """rag/data/changes.toml."""
    return tomllib.loads(resources.files("rag").joinpath("data/changes.toml").read_text(encoding="utf-8"))


def names_of(text: str) -> frozenset[str]:
    """What a text calls things by, in one spelling; a state and what may stand anywhere say of no thing which it is."""
    places = (n for n in names_in(text) if not glossary().is_place([n], "nl"))
    return frozenset(normal(n) for n in places) - _anyone()


def words_of(text: str) -> frozenset[str]:
    """The roots of the words that say what a text is about."""
    skip = stopwords()["nl"] | stopwords()["en"] | common_words()["nl"] | common_words()["en"]
    said = (normal(w) for w in re.findall(r"[^\W\d_]{4,}(?:-[^\W\d_]+)*", text))
    return frozenset(root(lemma(w)) for w in said if w not in skip)


@lru_cache(maxsize=1)
def cue_words() -> tuple[str, ...]:
    """The words of change themselves: a passage without any of them changes nothing."""
    kinds = ("withdrawn", "replaced", "extended", "adjusted")
    return tuple(needed_words([cue for kind in kinds for cue in change_data()[kind]["cues"]]))


@lru_cache(maxsize=1)
def cue_roots() -> frozenset[str]:
    """Their roots, and that of what was promised: they say nothing of which thing is changed."""
    return frozenset(root(lemma(normal(w))) for w in (*cue_words(), "toezegging", "toegezegd"))


def asks_how_long(concept: Concept) -> bool:
    """Whether a word of the question says nothing of which thing is meant: until when, how much, who."""
    return concept.part or concept.exact or bool(concept.means) or normal(concept.label) in _asking()


@lru_cache(maxsize=1)
def _anyone() -> frozenset[str]:
    return frozenset(normal(n) for n in change_data()["anyone"]["names"])


@lru_cache(maxsize=1)
def _asking() -> frozenset[str]:
    return frozenset(normal(w) for w in change_data()["asks"]["words"])
