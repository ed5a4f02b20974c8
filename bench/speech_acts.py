"""How well speech acts are told apart: `python -m bench.speech_acts`.

Classifies the labelled sentences of tests/data/speech_acts.jsonl, written blind to the cues, and prints a confusion
table for each split: `dev` was looked at while the cues were written, `test` was not.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from rag.sentences import joined
from rag.speech import classify, is_call

SENTENCES = Path("tests/data/speech_acts.jsonl")
ACTS = ("commitment", "report", "answer", "decline", "question", "request", "demand", "other")


def main() -> None:
    """Print both tables."""
    rows = [json.loads(line) for line in SENTENCES.read_text(encoding="utf-8").splitlines()]
    for split in ("dev", "test"):
        print(table([r for r in rows if r["split"] == split], split), end="\n\n")


def table(rows: list[dict[str, Any]], split: str) -> str:
    """Rows are labels, columns what the rules say."""
    counts: Counter[tuple[str, str]] = Counter()
    for row in rows:
        call = bool(row["heading"]) and is_call(row["heading"])
        counts[row["act"], classify(joined(row["text"]), row["role"], row["part"], call).act] += 1
    right = sum(counts[a, a] for a in ACTS) / len(rows)
    wrong = sum(counts[a, "commitment"] for a in ("demand", "question", "request"))
    lines = [f"| {split}: labelled ↓ | " + " | ".join(ACTS) + " |", "|---|" + "---:|" * len(ACTS)]
    lines += [f"| {a} | " + " | ".join(str(counts[a, b] or "") for b in ACTS) + " |" for a in ACTS]
    return "\n".join(
        [
            *lines,
            "",
            f"Right: {right:.2f} of {len(rows)}. Demands, questions or requests taken for commitments: {wrong}.",
        ]
    )


if __name__ == "__main__":
    main()
