"""Where a quotation comes from, in the forms that people write down: in an article, in a footnote of a Kamervraag."""

from __future__ import annotations

import re

from rag.date_notes import date_note, spoken_date
from rag.export.texts import text
from rag.text.sentences import joined
from rag.types import Citation, Language

# Of C0 and C1 nothing prints; an override of direction in a name would turn the words around it about.
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]"
)
_RIGHT_TO_LEFT = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff\U00010800-\U00010fff]")
_NUMBER = re.compile(
    r"(?P<thousands>\d{2})[ \u00a0]?(?P<rest>\d{3})"
    r"(?:[ -](?P<chapter>[IVXLC]+))?"
    r"(?:\s*,?\s*nrs?\.?\s*(?P<nr>\d+)|-(?P<tail>\d+)(?:(?:-|\s*,?\s*nrs?\.?\s*)(?P<of_tail>\d+))?)?",
    re.IGNORECASE,
)
# Dossiers that are divided by a number of their own: «21 501-02» is one, «36247-11» is number 11 of 36 247.
_DIVIDED = frozenset({"21501"})


def inert(foreign: str) -> str:
    """A text of others without characters that cannot be seen or that turn the reading direction of what follows."""
    return _UNSEEN.sub("", foreign)


def name(foreign: str) -> str:
    """A name or title inside a line of ours: on one line, and kept apart where it is written from right to left."""
    folded = inert(joined(foreign))
    return f"\u2068{folded}\u2069" if _RIGHT_TO_LEFT.search(folded) else folded


def kamerstuk(number: str) -> str:
    """A Kamerstuk number as parliament prints it; anything else comes back as it is.

    >>> kamerstuk("36247-11"), kamerstuk("36 600 XVII nr.55"), kamerstuk("21501-02-2849")
    ('36 247, nr. 11', '36 600 XVII, nr. 55', '21 501-02, nr. 2849')
    """
    match = _NUMBER.fullmatch(number.strip())
    if match is None:
        return number
    dossier, tail = match["thousands"] + match["rest"], match["tail"]
    divided = tail is not None and (dossier in _DIVIDED or tail.startswith("0") or match["of_tail"])
    shown = f"{match['thousands']} {match['rest']}"
    shown += f" {match['chapter'].upper()}" if match["chapter"] else ""
    shown += f"-{tail}" if divided else ""
    nr = match["nr"] or match["of_tail"] or (None if divided else tail)
    return f"{shown}, nr. {nr}" if nr else shown


def when(citation: Citation, language: Language) -> str:
    """The day, or that there is none; with what is known of it."""
    day = spoken_date(citation.date, language) if citation.date else text("undated", language)
    note = date_note(citation.date_note, language) if citation.date_note else ""
    return f"{day} ({inert(note)})" if note else day


def for_article(citation: Citation, reading: str, language: Language) -> str:
    """A quotation with who says it, in what and when, ready for an article."""
    day = spoken_date(citation.date, language) if citation.date else text("undated", language)
    sender = name(citation.sender or "")
    if sender and citation.speech_act == "question":
        sender = text("question_of", language, sender=sender)
    said = ", ".join(part for part in (sender, f"«{name(citation.title)}»", day) if part)
    return f"“{inert(reading)}” ({said})"


def for_footnote(citation: Citation, reading: str, language: Language) -> str:
    """A quotation as a footnote; where the Kamerstuk number is known it comes first, as parliament writes it."""
    return f"{source(citation, language)}: “{inert(reading)}”"


def source(citation: Citation, language: Language) -> str:
    """A citation's document as a footnote names it: Kamerstuk number, page, title, sender, date."""
    page = text("page", language, page=citation.page) if citation.page is not None else ""
    about = [name(citation.title), name(citation.sender or ""), when(citation, language)]
    described = ", ".join(part for part in about if part)
    if citation.dossier:
        numbers = "; ".join(kamerstuk(inert(d)) for d in citation.dossier)
        official = text("kamerstuk", language, number=numbers)
        return f"{official}{f', {page}' if page else ''} ({described})"
    return f"{described}{f', {page}' if page else ''}"


def place(citation: Citation, language: Language) -> str:
    """Where exactly a quotation stands: the document's file name and the characters of its text."""
    return text("place", language, document=inert(citation.document), start=citation.start, end=citation.end)
