"""Text -> search terms: the one place that decides which spellings are the same word.

A document's sentence becomes *terms*: words in lower case without diacritics or hyphens ("conflict-gerelateerd",
"conflict gerelateerd" and "conflictgerelateerd" give one term), the parts of hyphenated words, and the spellings of
`rag.words.quantities` behind a mark ("#38000", "%25", "@2025-11-24", "§36247-11"). How words relate (inflection, compounds,
near spellings) is kept apart, in `Relations`: it concerns the vocabulary, not the text, so it is worked out once a
word instead of once an occurrence.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources

import simplemma
from babel import Locale

from rag.text.sentences import joined
from rag.words.quantities import find_quantities

_WORD = re.compile(r"[^\W_]+(?:[-‐‑.'’=][^\W_]+)*")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S+(?:\s*\n\s*\S*[/-]\S*)?")
_GENITIVE, _INSIDE = re.compile(r"['’]s$"), re.compile(r"[-‐‑.'’]")
_LETTERS = r"[^\W\d_]"
# Two words written as one: "vrouwen(rechten)organisaties", "(nood)hulp", "lidsta(a)t(en)" but not "hulp (nood)".
_ELIDED = re.compile(
    rf"{_LETTERS}*(?:{_LETTERS}\({_LETTERS}+-?\)|\({_LETTERS}+-?\)(?={_LETTERS})){_LETTERS}*"
)
# Adjectives that Dutch joins to a noun with a hyphen, a space or nothing: one spelling for the three.
JOINING = re.compile(
    r"(?:gerelateerde?|geleide?|gerichte?|specifieke?|gebonden|sensitieve?|responsieve?|vriendelijke?|gebaseerde?|neutra(?:al|le)"
    r"|related|led|based|sensitive|responsive|specific|friendly|neutral)",
    re.IGNORECASE,
)
_LINKS = ("", "s", "en", "e", "n", "er")
MINIMUM_PART = 4
LONGEST_WORD = 60  # letters; what is longer is no word of Dutch that anyone divides


@lru_cache(maxsize=2)
def _word_lists(file: str) -> dict[str, frozenset[str]]:
    lists: dict[str, set[str]] = {}
    current: set[str] = set()
    for line in resources.files("rag").joinpath(f"data/{file}").read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            current = lists.setdefault(line.strip("[]").split()[0], set())
        elif not line.startswith("#"):
            current.update(normal(w) for w in line.split())
    return {language: frozenset(words) for language, words in lists.items()}


def stopwords() -> dict[str, frozenset[str]]:
    """Function words by language, which are not indexed, from rag/data/stopwords.txt."""
    return _word_lists("stopwords.txt")


def common_words() -> dict[str, frozenset[str]]:
    """Words that say little about what a question is about, by language, from rag/data/common_words.txt."""
    return _word_lists("common_words.txt")


def normal(word: str) -> str:
    """A word's one spelling: lower case, no diacritics, no hyphens.

    >>> normal("Conflict-Gerelateerd"), normal("Oekraïne"), normal("regio’s")
    ('conflictgerelateerd', 'oekraine', 'regio')
    """
    word = word.casefold()
    if not word.isascii():
        word = unicodedata.normalize("NFKD", word)
        word = "".join(c for c in word if not unicodedata.combining(c) and c != "\u00ad").casefold()
    elif word.isalnum():  # nearly every word: nothing below can change it
        return word
    return _INSIDE.sub("", _GENITIVE.sub("", word))


def words(text: str) -> list[str]:
    """The words of a text as written, addresses of web pages and words broken across lines seen to."""
    return _WORD.findall(_ADDRESS.sub(" ", joined(text)))


def terms(text: str) -> list[str]:
    """What search sees of a text, in its order, function words left out.

    >>> terms("de vrouwen(rechten)organisaties")
    ['vrouwenrechtenorganisaties', 'vrouwenorganisaties', 'vrouwen', 'rechten', 'organisaties']
    """
    text = _ADDRESS.sub(" ", joined(text))
    out: list[str] = []
    elided = (
        {m.start() + (m[0][0] == "("): _spellings(m[0]) for m in _ELIDED.finditer(text)}
        if "(" in text
        else {}
    )
    covered: list[tuple[int, int, bool]] = []
    for quantity in find_quantities(text):
        out.extend(quantity_terms(quantity.kind, quantity.key))
        if quantity.kind in ("dossier", "date"):
            covered.append((quantity.start, quantity.end, quantity.kind == "dossier"))
    skip = stopwords()["nl"] | stopwords()["en"]
    previous = ""
    for match in _WORD.finditer(text):
        if any(a <= match.start() < b and (whole or match[0][0].isdigit()) for a, b, whole in covered):
            continue
        pieces = (*elided.get(match.start(), ()), *word_terms(match[0]))
        if previous and JOINING.fullmatch(match[0]):
            pieces = (normal(previous + match[0]), *pieces)
        out.extend(p for p in pieces if p not in skip or (match[0].isupper() and len(match[0]) > 1))
        previous = match[0] if match[0][0].isalpha() else ""
    return out


def _spellings(elided: str) -> list[str]:
    """The words that are written as one, with what stands between brackets and without it, if they do not stand there as such."""
    there = _WORD.findall(elided)
    return [
        normal(w) for w in (re.sub(r"[()]", "", elided), re.sub(r"\(.*?\)", "", elided)) if w not in there
    ]


@lru_cache(maxsize=50_000)
def word_terms(word: str) -> tuple[str, ...]:
    """A written word's terms: itself in its one spelling, and its parts where a hyphen or digits divide it.

    >>> word_terms("NAP1325-IV"), word_terms("VN-bezuinigingen")
    (('nap1325iv', 'nap', '#1325', 'iv'), ('vnbezuinigingen', 'vn', 'bezuinigingen'))
    """
    if word.isdigit():
        return ()  # a quantity
    whole = normal(word)
    pieces = [p for p in re.split(r"[-‐‑.'’=]", word) if p]
    if all(p.isdigit() for p in pieces):
        return ()
    parts: list[str] = []
    for piece in pieces:
        split = re.findall(r"[^\W\d_]+|\d+", piece)
        parts.extend(split if len(split) > 1 else [piece])
    if len(parts) == 1:
        return (whole,)
    return (whole, *(normal(p) if not p.isdigit() else f"#{p}" for p in parts if len(p) > 1))


def quantity_terms(kind: str, key: str) -> list[str]:
    """The terms of one quantity, the most exact first; a date is also its month and its year."""
    if kind == "percentage":
        return ["%" + key[:-1], "#" + key[:-1]]
    if kind == "date":
        pieces = key.rsplit("-", 1)
        out = ["@" + key]
        if len(key) == 10:
            out.append("@" + pieces[0])
        return [*out, "#" + key[:4]] if key[:4].isdigit() else out
    if kind == "dossier":
        return ["§" + key, *(["§" + key.split("-", maxsplit=1)[0]] if "-" in key else [])]
    return ["#" + key]


@lru_cache(maxsize=1)
def state_names() -> frozenset[str]:
    """Names of states, which no dictionary of common words knows: "Kameroen" is no form of "kamer"."""
    return frozenset(
        normal(n) for code in ("nl", "en") for n in Locale(code).territories.values() if " " not in n
    )


@lru_cache(maxsize=200_000)
def lemma(word: str, language: str = "nl") -> str:
    """A word's dictionary form by simplemma, which keeps "geweld" where Snowball's Dutch stemmer makes it "wel"."""
    if not word or not word[0].isalpha() or word in state_names():
        return word
    return normal(simplemma.lemmatize(word, lang=language).replace("_", ""))


_SUFFIXES = (
    "ische",
    "ese",
    "ees",
    "eringen",
    "ering",
    "eren",
    "aties",
    "atie",
    "eerd",
    "ingen",
    "ing",
    "elijk",
    "erij",
    "isch",
    "er",
    "en",
    "st",
    "es",
    "e",
)


@lru_cache(maxsize=200_000)
def root(word: str) -> str:
    """What a word shares with the words derived from it: "veroordelen" and "veroordeling", "Oeganda" and "Oegandees".

    Cruder than a lemma and worth less; at least four letters are left standing.
    """
    base = lemma(word)
    if word in state_names():
        return re.sub(r"(?:[ao]s|[aeiou]+)$", "", base) if len(base) >= 7 else base
    for suffix in _SUFFIXES:
        if base.endswith(suffix) and len(base) - len(suffix) >= (4 if suffix in ("en", "e") else 5):
            base = base[: -len(suffix)]
            break
    if len(base) > 2 and base[-1] == base[-2]:
        base = base[:-1]
    return base.rstrip("aeiou") if len(base.rstrip("aeiou")) >= 5 else base


@lru_cache(maxsize=200_000)
def compound_parts(word: str) -> tuple[str, ...]:
    """The parts of a Dutch compound, as lemmas; empty where the word does not divide into known words.

    >>> compound_parts("sanctieregime"), compound_parts("veroordelingspercentage"), compound_parts("geweld")
    (('sanctie', 'regime'), ('veroordeling', 'percentage'), ())
    """
    if not 2 * MINIMUM_PART <= len(word) <= LONGEST_WORD or not word.isalpha():
        return ()
    best: tuple[str, ...] = ()
    for cut in range(MINIMUM_PART, len(word) - MINIMUM_PART + 1):
        head = word[cut:]
        if not _is_noun_like(head):
            continue
        modifier = next((m for m in _modifiers(word[:cut]) if _is_noun_like(m)), None)
        candidate = (
            (lemma(modifier), lemma(head))
            if modifier
            else (*compound_parts(word[:cut].removesuffix("s")), lemma(head))
        )
        if len(candidate) > 1 and (not best or len(candidate) < len(best)):
            best = candidate
    return best


def _modifiers(text: str) -> Iterable[str]:
    for link in _LINKS:
        if text.endswith(link) and len(text) - len(link) >= MINIMUM_PART - (link == ""):
            yield text[: len(text) - len(link)] if link else text


_NOT_PARTS = frozenset(
    "heid baar lijk loos ering isch isme atie ities aties eren eerd eerde elen ende enden ings heden schap achtig zaam "
    "loosheid over onder door voor tegen achter boven buiten binnen lijke ische ieve alen inge isten iteit ling".split()
)


@lru_cache(maxsize=200_000)
def _is_noun_like(word: str) -> bool:
    return len(word) >= MINIMUM_PART and word not in _NOT_PARTS and bool(simplemma.is_known(word, lang="nl"))


def ngrams(word: str, n: int = 4) -> set[str]:
    """Character n-grams inside a word with its edges marked: near spellings share most of them."""
    padded = f"^{word}$"
    return {padded[i : i + n] for i in range(len(padded) - n + 1)} if len(padded) > n else {padded}
