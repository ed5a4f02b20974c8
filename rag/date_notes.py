"""What a manifest says about a missing or uncertain date, in the reader's language.

A note is written once, in whatever language its writer has. Notes say few things in few ways, so clauses are looked up
in a phrase book (rag/data/date_notes.txt) that a domain expert can add to. A note with a clause that is not in it is
shown as it was written: half a translation would be worse.
"""

from __future__ import annotations

import datetime

from babel.dates import format_date

from rag.types import Language
from rag.words import phrases

BOOK = "date_notes.txt"
_SLOTS = {"date": r"\d{1,2} [^\W\d]+ \d{4}|\d{4}-\d\d-\d\d", "years": r"\d{4}(?:[-–/]\d{2,4})?"}
_LINKS: dict[Language, str] = {"nl": " en ", "en": " and "}


def date_note(note: str, language: Language) -> str:
    """A note on a date as a reader of a language reads it.

    >>> date_note("not stated in the document; it cites a letter of 8 March 2016", "nl")
    'niet vermeld in het document; het citeert een brief van 8 maart 2016'
    """
    other: Language = "en" if language == "nl" else "nl"
    said = []
    for sentence in note.split(";"):
        clauses = [_clause(c.strip(), other, language) for c in sentence.split(_LINKS[other])]
        if None in clauses:
            return note
        said.append(_LINKS[language].join(c for c in clauses if c))
    return "; ".join(said)


def spoken_date(iso: str, language: Language) -> str:
    """2025-11-24 -> 24 november 2025."""
    try:
        return format_date(datetime.date.fromisoformat(iso), "d MMMM y", locale=language)
    except ValueError:
        return iso


def _clause(clause: str, written: Language, wanted: Language) -> str | None:
    found = phrases.find(BOOK, clause, written, _SLOTS)
    if found is None:
        return None
    form, values = found
    if "date" in values:
        values["date"] = _redated(values["date"], written, wanted)
    return form.format(**values)


def _redated(said: str, written: Language, wanted: Language) -> str:
    """A date with its month in the other language; one that is not understood stays as it is."""
    day, _, rest = said.partition(" ")
    month, _, year = rest.partition(" ")
    for number in range(1, 13):
        name = format_date(datetime.date(2000, number, 1), "MMMM", locale=written)
        if month.casefold() == name.casefold():
            return f"{day} {format_date(datetime.date(2000, number, 1), 'MMMM', locale=wanted)} {year}"
    return spoken_date(said, wanted)
