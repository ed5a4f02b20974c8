"""An answer on the page: statement by statement, each with whose it is and its sources; or an honest no."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from itertools import groupby

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from rag import feedback
from rag.errors import KamerbronError
from rag.export import FORMATS, Format, content, file_name
from rag.export.content import Content
from rag.export.source import inert, name
from rag.types import Answer, Citation, RankedPassage, Statement
from rag.ui import problems, source
from rag.ui.blocks import opening
from rag.ui.markup import literal
from rag.ui.shared import Frame
from rag.ui.store import Exchange
from rag.ui.texts import text
from rag.wording import REFUSALS, about_mode, say

NEAREST = 5  # passages shown with a refusal
ASKER, ANSWERER = ":material/person:", ":material/format_quote:"
BEGINNING = 300  # characters of a passage shown without opening it


def show(frame: Frame, exchange: Exchange, key: str) -> None:
    """A question and what came of it; `key` tells it from the others on the page."""
    show_question(exchange.question)
    with answering():
        show_result(frame, exchange, key)


def show_question(question: str) -> None:
    """What the reader asked."""
    with st.chat_message("user", avatar=ASKER):
        st.text(inert(question))


@contextmanager
def answering() -> Iterator[DeltaGenerator]:
    """The place of an answer; it begins with one for what is shown while the answer comes, left empty afterwards."""
    with st.chat_message("assistant", avatar=ANSWERER):
        yield st.empty()


def show_result(frame: Frame, exchange: Exchange, key: str) -> None:
    """What came of a question: an answer, a refusal, or an error."""
    if exchange.narrowed:
        st.caption(literal(text("narrowed", frame.language, what="; ".join(exchange.narrowed))))
    answer = exchange.answer
    if answer is None:
        problems.show(exchange.error, frame.language)
        return
    _show_how(frame, answer)
    if answer.refusal is not None:
        _show_refusal(frame, answer, key)
    if answer.mode == "llm":
        for n, statement in enumerate(answer.statements):
            with st.container(border=True, gap="xsmall"):
                _show_written(frame, statement)
                _show_quotations(frame, answer, [[c] for c in answer.cited(statement)], f"{key}_{n}")
    else:
        groups = [answer.cited(statement) for statement in answer.statements]
        for document, same in groupby(groups, key=lambda group: group[0].document):
            with st.container(border=True, gap="xsmall"):
                _show_quotations(frame, answer, list(same), f"{key}_{document}")
    _show_foot(frame, exchange, answer, key)


def mode(model: str | None, frame: Frame) -> str:
    """How answers are made, in words."""
    return text("by_model" if model else "by_quotes", frame.language, model=model)


def _show_how(frame: Frame, answer: Answer) -> None:
    """Mode and model, and what else is to be known of the answer."""
    with st.container(horizontal=True):
        st.badge(mode(answer.model, frame).replace("[", "(").replace("]", ")"), color="gray")
        if answer.status == "partial":
            st.badge(text("partial", frame.language), color="gray")
    for notice in answer.notices:
        if not about_mode(notice, answer.question_language):
            st.caption(literal(problems.without_paths(notice)))


def _show_written(frame: Frame, statement: Statement) -> None:
    """A model's sentence, with the numbers of the quotations that carry it."""
    st.text(f"{inert(statement.text)} {''.join(f'[{n}]' for n in statement.citations)}")
    failed = [f"{c.name} ({c.detail})" if c.detail else c.name for c in statement.checks if not c.passed]
    if failed:
        st.warning(literal(text("failed_check", frame.language, checks="; ".join(failed))))


def _show_quotations(frame: Frame, answer: Answer, groups: Sequence[Sequence[Citation]], key: str) -> None:
    """Quotations, each under who binds whom; what they stand in is said once for those of one document and sender."""
    before: tuple[str, str | None] | None = None
    for group in groups:
        first = group[0]
        if (first.document, first.sender) != before:
            st.markdown(f"**{literal(name(first.title))}**")
            st.caption(literal(source.reference(first, frame.language)))
        before = (first.document, first.sender)
        _show_quotation(frame, answer, group, f"{key}_{first.id}")


def _show_quotation(frame: Frame, answer: Answer, group: Sequence[Citation], key: str) -> None:
    language = frame.language
    said = " ".join(answer.reading(c) for c in group)
    source.show_label(group[0], language)
    st.text(f"“{inert(said)}” {''.join(f'[{c.id}]' for c in group)}")
    with st.container(horizontal=True, vertical_alignment="center"):
        for citation in group:
            st.button(
                text("open_source", language, mark=f"\\[{citation.id}\\]"),
                key=f"source_{key}_{citation.id}",
                icon=":material/menu_book:",
                on_click=source.open_citation,
                args=(answer, citation),
            )
        with st.container(width="content"):
            source.copying(group, said, language, key=f"copy_{key}")


