"""What a statement says against the text it cites: numbers, names, addresses, negation, modality, actor, subject. Pure.

Code compares, no model: a statement that says a number, a name or a promise that its citations do not hold is left out.
The comparisons err on the side of leaving out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import simplemma

from rag.acts.modality import check_modality
from rag.prose.actors import check_actor
from rag.prose.inert import addresses, markup
from rag.text.sentences import joined
from rag.types import Check, Sentence
from rag.words.analyze import lemma, normal, root, stopwords
from rag.words.glossary import glossary, is_abbreviation
from rag.words.numerals import with_digits
from rag.words.quantities import Quantity, find_quantities

_NEGATION = re.compile(
    r"\b(?:niet|geen|nooit|noch|zonder|nee|niemand|nergens|weiger\w*|geweigerd|afgewezen|wijst?\b.{1,60}?\baf|zie(?:t|n)? af van|afgezien van"
    r"|on(?:mogelijk|voldoende|wenselijk|haalbaar)e?|not|no|never|nor|none|nobody|nowhere|without|cannot|refus\w+|reject\w*|declin(?:es?|ed|ing)"
    r"|rul(?:es?|ed|ing) out|impossible|insufficient(?:ly)?|undesirable|unfeasible|unlikely|unwilling)\b|n['’]t\b",
    re.IGNORECASE,
)
# "Niet alleen … maar ook" says yes twice; "not later than" is a date.
_NO_DENIAL = re.compile(
    r"\b(?:niet (?:alleen|slechts|enkel)|niet later dan|not (?:only|just|merely)|no(?:t)? later than|no less than|niets minder dan|niet minder dan)\b",
    re.IGNORECASE,
)
_CURRENCY = {
    "€": "euro",
    "eur": "euro",
    "euro": "euro",
    "euros": "euro",
    "$": "dollar",
    "usd": "dollar",
    "dollar": "dollar",
    "dollars": "dollar",
}
_WORD = re.compile(r"[^\W_]+(?:[-’'][^\W_]+)*")
SHARED = 0.2  # smallest share of a statement's content words that its citations must hold, in either language


def check_statement(text: str, sentences: Sequence[Sentence], quotes: Sequence[str]) -> tuple[Check, ...]:
    """Compare a written statement with the sentences it cites; every check says what it found."""
    cited = joined(" ".join(quotes))
    return (
        _numbers(text, cited),
        _names(text, cited, sentences),
        _addresses(text, cited),
        _negation(text, cited, sentences),
        check_modality(text, sentences, quotes),
        check_actor(text, cited, sentences),
        _subject(text, cited),
    )


def _numbers(written: str, cited: str) -> Check:
    text, cited = with_digits(written), with_digits(cited)
    there = [(form, _unit(cited, q)) for q in find_quantities(cited) for form in _forms(q.key)]
    missing = [
        q
        for q in find_quantities(text)
        if not any(k == q.key and _same_unit(_unit(text, q), u) for k, u in there)
    ]
    said = ", ".join(written[q.start : q.end].strip() for q in missing)
    return Check("numbers", not missing, f"not in the cited text: {said}" if missing else "")


def _forms(key: str) -> list[str]:
    """A date's month and year stand in the text that states the day, and so does the day without its year."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", key):
        return [key, key[:7], key[:4], f"-----{key[5:]}", f"-----{key[5:7]}"]
    if re.fullmatch(r"\d{4}-\d\d", key):
        return [key, key[:4]]
    return [key, key.split("-", maxsplit=1)[0]] if key[:1].isdigit() else [key]


def _unit(text: str, quantity: Quantity) -> str:
    """What a quantity counts: a currency, per cent, or the word behind it."""
    if quantity.kind == "percentage":
        return "%"
    if quantity.kind in ("date", "dossier"):
        return ""
    around = text[max(0, quantity.start - 5) : quantity.end].casefold()
    for sign, currency in _CURRENCY.items():
        if sign in around if not sign.isalpha() else re.search(rf"(?<!\w){sign}(?!\w)", around):
            return currency
    return "" if quantity.is_year else "#"


def _same_unit(said: str, cited: str) -> bool:
    return said == cited or "" in (said, cited)


def _addresses(text: str, cited: str) -> Check:
    """A link, a picture or an address in a statement must stand in the cited text; markup never does.

    The detail does not repeat them: it is shown like the statement.
    """
    found = [*markup(text), *(a for a in addresses(text) if a not in cited)]
    told = f"links, markup or addresses that the cited text does not hold: {len(found)}"
    return Check("addresses", not found, told if found else "")


