"""A file -> what the index keeps of it: read, split, and put into the words that the embedding model is given.

Many files are prepared by other processes while this one embeds. They speak pickle over a pipe, end with the process
that started them (their stdin ends), leave Ctrl-C to it, and are polite: on a machine whose processors are all
embedding they take what is left. A file that ends such a process is refused; the next one gets a new process.
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

from rag.errors import DocumentError
from rag.injection import orders
from rag.manifest import NAME as MANIFEST
from rag.models.embeddings import ModelDescription
from rag.read import read_document
from rag.read.extract import Limits
from rag.split import split
from rag.store.embedder import embedding_text
from rag.store.rows import Entry, entry
from rag.types import Description, Document

FEW = 16  # tasks for which no processes are started: each takes a second to begin
AHEAD = 4  # tasks a process that may be done, and wait: more would be read while the model has every core, and slow it twice
POLITE = 10  # added to the niceness of the processes
_HOME = str(Path(__file__).resolve().parents[1])


@dataclass(frozen=True, slots=True)
class Task:
    """A file to read, or a document that is at hand, to split again. `known` is the digest of one that need not be split."""

    path: Path
    source: str
    file: str
    model: ModelDescription
    described: Description | None = None
    limits: Limits = field(default_factory=Limits)
    document: Document | None = None
    known: str = ""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What became of a task: rows and texts; no rows where the document is known as it is; or why it is refused."""

    made: Entry | None = None
    texts: tuple[str, ...] = ()
    why: str = ""  # of a refusal; else what a person must know of how it was read
    refused: bool = False


def prepare(task: Task) -> Prepared:
    """Do a task; never raises for what is wrong with a file."""
    try:
        document = task.document or read_document(task.path, task.described, task.limits)
    except DocumentError as error:
        return Prepared(why=str(error), refused=True)
    if document.digest == task.known:
        return Prepared()
    passages = split(document)
    texts = (task.model.given(embedding_text(document, p), p.language) for p in passages)
    made = entry(document, task.source, passages, task.file)
    return Prepared(made, tuple(texts), _to_know(document))


def _to_know(document: Document) -> str:
    """What a person must know of a document that was read; whose words it holds is asked for where it does not say."""
    remarks = list(document.remarks)
    said = orders(document.text)
    if said:
        remarks.append(f"sentences that speak to a language model, never shown to one nor quoted: {said:,}")
    if document.description.role is None and document.description.kind not in ("kamervragen", "debat"):
        remarks.append(
            f"whose words these are is not known: give its role in {MANIFEST} (rag describe writes one)"
        )
    return "; ".join(remarks)


def prepare_all(tasks: Iterable[Task]) -> Generator[Prepared, None, None]:
    """Do tasks, and give what became of each in their order; the first few here, many more in other processes."""
    waiting = iter(tasks)
    yield from map(prepare, islice(waiting, FEW))
    more = next(waiting, None)
    if more is not None:
        with _Processes(os.cpu_count() or 1) as processes:
            yield from processes.map(chain((more,), waiting))


class _Processes:
    """Processes that run `main`, one for each thread that hands out tasks."""

    def __init__(self, count: int) -> None:
        self._ahead = AHEAD * count
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="prepare")
        self._mine = threading.local()
        self._all: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> _Processes:
        return self

    def map(self, tasks: Iterable[Task]) -> Iterator[Prepared]:
        """Results in the order of the tasks; no more tasks are begun than may wait to be fetched."""
        waiting: deque[Future[Prepared]] = deque()
        for task in tasks:
            waiting.append(self._threads.submit(self._do, task))
            if len(waiting) >= self._ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()

    def _do(self, task: Task) -> Prepared:
        process = self._process()
        assert process.stdin is not None and process.stdout is not None  # noqa: S101 - asked for
        try:
            pickle.dump(task, process.stdin)
            process.stdin.flush()
            done: Prepared = pickle.load(process.stdout)
        except (OSError, EOFError, pickle.UnpicklingError):
            process.kill()
            self._mine.process = None
            return Prepared(
                why=f"{task.path.name}: reading it broke off (status {process.wait()}).", refused=True
            )
        return done

    def _process(self) -> subprocess.Popen[bytes]:
        process: subprocess.Popen[bytes] | None = getattr(self._mine, "process", None)
        if process is None:
            search = os.pathsep.join(filter(None, (_HOME, os.environ.get("PYTHONPATH", ""))))
            process = subprocess.Popen(
                [sys.executable, "-c", "from rag.prepare import main; main()"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                env={**os.environ, "PYTHONPATH": search},
            )  # fmt: skip
            self._mine.process = process
            self._all.append(process)
        return process

    def __exit__(self, *_: object) -> None:
        """End the processes; what they are still at is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)
        for process in self._all:
            process.kill()
        self._threads.shutdown()
        for process in self._all:
            process.communicate()


def main() -> None:
    """The processes' own: tasks from stdin, results to stdout, until stdin ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(POLITE)
    tasks, out = sys.stdin.buffer, os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # libraries print; the pipe is for results
    while True:
        try:
            task = pickle.load(tasks)
        except EOFError:
            return
        try:
            done = prepare(task)
        except Exception as error:  # a mistake of ours costs one file
            done = Prepared(
                why=f"{task.path.name}: reading it broke off ({type(error).__name__}: {error}).", refused=True
            )
        try:
            pickle.dump(done, out)
            out.flush()
        except BrokenPipeError:
            return
