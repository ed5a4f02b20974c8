"""Starts the browser app: Streamlit, bound to this machine's own address, with nothing sent anywhere."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from rag.errors import InputError

ADDRESS = "127.0.0.1"


def serve(port: int, headless: bool, hosts: Sequence[str] = ()) -> NoReturn:
    """Become the app's server, until it is stopped. Raises InputError where the port is taken or app.py is not there.

    `hosts` are names by which browsers reach it besides this machine's own: those of a proxy that stands before it.
    """
    package = Path(__file__).parent
    if not (package.parent / "app.py").is_file():
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
    # A page of another site cannot reach the app by giving its own name this machine's address (DNS rebinding).
    arguments += [f"--server.allowedHosts={host}" for host in (ADDRESS, "localhost", *hosts)]
    command = [sys.executable, "-m", "streamlit", "run", str(package / "ui" / "server.py"), *arguments]
    os.execv(sys.executable, command)  # in this process's place: what stops `rag serve` stops the app


def _taken(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError:
            return True
    return False
