"""A Dutch sentence -> what in it is the government's own, and what the cabinet does there.

Three things that a list of words cannot see. *Whose words*: what is quoted, what another government does and where the
cabinet is no subject ("in Nederland", "van het kabinet") is left out. *Which clause*: in "de VN stelt dat …" the rest is
the VN's. *Who does it*: in a Dutch main clause the subject stands right before the finite verb ("het kabinet trekt")
or right behind it ("daarom trekt het kabinet"). No parser: rules over words, that miss rather than invent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from rag.acts.cues import cues, pattern, words_of
from rag.acts.verbs import is_finite
from rag.words.analyze import normal, state_names

PRONOUNS = frozenset(("ik", "wij", "we"))
LONGEST = 1500  # characters of a sentence that are read: no promise stands behind them
MOST = 12  # places where the cabinet may stand in a sentence that are looked at
ANOTHER = (
    "derden"  # stands where another government, or the cabinet in another place than the subject's, stood
)
_QUOTED = re.compile(r"[“„«](?:[^”“»«]*)[”“»]|\"[^\"]{12,}\"|‘[^‘’]{25,}’")
_SAYS_ANOTHER = re.compile(  # "…, schrijft het Rode Kruis."
    r",\s*(?:aldus|zo zegt|zegt|zeggen|schrijft|schrijven|stelt|stellen|meldt|melden|verklaart|volgens)\s+(?!ik\b)[^,]*$"
)
# "dat" that introduces a clause, not that of "in dat kader".
_THAT = (
    "".join(rf"(?<!\b{w}\s)" for w in ("in", "op", "bij", "van", "na", "tot", "met", "over", "voor")) + "dat"
)
_INTRODUCES = (
    rf"{_THAT}|omdat|zodat|opdat|doordat|nadat|voordat|terwijl|hoewel|aangezien|"
    r"waar(?:bij|mee|door|in|van|voor|op|om|over|aan|toe|onder|mede)?"
)
_SUBORDINATE = re.compile(
    rf"^\W*(?:{_INTRODUCES}|als|indien|wanneer|zodra|mits|tenzij|mocht)\s[^,;:]*(?=,)"
    rf"|\s(?:{_INTRODUCES})\s[^,;:]*|,\s*(?:die|als|indien|wanneer|zodra|mits|tenzij|of|zoals)\s[^,;:]*",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(rf"[,;:]|\s(?:{_THAT}|om|omdat|zodat|opdat|waar\w*|die|hoe|of|welke|maar|en)\s")
# What may stand first in a main clause without being its subject.
_OPENER = re.compile(
    r"\W*(?:in|op|voor|na|vanaf|per|met|tot|binnen|over|tijdens|bij|om|onder|via|samen|naast|door|aan|uit|ten|ter|te|vóór|"
    r"daarom|hiervoor|daarvoor|hiertoe|daartoe|daarbij|hierbij|daarnaast|ook|tevens|verder|voorts|vervolgens|bovendien|zo|dus|"
    r"volgend|komend|dit|deze|eind|begin|medio|uiterlijk|binnenkort|spoedig|straks|nog|nu|eerst|tot slot|concreet|hier|daar|hiermee|daarmee|"
    r"het komende|de komende|het volgende|de volgende|later|jaarlijks|indien|als|wanneer|zodra)\b",
    re.IGNORECASE,
)
_PREPOSITIONS = (
    "in van voor naar aan bij door met tegen uit tussen namens volgens over richting of jegens onder tot dan via dankzij rond "
    "sinds".split()
)
_NOT_AN_OFFICE = "".join(
    rf"(?<!\b{w}\s)" for w in ("minister", "ministers", "ministerie", "ministeries", "staatssecretaris")
)
_SUBORDINATOR = re.compile(
    r"\b(?:dat|die|als|of|omdat|zodat|nadat|voordat|terwijl|indien|wanneer|zodra|waar\w*|wat|hoe|zoals)\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Deed:
    """A finite verb, or a word that may be one, with the cabinet as its subject."""

    subject: str
    verb: str
    rest: str  # what follows the verb and its subject, to the end of the sentence
    next_to: bool  # whether the two stand side by side in a main clause


@lru_cache(maxsize=1)
def _subject() -> re.Pattern[str]:
    """The cabinet as a noun phrase: "het kabinet-Schoof", "de minister van Binnenlandse Zaken en Koninkrijksrelaties"."""
    name = r"(?-i:[A-ZÀ-Ý])[\w-]*"
    office = rf"(?:(?:\s+(?:van|voor|in|te)|,|\s+en)\s+{name}(?:\s+{name})?){{1,6}}"
    return re.compile(
        rf"(?:\b(?:de|het|mijn|onze|deze|dit)\s+)?(?:\bnederlandse\s+)?(?<![\w-]){words_of(cues()['words']['cabinet'])}(?:-{name})?(?![\w-])(?:{office})?",
        re.IGNORECASE,
    )


@lru_cache(maxsize=1)
def _not_ours() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Other governments; then the cabinet behind a preposition: "in Nederland", and not "minister van Defensie"."""
    listed = cues()["words"]
    nouns = words_of(c for c in listed["cabinet"] if c not in PRONOUNS)
    name, the = r"(?-i:[A-ZÀ-Ý])[\w-]+", r"(?:de\s+|het\s+)?"
    governments = (
        rf"(?-i:(?!Nederlandse)[A-ZÀ-Ý])[\w-]*(?:se|sche)\s+{nouns}",  # "de Duitse regering"
        rf"{words_of(listed['not_this_cabinet'])}\s+{nouns}",
        rf"(?:regering|kabinet|overheid)\s+van\s+{the}{name}",
        rf"minist\w+\s+van\s+{name}(?:\s+{name})?\s+(?:van|uit)\s+{the}{name}",
    )
    return (
        re.compile(rf"\b(?:{'|'.join(governments)})(?![\w-])", re.IGNORECASE),
        re.compile(rf"\b{_NOT_AN_OFFICE}{words_of(_PREPOSITIONS)}\s+{the}{nouns}(?![\w-])", re.IGNORECASE),
    )


