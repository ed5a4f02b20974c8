"""The browser app's router: `rag serve` starts it. What the pages show is in rag/ui."""

from __future__ import annotations

import streamlit as st

from rag.errors import KamerbronError
from rag.filters import Filters
from rag.settings import load_settings
from rag.turns import Turn
from rag.ui import ask, documents, problems, search, sidebar
from rag.ui.parts import part
from rag.ui.shared import DRAWING, Frame
from rag.ui.store import store
from rag.ui.texts import text
from rag.ui.visitor import is_admitted, visitor


def main() -> None:
    """One run of the script: who is looking, the sidebar, then the page that the reader is on."""
    # No icon, here or at a page: the browser would fetch it from a server of Google.
    st.set_page_config(page_title="Kamerbron", layout="wide")
    st.html(f"<style>{part('page.css')}</style>")
    try:
        with DRAWING.take() as turn:
            _show(_frame(turn))
    except KamerbronError as error:
        problems.show(error, st.session_state.get("language", "nl"))


def _frame(turn: Turn) -> Frame:
    settings = load_settings()
    if not is_admitted():
        _show_login()
    who = visitor(settings)
    kept = store(settings) if who.owner else None
    return Frame(settings, sidebar.language(kept, who.owner), who, turn)


def _show_login() -> None:
    language = sidebar.language(None, None)
    st.title("Kamerbron", anchor=False)
    st.markdown(text("log_in_first", language))
    st.button(text("log_in", language), on_click=st.login, type="primary")
    st.stop()


def _show(frame: Frame) -> None:
    pages = {
        name: st.Page(lambda: None, title=text(name, frame.language), url_path=name, default=name == "ask")
        for name in ("ask", "search", "documents")
    }
    st.session_state["documents_page"] = pages["documents"]
    current = st.navigation(list(pages.values()))
    with st.sidebar:
        sidebar.offer_new_conversation(frame, pages["ask"])
        filtered, conversations, foot = st.container(), st.container(), st.container()
    with foot:
        sidebar.choose_language(frame)
        sidebar.show_login(frame)
    try:
        if current is pages["documents"]:
            documents.page(frame)
        else:
            filters, narrowed = _filters(frame, filtered)
            (search if current is pages["search"] else ask).page(frame, filters, narrowed)
    except KamerbronError as error:
        problems.show(error, frame.language)
    with conversations:
        sidebar.list_conversations(frame, pages["ask"])


def _filters(frame: Frame, place: st.delta_generator.DeltaGenerator) -> tuple[Filters, tuple[str, ...]]:
    """The sidebar's filters, of what is in the index now; raises StoreError where there is none."""
    with place:
        return sidebar.choose_filters(frame, frame.assistant.index.descriptions)


main()
