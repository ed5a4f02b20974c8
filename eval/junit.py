"""The verdicts and the questions as JUnit XML, for a CI's own display.

Only the gate fails: a question that was missed is shown as skipped, with what was expected and what was given, for
which questions are missed changes with every improvement. Held-out questions are counted and not shown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

from eval.gate import Verdict
from eval.misses import Miss, missed
from eval.run import Evaluation

_NOT_XML = re.compile(
    "[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]"
)  # XML 1.0 has no place for these


def write_junit(path: Path, evaluation: Evaluation, judged: Sequence[Verdict]) -> None:
    """Write one file with two suites: the gate, and the questions of the development split."""
    root = ElementTree.Element("testsuites", name="kamerbron evaluation")
    _gate(root, judged)
    _questions(root, evaluation)
    ElementTree.indent(root)
    path.parent.mkdir(parents=True, exist_ok=True)
    ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


def _gate(root: ElementTree.Element, judged: Sequence[Verdict]) -> None:
    fallen = sum(v.fell for v in judged)
    suite = _sub(root, "testsuite", name="gate", tests=str(len(judged)), failures=str(fallen), errors="0")
    for verdict in judged:
        case = _sub(suite, "testcase", classname=f"gate.{verdict.group}", name=verdict.score)
        if verdict.fell:
            _sub(case, "failure", message=str(verdict), type="fall")


def _questions(root: ElementTree.Element, evaluation: Evaluation) -> None:
    misses = {m.gold.id: m for m in missed(evaluation)}
    rows = [(g, line) for g, line in zip(evaluation.golds, evaluation.lines, strict=True) if g.split == "dev"]
    skipped = sum(g.id in misses for g, _ in rows)
    suite = _sub(
        root,
        "testsuite",
        name="questions",
        tests=str(len(rows)),
        failures="0",
        errors="0",
        skipped=str(skipped),
    )
    for gold, line in rows:
        seconds = (line["latency_ms"]["retrieve"] + line["latency_ms"]["answer"]) / 1000
        case = _sub(
            suite,
            "testcase",
            classname=f"questions.{gold.kind}.{gold.lang}",
            name=gold.id,
            time=f"{seconds:.3f}",
        )
        if gold.id in misses:
            _sub(case, "skipped", message=_told(misses[gold.id]))


def _told(miss: Miss) -> str:
    wrong = "; ".join(f"{name}: {score.explanation}" for name, score in miss.scores.items())
    return f"{miss.gold.question} | expected: {' / '.join(miss.expected)} | given: {' / '.join(miss.given)} | {wrong}"


def _sub(parent: ElementTree.Element, tag: str, **attributes: str) -> ElementTree.Element:
    return ElementTree.SubElement(parent, tag, {k: _NOT_XML.sub("�", v) for k, v in attributes.items()})
