"""The HTML report of a run: one file, no script, no request to anywhere. Everything in it goes through `eval.markup`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from itertools import groupby
from pathlib import Path

from eval.charts import over_time, standing
from eval.gate import RULE, Baseline, Figures, Verdict
from eval.history import Entry
from eval.markup import Html, join, tag
from eval.metrics import cells
from eval.misses import Miss, held_out, missed
from eval.run import Evaluation
from eval.tables import DETAILED, timing

CSP = "default-src 'none'; style-src 'unsafe-inline'"


@dataclass(frozen=True, slots=True)
class Report:
    """All that the page shows."""

    head: str
    evaluation: Evaluation
    figures: Figures
    judged: Sequence[Verdict]
    baseline: Baseline | None
    history: Sequence[Entry]


def write_page(path: Path, report: Report) -> None:
    """Write the page."""
    style = resources.files("eval").joinpath("page.css").read_text(encoding="utf-8")
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=CSP),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", "Kamerbron: how good it is"),
        tag("style", Html(style)),
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        "<!doctype html>\n" + tag("html", head, tag("body", _body(report)), lang="en"), encoding="utf-8"
    )


def _body(report: Report) -> Html:
    return tag(
        "main",
        tag("h1", "Kamerbron: how good it is"),
        tag("p", f"{report.head} {timing(report.evaluation)}"),
        _gate(report.judged),
        tag("h2", "Where the scores stand"),
        _legend(),
        standing(report.figures, report.baseline),
        tag("h2", "Over time"),
        tag(
            "p",
            "One point a baseline, and this run behind them where it differs. Questions are added in between: hold the mouse over a point to see how many there were.",
        ),
        tag("div", *(over_time(report.history, name) for name in report.figures), class_="multiples"),
        tag("h2", "By kind, language and split"),
        *(_kinds(report.evaluation, name) for name in DETAILED if name in report.figures),
        *_misses(report.evaluation),
    )


def _gate(judged: Sequence[Verdict]) -> Html:
    if not judged:
        return tag("p", "No baseline was given, so nothing was held.", class_="gate")
    fallen = [v for v in judged if v.fell]
    said = (
        f"The gate is closed: {len(fallen)} of {len(judged)} scores fell."
        if fallen
        else f"The gate is open: {len(judged)} scores held."
    )
    items = [tag("li", str(v)) for v in fallen]
    return tag(
        "div",
        tag("strong", said),
        " ",
        RULE,
        tag("ul", *items),
        class_="gate closed" if fallen else "gate open",
    )


def _legend() -> Html:
    keys = (("dev", "dev: was looked at"), ("test", "test: held out"), ("held", "the baseline"))
    return tag("p", *(tag("span", text, class_=f"key {name}") for name, text in keys), class_="legend")


def _kinds(evaluation: Evaluation, name: str) -> Html:
    made = cells(evaluation.questions, name)
    columns = [(x, s) for s in ("dev", "test") for x in ("nl", "en")]
    rows = [tag("tr", tag("th", name), *(tag("th", f"{x} {s}") for x, s in columns))]
    for kind in dict.fromkeys(k for k, _, _ in made):
        found = [made.get((kind, x, s)) for x, s in columns]
        shown = [
            tag("td", f"{f.mean:.2f} ", tag("small", f"{f.low:.2f}–{f.high:.2f}, n={f.n}"), style=f"--v:{f.mean:.2f}") if f else tag("td", "–")
            for f in found
        ]  # fmt: skip
        rows.append(tag("tr", tag("td", kind), *shown))
    return tag("table", *rows)


def _misses(evaluation: Evaluation) -> list[Html]:
    found = sorted(missed(evaluation), key=lambda m: (m.gold.kind, m.gold.id))
    dev = sum(g.split == "dev" for g in evaluation.golds)
    lost, held = held_out(evaluation.questions)
    said = f"{len(found)} of {dev} development questions. Of the {held} held-out questions {lost} were missed; they are not shown, so that nobody tunes on them."
    out = [tag("h2", "Missed questions"), tag("p", said)]
    for kind, group in groupby(found, key=lambda m: m.gold.kind):
        members = list(group)
        out.append(tag("details", tag("summary", f"{kind}: {len(members)}"), *map(_miss, members)))
    return out


def _miss(miss: Miss) -> Html:
    asked = [
        p
        for turn in miss.gold.history
        for p in (tag("p", turn[0], class_="turn"), tag("p", turn[1], class_="turn"))
    ]
    wrong = [
        tag("li", tag("b", name), f" {score.value:.2f}: {score.explanation}")
        for name, score in miss.scores.items()
    ]
    return tag(
        "article",
        *asked,
        tag("h3", miss.gold.question, " ", tag("small", f"{miss.gold.id}, {miss.gold.lang}")),
        tag("div", tag("div", tag("h4", "Expected"), _list(miss.expected)), tag("div", tag("h4", "Given"), _list(miss.given)), class_="sides"),
        tag("ul", *wrong, class_="wrong"),
    )  # fmt: skip


def _list(items: Sequence[str]) -> Html:
    return tag("ul", *(tag("li", item) for item in items)) if items else join("nothing")
