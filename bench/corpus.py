"""A made-up corpus of any size, from seeds/: for timing only, for it means nothing.

Sentences of seeds/ are recombined at random (seeded, so that the same numbers give the same corpus) into passages that
have the frames of real ones: as many sentences, a heading, context. The five documents have only some 2,500 words,
and a corpus of 100,000 passages has many more, so a share of the words is replaced by invented compounds of two words
of the seeds ("voortgangsinzet"), drawn with Zipf's frequencies from a list of 100,000. The vocabulary so grows with
the corpus as a real one's does, to some 60,000-100,000 words. Two things are harder than in a real corpus: what the
gold questions ask about stands in very many passages, and every invented word has known parts, so that a question's
word is related to very many words.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate
from pathlib import Path

from rag.manifest import read_manifest
from rag.read import read_document
from rag.split import split
from rag.text.sentences import joined
from rag.types import Description, Document, Passage, Sentence, Span
from rag.words.analyze import normal

SEEDS = Path(__file__).parent.parent / "seeds"
PER_DOCUMENT = 20  # passages, about as many as the documents of seeds/ have
REPLACED = 0.25  # share of the words of five letters or more that an invented one replaces
INVENTED = 100_000  # invented words to draw from
ENGLISH = 20  # every 20th document is said to be English, so that English questions reach the vectors


@dataclass(frozen=True, slots=True)
class Template:
    """A sentence of seeds/ with the places where a word can be replaced, in its text and in its terms."""

    sentence: Sentence
    written: tuple[str, ...]
    places: tuple[
        tuple[int, int, str, str], ...
    ]  # word, term, what stands before and behind the word's letters


@dataclass(frozen=True, slots=True)
class Made:
    """A made-up document with its passages, and their texts."""

    document: Document
    passages: list[Passage]
    texts: list[str]


class Corpus:
    """Makes documents; the same seed gives the same ones."""

    def __init__(self, seed: int = 1325) -> None:
        self._random = random.Random(seed)
        descriptions = read_manifest(SEEDS)
        files = sorted(p for p in SEEDS.iterdir() if p.name in descriptions)
        documents = [read_document(p, descriptions[p.name]) for p in files]
        self._descriptions = [d.description for d in documents]
        split_up = [(d, p) for d in documents for p in split(d)]
        self._frames = [p for _, p in split_up]
        self._templates = [_template(d.text, s) for d, p in split_up for s in p.sentences]
        self._invented = self._invent({t for p in self._frames for s in p.sentences for t in s.terms})
        self._cumulative = list(accumulate(1 / rank for rank in range(1, len(self._invented) + 1)))
        self._drawn: list[str] = []

    def _invent(self, words: set[str]) -> list[str]:
        parts = sorted(w for w in words if w.isalpha() and 4 <= len(w) <= 11)
        out: dict[str, None] = {}
        while len(out) < INVENTED:
            left, right = self._random.choices(parts, k=2)
            out[left + self._random.choice(("", "s", "en")) + right] = None
        return list(out)

    def _word(self) -> str:
        """An invented word, a frequent one more often."""
        if not self._drawn:
            self._drawn = self._random.choices(self._invented, cum_weights=self._cumulative, k=50_000)
        return self._drawn.pop()

    def documents(self, passages: int) -> Iterator[Made]:
        """Documents that have so many passages together."""
        for number, start in enumerate(range(0, passages, PER_DOCUMENT)):
            yield self._document(number, min(PER_DOCUMENT, passages - start))

    def _document(self, number: int, size: int) -> Made:
        name = f"{number:06d}.txt"
        description = self._description(number)
        made, texts, at = [], [], 0
        for _ in range(size):
            frame = self._random.choice(self._frames)
            sentences, text = self._sentences(len(frame.sentences), at)
            identity = hashlib.sha256(f"{name}\0{at}\0{text}".encode()).hexdigest()[:32]
            language = "en" if description.language == "en" else "nl"
            made.append(Passage(identity, name, sentences, frame.heading, frame.context, language))
            texts.append(text)
            at += len(text) + 2
        whole = "\n\n".join(texts)
        digest = hashlib.sha256(whole.encode()).hexdigest()
        return Made(Document(name, whole, description, digest), made, texts)

    def _description(self, number: int) -> Description:
        like = self._random.choice(self._descriptions)
        date = f"20{self._random.randrange(10, 27)}-{self._random.randrange(1, 13):02d}-{self._random.randrange(1, 29):02d}"
        title = f"{like.title} ({self._word()}, {self._word()})"
        return replace(like, title=title, date=date, language="nl" if number % ENGLISH else "en")

    def _sentences(self, count: int, at: int) -> tuple[tuple[Sentence, ...], str]:
        """Sentences that stand one behind the other from an offset, and their text."""
        out, texts = [], []
        for template in self._random.choices(self._templates, k=count):
            written, terms = list(template.written), list(template.sentence.terms)
            for word, term, before, behind in template.places:
                if self._random.random() < REPLACED:
                    terms[term] = self._word()
                    written[word] = f"{before}{terms[term]}{behind}"
            text = " ".join(written)
            out.append(replace(template.sentence, spans=(Span(at, at + len(text)),), terms=tuple(terms)))
            texts.append(text)
            at += len(text) + 1
        return tuple(out), " ".join(texts)


def _template(text: str, sentence: Sentence) -> Template:
    written = tuple(joined(" ".join(text[s.start : s.end] for s in sentence.spans)).split())
    free = {t: i for i, t in enumerate(sentence.terms)}
    places = []
    for i, word in enumerate(written):
        bare = word.strip("()[]«»“”‘’'\".,;:?!…")
        term = normal(bare) if bare.isalpha() and len(bare) >= 5 else ""
        if term in free:
            before, behind = word.split(bare, 1)
            places.append((i, free.pop(term), before, behind))
    return Template(sentence, written, tuple(places))
