"""Starts the browser app: Streamlit, bound to this machine's own address, with nothing sent anywhere."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

from rag.errors import InputError

ADDRESS = "127.0.0.1"


def serve(port: int, headless: bool) -> int:
    """Run the app until it is stopped; its exit status. Raises InputError where the port is taken or app.py is not there."""
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
        "server.maxUploadSize": "20",
    }
    arguments = [f"--{name}={value}" for name, value in options.items()]
    try:
        return subprocess.run(
            [sys.executable, "-m", "streamlit", "run", str(script), *arguments], check=False
        ).returncode
    except KeyboardInterrupt:
        return 0


def _taken(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError:
            return True
    return False
