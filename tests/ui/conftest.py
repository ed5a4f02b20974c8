"""Sessions of the app on a real index, with folders of their own for what the app keeps."""

from functools import lru_cache

import pytest
import streamlit as st
from app_driver import ROOT
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from rag.ui import visitor


@pytest.fixture(autouse=True, scope="session")
def _packages_are_scanned_once():
    """Streamlit's own server looks through every installed package once; AppTest does for each run, half a second on a slow machine."""
    scan = manifest_scanner.scan_component_manifests
    manifest_scanner.scan_component_manifests = lru_cache(maxsize=1)(scan)
    yield
    manifest_scanner.scan_component_manifests = scan


@pytest.fixture
def opened(seed_index, tmp_path, monkeypatch):
    """Opens app.py on an index, the one of seeds/ unless another folder is named; each call is a session."""

    def open_app(index_dir=seed_index.index_dir, owner=None, **address):
        monkeypatch.setenv("RAG_INDEX_DIR", str(index_dir))
        monkeypatch.setenv("RAG_LLM", "none")
        monkeypatch.setenv("RAG_DOCUMENTS_DIR", str(tmp_path / "documents"))
        monkeypatch.setenv("RAG_CONVERSATIONS_DIR", str(tmp_path / "conversations"))
        monkeypatch.setattr(
            visitor, "visitor", lambda _: visitor.Visitor(st.session_state.get("test_owner"), True)
        )
        session = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        session.session_state["test_owner"] = owner
        for key, value in address.items():
            session.query_params[key] = value
        session.run()
        assert not session.exception
        return session

    return open_app


@pytest.fixture
def page(seed_index, tmp_path, monkeypatch):
    """Opens one page in a script of its own; for those that the router opens at another address."""

    def open_page(name, index_dir=seed_index.index_dir, language="en", editor=True, **address):
        monkeypatch.setenv("RAG_INDEX_DIR", str(index_dir))
        monkeypatch.setenv("RAG_LLM", "none")
        monkeypatch.setenv("RAG_DOCUMENTS_DIR", str(tmp_path / "documents"))
        monkeypatch.setenv("RAG_CONVERSATIONS_DIR", str(tmp_path / "conversations"))
        rest = ", Filters(), ()" if name == "search" else ""
        script = (
            f"import streamlit as st\nimport rag.ui.{name} as page\nfrom rag.errors import KamerbronError\n"
            "from rag.filters import Filters\nfrom rag.settings import load_settings\nfrom rag.ui import problems\n"
            "from rag.ui.shared import DRAWING, Frame\nfrom rag.ui.visitor import Visitor\n"
            f"frame = Frame(load_settings(), {language!r}, Visitor(None, {editor}), DRAWING.take())\n"
            "st.session_state['documents_page'] = None\n"
            f"try:\n    page.page(frame{rest})\nexcept KamerbronError as error:\n    problems.show(error, {language!r})\n"
        )
        session = AppTest.from_string(script, default_timeout=60)
        for key, value in address.items():
            session.query_params[key] = value
        session.run()
        assert not session.exception
        return session

    return open_page
