"""What readers thought of answers -> draft gold lines for a person to review.

A draft is no gold: the loader refuses it until somebody has read the document, mended the line and taken «draft» out.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import Any

from eval.gold import Kind
from rag.errors import GoldError
from rag.feedback import Kept
from rag.question import understand


def drafts(kept: Sequence[Kept], asked: Sequence[str]) -> list[dict[str, Any]]:
    """A line a question that was not asked in the gold yet; the last verdict on a question stands."""
    known = {_key(question) for question in asked}
    last = {_key(k.answer["question"]): k for k in kept}
    return [_draft(k, number) for number, (key, k) in enumerate(last.items(), 1) if key not in known]


def _draft(kept: Kept, number: int) -> dict[str, Any]:
    answer = kept.answer
    good = kept.verdict == "up"
    refused = answer["status"] == "refused"
    quotes = [c["quote"] for c in answer["citations"]] if good else []
    stems = list(dict.fromkeys(PurePath(c["document"]).stem for c in answer["citations"])) if good else []
    line: dict[str, Any] = {
        "id": f"use-{kept.at[:10]}-{number}",
        "lang": answer["question_language"],
        "kind": "unanswerable" if good and refused else _kind(answer["question"]),
        "question": answer["question"],
        "doc": stems[0] if stems else None,
        "evidence": quotes,
        "facts": [],
        "draft": True,
        "review": {
            "verdict": kept.verdict,
            "comment": kept.comment,
            "at": kept.at,
            "given": [answer["refusal"]["message"]] if refused else [s["text"] for s in answer["statements"]],
        },
    }
    return line | {"docs": stems} if len(stems) > 1 else line


def _kind(question: str) -> Kind:
    """What a question seems to ask for; the reviewer decides."""
    asked = understand(question)
    if "amount" in asked.asks:
        return "amount"
    if "date" in asked.asks:
        return "temporal"
    return "commitment" if "commitment" in asked.acts else "demand" if "demand" in asked.acts else "fact"


def _key(question: str) -> str:
    return " ".join(question.casefold().split()).rstrip(" ?.!")


def write_drafts(path: Path, lines: Sequence[dict[str, Any]]) -> None:
    """Write a new file; raises GoldError where there is one, whose review would be lost."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.writelines(as_text(lines))
    except FileExistsError as error:
        raise GoldError(f"{path} is there already. Give another name, or move it away.") from error


def as_text(lines: Sequence[dict[str, Any]]) -> list[str]:
    """The lines as a gold file has them."""
    return [json.dumps(line, ensure_ascii=False) + "\n" for line in lines]
