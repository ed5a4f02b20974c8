"""Gold questions -> answers, a line each; lines -> scores. A line needs neither index settings nor a model to be scored again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from eval.gold import Gold
from eval.metrics import Question
from eval.sample import Corpus, Sample
from eval.scores import SCORES
from rag.assistant import Assistant
from rag.errors import GoldError
from rag.settings import Settings

Line = dict[
    str, Any
]  # {"id", "answer", "latency_ms"}, and "calls" where a language model's own words were kept
Recording = Callable[[], AbstractContextManager[list[Line]]]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was asked, what was answered, and what that is worth; all in one order."""

    golds: tuple[Gold, ...]
    lines: tuple[Line, ...]
    questions: tuple[Question, ...]


def corpus(assistant: Assistant) -> Corpus:
    """The documents of the index that is asked."""
    return Corpus(tuple(assistant.index.descriptions), assistant.index.text)


def every(golds: Sequence[Gold], step: int) -> list[Gold]:
    """Every so-manieth question, both forms of a pair together."""
    pairs = {pair: n for n, pair in enumerate(dict.fromkeys(g.pair for g in golds))}
    return [g for g in golds if pairs[g.pair] % step == 0]


def typed_small(question: str) -> str:
    """A question as many people type it: without capitals, and without its mark."""
    return question.lower().rstrip("?!. ")


def ask_all(
    golds: Sequence[Gold],
    assistant: Assistant,
    recording: Recording = lambda: nullcontext([]),
) -> list[Line]:
    """Ask every question; the lines of the contract, in the order of the questions, with a model's own words where a recording keeps them."""
    lines = []
    for gold in golds:
        with recording() as calls:
            line = _ask(gold, assistant)
        lines.append(line | {"calls": calls} if calls else line)
    return lines


def ask_apart(golds: Sequence[Gold], settings: Settings, processes: int) -> list[Line]:
    """The same lines, asked by several processes; an assistant answers one question after another, so threads would wait."""
    apart = get_context("spawn")
    with ProcessPoolExecutor(processes, apart, initializer=_begin, initargs=(settings,)) as several:
        return list(several.map(_ask_apart, golds, chunksize=10))


_own: list[Settings | Assistant] = []  # a process's; made where an error of it comes back


def _begin(settings: Settings) -> None:
    _own.append(settings)


def _ask_apart(gold: Gold) -> Line:
    if isinstance(own := _own[-1], Settings):
        own = Assistant(own)
        _own.append(own)
    return _ask(gold, own)


def _ask(gold: Gold, assistant: Assistant) -> Line:
    answer, timing = assistant.ask_timed(gold.question, history=gold.history)
    latency = {"retrieve": round(timing.retrieve, 2), "answer": round(timing.answer, 2)}
    return {"id": gold.id, "answer": answer.to_dict(), "latency_ms": latency}


def evaluate(golds: Sequence[Gold], lines: Sequence[Line], documents: Corpus) -> Evaluation:
    """Score every line by the gold question of its id."""
    by_id = {line["id"]: line for line in lines}
    asked = [g for g in golds if g.id in by_id]
    questions = []
    for gold in asked:
        sample = Sample(gold, by_id[gold.id]["answer"], documents)
        scores = {name: scorer(sample) for name, scorer in SCORES.items()}
        questions.append(Question(gold, {n: s for n, s in scores.items() if s is not None}))
    return Evaluation(tuple(asked), tuple(by_id[g.id] for g in asked), tuple(questions))


def write_lines(path: Path, lines: Iterable[Mapping[str, Any]]) -> None:
    """One JSON object a line."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8")


def read_lines(path: Path) -> list[Line]:
    """What write_lines wrote; raises GoldError that names the line."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise GoldError(f"{path}: cannot be read ({error}).") from error
    lines: list[Line] = []
    for number, row in enumerate(text.split("\n"), 1):
        if row.strip():
            lines.append(_parse(row, f"{path}, line {number}"))
    return lines


def _parse(row: str, where: str) -> Line:
    try:
        line: Line = json.loads(row)
        str(line["id"]), line["answer"]["status"], line["answer"]["passages"], line["latency_ms"]["retrieve"]
    except (ValueError, KeyError, TypeError) as error:
        raise GoldError(f"{where}: not a line that an evaluation wrote ({type(error).__name__}).") from error
    return line
