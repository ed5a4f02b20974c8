"""Scores over time: a small file in git, a line a baseline."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from eval.gate import Figures
from rag.errors import GoldError

KEPT = ("dev", "test", "all")


@dataclass(frozen=True, slots=True)
class Entry:
    """One baseline: score -> group -> mean; `questions` is how many were asked, and ISO `day` when."""

    day: str
    questions: int
    scores: dict[str, dict[str, float]]


def entry_of(figures: Figures, questions: int) -> Entry:
    """The line that a run makes today."""
    scores = {name: {g: by[g].mean for g in KEPT if g in by} for name, by in figures.items()}
    return Entry(date.today().isoformat(), questions, scores)


def read_history(path: Path) -> list[Entry]:
    """Every entry, oldest first, none where there is no file; raises GoldError that names the line."""
    if not path.is_file():
        return []
    entries = []
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            scores = {str(n): {str(g): float(m) for g, m in by.items()} for n, by in row["scores"].items()}
            entries.append(Entry(date.fromisoformat(row["day"]).isoformat(), int(row["questions"]), scores))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise GoldError(
                f"{path}, line {number}: not a line of the history ({type(error).__name__})."
            ) from error
    return entries


def with_entry(entries: Sequence[Entry], entry: Entry) -> list[Entry]:
    """The history with one more; the same scores again add nothing."""
    last = entries[-1] if entries else None
    same = last is not None and (last.questions, last.scores) == (entry.questions, entry.scores)
    return list(entries) if same else [*entries, entry]


def append(path: Path, entry: Entry) -> None:
    """Add an entry to the file."""
    rows = [
        {"day": e.day, "questions": e.questions, "scores": e.scores}
        for e in with_entry(read_history(path), entry)
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