def _names(text: str, cited: str, sentences: Sequence[Sentence]) -> Check:
    voices = " ".join(s.speaker or "" for s in sentences)
    there = _lemmas(f"{cited} {voices}")
    translated = _translated(text, there)
    missing = [
        w for w in names_in(text) if not (w in translated or _stands(w, there) or _head_stands(w, there))
    ]
    return Check("names", not missing, f"not in the cited text: {', '.join(missing)}" if missing else "")


_ACTORS = frozenset(
    "nederland netherlands dutch nederlands nederlandse kabinet cabinet kamer house minister ministers government regering parliament parlement "
    "ngo ngos mp mps".split()
)


def names_in(text: str) -> list[str]:
    """Words with a capital that are no ordinary word at the head of a sentence."""
    out = []
    for match in _WORD.finditer(text):
        word = match[0]
        folded = normal(word)
        if not word[0].isupper() or folded in _ACTORS or folded in stopwords()["nl"] | stopwords()["en"]:
            continue
        heads = match.start() == 0 or re.search(r"[.!?:]\s*[\"“«]?$", text[: match.start()]) is not None
        place = glossary().is_place([word], "en") or glossary().is_place([word], "nl")
        ordinary = simplemma.is_known(word.lower(), lang="nl") or simplemma.is_known(word.lower(), lang="en")
        if not heads or place or is_abbreviation(word) or not ordinary:
            out.append(word)
    return out


def _translated(text: str, there: frozenset[str]) -> frozenset[str]:
    """The words of names that stand there in the other language as a whole: "International Criminal Court".

    Not its abbreviations: of "EU member states" "lidstaten" holds the states, not the EU.
    """
    words = _WORD.findall(text)
    matches = [*glossary().match(words, "en"), *glossary().match(words, "nl")]
    whole = [
        m for m in matches if m.end - m.start > 1 and any(_content(f) <= there for f, w in m.forms if w > 0.9)
    ]
    return frozenset(w for m in whole for w in words[m.start : m.end] if not is_abbreviation(w))


def _head_stands(word: str, there: frozenset[str]) -> bool:
    """Whether the names in a compound stand there: of "OHCHR-kantoor" that is OHCHR."""
    parts = [p for p in word.split("-") if p[:1].isupper()]
    return 0 < len(parts) < len(word.split("-")) and all(_stands(p, there) for p in parts)


def _stands(word: str, there: frozenset[str]) -> bool:
    folded = normal(word)
    if {folded, lemma(folded), root(folded)} & there:
        return True
    matches = [*glossary().match([word], "en"), *glossary().match([word], "nl")]
    return any(
        _content(form) and _content(form) <= there
        for m in matches
        for form, weight in m.forms
        if weight > 0.9
    )


@lru_cache(maxsize=2000)
def _content(form: str) -> frozenset[str]:
    skip = stopwords()["nl"] | stopwords()["en"]
    return frozenset(lemma(normal(w)) for w in _WORD.findall(form) if normal(w) not in skip)


@lru_cache(maxsize=2000)
def _lemmas(text: str) -> frozenset[str]:
    words = [normal(p) for w in _WORD.findall(text) for p in {w, *w.split("-")}]
    return frozenset(x for w in words for x in (w, lemma(w), root(w)))


def _negation(text: str, cited: str, sentences: Sequence[Sentence]) -> Check:
    said = _denies(text)
    there = _denies(cited) or any(s.act == "decline" for s in sentences)
    if said == there:
        return Check("negation", True)
    if said:
        return Check("negation", False, "the statement denies, the cited text does not")
    return Check("negation", False, "the cited text denies, the statement does not")


def _denies(text: str) -> bool:
    return _NEGATION.search(_NO_DENIAL.sub(" ", text)) is not None


def _subject(text: str, cited: str) -> Check:
    """A statement must share some of its words with what it cites, translated where it is in the other language."""
    there = _lemmas(cited)
    words = [
        w
        for w in _WORD.findall(text)
        if normal(w) not in stopwords()["nl"] | stopwords()["en"] and not w.isdigit()
    ]
    shared = [w for w in words if _stands(w, there) or _related(w, there)]
    enough = not words or len(shared) / len(words) >= SHARED
    return Check(
        "subject", enough, "" if enough else "the statement speaks of something else than the cited text"
    )


def _related(word: str, there: frozenset[str]) -> bool:
    matches = [*glossary().match([word], "en"), *glossary().match([word], "nl")]
    return any(_content(form) & there or root(normal(form)) in there for m in matches for form, _ in m.forms)
