"""What an export says, before any format: parts with their notes, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.date_notes import spoken_date
from rag.export.source import inert, place, source
from rag.export.texts import text
from rag.types import Answer, Citation, Language, Receipt, Statement
from rag.wording import REFUSALS, about_mode, introduction, label


@dataclass(frozen=True, slots=True)
class Note:
    """A footnote: where a quotation comes from, its exact place, and the document's address where it has one."""

    number: int
    source: str
    place: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Quoted:
    """A quotation as it reads, under the line that says whose it is, with the numbers of its notes."""

    label: str
    introduction: str
    quotation: str
    notes: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """A statement of the answer: what a model wrote, if one did, and the quotations that carry it."""

    written: str
    quotations: tuple[Quoted, ...]
    warning: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """A whole export. `facts` are lines about the answer; `receipt` pairs a name with a value."""

    language: Language
    question: str
    facts: tuple[str, ...]
    refusal: tuple[str, ...]
    parts: tuple[Part, ...]
    notes: tuple[Note, ...]
    receipt_title: str
    receipt: tuple[tuple[str, str], ...]


def content(answer: Answer, language: Language, narrowed: Sequence[str] = (), asked: str = "") -> Content:
    """An answer as content; `narrowed` says what it was narrowed to, `asked` is the day as ISO 8601."""
    by = "by_model" if answer.mode == "llm" else "by_quotes"
    facts = [text("asked", language, day=spoken_date(asked[:10], language))] if asked else []
    facts.append(text(by, language, model=answer.model))
    facts += [text("narrowed", language, what=inert("; ".join(narrowed)))] if narrowed else []
    notices = [n for n in answer.notices if not about_mode(n, answer.question_language)]
    return Content(
        language,
        inert(answer.question),
        (*facts, *map(inert, notices)),
        _refusal(answer, language),
        tuple(_part(answer, statement, language) for statement in answer.statements),
        tuple(_note(c, language) for c in answer.citations),
        text("receipt", language),
        _receipt(answer.receipt, language),
    )


def _refusal(answer: Answer, language: Language) -> tuple[str, ...]:
    if answer.refusal is None:
        return ()
    lines = [text("refused", language, kind=REFUSALS[answer.refusal.kind][language]), answer.refusal.message]
    if answer.refusal.missing_terms:
        lines.append(text("nowhere", language, terms=", ".join(answer.refusal.missing_terms)))
    return tuple(map(inert, lines))


def _part(answer: Answer, statement: Statement, language: Language) -> Part:
    cited = answer.cited(statement)
    groups = [cited] if answer.mode == "quotes" else [[c] for c in cited]
    failed = "; ".join(
        f"{c.name} ({c.detail})" if c.detail else c.name for c in statement.checks if not c.passed
    )
    return Part(
        inert(statement.text) if answer.mode == "llm" else "",
        tuple(_quoted(answer, group, language) for group in groups if group),
        inert(text("failed_check", language, checks=failed)) if failed else "",
    )


def _quoted(answer: Answer, group: Sequence[Citation], language: Language) -> Quoted:
    first = group[0]
    return Quoted(
        label(first.role, first.speech_act, language),
        inert(introduction(first.sender, first.role, first.speech_act, first.title, first.date, language)),
        inert(" ".join(answer.reading(c) for c in group)),
        tuple(c.id for c in group),
    )


def _note(citation: Citation, language: Language) -> Note:
    url = citation.url if citation.url and citation.url.startswith(("https://", "http://")) else ""
    return Note(citation.id, source(citation, language), place(citation, language), inert(url))


def _receipt(receipt: Receipt, language: Language) -> tuple[tuple[str, str], ...]:
    rows = (
        ("index", receipt.index),
        ("embedding_model", receipt.embedding_model),
        ("llm", receipt.llm or text("none", language)),
        ("prompt", receipt.prompt or text("none", language)),
        ("version", receipt.version),
    )
    return tuple((text(key, language), inert(value)) for key, value in rows)
