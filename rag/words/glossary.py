"""English question words -> the Dutch words the documents use; abbreviations both ways.

The entries are plain text in rag/data/glossary/*.txt, one a line, for a domain expert to edit:

    English form | another = nederlandse vorm | andere vorm

Names of states and territories come from the CLDR data that Babel carries. Matching is by dictionary form, longest
entry first, so "survivors' networks" finds `survivor` and `network`, and "fact-finding mission" wins over `mission`.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable

from babel import Locale

from rag.errors import KamerbronError
from rag.types import Language
from rag.words.analyze import lemma, normal, root, stopwords

LONGEST = 5  # words of a form
NEXT = 0.95  # an entry's forms are written best first: each is worth this much of the one before
ABBREVIATED = 0.95  # what an abbreviation stands for, and the other way round
SYNONYM, SURE_SYNONYM = 0.6, 0.8  # Dutch forms that translate one English form, and two or more
SAID = 0.8  # what an official says for what a person asks
BORROWED = 0.75  # an English abbreviation for Dutch words that have one of their own, "USA" for "Amerika"
GOVERNS = 0.7  # a state, for its capital: "Washington" is who decides there, and a city
SEAT = 0.6  # its capital, for a state: what is in Washington is in the United States
OF_STATE = 0.8  # what is of a state, for the state: "Libya" is spoken of where Libyan politicians are
Key = tuple[str, ...]
Weights = dict[str, float]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: what is said in English and in Dutch, and where the line stands."""

    english: tuple[str, ...]
    dutch: tuple[str, ...]
    source: str  # "state.txt:131"


@dataclass(frozen=True, slots=True)
class Match:
    """The forms that may stand for words `start` to `end` (exclusive) of a question, each with a weight up to 1."""

    start: int
    end: int
    forms: tuple[tuple[str, float], ...]


def read_entries() -> list[Entry]:
    """Every English-Dutch entry of every file; a malformed line is an error that names it."""
    folder = resources.files("rag").joinpath("data/glossary")
    return [e for file in sorted(folder.iterdir(), key=lambda f: f.name) for e in _read(file)]


def read_synonyms() -> list[Entry]:
    """Dutch as people ask = Dutch as ministries write, from rag/data/synonyms_nl.txt; `english` holds the first."""
    return _read(resources.files("rag").joinpath("data/synonyms_nl.txt"))


def read_capitals() -> list[Entry]:
    """Capitals = their state in Dutch, from rag/data/capitals.txt; `english` holds all names of the capital."""
    return _read(resources.files("rag").joinpath("data/capitals.txt"))


def _read(file: Traversable) -> list[Entry]:
    lines = enumerate(file.read_text(encoding="utf-8").splitlines(), 1)
    return [
        _parse(line, f"{file.name}:{n}") for n, line in lines if line.strip() and not line.startswith("# ")
    ]


def _parse(line: str, source: str) -> Entry:
    sides = line.split(" = ")
    if len(sides) != 2:
        raise KamerbronError(f"{source}: expected «english | form = nederlandse | vorm», found «{line}».")
    english, dutch = (tuple(f.strip() for f in side.split("|")) for side in sides)
    if not all(english + dutch):
        raise KamerbronError(f"{source}: an empty form in «{line}».")
    return Entry(english, dutch, source)


def territories() -> Iterator[Entry]:
    """States and territories by their CLDR names; numeric codes are regions of the world."""
    english, dutch = Locale("en").territories, Locale("nl").territories
    for code in sorted(set(english) & set(dutch)):
        names = tuple(dict.fromkeys(re.sub(r"\s*\(.*?\)", "", n).strip() for n in (english[code],)))
        if code not in ("ZZ", "001", "NL"):
            local = dutch[code]
            bare = re.sub(r"\s*\(.*?\)", "", local).strip()
            yield Entry(names, tuple(dict.fromkeys((bare, *re.findall(r"\((.*?)\)", local)))), f"CLDR:{code}")


def is_abbreviation(form: str) -> bool:
    """Two or more capitals and nothing but capitals, digits and their joints: FFM, OHCHR, VN-VR."""
    return len(form) > 1 and form.upper() == form and any(c.isalpha() for c in form) and " " not in form


