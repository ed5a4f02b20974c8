"""Starts the browser app: Streamlit, bound to this machine's own address, with nothing sent anywhere."""

from __future__ import annotations

import os
import socket
import sys
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

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
    said = tomllib.loads((package.parent / ".streamlit" / "config.toml").read_text(encoding="utf-8"))
    # A page of another site cannot reach the app by giving its own name this machine's address (DNS rebinding).
    said["server"]["allowedHosts"] += hosts
    said["server"] |= {"port": port, "headless": headless}
    arguments = [f"--{name}={value}" for name, value in _flat(said)]
    command = [sys.executable, "-m", "streamlit", "run", str(package / "ui" / "server.py"), *arguments]
    print(f"Kamerbron: http://{ADDRESS}:{port}", flush=True)
    os.execv(sys.executable, command)  # in this process's place: what stops `rag serve` stops the app


def _flat(table: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, str]]:
    """A table's options as Streamlit's command line takes them: tables end to end, a list as one option an item."""
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{key}.")
        else:
            for item in value if isinstance(value, list) else [value]:
                yield f"{before}{key}", str(item).lower() if isinstance(item, bool) else str(item)


def _taken(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((ADDRESS, port))
        except OSError:
            return True
    return False
