"""The process that `fuzz` starts: it reads injured files until the time is up, or until one breaks a reader."""

from __future__ import annotations

import contextlib
import faulthandler
import os
import random
import resource
import signal
import sys
import time
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["rag.read", "mammoth", "readability"]):
    import rag.read
    from rag.read import docx, html, mail, odt, official, pdf  # noqa: F401 - so that they are watched

from rag.errors import DocumentError
from rag.read.extract import Extract, Limits
from rag.read.formats import FORMATS
from tests.formats.fuzz import case, corpus, read_one

SLOWEST = 10  # seconds of processor time
MEMORY = 1000  # megabytes
LARGEST = 600_000  # bytes of a file that is made


def main(kind: str, seconds: float, seed: int, path: Path) -> None:
    """Read files until the time is up; ends early at a find, and `path` is then the file that was it."""
    faulthandler.enable()
    good, home = corpus(kind), path.parent / "corpus"
    home.mkdir(exist_ok=True)
    for number, raw in enumerate(good):
        (home / f"good{number}").write_bytes(raw)
    rag.read.read_apart = _in_this_process
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY * 1_000_000 + _mapped(),) * 2)
    signal.signal(signal.SIGPROF, signal.SIG_DFL)

    count = 0

    def one(raw: bytes) -> None:
        nonlocal count
        path.write_bytes(raw)
        signal.setitimer(signal.ITIMER_PROF, SLOWEST)  # of its own time: a busy machine is no hang
        with contextlib.suppress(DocumentError):
            read_one(kind, path)
        signal.setitimer(signal.ITIMER_PROF, 0)
        count += 1
        if count % 10 == 0 or seconds < time.process_time():
            print(count, flush=True)
        if seconds < time.process_time():
            os._exit(0)  # its own way to end, by a clock on the wall, would end a starved run unread

    def injured(raw: bytes, _most: int, dice: int) -> bytes:
        return case(kind, [raw, *good], random.Random(dice))[:LARGEST]  # noqa: S311 - chance, not secrecy

    flags = [f"-seed={seed}", "-timeout=600", f"-rss_limit_mb={MEMORY}"]
    flags += [f"-max_len={LARGEST}", "-len_control=0", f"-artifact_prefix={path.parent}/"]
    atheris.Setup([sys.argv[0], *flags, str(home)], one, custom_mutator=injured)
    atheris.Fuzz()


def _in_this_process(kind: str, path: Path, limits: Limits, pages: tuple[int, ...] = ()) -> Extract:
    return FORMATS[kind]()(path, limits, pages)


def _mapped() -> int:
    """Bytes of address space that this process has before it reads anything."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * resource.getpagesize()


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
