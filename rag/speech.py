"""A sentence and who speaks -> the act it performs: who binds whom.

Decided in three steps, each of which can only narrow: who speaks (only a government commits or declines, only
parliament asks, only an organisation demands), where it stands (a Vraag, an Antwoord, a heading, a bullet under a
call), and the cues of rag/data/speech_acts.toml. A sentence that fits no cue is a report, never a commitment: the
mistake that may not happen is to show a demand or a hope as a promise.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

import simplemma

from rag.analyze import stopwords
from rag.types import Part, Role, SpeechAct, Time

# Words and what stands between them share no character: a gap is matched in one way only, however long the text.
_GAP = r"(?:\W+\w+){0,16}?\W+"
_SHORT_GAP = r"(?:\W+\w+){0,3}?\W+"
_ASKS = re.compile(r"\b(?:[Mm]ijn vraag|hoor graag|wil graag weten|vraag mij af|vraag ik (?:mij|me) af)\b")
_GREETING = re.compile(r"(?:Geachte|Hoogachtend|Met vriendelijke|Dank u)\b.{0,60}")
_ENDS_DENIED = re.compile(r"\b(?:niet|geen)\b(?:\s+[\w'’-]+){1,6}[.!]?\s*$")
_DENIED_INSIDE = re.compile(r"\b(?:dat|om|zodat|opdat|die|of|te)\b[^,;]*\b(?:niet|geen)\b[^,;]*$")


@dataclass(frozen=True, slots=True)
class Said:
    """What a sentence does and when what it speaks of happens."""

    act: SpeechAct
    time: Time


@lru_cache(maxsize=1)
def _cues() -> dict[str, Any]:
    return tomllib.loads(resources.files("rag").joinpath("data/speech_acts.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=64)
def _pattern(section: str, name: str) -> re.Pattern[str]:
    table = _cues()
    cues: Sequence[str] = table[section][name]
    return re.compile("|".join(f"(?:{cue_pattern(c, table['cabinet'])})" for c in cues), re.IGNORECASE)


def cue_pattern(cue: str, cabinet: Iterable[str]) -> str:
    """A cue of the data file as a regular expression; the file's head explains the marks."""
    who = "(?:" + "|".join(re.escape(c).replace(r"\*", r"\w*").replace(r"\ ", r"\s+") for c in cabinet) + ")"
    out = ""
    for i, token in enumerate(cue.split()):
        if token in ("…", ".."):
            out += _GAP if token == "…" else _SHORT_GAP  # noqa: S105
            continue
        words = [who if w == "<cabinet>" else re.escape(w).replace(r"\*", r"\w*") for w in token.split("/")]
        joint = "" if not i or out.endswith((_GAP, _SHORT_GAP)) else r"\W+"
        out += rf"{joint}(?<!\w)(?:{'|'.join(words)})(?!\w)"
    return out


def classify(
    text: str, role: Role | None, part: Part, call: bool = False, previous: Said | None = None
) -> Said:
    """The act of one sentence, read as `rag.sentences.joined` gives it.

    `call` says that it stands under a heading or sentence that calls for action; `previous` is what the sentence
    before it did, for "Zij zal …" after a minister's promise.
    """
    if part == "heading":
        heading: SpeechAct = "demand" if role == "civil_society" and _imperative(text) else "other"
        return Said(heading, "future" if heading == "demand" else "present")
    if role == "parliament":
        return _parliament(text, part)
    if role == "civil_society":
        return _organisation(text, call)
    if role == "government":
        return _government(text, part, previous)
    return Said("question" if text.rstrip().endswith("?") else "other", _time(text))


def is_call(text: str) -> bool:
    """Whether a heading or an introducing sentence calls for what stands below it: "Actiepunten", "Wij roepen u op:"."""
    return bool(_pattern("demand", "calls").search(text)) and (text.rstrip().endswith(":") or len(text) < 90)


def _parliament(text: str, part: Part) -> Said:
    if part == "question" or text.rstrip(" \"'»”)").endswith("?") or _ASKS.search(text):
        return Said("question", "future" if re.search(r"\b(?:gaat|zult|zal|bereid)\b", text) else _time(text))
    if _pattern("request", "parliament").search(text):
        return Said("request", "future")
    return Said("other", _time(text))


def _organisation(text: str, call: bool) -> Said:
    if text.rstrip().endswith("?"):
        return Said("question", _time(text))
    if _imperative(text) or _pattern("demand", "cues").search(text):
        return Said("demand", "future")
    if call and not _has_subject_first(text):
        return Said("demand", "future")
    return Said("other", _time(text))


