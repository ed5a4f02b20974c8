"""Number words -> digits, in Dutch and English, for comparing a statement with what it cites.

`rag.words.quantities` reads the words that are always numbers. Here are those that need the words around them ("acht" is a
number in "acht missies" and a verb in "het kabinet acht"; "een" only before "miljoen") and the compounds
("vijfentwintig", "twenty-five", "driehonderd"). What comes back is as long as what went in, so offsets stay.
"""

from __future__ import annotations

import re

_UNITS_NL = "een twee drie vier vijf zes zeven acht negen".split()
_TEENS_NL = "tien elf twaalf dertien veertien vijftien zestien zeventien achttien negentien".split()
_TENS_NL = "twintig dertig veertig vijftig zestig zeventig tachtig negentig".split()
_UNITS_EN = "one two three four five six seven eight nine".split()
_TEENS_EN = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
_TENS_EN = "twenty thirty forty fifty sixty seventy eighty ninety".split()

DUTCH: dict[str, int] = {
    **{w: i for i, w in enumerate(_UNITS_NL, 1)},
    **{w: i for i, w in enumerate(_TEENS_NL, 10)},
    **{w: 10 * i for i, w in enumerate(_TENS_NL, 2)},
    **{
        f"{unit}{'ën' if unit.endswith('e') else 'en'}{ten}": 10 * i + j
        for i, ten in enumerate(_TENS_NL, 2)
        for j, unit in enumerate(_UNITS_NL, 1)
    },
}
ENGLISH: dict[str, int] = {
    **{w: i for i, w in enumerate(_UNITS_EN, 1)},
    **{w: i for i, w in enumerate(_TEENS_EN, 10)},
    **{w: 10 * i for i, w in enumerate(_TENS_EN, 2)},
}
_SCALE = r"(?=\s+(?:duizend|miljoen|mln|miljard|mld|biljoen|thousand|million|billion|trillion)\b)"
_HALF = re.compile(rf"\b(?:een\s+half|half\s+a|een\s+halve|half){_SCALE}", re.IGNORECASE)
_ONE = re.compile(rf"\b(?:é[eé]n|eén)\b(?!\s+van\b)|\b(?:een|one|an?){_SCALE}", re.IGNORECASE)
# A verb's subject before "acht", or what a verb is followed by: then it is no number.
_ACHT = re.compile(
    r"(?<!\bik )(?<!\bwij )(?<!\bwe )(?<!\bkabinet )(?<!\bregering )(?<!\bminister )(?<!\bstaatssecretaris )(?<!\bnederland )"
    r"(?<!\bhij )(?<!\bzij )(?<!\bdie )(?<!\bdat )\bacht\b(?=\s+(?:duizend|honderd|miljoen|mln|miljard|mld|procent|jaar|uur|keer|maal|euro|[a-zà-ÿ]{3,}(?:en|s)\b))"
    r"(?!\s+(?:een|geen|deze|eens|alleen|sinds|tevens|steeds|ons|samen|tegen|tussen|binnen|buiten|zowel\w*|slechts|daarentegen)\b)",
    re.IGNORECASE,
)
_PER_CENT = re.compile(
    rf"\b({'|'.join(sorted({**DUTCH, **ENGLISH}, key=len, reverse=True))})(?=\s+(?:procent|percent|per cent)\b)",
    re.IGNORECASE,
)
_TENS_UNITS = re.compile(rf"\b({'|'.join(_TENS_EN)})[- ]({'|'.join(_UNITS_EN)})\b", re.IGNORECASE)
_HUNDREDS = re.compile(
    rf"\b(a|{'|'.join((*_UNITS_EN, *_TEENS_EN))})\s+hundred(?:\s+(?:and\s+)?(\d+|{'|'.join(sorted(ENGLISH, key=len, reverse=True))})\b)?",
    re.IGNORECASE,
)
_COMPOUND_NL = re.compile(
    r"\b[a-zë]*(?:honderd|duizend)[a-zë]*\b|\b[a-zë]+(?:en|ën)(?:twin|der|veer|vijf|zes|zeven|tach|negen)tig\b",
    re.IGNORECASE,
)


def with_digits(text: str) -> str:
    """The text with its number words as digits, as long as before.

    >>> with_digits("vijfentwintig jaar"), with_digits("acht missies"), with_digits("Het kabinet acht missies nuttig")
    ('25            jaar', '8    missies', 'Het kabinet acht missies nuttig')
    """
    text = _HALF.sub(lambda m: _filled("0.5", m), text)
    text = _ONE.sub(lambda m: _filled("1", m), text)
    text = _ACHT.sub(lambda m: _filled("8", m), text)
    text = _TENS_UNITS.sub(
        lambda m: _filled(str(ENGLISH[m[1].casefold()] + ENGLISH[m[2].casefold()]), m), text
    )
    text = _HUNDREDS.sub(lambda m: _filled(str(_hundreds(m)), m), text)
    text = _PER_CENT.sub(lambda m: _filled(str({**DUTCH, **ENGLISH}[m[1].casefold()]), m), text)
    return _COMPOUND_NL.sub(_dutch_match, text)


def _filled(digits: str, match: re.Match[str]) -> str:
    return digits.ljust(len(match[0]))


def _hundreds(match: re.Match[str]) -> int:
    rest = match[2] or "0"
    more = int(rest) if rest.isdigit() else ENGLISH[rest.casefold()]
    return 100 * ENGLISH.get(match[1].casefold(), 1) + more


def _dutch_match(match: re.Match[str]) -> str:
    value = dutch_number(match[0].casefold())
    return (
        match[0]
        if value is None or match[0].casefold() in ("honderd", "duizend")
        else _filled(str(value), match)
    )


def dutch_number(word: str) -> int | None:
    """The value of a Dutch number word below a million, or None.

    >>> dutch_number("driehonderdvijfentwintig"), dutch_number("vijftienhonderd"), dutch_number("honderden")
    (325, 1500, None)
    """
    if word in DUTCH:
        return DUTCH[word]
    for name, size in (("duizend", 1000), ("honderd", 100)):
        head, found, tail = word.partition(name)
        if found:
            times = dutch_number(head) if head else 1
            rest = dutch_number(tail.removeprefix("en")) if tail else 0
            return None if times is None or rest is None else times * size + rest
    return None
