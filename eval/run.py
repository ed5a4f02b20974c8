"""Gold questions -> answers, a line each; answers -> a table; a table against a baseline."""

from __future__ import annotations

import json
import statistics
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import Any

from eval.gold import Gold
from eval.scores import SCORES, Sample
from rag.assistant import Assistant
from rag.errors import GoldError

Groups = dict[str, dict[str, list[float]]]  # score -> group ("nl", "en", "dev", "test", "all") -> values


@dataclass(frozen=True, slots=True)
class Fall:
    """A score that fell below its baseline by more than its tolerance."""

    score: str
    group: str
    was: float
    now: float
    tolerance: float


def texts(assistant: Assistant) -> Callable[[str], str | None]:
    """The text of an indexed document by its file stem."""
    by_stem = {PurePath(name).stem: name for name in assistant.index.descriptions}
    return lambda stem: assistant.index.text(by_stem[stem]) if stem in by_stem else None


def ask_all(
    golds: Sequence[Gold], assistant: Assistant, tick: Callable[[], None] = lambda: None
) -> list[dict[str, Any]]:
    """Ask every question; the lines of the contract."""
    lines = []
    for gold in golds:
        answer, timing = assistant.ask_timed(gold.question, history=gold.history)
        latency = {"retrieve": round(timing.retrieve, 2), "answer": round(timing.answer, 2)}
        lines.append({"id": gold.id, "answer": answer.to_dict(), "latency_ms": latency})
        tick()
    return lines


def score_all(
    golds: Sequence[Gold], lines: Sequence[dict[str, Any]], text_of: Callable[[str], str]
) -> Groups:
    """Every score of every answer, by language, split and all together."""
    groups: Groups = {name: defaultdict(list) for name in SCORES}
    for gold, line in zip(golds, lines, strict=True):
        sample = Sample(gold, line["answer"], text_of)
        for name, function in SCORES.items():
            score = function(sample)
            if score is not None:
                for group in (gold.lang, gold.split, "all"):
                    groups[name][group].append(score.value)
    return groups


def table(groups: Groups, lines: Sequence[dict[str, Any]]) -> str:
    """The scores as a Markdown table, means with the number of questions behind the last."""
    columns = ("nl", "en", "dev", "test", "all")
    out = ["| score | " + " | ".join(columns) + " | n |", "|---|" + "---:|" * (len(columns) + 1)]
    for name, by_group in groups.items():
        cells = [f"{statistics.fmean(by_group[c]):.3f}" if by_group.get(c) else "–" for c in columns]
        out.append(f"| {name} | " + " | ".join(cells) + f" | {len(by_group.get('all', []))} |")
    shown = [len(line["answer"]["statements"]) for line in lines if line["answer"]["status"] != "refused"]
    if shown:
        out.append("")
        out.append(f"Statements an answer: median {statistics.median(shown):g}.")
    return "\n".join(out)


def latencies(lines: Sequence[dict[str, Any]]) -> str:
    """Median and 95th percentile of the time an answer took; a machine's figure, so no part of the table."""
    total = sorted(line["latency_ms"]["retrieve"] + line["latency_ms"]["answer"] for line in lines)
    return (
        f"Latency: median {statistics.median(total):.0f} ms, p95 {total[int(0.95 * (len(total) - 1))]:.0f} ms."
        if total
        else ""
    )


def means(groups: Groups) -> dict[str, dict[str, float]]:
    """The means that a baseline holds."""
    return {
        n: {g: round(statistics.fmean(v), 4) for g, v in sorted(by.items()) if v} for n, by in groups.items()
    }


def falls(now: dict[str, dict[str, float]], baseline: dict[str, Any]) -> list[Fall]:
    """Where a mean lies below the baseline's by more than its tolerance; raises GoldError for a baseline of another form."""
    try:
        return [
            Fall(name, group, was, now.get(name, {}).get(group, 0.0), float(baseline["tolerance"][name]))
            for name, by_group in baseline["scores"].items()
            for group, was in by_group.items()
            if now.get(name, {}).get(group, 0.0) < was - float(baseline["tolerance"][name])
        ]
    except (KeyError, TypeError, AttributeError) as error:
        raise GoldError(f"The baseline is not of the form that --write-baseline writes ({error}).") from error


def write_lines(path: Path, lines: Iterable[dict[str, Any]]) -> None:
    """One JSON object a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")
