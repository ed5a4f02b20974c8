"""What a manifest says about a missing or uncertain date, in the reader's language.

A note is written once, in whatever language its writer has. Notes say few things in few ways, so clauses are looked up
in a phrase book (rag/data/date_notes.txt) that a domain expert can add to. A note with a clause that is not in it is
shown as it was written: half a translation would be worse.
"""

from __future__ import annotations

import datetime
import re
from functools import lru_cache
from importlib import resources

from babel.dates import format_date

from rag.types import Language

_SLOT = re.compile(r"\\\{(date|years)\\\}")
_SLOTS = {
    "date": r"(?P<date>\d{1,2} [^\W\d]+ \d{4}|\d{4}-\d\d-\d\d)",
    "years": r"(?P<years>\d{4}(?:[-–/]\d{2,4})?)",
}
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
    for pattern, form in _book(written):
        match = pattern.fullmatch(clause)
        if match is not None:
            values = match.groupdict()
            if "date" in values:
                values["date"] = _redated(values["date"], written, wanted)
            return form.format(**values)
    return None


def _redated(said: str, written: Language, wanted: Language) -> str:
    """A date with its month in the other language; one that is not understood stays as it is."""
    day, _, rest = said.partition(" ")
    month, _, year = rest.partition(" ")
    for number in range(1, 13):
        name = format_date(datetime.date(2000, number, 1), "MMMM", locale=written)
        if month.casefold() == name.casefold():
            return f"{day} {format_date(datetime.date(2000, number, 1), 'MMMM', locale=wanted)} {year}"
    return spoken_date(said, wanted)


@lru_cache(maxsize=2)
def _book(written: Language) -> list[tuple[re.Pattern[str], str]]:
    """The phrase book from a language into the other: a pattern of a clause, and the form it gets."""
    lines = resources.files("rag").joinpath("data/date_notes.txt").read_text(encoding="utf-8").splitlines()
    book = []
    for line in lines:
        if not line.strip() or line.startswith("#"):
            continue
        english, dutch = (side.strip() for side in line.split("=", 1))
        source, target = (english, dutch) if written == "en" else (dutch, english)
        pattern = _SLOT.sub(lambda m: _SLOTS[m[1]], re.escape(source).replace(r"\ ", " "))
        book.append((re.compile(pattern, re.IGNORECASE), target))
    return book
