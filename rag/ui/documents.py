"""The Documents page: what every answer rests on."""

from __future__ import annotations

import streamlit as st

from rag.errors import KamerbronError
from rag.types import Language
from rag.ui.ask import show_error
from rag.ui.shared import Shared
from rag.ui.texts import text

ROW = 92  # pixels: a title of four lines is read whole


def page(assistant: Shared, language: Language) -> None:
    """The whole page: a table whose cells are text, a line a document."""
    st.caption(text("documents_intro", language))
    try:
        descriptions, counts = assistant.documents()
    except KamerbronError as error:
        show_error(error)
        return
    if not descriptions:
        st.info(text("no_documents", language))
        return
    rows = [
        {
            text("title", language): described.title,
            text("sender", language): described.sender or "–",
            text("kind", language): text(described.kind, language),
            text("date", language): described.date or text("undated", language),
            text("passages", language): counts.get(name, 0),
            text("document", language): name,
        }
        for name, described in descriptions.items()
    ]
    widths = {text("title", language): 280, text("sender", language): 220}
    columns = {name: st.column_config.TextColumn(width=pixels) for name, pixels in widths.items()}
    st.dataframe(rows, hide_index=True, row_height=ROW, column_config=columns)
