"""The index, open for questions: a catalogue of documents and passages, a lexical index, and vectors.

A reader sees one generation (`rag.store.generations`) from its first byte to its last, and holds a lease on it, so that
nobody removes it meanwhile.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.coverage import Described
from rag.errors import StoreError
from rag.filters import Filters
from rag.models.embeddings import ModelDescription, describe, load_embeddings
from rag.settings import Settings
from rag.store.allowed import HELD, Allowed
from rag.store.catalogue import Catalogue
from rag.store.generations import REMEDY, Built, Lease, State, built_with, home_of, read_state
from rag.store.lexical import LexicalIndex
from rag.store.migrate import KNOWN as MIGRATED
from rag.store.vectors import Vectors
from rag.types import Description, Language, Page, page_number

KEPT_TEXTS = 32  # documents whose text is kept in memory: every citation of an answer is cut out of one
KEPT_FILTERS = 8  # filters whose passages are kept in memory
Tick = Callable[[str, int, int], None]  # what is being done, how far, of how many


class DescribedDocuments(dict[str, Described]):
    """Document name -> what a question may call it by, read when first asked for."""

    def __init__(self, catalogue: Catalogue) -> None:
        super().__init__()
        self._catalogue = catalogue

    def __missing__(self, name: str) -> Described:
        self.read([name])
        return self[name]

    def read(self, names: Iterable[str]) -> None:
        """Have those of some documents that are not here yet: in one step."""
        if missing := [n for n in dict.fromkeys(names) if n not in self]:
            self.update(self._catalogue.described(missing))


class Index:
    """One generation of the index, open for questions."""

    def __init__(self, folder: Path, state: State, model: ModelDescription, chroma_url: str) -> None:
        self.folder, self.model, self.state, self._chroma_url = folder, model, state, chroma_url
        self.generation, self.digest = state.generation, state.digest
        self.home = home = home_of(folder, state.generation)
        self._lease = Lease(home)
        self.catalogue = Catalogue(home / "catalogue.sqlite", read_only=True)
        self.rebuilt: str | None = None
        self._texts: dict[str, str] = {}
        self._pages: dict[str, tuple[Page, ...]] = {}
        self._allowed: dict[Filters, Allowed] = {}
        self.owners = self.catalogue.owners()
        if len(self.owners) != state.passages:
            raise StoreError(
                f"The index in {folder} is damaged: its catalogue has {len(self.owners)} passages, not {state.passages}. {REMEDY}"
            )
        self.lexical = self._open_lexical(home / "lexical")
        if len(self.owners) != len(self.lexical):
            self.lexical = self._rebuild_lexical("it does not fit the catalogue")

    def _open_lexical(self, home: Path) -> LexicalIndex:
        try:
            return LexicalIndex.open(home)
        except StoreError as error:
            return self._rebuild_lexical(str(error))

    def _rebuild_lexical(self, why: str) -> LexicalIndex:
        """Build the lexical index anew from the catalogue, in memory and, where it can be, on disk."""
        self.rebuilt = f"The lexical index was built anew: {why}"
        fresh = build_lexical(self.catalogue, lambda *_: None)
        try:
            _replace_folder(self.home / "lexical", fresh.save)
        except OSError:
            self.rebuilt += " It could not be saved; it will be built again at the next start."
        return fresh

    @cached_property
    def descriptions(self) -> dict[str, Description]:
        """Document name -> what is known of it."""
        return self.catalogue.descriptions()

    @cached_property
    def described(self) -> DescribedDocuments:
        """Document name -> what a question may call it by; read from the catalogue when first asked for."""
        return DescribedDocuments(self.catalogue)

    @cached_property
    def senders(self) -> str:
        """The names of all senders, a line each."""
        return "\n".join(dict.fromkeys(d.sender for d in self.descriptions.values() if d.sender))

    @cached_property
    def _document_numbers(self) -> NDArray[np.int32]:
        numbers = {name: i for i, name in enumerate(self.descriptions)}
        return np.fromiter((numbers[d] for _, d in self.owners), np.int32, len(self.owners))

    @cached_property
    def _languages(self) -> dict[str, str]:
        return self.catalogue.languages()

    def allowed(self, filters: Filters) -> Allowed | None:
        """The passages of the documents that filters let through; None where all are, and they are many."""
        known = self._allowed.get(filters)
        if known is not None:
            return known
        documents = filters.documents_of(self.descriptions)
        if documents is None and len(self.owners) > HELD:
            return None
        if len(self._allowed) >= KEPT_FILTERS:
            self._allowed.clear()
        known = self._allowed[filters] = self._let_through(
            list(self.descriptions) if documents is None else documents
        )
        return known

    def _let_through(self, documents: Sequence[str]) -> Allowed:
        wanted = set(documents)
        passing = np.array([name in wanted for name in self.descriptions], np.bool_)
        mask = passing[self._document_numbers] if len(self.owners) else np.zeros(0, np.bool_)
        ids: dict[str, list[str]] = {language: [] for language in self.languages}
        for i in np.flatnonzero(mask).tolist():
            identity = self.owners[i][0]
            ids[self._languages[identity]].append(identity)
        passing_ids = {language: frozenset(some) for language, some in ids.items()}
        return Allowed(documents, mask, passing_ids, dict(Counter(self._languages.values())))

    @cached_property
    def languages(self) -> frozenset[str]:
        """The languages that its passages are in."""
        return frozenset(self._languages.values())

    @cached_property
    def vectors(self) -> Vectors:
        """The vectors; opened when first asked for."""
        space, model = self.state.index if self._chroma_url else "", self.model
        # The lambda must not hold the index: in a circle with it neither is closed when its last reader is done.
        return Vectors(self.home / "chroma", self._chroma_url, model, lambda: load_embeddings(model), space)

    def page(self, document: str, offset: int) -> int | None:
        """The page, from 1, on which a character of a document stands; None where it has no pages."""
        return page_number(self.pages(document), offset)

    def pages(self, document: str) -> tuple[Page, ...]:
        """Where a document's pages begin, and what is printed on them; empty for one without pages."""
        if document not in self._pages:
            if len(self._pages) >= KEPT_TEXTS:
                self._pages.clear()
            self._pages[document] = self.catalogue.pages(document)
        return self._pages[document]

    def texts_with(self, term: str, most: int) -> Iterator[tuple[str, Language]]:
        """The texts of some passages that hold a word of the index, each with its language."""
        ids = [self.owners[i][0] for i in self.lexical.passages_with(term, most)]
        for passage in self.catalogue.passages(ids).values():
            yield self.text(passage.document)[passage.start : passage.end], passage.language

    def text(self, document: str) -> str:
        """A document's text, unchanged: what every offset counts in."""
        text = self._texts.get(document)
        if text is None:
            text = self.catalogue.document(document).text
            if len(self._texts) >= KEPT_TEXTS:
                self._texts.clear()  # whoever is between these lines in another thread has its text in hand
            self._texts[document] = text
        return text


