"""A question -> what to search for and what kind of answer is wanted.

A question becomes *concepts*, one for each thing it names. A concept lists alternatives, each a set of terms that
must stand together, with a weight: the word itself, its Dutch translations, what its abbreviation stands for.
Alternatives of one concept count as occurrences of one word (Pirkola 1998, "The effects of query structure and
dictionary setups in dictionary-based cross-language information retrieval"), so a word with six translations does not
outvote a word with one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

import simplemma

from rag.cues import question_cues
from rag.errors import QuestionError
from rag.sayings import asks_what_is_said, named_sayer
from rag.types import Language
from rag.words.analyze import (
    JOINING,
    common_words,
    compound_parts,
    normal,
    quantity_terms,
    stopwords,
    terms,
    word_terms,
    words,
)
from rag.words.glossary import ABBREVIATED, Glossary, Match, glossary, is_abbreviation, key
from rag.words.periods import with_first_years, with_whole_years
from rag.words.quantities import find_quantities

MAX_CHARACTERS = 2000
GENERAL = 0.5  # weight of words that say who or what kind of act is asked for, not about what
COMMON = 0.2  # weight of words that say little in any question: "new", "year", "come"
OWN = 0.7  # weight of an English word itself in a Dutch text: names, loan words
FORMS = 4  # translations or synonyms of one phrase that are searched for, best first: more brought noise, and time; of a state all
PLACE = 1.3  # weight of a state: what is said of one is not said of another
COMPONENT = 0.35  # weight of the single words of a phrase that the glossary knows as a whole
Alternative = tuple[tuple[str, ...], float]
# "How many visitors", "hoeveel bezoekers": things are counted, not money; nor is it in "how much extra time".
_COUNT = re.compile(
    r"\b(?:(?:how many|hoeveel)\s+(?!euro|miljoen|miljard|million|billion|dollar)\w+(?:en|s)"
    r"|(?:how much|hoeveel)\s+(?:(?:extra|more|meer)\s+)?(?:time|tijd))\b",
    re.IGNORECASE,
)
_WHAT = re.compile(r"\b(?:what|wat)\b(?!\s+(?:kind|sort|voor|about)\b)", re.IGNORECASE)
# These words also open a clause that asks nothing: "when new rules are drawn up", "in Colombia, where Dutch money …".
# "Waar … voor" and "waar … aan" ask for no place.
_HEAD = r"(?:^|[?.:;–-]\s*|\b(?:and|or|but|en|of|maar|since|until|by|from|sinds|tot|per|vanaf)\s+)"
_PLAN = re.compile(r"\b(?:action|national|\d{4})(?:[ -]\w+)?[ -]plans?\b", re.IGNORECASE)
_ASKING = {
    "who": re.compile(
        rf"(?:{_HEAD}|\b(?:to|for|with|door|van|voor|aan|met)\s+)(?:who|whom|whose|wie|wiens)\b",
        re.IGNORECASE,
    ),
    "date": re.compile(_HEAD + r"(?:when|wanneer)\b", re.IGNORECASE),
    "meaning": re.compile(
        r"\bmean(?:t|s)?\b(?!\s+for\b)|\bunderstood\b|\bdefin|\bversta|\bbedoel|\bbetekent\b(?![^?]*\svoor\s)"
        r"|\bhoudt\b[^?]*\sin\s*(?:[?,.]|$)|\bomschrijft\b",
        re.IGNORECASE,
    ),
    "where": re.compile(
        _HEAD
        + r"(?:where|waar)\b(?![^?,]*\bstand on\b)(?![^?,]*\s(?:voor|mee|aan|over|op|van|toe|door|tegen)\s*(?:[?,]|$))",
        re.IGNORECASE,
    ),
}


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing the question names: its words, what may stand for it, how much it matters."""

    label: str
    alternatives: tuple[Alternative, ...]
    weight: float = 1.0
    exact: bool = False  # a number, a date, a Kamerstuk: no near spellings
    part: bool = False  # a component of a phrase that is a concept itself
    place: bool = False  # a state or territory
    means: str = ""  # the role or the speech act that its words stand for


