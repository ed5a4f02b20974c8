"""What an ingest costs, beside the bare embedding of the same texts in the same run.

    python -m bench.ingest                                  100 documents of 20 passages
    python -m bench.ingest --documents 20000 --short        20,000 documents of one short passage each

Documents are made up (`bench.corpus`) and written as text files. Measured, each in a process of its own with the model
loaded beforehand: the first ingest (reading, splitting, glossing, embedding, the catalogue, the lexical index, Chroma), a
second one of the same folder, one after one document was added, and `SentenceTransformer.encode` over the very texts that
were embedded, all in one call, with its own batches of 32 sorted by length. Memory is the largest resident set of the
process; those that read for it are counted beside it. Bare embedding is run before and after, and the mean is taken; of short documents
it is run once.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
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
SHORT = 300  # characters of a short document
STEPS = ("ingest", "texts", "bare", "again", "one more", "bare again")
Result = dict[str, Any]
now = time.perf_counter


def settings_of(home: Path) -> Settings:
    """Settings of the index that is measured."""
    return load_settings(_env_file=None, index_dir=home / "index", llm="none")


def write(home: Path, documents: int, short: bool) -> None:
    """The documents as files."""
    folder = home / "documents"
    folder.mkdir()
    passages = documents if short else documents * PER_DOCUMENT
    texts = (
        t
        for made in Corpus().documents(passages)
        for t in ([x[:SHORT] for x in made.texts] if short else [made.document.text])
    )
    for number, text in enumerate(texts):
        (folder / f"{number:06}.txt").write_text(text, encoding="utf-8")


def ingested(home: Path) -> Result:
    """One ingest of the folder."""
    settings = settings_of(home)
    load_embeddings(describe(settings)).embed_query("warm")
    ticks: dict[str, float] = {}
    started = now()
    report = ingest([home / "documents"], settings, lambda what, *_: ticks.__setitem__(what, now() - started))
    return {"seconds": now() - started, "documents": len(report.lines), "last ticks": ticks}


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
    started = now()
    model.encode(kept, normalize_embeddings=True)
    return {"seconds": now() - started}


def work(step: str, home: Path) -> None:
    """One process's work; what it says is kept beside the index."""
    if step == "one more":
        (home / "documents" / "nieuw.txt").write_text(
            "Het kabinet zal een nieuwe dijk aanleggen.", encoding="utf-8"
        )
    done = {"texts": texts, "bare": bare, "bare again": bare}.get(step, ingested)(home)
    used = resource.getrusage(resource.RUSAGE_SELF)
    done |= {"cpu": used.ru_utime + used.ru_stime, "peak": used.ru_maxrss / 1024}
    done["helpers"] = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    (home / f"{step}.json").write_text(json.dumps(done), encoding="utf-8")


def size(folder: Path) -> float:
    """MiB of the files below a folder."""
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 2**20


def report(home: Path, done: dict[str, Result]) -> str:
    """The results as a table."""
    passages, first = done["texts"]["passages"], done["ingest"]
    alone = mean(done[step]["seconds"] for step in done if step.startswith("bare"))
    state = json.loads((home / "index" / "index.json").read_text(encoding="utf-8"))
    rows = [
        ("the model alone", alone, done["bare"]),
        (f"ingest of {first['documents']:,} documents", first["seconds"], first),
        ("the same again", done["again"]["seconds"], done["again"]),
        ("one document more", done["one more"]["seconds"], done["one more"]),
    ]
    lines = [
        f"{passages:,} passages; {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}.\n",
        "| | seconds | passages a second | peak MiB | of each reading process |",
        "|---|---:|---:|---:|---:|",
    ]
    for name, seconds, result in rows:
        rate = f"{passages / seconds:.1f}" if name.startswith(("the model", "ingest")) else ""
        lines.append(f"| {name} | {seconds:.1f} | {rate} | {result['peak']:.0f} | {result['helpers']:.0f} |")
    generation = size(home / "index" / "generations" / str(state["generation"]))
    lines += [
        f"\nIngest ran at {alone / first['seconds']:.0%} of the rate of the model alone.",
        f"On disk: {size(home / 'documents'):.0f} MiB of documents, {generation:.0f} MiB a generation, "
        f"{size(home / 'index') - size(home / 'index' / 'generations'):.0f} MiB of vectors kept beside.",
    ]
    return "\n".join(lines)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.ingest", description=(__doc__ or "").split("\n\n")[0]
    )
    parser.add_argument("--documents", type=int, default=100)
    parser.add_argument("--short", action="store_true", help="one short passage a document instead of twenty")
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
        steps = [step for step in STEPS if step != "bare again" or not given.short]
        for step in steps:
            print(f"{step} …", file=sys.stderr)
            command = [sys.executable, "-m", "bench.ingest", "--work", step, "--home", str(home)]
            subprocess.run(command, cwd=ROOT, env=environment, check=True)
        done = {step: json.loads((home / f"{step}.json").read_text(encoding="utf-8")) for step in steps}
        print(report(home, done))
        print(json.dumps(done["ingest"]["last ticks"]), file=sys.stderr)
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
