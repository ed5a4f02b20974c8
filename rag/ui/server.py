"""The app's server: Streamlit's own, with a cookie for the browser and headers that keep the page to itself.

`rag serve` runs it. The content security policy lets the page load from, and speak to, this server alone; what may run
are Streamlit's own scripts and the app's elements, which Streamlit hands to the browser as blobs.
"""

from __future__ import annotations

import base64
import hashlib
import logging
import re
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http.cookies import CookieError, SimpleCookie
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rag.ui.shared import warm
from rag.ui.texts import text
from rag.ui.visitor import COOKIE, is_secret, new_secret

SCRIPT = Path(__file__).parent.parent.parent / "app.py"
YEAR = 365 * 24 * 3600  # seconds
logger = logging.getLogger(__name__)


def _policy() -> str:
    """The content security policy; the scripts that Streamlit writes into its page are let through by their digests."""
    page = (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
    inline = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    digests = [base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in inline]
    scripts = " ".join(["'self'", "blob:", *(f"'sha256-{d}'" for d in digests)])
    return (
        f"default-src 'self'; script-src {scripts}; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
        "font-src 'self' data:; connect-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
        "frame-ancestors 'none'"
    )


class Guard:
    """Adds the headers to every answer, and the cookie to the page where the browser has none."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._headers = [
            (b"content-security-policy", _policy().encode()),
            (b"referrer-policy", b"no-referrer"),
            (b"x-content-type-options", b"nosniff"),
            (b"cross-origin-opener-policy", b"same-origin"),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message["headers"], *self._headers]
                if _is_page(message) and not _has_secret(scope):
                    headers.append((b"set-cookie", _cookie(scope["scheme"] == "https").encode()))
                message = {**message, "headers": headers}
            await send(message)

        await self._app(scope, receive, with_headers)


def _is_page(message: Message) -> bool:
    return any(k.lower() == b"content-type" and v.startswith(b"text/html") for k, v in message["headers"])


def _has_secret(scope: Scope) -> bool:
    for key, value in scope["headers"]:
        if key == b"cookie":
            try:
                cookie = SimpleCookie(value.decode("latin-1")).get(COOKIE)
            except CookieError:
                continue
            if cookie is not None and is_secret(cookie.value):
                return True
    return False


def _cookie(secure: bool) -> str:
    """A browser's secret: not for scripts, not for other sites, for a year."""
    kept = f"{COOKIE}={new_secret()}; Path=/; Max-Age={YEAR}; HttpOnly; SameSite=Lax"
    return f"{kept}; Secure" if secure else kept


@asynccontextmanager
async def _warmed(_: st.App) -> AsyncIterator[dict[str, Any]]:
    """While the server starts, another thread opens the index."""
    threading.Thread(target=warm, name="warm", daemon=True).start()
    yield {}


def tell_unseen(error: Exception) -> bool:
    """What nobody foresaw: the log gets the cause, the reader a sentence."""
    logger.error("unforeseen", exc_info=error)
    st.error(text("problem_unseen", st.session_state.get("language", "nl")))
    return True


app = st.App(SCRIPT, middleware=[Middleware(Guard)], lifespan=_warmed, on_script_error=tell_unseen)
