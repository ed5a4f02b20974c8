"""Answers, passages and documents as a terminal or a JSON reader sees them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from rag.date_notes import date_note
from rag.fetch import Got
from rag.ingest import Report
from rag.question import Question
from rag.retrieve import Retrieved
from rag.store.index import Index
from rag.text.sentences import joined
from rag.types import Answer, Citation, Language, Statement
from rag.wording import introduction, label, say

_COLOUR = {
    "new": "green",
    "changed": "yellow",
    "unchanged": "dim",
    "removed": "magenta",
    "refused": "red",
    "there": "dim",
}


MOST = 200  # documents up to which each has its line in a table

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def _inert(text: str) -> str:
    """A document's text for a terminal: no escape sequence and no change of direction gets through."""
    return _CONTROL.sub("", text)


def _text(text: str, style: str = "") -> Text:
    return Text(_inert(text), style)


def print_answer(console: Console, answer: Answer) -> None:
    """An answer for a person: each quotation under a line that says who and which act, the sources below."""
    language = answer.question_language
    for notice in answer.notices:
        console.print(_text(notice, "dim"))
    if answer.refusal is not None:
        console.print(_text(answer.refusal.message, "bold"))
        if answer.refusal.missing_terms:
            console.print(_text(say("nowhere", language, terms=", ".join(answer.refusal.missing_terms))))
        _print_nearest(console, answer)
        return
    for statement in answer.statements:
        console.print()
        if answer.mode == "llm":
            _print_written(console, answer, statement)
        else:
            _print_quotation(console, answer, answer.cited(statement))
    console.print()
    console.print(_text(say("sources", language), "bold"))
    for document in dict.fromkeys(c.document for c in answer.citations):
        console.print(
            _text(_source([c for c in answer.citations if c.document == document], answer.question_language))
        )


def _print_quotation(console: Console, answer: Answer, cited: Sequence[Citation], indent: str = "  ") -> None:
    """A quotation under the line that says who and which act."""
    first, language = cited[0], answer.question_language
    line = introduction(first.sender, first.role, first.speech_act, first.title, first.date, language)
    act = f"({label(first.role, first.speech_act, language)})"
    console.print(Text.assemble(indent[2:], (f"{_inert(line)} ", "cyan"), (act, "dim")))
    quoted = _inert(" ".join(answer.reading(c) for c in cited))
    console.print(Text.assemble(f"{indent}“{quoted}” ", ("".join(f"[{c.id}]" for c in cited), "bold")))


def _print_written(console: Console, answer: Answer, statement: Statement) -> None:
    """A model's sentence, what it failed, and below it the quotations that carry it, each with its own act.

    No act is said of the sentence itself: it is nobody's but the model's.
    """
    cited = answer.cited(statement)
    console.print(Text.assemble(_inert(statement.text), " ", ("".join(f"[{c.id}]" for c in cited), "bold")))
    failed = "; ".join(f"{c.name} ({c.detail})" for c in statement.checks if not c.passed)
    if failed:
        console.print(_text(say("unchecked", answer.question_language, checks=failed), "bold red"))
    for citation in cited:
        _print_quotation(console, answer, [citation], indent="    ")


def _source(citations: Sequence[Citation], language: Language) -> str:
    """One document with the places of every citation in it."""
    first = citations[0]
    note = f" – {date_note(first.date_note, language)}" if first.date_note else ""
    places = ", ".join(f"[{c.id}] {c.start}–{c.end}" for c in citations)
    dossier = f"; Kamerstuk {', '.join(first.dossier)}" if first.dossier else ""
    senders = "; ".join(dict.fromkeys(c.sender or "–" for c in citations))
    when = f"{first.date or say('undated', language)}{note}{dossier}"
    return (
        f"  {first.title}. {senders}, {when}.\n      {first.document}, {say('characters', language)} {places}"
    )


def _print_nearest(console: Console, answer: Answer) -> None:
    if not answer.passages:
        return
    console.print()
    console.print(_text(say("nearest", answer.question_language)))
    for passage in answer.passages[:3]:
        console.print(
            _text(
                f"  {passage.document}, {say('characters', answer.question_language)} {passage.start}–{passage.end}"
            )
        )


