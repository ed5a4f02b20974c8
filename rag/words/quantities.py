"""Numbers, amounts, percentages, dates and Kamerstuk numbers in Dutch and English text -> one spelling each.

"5,5 miljoen" and "5.5 million" are both 5500000; "38.000" and "38,000" both 38000; "20 procent" and "20%" both 20%;
"24 november 2025", "November 24, 2025" and "2025-11-24" the same day; "36247 nr. 11" and "36 247 nr.11" one document.
Search indexes these spellings as terms; the checks of an answer compare them.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Context, Decimal
from typing import Literal

QuantityKind = Literal["number", "amount", "percentage", "date", "dossier"]

_SCALE = {
    "duizend": 10**3, "thousand": 10**3, "miljoen": 10**6, "mln": 10**6, "million": 10**6, "mn": 10**6, "m": 10**6,
    "miljard": 10**9, "mld": 10**9, "billion": 10**9, "bn": 10**9, "biljoen": 10**12, "trillion": 10**12,
}  # fmt: skip
_EXACT = Context(prec=450)
_WORDS_NL = (
    "nul een twee drie vier vijf zes zeven acht negen tien elf twaalf dertien veertien vijftien zestien zeventien "
    "achttien negentien twintig"
).split()
_WORDS_EN = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
).split()
_TENS = {
    "dertig": 30, "veertig": 40, "vijftig": 50, "zestig": 60, "zeventig": 70, "tachtig": 80, "negentig": 90,
    "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90,
    "honderd": 100, "hundred": 100,
}  # fmt: skip
# "een" and "one" are articles and pronouns far more often than counts, "acht" is a verb ("acht het kabinet").
NUMBER_WORDS: dict[str, float] = {
    **{w: i for i, w in enumerate(_WORDS_NL)}, **{w: i for i, w in enumerate(_WORDS_EN)}, **_TENS,
}  # fmt: skip
NUMBER_WORDS["anderhalf"] = 1.5
NUMBER_WORDS["anderhalve"] = 1.5
for _ambiguous in ("een", "one", "acht"):
    del NUMBER_WORDS[_ambiguous]

_MONTHS = {
    name: i
    for names in (
        "januari februari maart april mei juni juli augustus september oktober november december",
        "january february march april may june july august september october november december",
        "jan feb mrt apr _ jun jul aug sep okt nov dec",
        "jan feb mar apr _ jun jul aug sept oct nov dec",
    )
    for i, name in enumerate(names.split(), 1)
    if name != "_"
}
_MONTH = "|".join(sorted(_MONTHS, key=len, reverse=True))
_NUM = r"[1-9]\d{0,2}(?:[.,]\d{3})+(?:[.,]\d{1,2})?(?!\d)|\d{1,200}(?!\d)(?:[.,]\d{1,200}(?!\d))?"

_DATE = re.compile(
    rf"(?<!\d)(?P<d1>\d{{1,2}})(?:st|nd|rd|th|e)?\s+(?:of\s+)?(?P<m1>{_MONTH})\b\.?(?:,?\s+(?P<y1>(?:19|20)\d\d))?"
    rf"|\b(?P<m2>{_MONTH})\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?!\d)(?:,?\s+(?P<y2>(?:19|20)\d\d))?"
    rf"|\b(?P<m3>{_MONTH})\s+(?P<y3>(?:19|20)\d\d)\b"
    r"|(?<!\d)(?P<y4>(?:19|20)\d\d)-(?P<m4>\d\d)-(?P<d4>\d\d)(?!\d)"
    r"|(?<![\d-])(?P<d5>\d{1,2})-(?P<m5>\d{1,2})-(?P<y5>(?:19|20)\d\d)(?![\d-])",
    re.IGNORECASE,
)
_DOSSIER_NUMBER = (
    r"(?<![\d.,/-])\d{2}[ \u00a0]?\d{3}(?:[ -](?:[IVXLC]+\b|\d{2}(?!\d)))?"
    r"(?:\s*,?\s*(?i:nrs?)\.?\s*\d+(?!\d)|-\d+(?!\d))?(?!\d)"
)
_DOSSIER_LIST = re.compile(
    rf"Kamerstuk(?:ken|nummers?)?\.?\s+((?:{_DOSSIER_NUMBER})(?:\s*(?:,|en|and|;)\s*(?:{_DOSSIER_NUMBER}))*)",
    re.IGNORECASE,
)
_DOSSIER_ROW = re.compile(
    r"(?:(?<![\d.,/-])\d{2}[ \u00a0]\d{3}\s*(?:,|en|and)\s*)+\d{2}[ \u00a0]\d{3}\s*,?\s*(?i:nrs?)\.?\s*\d+(?!\d)"
)
_DOSSIER_ALONE = re.compile(
    r"(?<![\d.,/-])\d{2}[ \u00a0]?\d{3}(?:[ -](?:[IVXLC]+\b|\d{2}(?!\d)))?(?:\s*,?\s*(?i:nrs?)\.?\s*\d+(?!\d)|(?<=[IVXLC])-\d+(?!\d))"
)
_DOSSIER_PARTS = re.compile(
    r"(\d{2})[ \u00a0]?(\d{3})(?:[ -]([IVXLC]+|\d{2})(?![\dA-Z]))?(?:\s*,?\s*(?i:nrs?)\.?\s*(\d+)|-(\d+))?"
)
_QUANTITY = re.compile(
    rf"(?P<currency>€|\$|£|\beur(?:o)?\b|\busd\b)?\s?(?<![\w.,])(?P<number>{_NUM})"
    rf"\s*(?P<scale>{'|'.join(sorted(_SCALE, key=len, reverse=True))})?\b\.?"
    r"\s*(?P<unit>%|procent\b|percent\b|per cent\b|pct\b|€|euro\b|euros\b|eur\b|dollars?\b|usd\b)?",
    re.IGNORECASE,
)

_WORDED = re.compile(
    r"\b(?P<word>[^\W\d_]+)(?:\s+(?P<scale>duizend|thousand|miljoen|mln|million|miljard|mld|billion|bn|biljoen|trillion)\b\.?"
    r"(?:\s*(?P<unit>euros?|dollars?|€|eur|usd)\b)?)?",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """One number, amount, percentage, date or Kamerstuk number; `key` is the spelling that two texts share."""

    kind: QuantityKind
    key: str
    start: int
    end: int

    @property
    def is_year(self) -> bool:
        """Whether it reads as a year: 1900 to 2099."""
        return re.fullmatch(r"(?:19|20)\d\d", self.key) is not None


def find_quantities(text: str) -> list[Quantity]:
    """Every quantity of a text in its order; a date's or a Kamerstuk's digits are not numbers a second time."""
    found = [*_dossiers(text), *_dates(text)]
    taken = [(q.start, q.end) for q in found]
    loose = (*_numbers(text), *_words(text))
    found += [q for q in loose if not any(a < q.end and q.start < b for a, b in taken)]
    return sorted(found, key=lambda q: (q.start, q.key))


def normal_number(written: str) -> str:
    """The plain spelling of a number written the Dutch or the English way.

    >>> [normal_number(n) for n in ("38.000", "38,000", "5,5", "5.5", "1.234,50")]
    ['38000', '38000', '5.5', '5.5', '1234.5']
    """
    if re.fullmatch(r"[1-9]\d{0,2}(?:[.,]\d{3})+", written):
        return re.sub(r"[.,]", "", written)
    grouped = re.sub(r"[.,](?=\d{3}(?:[.,]|$))", "", written) if written[0] != "0" else written
    whole, _, decimals = grouped.replace(",", ".").rpartition(".")
    if not whole:
        return decimals
    return _plain(Decimal(f"{whole.replace('.', '')}.{decimals}"))


def _plain(value: Decimal) -> str:
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


def _numbers(text: str) -> Iterator[Quantity]:
    for match in _QUANTITY.finditer(text):
        scale = (match["scale"] or "").casefold()
        unit = (match["unit"] or "").casefold()
        if scale == "m" and not match["currency"]:
            scale = ""  # "3 m" is a length
        value = _plain(
            _EXACT.multiply(Decimal(normal_number(match["number"])), Decimal(_SCALE.get(scale, 1)))
        )
        percent = unit in ("%", "procent", "percent", "per cent", "pct")
        money = bool(match["currency"]) or (bool(unit) and not percent)
        kind: QuantityKind = "percentage" if percent else "amount" if money else "number"
        yield Quantity(kind, f"{value}%" if percent else value, match.start("number"), match.end())


def _words(text: str) -> Iterator[Quantity]:
    for match in _WORDED.finditer(text):
        value = NUMBER_WORDS.get(match["word"].casefold())
        if value is None:
            continue
        scaled = _plain(Decimal(str(value)) * _SCALE.get((match["scale"] or "").casefold(), 1))
        yield Quantity("amount" if match["unit"] else "number", scaled, *match.span())


def _dates(text: str) -> Iterator[Quantity]:
    for match in _DATE.finditer(text):
        group = match.groupdict()
        year = group["y1"] or group["y2"] or group["y3"] or group["y4"] or group["y5"]
        month = group["m1"] or group["m2"] or group["m3"]
        digits = group["m4"] or group["m5"]
        number = int(digits) if digits else _MONTHS.get((month or "").casefold(), 0)
        day = group["d1"] or group["d2"] or group["d4"] or group["d5"]
        if not _exists(int(year or 2024), number, int(day) if day else 1):
            continue
        key = f"{year or '----'}-{number:02d}" + (f"-{int(day):02d}" if day else "")
        yield Quantity("date", key, *match.span())


def _exists(year: int, month: int, day: int) -> bool:
    try:
        datetime.date(year, month, day)
    except ValueError:
        return False
    return True


def _dossiers(text: str) -> list[Quantity]:
    found: dict[tuple[int, int], Quantity] = {}
    for listed in _DOSSIER_LIST.finditer(text):
        for match in re.finditer(_DOSSIER_NUMBER, listed[1]):
            at = listed.start(1) + match.start()
            found[at, at + len(match[0])] = _dossier(match[0], at)
    for listed in _DOSSIER_ROW.finditer(text):
        for match in re.finditer(_DOSSIER_NUMBER, listed[0]):
            at = listed.start() + match.start()
            if not any(a <= at < b for a, b in found):
                found[at, at + len(match[0])] = _dossier(match[0], at)
    for match in _DOSSIER_ALONE.finditer(text):
        if not any(a <= match.start() < b for a, b in found):
            found[match.span()] = _dossier(match[0], match.start())
    return [found[k] for k in sorted(found)]


def _dossier(written: str, at: int) -> Quantity:
    parts = _DOSSIER_PARTS.match(written)
    if parts is None:  # the caller's pattern is narrower than this one
        raise ValueError(written)
    pieces = [parts[1] + parts[2], parts[3], parts[4] or parts[5]]
    return Quantity("dossier", "-".join(p for p in pieces if p), at, at + len(written))