def open_index(settings: Settings) -> Index:
    """Open the current generation; raises StoreError where there is none, or it was built with other settings."""
    folder = settings.index_dir
    state = read_state(folder)
    if state is None:
        raise StoreError(f"There is no index in «{folder}». Run `rag ingest` first.")
    model = describe(settings)
    now = built_with(model)
    while True:
        if state.built != now:
            raise StoreError(_mismatch(state.built, now))
        try:
            return Index(folder, state, model, settings.chroma_url)
        except FileNotFoundError as error:
            was, state = state, read_state(folder)
            if state is None or state == was:
                raise StoreError(
                    f"The index in {folder} is damaged: generation {was.generation} is not there. {REMEDY}"
                ) from error
            # else a writer has just made a newer one and removed this


def _mismatch(was: Built, now: Built) -> str:
    if was.schema != now.schema:
        command = "rag doctor --repair" if was.schema in MIGRATED else "rag ingest --rebuild"
        more = "" if was.schema in MIGRATED else " with your documents"
        return f"The index is of an older form. Run `{command}`{more}."
    if was.embedding_key != now.embedding_key:
        said = (
            f"The index was built with the embedding model «{was.embedding_model}» ({was.embedding_key}), "
            f"the settings say «{now.embedding_model}» ({now.embedding_key})."
        )
    else:
        said = "The index was built by another version of the splitter or the word lists."
    return f"{said} Run `rag ingest` to build it anew, or set RAG_EMBEDDING_MODEL back."


def build_lexical(catalogue: Catalogue, tick: Tick) -> LexicalIndex:
    """The lexical index of everything in a catalogue."""
    total = len(catalogue.ids())
    known = catalogue.described_words()
    done = 0

    def passages() -> Iterable[tuple[Sequence[str], Sequence[str]]]:
        nonlocal done
        for passage in catalogue.all_passages():
            yield [t for s in passage.sentences for t in s.terms], passage.context
            done += 1
            if done % 500 == 0 or done == total:
                tick("index", done, total)

    return LexicalIndex.build(passages(), sorted(known))


def _replace_folder(home: Path, fill: Callable[[Path], None]) -> None:
    draft = home.with_name(f"{home.name}.{os.getpid()}")  # another process may find the same damage
    shutil.rmtree(draft, ignore_errors=True)
    fill(draft)
    shutil.rmtree(home, ignore_errors=True)
    draft.rename(home)