def print_search(
    console: Console, index: Index, question: Question, retrieved: Retrieved, explain: bool
) -> None:
    """The ranked passages; with `explain` also what each word of the question was widened to."""
    if explain:
        for concept in question.concepts:
            said = ", ".join(f"{' + '.join(t)} ({w:.2f})" for t, w in concept.alternatives)
            console.print(
                Text.assemble((f"{concept.label} ", "bold"), (f"×{concept.weight:.2f}  ", "dim"), said)
            )
        console.print()
    for rank, found in enumerate(retrieved.passages, 1):
        passage = found.passage
        place = f"{passage.document} {passage.start}–{passage.end}"
        console.print(
            Text.assemble(
                (f"{rank:2}. ", "bold"),
                f"{found.score:.3f}  ",
                (place, "cyan"),
                f"  {_inert(passage.heading)}",
            )
        )
        text = joined(index.text(passage.document)[passage.start : passage.end])
        console.print(_text(f"    {text[:220]}{'…' if len(text) > 220 else ''}"))
        if explain:
            console.print(_text(f"    matched: {', '.join(found.matched) or '–'}", "dim"))


def search_json(index: Index, question: Question, retrieved: Retrieved, explain: bool) -> dict[str, Any]:
    """The ranked passages with their text."""
    passages = []
    for rank, found in enumerate(retrieved.passages, 1):
        passage = found.passage
        entry: dict[str, Any] = {
            "document": passage.document, "start": passage.start, "end": passage.end, "score": found.score, "rank": rank,
            "heading": passage.heading, "text": index.text(passage.document)[passage.start : passage.end],
        }  # fmt: skip
        if explain:
            entry["matched"] = list(found.matched)
        passages.append(entry)
    result: dict[str, Any] = {
        "question": question.text,
        "question_language": question.language,
        "passages": passages,
    }
    if explain:
        result["concepts"] = [
            {
                "label": c.label,
                "weight": c.weight,
                "alternatives": [{"terms": list(t), "weight": round(w, 3)} for t, w in c.alternatives],
            }
            for c in question.concepts
        ]
    return result


def ingest_table(report: Report) -> Table:
    """What was read, skipped or refused, and why. Of very many, those that there is something to say of, and a count."""
    lines = report.lines
    if len(lines) > MOST:
        lines = tuple(line for line in lines if line.why and line.verdict != "removed")[:MOST]
    table = Table("document", "verdict", "passages", "why", box=None, pad_edge=False)
    for line in lines:
        table.add_row(
            _text(line.name),
            _text(line.verdict, _COLOUR[line.verdict]),
            str(line.passages or ""),
            _text(line.why),
        )
    if len(report.lines) > MOST:
        counts = Counter(line.verdict for line in report.lines)
        said = ", ".join(f"{n} {verdict}" for verdict, n in counts.items())
        table.add_row(
            _text(f"{len(report.lines)} in all"), _text(said), str(sum(x.passages for x in report.lines)), ""
        )
    return table


def fetch_table(got: Sequence[Got]) -> Table:
    """What was fetched, was there, or could not be had."""
    table = Table("document", "verdict", "title", "why", box=None, pad_edge=False)
    for each in got:
        table.add_row(
            _text(each.name), _text(each.verdict, _COLOUR[each.verdict]), _text(each.title), _text(each.why)
        )
    return table


def documents_table(index: Index) -> Table:
    """What is in the index, a line a document."""
    counts = index.catalogue.passage_counts()
    table = Table("document", "title", "sender", "role", "kind", "date", "passages", box=None, pad_edge=False)
    for name, d in index.descriptions.items():
        row = (name, d.title, d.sender or "–", d.role or "–", d.kind, d.date or "–", str(counts.get(name, 0)))
        table.add_row(*(_text(cell) for cell in row))
    return table


def documents_json(index: Index) -> list[dict[str, Any]]:
    """What is in the index."""
    counts = index.catalogue.passage_counts()
    return [
        {
            "document": name, "title": d.title, "sender": d.sender, "role": d.role, "kind": d.kind, "date": d.date,
            "date_note": d.date_note, "dossier": list(d.dossier), "language": d.language, "url": d.url,
            "found": list(d.found), "passages": counts.get(name, 0),
        }
        for name, d in index.descriptions.items()
    ]  # fmt: skip
