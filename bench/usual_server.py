"""The app's server as Streamlit apps are usually written: documents are read in a thread of the server itself.

Only `bench.sessions` starts it. It reads the folders in BENCH_READS one after the other when there is a file «begin» among
the documents.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from rag.ingest import ingest
from rag.settings import load_settings
from rag.ui.server import SCRIPT, Guard


def _read_when_told() -> None:
    settings, pause = load_settings(), threading.Event()
    while not (settings.documents_dir / "begin").exists():
        pause.wait(0.05)
    for folder in sorted(Path(os.environ["BENCH_READS"]).iterdir()):
        ingest([folder], settings)


threading.Thread(target=_read_when_told, daemon=True).start()
app = st.App(SCRIPT, middleware=[Middleware(Guard)])
