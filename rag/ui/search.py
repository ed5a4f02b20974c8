"""The Search page: the ranked passages, before any answer is composed."""

from __future__ import annotations

import textwrap

import streamlit as st

from rag.errors import KamerbronError
from rag.filters import Filters
from rag.sentences import joined
from rag.types import Found, Language
from rag.ui.ask import show_error
from rag.ui.shared import Excerpt, Shared
from rag.ui.source import place, show_excerpt
from rag.ui.texts import literal, text

BEGINNING = 320  # characters of a passage shown without opening it


def page(assistant: Shared, filters: Filters, language: Language) -> None:
    """The whole page."""
    st.caption(text("search_intro", language))
    with st.form("search", border=False):
        question = st.text_input(text("search_field", language), value=st.session_state.get("searched", ""))
        st.form_submit_button(text("search", language))
    st.session_state["searched"] = question
    if not question.strip():
        return
    try:
        _, retrieved, excerpts = assistant.search(question, filters)
    except KamerbronError as error:
        show_error(error)
        return
    if not retrieved.passages:
        st.info(text("nothing_found", language))
    for rank, found in enumerate(retrieved.passages, 1):
        passage = found.passage
        with st.container(border=True):
            _show_found(rank, found, excerpts[(passage.document, passage.start, passage.end)], language)


def _show_found(rank: int, found: Found, there: Excerpt, language: Language) -> None:
    """A passage: where it stands, how it begins, what it holds of the question; then all of it."""
    score = text("score", language, score=f"{found.score:.3f}")
    parts = (found.passage.heading, place(found.passage, language), score)
    st.markdown(f"**{literal(f'{rank}. {there.title}')}**")
    st.caption(literal(" · ".join(part for part in parts if part)))
    st.text(textwrap.shorten(joined(there.span), BEGINNING, placeholder=" …"))
    st.caption(literal(text("matched", language, terms=", ".join(found.matched) or "–")))
    with st.expander(text("show_passage", language)):
        show_excerpt(there)
