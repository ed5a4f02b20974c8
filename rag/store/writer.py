"""Makes the next generation of the index: `put` and remove documents, then `commit`. Nothing is visible before `commit`.

    put ── work/            documents, read and split ─┐
        └─ embedded.sqlite  vectors, as they are made ─┤
                                                       commit ── generations/N+1: the catalogue of before and what
                                                                 changed, its lexical index, its Chroma ── index.json

Whatever ends the process before index.json is replaced, the generation before stays as it was, and what was read, split
and embedded is found again by the next ingest.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from types import TracebackType

import numpy as np

from rag.errors import StoreError
from rag.models.embeddings import describe, load_embeddings
from rag.settings import Settings
from rag.store import migrate, originals
from rag.store.catalogue import Catalogue
from rag.store.embedder import Embedder
from rag.store.filling import begin, fill
from rag.store.generations import (
    CURRENT,
    LEASE,
    REMEDY,
    SCHEMA,
    STATE,
    Built,
    State,
    built_with,
    forget,
    generations,
    home_of,
    read_state,
    sync_all,
)
from rag.store.index import Tick, build_lexical
from rag.store.lexical import LexicalIndex
from rag.store.opening import locked, open_embedded, open_staged
from rag.store.rows import Entry
from rag.store.trouble import in_folder
from rag.store.vectors import Vectors


class Writer:
    """Makes the next generation. Holds the index's lock until it is closed.

    `base` is a catalogue to begin with instead of the current generation's, with its state: that of a backup.
    """

    def __init__(
        self,
        settings: Settings,
        rebuild: bool = False,
        wait: bool = False,
        base: tuple[Path, State] | None = None,
    ) -> None:
        self.folder, self._settings = settings.index_dir, settings
        self._lock = locked(self.folder, wait)
        try:
            with in_folder(self.folder):
                self.model = describe(settings)
                self._now = built_with(self.model)
                self._open(rebuild, base)
        except BaseException:
            self._lock.release()
            raise

    def _open(self, rebuild: bool, base: tuple[Path, State] | None) -> None:
        """Find what there is to begin with."""
        self._state = _state(self.folder, forgiving=base is not None) if not rebuild else None
        self.was: Built | None = None
        self._home = home_of(self.folder, max([*generations(self.folder), 0]) + 1)
        self._work = self.folder / "work" / f"{SCHEMA}-{self._now.text}.sqlite"
        self._staged, self._embedded = (
            open_staged(self._work),
            open_embedded(self.folder, self._now.embedding_key),
        )
        if base is not None:
            self._base, self.was = base[0], base[1].built
        elif self._state is not None:
            self._base = home_of(self.folder, self._state.generation) / "catalogue.sqlite"
            self.was = self._state.built
            if not self._base.is_file():
                raise StoreError(
                    f"The index in {self.folder} is damaged: its catalogue is not there. {REMEDY}"
                )
            if self.was.schema != SCHEMA:
                self._base = migrate.to_present(self.folder, self._state, self._base, self._embedded)
        else:
            self._base = Path(":memory:")
        self._is_new = base is not None or self._state is None or self.was != self._now
        self.catalogue = Catalogue(self._base, read_only=self.was is not None)
        self._taken: dict[str, None] = {}
        self._removed: dict[str, None] = {}
        self._files: dict[str, str] = {}
        model = self.model
        self._embedder = Embedder(self._embedded, model, lambda: load_embeddings(model))

    @property
    def text_changed(self) -> bool:
        """Whether unchanged documents must be split again, because the splitter or the word lists changed."""
        return self.was is not None and self.was.text != self._now.text

    # -- what is to be in the next generation ---------------------------------------------------------------------

    def staged(self, name: str, file: str, source: str) -> int | None:
        """Take a document that an earlier ingest had read and split before it was broken off: its number of passages.

        None where it had not read this file from there.
        """
        if not file or self._staged.origin(name) != (file, source):
            return None
        ids = self._staged.ids_of(name)
        self._take(name, dict.fromkeys(ids))
        return len(ids)

    def put(self, made: Entry, texts: Sequence[str] = ()) -> int:
        """Put a document in place of what was there under its name; its number of passages.

        `texts` are what the model is given of its passages, where that has been worked out.
        """
        with in_folder(self.folder):
            self._staged.put(made)
        ids = [row[0] for row in made.passages]
        self._take(made.name, dict(zip(ids, texts, strict=True)) if texts else dict.fromkeys(ids))
        return len(ids)

    def keep_original(self, path: Path, made: Entry | None = None) -> None:
        """Keep the file that a document was read from, where its pages can be shown as they look.

        Without what was made of it the document is the known one of the file's name.
        """
        if made is not None and made.paged:
            originals.keep(self.folder, made.text, path)
        elif made is None and path.suffix.lower() == originals.SUFFIX:
            originals.keep(self.folder, self.catalogue.document(path.name).text, path)

    def _take(self, name: str, texts: Mapping[str, str | None]) -> None:
        self._removed.pop(name, None)
        self._taken[name] = None
        self._embedder.want(texts)

    def same(self, name: str, file: str) -> None:
        """Say that a document is unchanged, but stands in a file that is another than was known."""
        self._files[name] = file

    def remove(self, *names: str) -> None:
        """Take documents out."""
        for name in names:
            self._taken.pop(name, None)
            self._removed[name] = None

    def touches(self, name: str) -> bool:
        """Whether a document is put anew, or taken out."""
        return name in self._taken or name in self._removed

    def take_vectors(self, other: Path) -> None:
        """Take the vectors of a backup; they need not be made again."""
        with in_folder(self.folder):
            self._embedded.take(other)

    def embed(self, tick: Tick, read: float) -> None:
        """Embed what is waiting as far as it fills a chunk; `read` is the share of the documents that has been read."""
        with in_folder(self.folder):
            self._embedder.embed_chunks(self._staged, tick, read)

    # -- the next generation --------------------------------------------------------------------------------------

    def commit(self, tick: Tick = lambda *_: None) -> str:
        """Embed what has no vector yet, complete the generation, and make it current; its digest.

        Where nothing changed and nothing is damaged there is nothing to do.
        """
        with in_folder(self.folder):
            if self._state is not None and not self._anything_to_do():
                return self._state.digest
            shutil.rmtree(self._home, ignore_errors=True)
            self._home.mkdir(parents=True)
            catalogue = self._next_catalogue()
            self._recover(catalogue)
            self._embedder.embed_all(catalogue, tick)
            build_lexical(catalogue, tick).save(self._home / "lexical")
            state = self._with_vectors(self._described(catalogue), catalogue, tick)
            catalogue.close()
            (self._home / LEASE).touch()
            state.write(self._home / STATE)
            sync_all(self._home)
            state.write(self.folder / CURRENT)
            before, self._state = self._state, state
            with suppress(
                OSError, sqlite3.Error, StoreError
            ):  # what is done is done; the next ingest cleans up
                self._clean(before)
            return state.digest

    def _anything_to_do(self) -> bool:
        return bool(self._taken or self._removed or self._files or self._is_new) or not self._is_healthy()

    def _is_healthy(self) -> bool:
        """Whether the current generation's lexical index and vectors can be used and fit its catalogue."""
        assert self._state is not None  # noqa: S101 - asked before
        home = home_of(self.folder, self._state.generation)
        try:
            lexical = LexicalIndex.open(home / "lexical")
            vectors = self._vectors(home, self._state.index)
            languages = self.catalogue.languages()
            vectors.probe()
            missing = vectors.missing(languages) or self._embedded.missing(list(languages))
            return len(lexical) == len(languages) and not missing
        except StoreError:
            return False

    def _next_catalogue(self) -> Catalogue:
        """The catalogue of before, without what is removed, with what is new or changed."""
        path = self._home / "catalogue.sqlite"
        if self.was is not None:
            shutil.copyfile(self._base, path)
        catalogue = Catalogue(path)
        catalogue.fast()
        catalogue.remove(*self._removed)
        catalogue.take(self._work, self._taken)
        catalogue.mark(self._files)
        return catalogue

    def _described(self, catalogue: Catalogue) -> State:
        """What is to be said of the new generation."""
        ids = catalogue.ids()
        said = json.dumps([catalogue.digests(), ids, asdict(self._now)], sort_keys=True)
        digest = hashlib.sha256(said.encode()).hexdigest()[:32]
        return State(int(self._home.name), digest, len(ids), self._now, self._name())

    def _name(self) -> str:
        """What tells this index from others on a Chroma server; it stays, also when the index is built anew."""
        if self._state is not None and self._state.index:
            return self._state.index
        for number in generations(self.folder):
            with suppress(StoreError):
                name = State.read(home_of(self.folder, number) / STATE).index
                if name:
                    return name
        return uuid.uuid4().hex[:8]

    def _vectors(self, home: Path, name: str) -> Vectors:
        url, model = self._settings.chroma_url, self.model
        return Vectors(home / "chroma", url, model, lambda: load_embeddings(model), name if url else "")

    def _with_vectors(self, state: State, catalogue: Catalogue, tick: Tick) -> State:
        """Have the new generation's passages in Chroma."""
        if self._settings.chroma_url:
            vectors, holes = self._vectors(self._home, state.index), 0
        else:
            was = self._state
            same = was is not None and was.built.embedding_key == state.built.embedding_key
            before = home_of(self.folder, was.generation) / "chroma" if was and same else None
            vectors, holes = begin(
                lambda: self._vectors(self._home, state.index),
                self._home / "chroma", before, catalogue.languages(), was.holes if was else 0,
            )  # fmt: skip
        fill(vectors, catalogue, self._embedder, tick)
        vectors.close()
        return replace(state, holes=holes)

    def _recover(self, catalogue: Catalogue) -> None:
        """Take from the current generation's Chroma the vectors that are missing here: no need to embed those again."""
        if self._state is None or self._state.built != self._now:
            return
        known = self.catalogue.languages()
        wanted = {i: known[i] for i in self._embedded.missing(catalogue.ids()) if i in known}
        if wanted:
            with suppress(StoreError):
                found = self._vectors(home_of(self.folder, self._state.generation), self._state.index).get(
                    wanted
                )
                if found:
                    self._embedded.add(list(found), np.stack(list(found.values())))

    def _clean(self, before: State | None) -> None:
        """Remove what is needed no more: older generations that nobody reads, vectors, work that is done."""
        assert self._state is not None  # noqa: S101 - just made
        number = self._state.generation
        older = [
            g for g in generations(self.folder) if g < number and (home_of(self.folder, g) / STATE).is_file()
        ]
        forget(self.folder, {number, *older[:1]})  # the one before is kept to return to
        current = Catalogue(self._home / "catalogue.sqlite", read_only=True)
        languages = current.languages()
        originals.keep_only(self.folder, current.paged_texts())
        current.close()
        ids = set(languages) | {i for name in self._left() for i in self._staged.ids_of(name)}
        self._embedded.keep_only(ids)
        self._staged.remove(*self._taken)
        shutil.rmtree(self.folder / "chroma", ignore_errors=True)  # of an older form
        if self._settings.chroma_url:
            vectors = self._vectors(self._home, self._state.index)
            kept = {**self.catalogue.languages(), **languages} if before else languages
            vectors.delete({i: x for i, x in vectors.stored().items() if i not in kept})
            keys = {self._now.embedding_key, *([before.built.embedding_key] if before else [])}
            vectors.drop_others(keys)

    def _left(self) -> list[str]:
        return [name for name in self._staged.digests() if name not in self._taken]

    def forget_work(self) -> None:
        """Forget what ingests that were broken off had read: one has been completed since."""
        with suppress(OSError, sqlite3.Error, StoreError):
            self._staged.remove(*self._left())

    # -- the end --------------------------------------------------------------------------------------------------

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(abandon=kind is not None)

    def close(self, abandon: bool = False) -> None:
        """Let others write; `abandon` removes the generation that was not completed. What was read and embedded stays."""
        for each in (self.catalogue, self._staged, self._embedded):
            each.close()
        if abandon and (self._state is None or int(self._home.name) != self._state.generation):
            shutil.rmtree(self._home, ignore_errors=True)
        self._lock.release()


def _state(folder: Path, forgiving: bool) -> State | None:
    """The current state; where it cannot be read none, if that does not matter."""
    try:
        return read_state(folder)
    except StoreError:
        if forgiving:
            return None
        raise
