"""Twenty sessions that ask without a pause while an ingest runs: errors, mixed conversations, and how long an answer takes.

    python -m bench.askers                          20 sessions in one process, two minutes
    python -m bench.askers --processes 4 --seconds 120 --server

Over `rag.assistant.Assistant`, without a browser (`bench.sessions` has the app's own server). Each session asks development
questions of eval/gold one after the other as soon as it has an answer, every second one as a follow-up with its own history;
nobody is that quick, so this is harder than twenty readers. Meanwhile `rag ingest`, with the lower priority that it has in
the app, reads made-up documents into the same index, a folder at a time, so that new generations come in while questions are
under way. An answer is mixed up where it answers another question than was asked, or a quotation does not stand in the
document it names.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from multiprocessing.queues import Queue
from pathlib import Path
from typing import Any

import numpy as np

from bench.corpus import SEEDS, Corpus
from rag.assistant import Assistant
from rag.ingest import ingest
from rag.settings import Settings, load_settings

ROOT = Path(__file__).parent.parent
SESSIONS = 20
BATCH = 10  # made-up documents in one ingest
POLITE = 5


def questions() -> list[str]:
    """Development questions that stand by themselves."""
    lines = [
        x for f in sorted((ROOT / "eval" / "gold").glob("*.jsonl")) for x in f.read_text("utf-8").splitlines()
    ]
    gold = [json.loads(x) for x in lines if x.strip()]
    return [g["question"] for g in gold if g.get("split") != "test" and not g.get("history")]


def session(assistant: Assistant, mine: list[str], until: float, told: list[tuple[float, str]]) -> None:
    """Ask on; (seconds, what was wrong) of every answer."""
    history: list[tuple[str, str]] = []
    for number in range(10**6):
        asked = mine[number % len(mine)]
        started = time.perf_counter()
        if time.time() > until:
            return
        wrong = ""
        try:
            answer = assistant.ask(asked, history=history if number % 2 else ())
            if asked not in answer.question and not history:
                wrong = "mixed up"
            texts = {c.document: assistant.index.text(c.document) for c in answer.citations}
            if any(texts[c.document][c.start : c.end] != c.quote for c in answer.citations):
                wrong = "mixed up"
            history = [(asked, " ".join(s.text for s in answer.statements))]
        except Exception as error:
            wrong = f"{type(error).__name__}: {error}"
        told.append((time.perf_counter() - started, wrong))


def askers(settings: Settings, parts: list[list[str]], until: float, out: Queue[Any]) -> None:
    """The sessions of one process."""
    assistant = Assistant(settings)
    assistant.ask(parts[0][0])
    told: list[tuple[float, str]] = []
    threads = [threading.Thread(target=session, args=(assistant, mine, until, told)) for mine in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    out.put(told)


def reading(settings: Settings, folder: Path, until: float, out: Queue[Any]) -> None:
    """Ingest after ingest, each of some more documents."""
    os.nice(POLITE)
    done = 0
    made = Corpus().documents(10**6)
    while time.time() < until:
        for _ in range(BATCH):
            each = next(made).document
            (folder / each.name).write_text(each.text[:4000], encoding="utf-8")
        ingest([folder], settings)
        done += 1
    out.put(done)


@contextlib.contextmanager
def server(home: Path, wanted: bool) -> Iterator[str]:
    """A Chroma server's address, or none."""
    if not wanted:
        yield ""
        return
    port = "8765"
    command = [
        str(Path(sys.executable).with_name("chroma")),
        "run",
        "--path",
        str(home / "chroma"),
        "--port",
        port,
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        time.sleep(5)
        yield f"http://127.0.0.1:{port}"
        running.terminate()


def measure(home: Path, processes: int, seconds: int, url: str) -> str:
    """What came of it, in a few lines."""
    settings = load_settings(_env_file=None, index_dir=home / "index", llm="none", chroma_url=url)
    ingest([SEEDS], settings)
    (home / "documents").mkdir()
    asked = questions()
    mine = [asked[n::SESSIONS] for n in range(SESSIONS)]
    context = multiprocessing.get_context("spawn")
    out, ingested = context.Queue(), context.Queue()
    until = time.time() + seconds + 10  # ten seconds to start
    work = [
        context.Process(target=askers, args=(settings, mine[n::processes], until, out))
        for n in range(processes)
    ]
    reader = context.Process(target=reading, args=(settings, home / "documents", until, ingested))
    for process in (*work, reader):
        process.start()
    told = [row for _ in work for row in out.get()]
    generations = ingested.get()
    for process in (*work, reader):
        process.join()
    times = np.array([t for t, _ in told])
    wrong = Counter(w for _, w in told if w)
    return (
        f"{SESSIONS} sessions in {processes} process{'es' * (processes > 1)}{', vectors on a Chroma server' * bool(url)}, "
        f"{seconds} s, {generations} ingests meanwhile: {len(told)} answers, {dict(wrong) or 'no error, none mixed up'}; "
        f"median {np.median(times):.2f} s, p95 {np.percentile(times, 95):.2f} s, longest {times.max():.2f} s. "
        f"{os.cpu_count()} cores."
    )


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.askers", description=(__doc__ or "").split("\n\n")[0]
    )
    parser.add_argument("--processes", type=int, default=1)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--server", action="store_true", help="vectors on a Chroma server of its own")
    given = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="bench-askers-"))
    try:
        with server(home, given.server) as url:
            print(measure(home, given.processes, given.seconds, url))
    finally:
        shutil.rmtree(home, ignore_errors=True)


if __name__ == "__main__":
    main()