@dataclass(frozen=True, slots=True)
class Question:
    """A question understood: its language, concepts, and the act, actors and kind of fact it asks for."""

    text: str  # as asked
    written: str  # as it would be written (`rag.casing`): what reads capitals reads this
    language: Language
    concepts: tuple[Concept, ...]
    acts: frozenset[str] = frozenset()
    roles: frozenset[str] = frozenset()
    asks: frozenset[str] = frozenset()
    years: tuple[int, ...] = field(default=())
    sayers: frozenset[str] = frozenset()  # the roles of those whose words are asked for
    counted: str = ""  # the label of the concept that is counted: "how many *refugees*"


def check(text: str) -> str:
    """The question without white space around it; an empty or oversized one is an error that says so."""
    text = " ".join(text.split())
    if not re.search(r"\w", text):
        raise QuestionError(
            "The question is empty. Ask something, for example: what did NL commit on the Sudan FFM?"
        )
    if len(text) > MAX_CHARACTERS:
        raise QuestionError(
            f"The question has {len(text):,} characters; {MAX_CHARACTERS:,} is the most. Shorten it."
        )
    return text


def understand(text: str, known: Glossary | None = None, written: str = "") -> Question:
    """Read a question, and as it would be `written`; raises QuestionError where there is nothing to read."""
    asked, text = check(text), check(written or text)
    language = detect_language(text)
    acts = _acts(text, language)
    roles = _roles(text, language)
    asks = _asks(re.sub(r"\b[A-Z]{2,}\b", "", text) if not text.isupper() else text, language)
    sayers = _roles(named_sayer(text), language) if "said" in asks else frozenset[str]()
    years = tuple(sorted({int(y) for y in re.findall(r"\b(?:19|20)\d\d\b", with_whole_years(text))}))
    of_document = "date" in asks and _holds(text, question_cues()["documents"][language], language)
    kinds = asks if of_document else asks - {"dated"}
    concepts = _concepts(with_first_years(text), language, kinds, known or glossary())
    counted = _counted(text, concepts)
    return Question(asked, text, language, concepts, acts, roles, asks, years, sayers, counted)


def in_full(question: Question, forms: Mapping[str, str]) -> Question:
    """The question with what some of its words are short for, by the labels of their concepts."""
    concepts = tuple(
        replace(c, alternatives=(*c.alternatives, *((v, ABBREVIATED) for v in _variants(forms[c.label]))))
        if c.label in forms
        else c
        for c in question.concepts
    )
    return replace(question, concepts=concepts)


def _counted(text: str, concepts: Sequence[Concept]) -> str:
    """The label of the first concept within two words of "how many"; of "hoeveel" where a plural follows."""
    said = re.search(
        r"\b(?:how many\s+|hoeveel\s+(?=\w+(?:en|s)\b))((?:[\w-]+\s*){1,2})", text, re.IGNORECASE
    )
    if said is None:
        return ""
    at = {c.label: said[1].casefold().find(c.label.casefold()) for c in concepts if not c.part}
    there = [label for label, place in at.items() if place >= 0]
    return min(there, key=lambda label: at[label], default="")


def detect_language(text: str) -> Language:
    """Dutch or English; a tie is Dutch."""
    score = language_scores(text)
    return "en" if score["en"] > score["nl"] else "nl"


def language_scores(text: str) -> dict[Language, float]:
    """How much of a text is Dutch and how much English, by function words first and known words second."""
    told = [_told_by(normal(word)) for word in words(text)]
    return {"nl": sum(nl for nl, _ in told), "en": sum(en for _, en in told)}


@lru_cache(maxsize=50_000)
def _told_by(word: str) -> tuple[float, float]:
    """What a word says for Dutch, and for English."""
    return _speaks_for(word, "nl", "en"), _speaks_for(word, "en", "nl")


def _speaks_for(word: str, language: Language, other: Language) -> float:
    if word in stopwords()[language] and word not in stopwords()[other]:
        return 2.0
    return float(simplemma.is_known(word, lang=language) and not simplemma.is_known(word, lang=other))


