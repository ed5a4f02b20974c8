"""The lexical index: which passages hold a question's concepts, scored by BM25.

Postings are kept for written words only. That two words are related (inflection, a compound and its part, a near
spelling) concerns the vocabulary, so it is looked up there, and the index stays as small as a plain word index. Every
alternative of a concept adds to one term frequency, and the concept has one document frequency: BM25 over concepts.
BM25 as in Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and Beyond", with k1 and b at
usual values; others were no better on the development questions.
"""

from __future__ import annotations

import json
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from rag.errors import StoreError
from rag.question import Concept
from rag.words.analyze import compound_parts, lemma, ngrams, root
from rag.words.glossary import glossary

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
Postings = tuple[Ints, Floats]  # passages, and how often each holds a word, weighed

K1, B = 1.2, 0.6
CONTEXT = 0.4  # weight of an occurrence in the passage's heading or question instead of in its text
HEAD = 0.7  # "regime" finds "sanctieregime"
MODIFIER = 0.6  # "sanctie" finds it too
PART = 0.35  # "sanctieregime" finds "regime"
DERIVED = 0.75  # "veroordelen" finds "veroordeling"
MANY = 8  # looking at one place out of order costs as much as so many in order
SLIP, SLIP_LENGTH, SLIP_NEAR = (
    0.8,
    7,
    0.3,
)  # similarity of a word a letter off, letters of such a word, least Dice similarity
NEAR = 0.65  # smallest Dice similarity of character 4-grams at which a word that the documents lack counts as a slip of one


@dataclass(frozen=True, slots=True)
class Variants:
    """Which relations between words are used; the ablation switches them off one by one."""

    lemmas: bool = True
    compounds: bool = True
    near: bool = True


@dataclass(frozen=True, slots=True)
class Statistics:
    """What was counted of a concept: its inverse document frequency, and the most that any passage holds of it."""

    idf: float
    highest: float


@dataclass(frozen=True, slots=True)
class Lists:
    """Lists of integers end to end: list i is `values[starts[i]:starts[i + 1]]`."""

    starts: NDArray[np.int64]
    values: Ints

    def __getitem__(self, i: int) -> Ints:
        return self.values[self.starts[i] : self.starts[i + 1]]

    @staticmethod
    def of(lists: Sequence[Sequence[int]]) -> Lists:
        """Pack lists."""
        starts = np.zeros(len(lists) + 1, np.int64)
        np.cumsum([len(x) for x in lists], out=starts[1:])
        return Lists(starts, np.fromiter((v for x in lists for v in x), np.int32, int(starts[-1])))


@dataclass(frozen=True, slots=True)
class Relatives:
    """The words of the vocabulary that count as a term, each with how much: as words, and as numbers for the postings."""

    words: dict[str, float]
    ids: NDArray[np.int64]
    weights: Floats


class Sums:
    """Adds up postings for one question, touching no more passages than the postings name.

    Most terms stand in few passages: walking an array of all passages for each took longer than everything else.
    """

    def __init__(self, size: int) -> None:
        self.postings: dict[tuple[str, bool], Postings] = {}
        self._size = size
        self._rooms: list[Floats] = []  # one for each term of an alternative; all zeros between two calls

    def offer(self, terms: Sequence[Postings], weight: float, best: Floats) -> None:
        """Raise `best` to what passages hold of an alternative: of its rarest term, times the weight."""
        if not terms:
            return
        while len(self._rooms) < len(terms):
            self._rooms.append(np.zeros(self._size, np.float32))
        rooms = self._rooms[: len(terms)]
        touched = [self._touched(docs) for docs, _ in terms]
        for room, (docs, counts) in zip(rooms, terms, strict=True):
            np.add.at(room, docs, counts)
        rarest = touched[min(range(len(terms)), key=lambda i: len(terms[i][0]))]
        together = rooms[0][rarest]
        for room in rooms[1:]:
            together = np.minimum(together, room[rarest])
        weighed = together if weight == 1.0 else np.float32(weight) * together
        best[rarest] = np.maximum(best[rarest], weighed)
        for room, places in zip(rooms, touched, strict=True):
            room[places] = 0.0

    def _touched(self, docs: Ints) -> Ints | slice:
        """The places to look at: those of the postings, or all where they are many."""
        return docs if len(docs) * MANY < self._size else slice(None)


