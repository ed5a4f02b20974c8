"""Scores of single questions -> figures over many: means, intervals, the gap between the languages, latency. Pure."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from eval.gold import Gold
from eval.sample import Score

SEED = 20_260_801
RESAMPLES = 2000
GROUPS = ("nl", "en", "dev", "test", "all")  # what the table shows and the gate holds
Scored = dict[str, Score]  # score -> what a question got; without those that say nothing of it


@dataclass(frozen=True, slots=True)
class Question:
    """A gold question with all its scores."""

    gold: Gold
    scores: Scored


@dataclass(frozen=True, slots=True)
class Figure:
    """A mean over n questions, with the ends of its 95% bootstrap interval."""

    mean: float
    n: int
    low: float
    high: float


def in_group(gold: Gold, group: str) -> bool:
    """Whether a question belongs to one of GROUPS."""
    return group in ("all", gold.lang, gold.split)


def figure(questions: Iterable[Question], name: str) -> Figure | None:
    """The mean of one score with its interval, or None where it says nothing of any of the questions."""
    clusters: dict[str, list[float]] = defaultdict(list)
    for question in questions:
        if name in question.scores:
            clusters[question.gold.pair].append(question.scores[name].value)
    if not clusters:
        return None
    sums = np.array([sum(values) for values in clusters.values()])
    counts = np.array([len(values) for values in clusters.values()])
    low, high = interval(sums, counts)
    return Figure(round(float(sums.sum() / counts.sum()), 4), int(counts.sum()), low, high)


def interval(sums: NDArray[np.float64], counts: NDArray[np.int_]) -> tuple[float, float]:
    """The 95% interval of a mean by the percentile bootstrap (Efron and Tibshirani 1993, chapter 13).

    Pairs are drawn, not questions: the Dutch and the English form of one question succeed or fail together more often
    than two questions do, so that drawn singly they would make the interval too narrow.
    """
    draws = np.random.default_rng(SEED).integers(len(sums), size=(RESAMPLES, len(sums)))
    means = sums[draws].sum(axis=1) / counts[draws].sum(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return round(float(low), 4), round(float(high), 4)


def figures(questions: Sequence[Question], names: Iterable[str]) -> dict[str, dict[str, Figure]]:
    """Score -> group -> figure; a group that a score says nothing of is left out."""
    grouped = {g: [q for q in questions if in_group(q.gold, g)] for g in GROUPS}
    made = {name: {g: figure(members, name) for g, members in grouped.items()} for name in names}
    return {name: {g: f for g, f in by_group.items() if f is not None} for name, by_group in made.items()}


def cells(questions: Sequence[Question], name: str) -> dict[tuple[str, str, str], Figure]:
    """(kind, language, split) -> figure of one score."""
    grouped: dict[tuple[str, str, str], list[Question]] = defaultdict(list)
    for question in questions:
        grouped[question.gold.kind, question.gold.lang, question.gold.split].append(question)
    made = {key: figure(members, name) for key, members in sorted(grouped.items())}
    return {key: f for key, f in made.items() if f is not None}


def gaps(questions: Sequence[Question], names: Iterable[str]) -> dict[str, Figure]:
    """Score -> how much better the Dutch form of a question does than the English one, over complete pairs (-1 to 1)."""
    pairs: dict[str, dict[str, Scored]] = defaultdict(dict)
    for question in questions:
        pairs[question.gold.pair][question.gold.lang] = question.scores
    out = {}
    for name in names:
        both = [p for p in pairs.values() if all(name in p.get(x, {}) for x in ("nl", "en"))]
        if both:
            difference = np.array([p["nl"][name].value - p["en"][name].value for p in both])
            low, high = interval(difference, np.ones(len(both), np.int_))
            out[name] = Figure(round(float(difference.mean()), 4), len(both), low, high)
    return out


def latencies(lines: Sequence[Mapping[str, Any]]) -> tuple[float, float] | None:
    """Median and 95th percentile of the milliseconds an answer took: a machine's figures, so no part of any table."""
    total = sorted(line["latency_ms"]["retrieve"] + line["latency_ms"]["answer"] for line in lines)
    return (statistics.median(total), total[int(0.95 * (len(total) - 1))]) if total else None


def shown(lines: Sequence[Mapping[str, Any]]) -> float | None:
    """The median number of statements of the answers that are no refusals."""
    counts = [len(line["answer"]["statements"]) for line in lines if line["answer"]["status"] != "refused"]
    return statistics.median(counts) if counts else None
