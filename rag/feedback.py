"""What readers thought of answers, kept on this machine: a thumb up or down, and a word of what was wrong.

One JSON object a line, appended and never changed: `{"at", "verdict", "comment", "answer": <Answer>}`. The file holds
what people asked, so nobody but its owner may read it. `python -m eval candidates` turns it into draft gold lines.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, get_args

from filelock import FileLock, Timeout

from rag.errors import FeedbackError
from rag.settings import Settings
from rag.types import Answer

Verdict = Literal["up", "down"]
NAME = "feedback.jsonl"
LONGEST_COMMENT = 2000  # characters; what is longer is cut
PATIENCE = 5.0  # seconds to wait for another process that is writing a line


@dataclass(frozen=True, slots=True)
class Kept:
    """One verdict; `answer` is the contract's JSON form, `at` ISO 8601 in UTC."""

    at: str
    verdict: Verdict
    comment: str
    answer: dict[str, Any]


def path_of(settings: Settings) -> Path:
    """The file that verdicts are kept in."""
    return Path(settings.feedback_file) if settings.feedback_file else settings.index_dir / NAME


def keep(settings: Settings, answer: Answer, verdict: Verdict, comment: str = "") -> None:
    """Append one verdict; safe between threads and processes. Raises FeedbackError where nothing could be written."""
    row = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "verdict": verdict,
        "comment": comment.strip()[:LONGEST_COMMENT],
        "answer": answer.to_dict(),
    }
    path = path_of(settings)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_name(path.name + ".lock"), timeout=PATIENCE):
            _append(path, json.dumps(row).encode())
    except Timeout as error:
        raise FeedbackError(f"«{path}» is being written to by another process. Try again.") from error
    except OSError as error:
        raise FeedbackError(
            f"Feedback cannot be kept in «{path}» ({error.strerror}). Set RAG_FEEDBACK_FILE."
        ) from error


def _append(path: Path, line: bytes) -> None:
    """One whole line at the end; a line that a crash left unfinished stays a line of its own."""
    with open(path, "ab+", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            line = line if file.read(1) == b"\n" else b"\n" + line
        file.write(line + b"\n")


def read(settings: Settings) -> list[Kept]:
    """Every verdict, oldest first; none where none was given. Raises FeedbackError that names the line."""
    path = path_of(settings)
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as error:
        raise FeedbackError(f"«{path}» cannot be read ({error}).") from error
    return [_parse(line, f"{path}, line {n}") for n, line in enumerate(lines, 1) if line.strip()]


def _parse(line: str, where: str) -> Kept:
    try:
        row = json.loads(line)
        kept = Kept(str(row["at"]), row["verdict"], str(row["comment"]), row["answer"])
        whole = kept.verdict in get_args(Verdict) and isinstance(kept.answer["question"], str)
    except (ValueError, KeyError, TypeError) as error:
        raise FeedbackError(
            f"{where}: not a line of feedback ({type(error).__name__}). Mend or remove that line."
        ) from error
    if not whole:
        raise FeedbackError(f"{where}: not a line of feedback. Mend or remove that line.")
    return kept
