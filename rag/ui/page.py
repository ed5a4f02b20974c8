"""A PDF's page beside its text: as it looks, with the quotation marked on it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import streamlit as st

from rag.export.source import inert
from rag.read.marks import Rectangle
from rag.sights import Sight, sights
from rag.types import Span
from rag.ui.blocks import Mark
from rag.ui.parts import part
from rag.ui.shared import Frame
from rag.ui.texts import text

_page = st.components.v2.component(
    "kamerbron_page",
    html='<figure role="region" tabindex="0"><div></div></figure><p><small></small><button type="button"></button></p>',
    css=part("sheet.css"),
    js=part("page.js"),
)


def has_pages(frame: Frame, document: str) -> bool:
    """Whether a document has pages to look at."""
    return bool(frame.assistant.index.pages(document))


def show(frame: Frame, document: str, marks: Sequence[Mark]) -> None:
    """The pages that the opened mark stands on, or a sentence that says why they are not there."""
    language = frame.language
    here = next((Span(m.start, m.end) for m in marks if m.here), Span(0, 0))
    also = [Span(m.start, m.end) for m in marks if not m.here]
    with st.spinner(text("drawing", language)):
        shown = sights(frame.assistant.index, frame.settings, document, here, also)
    if not shown:
        st.caption(text("no_sight", language))
        return
    unmarked = here.start < here.end and not any(sight.here for sight in shown)
    if unmarked:
        st.caption(text("not_marked", language))
    for sight in shown:
        _show_sight(frame, document, sight)


def _show_sight(frame: Frame, document: str, sight: Sight) -> None:
    language = frame.language
    title = inert(frame.assistant.index.descriptions[document].title or document)
    printed = f" ({sight.label})" if sight.label else ""
    alt = text(
        "sight_marked" if sight.here else "sight", language, page=f"{sight.number}{printed}", title=title
    )
    marks = [_percent(r, "cited") for r in sight.also] + [_percent(r, "here") for r in sight.here]
    version = hashlib.sha256(repr((sight.png, marks, alt)).encode()).hexdigest()
    _page(
        key=f"sight_{document}_{sight.number}",
        data={
            "png": sight.png, "alt": alt, "marks": marks, "version": version, "larger": text("larger", language),
            "smaller": text("smaller", language),
            "page": text("sight_page", language, page=f"{sight.number}{printed}"),
        },
    )  # fmt: skip


def _percent(place: Rectangle, kind: str) -> list[float | str]:
    return [*(round(100 * x, 3) for x in (place.left, place.top, place.width, place.height)), kind]