@lru_cache(maxsize=1)
def _others_first() -> re.Pattern[str]:
    """Somebody else at the head of a clause: "De rechter zal | de minister …"."""
    return re.compile(
        rf"\W*(?:de\s+|het\s+|een\s+)?(?:\w+\s+)?{words_of(cues()['words']['others'])}\b", re.IGNORECASE
    )


def own_words(text: str) -> str:
    """A sentence without what is quoted, other governments, and the cabinet where it is not who acts."""
    text = _QUOTED.sub("…", text).replace("€", " euro ")
    teller = _SAYS_ANOTHER.search(text)
    if teller and not _subject().search(teller[0]):
        return "…"
    for other in _not_ours():
        text = other.sub(ANOTHER, text)
    return text


def main_clause(text: str) -> str:
    """A sentence without its subordinate clauses, as far as commas and conjunctions show them."""
    return _SUBORDINATE.sub(" ", text)


def deeds(own: str) -> Iterator[Deed]:
    """What the cabinet does in a sentence that went through `own_words`; a sentence may have several."""
    for found in islice(_subject().finditer(own[:LONGEST]), MOST):
        before, after = own[: found.start()], own[found.end() : LONGEST]
        if not _told_by_others(before):
            subject = found[0].casefold()
            yield from _verb_first(before, subject, after)
            last = re.search(r"([\w'’-]+)\s+$", before)
            if not (last and _is_finite(last[1], subject)):
                yield from _subject_first(before, subject, after)


def _is_finite(word: str, subject: str) -> bool:
    return bool(pattern("commitment", "states").fullmatch(word)) or is_finite(word, subject in PRONOUNS)


def _verb_first(before: str, subject: str, after: str) -> Iterator[Deed]:
    """ "daarom trekt | het kabinet"."""
    words = list(re.finditer(r"[\w'’-]+", before))[-4:]
    for n, word in enumerate(reversed(words)):
        clause = re.split(r"[;:]", before[: word.start()])[-1]
        if re.search(r"[,;:()]", before[word.end() :]):
            return
        if subject not in PRONOUNS and _others_first().match(clause):
            return
        opens = subject in PRONOUNS or not clause.strip() or _opens(clause)
        yield Deed(subject, word[0], after, n == 0 and opens)


def _subject_first(before: str, subject: str, after: str) -> Iterator[Deed]:
    """ "het kabinet | trekt", "Nederland, samen met Kenia, zet", "het kabinet kiest … en trekt"."""
    main = not _SUBORDINATOR.search(before)
    for n, word in enumerate(islice(re.finditer(r"[\w'’-]+", after), 4)):
        yield Deed(
            subject, word[0], after[word.end() :], main and not n and not after[: word.start()].strip()
        )
    aside = re.match(r"\s*,[^,;]{1,120},\s*([\w'’-]+)", after)
    if aside:
        yield Deed(subject, aside[1], after[aside.end() :], False)
    for also in re.finditer(r"\b(?:en|maar)\s+([\w'’-]+)", after):
        yield Deed(subject, also[1], after[also.end() :], False)


def _opens(clause: str) -> bool:
    """Whether a main clause begins with something else than its subject, or its verb stands first behind a comma."""
    return bool(_OPENER.match(clause)) or clause.rstrip().endswith(",")


def elsewhere(before: str, verb_and_rest: str) -> bool:
    """Whether a passive tells of others: "De VN-missie | wordt …", "In Frankrijk | wordt …", "Daarom | wordt de VN-missie"."""
    others = re.compile(rf"\b{words_of(cues()['words']['others'])}\b", re.IGNORECASE)
    if not _opens(before) and before.strip():
        whose = re.search(r"\bvan\s+(.*)", before)
        return bool(_others_first().match(before) or (whose and _others_first().match(whose[1])))
    place = re.search(r"\b(?:in|binnen|vanuit|bij)\s+(?:de\s+|het\s+)?([\w-]+)", before, re.IGNORECASE)
    subject = re.sub(r"^\w+\s+", "", verb_and_rest)
    return bool(_others_first().match(subject)) or bool(
        place and (others.fullmatch(place[1]) or normal(place[1]) in state_names() - {"nederland"})
    )


def _told_by_others(before: str) -> bool:
    """Whether what follows is the content of somebody else's telling: "De VN stelt dat | Nederland …"."""
    told = re.search(rf"\s{_THAT}\s[^,;]*$", before, re.IGNORECASE)
    if told is None or re.match(r"\W*dat\b", before, re.IGNORECASE):
        return False
    if len(words := told[0].split()) == 2 and _is_finite(words[1], "ik"):
        return False  # "ja, dat zal | ik doen": a pronoun, and the verb first
    teller = before[: told.start()]
    return not (_subject().search(teller) or pattern("commitment", "says").search(teller))


def own_clause(rest: str) -> str:
    """What follows a verb, up to the next clause; "dat" right behind the verb is a pronoun: "ga dat … bespreken"."""
    rest = re.sub(r"^\s*dat\b", "", rest)
    end = _CLAUSE_END.search(rest)
    return rest[: end.start()] if end else rest
