"""How fast retrieval is, how much it needs, and how that compares with the usual LangChain way.

    python -m bench.retrieval                      100,000 passages, 60 questions: about six minutes on two cores
    python -m bench.retrieval --passages 5000 --profile
    python -m bench.retrieval --folder /some/folder --keep

Both ways get the same made-up passages (`bench.corpus` says how they are made: 60,000-100,000 words at 100,000
passages), the same questions (eval/gold/) and the same vectors, and are measured in the same run:

- Ours is built and asked through the package's own classes: `Catalogue`, `build_lexical`, `open_index`, `understand`,
  `retrieve`. Reading and splitting documents is left out of both.
- The usual way is `bench.usual`: rank_bm25's BM25Okapi and Chroma, fused by reciprocal rank, kept as a pickle.
- Vectors are random, for embedding 100,000 passages takes an hour; the questions' vectors are the real ones, embedded
  and timed beforehand, so retrieval is measured beside the embedding of the question, not with it. One document in
  twenty is said to be English. Ours gives the packaged model a Dutch question as a gloss and looks at the vectors of both languages,
  in two collections; the usual way gives it the question as it stands and looks in one. Chroma is given the first 80 characters of a passage's text and not all:
  its full-text index, which neither way uses, takes two minutes more over whole texts.

Each measurement is made in a new process, several times, and the median is kept. A question is asked once in a process,
so no cache of an earlier answer helps; the first is the opening's. "Opening" begins when everything is imported and
ends with the first (English) question answered, its vectors too. Files are in the operating system's cache, for they
were written a moment before. Memory is the largest resident set of the process, imports of Chroma and LangChain
included. Where other work runs on the machine, the processor's time says more than the clock's. The embedding model is
not loaded while the two are measured; a row of its own says what both together take.
"""

from __future__ import annotations

import argparse
import cProfile
import json
import os
import pstats
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from importlib import import_module
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from langchain_core.embeddings import Embeddings

from bench import usual
from bench.corpus import Corpus
from rag.assistant import Assistant
from rag.filters import Filters
from rag.models.embeddings import describe, load_embeddings
from rag.question import understand
from rag.retrieve import dense_votes, retrieve
from rag.settings import Settings
from rag.store.catalogue import Catalogue
from rag.store.index import Index, build_lexical, built_with, open_index
from rag.store.vectors import Vectors

ROOT = Path(__file__).parent.parent
GOLD = ROOT / "eval" / "gold"
DIMENSIONS = 384
BATCH = 4000  # vectors added at once; Chroma takes up to 5,461
TEXT = 80  # characters of each passage that Chroma is given to keep
PROCESSES = {
    "ask_ours": 3,
    "filtered_ours": 3,
    "ask_usual": 2,
}  # new processes that each way is opened and asked in
LIMITS_AT = 100_000  # passages for which the limits hold
LIMIT_MS, LIMIT_OPEN_S, LIMIT_MIB = 15.0, 2.0, 1.5 * 1024
LIMIT_FILTERED, LIMIT_USUAL = 2.0, 15.0  # times the unfiltered median; times as fast as the usual way
FILTERS = Filters(
    roles=frozenset({"government"}), since="2015-01-01", until="2024-12-31"
)  # well over half of the documents
Result = dict[str, Any]
now = time.perf_counter


# -- what is asked, and with which vectors --------------------------------------------------------------------------