def _government(text: str, part: Part, previous: Said | None) -> Said:
    plain: SpeechAct = "answer" if part == "answer" else "report"
    if text.rstrip(" \"'»”)").endswith("?"):
        return Said("question", _time(text))
    if _GREETING.fullmatch(text) or not re.search(r"\w", text):
        return Said("other", "present")
    if _pattern("request", "reported").search(text) and not _pattern("request", "occasion").search(text):
        return Said("request", "past")
    time = None if part == "footnote" else _commits(text, previous)
    denied = time == "future" and _ENDS_DENIED.search(text) and not _DENIED_INSIDE.search(text)
    if denied or _pattern("decline", "cues").search(text):
        return Said("decline", "future" if re.search(r"\bz(?:al|ullen)\b", text) else _time(text))
    return Said(plain, _time(text)) if time is None else Said("commitment", time)


def _commits(text: str, previous: Said | None) -> Time | None:
    """When the government does what it binds itself to, or None where it does not."""
    if _pattern("commitment", "never").search(text) or _pattern("commitment", "third_party").search(text):
        return None
    if (
        previous is not None
        and previous.act == "commitment"
        and re.match(r"(?:Zij|Hij|Daarbij|Hierbij|Hiertoe|Daartoe)\s+z(?:al|ullen)\b", text)
    ):
        return "future"
    times: tuple[Time, ...] = ("future", "present", "past")
    for name in times:
        if _pattern("commitment", name).search(text):
            return name
    cabinet = re.search(
        rf"(?<!\w)(?:{'|'.join(map(re.escape, _cues()['cabinet'][:12]))})(?!\w)", text, re.IGNORECASE
    )
    if cabinet and _pattern("commitment", "soon").search(text) and _time(text) != "past":
        return "future"
    return None


def _time(text: str) -> Time:
    """Past where a finite verb is, else future where something "zal" happen, else present."""
    if re.search(r"\bz(?:al|ullen)\b", text):
        return "future"
    tokens = re.findall(r"[^\W\d_]+", text)
    past = set(_cues()["past_forms"]["words"])
    if any(t.casefold() in past or _is_past_tense(t) for t in tokens):
        return "past"
    perfect = re.search(r"\b(?:heeft|hebben|heb|is|zijn)\b", text, re.IGNORECASE)
    if perfect and any(_is_participle(t) for t in tokens):
        return "past"
    return "present"


@lru_cache(maxsize=50_000)
def _is_past_tense(word: str) -> bool:
    if not word.islower() or not re.search(r"(?:eerde|eerden|[^aeiou][dt]e)$", word):
        return False
    root = simplemma.lemmatize(word, lang="nl")
    return bool(
        root != word and root.endswith("en") and not root.endswith("den") and not word.startswith("ge")
    )


@lru_cache(maxsize=50_000)
def _is_participle(word: str) -> bool:
    if not word.islower() or not re.match(r"(?:\w{0,5}ge\w+|be\w+|ver\w+|ont\w+|her\w+)(?:t|d|en)$", word):
        return False
    root = simplemma.lemmatize(word, lang="nl")
    return bool(root != word and root.endswith("en"))


def _imperative(text: str) -> bool:
    """Whether a sentence begins with a verb's stem: "Veranker …", "Zet in op …", "4. Voorkom …"."""
    match = re.match(r"[\W\d_]*([A-ZÀ-Ý][\wà-ÿ]+)(?:\s+([\w'’]+))?", text)
    if match is None:
        return False
    stem = match[1].casefold()
    if stem in _cues()["demand"]["imperatives"]:
        return (match[2] or "") not in ("is", "zijn", "was", "wordt", "heeft", "kan", "van", "en")
    return _is_stem(stem)


@lru_cache(maxsize=20_000)
def _is_stem(word: str) -> bool:
    if word in stopwords()["nl"] or len(word) < 3:
        return False
    third = word if word.endswith("t") else word + "t"
    infinitive = simplemma.lemmatize(third, lang="nl").replace("_", "")
    itself = simplemma.lemmatize(word, lang="nl").replace("_", "")
    if (
        infinitive == third
        or not infinitive.endswith("en")
        or (itself == word and simplemma.is_known(word, lang="nl"))
    ):
        return False  # no verb, or a noun or adjective in its own right: those are listed with the cues
    return _squeezed(infinitive[:-2]) == _squeezed(word)


def _squeezed(stem: str) -> str:
    """A stem without the letters that Dutch spelling doubles or hardens: "zett" and "zet", "lat" and "laat"."""
    return re.sub(r"(.)\1", r"\1", stem).replace("v", "f").replace("z", "s")


def _has_subject_first(text: str) -> bool:
    """Whether a bullet reads as a statement, not as something to do."""
    return bool(
        re.match(r"[\W_]*(?:De|Het|Een|Dit|Deze|Er|Wij|We|Ook|In|Zo|Denk|Helaas|Maar|Dat|Daar\w*|Om)\b", text)
    )
