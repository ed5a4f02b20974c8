"""The picture of how times grow with the index: docs/images/speed.svg.

    for n in 1000 10000 100000; do python -m bench.retrieval --passages $n --json out/speed-$n.json; done
    python -m bench.curve out/speed-*.json

Each panel has the passages of the index from left to right and a time upwards, both by powers of ten; the usual way was
measured in the same runs. Colours are readable on a white page and on a dark one.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

PICTURE = Path(__file__).parent.parent / "docs" / "images" / "speed.svg"
WIDTH, HEIGHT, GAP = 250, 200, 62  # of a panel, and what stands between two
TOP, LEFT = 48, 52
OURS, USUAL, INK = "#2f6fd0", "#c2701c", "#808080"
Figures = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Panel:
    """One measure: what is drawn of ours and of the usual way, the bounds of its axis, and a time's name."""

    title: str
    ours: Callable[[Figures], float]
    usual: Callable[[Figures], float] | None
    lowest: float
    highest: float
    unit: str


PANELS = (
    Panel("Open, first question answered", lambda r: r["ask_ours"]["opening"], lambda r: r["ask_usual"]["opening"], 0.1, 10, "s"),
    Panel("Retrieve, a question (median)", lambda r: median(r["ask_ours"]["retrieve"]), lambda r: median(r["ask_usual"]["retrieve"]), 1, 1000, "ms"),
    Panel("A whole answer in quotations (median)", lambda r: median(r["answer_ours"]["ms"]), None, 1, 1000, "ms"),
)  # fmt: skip


def draw(runs: Sequence[tuple[int, Figures]]) -> str:
    """The picture, from (passages, figures) of each run."""
    runs = sorted(runs, key=lambda run: run[0])
    width = LEFT + len(PANELS) * (WIDTH + GAP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {HEIGHT + TOP + 48}" font-family="system-ui, sans-serif" font-size="12">',
        "<title>Times at "
        + ", ".join(f"{n:,}" for n, _ in runs)
        + " passages, Kamerbron beside the usual way</title>",
        _key(LEFT, 14, OURS, "Kamerbron"),
        _key(LEFT + 110, 14, USUAL, "rank_bm25 and Chroma, fused"),
    ]
    for i, panel in enumerate(PANELS):
        parts += _panel(panel, runs, LEFT + i * (WIDTH + GAP))
    return "\n".join([*parts, "</svg>\n"])


def _panel(panel: Panel, runs: Sequence[tuple[int, Figures]], left: float) -> list[str]:
    smallest, largest = math.log10(runs[0][0]), math.log10(runs[-1][0])
    low, high = math.log10(panel.lowest), math.log10(panel.highest)

    def x(passages: float) -> float:
        return left + 14 + (WIDTH - 28) * (math.log10(passages) - smallest) / ((largest - smallest) or 1)

    def y(value: float) -> float:
        return TOP + HEIGHT - HEIGHT * (math.log10(value) - low) / (high - low)

    parts = [_text(left, TOP - 12, panel.title, "start", "font-weight='600'")]
    for power in range(round(low), round(high) + 1):
        value = 10.0**power
        parts.append(
            f'<line x1="{left}" x2="{left + WIDTH}" y1="{y(value):.1f}" y2="{y(value):.1f}" stroke="{INK}" stroke-opacity=".35"/>'
        )
        parts.append(_text(left - 6, y(value) + 4, f"{value:g} {panel.unit}", "end"))
    parts += [_text(x(n), TOP + HEIGHT + 32, f"{n:,}", "middle") for n, _ in runs]
    ways = [(panel.ours, OURS), *([(panel.usual, USUAL)] if panel.usual else [])]
    for way, colour in ways:
        points = []
        for n, r in runs:
            highest = max(other(r) for other, _ in ways)
            points.append((x(n), y(way(r)), way(r), -9 if way(r) == highest else 16))
        parts += _line(points, colour)
    return parts


def _line(points: Sequence[tuple[float, float, float, int]], colour: str) -> list[str]:
    """A line with a dot and its figure at each point, (x, y, figure, how far below it that stands)."""
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y, *_ in points)
    parts = [f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>']
    for x, y, value, beside in points:
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>')
        shown = f"{value:.0f}" if value >= 10 else f"{value:.1f}"
        parts.append(_text(x, y + beside, shown, "middle", f"font-weight='600' style='fill:{colour}'"))
    return parts


def _key(x: float, y: float, colour: str, name: str) -> str:
    dot = f'<circle cx="{x + 5}" cy="{y - 4}" r="4" fill="{colour}"/>'
    return dot + _text(x + 14, y, name, "start")


def _text(x: float, y: float, words: str, anchor: str, more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{INK}" {more}>{words}</text>'


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.curve", description=(__doc__ or "").split("\n\n")[0]
    )
    parser.add_argument(
        "runs", nargs="+", type=Path, help="what `python -m bench.retrieval --json` wrote, one file a size"
    )
    given = parser.parse_args()
    read = [json.loads(path.read_text("utf-8")) for path in given.runs]
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    PICTURE.write_text(draw([(run["passages"], run["results"]) for run in read]), "utf-8")
    print(f"Drawn: {PICTURE}")


if __name__ == "__main__":
    main()
