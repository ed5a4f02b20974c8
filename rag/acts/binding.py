"""What the government binds itself to in a sentence, and when; or that it refuses to.

A commitment needs a deed of the cabinet (`rag.acts.clauses`) that promises, changes, gives or goes on, or any deed with a
future time; or one of the phrases that need no subject. What the cabinet expects, weighs or tells of others is none.
"""

from __future__ import annotations

import re

from rag.acts.clauses import PRONOUNS, Deed, deeds, elsewhere, main_clause, own_clause, own_words
from rag.acts.cues import pattern, verbs_of
from rag.acts.verbs import has_infinitive, is_finite, is_past_tense
from rag.types import Time

_LISTS: tuple[tuple[str, Time], ...] = (
    ("future", "future"),
    ("changes", "future"),
    ("mine", "future"),
    ("money", "present"),
    ("present", "present"),
    ("past", "past"),
)
_CONTRAST = re.compile(
    r"[;:]|,\s*(?:maar|want|al)\b", re.IGNORECASE
)  # behind these another subject has its say
_DENIAL = re.compile(r"\b(?:niet|geen|nooit|evenmin)\b", re.IGNORECASE)


def binds(text: str) -> tuple[bool, Time] | None:
    """Whether a commitment stands (False: it is denied), and its time; None where there is none."""
    own = own_words(text)
    if _found("to_parliament", own) and not _found("enclosed", own):
        return not _denied(main_clause(own)), "future"
    if _found("never", main_clause(own)):
        return None
    found = list(deeds(own))
    for name, time in _LISTS:
        for deed in found:
            if _is_in(name, deed) and not (name == "mine" and _found("enclosed", own)):
                return not _denied(deed.rest), _sooner(time, deed, own)
    return _by_any_deed(found, own) or _without_subject(own)


def _by_any_deed(found: list[Deed], own: str) -> tuple[bool, Time] | None:
    for deed in found:
        if _goes_or_stays(deed) or _will_do(deed, own):
            return not _denied(deed.rest), "present" if _is_in("stays", deed) else "future"
        if _acts(deed) and _denied(deed.rest):
            return False, "present"
    return None


def _without_subject(own: str) -> tuple[bool, Time] | None:
    if _found("by_others", own):
        return None
    if _passive(own) or _found("plain", own):
        return not _denied(own), "future"
    return (not _denied(own), "past") if _found("given", own) else None


def _found(name: str, text: str) -> bool:
    return bool(pattern("commitment", name).search(text))


def _is_in(name: str, deed: Deed) -> bool:
    """Whether a deed is one of a list: its verb, and what must follow."""
    if name == "mine" and not (deed.subject in PRONOUNS and deed.next_to):
        return False
    return any(
        verb.fullmatch(deed.verb) and (following is None or following.match(deed.rest))
        for verb, following in verbs_of(name)
    )


def _sooner(time: Time, deed: Deed, own: str) -> Time:
    """A list's time, unless the sentence names another: "trekt de komende jaren … uit", "zal … blijven steunen"."""
    if time == "future" and re.search(r"\bblijven\b", deed.rest):
        return "present"
    return "future" if time == "present" and _found("soon", main_clause(own)) else time


def _denied(clause: str) -> bool:
    """Whether "niet" or "geen" stands in the clause of the deed, and takes the promise away."""
    clause = pattern("commitment", "still").sub(" ", own_clause(clause))
    return bool(_DENIAL.search(clause))


def _goes_or_stays(deed: Deed) -> bool:
    """ "gaat … onderzoeken", "blijft … steunen"; not "blijft van mening", "blijft onwenselijk vinden"."""
    if not (_is_in("goes", deed) or _is_in("stays", deed)) or _found("no_deed", own_clause(deed.rest)):
        return False
    return has_infinitive(own_clause(deed.rest))


def _will_do(deed: Deed, own: str) -> bool:
    """Any other verb in the present tense with a future time: "volgend jaar breidt Defensie … uit"."""
    return _acts(deed) and any(
        _found("soon", part) and not _found("already", part)
        for part in _CONTRAST.split(main_clause(own))
        if deed.subject in part.casefold() and deed.verb in part
    )


def _acts(deed: Deed) -> bool:
    """Whether a deed is one: its verb stands in the present tense and says no view, state or wish."""
    word = deed.verb.casefold()
    if not deed.next_to or pattern("commitment", "states").fullmatch(word) or is_past_tense(word):
        return False
    return is_finite(word, deed.subject in PRONOUNS)


def _passive(own: str) -> bool:
    """ "wordt per 1 april verlaagd", "zal worden voortgezet", where no other one acts."""
    main = main_clause(own)
    found = pattern("commitment", "passive").search(main) or pattern("commitment", "changed").search(main)
    if found is None or _found("already", main):
        return False
    will = re.match(r"z(?:al|ullen)", found[0], re.IGNORECASE) or _found("changed", main)
    return bool(will or _found("soon", main)) and not elsewhere(main[: found.start()], found[0])
