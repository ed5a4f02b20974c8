"""Twenty readers of the app: how long an answer takes, also while documents are read, and whether anything is mixed up.

    python -m bench.sessions                 about ten minutes on two cores

Every reader is a session of the app's real server over its real connection, with a cookie of its own (`bench.connection`), so
that the server is measured and not twenty browsers. The time is from sending the question until the whole page with the
answer has come. Two ways of asking, neither of which people do:

    together     all ask at the same moment, each a question of its own, and again when all have their answers
    on and on    for two minutes each asks the next question as soon as the last answer is there, three in a conversation

Three situations, in one run: nothing else goes on; documents are read as the app reads them, in a process of its own with
a lower priority (rag.ui.job), one batch after the other, so that new generations of the index come in; and documents are
read in a thread of the server, which is the usual way of a Streamlit app. An answer is mixed up where the page lacks a
question of its conversation, or where anything that was ever sent to a reader holds a question of another.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from bench.connection import Session
from eval.gold import FOLDER, asked
from rag.ingest import ingest
from rag.settings import Settings, load_settings
from rag.store.generations import read_state

ROOT = Path(__file__).parent.parent
PARAGRAPHS = 60  # of each document that is read meanwhile
BATCH = 5  # documents in one ingest
BATCHES = 200  # more than can be read meanwhile
A_CONVERSATION = 3  # questions


@dataclass(slots=True)
class Told:
    """What the readers met: seconds of each answer, what was wrong, and how many ingests were done meanwhile."""

    together: list[float] = field(default_factory=list)
    on_and_on: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    ingests: int = 0


def together(sessions: Sequence[Session], questions: Sequence[str]) -> list[float]:
    """All sessions ask at the same moment, each its own question; the seconds that each waited."""
    gate = threading.Barrier(len(sessions))

    def ask(session: Session, question: str) -> float:
        gate.wait()
        return session.asks(question)

    with ThreadPoolExecutor(len(sessions)) as pool:
        return list(pool.map(ask, sessions, questions))


def on_and_on(home: str, mine: Sequence[Sequence[str]], seconds: float) -> tuple[list[float], list[str]]:
    """Each reader asks its own questions without a pause; the seconds of each answer, and what was wrong."""
    until = time.monotonic() + seconds
    with ThreadPoolExecutor(len(mine)) as pool:
        all_told = list(pool.map(lambda n: _ask_on(home, mine[n], until), range(len(mine))))
    wrong = [w for _, w, _ in all_told for w in w]
    for n, (_, _, heard) in enumerate(all_told):
        others = [
            q for m, each in enumerate(mine) if m != n for q in each if not any(q in own for own in mine[n])
        ]
        wrong += [f"reader {n} heard: {q}" for q in others if q.encode() in heard]
    return [t for times, _, _ in all_told for t in times], wrong


def _ask_on(home: str, mine: Sequence[str], until: float) -> tuple[list[float], list[str], bytes]:
    took: list[float] = []
    wrong: list[str] = []
    heard = bytearray()
    secret, number = "", 0
    while time.monotonic() < until:
        with Session(home, secret=secret) as session:
            secret, asked_here = session.secret, list[str]()
            while len(asked_here) < A_CONVERSATION and time.monotonic() < until:
                question = mine[number % len(mine)]
                number += 1
                took.append(session.asks(question))
                asked_here.append(question)
                wrong += [f"not on its page: {q}" for q in asked_here if not session.page.holds(q)]
            heard += session.heard
    return took, wrong, bytes(heard)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--readers", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3, help="of all together")
    parser.add_argument("--seconds", type=float, default=120, help="of asking on and on")
    given = parser.parse_args()
    questions = list(dict.fromkeys(q for file in sorted(FOLDER.glob("*dev*.jsonl")) for q in asked(file)))
    print(f"{given.readers} readers; {os.cpu_count()} processors; seconds: median, p95, longest")
    print(f"{'':44}{'together':>22}{f'on and on, {given.seconds:.0f} s':>26}")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        _write_documents(folder / "many")
        ingest([ROOT / "seeds"], load_settings(_env_file=None, index_dir=folder / "seeds", llm="none"))
        for name, reading in (
            ("nothing else going on", ""),
            ("documents are read in a process of its own", "process"),
            ("documents are read in a thread (usual)", "thread"),
        ):
            told = _measure(folder, reading, given, questions)
            print(f"{name:44}{_spread(told.together):>22}{_spread(told.on_and_on):>26}", flush=True)
            print(
                f"    {len(told.on_and_on)} answers on and on, {told.ingests} ingests meanwhile, "
                f"{len(told.wrong)} mixed up {told.wrong[:3] or ''}", flush=True,
            )  # fmt: skip


def _measure(folder: Path, reading: str, given: argparse.Namespace, questions: Sequence[str]) -> Told:
    own = folder / (reading or "quiet")
    shutil.copytree(folder / "seeds", own / "index")
    settings = load_settings(
        _env_file=None, index_dir=own / "index", documents_dir=own / "documents", llm="none"
    )
    settings.documents_dir.mkdir()
    told, ended = Told(), threading.Event()
    with _server(settings, folder / "many" if reading == "thread" else None) as home:
        with ExitStack() as here:
            sessions = [here.enter_context(Session(home)) for _ in range(given.readers)]
            together(sessions, questions[: given.readers])  # the first ones open what is opened once
            before = _generation(settings)
            reads = threading.Thread(target=_read_on, args=(settings, folder / "many", ended))
            if reading == "process":
                reads.start()
            elif reading == "thread":
                (settings.documents_dir / "begin").touch()
            for n in range(1, given.rounds + 1):
                told.together += together(sessions, questions[n * given.readers :])
        mine = [questions[n :: given.readers] for n in range(given.readers)]
        told.on_and_on, told.wrong = on_and_on(home, mine, given.seconds)
        told.ingests = _generation(settings) - before
        ended.set()
        if reads.ident is not None:
            reads.join()
    return told


def _generation(settings: Settings) -> int:
    state = read_state(settings.index_dir)
    return state.generation if state else 0


def _read_on(settings: Settings, batches: Path, ended: threading.Event) -> None:
    """Read one batch of documents after the other as the app does, until it has ended."""
    for batch in sorted(batches.iterdir()):
        staged = settings.documents_dir / ".incoming"
        shutil.copytree(batch, staged)
        job = subprocess.Popen(
            [sys.executable, "-m", "rag.ui.job"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
        )
        assert job.stdin is not None  # noqa: S101 - asked for above
        request = {
            "do": "add", "staged": str(staged), "replace": False, "settings": settings.model_dump(mode="json"),
        }  # fmt: skip
        json.dump(request, job.stdin)
        job.stdin.close()
        while job.poll() is None:
            if ended.wait(0.1):
                job.kill()
        job.wait()
        shutil.rmtree(staged, ignore_errors=True)
        if ended.is_set():
            return


@contextmanager
def _server(settings: Settings, reads: Path | None) -> Iterator[str]:
    """The app's server on a free port; with a folder, one that reads it in a thread when it is told to."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    script = "bench/usual_server.py" if reads else "rag/ui/server.py"
    command = [
        sys.executable, "-m", "streamlit", "run", script, "--server.headless=true", f"--server.port={port}",
    ]  # fmt: skip
    environment = {
        **os.environ, "PYTHONPATH": str(ROOT), "RAG_INDEX_DIR": str(settings.index_dir), "RAG_LLM": "none",
        "RAG_DOCUMENTS_DIR": str(settings.documents_dir),
        "RAG_CONVERSATIONS_DIR": str(settings.documents_dir / "conversations"), "BENCH_READS": str(reads or ""),
    }  # fmt: skip
    process = subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    home, pause = f"http://127.0.0.1:{port}", threading.Event()
    try:
        for _ in range(600):
            try:
                httpx.get(f"{home}/_stcore/health", trust_env=False).raise_for_status()
                break
            except httpx.HTTPError:
                pause.wait(0.1)
        yield home
    finally:
        process.kill()
        process.wait()


def _write_documents(folder: Path) -> None:
    for n in range(BATCH * BATCHES):
        lines = (
            f"Alinea {i} van stuk {n}. Het kabinet heeft in {1990 + i % 30} gesproken over onderwerp {n * i}."
            for i in range(PARAGRAPHS)
        )
        text = f"Stuk {n} over luchtvaart\n\n" + "\n\n".join(lines) + "\n"
        batch = folder / f"{n // BATCH:04}"
        batch.mkdir(parents=True, exist_ok=True)
        (batch / f"stuk{n}.txt").write_text(text, encoding="utf-8")


def _spread(values: Sequence[float]) -> str:
    ordered = sorted(values)
    at = [ordered[min(len(ordered) - 1, int(share * len(ordered)))] for share in (0.5, 0.95, 1.0)]
    return " ".join(f"{value:.2f}" for value in at)


if __name__ == "__main__":
    main()
