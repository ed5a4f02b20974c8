"""The ask flow, top to bottom: what the command line, the app and the evaluation all call.

question → retrieve → quotes or generate → verify → Answer
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from rag import __version__
from rag.filters import Filters
from rag.generate import Written, write
from rag.index import Index, open_index, read_state
from rag.llm import ChatModel, Unavailable, choose_model
from rag.models import load_reranker
from rag.question import Question, check, understand
from rag.quotes import Chosen, choose
from rag.reading import as_read
from rag.refusal import judge
from rag.retrieve import Retrieved, retrieve
from rag.settings import Settings
from rag.types import Answer, Citation, Language, RankedPassage, Receipt, Refusal, Statement
from rag.verify import cite_sentence, fold
from rag.wording import say

Turn = tuple[str, str]  # an earlier question and its answer
SHOWN = 10  # passages listed with an answer


@dataclass(frozen=True, slots=True)
class Timing:
    """How long the two halves of an answer took, in milliseconds."""

    retrieve: float
    answer: float


@dataclass(slots=True)
class Assistant:
    """Answers questions over one index, several at once; notices when another process made a newer one."""

    settings: Settings
    _index: Index | None = field(default=None, repr=False)
    _opening: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def index(self) -> Index:
        """The current generation, opened again when there is a newer one.

        One thread opens it; meanwhile the others go on with the one before.
        """
        index = self._index
        if not self._current(index) and self._opening.acquire(blocking=index is None):
            try:
                if not self._current(self._index):
                    self._index = open_index(self.settings)
                index = self._index
            finally:
                self._opening.release()
        assert index is not None  # noqa: S101 - for the type checker: without one the lock was waited for
        return index

    def _current(self, index: Index | None) -> bool:
        state = read_state(self.settings.index_dir)
        return index is not None and state is not None and int(state["generation"]) == index.generation

    def ask(
        self,
        text: str,
        filters: Filters = Filters(),
        history: Sequence[Turn] = (),
        on_statement: Callable[[Statement], None] | None = None,
    ) -> Answer:
        """Answer one question; raises a KamerbronError that says what to do."""
        return self.ask_timed(text, filters, history, on_statement)[0]

    def ask_timed(
        self,
        text: str,
        filters: Filters = Filters(),
        history: Sequence[Turn] = (),
        on_statement: Callable[[Statement], None] | None = None,
    ) -> tuple[Answer, Timing]:
        """The same, with how long it took."""
        index = self.index
        begun = time.perf_counter()
        question = follow_up(check(text), history)
        retrieved = self._retrieve(index, question, filters)
        retrieved_at = time.perf_counter()
        answer = self._answer(index, question, retrieved, filters, on_statement)
        done = time.perf_counter()
        return answer, Timing((retrieved_at - begun) * 1000, (done - retrieved_at) * 1000)

    def search(self, text: str, k: int = SHOWN, filters: Filters = Filters()) -> tuple[Question, Retrieved]:
        """The ranked passages, before any answer is composed."""
        question = understand(text)
        return question, self._retrieve(self.index, question, filters, k)

    def _retrieve(self, index: Index, question: Question, filters: Filters, k: int = SHOWN) -> Retrieved:
        reranker = load_reranker(self.settings.reranker_model) if self.settings.reranker_model else None
        return retrieve(index, question, filters, k, reranker)

    def _answer(
        self,
        index: Index,
        question: Question,
        retrieved: Retrieved,
        filters: Filters,
        on_statement: Callable[[Statement], None] | None,
    ) -> Answer:
        chosen = choose(question, retrieved, index.described, filters.roles)
        refusal = judge(index, question, retrieved, chosen, filters)
        notices = [index.rebuilt] if index.rebuilt else []
        model = choose_model(self.settings)
        if refusal is None and isinstance(model, ChatModel):
            written = write(model, self.settings, index, question, retrieved, on_statement)
            if not isinstance(written, Unavailable):
                notices += _told(written, model, question.language)
                return self._compose(
                    index,
                    question,
                    retrieved,
                    written.statements,
                    written.citations,
                    None,
                    notices,
                    model,
                    written.prompt,
                )
            model = written
        if isinstance(model, Unavailable):
            notices.append(say("mode_quotes", question.language, why=model.why(question.language)))
        statements, citations = quote(index, [] if refusal else chosen)
        if not refusal and _uncommitted(question, citations):
            notices.append(say("no_commitment", question.language))
        if on_statement is not None:
            for statement in statements:
                on_statement(statement)
        return self._compose(index, question, retrieved, statements, citations, refusal, notices)

    def _compose(
        self,
        index: Index,
        question: Question,
        retrieved: Retrieved,
        statements: Sequence[Statement],
        citations: Sequence[Citation],
        refusal: Refusal | None,
        notices: Sequence[str],
        model: ChatModel | None = None,
        prompt: str | None = None,
    ) -> Answer:
        ranked = tuple(
            RankedPassage(f.passage.document, f.passage.start, f.passage.end, f.score, rank)
            for rank, f in enumerate(retrieved.passages[:SHOWN], 1)
        )
        partial = bool(statements) and _uncommitted(question, citations)
        return Answer(
            question=question.text,
            question_language=question.language,
            mode="llm" if model else "quotes",
            model=model.name if model else None,
            status="refused" if refusal or not statements else "partial" if partial else "answered",
            refusal=refusal
            or (None if statements else Refusal("not_in_corpus", say("not_in_corpus", question.language))),
            statements=tuple(statements),
            citations=tuple(citations),
            passages=ranked,
            receipt=Receipt(
                index.digest, index.model.name, model.name if model else None, prompt, __version__
            ),
            notices=tuple(notices),
            readings=tuple(as_read(index.text(c.document), c.start, c.end) for c in citations),
        )


def _told(written: Written, model: ChatModel, language: Language) -> list[str]:
    """What a reader is told of a model's answer."""
    notices = [say("mode_llm", language, model=model.name)]
    if written.left_out:
        notices.append(say("left_out", language, count=written.left_out))
    if written.cut_short:
        notices.append(say("cut_short", language, reason=written.cut_short))
    return notices


def quote(index: Index, chosen: Sequence[Chosen]) -> tuple[list[Statement], list[Citation]]:
    """Statements that are quotations: one a sentence; a sentence that cannot be quoted whole is not quoted."""
    statements: list[Statement] = []
    citations: list[Citation] = []
    for item in chosen:
        document = item.passage.document
        description = index.descriptions[document]
        made = cite_sentence(len(citations) + 1, document, item.sentence, description, index.text)
        if made:
            citations += made
            statements.append(Statement(fold(" ".join(c.quote for c in made)), tuple(c.id for c in made)))
    return statements, citations


def _uncommitted(question: Question, citations: Sequence[Citation]) -> bool:
    """Whether a promise was asked about and none is cited."""
    return "commitment" in question.acts and not any(c.speech_act == "commitment" for c in citations)


def follow_up(text: str, history: Sequence[Turn]) -> Question:
    """The question understood; what it leaves out is taken from the question before it."""
    question = understand(text)
    if not history:
        return question
    from rag.conversation import completed  # noqa: PLC0415 - only conversations need it

    return understand(completed(text, [q for q, _ in history]))
