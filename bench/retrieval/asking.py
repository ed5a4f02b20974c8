"""The work of the processes that open an index and ask: each says how long it waited."""

from __future__ import annotations

import cProfile
import pstats
import resource
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from langchain_core.embeddings import Embeddings

from bench import usual
from bench.retrieval.building import Result, now, settings_of
from bench.retrieval.vectors import ReadyVectors
from rag.assistant import Assistant
from rag.filters import Filters
from rag.models.embeddings import describe, load_embeddings
from rag.question import understand
from rag.retrieve import dense_votes, retrieve
from rag.store.index import Index, open_index
from rag.store.vectors import Vectors

# Well over half of the documents.
FILTERS = Filters(roles=frozenset({"government"}), since="2015-01-01", until="2024-12-31")


def peak() -> float:
    """The largest resident set of this process so far, in MiB."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


def open_ours(folder: Path, embeddings: Embeddings) -> Index:
    """Our index, its collection of vectors open too."""
    settings = settings_of(folder)
    index = open_index(settings)
    index.vectors = Vectors(settings.index_dir / "chroma", "", index.model, lambda: embeddings)
    return index


def ask_ours(
    folder: Path, questions: Sequence[str], embeddings: Embeddings, filters: Filters = Filters()
) -> Result:
    """Open our index and ask every question once."""
    imported, start = peak(), now()
    index = open_ours(folder, embeddings)
    opened = now()
    first = understand(questions[0])
    understood = now()
    retrieve(index, first)
    result: Result = {
        "opening": now() - start,
        "index": opened - start,
        "first_understand": understood - opened,
    }
    result |= {"first_retrieve": now() - understood, "imported": imported}
    result |= {"understand": [], "retrieve": [], "cpu": [], "dense": []}
    for text in questions[1:]:
        start = now()
        question = understand(text)
        between, cpu = now(), time.process_time()
        retrieve(index, question, filters)
        result["retrieve"].append(1000 * (now() - between))
        result["cpu"].append(1000 * (time.process_time() - cpu))
        result["understand"].append(1000 * (between - start))
        result["dense"].append(dense_votes(index, question))
    return result


def answer_ours(folder: Path, questions: Sequence[str], embeddings: Embeddings) -> Result:
    """Ask for the whole answer in quotations, every question once; the index is open."""
    assistant = Assistant(settings_of(folder).model_copy(update={"llm": "none"}))
    assistant._index = open_ours(folder, embeddings)
    assistant.ask(questions[0])
    times = []
    for text in questions[1:]:
        start = now()
        assistant.ask(text)
        times.append(1000 * (now() - start))
    return {"ms": times}


def ask_usual(folder: Path, questions: Sequence[str], embeddings: Embeddings) -> Result:
    """Open the usual way's retriever and ask every question once."""
    imported, start, times, cpus = peak(), now(), [], []
    retriever = usual.UsualWay.open(folder, embeddings)
    opened = now() - start
    retriever.invoke(questions[0])
    opening = now() - start
    for text in questions[1:]:
        start, cpu = now(), time.process_time()
        retriever.invoke(text)
        times.append(1000 * (now() - start))
        cpus.append(1000 * (time.process_time() - cpu))
    return {"opening": opening, "index": opened, "retrieve": times, "cpu": cpus, "imported": imported}


def with_model(ask: Callable[..., Result], folder: Path, questions: Sequence[str]) -> Result:
    """Ask a few questions with the embedding model in the same process: for what both together take."""
    return ask(folder, questions[:4], load_embeddings(describe(settings_of(folder))))


def profile(folder: Path, questions: Sequence[str]) -> Result:
    """Where our retrieval's time goes, in milliseconds a question; cProfile adds to small functions most."""
    index = open_ours(folder, ReadyVectors(folder))
    retrieve(index, understand(questions[0]))
    rest = [understand(q) for q in questions[1:]]
    profiler = cProfile.Profile()
    for question in rest:
        profiler.runcall(retrieve, index, question)
    rows = []
    for (file, line, name), (_, calls, own, cumulative, _) in pstats.Stats(profiler).stats.items():
        per = 1000 / len(rest)
        rows.append((f"{Path(file).name}:{line} {name}", calls / len(rest), own * per, cumulative * per))
    return {"rows": sorted(rows, key=lambda r: -r[3])[:60]}
