"""When what a sentence speaks of happens: past, present or future, from its verb and its adverbials."""

from __future__ import annotations

import re

from rag.acts.clauses import main_clause
from rag.acts.cues import cues, pattern
from rag.acts.verbs import has_infinitive, is_participle, is_past_tense
from rag.types import Time

_WILL = re.compile(r"\b(?:zal|zullen|zult)\b", re.IGNORECASE)
_GOES = re.compile(r"\b(?:ga|gaat|(?<!te )gaan)\b(?! het)", re.IGNORECASE)
_PERFECT = re.compile(r"\b(?:heeft|hebben|heb|hebt|is|zijn|ben|bent)\b", re.IGNORECASE)
# At the end of a clause even what may be an infinitive: "zijn … ontvangen", "heeft … kennisgenomen".
_LAST_PARTICIPLE = re.compile(
    r"(?<!\bte\s)\b\w{0,8}(?:ge|be|ver|ont|her)[a-z]{2,}(?:en|t|d)(?=\s*(?:[.,;:?]|$))(?<!bereid)(?<!bekend)"
)
_BEFORE_ADJECTIVE = frozenset(
    "de het een deze die dit dat zijn haar hun onze uw mijn ons geen en of meer ten".split()
)


def when(text: str) -> Time:
    """Past where the main clause's finite verb is, future where something will happen, else present.

    A sentence of subordinate clauses only, such as a motion's "constaterende dat …", is read as a whole.
    """
    main = main_clause(text)
    if not re.search(r"\w\W+\w", main):
        main = text
    if _WILL.search(main):
        return "future"
    if _is_past(main):
        return "past"
    if pattern("future", "cues").search(main) or pattern("commitment", "soon").search(main):
        return "future"
    if _GOES.search(main) and has_infinitive(main):
        return "future"
    return "past" if pattern("past_forms", "adverbs").search(main) else "present"


def _is_past(main: str) -> bool:
    """ "besloot"; "heeft … besloten"."""
    words = list(_not_adjectives(re.findall(r"[^\W\d_]+", main)))
    if any(map(is_past_tense, words)):
        return True
    return bool(_PERFECT.search(main)) and bool(
        _LAST_PARTICIPLE.search(main) or any(map(is_participle, words))
    )


def _not_adjectives(words: list[str]) -> list[str]:
    """Words that do not stand where an adjective stands: "de vierde plaats" is not "zij vierde"."""
    strong = cues()["past_forms"]["words"]
    return [
        word
        for n, word in enumerate(words)
        if not n or word in strong or words[n - 1].casefold() not in _BEFORE_ADJECTIVE
    ]