def _holds(text: str, forms: Sequence[str], language: Language) -> bool:
    pieces = [key(w, language) for w in words(text)]
    flat = [p for piece in pieces for p in piece]
    for form in forms:
        wanted = list(key(form, language))
        if any(flat[i : i + len(wanted)] == wanted for i in range(len(flat) - len(wanted) + 1)):
            return True
    return False


def _roles(text: str, language: Language) -> frozenset[str]:
    """The roles of the actors that are named."""
    return frozenset(
        r for r, forms in question_cues()["actors"].items() if _holds(text, forms[language], language)
    )


def _acts(text: str, language: Language) -> frozenset[str]:
    """The acts that a question asks about; "zegt … toe" is one word in two places, and an action plan is nobody's promise."""
    text = _PLAN.sub(" ", text)
    found = {a for a, forms in question_cues()["acts"].items() if _holds(text, forms[language], language)}
    if re.search(r"\bze(?:g|gt|gde|gden|ggen)\b.*\btoe\b", text, re.IGNORECASE):
        found.add("commitment")
    return frozenset(found)


def _asks(text: str, language: Language) -> frozenset[str]:
    """The kinds of fact a question wants; a number of something that is paid is an amount."""
    found = {a for a, forms in question_cues()["asks"].items() if _says(text, forms[language])}
    if {"number", "money"} <= found and not _COUNT.search(text):
        found.add("amount")
    if "price" in found and _WHAT.search(text):
        found.add("amount")
    for kind, asking in _ASKING.items():
        if kind in found and not asking.search(text) and not _says(text, _more_than_a_word(kind, language)):
            found.discard(kind)
    if asks_what_is_said(text):
        found.add("said")
    return frozenset(found - {"money", "price"})


def _more_than_a_word(kind: str, language: Language) -> list[str]:
    return [form for form in question_cues()["asks"][kind][language] if " " in form or form == "deadline"]


def _says(text: str, forms: Sequence[str]) -> bool:
    return any(re.search(rf"(?<!\w){re.escape(f)}(?!\w)", text, re.IGNORECASE) for f in forms)


def _concepts(text: str, language: Language, kinds: frozenset[str], known: Glossary) -> tuple[Concept, ...]:
    concepts: list[Concept] = []
    quantities = find_quantities(text)
    for quantity in quantities:
        exact = quantity_terms(quantity.kind, quantity.key)
        alternatives = tuple(((t,), 1.0 - 0.3 * i) for i, t in enumerate(exact))
        concepts.append(Concept(text[quantity.start : quantity.end].strip(), alternatives, exact=True))
    covered = [q for q in quantities if q.kind in ("date", "dossier", "amount", "percentage")]
    masked = text
    for quantity in covered:
        masked = masked[: quantity.start] + " " * (quantity.end - quantity.start) + masked[quantity.end :]
    found = _joined_adjectives([p for w in words(masked) for p in _pieces(w)], language)
    matches = known.match(found, language)
    at = 0
    for match in (*matches, None):
        until = match.start if match else len(found)
        for word in found[at:until]:
            if (plain := _word_concept(word, language)) is not None:
                concepts += [plain, *_compound_concepts(word, language, known)]
        if match is not None:
            concepts += _match_concepts(found, match, language, known)
            at = match.end
    return _merged(concepts, language, kinds)


def _pieces(word: str) -> list[str]:
    """A written word as the glossary sees it: hyphens divide it, an abbreviation keeps its case."""
    return [p for p in re.split(r"[-‐‑.]", word) if p] if not word.isdigit() else []


def _joined_adjectives(pieces: Sequence[str], language: Language) -> list[str]:
    """ "conflict gerelateerd" as the one word it is in Dutch, whichever of its spellings was typed."""
    out: list[str] = []
    for piece in pieces:
        if language == "nl" and out and JOINING.fullmatch(piece) and not is_abbreviation(out[-1]):
            out[-1] += piece.lower()
        else:
            out.append(piece)
    return out


