"""Starts the browser app: Streamlit, bound to this machine's own address, with nothing sent anywhere."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path
from typing import NoReturn

from rag.errors import InputError

ADDRESS = "127.0.0.1"


def serve(port: int, headless: bool) -> NoReturn:
    """Become the app's server, until it is stopped. Raises InputError where the port is taken or app.py is not there."""
    script = Path(__file__).parent.parent / "app.py"
    if not script.is_file():
        raise InputError("app.py is not beside the package; run `rag serve` from a checkout.")
    if _taken(port):
        raise InputError(f"Port {port} is in use. Choose another: rag serve --port {port + 1}")
    options = {
        "server.address": ADDRESS,
        "server.port": str(port),
        "server.headless": "true" if headless else "false",
        "browser.gatherUsageStats": "false",
        "client.showErrorDetails": "none",
        "client.toolbarMode": "viewer",
        "server.maxUploadSize": "20",
        "server.fileWatcherType": "none",
    }
    arguments = [f"--{name}={value}" for name, value in options.items()]
    command = [sys.executable, "-m", "streamlit", "run", str(script), *arguments]
    os.execv(sys.executable, command)  # in this process's place: what stops `rag serve` stops the app


def _taken(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError:
            return True
    return False