def key(form: str, language: Language) -> Key:
    """What a form is looked up by: its words' dictionary forms, hyphens read as spaces."""
    if is_abbreviation(form):
        return (form.casefold(),)
    pieces = [normal(w) for w in re.findall(r"[^\W_]+(?:['’][^\W_]+)?", form)]
    return tuple(_word_key(p, language) for p in pieces if p)


def _word_key(word: str, language: Language) -> str:
    """A lemma for English; for Dutch what derived words share too: "kogelwerende vesten" is the entry "kogelwerend vest"."""
    return lemma(word, "en") if language == "en" else root(word)


class Glossary:
    """Looks up the words of a question, longest form first."""

    def __init__(
        self, entries: Sequence[Entry], synonyms: Sequence[Entry] = (), capitals: Sequence[Entry] = ()
    ) -> None:
        self.size = len(entries)
        self._forms: dict[Language, dict[Key, Weights]] = {"en": {}, "nl": {}}
        for entry in entries:
            for form in entry.english:
                _offer(self._forms["en"], key(form, "en"), {f: NEXT**i for i, f in enumerate(entry.dutch)})
        self._add_dutch(entries)
        self._add_of_states(entries)
        self._places: dict[Language, set[Key]] = {"en": set(), "nl": set()}
        for entry in entries:
            if entry.source.startswith(("CLDR:", "places.txt", "nationalities.txt")):
                self._places["en"].update(key(f, "en") for f in entry.english)
                self._places["nl"].update(key(f, "nl") for f in entry.dutch)
        for entry in synonyms:
            for form in entry.english:
                _offer(self._forms["nl"], key(form, "nl"), dict.fromkeys(entry.dutch, SAID))
            for form in entry.dutch:
                _offer(self._forms["nl"], key(form, "nl"), dict.fromkeys(entry.english, SYNONYM))
        english: dict[str, list[str]] = defaultdict(list)
        for entry in (e for e in entries if e.source.startswith(("CLDR:", "places.txt"))):
            english[entry.dutch[0]] += entry.english
        for entry in capitals:
            self._add_capital(entry, english[entry.dutch[0]])

    def _add_capital(self, entry: Entry, english: Sequence[str]) -> None:
        """A capital gains its other names, and its state under the names that are as good as its own; the state gains the capital."""
        state = entry.dutch[0]
        names = {**self._forms["nl"].get(key(state, "nl"), {}), state: 1.0}
        governed = {name: GOVERNS * weight for name, weight in names.items() if weight >= SURE_SYNONYM}
        for language, forms in self._forms.items():
            for form in entry.english:
                _offer(forms, key(form, language), governed | dict.fromkeys(entry.english, 1.0))
        seat = dict.fromkeys(entry.english, SEAT)
        for name in governed:
            _offer(self._forms["nl"], key(name, "nl"), seat)
        for name in english:
            _offer(self._forms["en"], key(name, "en"), seat)

    def _add_of_states(self, entries: Sequence[Entry]) -> None:
        """An English name of a state gains what is of the state, as `nationalities.txt` has it, in Dutch and in English; and that gains the state's English names."""
        states = {e.dutch[0]: e for e in entries if e.source.startswith("CLDR:")}
        for entry in (e for e in entries if e.source.startswith("nationalities.txt")):
            for name in set(entry.dutch) & set(states):
                forms = dict.fromkeys((f for f in entry.dutch if f != name), OF_STATE)
                for form in states[name].english:
                    _offer(self._forms["en"], key(form, "en"), forms | dict.fromkeys(entry.english, SYNONYM))
                for form in entry.english:
                    _offer(self._forms["en"], key(form, "en"), dict.fromkeys(states[name].english, OF_STATE))

    def is_place(self, question_words: Sequence[str], language: Language) -> bool:
        """Whether words name a state or territory."""
        return key(" ".join(question_words), language) in self._places[language]

    def _add_dutch(self, entries: Sequence[Entry]) -> None:
        """A Dutch question gains abbreviations, what they stand for, and the words that translate the same English."""
        keys = {form: key(form, "nl") for entry in entries for form in entry.dutch}
        shared: dict[Key, Counter[str]] = defaultdict(Counter)
        for entry in entries:
            short = [f for f in (*entry.dutch, *entry.english) if is_abbreviation(f)]
            if entry.source.startswith("CLDR:"):
                _offer(
                    self._forms["nl"], key(entry.dutch[0], "nl"), dict.fromkeys(entry.english, ABBREVIATED)
                )
            for form in dict.fromkeys((*entry.dutch, *short)):
                at = keys.get(form) or key(form, "nl")
                spelled = (
                    entry.english if is_abbreviation(form) else ()
                )  # Dutch texts spell many of them out in English
                others = [f for f in (*entry.dutch, *short, *spelled) if f != form]
                shared[at].update(f for f in others if keys.get(f) != at)
                if is_abbreviation(form):
                    _offer(self._forms["nl"], at, dict.fromkeys(others, ABBREVIATED))
                elif short:
                    own = {f for f in entry.dutch if is_abbreviation(f)}
                    borrowed = BORROWED if own else ABBREVIATED
                    worth = {f: ABBREVIATED if f in own else borrowed for f in others if is_abbreviation(f)}
                    _offer(self._forms["nl"], at, worth)
        for at, counts in shared.items():
            _offer(self._forms["nl"], at, {f: SURE_SYNONYM if n > 1 else SYNONYM for f, n in counts.items()})
        for entry in (e for e in entries if e.source.startswith("places.txt")):
            for form in entry.dutch:  # names of one place, and not words that are much the same
                others = [f for f in entry.dutch if f != form]
                _offer(self._forms["nl"], keys[form], dict.fromkeys(others, SURE_SYNONYM))

    def match(self, question_words: Sequence[str], language: Language) -> list[Match]:
        """The longest entries that the words of a question hold, left to right, none overlapping."""
        forms, matches, at = self._forms[language], [], 0
        bare = [re.sub(r"^([A-Z]{2,})s$", r"\1", w) for w in question_words]  # "MPs" is a plural, not a word
        pieces = [(_word_key(normal(w), language), w) for w in bare]
        while at < len(pieces):
            for length in range(min(LONGEST, len(pieces) - at), 0, -1):
                found = self._look_up(forms, pieces[at : at + length], language)
                if found:
                    matches.append(Match(at, at + length, tuple(found.items())))
                    at += length - 1
                    break
            at += 1
        return matches

    @staticmethod
    def _look_up(
        forms: dict[Key, Weights], pieces: Sequence[tuple[str, str]], language: Language
    ) -> Weights | None:
        lemmas = tuple(p[0] for p in pieces)
        if len(pieces) == 1:
            word = pieces[0][1]
            if normal(word) in stopwords()[language] and not (is_abbreviation(word) and len(word) > 1):
                return None
            exact = (word.casefold(),)
            if is_abbreviation(word) and exact in forms:
                return forms[exact]
            one = (re.sub(r"(?<=\w{3})s$", "", lemmas[0]),)  # "Norwegians", which no dictionary has
            return forms.get(lemmas) or (forms.get(one) if language == "en" else None)
        joined = not any(
            normal(word) in stopwords()[language] for _, word in pieces
        )  # "geteld en" is not "telen"
        return forms.get(lemmas) or (forms.get(("".join(lemmas),)) if joined else None)


