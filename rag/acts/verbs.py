"""Which form of a verb a Dutch word can be, from its ending and its lemma (simplemma); no parser.

A word's form alone often leaves two readings ("vierde", "vragen", "ontvangen"); what stands around it decides, and
where it does not, the reading that promises less.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

import simplemma

from rag.acts.cues import cues
from rag.words.analyze import normal, stopwords

_INFINITIVE = ("en", "aan", "doen", "zien")  # how infinitives end: "steunen", "ingaan", "voldoen", "voorzien"
_NO_VERB = frozenset(
    "dat die als of en maar want dus wat waar hoe dan toen zoals omdat zodat nadat voordat terwijl indien wanneer zodra "
    "wie om ook niet nog al wel zelf alleen waarbij waarmee waarin waarvoor tenzij mits hoewel doordat sinds".split()
)
_BEFORE_NOUN = frozenset(
    "in op aan voor van met bij naar over uit tot door en of als de het een deze die dit dat geen mijn zijn haar hun onze "
    "uw meer".split()
)
_ADJECTIVES = frozenset(  # participles by form that say how something is
    "bereid bekend betrokken bewust gericht gebaseerd bedoeld bestemd gelegen verplicht overtuigd bezorgd vereist beperkt "
    "bevoegd gebonden".split()
)


def lemma_of(word: str) -> str:
    """A word's dictionary form, in one piece: "uitgebreid" -> "uitbreiden"."""
    return simplemma.lemmatize(word, lang="nl").replace("_", "")


def squeezed(stem: str) -> str:
    """A stem without the letters that Dutch spelling doubles or hardens: "zett" and "zet", "lat" and "laat"."""
    return re.sub(r"(.)\1+", r"\1", normal(stem)).replace("v", "f").replace("z", "s")


@lru_cache(maxsize=50_000)
def is_finite(word: str, beside_we: bool) -> bool:
    """Whether a word next to its subject is a finite verb; next to "ik", "wij" or "we" nearly every word is."""
    folded = word.casefold()
    if folded in _NO_VERB or not folded.isalpha() or folded.endswith(("end", "ende")):
        return False
    return beside_we or (folded not in stopwords()["nl"] and lemma_of(folded).endswith(_INFINITIVE))


@lru_cache(maxsize=50_000)
def is_infinitive(word: str) -> bool:
    """Whether a word is an infinitive and nothing else: "steunen", and not "landen", which is also a noun."""
    if word in ("doen", "gaan", "zien", "staan"):
        return True
    return _looks_infinitive(word) and lemma_of(word) == word


def has_infinitive(clause: str) -> bool:
    """Whether a clause holds an infinitive; "vragen" is one behind its object, and a noun behind "op" or "de"."""
    words = re.findall(r"[\w'’-]+", clause)
    return any(map(is_infinitive, words)) or any(
        _is_also_infinitive(word) and before.casefold() not in _BEFORE_NOUN and not before.endswith("e")
        for before, word in pairwise(words)
    )


@lru_cache(maxsize=50_000)
def _is_also_infinitive(word: str) -> bool:
    """Whether a plural noun can be an infinitive as well: "vragen", as its "vraagt" shows."""
    return _looks_infinitive(word) and any(lemma_of(stem + "t") == word for stem in _stems(word))


def _looks_infinitive(word: str) -> bool:
    return len(word) >= 5 and word.islower() and word.endswith("en") and word not in stopwords()["nl"]


def _stems(infinitive: str) -> Iterator[str]:
    """How the stem of an infinitive may be spelt: "zetten" zet, "vragen" vraag, "geven" geef, "werken" werk."""
    base = re.sub(r"([^aeiou])\1$", r"\1", infinitive[:-2]).replace("v", "f", infinitive[:-2].endswith("v"))
    yield base
    yield re.sub(r"([aeou])([^aeiou])$", r"\1\1\2", base)


@lru_cache(maxsize=50_000)
def is_past_tense(word: str) -> bool:
    """ "organiseerde", "stond": an irregular form of the data file, or a verb's stem with -te(n) or -de(n)."""
    if word.casefold() in cues()["past_forms"]["words"]:
        return True
    if not word.islower() or not re.search(r"[^aeiou][dt]en?$", word) or word.startswith("ge"):
        return False
    infinitive, stem = lemma_of(word), re.sub(r"[dt]en?$", "", word)
    return infinitive != word and infinitive.endswith("en") and squeezed(infinitive[:-2]) == squeezed(stem)


@lru_cache(maxsize=50_000)
def is_participle(word: str) -> bool:
    """ "besloten", "uitgebreid"; not "ontvangen", which may be an infinitive, nor "bekend"."""
    if word in _ADJECTIVES or not word.islower():
        return False
    if not re.match(r"(?:\w{0,5}ge\w+|be\w+|ver\w+|ont\w+|her\w+)(?:t|d|en)$", word):
        return False
    return lemma_of(word) != word and lemma_of(word).endswith(_INFINITIVE)


@lru_cache(maxsize=20_000)
def is_stem(word: str) -> bool:
    """Whether a word is a verb's stem and no noun or adjective: "veranker"; those that are both are cues of the file."""
    if word in stopwords()["nl"] or len(word) < 3:
        return False
    third = word if word.endswith("t") else word + "t"
    infinitive = lemma_of(third)
    if infinitive == third or not infinitive.endswith("en"):
        return False
    if lemma_of(word) == word and simplemma.is_known(word, lang="nl"):
        return False
    return squeezed(infinitive[:-2]) == squeezed(word)
