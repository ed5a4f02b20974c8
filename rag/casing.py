"""A question as it would be written: "wat zei kaag over soedan" is "Wat zei Kaag over Soedan?".

People type without capitals and without a question mark, and the nets learned from questions that have both; a refusal looks
for the names in a question, which have a capital (what it is worth: docs/answers.md). The capitals are those that the
documents themselves and the CLDR give a word. A question with a capital inside it is its writer's own, but for its mark.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from typing import get_args
from weakref import WeakKeyDictionary

import simplemma
from babel import Locale

from rag.question import MAX_CHARACTERS, detect_language
from rag.store.index import Index
from rag.types import Language
from rag.words import gloss
from rag.words.analyze import compound_parts, stopwords, word_terms
from rag.words.glossary import is_abbreviation, read_capitals, read_entries, territories

SEEN = 12  # passages that a word's capitals are looked up in
FEW = 3  # places from which a word that the dictionary knows may be a name all the same
MOSTLY = 2 / 3  # share of a word's places inside a sentence that have a form from which it is the word's
REMEMBERED = 20_000  # words of an index whose capitals are kept
BEFORE = 40  # characters before a word that tell whether a sentence begins with it
PEOPLE = 5  # letters from which the name of a people is no other word: "Let" comes from Latvia
SHOUTED = 4  # words from which capitals throughout are how it was typed, and not abbreviations
_WORD = re.compile(r"[^\W\d_][\w=]*")
_OPENING = re.compile(r"(?:^|(?<=[!?]\s))[^\W\d_]")
_TWO = re.compile(r"(?<![\w=-])([^\W\d_]\w+) (?=([^\W\d_]\w+))")
# Before a word that would have a capital anyway.
_BEGINS = re.compile(r"(?:^|(?<!\b[A-Z])[.!?:;•|–—]|\n[^\S\n]*\n|\n[^\S\n]*[-•–])[\s«“\"'‘(\[]*$")
# Before the name of a person, be it a common word: "Minister Kaag", "S. Blok".
_CALLED = re.compile(
    r"\b(?:(?i:minister|staatssecretaris|(?:kamer)?lid|heer|mevrouw|dr|mr|mrs|ms)\.?|[A-Z]\.)[^\S\n]*\s[^\S\n]*$"
)
_ENDS = (".", "?", "!", "…", ":", ")", '"', "”", "»")
_ASKING = re.compile(
    r"(?:^|[.,:;!?–-]\s+)(?:(?:[\w’'-]+ ){0,2}"
    r"(?:who|whom|whose|what|which|when|where|why|how|wie|wiens|wat|welke?|wanneer|waar\w*|hoe\w*)"
    r"|is|are|was|were|does|do|did|has|have|had|can|could|will|would|should"
    r"|zijn|waren|heeft|hebben|kan|kunnen|gaat|gaan|wordt|worden|doet|doen|wil|willen|zal|zullen|mag|mogen|komt|komen"
    r"|krijgt|krijgen|geeft|geven|steunt|steunen|zegt|zeggen|vindt|vinden)\b",
    re.IGNORECASE,
)
_capitals_of: WeakKeyDictionary[Index, dict[tuple[str, Language], str]] = WeakKeyDictionary()


def as_written(text: str, index: Index) -> str:
    """A question with the capitals and the question mark that it would have."""
    written = text.lower() if text.isupper() and len(text.split()) >= SHOUTED else text
    if written[1:] == written[1:].lower():
        language = detect_language(written)
        written = _WORD.sub(lambda word: _remembered(index, word[0], language), written)
        written = _places().sub(lambda name: _names().get(name[0].casefold(), name[0]), written)
        for one, other in dict.fromkeys(_TWO.findall(written)):
            written = written.replace(f"{one} {other}", _side_by_side(index, one, other, language))
        written = _OPENING.sub(lambda letter: letter[0].upper(), written)
    if _ASKING.search(written) and not written.endswith(_ENDS):
        written += "?"
    return written if len(written) <= MAX_CHARACTERS else text


def _remembered(index: Index, word: str, language: Language) -> str:
    known = _capitals_of.setdefault(index, {})
    if (word, language) not in known:
        if len(known) >= REMEMBERED:
            known.clear()
        known[word, language] = _capitals(index, word, language)
    return known[word, language]


def _capitals(index: Index, word: str, language: Language) -> str:
    """A word with the capitals that a dictionary gives it, or that it mostly has inside the sentences that hold it."""
    terms = word_terms(word)
    if len(word) < 2 or not terms or word.casefold() in stopwords()["nl"] | stopwords()["en"]:
        return word
    known = _is_known(word, language)
    if known and _has_capital(word, language):
        return word.capitalize()
    if not known and word[:-1] in _abbreviations() and word.endswith("s"):
        return f"{word[:-1].upper()}s"  # "ngos"
    inside = re.compile(rf"(?<![\w=]){re.escape(word)}(?![\w=])", re.IGNORECASE)
    forms: Counter[str] = Counter()
    for text, spoken in (*index.texts_with(terms[0], SEEN), (index.senders, None)):
        for found in inside.finditer(text):
            before = text[max(0, found.start() - BEFORE) : found.start()]
            if found[0][0].isupper() and _CALLED.search(before):
                forms[found[0]] += FEW
            # "Women" is a name in a Dutch text only, "NGO" is one everywhere.
            elif not _BEGINS.search(before) and (not known or spoken == language or found[0].isupper()):
                forms[found[0]] += 1
    if not forms:
        named = word.upper() if any(c.isdigit() for c in word) else word.capitalize()
        return named if not known and _is_strange(index, terms[0]) else word
    form, count = forms.most_common(1)[0]
    mostly = count == forms.total() >= FEW if known else count >= forms.total() * MOSTLY
    return form if mostly else word


def _is_known(word: str, language: Language) -> bool:
    """Whether a dictionary has a word without a capital."""
    in_english = gloss.entries().get(word, "") if language == "nl" else ""
    return simplemma.is_known(word, lang=language) or in_english[:1].islower()


def _side_by_side(index: Index, one: str, other: str, language: Language) -> str:
    """Two words, both with a capital where one is a name and the documents have them so: "Pramila patten", "el Fasher"."""
    names = [w for w in (one, other) if w[0].isupper() and not _is_known(w.casefold(), language)]
    if len(names) != 1 or {one, other} & (stopwords()["nl"] | stopwords()["en"]):
        return f"{one} {other}"
    together = re.compile(rf"(?<![\w=]){re.escape(one)}\s+{re.escape(other)}(?![\w=])", re.IGNORECASE)
    found = (
        together.search(text) for term in word_terms(names[0])[:1] for text, _ in index.texts_with(term, SEEN)
    )
    forms = {" ".join(m[0].split()) for m in found if m}
    form = forms.pop() if len(forms) == 1 else ""
    return form if form.istitle() else f"{one} {other}"


def _has_capital(word: str, language: Language) -> bool:
    """Whether the dictionary has a word with a capital only, or it is what is of a state: "Kenyan"."""
    lemmas = [simplemma.lemmatize(w, lang=language) for w in (word, word.capitalize())]
    return all(lemma[0].isupper() for lemma in lemmas) or not _peoples().isdisjoint((word, lemmas[0]))


def _is_strange(index: Index, term: str) -> bool:
    """Whether a word stands in no dictionary and no document, is made of none that do, and is near none: a name."""
    known = any(_is_known(term, language) for language in get_args(Language))
    return not known and not compound_parts(term) and not index.lexical.related(term)


@lru_cache(maxsize=1)
def _peoples() -> frozenset[str]:
    """What is of a state or people, by the glossary and by the CLDR's languages, in small letters; shorter ones are words too."""
    entries = (e for e in read_entries() if e.source.startswith("nationalities.txt"))
    forms = [form for e in entries for form in (*e.english, *e.dutch)]
    forms += [name for code in get_args(Language) for name in Locale(code).languages.values()]
    return frozenset(form.casefold() for form in forms if len(form) >= PEOPLE)


@lru_cache(maxsize=1)
def _abbreviations() -> frozenset[str]:
    """Those of the glossary, in small letters."""
    forms = (form for e in read_entries() for form in (*e.english, *e.dutch))
    return frozenset(form.casefold() for form in forms if is_abbreviation(form))


@lru_cache(maxsize=1)
def _names() -> dict[str, str]:
    """States, cities and abbreviations that are no words, by their names without capitals."""
    entries = (*territories(), *read_capitals())
    names = [name for entry in entries for name in (*entry.english, *entry.dutch) if len(name) > 3]
    names += ["NL", *(Locale(code).territories["NL"] for code in ("nl", "en"))]
    words = (
        s for s in _abbreviations() if not any(simplemma.is_known(s, lang=x) for x in get_args(Language))
    )
    return {name.casefold(): name for name in (*names, *(word.upper() for word in words))}


@lru_cache(maxsize=1)
def _places() -> re.Pattern[str]:
    names = "|".join(re.escape(name) for name in sorted(_names(), key=len, reverse=True))
    return re.compile(rf"(?<![\w=])(?:{names})(?![\w=])", re.IGNORECASE)
