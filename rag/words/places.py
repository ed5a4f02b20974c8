"""States by one name: "Sudan" and "Soedan", "NL" and "Nederland", by the Unicode CLDR."""

from __future__ import annotations

import re
from functools import lru_cache

from babel import Locale


@lru_cache(maxsize=20_000)  # the same few sentences are compared with many questions
def with_dutch_names(text: str) -> str:
    """A text in which states and territories have their Dutch names, whatever language it is in.

    >>> with_dutch_names("How much does NL pay in Sudan and South Sudan?")
    'How much does Nederland pay in Soedan and Zuid-Soedan?'
    """
    pattern, dutch = _english()
    return pattern.sub(lambda name: dutch.get(name[0].casefold(), name[0]), text)


@lru_cache(maxsize=1)
def _english() -> tuple[re.Pattern[str], dict[str, str]]:
    here, there = Locale("nl").territories, Locale("en").territories
    known = {name: here[code] for code, name in there.items() if code.isalpha() and code in here}
    dutch = {name.casefold(): name_here for name, name_here in known.items() if name != name_here}
    longest_first = [re.escape(name) for name in sorted(dutch, key=len, reverse=True)]
    names = "|".join([*longest_first, r"nl(?!\.)"])  # "nl." is "namely" in Dutch
    return re.compile(rf"\b(?:{names})\b", re.IGNORECASE), dutch | {"nl": here["NL"]}