def _show_refusal(frame: Frame, answer: Answer, key: str) -> None:
    """An honest no: which kind, the message, what occurs nowhere, and what comes nearest."""
    refusal, language = answer.refusal, frame.language
    assert refusal is not None  # noqa: S101 - the caller asked
    with st.container(border=True, gap="xsmall"):
        st.badge(text("no_answer", language, kind=REFUSALS[refusal.kind][language]), color="gray")
        st.text(inert(refusal.message))
        if refusal.missing_terms:
            st.text(inert(say("nowhere", language, terms=", ".join(refusal.missing_terms))))
    if not answer.passages:
        return
    st.caption(say("nearest", language))
    for passage in answer.passages[:NEAREST]:
        _show_passage(frame, passage, f"{key}_{passage.rank}")


def _show_passage(frame: Frame, passage: RankedPassage, key: str) -> None:
    """A passage that comes near: its document, heading and beginning, and a button to the place."""
    written = frame.text(passage.document)
    if written is None:
        return
    title = frame.assistant.index.descriptions[passage.document].title or passage.document
    heading, said = opening(written, passage.start, passage.end)
    with st.container(border=True, gap="xsmall"):
        st.markdown(f"**{literal(f'{passage.rank}. {title}')}**")
        if heading:
            st.caption(literal(inert(heading)))
        show_beginning(said)
        st.button(
            text("open_source", frame.language, mark=""),
            key=f"near_{key}",
            icon=":material/menu_book:",
            on_click=source.open_passage,
            args=(passage.document, passage.start, passage.end, title),
        )


def show_beginning(said: str) -> None:
    """How a passage begins, cut between words."""
    said = inert(said)
    cut = said[:BEGINNING].rpartition(" ")[0] if len(said) > BEGINNING else said
    st.text(f"{cut} …" if len(said) > BEGINNING else cut)


@st.fragment
def _show_foot(frame: Frame, exchange: Exchange, answer: Answer, key: str) -> None:
    """Saving the answer, its receipt, and what the reader thinks of it; drawn anew by itself."""
    language = frame.language
    with st.container(horizontal=True, vertical_alignment="center"):
        # What a popover holds is made when a reader opens it: the Word file of every answer took as long as the answer.
        saving = st.popover(
            text("export", language), icon=":material/download:", key=f"export_{key}", on_change="rerun"
        )
        receipt = st.popover(
            text("receipt", language), icon=":material/receipt_long:", key=f"receipt_{key}", on_change="rerun"
        )
        if saving.open or receipt.open:
            whole = content(answer, language, exchange.narrowed, exchange.asked)
            if saving.open:
                _show_files(saving, answer, whole, key)
            for what, value in whole.receipt if receipt.open else ():
                receipt.text(f"{what}: {value}")
        _ask_verdict(frame, answer, key)


def _show_files(place: DeltaGenerator, answer: Answer, whole: Content, key: str) -> None:
    """A button for each form of file. The bytes are made here and not at the click: Streamlit (1.67) loses a click on what
    is made later (a deferred download) while the page is drawn anew; the address of bytes stays the same.
    """
    for form in FORMATS:
        place.download_button(
            form.name,
            data=_saved(form, whole),
            file_name=file_name(answer.question, form.suffix),
            mime=form.mime,
            key=f"export_{key}_{form.suffix}",
            on_click="ignore",
            width="stretch",
        )


@lru_cache(maxsize=256)
def _saved(form: Format, whole: Content) -> bytes:
    return form.make(whole)


def _ask_verdict(frame: Frame, answer: Answer, key: str) -> None:
    """Thumbs; after a thumb down, what is wrong."""
    chosen = st.feedback(
        "thumbs", key=f"verdict_{key}", on_change=_keep_verdict, args=(frame, answer, f"verdict_{key}")
    )
    if chosen is None:
        return
    with st.popover(text("wrong" if chosen == 0 else "thanks", frame.language), key=f"remark_{key}"):
        st.caption(text("rate_note", frame.language))
        remark = st.text_area(text("wrong", frame.language), key=f"text_{key}", max_chars=2000)
        if st.button(text("send", frame.language), key=f"send_{key}") and remark.strip():
            _keep(frame, answer, chosen, remark)


def _keep_verdict(frame: Frame, answer: Answer, widget: str) -> None:
    chosen = st.session_state.get(widget)
    if chosen is not None:
        _keep(frame, answer, chosen, "")


def _keep(frame: Frame, answer: Answer, chosen: int, remark: str) -> None:
    try:
        feedback.keep(frame.settings, answer, "up" if chosen else "down", remark)
    except KamerbronError as error:
        st.toast(
            literal(problems.said(str(error), frame.language, type(error).__name__)), icon=":material/error:"
        )
    else:
        st.toast(text("thanks", frame.language), icon=":material/check:")
