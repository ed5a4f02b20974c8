"""Many readers at once: how long an answer takes, also while documents are read.

    python -m bench.sessions                 20 readers, 3 questions each: about two minutes on two cores

Every reader is a session of the app's real server over its real connection, with a cookie of its own: `Session` says
what Streamlit's page says in a browser and hears what it hears, so that the server is measured and not twenty browsers.
All readers ask at the same moment, each a question of its own, and again when all have their answers: nobody who uses
the app does so. The time is from sending the question until the whole page with the answer has come.

Three times, in one run: with nothing else going on; while documents are read as the app reads them, in a process of
its own with a lower priority (rag.ui.job); and while they are read in a thread of the server, which is the usual way
of a Streamlit app.
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
from dataclasses import dataclass
from pathlib import Path

import httpx
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from eval.gold import FOLDER, asked
from rag.ingest import ingest
from rag.settings import Settings, load_settings
from rag.ui.visitor import COOKIE

ROOT = Path(__file__).parent.parent
PATIENCE = 120.0  # seconds that any answer may take before the measurement is given up
PARAGRAPHS = 60  # of each document that is read meanwhile


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page that the server sent: every word of it, and the id of the field for a question."""

    said: bytes
    field: str

    def holds(self, text: str) -> bool:
        """Whether a text stands anywhere on it."""
        return text.encode() in self.said


class Session:
    """One reader's connection, without a browser. Use it in a `with`; raises TimeoutError where no answer comes."""

    def __init__(self, home: str, locale: str = "nl-NL") -> None:
        self._home, self._locale = home, locale
        with httpx.Client(trust_env=False, timeout=PATIENCE) as client:
            client.get(home).raise_for_status()
            secret = client.cookies[COOKIE]
        self._open = ExitStack()
        self._connection = self._open.enter_context(
            connect(
                f"{home.replace('http', 'ws', 1)}/_stcore/stream", subprotocols=[Subprotocol("streamlit")],
                origin=Origin(home), additional_headers={"Cookie": f"{COOKIE}={secret}"}, max_size=None, proxy=None,
                open_timeout=PATIENCE, ping_interval=None, close_timeout=1,  # a busy server is waited for, a leave-taking not
            )
        )  # fmt: skip
        self.heard = b""  # all that the server ever sent to this reader
        self.page = self._draws()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def asks(self, question: str) -> float:
        """Put a question and wait for the page with its answer; the seconds that took."""
        begun = time.perf_counter()
        self.page = self._draws(question)
        return time.perf_counter() - begun

    def _draws(self, question: str = "") -> Drawn:
        message = BackMsg()
        wanted = message.rerun_script
        wanted.context_info.locale, wanted.context_info.url = self._locale, self._home
        if question:
            field = wanted.widget_states.widgets.add()
            field.id, field.chat_input_value.data = self.page.field, question
        self._connection.send(message.SerializeToString())
        said, field_id = b"", ""
        while True:
            data = self._connection.recv(timeout=PATIENCE)
            assert isinstance(data, bytes)  # noqa: S101 - the server speaks in bytes only
            self.heard += data
            said += data
            heard = ForwardMsg.FromString(data)
            kind = heard.WhichOneof("type")
            if kind == "delta" and heard.delta.new_element.WhichOneof("type") == "chat_input":
                field_id = heard.delta.new_element.chat_input.id
            elif kind == "new_session":
                said = data  # the page is drawn anew from here
            elif kind == "script_finished" and heard.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                return Drawn(said, field_id)


