"""A sentence and who speaks -> the act it performs: who binds whom.

Decided in three steps, each of which can only narrow: who speaks (only a government commits or declines, only
parliament asks, only an organisation demands), where it stands (a Vraag, an Antwoord, a heading, a bullet under a
call), and the cues of rag/data/speech_acts.toml. A sentence that fits no cue is a report, never a commitment: the
mistake that may not happen is to show a demand or a hope as a promise.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.acts.binding import binds
from rag.acts.clauses import deeds, main_clause, own_words
from rag.acts.cues import cues, pattern
from rag.acts.tense import when
from rag.acts.verbs import is_stem
from rag.types import Part, Role, SpeechAct, Time

_ASKS = re.compile(r"\b(?:[Mm]ijn vraag|hoor graag|wil graag weten|vraag mij af|vraag ik (?:mij|me) af)\b")
_NAME = r"(?:[A-ZÀ-Ý][\w.'’-]*|van|voor|de|het|en|mede|namens)"
_FORMAL = re.compile(  # greetings, signatures, what is enclosed, what a word means
    r"(?:Geachte|Hoogachtend|Met vriendelijke|Dank u)\b.{0,60}|Bijlage\b[^.]{0,120}"
    rf"|(?:De |Het )?(?:[Mm]inister|[Ss]taatssecretaris)(?:,?\s+{_NAME})*,?|.{{0,120}}\bword(?:t|en) verstaan\b.*"
)
_FOLLOWS = re.compile(
    r"(?:Zij|Hij|Daarbij|Hierbij|Hiertoe|Daartoe)\s+z(?:al|ullen)\b"
)  # on from the sentence before


@dataclass(frozen=True, slots=True)
class Said:
    """What a sentence does and when what it speaks of happens."""

    act: SpeechAct
    time: Time


def classify(
    text: str, role: Role | None, part: Part, call: bool = False, previous: Said | None = None
) -> Said:
    """The act of one sentence, read as `rag.text.sentences.joined` gives it.

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
    return Said("question" if text.rstrip().endswith("?") else "other", when(text))


def is_call(text: str) -> bool:
    """Whether a heading or an introducing sentence calls for what stands below it: "Actiepunten", "Wij roepen u op:"."""
    return bool(pattern("demand", "calls").search(text)) and (text.rstrip().endswith(":") or len(text) < 90)


def _parliament(text: str, part: Part) -> Said:
    if part == "question" or text.rstrip(" \"'»”)").endswith("?") or _ASKS.search(text):
        return Said(
            "question", "future" if pattern("future", "asked").search(main_clause(text)) else when(text)
        )
    if pattern("request", "parliament").search(text):
        return Said("request", "future")
    return Said("other", when(text))


def _organisation(text: str, call: bool) -> Said:
    if text.rstrip().endswith("?"):
        return Said("question", when(text))
    if _imperative(text) or pattern("demand", "cues").search(text):
        return Said("demand", "future")
    if call and (_bids(text) or not _has_subject_first(text)):
        return Said("demand", "future")
    return Said("other", when(text))


def _government(text: str, part: Part, previous: Said | None) -> Said:
    plain: SpeechAct = "answer" if part == "answer" else "report"
    if text.rstrip(" \"'»”)").endswith("?"):
        return Said("question", when(text))
    if _FORMAL.fullmatch(text) or not re.search(r"\w", text):
        return Said("other", "present")
    if pattern("request", "reported").search(text) and not pattern("request", "occasion").search(text):
        return Said("request", "future")
    bound = None if part == "footnote" else binds(text)
    declined = pattern("decline", "cues").search(pattern("commitment", "still").sub(" ", text))
    if declined or (bound and not bound[0]):
        return Said(
            "decline", "future" if pattern("future", "refused").search(main_clause(text)) else when(text)
        )
    if bound or (previous is not None and previous.act == "commitment" and _FOLLOWS.match(text)):
        return Said("commitment", bound[1] if bound else "future")
    return Said(plain, when(text))


def _imperative(text: str) -> bool:
    """Whether a sentence begins with a verb's stem: "Veranker …", "Zet in op …", "4. Voorkom …"."""
    match = re.match(r"[\W\d_]*([A-ZÀ-Ý][\wà-ÿ]+)(?:\s+([\w'’]+))?", text)
    if match is None:
        return False
    stem = match[1].casefold()
    if stem in cues()["demand"]["imperatives"]:
        return (match[2] or "") not in ("is", "zijn", "was", "wordt", "heeft", "kan", "van", "en")
    return is_stem(stem)


def _bids(text: str) -> bool:
    """Whether a bullet under a call says what the government does: "Nederland draagt vanaf 2027 … bij"."""
    return any(deed.next_to for deed in deeds(own_words(text)))


def _has_subject_first(text: str) -> bool:
    """Whether a bullet reads as a statement, not as something to do."""
    return bool(
        re.match(r"[\W_]*(?:De|Het|Een|Dit|Deze|Er|Wij|We|Ook|In|Zo|Denk|Helaas|Maar|Dat|Daar\w*|Om)\b", text)
    )
