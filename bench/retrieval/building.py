"""The work of the processes that build: each says what it took."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from bench import usual
from bench.corpus import Corpus
from bench.retrieval.vectors import RandomVectors
from rag.models.embeddings import describe, load_embeddings
from rag.question import understand
from rag.settings import Settings
from rag.store.catalogue import Catalogue
from rag.store.index import build_lexical, built_with, open_index
from rag.store.vectors import Vectors

BATCH = 4000  # vectors added at once; Chroma takes up to 5,461
TEXT = 80  # characters of each passage that Chroma is given to keep
Result = dict[str, Any]
now = time.perf_counter


def settings_of(folder: Path) -> Settings:
    """Settings with an index in a folder and everything else by default."""
    return Settings(_env_file=None, index_dir=folder / "index")


def passages_of(folder: Path) -> list[list[str]]:
    """(id, document, language, text) of every passage."""
    rows: list[list[str]] = json.loads((folder / "passages.json").read_text("utf-8"))
    return rows


def build_ours(folder: Path, count: int) -> Result:
    """Make the corpus, and time what of it is ours: the catalogue and the lexical index."""
    settings = settings_of(folder)
    home = settings.index_dir / "generations" / "1"
    home.mkdir(parents=True)
    catalogue, rows, catalogued = Catalogue(home / "catalogue.sqlite"), [], 0.0
    for made in Corpus().documents(count):
        start = now()
        catalogue.replace(made.document, "made up", made.passages)
        catalogued += now() - start
        rows += [[p.id, p.document, p.language, t] for p, t in zip(made.passages, made.texts, strict=True)]
    (folder / "passages.json").write_text(json.dumps(rows), "utf-8")
    rows.clear()
    start = now()
    lexical = build_lexical(catalogue, lambda *_: None)
    lexical.save(home / "lexical")
    indexed = now() - start
    catalogue.close()
    built = asdict(built_with(describe(settings)))
    state = {"generation": 1, "digest": "bench", "passages": count, "built": built}
    (settings.index_dir / "index.json").write_text(json.dumps(state), "utf-8")
    open_index(
        settings
    )  # an index.json of another form than the package's is noticed here, not minutes later
    return {"catalogue": catalogued, "lexical": indexed, "words": len(lexical.vocabulary)}


def build_usual(folder: Path) -> Result:
    """Build and keep the usual way's BM25."""
    texts = [(row[0], row[3]) for row in passages_of(folder)]
    start = now()
    usual.save(folder, usual.build(texts))
    return {"seconds": now() - start}


def batches(folder: Path) -> Iterator[tuple[list[str], list[str], list[dict[str, Any]]]]:
    """(ids, the beginnings of the texts, metadata) of every passage, as many at once as Chroma takes."""
    rows = passages_of(folder)
    for i in range(0, len(rows), BATCH):
        part = rows[i : i + BATCH]
        metadatas = [{"document": document, "language": language} for _, document, language, _ in part]
        yield [row[0] for row in part], [row[3][:TEXT] for row in part], metadatas


def build_vectors(folder: Path) -> Result:
    """Add random vectors for every passage to the package's own collections."""
    settings, embeddings = settings_of(folder), RandomVectors()
    vectors = Vectors(settings.index_dir / "chroma", "", describe(settings), lambda: embeddings)
    start = now()
    for ids, texts, metadatas in batches(folder):
        vectors.add(ids, np.asarray(embeddings.embed_documents(texts), np.float32), metadatas)
    return {"seconds": now() - start}


def build_usual_vectors(folder: Path) -> Result:
    """Add random vectors for every passage to one collection."""
    collection = usual.collection(folder, RandomVectors())
    start = now()
    for ids, texts, metadatas in batches(folder):
        collection.add_texts(texts, metadatas=metadatas, ids=ids)
    return {"seconds": now() - start}


def embed(folder: Path, questions: Sequence[str]) -> Result:
    """Load the packaged model, embed each question, and keep the vectors."""
    import_module("langchain_huggingface")  # not to time it
    model = describe(settings_of(folder))
    start = now()
    embeddings = load_embeddings(model)
    embeddings.embed_query("warm")
    loaded, times, vectors = now() - start, [], {}
    for question in questions:
        asked = understand(question)
        given = model.given(asked.text, asked.language)
        each = []
        for _ in range(3):
            start = now()
            vectors[" ".join(given.split())] = embeddings.embed_query(given)
            each.append(1000 * (now() - start))
        times.append(median(each))
        vectors[" ".join(question.split())] = embeddings.embed_query(question)  # what the usual way gives
    (folder / "vectors.json").write_text(json.dumps(vectors), "utf-8")
    return {"load": loaded, "ms": times[1:]}
