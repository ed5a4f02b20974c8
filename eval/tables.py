"""Figures -> Markdown: the table of the README and of the terminal, the report of a pull request. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from eval.gate import RULE, Figures, Verdict
from eval.metrics import GROUPS, Figure, Question, cells, gaps, latencies, shown
from eval.run import Evaluation

DETAILED = (
    "Success@5",
    "evidence in answer",
    "facts in answer",
    "answerable answered",
    "unanswerable refused",
)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; the first column is text, the others are figures."""
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def cell(text: str) -> str:
    """Text of a question or a document as Markdown that says nothing but that: one line, marks escaped."""
    return re.sub(r"([\\`*_{}\[\]<>|#~!&$])", r"\\\1", " ".join(text.split()))


def results(figures: Figures, evaluation: Evaluation) -> str:
    """The scores by language and split, the interval of all together, and n: what the README shows."""
    rows = []
    for name, by_group in figures.items():
        every = by_group.get("all")
        means = [f"{by_group[g].mean:.3f}" if g in by_group else "–" for g in GROUPS]
        rows.append([name, *means, span(every), str(every.n if every else 0)])
    median = shown(evaluation.lines)
    said = "" if median is None else f"\n\nStatements an answer: median {median:g}."
    return table(["score", *GROUPS, "95%", "n"], rows) + said


def span(figure: Figure | None) -> str:
    """An interval as it is written."""
    return "–" if figure is None else f"{figure.low:.2f}–{figure.high:.2f}"


def timing(evaluation: Evaluation) -> str:
    """A line on how long answers took; a machine's figure, so no part of the table."""
    measured = latencies(evaluation.lines)
    return "" if measured is None else f"Latency: median {measured[0]:.0f} ms, p95 {measured[1]:.0f} ms."


def gap_table(questions: Sequence[Question], names: Sequence[str]) -> str:
    """Dutch less English over complete pairs, with its interval."""
    rows = [
        [n, f"{f.mean:+.3f}", f"{f.low:+.2f} to {f.high:+.2f}", str(f.n)]
        for n, f in gaps(questions, names).items()
    ]
    return table(["score", "Dutch − English", "95%", "pairs"], rows)


def kind_table(questions: Sequence[Question], name: str) -> str:
    """One score by kind, language and split, each with n."""
    made = cells(questions, name)
    columns = [(x, s) for s in ("dev", "test") for x in ("nl", "en")]
    rows = []
    for kind in dict.fromkeys(k for k, _, _ in made):
        found = [made.get((kind, x, s)) for x, s in columns]
        rows.append([kind, *(f"{f.mean:.2f} ({span(f)}, n={f.n})" if f else "–" for f in found)])
    return table([name, *(f"{x} {s}" for x, s in columns)], rows)


def verdicts(judged: Sequence[Verdict]) -> str:
    """What the gate says, a line each score that fell."""
    fallen = [v for v in judged if v.fell]
    if not judged:
        return "No baseline was given."
    if not fallen:
        return f"The gate is open: {len(judged)} scores held. {RULE}"
    return "\n".join([f"**The gate is closed.** {RULE}", "", *(f"- {v}" for v in fallen)])


def report(head: str, figures: Figures, evaluation: Evaluation, judged: Sequence[Verdict]) -> str:
    """The Markdown of a pull request's comment: the gate, the table, and the rest to unfold."""
    asked = evaluation.questions
    parts = [
        head,
        results(figures, evaluation),
        verdicts(judged),
        _folded("Dutch and English", gap_table(asked, list(figures))),
        *(_folded(f"{name} by kind", kind_table(asked, name)) for name in DETAILED if name in figures),
    ]
    return "\n\n".join(parts) + "\n"


def side_by_side(columns: Mapping[str, Evaluation], figures: Mapping[str, Figures]) -> str:
    """Several models over the same questions, a column each."""
    names = list(dict.fromkeys(name for made in figures.values() for name in made))
    rows = []
    for name in names:
        found = [made.get(name, {}).get("all") for made in figures.values()]
        if any(found):
            rows.append([name, *("–" if f is None else f"{f.mean:.3f} ({span(f)})" for f in found)])
    rows.append(["answers in prose", *(_prose(e) for e in columns.values())])
    rows.append(["statements, median", *(f"{shown(e.lines) or 0:g}" for e in columns.values())])
    rows.append(["latency, median and p95, ms", *(_ms(e) for e in columns.values())])
    rows.append(["questions", *(str(len(e.lines)) for e in columns.values())])
    return table(["score", *(cell(name) for name in columns)], rows)


def _prose(evaluation: Evaluation) -> str:
    answered = [line["answer"] for line in evaluation.lines if line["answer"]["status"] != "refused"]
    return f"{sum(a['mode'] == 'llm' for a in answered)} of {len(answered)}"


def _ms(evaluation: Evaluation) -> str:
    measured = latencies(evaluation.lines)
    return "–" if measured is None else f"{measured[0]:.0f}, {measured[1]:.0f}"


def _folded(title: str, body: str) -> str:
    return f"<details><summary>{title}</summary>\n\n{body}\n\n</details>"
