"""How strongly a sentence binds: weighing is not being willing, being willing is not deciding. Pure.

A statement may not bind more strongly than what it cites, and the cabinet is bound only by its own commitments.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.text.sentences import joined
from rag.types import Check, Sentence


def _words(*patterns: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(patterns)})\b", re.IGNORECASE)


# From weak to strong. What is weighed or only wished for …
_WEIGHS = _words(
    "overwe(?:eg|egt|gen)", "overwoog", "overwogen", "bezie(?:t|n)?", "verken(?:t|nen|d)?", "hoopt?", "hopen", "onderzoekt? of", "onderzoeken of",
    "zou(?:den)?", "wellicht", "considers?", "considering", "weigh(?:s|ing)?", "explor(?:e|es|ing)", "hop(?:es?|ing)", "look(?:s|ing)? into",
    "examin(?:es?|ing) whether", "investigat(?:es?|ing) whether", "might", "(?-i:may)", "could", "would", "perhaps", "possibly",
)  # fmt: skip
# … what someone is ready for, or tries …
_WILLING = _words(
    "bereid", "voornemens", "van plan", "voornemen", "streeft?", "streven", "probeert?", "proberen", "beoogt", "willing", "prepared to", "ready to",
    "inten(?:ds?|tion)", "plans? to", "aims?", "aiming", "striv(?:es?|ing)", "seeks?", "tries", "trying", "wants? to", "wil", "willen",
)  # fmt: skip
# … what will be done …
_WILL = _words(
    "zal", "zullen", r"(?:gaat|gaan)(?!\s+(?:om|over|uit|in\s+op|het|dit))", "belooft", "beloofde?", "beloven", "toegezegd", "toezegging\\w*", "garandeer\\w*",
    r"zeg(?:t|de|gen)?\b.{1,80}?\btoe", r"stel(?:t|de|len)?\b.{1,80}?\bbeschikbaar", r"trekt\b.{1,80}?\buit", "verplicht zich",
    "will", "shall", "going to", "promise[sd]?", "promising to", "pledg\\w+", "commit(?!tee)\\w*", "guarantee\\w*", "undert(?:akes?|ook|aking) to", "vow\\w*",
)  # fmt: skip
# … and what has been decided.
_DECIDED = _words(
    "besloten",
    "besluit",
    "decid\\w+",
    r"decisions?(?!-|\s+making)",
    "agree[sd]? to",
    "vastgelegd",
    "beschikbaar gesteld",
)
_LEVELS = (_WEIGHS, _WILLING, _WILL, _DECIDED)
PLAIN = len(_LEVELS) + 1  # a fact: nothing in it is only weighed, wished for or still to come
PROMISE = 3  # from here on someone is bound
_INTENDS = _words("voornemens", "van plan", "voornemen", "inten(?:ds?|tion)", "plans? to")

_CALL = re.compile(
    r"\b(?:call\w* (?:on|for)|urg\w+|demand\w*|ask\w*|request\w*|roep\w*|riep\w*|pleit\w*|eis\w*|vraagt|vragen|vroeg\w*|gevraagd|verzoek\w*|verzocht\w*|wil|want\w*)\b",
    re.IGNORECASE,
)
_GIVES = _words("geeft(?! aan)", "geven(?! aan)", "gives?")
CABINET = _words(
    "nederland", "netherlands", "kabinet", "cabinet", "regering", "government", "ministers?", "ministerie", "ministry", "staatssecretaris",
    "state secretary",
)  # fmt: skip
_DID = re.compile(
    rf"{CABINET.pattern}\s+(?:\w+ly\s+)?\w{{2,}}(?:ed|eerde|elde|urde|erde|ldde|idde|chtte)n?\b",
    re.IGNORECASE,
)
_ONLY_ASKED = "the statement has the cabinet act, the cited text only asks it to"
_PROMISES = "the statement promises, the cited text does not"
_STRONGER = "the statement is stronger than the cited text"
_STILL_TO_COME = "the statement tells as done what the cited text says will be done"
_DONE = _words(
    "has",
    "have",
    "had",
    "was",
    "were",
    "did",
    "heeft",
    "hebben",
    "had",
    "hadden",
    "werd",
    "werden",
    "was",
    "waren",
)


def level(text: str) -> int:
    """How strongly a text binds: 1 weighed, 2 willing, 3 will be done, 4 decided, 5 a plain fact."""
    found = [i for i, pattern in enumerate(_LEVELS, 1) if pattern.search(text)]
    return max(found) if found else PLAIN


def promises(text: str) -> bool:
    """Whether a text binds someone, or says that someone means to."""
    return PROMISE <= level(text) < PLAIN or _INTENDS.search(text) is not None


def check_modality(text: str, sentences: Sequence[Sentence], quotes: Sequence[str]) -> Check:
    """A promise needs a commitment among the cited sentences and no other act beside it; nothing may grow stronger.

    Where only demands, requests or questions are cited, the cabinet may be named only under a verb of asking.
    """
    if sentences and all(s.act in ("demand", "request", "question") for s in sentences):
        return _asked(text)
    cited = [joined(q) for q in quotes]
    if promises(text) and not _bound(text, sentences, cited):
        return Check("modality", False, _PROMISES)
    strongest, said = max((level(q) for q in cited), default=PLAIN), level(text)
    if said > (PLAIN if strongest >= PROMISE else strongest):
        return Check("modality", False, _STRONGER)
    if strongest == PROMISE and said == PLAIN and (_DONE.search(text) or _DID.search(text)):
        return Check("modality", False, _STILL_TO_COME)
    return Check("modality", True)


def _asked(text: str) -> Check:
    called = _CALL.search(text)
    found = [pattern.search(text) for pattern in (_WILL, _DECIDED, _INTENDS, _GIVES, CABINET)]
    bound = [m.start() for m in found if m is not None]
    if not bound or (called is not None and all(called.start() < at for at in bound)):
        return Check("modality", True)
    return Check("modality", False, _ONLY_ASKED)


def _bound(text: str, sentences: Sequence[Sentence], cited: Sequence[str]) -> bool:
    """Whether someone is bound as the statement says: the cabinet by a commitment, another by the cited words themselves."""
    weighty = [s for s in sentences if s.act not in ("report", "answer", "other")]
    if weighty and all(s.act == "commitment" for s in weighty):
        return True
    return not weighty and CABINET.search(text) is None and any(promises(q) for q in cited)
