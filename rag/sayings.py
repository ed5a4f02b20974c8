"""Whether a question asks what somebody says of a thing, and in what words it names them: "wat zegt het kabinet over …". Pure."""

from __future__ import annotations

import re
from functools import lru_cache

from rag.cues import question_cues

# Between the verb and what is spoken of stands who speaks: a few words, none of which begins another phrase. A word may be matched
# in one way only, or a long question would take forever.
_NEXT = "about|on|of|to|in|at|by|when|after|if|now|that|according|over|van|op|bij|naar|toen|nadat|als|nu|dat|volgens"
_WORD = rf"(?!(?:{_NEXT})\b)[\w=’'-]+(?:\.[\w=’'-]+)*"
_WHO = rf"{_WORD}(?:\s+{_WORD}){{0,3}}"
_SOME = r"[^?.,;:]{0,150}"  # what may stand between two words of one question
_POSSESSIVE = re.compile(r"['’]s?\s+")


@lru_cache(maxsize=1)
def _forms() -> tuple[str, str]:
    """The verbs of saying, and the nouns for what is thought, as alternatives of a pattern."""
    cues = question_cues()["saying"]
    verbs, views = ("|".join(re.escape(form) for form in cues[kind]) for kind in ("verbs", "views"))
    return verbs, views


@lru_cache(maxsize=1)
def _asked() -> re.Pattern[str]:
    verbs, views = _forms()
    return re.compile(
        # A noun is one in small letters: "Justice Rapid Response".
        rf"(?:\b(?:what|how|wat|hoe)\b{_SOME}\b(?:{verbs})|\b(?-i:{views})|\bwhere\b{_SOME}\bstand)\b"
        rf"{_SOME}\s(?:about|on|of|over|van)\s",
        re.IGNORECASE,
    )


@lru_cache(maxsize=1)
def _sayers() -> tuple[re.Pattern[str], ...]:
    """Each has who speaks in its first group."""
    verbs, views = _forms()
    patterns = (
        rf"\b(?:wat|hoe)\s+(?:{verbs})\s+({_WHO})",
        rf"\b(?:what|how)\s+(?:do|does|did|has|have)\s+({_WHO})\s+(?:{verbs})\b",
        rf"\bwhere\s+(?:do|does|did)\s+({_WHO})\s+stand\s+on\b",
        rf"\b(?-i:{views})\s+(?:of|van)\s+({_WHO})",
        rf"\b((?:(?!(?:{_NEXT}|is|was|what)\b)[\w=-]+\s+){{0,3}}[\w=-]+)['’]s?\s+(?-i:{views})\b",
    )
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


def asks_what_is_said(text: str) -> bool:
    """Whether what is asked for is what somebody says, writes or thinks of a thing."""
    return _asked().search(text) is not None


def named_sayer(text: str) -> str:
    """The words for whose saying is asked for, "het Nederlandse kabinet"; empty where there are none.

    Of "the cabinet's critics" the critics: who is named before them does not speak.
    """
    found = (pattern.search(text) for pattern in _sayers())
    return next((_POSSESSIVE.split(match[1])[-1].strip() for match in found if match), "")
