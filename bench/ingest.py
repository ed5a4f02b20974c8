"""What an ingest costs, beside the bare embedding of the same texts in the same run.

    python -m bench.ingest                                  100 documents of 20 passages
    python -m bench.ingest --documents 20000 --short --kill 20,000 documents of two short passages, killed half-way

Documents are made up (`bench.corpus`) and written as text files; short ones are questions with their answers. Measured, each
in a process of its own with the model loaded beforehand: the first ingest (reading, splitting, glossing, embedding, the
catalogue, the lexical index, Chroma), a second one of the same folder, one after one document was added, and
`SentenceTransformer.encode` over the very texts that were embedded, all in one call, with its own batches of 32 sorted by
length. Bare embedding is run before and after, and the mean is taken. Memory is the largest resident set of the process;
those that read for it are counted beside it. Where other work runs on the machine, the processors' time, with that of the
processes that read, says more than the clock's.

With `--kill` the process that ingests is killed (SIGKILL) when half of the documents are read, and a new one goes on; what
the first had read and embedded is counted in between, and what the second one reads and embeds after. The model alone is
then not run.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from pathlib import Path
from statistics import mean
from typing import Any

from bench.corpus import PER_DOCUMENT, Corpus
from rag.ingest import ingest
from rag.models.embeddings import describe, load_embeddings
from rag.settings import Settings, load_settings
from rag.store.embedder import texts_of
from rag.store.index import open_index

ROOT = Path(__file__).parent.parent
SHORT = 70  # characters of a question, and of its answer, in a short document
PAIRS = 2  # questions with their answers in a short document
STEPS = ("bare", "again", "one more", "bare again")
Result = dict[str, Any]
now = time.perf_counter


def settings_of(home: Path) -> Settings:
    """Settings of the index that is measured."""
    return load_settings(_env_file=None, index_dir=home / "index", llm="none")


def write(home: Path, documents: int, short: bool) -> None:
    """The documents as files."""
    folder = home / "documents"
    folder.mkdir()
    texts = (
        _short(documents)
        if short
        else (m.document.text for m in Corpus().documents(documents * PER_DOCUMENT))
    )
    for number, text in enumerate(texts):
        (folder / f"{number:06}.txt").write_text(text, encoding="utf-8")


def _short(documents: int) -> Iterator[str]:
    """Texts of short documents."""
    each = 2 * PAIRS
    made = (text for m in Corpus().documents(documents * each) for text in m.texts)
    for _ in range(documents):
        yield _questions(list(islice(made, each)))


def _questions(texts: Sequence[str]) -> str:
    """A few questions with their answers."""
    said = [text[:SHORT].rsplit(" ", 1)[0] for text in texts]
    pairs = enumerate(zip(said[::2], said[1::2], strict=True), 1)
    return "\n\n".join(f"Vraag {n}\n{asked}?\n\nAntwoord {n}\n{answer}." for n, (asked, answer) in pairs)


def ingested(home: Path, killed: bool = False) -> Result:
    """One ingest of the folder; `killed` ends this process when half of the documents are read."""
    settings = settings_of(home)
    load_embeddings(describe(settings)).embed_query("warm")
    ticks: dict[str, float] = {}
    counts: Counter[str] = Counter()
    started, cpu = now(), processors()

    def tick(what: str, done: int, total: int) -> None:
        ticks[what] = now() - started
        counts[what] += done < total
        counts[f"{what} last"] = done
        if killed and what == "read" and 2 * done >= total:
            (home / "killed.json").write_text(json.dumps({"seconds": now() - started}), encoding="utf-8")
            os.kill(os.getpid(), signal.SIGKILL)

    report = ingest([home / "documents"], settings, tick)
    took = {"seconds": now() - started, "cpu": processors() - cpu, "documents": len(report.lines)}
    return took | {"last ticks": ticks, "read": counts["read"], "embedded": counts["embed last"]}


def processors() -> float:
    """Seconds of processor time so far, of this process and of those that it started and that ended."""
    both = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(used.ru_utime + used.ru_stime for used in both)


def left(home: Path) -> Result:
    """What a killed ingest left: documents that were read, passages that were embedded."""
    index = home / "index"
    with closing(sqlite3.connect(index / "embedded.sqlite")) as database:
        vectors = database.execute("SELECT COUNT(*) FROM vectors").fetchone()[0]
    with closing(sqlite3.connect(next(index.glob("work/*.sqlite")))) as database:
        documents = database.execute("SELECT COUNT(*) FROM documents").fetchone()[0]
    visible = (index / "index.json").exists()
    return {"documents": documents, "vectors": vectors, "visible": visible}


def texts(home: Path) -> Result:
    """Keep what was embedded, for the bare embedding."""
    index = open_index(settings_of(home))
    kept = list(texts_of(index.catalogue, index.catalogue.ids(), index.model).values())
    (home / "embedded.json").write_text(json.dumps(kept), encoding="utf-8")
    return {"passages": len(kept)}


def bare(home: Path) -> Result:
    """The model alone."""
    from sentence_transformers import SentenceTransformer  # noqa: PLC0415 - seconds to import

    model = SentenceTransformer(describe(settings_of(home)).location, device="cpu", local_files_only=True)
    kept = json.loads((home / "embedded.json").read_text(encoding="utf-8"))
    model.encode(["warm"])
    started, cpu = now(), processors()
    model.encode(kept, normalize_embeddings=True)
    return {"seconds": now() - started, "cpu": processors() - cpu}


def work(step: str, home: Path) -> None:
    """One process's work; what it says is kept beside the index."""
    if step == "one more":
        (home / "documents" / "nieuw.txt").write_text(
            "Het kabinet zal een nieuwe dijk aanleggen.", encoding="utf-8"
        )
    steps: dict[str, Callable[[Path], Result]] = {
        "texts": texts,
        "bare": bare,
        "bare again": bare,
        "left": left,
    }
    done = ingested(home, killed=True) if step == "killed" else steps.get(step, ingested)(home)
    done["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    done["helpers"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    (home / f"{step}.json").write_text(json.dumps(done), encoding="utf-8")


def size(folder: Path) -> float:
    """MiB of the files below a folder."""
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 2**20


def report(home: Path, done: dict[str, Result]) -> str:
    """The results as a table."""
    passages, first = done["texts"]["passages"], done["ingest"]
    state = json.loads((home / "index" / "index.json").read_text(encoding="utf-8"))
    names = {step: f"the model alone, {step[5:] or 'before'}" for step in done if step.startswith("bare")}
    names |= {"ingest": f"ingest of {first['documents']:,} documents"}
    names |= {"again": "the same again", "one more": "one document more"}
    lines = [
        f"{passages:,} passages; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}.\n",
        "| | seconds | processors' seconds | passages a second | peak MiB | of each reading process |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for step, name in names.items():
        if step in done:
            result = done[step]
            rate = f"{passages / result['seconds']:.1f}" if step.startswith(("bare", "ingest")) else ""
            lines.append(
                f"| {name} | {result['seconds']:.1f} | {result['cpu']:.1f} | {rate} | {result['peak']:.0f} "
                f"| {result['helpers']:.0f} |"
            )
    generation = size(home / "index" / "generations" / str(state["generation"]))
    lines += [
        beside(done) if "bare" in done else gone_on(done),
        f"On disk: {size(home / 'documents'):.0f} MiB of documents, {generation:.0f} MiB a generation, "
        f"{size(home / 'index') - size(home / 'index' / 'generations'):.0f} MiB of vectors kept beside.",
    ]
    return "\n".join(lines)


def beside(done: dict[str, Result]) -> str:
    """The ingest's rate beside the model's."""
    alone = [done[step] for step in done if step.startswith("bare")]
    clock, cpu = (mean(a[what] for a in alone) / done["ingest"][what] for what in ("seconds", "cpu"))
    return (
        f"\nIngest ran at {clock:.0%} of the rate of the model alone, by the processors' time at {cpu:.0%}."
    )


def gone_on(done: dict[str, Result]) -> str:
    """What a killed ingest had done, and what the one that went on did."""
    before, after = done["left"], done["ingest"]
    twice = [before["documents"] + after["read"] - after["documents"], before["vectors"] + after["embedded"]]
    return (
        f"\nKilled after {done['killed']['seconds']:.0f} s: {before['documents']:,} documents were read, "
        f"{before['vectors']:,} passages embedded, {'something' if before['visible'] else 'nothing'} to be seen. "
        f"The next one read {after['read']:,} and embedded {after['embedded']:,}: done twice were {twice[0]:,} documents "
        f"and {twice[1] - done['texts']['passages']:,} passages."
    )


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.ingest", description=(__doc__ or "").split("\n\n")[0]
    )
    parser.add_argument("--documents", type=int, default=100)
    parser.add_argument(
        "--short", action="store_true", help="two short passages a document instead of twenty"
    )
    parser.add_argument("--kill", action="store_true", help="kill the ingest half-way, and go on")
    parser.add_argument("--work", help=argparse.SUPPRESS)
    parser.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.work:
        work(given.work, given.home)
        return
    home = Path(tempfile.mkdtemp(prefix="bench-ingest-"))
    environment = {k: v for k, v in os.environ.items() if not k.startswith("RAG_")} | {"HF_HUB_OFFLINE": "1"}
    try:
        write(home, given.documents, given.short)
        steps = ["ingest", "texts", *STEPS]
        if given.kill:
            steps = ["killed", "left", "ingest", "texts", "again", "one more"]
        for step in steps:
            print(f"{step} …", file=sys.stderr)
            command = [sys.executable, "-m", "bench.ingest", "--work", step, "--home", str(home)]
            ended = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
            if ended != (-signal.SIGKILL if step == "killed" else 0):
                sys.exit(f"The process «{step}» ended with {ended}.")
        done = {step: json.loads((home / f"{step}.json").read_text(encoding="utf-8")) for step in steps}
        print(report(home, done))
        print(json.dumps(done["ingest"]["last ticks"]), file=sys.stderr)
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