def gold_questions(count: int) -> list[str]:
    """Questions of eval/gold/, evenly spread over its files, those that follow on others and held-out ones left out; English first."""
    lines = [line for file in sorted(GOLD.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()]
    gold = [
        g
        for line in lines
        if line.strip() and not (g := json.loads(line)).get("history") and g.get("split", "dev") == "dev"
    ]
    unique = list({g["question"]: g["lang"] for g in gold}.items())
    if count + 1 > len(unique):
        sys.exit(f"eval/gold/ has {len(unique)} questions; --questions can be {len(unique) - 1} at most.")
    chosen = [unique[int(i * len(unique) / (count + 1))] for i in range(count + 1)]
    first = next((i for i, (_, language) in enumerate(chosen) if language == "en"), 0)
    chosen.insert(0, chosen.pop(first))
    return [question for question, _ in chosen]


class RandomVectors(Embeddings):
    """Random unit vectors for passages."""

    def __init__(self) -> None:
        self._generator = np.random.default_rng(1325)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One for each text."""
        vectors = self._generator.standard_normal((len(texts), DIMENSIONS))
        rows: list[list[float]] = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).tolist()
        return rows

    def embed_query(self, text: str) -> list[float]:
        """One for a text."""
        return self.embed_documents([text])[0]


class ReadyVectors(RandomVectors):
    """The questions' own vectors, embedded beforehand."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._vectors: dict[str, list[float]] = json.loads((folder / "vectors.json").read_text("utf-8"))

    def embed_query(self, text: str) -> list[float]:
        """The vector of a question."""
        return self._vectors[" ".join(text.split())]


# -- the work of the processes: each builds or asks, and says what it took ------------------------------------------


def settings_of(folder: Path) -> Settings:
    """Settings with an index in a folder and everything else by default."""
    return Settings(_env_file=None, index_dir=folder / "index")


def passages_of(folder: Path) -> list[list[str]]:
    """(id, document, language, text) of every passage."""
    rows: list[list[str]] = json.loads((folder / "passages.json").read_text("utf-8"))
    return rows


def peak() -> float:
    """The largest resident set of this process so far, in MiB."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 2**20


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


def work(name: str, folder: Path, count: int) -> Result:
    """Do one process's work; its result has the process's peak memory beside what it measured."""
    questions: list[str] = json.loads((folder / "questions.json").read_text("utf-8"))
    jobs: dict[str, Callable[[], Result]] = {
        "build_ours": lambda: build_ours(folder, count),
        "build_usual": lambda: build_usual(folder),
        "build_vectors": lambda: build_vectors(folder),
        "build_usual_vectors": lambda: build_usual_vectors(folder),
        "embed": lambda: embed(folder, questions),
        "ask_ours": lambda: ask_ours(folder, questions, ReadyVectors(folder)),
        "filtered_ours": lambda: ask_ours(folder, questions, ReadyVectors(folder), FILTERS),
        "answer_ours": lambda: answer_ours(folder, questions, ReadyVectors(folder)),
        "ask_usual": lambda: ask_usual(folder, questions, ReadyVectors(folder)),
        "model_ours": lambda: with_model(ask_ours, folder, questions),
        "model_usual": lambda: with_model(ask_usual, folder, questions),
        "profile": lambda: profile(folder, questions),
    }
    return jobs[name]() | {"peak": peak()}


# -- the run --------------------------------------------------------------------------------------------------------


class Run:
    """Starts the processes and gathers what they say."""

    def __init__(self, folder: Path, count: int) -> None:
        self.folder, self._count = folder, count
        self._environment = {k: v for k, v in os.environ.items() if not k.upper().startswith("RAG_")}
        self._environment |= {"HF_HUB_OFFLINE": "1", "ANONYMIZED_TELEMETRY": "False"}

    def __call__(self, name: str) -> Result:
        """One process's result; the benchmark ends where it fails."""
        print(f"{name} …", end=" ", file=sys.stderr, flush=True)
        start = now()
        command = [sys.executable, "-m", "bench.retrieval", "--work", name, "--passages", str(self._count)]
        done = subprocess.run(
            [*command, "--folder", str(self.folder)],
            cwd=ROOT, env=self._environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            sys.exit(f"\nThe process «{name}» failed:\n{done.stderr[-3000:]}")
        print(f"{now() - start:.1f} s", file=sys.stderr)
        result: Result = json.loads((self.folder / f"{name}.json").read_text("utf-8"))
        return result


def several(run: Run, name: str) -> Result:
    """The same process several times: the median of each figure, question by question where there is a list."""
    results = [run(name) for _ in range(PROCESSES[name])]
    out: Result = {}
    for key, value in results[0].items():
        if isinstance(value, list):
            out[key] = [median(xs) for xs in zip(*(r[key] for r in results), strict=True)]
        else:
            out[key] = median(r[key] for r in results)
    return out


def size(*paths: Path) -> float:
    """MiB of some files and folders on disk."""
    files = [f for p in paths for f in (p.rglob("*") if p.is_dir() else [p]) if f.is_file()]
    return sum(f.stat().st_size for f in files) / 2**20


def p95(values: Sequence[float]) -> float:
    """What 95 of 100 values do not exceed."""
    return float(np.percentile(values, 95))


def measure(run: Run, questions: Sequence[str], profiled: bool) -> dict[str, Result]:
    """Every measurement, in the order in which one needs another."""
    (run.folder / "questions.json").write_text(json.dumps(questions), "utf-8")
    names = ["embed", "build_ours", "build_usual", "build_vectors", "build_usual_vectors"]
    results = {name: run(name) for name in names}
    results |= {name: several(run, name) for name in ("ask_ours", "filtered_ours", "ask_usual")}
    names = ["answer_ours", "model_ours", "model_usual", *(["profile"] if profiled else [])]
    results |= {name: run(name) for name in names}
    index = run.folder / "index"
    results["disk"] = {
        "ours": size(index / "generations", index / "index.json"),
        "usual": size(run.folder / "bm25.pickle"),
        "our_chroma": size(index / "chroma"),
        "usual_chroma": size(run.folder / usual.CHROMA),
    }
    return results


def table(r: dict[str, Result]) -> str:
    """The comparison, as Markdown."""
    ours, usual, embedding, disk = r["ask_ours"], r["ask_usual"], r["embed"], r["disk"]
    together = [a + b for a, b in zip(ours["understand"], ours["retrieve"], strict=True)]
    vectors, usual_vectors = r["build_vectors"]["seconds"], r["build_usual_vectors"]["seconds"]
    rows: list[tuple[str, float | None, float | None]] = [
        ("Build without vectors, s", r["build_ours"]["catalogue"] + r["build_ours"]["lexical"], r["build_usual"]["seconds"]),
        ("Build the vectors' index in Chroma (embedding left out), s", vectors, usual_vectors),
        ("Open, first question answered, s", ours["opening"], usual["opening"]),
        ("Understand a question, median ms", median(ours["understand"]), None),
        ("Understand a question, p95 ms", p95(ours["understand"]), None),
        ("Retrieve, question understood, median ms", median(ours["retrieve"]), median(usual["retrieve"])),
        ("- of it the processor's, median ms", median(ours["cpu"]), median(usual["cpu"])),
        ("Retrieve, question understood, p95 ms", p95(ours["retrieve"]), p95(usual["retrieve"])),
        ("Understand and retrieve, median ms", median(together), median(usual["retrieve"])),
        ("Understand and retrieve, p95 ms", p95(together), p95(usual["retrieve"])),
        ("Retrieve under a filter (role, period), median ms", median(r["filtered_ours"]["retrieve"]), None),
        ("A whole answer in quotations, median ms", median(r["answer_ours"]["ms"]), None),
        ("A whole answer in quotations, p95 ms", p95(r["answer_ours"]["ms"]), None),
        ("Beside it: embed the question, median ms", *[median(embedding["ms"])] * 2),
        ("Beside it: embed the question, p95 ms", *[p95(embedding["ms"])] * 2),
        ("Peak memory when asked, MiB", ours["peak"], usual["peak"]),
        ("- of it after the imports, before opening, MiB", ours["imported"], usual["imported"]),
        ("Peak memory with the embedding model loaded too, MiB", r["model_ours"]["peak"], r["model_usual"]["peak"]),
        ("Peak memory when built (without vectors), MiB", r["build_ours"]["peak"], r["build_usual"]["peak"]),
        ("Disk without Chroma, MiB", disk["ours"], disk["usual"]),
        ("Disk of Chroma, MiB", disk["our_chroma"], disk["usual_chroma"]),
    ]  # fmt: skip
    lines = ["| | ours | usual LangChain way | usual ÷ ours |", "|---|---:|---:|---:|"]
    for name, mine, theirs in rows:
        ratio = f"{theirs / mine:.1f}" if mine and theirs else "–"
        lines.append(f"| {name} | {_number(mine)} | {_number(theirs)} | {ratio} |")
    return "\n".join(lines)


def _number(value: float | None) -> str:
    return (
        "–"
        if value is None
        else f"{value:,.0f}"
        if value >= 100
        else f"{value:.1f}"
        if value >= 10
        else f"{value:.2f}"
    )


def notes(r: dict[str, Result]) -> str:
    """What the table does not say: the parts of the opening, and questions with and without vectors."""
    ours, built = r["ask_ours"], r["build_ours"]
    kinds = {True: [], False: []}  # type: dict[bool, list[float]]
    for dense, ms in zip(ours["dense"], ours["retrieve"], strict=True):
        kinds[bool(dense)].append(ms)
    said = [
        f"- Built: catalogue {built['catalogue']:.1f} s, lexical index {built['lexical']:.1f} s.",
        f"- Opened: the index {ours['index']:.2f} s, the first question understood {ours['first_understand']:.2f} s "
        f"and retrieved {ours['first_retrieve']:.2f} s. The usual way: {r['ask_usual']['index']:.2f} s before its first.",
        f"- The embedding model takes {r['embed']['load']:.1f} s to load, in either way.",
    ]
    for dense, what in ((False, "by words alone"), (True, "by words and vectors")):
        if kinds[dense]:
            values = kinds[dense]
            said.append(
                f"- Ours, {len(values)} questions {what}: median {median(values):.1f} ms, p95 {p95(values):.1f} ms."
            )
    return "\n".join(said)


def limits(r: dict[str, Result]) -> str:
    """The limits, and whether they are kept."""
    ours = r["ask_ours"]
    rows = [
        ("Retrieve, median ms", median(ours["retrieve"]), LIMIT_MS),
        ("Understand and retrieve, median ms", median(map(sum, zip(ours["understand"], ours["retrieve"], strict=True))), LIMIT_MS),
        ("Filtered ÷ unfiltered, medians", median(r["filtered_ours"]["retrieve"]) / median(ours["retrieve"]), LIMIT_FILTERED),
        ("Open, s", ours["opening"], LIMIT_OPEN_S),
        ("Peak memory when asked, MiB", ours["peak"], LIMIT_MIB),
        ("Peak memory with the embedding model, MiB", r["model_ours"]["peak"], LIMIT_MIB),
    ]  # fmt: skip
    lines = ["| limit | measured | at most | |", "|---|---:|---:|---|"]
    lines += [f"| {n} | {_number(v)} | {_number(m)} | {'kept' if v <= m else 'missed'} |" for n, v, m in rows]
    faster = median(r["ask_usual"]["retrieve"]) / median(ours["retrieve"])
    lines.append(
        f"| Times as fast as the usual way | {_number(faster)} | at least {_number(LIMIT_USUAL)} | {'kept' if faster >= LIMIT_USUAL else 'missed'} |"
    )
    return "\n".join(lines)


def profile_table(rows: Sequence[tuple[str, float, float, float]]) -> str:
    """The profile, as Markdown."""
    lines = ["| function | calls | own ms | with what it calls, ms |", "|---|---:|---:|---:|"]
    lines += [
        f"| {name} | {calls:.1f} | {own:.2f} | {cumulative:.2f} |" for name, calls, own, cumulative in rows
    ]
    return "\n".join(lines)


def report(r: dict[str, Result], passages: int, questions: int) -> str:
    """Everything that is printed."""
    said = [
        f"{passages:,} passages, {r['build_ours']['words']:,.0f} words, {questions} questions, ours in {PROCESSES['ask_ours']} "
        f"new processes and the usual way in {PROCESSES['ask_usual']}; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}.",
        table(r),
        notes(r),
    ]
    if passages >= LIMITS_AT:
        said.append(limits(r))
    if "profile" in r:
        said.append(profile_table(r["profile"]["rows"]))
    return "\n\n".join(said)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.retrieval", description=(__doc__ or "").split("\n\n")[0]
    )
    parser.add_argument("--passages", type=int, default=100_000, help="how many passages to make (100,000)")
    parser.add_argument("--questions", type=int, default=60, help="how many questions to ask (60)")
    parser.add_argument("--profile", action="store_true", help="say also where our retrieval's time goes")
    parser.add_argument("--folder", type=Path, help="where to build; a temporary folder where none is given")
    parser.add_argument("--keep", action="store_true", help="leave the folder when done")
    parser.add_argument("--work", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.work:
        result = work(given.work, given.folder, given.passages)
        (given.folder / f"{given.work}.json").write_text(json.dumps(result), "utf-8")
        return
    if given.passages < 100 or given.questions < 1:
        parser.error("give at least 100 passages and one question")
    questions = gold_questions(given.questions)
    if given.folder is not None:
        given.folder.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=given.folder))
    try:
        results = measure(Run(folder, given.passages), questions, given.profile)
        print(report(results, given.passages, given.questions))
    finally:
        if not given.keep:
            shutil.rmtree(folder, ignore_errors=True)
        else:
            print(f"Left in {folder}", file=sys.stderr)


if __name__ == "__main__":
    main()
