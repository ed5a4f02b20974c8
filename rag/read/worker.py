"""Reads one file in a process of its own, with a limit on time and on memory.

Parsers of PDF, Office files and markup meet input that somebody made to break them. A crash, a hang or a bomb ends
that process and nothing else: the file is refused and the next one is read. No parser here opens a network connection.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

from rag.errors import DocumentError
from rag.read.extract import Extract, Limits

_HOME = str(Path(__file__).resolve().parents[2])
_SPARE = 5  # seconds that starting a process may take


def read_apart(kind: str, path: Path, limits: Limits, pages: tuple[int, ...] = ()) -> Extract:
    """Read a file as `kind` (a name of READERS) in another process; raises DocumentError where that fails."""
    seconds = limits.seconds if not pages else limits.ocr_seconds * len(pages)
    job = json.dumps({"kind": kind, "path": str(path), "limits": asdict(limits), "pages": pages})
    search = os.pathsep.join(filter(None, (_HOME, os.environ.get("PYTHONPATH", ""))))
    try:
        done = subprocess.run(
            [sys.executable, "-m", "rag.read.worker"],
            input=job.encode(), capture_output=True, timeout=seconds + _SPARE, check=False,
            env={**os.environ, "PYTHONPATH": search},
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise DocumentError(
            f"{path.name}: not read within {seconds} seconds. It is broken, or larger than this machine can read; "
            "RAG_READ_SECONDS gives it longer."
        ) from None
    return _result(done, path, limits)


def _result(done: subprocess.CompletedProcess[bytes], path: Path, limits: Limits) -> Extract:
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        answer = {"memory": True} if b"MemoryError" in done.stderr else {}
    if "text" in answer:
        return Extract.from_json(done.stdout.decode())
    if "error" in answer:
        raise DocumentError(f"{path.name}: {answer['error']}")
    if "memory" in answer:
        raise DocumentError(
            f"{path.name}: needs more than {limits.memory_mb:,} MB of memory to read. It is broken or made to be; "
            "RAG_READ_MEMORY_MB gives it more."
        )
    raise DocumentError(f"{path.name}: reading it broke off (status {done.returncode}). The file is damaged.")


def _confine(limits: Limits, seconds: int, may_write: bool) -> None:
    """Limit this process. Where the system knows no such limits the time limit of the other side remains."""
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return
    memory = limits.memory_mb * 1_000_000
    for what, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds + _SPARE),
        (resource.RLIMIT_CORE, 0),
        *([] if may_write else [(resource.RLIMIT_FSIZE, 0)]),
    ):
        hard = resource.getrlimit(what)[1]
        resource.setrlimit(what, (value if hard == resource.RLIM_INFINITY else min(value, hard), hard))


def _main() -> None:
    job = json.load(sys.stdin)
    limits, pages = Limits(**job["limits"]), tuple(job["pages"])
    from rag.read.formats import FORMATS  # noqa: PLC0415 - before the limits, after the job is known

    reader = FORMATS[job["kind"]]()
    _confine(limits, limits.seconds if not pages else limits.ocr_seconds * len(pages), may_write=bool(pages))
    try:
        answer = reader(Path(job["path"]), limits, pages).to_json()
    except DocumentError as error:
        answer = json.dumps({"error": str(error)})
    except MemoryError:
        answer = json.dumps({"memory": True})
    except RecursionError:
        answer = json.dumps(
            {"error": "its parts lie inside each other too deep. It is broken or made to be."}
        )
    except OSError as error:
        answer = json.dumps({"error": f"cannot be read ({error.strerror}). Check its permissions."})
    except Exception as error:
        answer = json.dumps({"error": f"is damaged: {type(error).__name__}: {str(error)[:200]}"})
    sys.stdout.write(answer)
    sys.stdout.flush()
    os._exit(0)  # no destructor of a parser gets another chance to crash


if __name__ == "__main__":
    _main()