def together(sessions: Sequence[Session], questions: Sequence[str]) -> list[float]:
    """All sessions ask at the same moment, each its own question; the seconds that each waited."""
    gate = threading.Barrier(len(sessions))

    def ask(session: Session, question: str) -> float:
        gate.wait()
        return session.asks(question)

    with ThreadPoolExecutor(len(sessions)) as pool:
        return list(pool.map(ask, sessions, questions))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--readers", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--documents", type=int, default=150, help="read meanwhile, 60 paragraphs each")
    given = parser.parse_args()
    questions = [q for file in sorted(FOLDER.glob("*dev*.jsonl")) for q in asked(file)]
    questions = list(dict.fromkeys(questions))[: given.readers * given.rounds]
    print(f"{given.readers} readers at once, {given.rounds} questions each; {os.cpu_count()} processors")
    print(f"{'':44}{'median':>8}{'p95':>8}{'longest':>9}")
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        _write_documents(folder / "many", given.documents)
        ingest([ROOT / "seeds"], load_settings(_env_file=None, index_dir=folder / "seeds", llm="none"))
        for name, reading in (
            ("nothing else going on", ""),
            ("documents are read in a process of its own", "process"),
            ("documents are read in a thread (usual)", "thread"),
        ):
            try:
                took, whole = _measure(folder, reading, given.readers, questions)
            except TimeoutError:
                print(f"{name:44}   an answer took more than {PATIENCE:.0f} s", flush=True)
                continue
            print(
                f"{name:44}{_at(took, 0.5):7.2f}s{_at(took, 0.95):7.2f}s{max(took):8.2f}s{whole}", flush=True
            )


def _measure(folder: Path, reading: str, readers: int, questions: Sequence[str]) -> tuple[list[float], str]:
    own = folder / (reading or "quiet")
    shutil.copytree(folder / "seeds", own / "index")
    settings = load_settings(
        _env_file=None, index_dir=own / "index", documents_dir=own / "documents", llm="none"
    )
    took: list[float] = []
    with _server(settings, folder / "many" if reading == "thread" else None) as home, ExitStack() as here:
        sessions = [here.enter_context(Session(home)) for _ in range(readers)]
        together(sessions, questions[:readers])  # the first ones open what is opened once
        meanwhile = _begin_reading(settings, folder / "many", reading)
        for start in range(0, len(questions), readers):
            took += together(sessions, questions[start : start + readers])
        still = not (own / "index" / "generations" / "2" / "lexical").exists()
        if meanwhile is not None:
            meanwhile.kill()
            meanwhile.wait()
    return took, "" if still or not reading else "   (the reading ended before: give more --documents)"


def _begin_reading(settings: Settings, documents: Path, how: str) -> subprocess.Popen[str] | None:
    """Begin to read many documents as the app does; in the server's own thread, a file tells it to."""
    settings.documents_dir.mkdir(exist_ok=True)
    if how == "thread":
        (settings.documents_dir / "begin").touch()
    if how != "process":
        return None
    staged = settings.documents_dir / ".incoming"
    shutil.copytree(documents, staged)
    job = subprocess.Popen(
        [sys.executable, "-m", "rag.ui.job"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True
    )
    assert job.stdin is not None  # noqa: S101 - asked for above
    request = {
        "do": "add",
        "staged": str(staged),
        "replace": False,
        "settings": settings.model_dump(mode="json"),
    }
    json.dump(request, job.stdin)
    job.stdin.close()
    return job


@contextmanager
def _server(settings: Settings, reads: Path | None) -> Iterator[str]:
    """The app's server on a free port; with a folder, one that reads it in a thread when it is told to."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    script = "bench/usual_server.py" if reads else "rag/ui/server.py"
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        script,
        "--server.headless=true",
        f"--server.port={port}",
    ]
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


def _write_documents(folder: Path, count: int) -> None:
    folder.mkdir()
    for n in range(count):
        lines = (
            f"Alinea {i} van stuk {n}. Het kabinet heeft in {1990 + i % 30} gesproken over onderwerp {n * i}."
            for i in range(PARAGRAPHS)
        )
        text = f"Stuk {n} over luchtvaart\n\n" + "\n\n".join(lines) + "\n"
        (folder / f"stuk{n}.txt").write_text(text, encoding="utf-8")


def _at(values: Sequence[float], share: float) -> float:
    """The value below which a share of the values lies."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


if __name__ == "__main__":
    main()
