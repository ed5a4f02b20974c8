"""The ask flow, top to bottom: what the command line, the app and the evaluation all call.

question → retrieve → quotes or generate → verify → Answer

Any number of threads may ask at once. What is computed they do in turn, so that none waits much longer than the others;
nothing is held while a language model writes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from threading import Lock

from rag import notices
from rag.casing import as_written
from rag.changes import Change, find_changes
from rag.conversation import completed
from rag.draft import SHOWN, Draft
from rag.filters import Filters
from rag.injection import without_orders
from rag.models.crossencoders import load_entailment, load_reranker, receipt_digest
from rag.models.llm import ChatModel, Unavailable, choose_model
from rag.prose import rewrite
from rag.prose.generate import Writer, Written
from rag.question import Question, check, understand
from rag.quotes import Candidates, among, in_reading_order
from rag.refusal import Judged, judge, weigh
from rag.retrieve import Retrieved, retrieve
from rag.settings import Settings
from rag.similarity import expect
from rag.store.generations import read_state
from rag.store.index import Index, open_index
from rag.turns import Turns
from rag.types import Answer, Found, Refusal, Statement
from rag.wording import say

Turn = tuple[str, str]  # an earlier question and its answer
AT_ONCE = 1  # questions that are computed at once: two take turns at the interpreter's lock, and both longer
AT_ONCE_SERVER = 4  # where a server of vectors is waited for, others are computed meanwhile
REMEMBERED = 500  # questions whose search terms by a model are kept


@dataclass(frozen=True, slots=True)
class Timing:
    """How long the two halves of an answer took, in milliseconds."""

    retrieve: float
    answer: float


@dataclass(frozen=True, slots=True)
class Asked:
    """A question on its way to an answer, with all that it is answered from."""

    index: Index
    question: Question
    filters: Filters
    retrieved: Retrieved
    model: ChatModel | Unavailable
    unchecked: bool = False


@dataclass(slots=True)
class Assistant:
    """Answers questions over one index, several at once; notices when another process made a newer one."""

    settings: Settings
    _index: Index | None = field(default=None, repr=False)
    _opening: Lock = field(default_factory=Lock, repr=False)
    _turns: Turns = field(init=False, repr=False)
    _terms: dict[tuple[ChatModel, str], tuple[str, ...]] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        self._turns = Turns(AT_ONCE_SERVER if self.settings.chroma_url else AT_ONCE)

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
        return index is not None and state is not None and state.generation == index.generation

    def ask(
        self,
        text: str,
        filters: Filters = Filters(),
        history: Sequence[Turn] = (),
        on_statement: Callable[[Statement], None] | None = None,
        unchecked: bool = False,
    ) -> Answer:
        """Answer one question; raises a KamerbronError that says what to do.

        `on_statement` is given each statement as soon as it stands. With `unchecked`, a model's statements that fail
        a check are shown too, each with the check that it failed.
        """
        return self.ask_timed(text, filters, history, on_statement, unchecked)[0]

    def ask_timed(
        self,
        text: str,
        filters: Filters = Filters(),
        history: Sequence[Turn] = (),
        on_statement: Callable[[Statement], None] | None = None,
        unchecked: bool = False,
    ) -> tuple[Answer, Timing]:
        """The same, with how long it took."""
        index, text = self.index, check(text)
        begun = time.perf_counter()
        model = choose_model(self.settings)
        question = self._understood(index, text, history, model)
        expect(question.written)
        with self._turns.take():
            retrieved = self._retrieve(index, question, filters)
        retrieved_at = time.perf_counter()
        draft = Draft(index, question, receipt_digest(index.digest, self.settings), on_statement)
        draft.notices += notices.before(index, question, text, filters)
        answer = self._answer(Asked(index, question, filters, retrieved, model, unchecked), draft)
        done = time.perf_counter()
        return answer, Timing((retrieved_at - begun) * 1000, (done - retrieved_at) * 1000)

    def search(self, text: str, k: int = SHOWN, filters: Filters = Filters()) -> tuple[Question, Retrieved]:
        """The ranked passages, before any answer is composed."""
        index = self.index
        question = self._understood(index, check(text), (), choose_model(self.settings))
        with self._turns.take():
            return question, self._retrieve(index, question, filters, k)

    # -- the question ---------------------------------------------------------------------------------------------

    def _completed(self, text: str, history: Sequence[Turn], model: ChatModel | Unavailable) -> str:
        """A follow-up as a question of its own: by the model where there is one, else by rules."""
        if not history:
            return text
        said = None
        if isinstance(model, ChatModel):
            said = rewrite.whole_question(model, self.settings, text, history)
        return said or completed(text, [q for q, _ in history])

    def _understood(
        self, index: Index, text: str, history: Sequence[Turn], model: ChatModel | Unavailable
    ) -> Question:
        """The question read; an English one also with the Dutch search terms of the model, where there is one."""
        with self._turns.take():
            written = as_written(text, index)
            turns = [(as_written(q, index), a) for q, a in history]
        whole = self._completed(written, turns, model)
        question = understand(text if whole == written else whole, written=whole)
        if question.language != "en" or not isinstance(model, ChatModel) or "nl" not in index.languages:
            return question
        terms = self._terms.get((model, question.text))
        if terms is None:
            terms = rewrite.dutch_terms(model, self.settings, question.text)
            if terms is None:  # not kept: the next time the model may answer
                return question
            if len(self._terms) >= REMEMBERED:
                self._terms.clear()
            self._terms[model, question.text] = terms
        return rewrite.with_terms(question, terms, index)

    def _retrieve(self, index: Index, question: Question, filters: Filters, k: int = SHOWN) -> Retrieved:
        return retrieve(index, question, filters, k, load_reranker(self.settings))

    # -- the answer -----------------------------------------------------------------------------------------------

    def _answer(self, asked: Asked, draft: Draft) -> Answer:
        passages, orders = without_orders(asked.retrieved.passages, asked.index.text)
        asked = replace(asked, retrieved=replace(asked.retrieved, passages=passages))
        if orders:
            draft.notices.append(say("orders", asked.question.language, count=orders))
        with self._turns.take():
            judged = self._judge(asked)
            chosen, refusal = judged.chosen, judged.refusal
            matcher = asked.retrieved.matcher
            changes = (
                [] if refusal else find_changes(asked.index, asked.question, chosen, matcher, asked.filters)
            )
        if refusal is not None:
            draft.notices += _why_quotes(asked.model, asked.question)
            return draft.answer(asked.retrieved, refusal)
        written = self._write(asked, draft, changes)
        if isinstance(asked.model, ChatModel) and isinstance(written, Written):
            draft.take(written, asked.model)
            draft.notices += notices.of_model(written, asked.model, asked.question.language)
            rest = [x for c in changes for x in (c.by, c.of) if x is not None]
        else:
            draft.notices += _why_quotes(written, asked.question)
            now = [c.by for c in changes]
            rest = [*now, *in_reading_order(asked.question, [c for c in chosen if not among(c, now)])]
        for item in rest:
            if not draft.cites(item):
                draft.quote(item)
        if judged.unsure and draft.citations and not draft.model:
            draft.notices.append(say("unsure", asked.question.language))
        draft.notices += notices.of_years(asked.index, asked.question, draft.citations)
        draft.notices += notices.of_changes(asked.index, changes, draft.citations, asked.question.language)
        if draft.uncommitted and not draft.model:
            draft.notices.append(say("no_commitment", asked.question.language))
        return draft.answer(asked.retrieved)

    def _judge(self, asked: Asked) -> Judged:
        """The sentences that answer, or the refusal: one by the dates where nothing but they stands in the way."""
        index, question, filters = asked.index, asked.question, asked.filters
        judged = judge(index, question, asked.retrieved, filters)
        refusal = judged.refusal
        if not (filters.since or filters.until) or (refusal and refusal.kind == "outside_dates"):
            return judged
        whenever = replace(filters, since=None, until=None)
        retrieved = self._retrieve(index, question, whenever)
        if judge(index, question, retrieved, whenever).refusal is not None:
            return judged
        now, ever = (
            weigh(Candidates(index, question, found, filters.roles)) for found in (asked.retrieved, retrieved)
        )
        if refusal is None and len(now.unmet) <= len(ever.unmet):
            return judged
        # Without the dates there is an answer; within them there is none, or none of what the question names.
        outside = Refusal("outside_dates", notices.outside(filters, question.language), ever.missing)
        return Judged([], outside)

    def _write(self, asked: Asked, draft: Draft, changes: Sequence[Change]) -> Written | Unavailable:
        """A model's answer, or why there is none; what was changed later stands first among what it is shown."""
        if not isinstance(asked.model, ChatModel):
            return asked.model
        entailment = load_entailment(self.settings)
        entails = entailment.check if entailment else None
        writer = Writer(asked.model, self.settings, asked.index, entails, asked.unchecked, draft.on_statement)
        there = {f.passage.id for f in asked.retrieved.passages}
        later = {c.by.passage.id: c.by for c in changes if c.by.passage.id not in there}
        found = [Found(c.passage, c.score) for c in later.values()]
        return writer.write(asked.question, [*found, *asked.retrieved.passages])


def _why_quotes(model: ChatModel | Unavailable | Written, question: Question) -> list[str]:
    """That there is no prose and why, where a model is not simply unused."""
    if not isinstance(model, Unavailable):
        return []
    return [say("mode_quotes", question.language, why=model.why(question.language))]
