"""How well speech acts are told apart: `python -m bench.speech_acts`.

Classifies the labelled sentences of tests/data and prints a confusion table for each set: `dev` was looked at while
the cues were written, `traps` holds further sentences by kind of trap that were labelled before and corrected against,
`test` was never looked at.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

from rag.acts.speech import Said, classify, is_call
from rag.text.sentences import joined

SENTENCES = Path("tests/data/speech_acts.jsonl")
TRAPS = Path("tests/data/speech_acts_traps.jsonl")
ACTS = ("commitment", "report", "answer", "decline", "question", "request", "demand", "other")


def main() -> None:
    """Print the three tables, and the share that is right for each kind of trap."""
    rows, traps = _read(SENTENCES), _read(TRAPS)
    print(table([r for r in rows if r["split"] == "dev"], "dev"), end="\n\n")
    print(table(traps, "traps"), end="\n\n")
    print(by_kind(traps), end="\n\n")
    print(table([r for r in rows if r["split"] == "test"], "test"))


def _read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _said(row: dict[str, Any]) -> Said:
    call = bool(row["heading"]) and is_call(row["heading"])
    return classify(joined(row["text"]), row["role"], row["part"], call)


def table(rows: list[dict[str, Any]], name: str) -> str:
    """Rows are labels, columns what the rules say."""
    said = [_said(row) for row in rows]
    counts = Counter((row["act"], s.act) for row, s in zip(rows, said, strict=True))
    right = sum(counts[a, a] for a in ACTS) / len(rows)
    times = sum(row["time"] == s.time for row, s in zip(rows, said, strict=True)) / len(rows)
    asked = sum(counts[a, "commitment"] for a in ("demand", "question", "request"))
    told = sum(counts[a, "commitment"] for a in ("report", "answer", "other"))
    promised = sum(counts["commitment", a] for a in ACTS)
    lines = [f"| {name}: labelled ↓ | " + " | ".join(ACTS) + " |", "|---|" + "---:|" * len(ACTS)]
    lines += [f"| {a} | " + " | ".join(str(counts[a, b] or "") for b in ACTS) + " |" for a in ACTS]
    return "\n".join(
        [
            *lines,
            "",
            f"Right: {right:.2f} of {len(rows)}; time right: {times:.2f}. Commitments found: "
            f"{counts['commitment', 'commitment']} of {promised}. Taken for commitments: demands, questions or "
            f"requests {asked}, reports, answers or others {told}, refusals {counts['decline', 'commitment']}.",
        ]
    )


def by_kind(rows: list[dict[str, Any]]) -> str:
    """The share that is right for each kind of trap."""
    right: defaultdict[str, list[bool]] = defaultdict(list)
    for row in rows:
        right[row["kind"]].append(_said(row).act == row["act"])
    lines = [f"| {kind} | {len(found)} | {sum(found) / len(found):.2f} |" for kind, found in right.items()]
    return "\n".join(["| kind of trap | sentences | right |", "|---|---:|---:|", *lines])


if __name__ == "__main__":
    main()
