"""What a sentence must hold to answer a question: an amount, a count of the right things, a day, a reason, a state.

A sentence may speak of everything that a question names and still not answer it: "the embassy pays for two centres" does
not say how much.
"""

from __future__ import annotations

import re
from functools import lru_cache

from rag.coverage import Weighted
from rag.question import Question
from rag.words.analyze import terms
from rag.words.glossary import glossary
from rag.words.numerals import with_digits
from rag.words.quantities import Quantity, find_quantities

COUNTED = 3  # words behind a number within which stands what it counts
PRESENT = 0.5  # strength from which a concept counts as spoken of
LONGEST_NAME = 6  # words of a state's name
_NAME = re.compile(r"[A-ZÀ-Þ][\w’'-]+(?:[ -][A-ZÀ-Þ][\w’'-]+)*")
_MONEY = re.compile(
    r"[€$]|\b(?:miljoen|miljard|euro|eur|mln|mld|dollar|million|billion)\b", re.IGNORECASE
)  # not always beside the number: "9 (negen) miljoen"
_WORD = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")
_REASON = re.compile(
    r"\b(?:omdat|want|vanwege|wegens|doordat|aangezien|gezien|daarom|zodat|daardoor|hierdoor|waardoor|immers|namelijk"
    r"|gelet op|naar aanleiding van|als gevolg van|in reactie op|in response to|as a result of|redenen?|teneinde|om\b.{3,60}\bte|because|since|therefore|due to|in order to)\b",
    re.IGNORECASE | re.DOTALL,
)


def holds_kind(question: Question, text: str) -> bool:
    """Whether a sentence holds the kind of fact a question asks for: an amount of money, a number, a date."""
    found = [q for q in _quantities(text) if q.kind != "dossier"]
    dates = [q for q in found if _is_date(q)]
    if "amount" in question.asks:
        amount = any(q.kind in ("amount", "percentage") for q in found)
        return amount or (len(found) > len(dates) and _MONEY.search(text) is not None)
    if "number" in question.asks:
        return len(found) > len(dates)
    if "date" in question.asks:
        return bool(dates)
    return True


def holds_date(question: Question, text: str) -> bool:
    """Whether a sentence holds a day or a year that the question does not."""
    return any(_is_date(q) for q in _new(question, text))


def counts(question: Question, text: str, counted: Weighted | None) -> bool:
    """Whether a sentence holds a number that the question does not, and that counts what is asked; a share may be of anything."""
    return any(_counts(q, text, counted) for q in _new(question, text))


def gives_reason(text: str) -> bool:
    """Whether a sentence says why."""
    return _REASON.search(text) is not None


@lru_cache(maxsize=20_000)
def states(text: str) -> frozenset[str]:
    """The states and territories that a text names, as it names them, in small letters."""
    known = glossary()
    names = (m[0] for m in _NAME.finditer(text))
    tried = (
        " ".join(w[a:b])
        for name in names
        for w in [name.split()]
        for a in range(len(w))
        for b in range(a + 1, min(len(w), a + LONGEST_NAME) + 1)
    )
    return frozenset(
        t.casefold() for t in tried if known.is_place(t.split(), "nl") or known.is_place(t.split(), "en")
    )


def _new(question: Question, text: str) -> list[Quantity]:
    """The quantities of a sentence that the question does not hold."""
    said = {q.key for q in _quantities(question.text)}
    return [q for q in _quantities(text) if q.key not in said]


def _is_date(quantity: Quantity) -> bool:
    return quantity.kind == "date" or quantity.is_year


def _counts(quantity: Quantity, text: str, counted: Weighted | None) -> bool:
    if quantity.kind == "dossier" or _is_date(quantity):
        return False
    if quantity.kind == "percentage" or counted is None:
        return True
    behind = " ".join(_WORD.findall(text[quantity.end :])[:COUNTED])
    return counted.strength(terms(behind)) >= PRESENT


@lru_cache(maxsize=20_000)
def _quantities(text: str) -> tuple[Quantity, ...]:
    return tuple(find_quantities(with_digits(text)))
