"""The index: a catalogue of documents and passages, a lexical index, and vectors. The only place that knows how they are stored.

    vectorstore/
      index.json           which generation is current, and what it was built with; replaced in one step
      generations/N/       catalogue.sqlite and lexical/; complete before index.json names it, never changed after
      chroma/              vectors by passage id

A reader sees one generation from its first byte to its last. A crash at any moment leaves index.json naming a whole
generation; what an unfinished ingest left behind is removed by the next one.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag import split
from rag.coverage import Described
from rag.errors import StoreError
from rag.filters import Filters
from rag.models.embeddings import ModelDescription, describe, load_embeddings
from rag.settings import Settings
from rag.store.allowed import Allowed
from rag.store.catalogue import REMEDY, Catalogue
from rag.store.lexical import LexicalIndex
from rag.store.vectors import Vectors
from rag.types import Description, Page, page_number

SCHEMA = "6"
KEPT_TEXTS = 32  # documents whose text is kept in memory: every citation of an answer is cut out of one
KEPT_FILTERS = 8  # filters whose passages are kept in memory
Tick = Callable[[str, int, int], None]  # what is being done, how far, of how many


@dataclass(frozen=True, slots=True)
class Built:
    """What an index was built with; an index is opened only with the same."""

    schema: str
    text: str  # digest of the splitter and of the data files that decide terms and speech acts
    embedding_model: str
    embedding_key: str


def built_with(model: ModelDescription) -> Built:
    """What an index built now would be built with."""
    digest = hashlib.sha256(split.VERSION.encode())
    for name in ("stopwords.txt", "speech_acts.toml"):
        digest.update(resources.files("rag").joinpath(f"data/{name}").read_bytes())
    return Built(SCHEMA, digest.hexdigest()[:16], model.name, model.key)


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

    def __init__(self, folder: Path, state: dict[str, Any], model: ModelDescription, chroma_url: str) -> None:
        self.folder, self.model, self._chroma_url = folder, model, chroma_url
        self.generation = int(state["generation"])
        self.digest = str(state["digest"])
        home = folder / "generations" / str(self.generation)
        if not (home / "catalogue.sqlite").is_file():
            raise StoreError(
                f"The index in {folder} is damaged: generation {self.generation} is not there. Run `rag ingest --rebuild`."
            )
        self.catalogue = Catalogue(home / "catalogue.sqlite")
        self.rebuilt: str | None = None
        self._texts: dict[str, str] = {}
        self._pages: dict[str, tuple[Page, ...]] = {}
        self._allowed: dict[Filters, Allowed] = {}
        self.owners = self.catalogue.owners()
        if len(self.owners) != int(state["passages"]):
            raise StoreError(
                f"The index in {folder} is damaged: its catalogue has {len(self.owners)} passages, not {state['passages']}. {REMEDY}"
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
        home = self.folder / "generations" / str(self.generation) / "lexical"
        try:
            _replace_folder(home, fresh.save)
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
    def _document_numbers(self) -> NDArray[np.int32]:
        numbers = {name: i for i, name in enumerate(self.descriptions)}
        return np.fromiter((numbers[d] for _, d in self.owners), np.int32, len(self.owners))

    @cached_property
    def _languages(self) -> dict[str, str]:
        return self.catalogue.languages()

    def allowed(self, filters: Filters) -> Allowed | None:
        """The passages of the documents that filters let through; None where all are."""
        known = self._allowed.get(filters)
        if known is None and (documents := filters.documents_of(self.descriptions)) is not None:
            if len(self._allowed) >= KEPT_FILTERS:
                self._allowed.clear()
            known = self._allowed[filters] = self._let_through(documents)
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
        return Vectors(
            self.folder / "chroma", self._chroma_url, self.model, lambda: load_embeddings(self.model)
        )

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

    def text(self, document: str) -> str:
        """A document's text, unchanged: what every offset counts in."""
        text = self._texts.get(document)
        if text is None:
            text = self.catalogue.document(document).text
            if len(self._texts) >= KEPT_TEXTS:
                self._texts.clear()  # whoever is between these lines in another thread has its text in hand
            self._texts[document] = text
        return text


def read_state(folder: Path) -> dict[str, Any] | None:
    """index.json, or None where there is no index; raises StoreError where it cannot be read."""
    path = folder / "index.json"
    if not path.is_file():
        return None
    try:
        state: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        Built(**state["built"])
        int(state["generation"]), str(state["digest"]), int(state.get("passages", -1))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise StoreError(
            f"{path} is damaged ({type(error).__name__}). Run `rag ingest --rebuild` with your documents."
        ) from error
    return state


def open_index(settings: Settings) -> Index:
    """Open the current generation; raises StoreError where there is none, or it was built with other settings."""
    folder = settings.index_dir
    state = read_state(folder)
    if state is None:
        raise StoreError(f"There is no index in «{folder}». Run `rag ingest` first.")
    model = describe(settings)
    was, now = Built(**state["built"]), built_with(model)
    if was != now:
        raise StoreError(_mismatch(was, now))
    return Index(folder, state, model, settings.chroma_url)


def _mismatch(was: Built, now: Built) -> str:
    if was.schema != now.schema:
        return "The index is of an older form. Run `rag ingest --rebuild` with your documents."
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
    draft = home.with_name(home.name + ".new")
    shutil.rmtree(draft, ignore_errors=True)
    fill(draft)
    shutil.rmtree(home, ignore_errors=True)
    draft.rename(home)
