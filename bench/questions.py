"""The gold questions as benchmarks ask them."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import Any

from eval.gold import FOLDER, Gold, read_gold
from rag.ingest import ingest
from rag.settings import load_settings
from rag.store.index import Index, open_index

GOLD = Path(__file__).parent.parent / "eval" / "gold"


def gold_lines() -> list[dict[str, Any]]:
    """Every line of eval/gold/ that does not follow on another, its files in order."""
    lines = [line for file in sorted(GOLD.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()]
    return [g for line in lines if line.strip() and not (g := json.loads(line)).get("history")]


def gold_questions(count: int) -> list[str]:
    """One development question more than asked for, evenly spread over the files; an English one first, for the opening."""
    developed = [g for g in gold_lines() if g.get("split", "dev") == "dev"]
    unique = list({g["question"]: g["lang"] for g in developed}.items())
    if count + 1 > len(unique):
        sys.exit(f"eval/gold/ has {len(unique)} questions; --questions can be {len(unique) - 1} at most.")
    chosen = [unique[int(i * len(unique) / (count + 1))] for i in range(count + 1)]
    first = next((i for i, (_, language) in enumerate(chosen) if language == "en"), 0)
    chosen.insert(0, chosen.pop(first))
    return [question for question, _ in chosen]


@contextmanager
def seeds_and_golds(path: Path = FOLDER) -> Iterator[tuple[Index, list[Gold]]]:
    """An index of the seeds with the default settings, and the gold questions that do not follow on another."""
    with tempfile.TemporaryDirectory() as folder:
        settings = load_settings(index_dir=Path(folder), llm="none")
        ingest([Path("seeds")], settings)
        index = open_index(settings)
        names = {PurePath(n).stem: n for n in index.descriptions}
        yield index, [g for g in read_gold(path, lambda stem: index.text(names[stem])) if not g.history]
