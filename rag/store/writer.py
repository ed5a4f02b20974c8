"""Makes the next generation of the index: `put` and remove documents, then `commit`. Nothing is visible before `commit`."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from rag import split
from rag.errors import StoreError
from rag.models.embeddings import describe, load_embeddings
from rag.settings import Settings
from rag.store import originals
from rag.store.catalogue import Catalogue
from rag.store.index import SCHEMA, Built, Tick, build_lexical, built_with, read_state
from rag.store.vectors import BATCH, Vectors
from rag.types import Document, Passage


def embedding_text(document: Document, passage: Passage) -> str:
    """What is embedded of a passage: its heading and its text."""
    body = split.span_text(document.text, [span for s in passage.sentences for span in s.spans])
    return f"{passage.heading}\n{body}" if passage.heading and not body.startswith(passage.heading) else body


class Writer:
    """Makes the next generation: `put` and `drop` documents, then `commit`. Nothing is visible before `commit`."""

    def __init__(self, settings: Settings, rebuild: bool = False) -> None:
        self._folder, self._settings = settings.index_dir, settings
        self._make_folder()
        self._lock = FileLock(self._folder / "ingest.lock")
        try:
            self._lock.acquire(timeout=0)
        except Timeout:
            raise StoreError(
                f"Another ingest is writing to «{self._folder}». Wait until it is done."
            ) from None
        try:
            self.model = describe(settings)
            state = None if rebuild else read_state(self._folder)
            self.was = Built(**state["built"]) if state else None
            if self.was is not None and self.was.schema != SCHEMA:
                raise StoreError(
                    f"The index in «{self._folder}» is of an older form. Run `rag ingest --rebuild` with your documents."
                )
            self._generation = (int(state["generation"]) if state else self._last_generation()) + 1
            self._home = self._folder / "generations" / str(self._generation)
            shutil.rmtree(self._home, ignore_errors=True)
            self._home.mkdir(parents=True)
            self._rebuild = rebuild
            if state is not None:
                current = self._folder / "generations" / str(state["generation"]) / "catalogue.sqlite"
                if not current.is_file():
                    raise StoreError(
                        f"The index in {self._folder} is damaged: its catalogue is not there. Run `rag ingest --rebuild`."
                    )
                shutil.copyfile(current, self._home / "catalogue.sqlite")
            self.catalogue = Catalogue(self._home / "catalogue.sqlite")
        except BaseException:
            self._lock.release()
            raise

    def _make_folder(self) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreError(
                f"The index folder «{self._folder}» cannot be made ({error.strerror}). Set RAG_INDEX_DIR."
            ) from error

    def _last_generation(self) -> int:
        homes = (self._folder / "generations").glob("*")
        return max((int(h.name) for h in homes if h.name.isdigit()), default=0)

    @property
    def text_changed(self) -> bool:
        """Whether unchanged documents must be split again, because the splitter or the word lists changed."""
        now = built_with(self.model)
        return self.was is not None and self.was.text != now.text

    def put(self, document: Document, source: str) -> int:
        """Split a document and put it in the catalogue; its number of passages."""
        passages = split.split(document)
        self.catalogue.replace(document, source, passages)
        return len(passages)

    def keep_original(self, document: Document, path: Path) -> None:
        """Keep the file that a document was read from, where its pages can be shown as they look."""
        if document.pages:
            originals.keep(self._folder, document.text, path)

    def commit(self, tick: Tick) -> str:
        """Embed what has no vector yet, build the lexical index, and make the generation current; its digest."""
        if self._rebuild and not self._settings.chroma_url:
            shutil.rmtree(self._folder / "chroma", ignore_errors=True)
        vectors = Vectors(
            self._folder / "chroma",
            self._settings.chroma_url,
            self.model,
            lambda: load_embeddings(self.model),
        )
        self._embed(vectors, tick)
        build_lexical(self.catalogue, tick).save(self._home / "lexical")
        languages = self.catalogue.languages()
        paged = self.catalogue.paged_texts()
        built = built_with(self.model)
        digest = hashlib.sha256(
            json.dumps([self.catalogue.digests(), list(languages), _fields(built)], sort_keys=True).encode()
        ).hexdigest()
        self.catalogue.close()
        state = {
            "generation": self._generation,
            "digest": digest[:32],
            "passages": len(languages),
            "built": _fields(built),
        }
        _write_whole(self._folder / "index.json", json.dumps(state, indent=1))
        vectors.keep_only(languages)
        originals.keep_only(self._folder, paged)
        self._forget_old()
        return digest[:32]

    def _embed(self, vectors: Vectors, tick: Tick) -> None:
        missing = vectors.missing(self.catalogue.languages())
        for start in range(0, len(missing), BATCH):
            batch = missing[start : start + BATCH]
            tick("embed", start, len(missing))
            passages = self.catalogue.passages(batch)
            texts: list[str] = []
            metadatas: list[dict[str, Any]] = []
            documents: dict[str, Document] = {}
            for identity in batch:
                passage = passages[identity]
                if passage.document not in documents:
                    documents[passage.document] = self.catalogue.document(passage.document)
                text = embedding_text(documents[passage.document], passage)
                texts.append(self.model.given(text, passage.language))
                metadatas.append({"document": passage.document, "language": passage.language})
            vectors.add(batch, texts, metadatas)
        if missing:
            tick("embed", len(missing), len(missing))

    def _forget_old(self) -> None:
        """Remove generations but this one and the one before, which a reader may still have open."""
        for home in (self._folder / "generations").glob("*"):
            if home.name.isdigit() and int(home.name) < self._generation - 1:
                shutil.rmtree(home, ignore_errors=True)

    def close(self, abandon: bool = False) -> None:
        """Let others write; `abandon` removes what was not committed."""
        self.catalogue.close()
        if abandon:
            shutil.rmtree(self._home, ignore_errors=True)
        self._lock.release()


def _fields(built: Built) -> dict[str, str]:
    return {name: getattr(built, name) for name in Built.__slots__}


def _write_whole(path: Path, text: str) -> None:
    """Write a file so that a reader finds the old text or the new, never a part."""
    draft = path.with_suffix(".new")
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
