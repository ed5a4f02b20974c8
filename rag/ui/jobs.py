"""What is being done to the index, one thing after another, while questions go on: shared by all sessions."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from rag.ingest import Line
from rag.settings import Settings
from rag.types import Description

State = Literal["waiting", "running", "done", "failed"]
KEPT = 200  # finished jobs that are remembered


@dataclass(slots=True)
class Job:
    """One piece of work, as a page shows it. Only the thread that does it changes it."""

    what: Literal["add", "describe", "remove"]
    names: tuple[str, ...]
    state: State = "waiting"
    step: str = ""
    done: int = 0
    total: int = 0
    lines: tuple[Line, ...] = ()
    error: str = ""

    @property
    def over(self) -> bool:
        """Whether there is nothing more to wait for."""
        return self.state in ("done", "failed")


@dataclass(slots=True)
class Jobs:
    """The queue. Writing an index takes a lock in its folder, so one job runs at a time."""

    settings: Settings
    _pool: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="index"), repr=False
    )
    _jobs: list[Job] = field(default_factory=list, repr=False)
    _changing: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def add(self, files: Mapping[str, bytes], replace: bool) -> Job:
        """Take files, by name, into the documents' folder and the index; each name has been looked at before."""
        self.settings.documents_dir.mkdir(parents=True, exist_ok=True)
        staged = Path(tempfile.mkdtemp(prefix=".incoming-", dir=self.settings.documents_dir))
        for name, data in files.items():
            (staged / name).write_bytes(data)
        request = {"do": "add", "staged": str(staged), "replace": replace}
        return self._submit(Job("add", tuple(files)), request, staged)

    def describe(self, name: str, description: Description) -> Job:
        """Say what a document is."""
        request = {"do": "describe", "name": name, "description": asdict(description)}
        return self._submit(Job("describe", (name,)), request)

    def remove(self, name: str) -> Job:
        """Take a document out."""
        return self._submit(Job("remove", (name,)), {"do": "remove", "name": name})

    def busy(self) -> list[Job]:
        """What is being done and what waits, in order."""
        with self._changing:
            return [job for job in self._jobs if not job.over]

    def _submit(self, job: Job, request: dict[str, Any], staged: Path | None = None) -> Job:
        with self._changing:
            self._jobs = [*self._jobs[-KEPT:], job]
        self._pool.submit(self._run, job, request, staged)
        return job

    def _run(self, job: Job, request: dict[str, Any], staged: Path | None) -> None:
        try:
            self._in_a_process(job, {**request, "settings": self.settings.model_dump(mode="json")})
        except Exception as error:  # whatever it is, the page must not wait for ever
            job.error, job.state = f"{type(error).__name__}", "failed"
        finally:
            if staged is not None:
                shutil.rmtree(staged, ignore_errors=True)

    def _in_a_process(self, job: Job, request: dict[str, Any]) -> None:
        job.state = "running"
        command = [sys.executable, "-m", "rag.ui.job"]
        with subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        ) as process:
            assert process.stdin is not None and process.stdout is not None  # noqa: S101 - asked for above
            json.dump(request, process.stdin)
            process.stdin.close()
            said: dict[str, Any] = {}
            for line in process.stdout:
                said = json.loads(line)
                if "tick" in said:
                    job.step, job.done, job.total = said["tick"]
        if "lines" in said:
            job.lines = tuple(Line(**row) for row in said["lines"])
            job.state = "done"
        else:
            job.error = said.get("error", "the process ended without a word")
            job.state = "failed"


@lru_cache(maxsize=8)
def _jobs(settings: str) -> Jobs:
    return Jobs(Settings.model_validate_json(settings))


def jobs(settings: Settings) -> Jobs:
    """The one queue of an index."""
    return _jobs(settings.model_dump_json())
