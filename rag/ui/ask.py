"""The Ask page: a conversation of this session, each answer statement by statement with its citations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import streamlit as st

from rag.errors import KamerbronError
from rag.filters import Filters
from rag.types import Answer, Language, Statement
from rag.ui.shared import Excerpt, Place, Shared
from rag.ui.source import place, show_citation, show_excerpt, show_label
from rag.ui.texts import EXAMPLES, literal, text, without_paths
from rag.wording import introduction, say

NEAREST = 5  # passages shown with a refusal


@dataclass(frozen=True, slots=True)
class Exchange:
    """One question of the conversation with what came of it: an answer, or the message of an error."""

    question: str
    answer: Answer | None = None
    error: str = ""
    narrowed: tuple[str, ...] = ()
    excerpts: Mapping[Place, Excerpt] = field(default_factory=dict)


def page(assistant: Shared, filters: Filters, narrowed: tuple[str, ...], language: Language) -> None:
    """The whole page; the conversation lives in this session's state and nowhere else."""
    conversation: list[Exchange] = st.session_state.setdefault("conversation", [])
    clicked = st.session_state.pop("clicked", None)
    question = st.chat_input(text("placeholder", language)) or clicked
    if not conversation and not question:
        _show_start(language)
    for exchange in conversation:
        show_exchange(exchange, language)
    if question:
        with st.chat_message("user"):
            st.text(question)
        with st.chat_message("assistant"):
            exchange = _answer(assistant, question, filters, narrowed, conversation, language)
            _show_result(exchange, language)
        conversation.append(exchange)


def new_conversation() -> None:
    """Forget what was asked in this session."""
    st.session_state["conversation"] = []


def show_error(error: KamerbronError | str) -> None:
    """What is wrong and what to do, without a traceback and without this machine's folders."""
    st.error(literal(without_paths(str(error))))


def _show_start(language: Language) -> None:
    st.markdown(text("start", language))
    st.caption(text("try", language))
    for n, example in enumerate(EXAMPLES[language]):
        st.button(literal(example), key=f"example_{n}", on_click=_click, args=(example,), width="stretch")


def _click(example: str) -> None:
    st.session_state["clicked"] = example


def _answer(
    assistant: Shared,
    question: str,
    filters: Filters,
    narrowed: tuple[str, ...],
    conversation: list[Exchange],
    language: Language,
) -> Exchange:
    """Ask, with each statement shown as soon as it has passed its checks."""
    history = [(e.question, _said(e.answer)) for e in conversation if e.answer is not None]
    coming = st.empty()
    try:
        with coming.container(), st.spinner(text("working", language)):
            answer, excerpts = assistant.ask(question, filters, history, _show_coming)
    except KamerbronError as error:
        return Exchange(question, error=str(error), narrowed=narrowed)
    finally:
        coming.empty()  # only now: emptied while the spinner still stands in it, the browser's page breaks
    return Exchange(question, answer, "", narrowed, excerpts)


def _show_coming(statement: Statement) -> None:
    st.text(statement.text)


def _said(answer: Answer) -> str:
    """An answer as a later question is told of it."""
    return answer.refusal.message if answer.refusal else " ".join(s.text for s in answer.statements)


def show_exchange(exchange: Exchange, language: Language) -> None:
    """A question and its answer, as a reader of the conversation sees them."""
    with st.chat_message("user"):
        st.text(exchange.question)
    with st.chat_message("assistant"):
        _show_result(exchange, language)


def _show_result(exchange: Exchange, language: Language) -> None:
    if exchange.narrowed:
        st.caption(literal(text("narrowed", language, what="; ".join(exchange.narrowed))))
    answer = exchange.answer
    if answer is None:
        show_error(exchange.error)
        return
    for notice in answer.notices:
        st.caption(literal(without_paths(notice)))
    if answer.refusal is not None:
        _show_refusal(answer, exchange.excerpts, language)
    for statement in answer.statements:
        with st.container(border=True):
            _show_statement(answer, statement, exchange.excerpts, language)


def _show_statement(
    answer: Answer, statement: Statement, excerpts: Mapping[Place, Excerpt], language: Language
) -> None:
    """A quotation under the line that says whose it is; or a model's sentence above those that carry it."""
    cited = answer.cited(statement)
    if answer.mode == "llm":
        st.text(statement.text)
        failed = [f"{c.name} ({c.detail})" if c.detail else c.name for c in statement.checks if not c.passed]
        if failed:
            st.warning(literal(text("failed_check", language, checks="; ".join(failed))))
    groups = [cited] if answer.mode == "quotes" else [[c] for c in cited]
    for group in groups:
        first = group[0]
        show_label(first, language)
        st.caption(
            literal(
                introduction(first.sender, first.role, first.speech_act, first.title, first.date, language)
            )
        )
        quoted = " ".join(answer.reading(c) for c in group)
        st.text(f"“{quoted}” {''.join(f'[{c.id}]' for c in group)}")
        for citation in group:
            show_citation(citation, answer.reading(citation), excerpts, language)


def _show_refusal(answer: Answer, excerpts: Mapping[Place, Excerpt], language: Language) -> None:
    """An honest no: the message, what occurs nowhere, and what comes nearest."""
    refusal = answer.refusal
    assert refusal is not None  # noqa: S101 - the caller asked
    said = [literal(refusal.message)]
    if refusal.missing_terms:
        said.append(literal(say("nowhere", answer.question_language, terms=", ".join(refusal.missing_terms))))
    st.info("\n\n".join(said), icon=":material/block:")
    if not answer.passages:
        return
    st.caption(say("nearest", language))
    for passage in answer.passages[:NEAREST]:
        there = excerpts[(passage.document, passage.start, passage.end)]
        with st.expander(literal(f"{passage.rank}. {there.title}")):
            st.caption(literal(place(passage, language)))
            show_excerpt(there)
