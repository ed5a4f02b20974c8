"""A citation on the page: whose it is, how it is copied, and the source opened at its place."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import streamlit as st

from rag.export.source import for_article, for_footnote, inert, kamerstuk, name, when
from rag.types import Answer, Citation, Language, SpeechAct
from rag.ui import page
from rag.ui.blocks import Mark, blocks
from rag.ui.markup import literal
from rag.ui.parts import part
from rag.ui.shared import Frame
from rag.ui.texts import text
from rag.wording import label

Colour = Literal["green", "orange", "red", "violet", "blue", "gray"]
COLOURS: dict[SpeechAct, Colour] = {
    "commitment": "green", "demand": "orange", "decline": "red", "question": "violet", "request": "violet",
    "answer": "blue", "report": "blue", "other": "gray",
}  # fmt: skip

_reading = st.components.v2.component(
    "kamerbron_reading",
    html='<article role="region" tabindex="0"></article>',
    css=part("reading.css"),
    js=part("reading.js"),
)
_arriving = st.components.v2.component(
    "kamerbron_arriving", html="<span></span>", css="span { scroll-margin-top: 5rem; }", js=part("arrive.js")
)
_copying = st.components.v2.component(
    "kamerbron_copying",
    html='<div class="row"></div><span role="status"></span>',
    css=part("copy.css"),
    js=part("copy.js"),
)


@dataclass(frozen=True, slots=True)
class Opened:
    """A place that is open beside the answer; `also` are the other places of the same document that the answer cites."""

    document: str
    start: int
    end: int
    title: str
    quote: str = ""  # what stood there when the answer was made; empty for a passage
    citation: Citation | None = None
    reading: str = ""
    also: tuple[tuple[int, int], ...] = ()


def open_citation(answer: Answer, citation: Citation) -> None:
    """Show a citation's source beside the answer."""
    also = tuple(
        (c.start, c.end) for c in answer.citations if c.document == citation.document and c != citation
    )
    st.session_state["opened"] = Opened(
        citation.document, citation.start, citation.end, citation.title, citation.quote, citation,
        answer.reading(citation), also,
    )  # fmt: skip


def open_passage(document: str, start: int, end: int, title: str) -> None:
    """Show a passage in its document."""
    st.session_state["opened"] = Opened(document, start, end, title)


def close() -> None:
    """Show no source."""
    st.session_state.pop("opened", None)


def opened() -> Opened | None:
    """What is open beside the answer."""
    there: Opened | None = st.session_state.get("opened")
    return there


def show_opened(frame: Frame, there: Opened) -> None:
    """The source at its place: whose it is, the document around the quotation, forms to copy, links."""
    language = frame.language
    with st.container(key="source", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            if there.citation is not None:
                show_label(there.citation, language)
            st.button(text("close", language), key="close_source", on_click=close, icon=":material/close:")
        st.markdown(f"**{literal(name(there.title))}**")
        if there.citation is not None:
            st.caption(literal(reference(there.citation, language)))
        written = frame.text(there.document)
        if written is None or (there.quote and written[there.start : there.end] != there.quote):
            st.warning(text("gone", language))
            st.text(inert(there.quote))
            return
        show_text(
            frame, there.document, [Mark(there.start, there.end, True), *(Mark(a, b) for a, b in there.also)]
        )
        if there.citation is not None:
            copying([there.citation], there.reading, language, key="copy_opened")
        _show_links(there, language)


def _show_links(there: Opened, language: Language) -> None:
    where = {"document": there.document, "start": str(there.start), "end": str(there.end)}
    with st.container(horizontal=True, vertical_alignment="center"):
        documents = st.session_state.get("documents_page")
        if documents is not None:
            st.page_link(
                documents, label=text("whole", language), icon=":material/menu_book:", query_params=where
            )
        if there.citation is not None:
            official(there.citation.url, language)
        st.caption(literal(place(there.document, there.start, there.end, language)))


def official(url: str | None, language: Language) -> None:
    """A button to the document's own page, where its address is one."""
    if url and re.fullmatch(r"https?://[^\s<>\"\\]+", url):
        st.link_button(text("official", language), url, icon=":material/open_in_new:")


def show_text(
    frame: Frame, document: str, marks: Sequence[Mark], around: int | None = None
) -> tuple[int, int]:
    """The reading view, and beside it the pages as they look, where a document has pages; the range of the text."""
    paged = page.has_pages(frame, document)
    with st.container(key="paged" if paged else "unpaged"):
        shown = reading(frame, document, marks, around)
        if paged:
            with st.container(key="sights"):
                page.show(frame, document, marks)
    return shown


def reading(frame: Frame, document: str, marks: Sequence[Mark], around: int | None = None) -> tuple[int, int]:
    """The reading view of a document, scrolled to the mark that is `here`; the range of the text that it holds."""
    index = frame.assistant.index
    written, description = index.text(document), index.descriptions[document]
    shown = blocks(written, marks, around)
    version = hashlib.sha256(repr((index.digest, document, marks, around)).encode()).hexdigest()
    _reading(
        key=f"reading_{document}",
        data={
            "title": inert(description.title), "language": description.language or "nl", "version": version,
            "blocks": shown.blocks,
        },
    )  # fmt: skip
    return shown.start, shown.end


def copying(cited: Sequence[Citation], said: str, language: Language, key: str) -> None:
    """Two buttons: the quotation for an article, and for a footnote. `said` is how it reads."""
    first = cited[0]
    forms = [
        {"label": text("copy_quote", language), "text": for_article(first, said, language)},
        {"label": text("copy_footnote", language), "text": for_footnote(first, said, language)},
    ]
    told = {"done": text("copied", language), "failed": text("not_copied", language)}
    _copying(key=key, data={"forms": forms, **told})


def bring_into_view(version: str) -> None:
    """Scroll to this point of the page, once for each version."""
    _arriving(key="arriving", data={"version": version})


def show_label(citation: Citation, language: Language) -> None:
    """Who binds whom, as a badge: "kabinet – toezegging". The word says it; the colour only helps the eye.

    A badge escapes brackets a second time, so `literal` does not suit it: only Kamerbron's own words go in.
    """
    st.badge(label(citation.role, citation.speech_act, language), color=COLOURS[citation.speech_act])


def reference(citation: Citation, language: Language) -> str:
    """Sender, date with its note, Kamerstuk number and page, on one line."""
    parts = [
        name(citation.sender) if citation.sender else text("unknown_sender", language),
        when(citation, language),
    ]
    parts += [f"Kamerstuk {kamerstuk(inert(d))}" for d in citation.dossier]
    parts += [text("page", language, page=citation.page)] if citation.page is not None else []
    return " · ".join(parts)


def place(document: str, start: int, end: int, language: Language) -> str:
    """Where something stands: document and character offsets."""
    return f"{inert(document)}, {text('characters', language, start=start, end=end)}"
