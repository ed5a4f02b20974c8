"""Gold lines -> questions with what an answer must hold. A line that its document does not bear out is refused, by number."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, get_args

from rag.errors import GoldError

Kind = Literal["fact", "amount", "commitment", "demand", "attribution", "temporal", "multi", "unanswerable"]
FOLDER = Path(__file__).parent / "gold"


@dataclass(frozen=True, slots=True)
class Gold:
    """One question with what counts as its answer; `documents` are file stems, any of which may hold the evidence."""

    id: str
    lang: str
    kind: Kind
    question: str
    documents: tuple[str, ...]
    evidence: tuple[str, ...]
    facts: tuple[tuple[str, ...], ...]
    history: tuple[tuple[str, str], ...]
    split: str
    act: str | None
    role: str | None
    pair: str  # what the Dutch and the English form of one question share; its own id where it has no other form

    @property
    def answerable(self) -> bool:
        """Whether the documents hold an answer."""
        return self.kind != "unanswerable"


def fold(text: str) -> str:
    """A text as evidence is compared: white space, hyphens and soft hyphens removed, case folded."""
    return re.sub(r"[\s\-\u00ad\u2010\u2011]+", "", text).casefold()


def read_gold(path: Path, text_of: Callable[[str], str | None]) -> list[Gold]:
    """Every line of a file, or of every file of a folder; raises GoldError naming the line.

    `text_of` gives the text of the indexed document with a file stem, or None where the index lacks it.
    """
    found: list[Gold] = []
    seen: dict[str, str] = {}
    for where, line in _lines(path):
        gold = _parse(line, where, text_of)
        if gold.id in seen:
            raise GoldError(f"{where}: the id «{gold.id}» stands in {seen[gold.id]} too.")
        seen[gold.id] = where
        found.append(gold)
    return found


def asked(path: Path) -> list[str]:
    """Every question of a file or folder, without a look at its evidence; raises GoldError naming the line."""
    questions = []
    for where, line in _lines(path):
        try:
            questions.append(str(json.loads(line)["question"]))
        except (ValueError, KeyError, TypeError) as error:
            raise GoldError(f"{where}: not a gold line ({type(error).__name__}: {error}).") from error
    return questions


def _lines(path: Path) -> Iterator[tuple[str, str]]:
    """Where a line stands, and the line; empty ones are left out."""
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    if not files:
        raise GoldError(f"{path}: there is no .jsonl file there.")
    for file in files:
        try:
            text = file.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise GoldError(f"{file}: cannot be read ({error}).") from error
        for number, line in enumerate(text.split("\n"), 1):  # splitlines() also splits inside JSON strings
            if line.strip():
                yield f"{file.name}, line {number}", line


def _parse(line: str, where: str, text_of: Callable[[str], str | None]) -> Gold:
    try:
        row: dict[str, Any] = json.loads(line)
        documents = tuple(row.get("docs") or ([row["doc"]] if row["doc"] else []))
        gold = Gold(
            id=str(row["id"]),
            lang=row["lang"],
            kind=row["kind"],
            question=str(row["question"]),
            documents=documents,
            evidence=tuple(str(e) for e in _list(row["evidence"])),
            facts=tuple(tuple(str(a) for a in _list(fact)) for fact in _list(row["facts"])),
            history=tuple((str(t["question"]), str(t["answer"])) for t in _list(row.get("history", []))),
            split=row.get("split", "dev"),
            act=row.get("act"),
            role=row.get("role"),
            pair=str(row.get("pair") or row["id"]),
        )
        if row.get("draft"):
            raise GoldError(
                f"{where}: still a draft. Review it (eval/gold/README.md), then take «draft» out."
            )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise GoldError(f"{where}: not a gold line ({type(error).__name__}: {error}).") from error
    _check(gold, where, text_of)
    return gold


def _list(value: Any) -> list[Any]:
    """A list as it is: a text in its place would be read letter by letter."""
    if not isinstance(value, list):
        raise TypeError(f"«{value!s:.40}» is not a list")
    return value


def _check(gold: Gold, where: str, text_of: Callable[[str], str | None]) -> None:
    if gold.lang not in ("nl", "en") or gold.kind not in get_args(Kind):
        raise GoldError(f"{where}: unknown lang «{gold.lang}» or kind «{gold.kind}».")
    if gold.split not in ("dev", "test"):
        raise GoldError(f"{where}: unknown split «{gold.split}»; dev or test.")
    if not gold.question.strip() or not all(fact and all(fact) for fact in gold.facts):
        raise GoldError(f"{where}: an empty question, or a fact without a spelling.")
    if gold.answerable != bool(gold.evidence):
        raise GoldError(f"{where}: a question has evidence, or is unanswerable; not both and not neither.")
    texts = {stem: text_of(stem) for stem in gold.documents}
    for stem, text in texts.items():
        if text is None:
            raise GoldError(f"{where}: the index has no document «{stem}».")
    folded = [fold(t) for t in texts.values() if t is not None]
    for evidence in gold.evidence:
        if len(fold(evidence)) < 8 or not any(fold(evidence) in t for t in folded):
            raise GoldError(f"{where}: the evidence «{evidence[:60]}» is not in {', '.join(gold.documents)}.")
