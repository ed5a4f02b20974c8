"""Work on an index in processes of its own, which tests start, kill and watch; and a real Chroma server."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import resource
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

PATIENCE = 280  # seconds after which a test gives up on another process
_CONTEXT = multiprocessing.get_context(
    "forkserver"
)  # a clean process with everything imported, forked at each start
_CONTEXT.set_forkserver_preload(
    ["rag.assistant", "rag.ingest", "chromadb", "langchain_huggingface", "sentence_transformers"]
)
event = _CONTEXT.Event


def start(work, *arguments):
    """Start some work; `work` is a function of this module."""
    process = _CONTEXT.Process(target=work, args=arguments)
    process.start()
    return process


def ask_other(work, *arguments):
    """What some work gives back, done in another process."""
    here, there = _CONTEXT.Pipe(duplex=False)
    process = start(_answer, there, work, *arguments)
    there.close()
    try:
        return here.recv() if here.poll(PATIENCE) else "no answer"
    except EOFError:
        return "ended without a word"
    finally:
        process.join(PATIENCE)


def _answer(there, work, *arguments):
    try:
        there.send(work(*arguments))
    except Exception as error:
        there.send(f"{type(error).__name__}: {error}")


# -- work ---------------------------------------------------------------------------------------------------------


def ingest_folder(settings, folder, wait=False):
    """Ingest; the digest."""
    from rag.ingest import ingest

    return ingest([folder], settings, wait=wait).digest


def remove_document(settings, name):
    from rag.ingest import remove

    remove(name, settings, wait=True)
    return "removed"


def ingest_until(settings, folder, what, nth):
    """Ingest in small steps, and be killed at the nth tick of a kind."""
    from rag.ingest import ingest
    from rag.store import embedder

    embedder.CHUNK, embedder.AT_ONCE = 8, 4
    os.environ["MARK"] = str(settings.index_dir)  # the processes that it starts carry it
    seen = 0

    def tick(kind, *_):
        nonlocal seen
        seen += kind == what
        if seen == nth:
            os.kill(os.getpid(), signal.SIGKILL)

    ingest([folder], settings, tick)


def ingest_and_hold(settings, folder, holding, go_on):
    """Ingest, and stand still in the middle of it until told to go on."""
    from rag.ingest import ingest

    def tick(*_):
        holding.set()
        go_on.wait(PATIENCE)

    ingest([folder], settings, tick)


def ingest_with_room(settings, folder, room):
    """Ingest where no file may grow beyond so many bytes."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    try:
        return ingest_folder(settings, folder)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def ask_on(settings, question, there, enough):
    """Ask the same question over and over with one assistant; send (generation, quotation or error) each time."""
    from rag.assistant import Assistant

    assistant = Assistant(settings)
    while not enough.is_set():
        try:
            index = assistant.index
            answer = assistant.ask(question)
            there.send((index.generation, " ".join(c.quote for c in answer.citations), ""))
        except Exception as error:
            there.send((0, "", f"{type(error).__name__}: {error}"))


class Askers:
    """Some processes that ask the same question over and over."""

    def __init__(self, settings, question, count):
        self._enough = event()
        pipes = [_CONTEXT.Pipe(duplex=False) for _ in range(count)]
        self.processes = [start(ask_on, settings, question, there, self._enough) for _, there in pipes]
        self.pipes = [here for here, _ in pipes]
        for _, there in pipes:
            there.close()
        self.said = [[] for _ in pipes]

    def wait_for(self, holds):
        """Read what each says until it says something for which this holds."""
        for pipe, said in zip(self.pipes, self.said, strict=True):
            end = time.monotonic() + PATIENCE
            while True:
                assert pipe.poll(max(0, end - time.monotonic())), (
                    f"an asker says nothing more; its last: {said[-1:]}"
                )
                said.append(pipe.recv())
                if holds(said[-1]):
                    break

    def stop(self):
        self._enough.set()
        for pipe, process in zip(self.pipes, self.processes, strict=True):
            with contextlib.suppress(EOFError):
                while pipe.poll(PATIENCE):
                    pipe.recv()
            process.join(PATIENCE)


# -- a server -----------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def chroma_server(folder: Path):
    """`chroma run` on this machine's own address; its URL."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    chroma = Path(sys.executable).with_name("chroma")
    command = [str(chroma), "run", "--path", str(folder), "--host", "127.0.0.1", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        end = time.monotonic() + PATIENCE
        while not _answers(url):
            assert server.poll() is None and time.monotonic() < end, "chroma run did not start"
            time.sleep(0.05)
        yield url
    finally:
        server.terminate()
        server.wait(PATIENCE)


def _answers(url):
    with contextlib.suppress(OSError), urllib.request.urlopen(f"{url}/api/v2/heartbeat", timeout=1) as answer:  # noqa: S310
        return answer.status == 200
    return False


def gone(mark):
    """Whether all processes that carry a mark in their environment have ended, or end now."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if not any(mark in environment for environment in _environments()):
            return True
        time.sleep(0.05)
    return False


def _environments():
    for path in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            yield path.read_text(encoding="utf-8", errors="replace")