class LexicalIndex:
    """An opened index; `scores` is the question, `save` and `open` keep it in a folder."""

    FILES = (
        "postings_starts",
        "postings_docs",
        "postings_tf",
        "lengths",
        "keys_starts",
        "keys_words",
        "gram_sizes",
    )

    def __init__(
        self, vocabulary: Sequence[str], keys: Sequence[str], arrays: dict[str, NDArray[np.generic]]
    ) -> None:
        self.vocabulary = list(vocabulary)
        self._word_ids = {w: i for i, w in enumerate(self.vocabulary)}
        self._key_ids = {k: i for i, k in enumerate(keys)}
        self._keys = list(keys)
        arrays = {
            name: np.asarray(array) for name, array in arrays.items()
        }  # still mapped; a memmap's slices are slow
        self._arrays = arrays
        self._postings = Lists(arrays["postings_starts"], arrays["postings_docs"])  # type: ignore[arg-type]
        self._tf: Floats = arrays["postings_tf"]  # type: ignore[assignment]
        self._by_key = Lists(arrays["keys_starts"], arrays["keys_words"])  # type: ignore[arg-type]
        self._gram_sizes: Ints = arrays["gram_sizes"]  # type: ignore[assignment]
        self.variants = Variants()
        self._related: dict[tuple[str, Variants | None], Relatives] = {}

    def __len__(self) -> int:
        return len(self._arrays["lengths"])

    @cached_property
    def _norms(self) -> Floats:
        lengths: Floats = self._arrays["lengths"]  # type: ignore[assignment]
        mean = float(lengths.mean()) if len(lengths) else 1.0
        return (K1 * (1 - B + B * lengths / max(mean, 1.0))).astype(np.float32)

    @classmethod
    def build(
        cls,
        passages: Iterable[tuple[Sequence[str], Sequence[str]]],
        known: Iterable[str] = (),
        tick: Callable[[], None] = lambda: None,
    ) -> LexicalIndex:
        """Index passages, each given as (terms of its text, terms of its context), in their order.

        `known` are words that stand in no passage but that questions must be able to reach: those of titles, senders.
        """
        numbers: dict[str, int] = {}
        found, docs, counts, lengths = array("i"), array("i"), array("f"), array("f")
        for i, (body, context) in enumerate(passages):
            row: dict[int, float] = {}
            for weight, group in ((1.0, body), (CONTEXT, context)):
                for term in group:
                    number = numbers.setdefault(term, len(numbers))
                    row[number] = row.get(number, 0.0) + weight
            found.extend(row)
            docs.extend([i] * len(row))
            counts.extend(row.values())
            lengths.append(len(body))
            tick()
        for word in known:
            numbers.setdefault(word, len(numbers))
        vocabulary = sorted(numbers)
        places = np.empty(len(vocabulary), np.int32)
        places[[numbers[w] for w in vocabulary]] = np.arange(len(vocabulary))
        words = places[np.frombuffer(found, np.int32)] if found else np.zeros(0, np.int32)
        order = np.argsort(words, kind="stable")  # passages stay in their order within a word
        starts = np.zeros(len(vocabulary) + 1, np.int64)
        np.cumsum(np.bincount(words, minlength=len(vocabulary)), out=starts[1:])
        keys = _vocabulary_keys(vocabulary)
        names = sorted(keys)
        by_key = Lists.of([keys[k] for k in names])
        sizes = np.array([len(ngrams(w)) for w in vocabulary], np.int32)
        values = (
            starts,
            np.array(docs, np.int32)[order],
            np.array(counts, np.float32)[order],
            np.array(lengths, np.float32),
            by_key.starts,
            by_key.values,
            sizes,
        )
        return cls(vocabulary, names, dict(zip(cls.FILES, values, strict=True)))

    def save(self, folder: Path) -> None:
        """Write the index into an empty folder."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in self.FILES:
            np.save(folder / f"{name}.npy", self._arrays[name])
        words = {"vocabulary": self.vocabulary, "keys": self._keys, "passages": len(self)}
        (folder / "words.json").write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def open(cls, folder: Path) -> LexicalIndex:
        """Open a saved index; raises StoreError where a file is missing, cut short or does not fit the others."""
        try:
            words = json.loads((folder / "words.json").read_text(encoding="utf-8"))
            arrays = {n: np.load(folder / f"{n}.npy", mmap_mode="r", allow_pickle=False) for n in cls.FILES}
            whole = (
                len(arrays["postings_starts"])
                == len(words["vocabulary"]) + 1
                == len(arrays["gram_sizes"]) + 1
                and arrays["postings_starts"][-1]
                == len(arrays["postings_docs"])
                == len(arrays["postings_tf"])
                and len(arrays["keys_starts"]) == len(words["keys"]) + 1
                and arrays["keys_starts"][-1] == len(arrays["keys_words"])
                and len(arrays["lengths"]) == words["passages"]
            )
        except (OSError, ValueError, KeyError, TypeError, IndexError, EOFError, BadZipFile) as error:
            raise StoreError(
                f"The lexical index in {folder.name} is damaged ({type(error).__name__})."
            ) from error
        if not whole:
            raise StoreError(
                f"The lexical index in {folder.name} is damaged: its files do not fit each other."
            )
        return cls(words["vocabulary"], words["keys"], arrays)

    def passages_with(self, term: str, most: int) -> list[int]:
        """Some of the passages that hold a word of the vocabulary or stand under it, evenly spread; none for any other word."""
        word = self._word_ids.get(term)
        if word is None:
            return []
        places = self._postings[word]
        some: list[int] = places[:: max(1, -(-len(places) // most))].tolist()
        return some

    # -- asking ---------------------------------------------------------------------------------------------------

    def scores(self, concepts: Sequence[Concept]) -> tuple[Floats, list[Statistics]]:
        """The BM25 score of every passage, and what was counted of each concept."""
        total = np.zeros(len(self), np.float32)
        statistics = []
        sums = Sums(len(self))
        room = np.empty(len(self), np.float32)  # one array for all that is worked out on the way
        for concept in concepts:
            frequency = self.frequency(concept, sums)
            df = float(np.minimum(frequency, 1.0, out=room).sum())
            idf = float(np.log(1 + (len(self) - df + 0.5) / (df + 0.5)))
            statistics.append(Statistics(idf, float(frequency.max(initial=0.0))))
            np.add(frequency, self._norms, out=room)
            np.divide(frequency, room, out=room)
            room *= np.float32(concept.weight * idf * (K1 + 1))
            total += room
        return total, statistics

    def frequency(self, concept: Concept, sums: Sums | None = None) -> Floats:
        """How often each passage holds a concept, related words counted by their weights.

        `sums` keeps the postings of single terms, for a question whose concepts share them.
        """
        best = np.zeros(len(self), np.float32)
        sums = Sums(len(self)) if sums is None else sums
        for terms, weight in concept.alternatives:
            for term in terms:
                if (term, concept.exact) not in sums.postings:
                    sums.postings[term, concept.exact] = self._term_postings(term, concept.exact)
            sums.offer([sums.postings[term, concept.exact] for term in terms], weight, best)
        return best

    def _term_postings(self, term: str, exact: bool) -> Postings:
        """The postings of a term and of the words related to it, end to end: a passage stands there once a word."""
        found = self._relatives(term, exact)
        if not len(found.ids):
            return np.zeros(0, np.int32), np.zeros(0, np.float32)
        starts, values = self._postings.starts, self._postings.values
        begins, ends = starts[found.ids], starts[found.ids + 1]
        parts = [slice(a, b) for a, b in zip(begins.tolist(), ends.tolist(), strict=True)]
        counts = np.concatenate([self._tf[part] for part in parts])
        counts *= np.repeat(found.weights, ends - begins)
        return np.concatenate([values[part] for part in parts]), counts

    def weights(self, concept: Concept) -> list[tuple[list[dict[str, float]], float]]:
        """A concept's alternatives as words of the vocabulary: for matching single sentences."""
        return [
            ([self.related(t, concept.exact) for t in terms], weight)
            for terms, weight in concept.alternatives
        ]

    def related(self, term: str, exact: bool = False) -> dict[str, float]:
        """The words of the vocabulary that count as a term, each with how much (1 for the term itself)."""
        return self._relatives(term, exact).words

    def _relatives(self, term: str, exact: bool) -> Relatives:
        alone = exact or not term[:1].isalpha()
        key = (term, None if alone else self.variants)
        known = self._related.get(key)
        if known is None:  # several questions at once: none may find empty what another has just emptied
            ids = (
                ({self._word_ids[term]: 1.0} if term in self._word_ids else {})
                if alone
                else self._relate(term)
            )
            if len(self._related) > 20_000:
                self._related.clear()
            known = Relatives(
                {self.vocabulary[i]: weight for i, weight in ids.items()},
                np.fromiter(ids, np.int64, len(ids)),
                np.fromiter(ids.values(), np.float32, len(ids)),
            )
            self._related[key] = known
        return known

    def _relate(self, term: str) -> dict[int, float]:
        out: dict[int, float] = {}

        def offer(words: Iterable[int], weight: float) -> None:
            for word in words:
                out[int(word)] = max(weight, out.get(int(word), 0.0))

        if self.variants.compounds:
            offer(self._keyed(f"m:{root(term)}"), MODIFIER)
            offer(self._keyed(f"h:{root(term)}"), HEAD)
            offer(self._edges(term), MODIFIER)
            for part in compound_parts(term):
                offer(self._keyed(f"l:{part}"), PART)
                offer(self._keyed(f"h:{root(part)}"), PART * HEAD)
        if self.variants.lemmas:
            offer(self._keyed(f"d:{root(term)}"), DERIVED)
            for form in {lemma(term), lemma(term, "en")}:
                offer(self._keyed(f"l:{form}"), 1.0)
        if term in self._word_ids:
            offer([self._word_ids[term]], 1.0)
        if self.variants.near and not out:  # a slip of the pen, a name spelled otherwise, a cognate
            for word, similarity in self._near(term):
                offer([word], 0.8 * similarity)
        return out

    def _edges(self, term: str) -> Iterator[int]:
        """The longest words of the vocabulary that a long word begins and ends with: "Rohingyameisjes" with "Rohingya"."""
        if len(term) < 9 or term in self._word_ids or compound_parts(term):
            return
        for cut in range(len(term) - 3, 5, -1):
            if term[:cut] in self._word_ids:
                yield self._word_ids[term[:cut]]
                break
        for cut in range(3, len(term) - 5):
            if term[cut:] in self._word_ids:
                yield self._word_ids[term[cut:]]
                break

    def _keyed(self, key: str) -> Sequence[int]:
        at = self._key_ids.get(key)
        return [] if at is None else self._by_key[at].tolist()

    def _near(self, term: str) -> list[tuple[int, float]]:
        """Words whose character 4-grams overlap with the term's by Dice's coefficient of at least NEAR; long ones that are a letter off.

        "Bejing" shares two grams with "Beijing". But Gambian is no slip for Zambian.
        """
        if len(term) < 5:
            return []
        grams = ngrams(term)
        lists = [self._by_key[at] for g in grams if (at := self._key_ids.get(f"g:{g}")) is not None]
        if not lists:
            return []
        words, shared = np.unique(np.concatenate(lists), return_counts=True)
        dice = 2 * shared / (len(grams) + self._gram_sizes[words])
        kept = dice >= NEAR
        found = dict(zip(words[kept].tolist(), dice[kept].tolist(), strict=True))
        if len(term) >= SLIP_LENGTH:
            nearly = words[(dice >= SLIP_NEAR) & ~kept].tolist()
            found |= {word: SLIP for word in nearly if _a_letter_off(term, self.vocabulary[word])}
        if _is_place(term):
            return [(word, near) for word, near in found.items() if not _is_place(self.vocabulary[word])]
        return list(found.items())


def _is_place(word: str) -> bool:
    return glossary().is_place([word], "nl") or glossary().is_place([word], "en")


def _a_letter_off(one: str, other: str) -> bool:
    """Whether one word is the other with a letter more, less or another, or two beside each other the other way round."""
    if abs(len(one) - len(other)) > 1:
        return False
    same = next(
        (i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    a, b = one[same:], other[same:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[2:] == b[2:] and a[:2] == b[1::-1])


def _vocabulary_keys(vocabulary: Sequence[str]) -> dict[str, list[int]]:
    """What the words of a vocabulary can be found by: lemmas, compound parts, character n-grams."""
    keys: dict[str, list[int]] = defaultdict(list)
    for i, word in enumerate(vocabulary):
        if not word[:1].isalpha():
            continue
        for form in {lemma(word), lemma(word, "en")}:
            keys[f"l:{form}"].append(i)
        keys[f"d:{root(word)}"].append(i)
        parts = compound_parts(word)
        if parts:
            keys[f"h:{root(parts[-1])}"].append(i)
            for part in {root(p) for p in parts[:-1]}:
                keys[f"m:{part}"].append(i)
        for gram in ngrams(word):
            keys[f"g:{gram}"].append(i)
    return keys
