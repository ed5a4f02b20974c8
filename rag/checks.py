"""What a statement says against the text it cites: numbers, names, addresses, negation, modality, subject. Pure.

Code compares, no model: a statement that says a number, a name or a promise that its citations do not hold is left out.
The comparisons err on the side of leaving out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import simplemma

from rag.analyze import lemma, normal, root, stopwords
from rag.glossary import glossary, is_abbreviation
from rag.quantities import Quantity, find_quantities
from rag.sentences import joined
from rag.types import Check, Sentence

_NEGATION = re.compile(
    r"\b(?:niet|geen|nooit|noch|zonder|nee|onmogelijk|niemand|nergens|weiger\w*|geweigerd|not|no|never|nor|none|nobody|nowhere"
    r"|without|cannot|refus\w+|reject\w*|impossible)\b|n['’]t\b",
    re.IGNORECASE,
)
_PROMISE = re.compile(
    r"\b(?:zal|zullen|gaat|gaan|belooft|beloofde?|beloven|toegezegd|toezegging\w*|garandeer\w*|verplicht zich|besloten|besluit"
    r"|zeg(?:t|de|gen)?\b.{1,80}?\btoe|stel(?:t|de|len)?\b.{1,80}?\bbeschikbaar|van plan|voornemens|trekt\b.{1,80}?\buit|geeft|geven"
    r"|will|shall|going to|promis\w+|pledg\w+|commit\w*|commitments?|decid\w+|guarantee\w*|undertak\w+|plans? to|agree[sd]? to|vow\w*|gives?)\b",
    re.IGNORECASE,
)
_CALL = re.compile(
    r"\b(?:call\w* (?:on|for)|urg\w+|demand\w*|ask\w*|request\w*|roep\w*|pleit\w*|eis\w*|vraagt|vragen|verzoek\w*|wil|want\w*)\b",
    re.IGNORECASE,
)
_WEAK = re.compile(
    r"\b(?:overwe(?:eg|egt|gen)|bereid|kan|kunnen|zou|zouden|hoopt|streeft|verwacht|mogelijk|beziet|onderzoekt|moet|dient|roep\w*|pleit\w*|verzoek\w*|vraagt)\b",
    re.IGNORECASE,
)
_CABINET = re.compile(
    r"\b(?:nederland|netherlands|kabinet|cabinet|regering|government|minister|staatssecretaris|state secretary)\b",
    re.IGNORECASE,
)
_ONLY_ASKED = "the statement has the cabinet act, the cited text only asks it to"
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
        _negation(text, cited),
        _modality(text, sentences, quotes),
        _subject(text, cited),
    )


def _numbers(text: str, cited: str) -> Check:
    there = [(form, _unit(cited, q)) for q in find_quantities(cited) for form in _forms(q.key)]
    missing = [
        q
        for q in find_quantities(text)
        if not any(k == q.key and _same_unit(_unit(text, q), u) for k, u in there)
    ]
    said = ", ".join(text[q.start : q.end].strip() for q in missing)
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
    return "" if re.fullmatch(r"(?:19|20)\d\d", quantity.key) else "#"


def _same_unit(said: str, cited: str) -> bool:
    return said == cited or "" in (said, cited)


def _addresses(text: str, cited: str) -> Check:
    """A link, a picture or an address in a statement must stand in the cited text."""
    found = re.findall(r"(?:https?://|www\.)[^\s)\]>\"']+", text)
    missing = [a for a in found if a not in cited]
    return Check("addresses", not missing, f"not in the cited text: {', '.join(missing)}" if missing else "")


def _names(text: str, cited: str, sentences: Sequence[Sentence]) -> Check:
    voices = " ".join(s.speaker or "" for s in sentences)
    there = _lemmas(f"{cited} {voices}")
    missing = [w for w in _capitalised(text) if not _stands(w, there)]
    return Check("names", not missing, f"not in the cited text: {', '.join(missing)}" if missing else "")


_ACTORS = frozenset(
    "nederland netherlands dutch nederlands nederlandse kabinet cabinet kamer house minister ministers government regering parliament parlement".split()
)


def _capitalised(text: str) -> list[str]:
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


def _negation(text: str, cited: str) -> Check:
    said, there = bool(_NEGATION.search(text)), bool(_NEGATION.search(cited))
    if said == there:
        return Check("negation", True)
    return Check(
        "negation",
        False,
        "the statement denies, the cited text does not"
        if said
        else "the cited text denies, the statement does not",
    )


def _modality(text: str, sentences: Sequence[Sentence], quotes: Sequence[str]) -> Check:
    """A promise in the statement needs a commitment among the cited sentences, and no other act beside it.

    Where only demands, requests or questions are cited, the cabinet may be named only under a verb of asking.
    """
    said, called = _PROMISE.search(text), _CALL.search(text)
    if sentences and all(s.act in ("demand", "request", "question") for s in sentences):
        bound = [m.start() for m in (said, _CABINET.search(text)) if m is not None]
        asked = called is not None and all(called.start() < at for at in bound)
        return Check("modality", True) if asked or not bound else Check("modality", False, _ONLY_ASKED)
    if said is None:
        return Check("modality", True)
    committed = all(s.act == "commitment" for s in sentences if s.act not in ("report", "answer", "other"))
    committed = committed and any(s.act == "commitment" for s in sentences)
    pairs = zip(quotes, sentences, strict=False)
    strong = any(
        _PROMISE.search(joined(q)) or not _WEAK.search(joined(q)) for q, s in pairs if s.act == "commitment"
    )
    if committed and strong:
        return Check("modality", True)
    return Check("modality", False, "the statement promises, the cited text does not")


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
