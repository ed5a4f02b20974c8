"""Two runs, question by question: what got better, what got worse, and whether chance would do as much. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from eval.gold import Gold
from eval.metrics import SEED, Question
from eval.sample import Score
from eval.tables import cell, table
from rag.errors import GoldError

FLIPS = 10_000  # random sign flips of the paired test; all of them where there are fewer
CHANGED = 1e-9


@dataclass(frozen=True, slots=True)
class Change:
    """One question whose score is not what it was."""

    gold: Gold
    before: Score
    after: Score

    @property
    def better(self) -> bool:
        """Whether it rose."""
        return self.after.value > self.before.value


@dataclass(frozen=True, slots=True)
class Compared:
    """One score in two runs over the questions that both have; `p` of the paired test."""

    score: str
    before: float
    after: float
    n: int
    changes: tuple[Change, ...]
    p: float


def compare(before: Sequence[Question], after: Sequence[Question], names: Sequence[str]) -> list[Compared]:
    """Every score of two runs over the same questions; raises GoldError where they share none."""
    was = {q.gold.id: q for q in before}
    pairs = [(was[q.gold.id], q) for q in after if q.gold.id in was]
    if not pairs:
        raise GoldError("The two files have no question in common.")
    compared = [_compare_one(pairs, name) for name in names]
    return [c for c in compared if c is not None]


def _compare_one(pairs: Sequence[tuple[Question, Question]], name: str) -> Compared | None:
    both = [(b, a) for b, a in pairs if name in b.scores and name in a.scores]
    if not both:
        return None
    by_pair: dict[str, float] = defaultdict(float)
    changes = []
    for before, after in both:
        change = Change(after.gold, before.scores[name], after.scores[name])
        difference = change.after.value - change.before.value
        by_pair[after.gold.pair] += difference
        if abs(difference) > CHANGED:
            changes.append(change)
    means = [sum(q.scores[name].value for q in side) / len(both) for side in zip(*both, strict=True)]
    return Compared(name, means[0], means[1], len(both), tuple(changes), sign_flip(list(by_pair.values())))


def sign_flip(differences: Sequence[float]) -> float:
    """The two-sided p of a paired permutation test (Fisher 1935): how often random signs give a sum as far from 0.

    The differences are of pairs, whose two forms are not independent. With few of them every choice of signs is tried.
    """
    values = np.array([d for d in differences if abs(d) > CHANGED])
    if not len(values):
        return 1.0
    if 2 ** len(values) <= FLIPS:
        signs = np.array(np.meshgrid(*[(-1, 1)] * len(values))).reshape(len(values), -1).T
        return float(np.mean(np.abs(signs @ values) >= abs(values.sum()) - CHANGED))
    signs = np.random.default_rng(SEED).choice((-1, 1), size=(FLIPS, len(values)))
    hits = int(np.sum(np.abs(signs @ values) >= abs(values.sum()) - CHANGED))
    return (hits + 1) / (FLIPS + 1)  # the observed one is one of the permutations


def compared_table(compared: Sequence[Compared]) -> str:
    """A line a score, in Markdown."""
    rows = []
    for one in compared:
        better = sum(c.better for c in one.changes)
        rows.append(
            [one.score, f"{one.before:.3f}", f"{one.after:.3f}", f"{one.after - one.before:+.3f}",
             str(better), str(len(one.changes) - better), "<0.001" if one.p < 0.001 else f"{one.p:.3f}", str(one.n)]
        )  # fmt: skip
    return table(["score", "A", "B", "B − A", "better", "worse", "p", "n"], rows)


def changes_list(compared: Sequence[Compared]) -> str:
    """What got worse and what got better, question by question; held-out questions are counted and not shown."""
    lines: list[str] = []
    for title, better in (("Worse", False), ("Better", True)):
        by_question: dict[str, list[tuple[str, Change]]] = defaultdict(list)
        for one in compared:
            for change in one.changes:
                if change.better is better:
                    by_question[change.gold.id].append((one.score, change))
        dev = {i: found for i, found in by_question.items() if found[0][1].gold.split == "dev"}
        lines.append(
            f"\n{title}: {len(by_question)} questions, {len(by_question) - len(dev)} of them held out and not shown."
        )
        for identity, found in dev.items():
            lines.append(f"- {identity}: {cell(found[0][1].gold.question)}")
            lines += [
                f"  - {score} {c.before.value:.2f} → {c.after.value:.2f}: {cell(c.before.answer)} → {cell(c.after.answer)}; {cell(c.after.explanation)}"
                for score, c in found
            ]
    return "\n".join(lines)
