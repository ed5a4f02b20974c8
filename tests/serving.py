"""`rag serve` in a process of its own, as a user starts it; for tests that need the app's real server."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).parent.parent
START_SECONDS = 180  # that a server may take to answer, on a machine with much else to do
STOP_SECONDS = 15  # that it may take to say goodbye to its readers


@contextmanager
def served(folder: Path, index_dir: Path, cwd: Path = ROOT, before=None, **settings: str):
    """`rag serve` on an index; gives its address, and `before` it starts tells it."""
    own = {
        "RAG_INDEX_DIR": str(index_dir), "RAG_LLM": "none", "RAG_DOCUMENTS_DIR": str(folder / "documents"),
        "RAG_CONVERSATIONS_DIR": str(folder / "conversations"), **settings,
    }  # fmt: skip
    command = [sys.executable, "-c", "from rag.cli import main; main()", "serve", "--headless", "--port"]
    with running(command, folder, own, cwd, before) as address:
        yield address


@contextmanager
def running(command: list[str], folder: Path, settings: dict[str, str], cwd: Path = ROOT, before=None):
    """A server's process, the port behind its command; gives its address. What it prints is in server.log."""
    port = _free_port()
    if before is not None:
        before(f"http://127.0.0.1:{port}")
    kept = {k: v for k, v in os.environ.items() if not k.upper().startswith("RAG_")}
    environment = {**kept, "PYTHONPATH": str(ROOT), **settings}
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen([*command, str(port)], cwd=cwd, env=environment, stdout=log, stderr=log)
        try:
            _wait_for(f"http://127.0.0.1:{port}/_stcore/health", process, folder / "server.log")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:  # a browser that still holds on to it
                process.kill()
                process.wait()


def _free_port() -> int:
    """A port that nothing listens on, below those that a system gives to whoever calls: one of them is soon taken."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)):
                return port


def _wait_for(url: str, process: subprocess.Popen, log: Path) -> None:
    pause, until = threading.Event(), time.monotonic() + START_SECONDS
    while time.monotonic() < until and process.poll() is None:
        try:
            httpx.get(url, timeout=2, trust_env=False).raise_for_status()
        except httpx.HTTPError:
            pause.wait(0.1)
        else:
            return
    raise AssertionError(f"the server did not start:\n{log.read_text()}")
