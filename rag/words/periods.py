"""Periods, dates and amounts as they are written in a text: what a change ends and what it begins."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rag.words.quantities import find_quantities

_RANGE = re.compile(r"\b(?:19|20)\d\d\s*(?:[-–—/]|tot(?: en met)?|t/m|to|until)\s*(?:19|20)\d\d\b")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_SHORT = re.compile(r"\b(19|20)(\d\d)\s?([-–/])\s?[’']?(\d\d)\b(?![-/.]\d)")
LONGEST = 15  # years of a short period: "Verordening 2021/38" is none
# Where a sentence names what no longer holds: in brackets, or behind one of these.
_OLD = re.compile(
    r"\(([^)]*)\)|\b(?:in plaats van|instead of|oorspronkelijk\w*|eerdere?|originally|previously|liep tot)\b(.{0,60})"
    r"|\b(?:van|from)\b(.{0,40}?)\b(?:naar|tot|to)\b",
    re.IGNORECASE,
)
_TO = re.compile(r"\b(?:naar|tot(?: en met)?|t/m|op|to|until|till)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Mention:
    """A period, date or year, or an amount, as written."""

    kind: Literal["period", "amount"]
    text: str
    start: int


def mentions(text: str) -> list[Mention]:
    """Every period, date, year and amount of a text, in order."""
    ranges = [(m.start(), m.end()) for m in _RANGE.finditer(text)]
    found = [Mention("period", text[a:b], a) for a, b in ranges]
    for q in find_quantities(text):
        if any(a <= q.start < b for a, b in ranges) or not (q.is_year or q.kind in ("date", "amount")):
            continue
        found.append(
            Mention("amount" if q.kind == "amount" else "period", text[q.start : q.end].strip(" .,"), q.start)
        )
    return sorted(found, key=lambda m: m.start)


def ended(text: str) -> Mention | None:
    """What a changing sentence says no longer holds, where it says so."""
    for match in _OLD.finditer(text):
        found = mentions(next((g for g in match.groups() if g), ""))
        if found:
            return found[0]
    return None


def begun(text: str, kind: str) -> Mention | None:
    """What holds from now on: of an extension its end, of an adjustment what it is adjusted to."""
    old = ended(text)
    rest = text.replace(old.text, " " * len(old.text), 1) if old else text
    found = [m for m in mentions(rest) if kind != "extended" or m.kind == "period"]
    to = _TO.search(rest)
    found = [m for m in found if to and m.start > to.start()] or found
    if not found:
        return None
    return found[-1] if kind == "extended" else found[0]


def replaced_by(new: Mention | None, text: str) -> Mention | None:
    """What an earlier text says of the kind that a later one puts something new in the place of: a period's end."""
    found = [m for m in mentions(text) if new is not None and m.kind == new.kind]
    return found[-1] if found else None


def years(mention: Mention | None) -> frozenset[str]:
    """The years of a mention."""
    return frozenset(re.findall(r"(?:19|20)\d\d", mention.text)) if mention else frozenset()


def share_year(one: Mention | None, text: str) -> bool:
    """Whether a text speaks of the period that was mentioned."""
    return bool(years(one) & frozenset(re.findall(r"(?:19|20)\d\d", text)))


def years_of(text: str) -> set[int]:
    """Every year that a text speaks of, those inside a period too.

    >>> sorted(years_of("in 2019, en van 2021 tot en met 2023"))
    [2019, 2021, 2022, 2023]
    """
    text = with_whole_years(text)
    said = {int(y) for y in _YEAR.findall(text)}
    for period in _RANGE.finditer(text):
        first, last = (int(y) for y in _YEAR.findall(period[0]))
        said.update(range(first, last + 1))
    return said


def with_whole_years(text: str) -> str:
    """A text with the second year of a short period in full; "2025-11" is a month.

    >>> with_whole_years("in 2022/23 en 2016-'17, van 2009-11 en van 2025-11-26")
    'in 2022-2023 en 2016-2017, van 2009-11 en van 2025-11-26'
    """
    return _SHORT.sub(lambda m: f"{m[1]}{m[2]}-{m[1]}{m[4]}" if _is_period(m) else m[0], text)


def with_first_years(text: str) -> str:
    """A text with the first year alone of a short period: what it shares with "2022/23", "2022-2023" and "in 2022"."""
    return _SHORT.sub(lambda m: m[1] + m[2] if _is_period(m) else m[0], text)


def _is_period(match: re.Match[str]) -> bool:
    length = int(match[4]) - int(match[2])
    month = match[3] == "-" and int(match[4]) <= 12
    return length == 1 or (1 < length <= LONGEST and not month)
