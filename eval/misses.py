"""The questions that an answer missed, with what was expected and what was given. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from eval.gold import Gold
from eval.metrics import Question
from eval.run import Evaluation
from eval.sample import Score

# Scores of which less than 1 is a miss. The others say how well, not whether: ranks, and how much else was shown.
DECISIVE = (
    "citations char-exact", "evidence in answer", "facts in answer", "attribution",
    "demand not a commitment", "unanswerable refused", "answerable answered", "language",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Miss:
    """One question that was missed, in the words of a person who looks at it."""

    gold: Gold
    scores: dict[str, Score]  # those that were missed
    expected: tuple[str, ...]
    given: tuple[str, ...]


def missed(evaluation: Evaluation) -> list[Miss]:
    """The misses among the questions that may be looked at: those of the development split."""
    out = []
    for question, line in zip(evaluation.questions, evaluation.lines, strict=True):
        wrong = wrong_scores(question)
        if wrong and question.gold.split == "dev":
            out.append(Miss(question.gold, wrong, _expected(question.gold), _given(line["answer"])))
    return out


def held_out(questions: Sequence[Question]) -> tuple[int, int]:
    """How many held-out questions were missed, of how many."""
    test = [q for q in questions if q.gold.split == "test"]
    return sum(bool(wrong_scores(q)) for q in test), len(test)


def wrong_scores(question: Question) -> dict[str, Score]:
    """The decisive scores that are less than 1."""
    return {n: s for n, s in question.scores.items() if n in DECISIVE and s.value < 1}


def _expected(gold: Gold) -> tuple[str, ...]:
    if not gold.answerable:
        return ("A refusal: the documents do not say.",)
    facts = tuple("Fact: " + " or ".join(f"«{a}»" for a in fact) for fact in gold.facts)
    who = tuple(
        f"Said by: {gold.role or 'anyone'}, as {gold.act or 'any act'}" for _ in [0] if gold.act or gold.role
    )
    return (*(f"“{' '.join(e.split())}”" for e in gold.evidence), *facts, *who)


def _given(answer: dict[str, Any]) -> tuple[str, ...]:
    if answer["refusal"]:
        return (f"Refused ({answer['refusal']['kind']}): {answer['refusal']['message']}",)
    by_id = {c["id"]: c for c in answer["citations"]}
    out = []
    for statement in answer["statements"]:
        first = by_id[statement["citations"][0]] if statement["citations"] else None
        label = f" ({first['role']} {first['speech_act']}, {first['document']})" if first else ""
        out.append(f"“{statement['text']}”{label}")
    return tuple(out)
