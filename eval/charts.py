"""The pictures of the report, as inline SVG: where the scores stand, and how they came there. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from eval.gate import Baseline, Figures
from eval.history import Entry
from eval.markup import Html, join, tag
from eval.metrics import Figure

LABEL, PLOT, ROW = 190, 430, 30  # pixels: the names, the scale from 0 to 1, the height of a row
WIDE, HIGH, EDGE = 250, 120, 22  # pixels of a small chart over time, and its margin
SPLITS = ("dev", "test")


def standing(figures: Figures, baseline: Baseline | None) -> Html:
    """Every score with its 95% interval in both splits, the baseline as a bar across."""
    top = 24
    height = top + ROW * len(figures) + 8
    parts = []
    for tenth in range(0, 11, 2):
        x = _x(tenth / 10)
        parts.append(tag("line", x1=x, x2=x, y1=top - 4, y2=height - 8, class_="grid"))
        parts.append(tag("text", f"{tenth / 10:g}", x=x, y=top - 9, class_="tick middle"))
    for number, (name, by_group) in enumerate(figures.items()):
        middle = top + ROW * number + ROW / 2
        parts.append(tag("text", name, x=LABEL - 12, y=middle + 4, class_="end"))
        for split, shift in zip(SPLITS, (-5, 6), strict=True):
            if split in by_group:
                held = baseline.scores.get(name, {}).get(split) if baseline else None
                parts.append(
                    _whisker(by_group[split], split, middle + shift, None if held is None else held.mean)
                )
    return tag("svg", *parts, viewBox=f"0 0 {LABEL + PLOT + 60} {height:g}", role="img", class_="standing", aria_label="Scores of both splits with their 95% intervals")  # fmt: skip


def _whisker(figure: Figure, split: str, y: float, held: float | None) -> Html:
    told = f"{split}: {figure.mean:.3f}, 95% {figure.low:.2f} to {figure.high:.2f}, n={figure.n}"
    bar = [] if held is None else [tag("line", x1=_x(held), x2=_x(held), y1=y - 5, y2=y + 5, class_="held")]
    value = tag("text", f"{figure.mean:.2f}", x=LABEL + PLOT + 12, y=y + 4, class_=f"tick {split}")
    return tag(
        "g",
        tag("title", told),
        tag("line", x1=_x(figure.low), x2=_x(figure.high), y1=y, y2=y, class_=f"line {split}"),
        *bar,
        tag("circle", cx=_x(figure.mean), cy=y, r=4, class_=f"dot {split}"),
        value,
    )


def _x(value: float) -> float:
    return LABEL + PLOT * value


def over_time(entries: Sequence[Entry], name: str) -> Html:
    """One score at every baseline, the development split as a line and the held-out one as a dashed line."""
    inner = HIGH - 2 * EDGE
    parts = [tag("text", name, x=EDGE, y=14, class_="name")]
    for value in (0, 0.5, 1):
        y = HIGH - EDGE - inner * value
        parts.append(tag("line", x1=EDGE, x2=WIDE - 40, y1=y, y2=y, class_="grid"))
        parts.append(tag("text", f"{value:g}", x=EDGE - 4, y=y + 3, class_="tick end"))
    for split in SPLITS:
        points = [
            (EDGE + (WIDE - 40 - EDGE) * (i / max(1, len(entries) - 1)), entry, entry.scores[name][split])
            for i, entry in enumerate(entries)
            if split in entry.scores.get(name, {})
        ]
        parts.append(_line(points, split, inner))
    if entries:
        parts.append(tag("text", entries[0].day, x=EDGE, y=HIGH - 5, class_="tick"))
        if len(entries) > 1:
            parts.append(tag("text", entries[-1].day, x=WIDE - 40, y=HIGH - 5, class_="tick end"))
    return tag(
        "svg", *parts, viewBox=f"0 0 {WIDE} {HIGH}", role="img", aria_label=f"{name} at every baseline"
    )


def _line(points: Sequence[tuple[float, Entry, float]], split: str, inner: int) -> Html:
    if not points:
        return Html("")
    placed = [(x, HIGH - EDGE - inner * value) for x, _, value in points]
    dots = [
        tag("circle", tag("title", f"{e.day}, {split}: {v:.3f} of {e.questions} questions"), cx=x, cy=y, r=2.5, class_=f"dot {split}")
        for (x, y), (_, e, v) in zip(placed, points, strict=True)
    ]  # fmt: skip
    drawn = tag("polyline", points=" ".join(f"{x:.1f},{y:.1f}" for x, y in placed), class_=f"line {split}")
    last = tag("text", f"{points[-1][2]:.2f}", x=placed[-1][0] + 5, y=placed[-1][1] + (3 if split == "dev" else 12), class_=f"tick {split}")  # fmt: skip
    return join(drawn, *dots, last)