def _offer(forms: dict[Key, Weights], at: Key, values: Weights) -> None:
    if at:
        known = forms.setdefault(at, {})
        for form, weight in values.items():
            known[form] = max(weight, known.get(form, 0.0))


@lru_cache(maxsize=1)
def glossary() -> Glossary:
    """The packaged glossary with CLDR's names; read once."""
    return Glossary([*read_entries(), *territories()], read_synonyms(), read_capitals())


def problems(entries: Sequence[Entry]) -> list[str]:
    """What is wrong with the entries: a form said twice, a form that no question or text can ever match."""
    found: list[str] = []
    seen: dict[str, str] = {}
    for entry in entries:
        for form in entry.english:
            at = key(form, "en")
            if not at or (all(p in stopwords()["en"] for p in at) and not is_abbreviation(form)):
                found.append(f"{entry.source}: «{form}» holds nothing to search for")
            elif len(at) > LONGEST:
                found.append(
                    f"{entry.source}: «{form}» is longer than {LONGEST} words and is never looked up"
                )
            if form in seen:
                found.append(f"{entry.source}: «{form}» stands in {seen[form]} too")
            seen[form] = entry.source
        keys = [key(form, "nl") for form in entry.dutch]
        if len({f.casefold() for f in entry.dutch}) < len(entry.dutch):
            found.append(f"{entry.source}: a Dutch form stands twice")
        found += [f"{entry.source}: «{f}» is empty" for f, k in zip(entry.dutch, keys, strict=True) if not k]
    return found
