"""Whether a question asks what somebody says of a thing, and in what words it names them: "wat zegt het kabinet over …". Pure."""

from __future__ import annotations

import re
import tomllib
from functools import lru_cache
from importlib import resources

# Between the verb and what is spoken of stands who speaks: a few words, none of which begins another phrase.
_NEXT = "about|on|of|to|in|at|by|when|after|if|now|that|according|over|van|op|bij|naar|toen|nadat|als|nu|dat|volgens"
_WORDS = rf"(?:(?!(?:{_NEXT})\b)[\w=.'’-]*[\w=](?:\s+|(?=[?.,;:]|$))){{1,4}}"


@lru_cache(maxsize=1)
def _forms() -> tuple[str, str]:
    """The verbs of saying, and the nouns for what is thought, as alternatives of a pattern."""
    text = resources.files("rag").joinpath("data/question_cues.toml").read_text(encoding="utf-8")
    cues = tomllib.loads(text)["saying"]
    verbs, views = ("|".join(re.escape(form) for form in cues[kind]) for kind in ("verbs", "views"))
    return verbs, views


@lru_cache(maxsize=1)
def _asked() -> re.Pattern[str]:
    verbs, views = _forms()
    return re.compile(
        # A noun is one in small letters: "Justice Rapid Response".
        rf"(?:\b(?:what|how|wat|hoe)\b[^?.,;:]*\b(?:{verbs})|\b(?-i:{views})|\bwhere\b[^?.,;:]*\bstand)\b"
        r"[^?.,;:]*\s(?:about|on|of|over|van)\s",
        re.IGNORECASE,
    )


@lru_cache(maxsize=1)
def _sayers() -> tuple[re.Pattern[str], ...]:
    """Each has who speaks in its first group."""
    verbs, views = _forms()
    patterns = (
        rf"\b(?:wat|hoe)\s+(?:{verbs})\s+({_WORDS})",
        rf"\b(?:what|how)\s+(?:do|does|did|has|have)\s+({_WORDS})(?:{verbs})\b",
        rf"\bwhere\s+(?:do|does|did)\s+({_WORDS})stand\s+on\b",
        rf"\b(?-i:{views})\s+(?:of|van)\s+({_WORDS})",
        rf"\b((?:(?!(?:{_NEXT}|is|was|what)\b)[\w=-]+\s+){{0,3}}[\w=-]+)['’]s?\s+(?-i:{views})\b",
    )
    return tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)


def asks_what_is_said(text: str) -> bool:
    """Whether what is asked for is what somebody says, writes or thinks of a thing."""
    return _asked().search(text) is not None


def named_sayer(text: str) -> str:
    """The words for whose saying is asked for, "het Nederlandse kabinet"; empty where there are none."""
    found = (pattern.search(text) for pattern in _sayers())
    return next((match[1].strip() for match in found if match), "")
