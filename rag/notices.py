"""What a reader is told beside an answer: how the question was understood, what was left out, what changed since."""

from __future__ import annotations

from collections.abc import Sequence

from rag.changes import Change
from rag.filters import Filters
from rag.models.llm import ChatModel
from rag.prose.generate import Written
from rag.question import Question
from rag.quotes import Chosen
from rag.store.index import Index
from rag.text.reading import as_read
from rag.types import Citation, Language
from rag.wording import say
from rag.words.periods import years_of

NAMED = 4  # undated documents that are named; of more, how many they are


def before(index: Index, question: Question, typed: str, filters: Filters) -> list[str]:
    """What is known before there is an answer."""
    out = [index.rebuilt] if index.rebuilt else []
    if question.text != typed:
        out.append(say("understood_as", question.language, question=question.text))
    undated = _undated(index, filters)
    if undated:
        out.append(say("no_date", question.language, documents=_listed(undated, question.language)))
    return out


def _undated(index: Index, filters: Filters) -> list[str]:
    """The titles of documents that only their missing date keeps out."""
    if not (filters.since or filters.until):
        return []
    whenever = Filters(
        filters.roles, filters.senders, filters.kinds, filters.dossiers, filters.documents
    ).documents_of(index.descriptions)
    names = index.descriptions if whenever is None else whenever
    return [index.descriptions[n].title for n in names if index.descriptions[n].date is None]


def _listed(titles: Sequence[str], language: Language) -> str:
    said = [f"«{title}»" for title in titles[:NAMED]]
    if len(titles) > NAMED:
        said.append(say("and_more", language, count=len(titles) - NAMED))
    return ", ".join(said)


def outside(filters: Filters, language: Language) -> str:
    """That no document of the dates asked for says it, though others do."""
    return say("outside_dates", language, since=filters.since or "…", until=filters.until or "…")


def of_model(written: Written, model: ChatModel, language: Language) -> list[str]:
    """What a reader is told of a model's answer."""
    out = [say("mode_llm", language, model=model.name)]
    if written.left_out:
        out.append(say("left_out", language, count=written.left_out))
    if written.unchecked:
        out.append(say("unchecked_some", language, count=written.unchecked))
    if written.cut_short:
        out.append(say("cut_short", language, reason=written.cut_short.why(language)))
    return out


def of_years(index: Index, question: Question, citations: Sequence[Citation]) -> list[str]:
    """That no quotation, nor what its document is called or dated, speaks of a year that was asked about: it may be of another."""
    if not question.years or not citations:
        return []
    described = (index.descriptions[c.document] for c in citations)
    read = [
        *(as_read(index.text(c.document), c.start, c.end) for c in citations),
        *(f"{d.title} ; {d.date or ''}" for d in described),
    ]
    asked = years_of(question.text)
    if any(years_of(text) & asked for text in read):
        return []
    return [say("no_year", question.language, years=", ".join(map(str, question.years)))]


def of_changes(
    index: Index, changes: Sequence[Change], citations: Sequence[Citation], language: Language
) -> list[str]:
    """One line a change, with both documents and both periods; a change that is not quoted is not told."""
    out = []
    for change in changes:
        by = _place(index, change.by, citations, language)
        of = _place(index, change.of, citations, language) if change.of else ""
        if by:
            said = say(change.kind, language, by=by, of=of) if of else say("changes_itself", language, by=by)
            periods = (
                say("was_is", language, old=change.old, new=change.new) if change.old and change.new else ""
            )
            out.append(f"{said}{periods}.")
    return out


def _place(index: Index, item: Chosen, citations: Sequence[Citation], language: Language) -> str:
    """[2] («Title», 2024-05-01); nothing where it is not quoted."""
    document = item.passage.document
    cited = [c.id for c in citations if c.document == document and c.start == item.sentence.start]
    description = index.descriptions[document]
    said = f"(«{description.title}», {description.date or say('undated', language)})"
    return f"[{cited[0]}] {said}" if cited else ""
