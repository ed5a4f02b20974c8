"""A citation in full, and the source at its place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

import streamlit as st

from rag.sentences import joined
from rag.types import Citation, Language, Passage, RankedPassage, SpeechAct
from rag.ui.shared import Excerpt, Place
from rag.ui.texts import highlighted, literal, text
from rag.wording import ROLES, label

Colour = Literal["green", "orange", "red", "violet", "blue", "gray"]
_COLOURS: dict[SpeechAct, Colour] = {
    "commitment": "green", "demand": "orange", "decline": "red", "question": "violet", "request": "violet",
    "answer": "blue", "report": "blue", "other": "gray",
}  # fmt: skip


def show_label(citation: Citation, language: Language) -> None:
    """Who binds whom, as a badge: "kabinet – toezegging". The word says it; the colour only helps the eye.

    A badge escapes brackets a second time, so `literal` does not suit it: only Kamerbron's own words go in.
    """
    st.badge(label(citation.role, citation.speech_act, language), color=_COLOURS[citation.speech_act])


def show_citation(
    citation: Citation, reading: str, excerpts: Mapping[Place, Excerpt], language: Language
) -> None:
    """A citation in full, with the source at its place behind an expander."""
    st.caption(reference(citation, language))
    with st.expander(literal(text("show_source", language, ids=citation.id))):
        there = excerpts.get((citation.document, citation.start, citation.end))
        if there is None or there.span != citation.quote:
            st.text(text("gone", language))
        else:
            show_excerpt(there)
        st.caption(text("footnote", language))
        st.code(footnote(citation, reading, language), language=None, wrap_lines=True)
        if citation.url and re.fullmatch(r"https?://\S+", citation.url):
            st.link_button(text("open", language), citation.url)


def show_excerpt(there: Excerpt) -> None:
    """The text of the source, the place itself on a coloured ground."""
    st.markdown(highlighted(there.before, there.span, there.after))


def reference(citation: Citation, language: Language) -> str:
    """Number, title, sender, role, date or note, dossier, document and offsets: Markdown of three lines."""
    date = citation.date or text("undated", language)
    who = [citation.sender or text("unknown_sender", language), ROLES[citation.role][language]]
    when = [f"{date} ({citation.date_note})" if citation.date_note else date]
    when += [f"{text('dossier', language)} {', '.join(citation.dossier)}"] if citation.dossier else []
    lines = (f"**{literal(f'[{citation.id}]')} {literal(citation.title)}**", literal(" · ".join(who)))
    return "  \n".join((*lines, literal(" · ".join([*when, place(citation, language)]))))


def place(where: Citation | RankedPassage | Passage, language: Language) -> str:
    """Where something stands: document, page where there are pages, character offsets."""
    number = where.page if isinstance(where, Citation) else None
    page = [] if number is None else [text("page", language, page=number)]
    return ", ".join([where.document, *page, f"{text('characters', language)} {where.start}–{where.end}"])


def footnote(citation: Citation, reading: str, language: Language) -> str:
    """A citation as plain text to paste: the quotation, then what it stands in and where."""
    dossier = f"{text('dossier', language)} {', '.join(citation.dossier)}" if citation.dossier else ""
    parts = (
        citation.sender,
        citation.title,
        citation.date or text("undated", language),
        dossier,
        place(citation, language),
    )
    return f"“{reading}” {', '.join(joined(p) for p in parts if p)}."
