"""The browser app's router and session state: `rag serve` starts it. What the pages show is in rag/ui."""

from __future__ import annotations

import streamlit as st

from rag.errors import KamerbronError
from rag.filters import Filters
from rag.ui import ask, documents, search, sidebar
from rag.ui.shared import shared
from rag.ui.texts import text


def main() -> None:
    """One run of the script: the sidebar, then the page that the reader is on."""
    language = sidebar.language()
    pages = [
        st.Page(ask_page, title=text("ask", language), url_path="ask", default=True),
        st.Page(search_page, title=text("search", language), url_path="search"),
        st.Page(
            documents_page,
            title=text("documents", language),
            url_path="documents",
        ),
    ]
    current = st.navigation(pages)
    wide = current.url_path == "documents"
    # No icon, here or at a page: the browser would fetch it from a server of Google.
    st.set_page_config(page_title="Kamerbron", layout="wide" if wide else "centered")
    with st.sidebar:
        sidebar.choose_language()
    st.title("Kamerbron")
    try:
        current.run()
    except KamerbronError as error:
        ask.show_error(error)


def ask_page() -> None:
    """The conversation."""
    filters, narrowed = _filters(offer_new=True)
    ask.page(shared(), filters, narrowed, sidebar.language())


def search_page() -> None:
    """The ranked passages."""
    filters, _ = _filters()
    search.page(shared(), filters, sidebar.language())


def documents_page() -> None:
    """What is in the index."""
    documents.page(shared(), sidebar.language())


def _filters(offer_new: bool = False) -> tuple[Filters, tuple[str, ...]]:
    """The sidebar's filters, of what is in the index now; raises KamerbronError where there is none."""
    with st.sidebar:
        if offer_new:
            sidebar.offer_new_conversation()
        descriptions, _ = shared().documents()
        return sidebar.choose_filters(descriptions)


main()