def _compound_concepts(word: str, language: Language, known: Glossary) -> list[Concept]:
    """The parts of a Dutch compound that no glossary knows: "vrouwenclub" also searches for "vrouw" and "club"."""
    parts = compound_parts(normal(word)) if language == "nl" else ()
    out = []
    for part in parts:
        matches = known.match([part], language)
        concepts = _match_concepts([part], matches[0], language, known) if matches else []
        plain = concepts[0] if concepts else Concept(part, (((part,), 1.0),))
        out.append(replace(plain, weight=COMPONENT, part=True))
    return out


def _word_concept(word: str, language: Language) -> Concept | None:
    if normal(word) in stopwords()[language] and not is_abbreviation(word):
        return None
    own = word_terms(word)
    if not own:
        return None
    alternatives: list[Alternative] = [((own[0],), 1.0)]
    if len(own) > 1:
        alternatives.append((tuple(own[1:]), 0.9))
    return Concept(word, tuple(alternatives))


def _match_concepts(found: Sequence[str], match: Match, language: Language, known: Glossary) -> list[Concept]:
    said = found[match.start : match.end]
    place = known.is_place(said, language)
    weighted = [
        (" ".join(said), 1.0 if language == "nl" else OWN),
        *sorted(match.forms, key=lambda f: -f[1])[: None if place else FORMS],
    ]
    best: dict[tuple[str, ...], float] = {}
    for form, weight in weighted:
        for variant in _variants(form):
            best[variant] = max(weight, best.get(variant, 0.0))
    alternatives = tuple(best.items())
    whole = (
        [Concept(" ".join(said), alternatives, PLACE if place else 1.0, place=place)] if alternatives else []
    )
    if len(said) == 1 or " ".join(key(" ".join(said), language)) in _general(language):
        return whole
    parts: list[Concept] = []
    for word in said:
        singles = known.match([word], language)
        for single in singles:
            parts += _match_concepts([word], single, language, known)
        if not singles and (plain := _word_concept(word, language)):
            parts.append(plain)
    return whole + [replace(c, weight=COMPONENT, part=True) for c in parts]


def _variants(form: str) -> list[tuple[str, ...]]:
    """The terms of a form, with each hyphenated word as one term, and with it as its parts."""
    skip = stopwords()["nl"] | stopwords()["en"]
    pieces = [p for w in words(form) if (p := word_terms(w)) and (p[0] not in skip or is_abbreviation(w))]
    whole = tuple(p[0] for p in pieces)
    apart = tuple(t for p in pieces for t in (p[1:] or p))
    return [v for v in dict.fromkeys((whole, apart)) if v] if pieces else [(f,) for f in terms(form)]


@lru_cache(maxsize=2)
def _general(language: Language) -> dict[str, str]:
    """The keys of words for actors and acts, each with the role or act it means."""
    return {
        " ".join(key(form, language)): meaning
        for group in ("acts", "actors")
        for meaning, forms in question_cues()[group].items()
        for form in forms[language]
    }


@lru_cache(maxsize=2)
def _kinds(language: Language) -> dict[str, str]:
    """The keys of words that only say which kind of fact is asked for, each with that kind."""
    kinds = question_cues()["kinds"]
    return {" ".join(key(form, language)): kind for kind, forms in kinds.items() for form in forms[language]}


def _is_common(word: str, language: Language) -> bool:
    return normal(word) in common_words()[language] and not is_abbreviation(word)


def _merged(concepts: Sequence[Concept], language: Language, asked: frozenset[str]) -> tuple[Concept, ...]:
    """Each concept once, with a smaller weight for words that name actors and acts, and the kind of fact that is asked for:
    "39.9 million euros for training" has no word for "money", and says how much.
    """
    general, kinds = _general(language), _kinds(language)
    out: dict[str, Concept] = {}
    for concept in concepts:
        folded = " ".join(key(concept.label, language)) or concept.label
        if folded in general:
            concept = replace(concept, weight=concept.weight * GENERAL, means=general[folded])
        elif kinds.get(folded) in asked or _is_common(concept.label, language):
            concept = replace(concept, weight=concept.weight * COMMON)
        if folded not in out or out[folded].weight < concept.weight:
            out[folded] = concept
    return tuple(out.values())
