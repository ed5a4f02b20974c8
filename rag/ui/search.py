"""The Search page: the ranked passages, before any answer is composed."""

from __future__ import annotations

import streamlit as st

from rag.export.source import inert
from rag.filters import Filters
from rag.types import Found, Language
from rag.ui import answer, source
from rag.ui.blocks import opening
from rag.ui.markup import literal
from rag.ui.shared import Frame
from rag.ui.texts import text


def page(frame: Frame, filters: Filters, narrowed: tuple[str, ...]) -> None:
    """The whole page."""
    language = frame.language
    there = source.opened()
    left, right = st.columns([1, 1] if there is not None else [1, 0.001])
    with left, st.container(key="talk"):
        st.title(text("search", language), anchor=False)
        st.caption(text("search_intro", language))
        with st.form("search", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
            question = st.text_input(
                text("search_field", language), key="searched", max_chars=2000, persist_state="session"
            )
            if st.form_submit_button(text("search", language)):
                source.close()
        if question.strip():
            _show_results(frame, question, filters, narrowed)
    if there is not None and source.opened() is not None:
        with right:
            source.show_opened(frame, there)


def _show_results(frame: Frame, question: str, filters: Filters, narrowed: tuple[str, ...]) -> None:
    _, retrieved = frame.assistant.search(question, filters=filters)
    if narrowed:
        st.caption(literal(text("narrowed", frame.language, what="; ".join(narrowed))))
    if not retrieved.passages:
        st.info(text("nothing_found", frame.language))
    for rank, found in enumerate(retrieved.passages, 1):
        with st.container(border=True, gap="xsmall"):
            _show_found(frame, rank, found)


def _show_found(frame: Frame, rank: int, found: Found) -> None:
    """A passage: where it stands, how it begins, what it holds of the question; and a button to the place."""
    passage, language = found.passage, frame.language
    written = frame.text(passage.document)
    if written is None:
        return
    title = frame.assistant.index.descriptions[passage.document].title or passage.document
    st.markdown(f"**{literal(f'{rank}. {title}')}**")
    heading, said = opening(written, passage.start, passage.end)
    st.caption(literal(_where(found, passage.heading or heading, language)))
    answer.show_beginning(said)
    st.caption(literal(text("matched", language, terms=", ".join(found.matched) or "–")))
    st.button(
        text("open_source", language, mark=""), key=f"found_{rank}", icon=":material/menu_book:",
        on_click=source.open_passage, args=(passage.document, passage.start, passage.end, title),
    )  # fmt: skip


def _where(found: Found, heading: str, language: Language) -> str:
    passage = found.passage
    score = text("score", language, score=f"{found.score:.3f}")
    parts = (
        inert(heading),
        source.place(passage.document, passage.start, passage.end, language),
        score,
    )
    return " · ".join(part for part in parts if part)
