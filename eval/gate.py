"""The gate: scores of now against a baseline kept in git.

A score may fall by a quarter of the width of its 95% bootstrap interval in the baseline, which is about one standard
error of its mean: less than that is what any harmless change to a few questions does. A score without spread, such as
exactness at 1, may not fall at all. The rule is written into the baseline with every tolerance it gave.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from eval.gold import Gold
from eval.metrics import Figure
from rag.errors import GoldError

RULE = "A score may fall by a quarter of the width of its 95% bootstrap interval (pairs drawn, 2,000 times), about one standard error."
SHARE = 0.25
Figures = Mapping[str, Mapping[str, Figure]]


@dataclass(frozen=True, slots=True)
class Held:
    """What the baseline says of one score in one group."""

    mean: float
    n: int
    low: float
    high: float
    tolerance: float


@dataclass(frozen=True, slots=True)
class Baseline:
    """The scores to hold, and a digest of the gold they were measured on."""

    gold: str
    scores: dict[str, dict[str, Held]]


@dataclass(frozen=True, slots=True)
class Verdict:
    """One score of one group beside its baseline; `now` is None where it is no longer measured."""

    score: str
    group: str
    held: Held
    now: float | None

    @property
    def fell(self) -> bool:
        """Whether it lies below its baseline by more than its tolerance; a score that is gone has fallen."""
        return self.now is None or self.now < round(self.held.mean - self.held.tolerance, 4)

    def __str__(self) -> str:
        now = "nothing" if self.now is None else f"{self.now:.3f}"
        return (
            f"{self.score} ({self.group}) fell from {self.held.mean:.3f} to {now}, "
            f"more than {self.held.tolerance:.3f} (n={self.held.n})."
        )


def tolerance(figure: Figure) -> float:
    """By how much a score may fall: RULE."""
    return round(SHARE * (figure.high - figure.low), 4)


def gold_digest(golds: Sequence[Gold]) -> str:
    """A digest of the questions asked, in any order."""
    return hashlib.sha256("\n".join(sorted(repr(g) for g in golds)).encode()).hexdigest()[:16]


def baseline_of(figures: Figures, golds: Sequence[Gold]) -> Baseline:
    """The baseline that a run makes."""
    held = {
        name: {g: Held(**asdict(f), tolerance=tolerance(f)) for g, f in by_group.items()}
        for name, by_group in figures.items()
    }
    return Baseline(gold_digest(golds), held)


def write_baseline(path: Path, baseline: Baseline) -> None:
    """As JSON with a line a group, so that a diff reads as a table."""
    scores = ",\n".join(
        f"  {json.dumps(name)}: {{\n"
        + ",\n".join(f"   {json.dumps(g)}: {json.dumps(asdict(h))}" for g, h in by_group.items())
        + "\n  }"
        for name, by_group in baseline.scores.items()
    )
    text = f'{{\n "rule": {json.dumps(RULE)},\n "gold": {json.dumps(baseline.gold)},\n "scores": {{\n{scores}\n }}\n}}\n'
    path.write_text(text, encoding="utf-8")


def read_baseline(path: Path) -> Baseline:
    """Parse a baseline; raises GoldError where it is none."""
    try:
        value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise GoldError(f"The baseline {path} cannot be read ({error}).") from error
    try:
        scores = {
            name: {group: Held(**held) for group, held in by_group.items()}
            for name, by_group in value["scores"].items()
        }
        if not all(
            isinstance(h.mean + h.tolerance, float | int) for by in scores.values() for h in by.values()
        ):
            raise TypeError("a mean or a tolerance is no number")
        return Baseline(str(value["gold"]), scores)
    except (KeyError, TypeError, AttributeError) as error:
        raise GoldError(
            f"The baseline {path} is not of the form that --write-baseline writes ({error})."
        ) from error


def judge(figures: Figures, baseline: Baseline) -> list[Verdict]:
    """Every score that the baseline holds, beside what it is now."""
    return [
        Verdict(name, group, held, figures[name][group].mean if group in figures.get(name, {}) else None)
        for name, by_group in baseline.scores.items()
        for group, held in by_group.items()
    ]
