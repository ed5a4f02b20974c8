"""Who is looking: whose conversations these are, and what they may do.

Without a login a visitor is a browser: the server gives it a secret in a cookie that no script can read (`rag.ui.server`),
and conversations are kept under the secret's digest. With a login ([auth] in Streamlit's secrets, see docs/app.md) a
visitor is a person, and the conversations go with them to another browser.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass

import streamlit as st

from rag.settings import Settings

COOKIE = "kamerbron"
_SECRET = re.compile(r"[\w-]{43}")


@dataclass(frozen=True, slots=True)
class Visitor:
    """`owner` is None where nothing can be kept for a visitor; `name` is what a login says."""

    owner: str | None
    editor: bool
    name: str = ""


def new_secret() -> str:
    """A secret for a browser: 256 bits."""
    return secrets.token_urlsafe(32)


def is_secret(value: str) -> bool:
    """Whether a cookie's value can be one of ours."""
    return _SECRET.fullmatch(value) is not None


def login_is_configured() -> bool:
    """Whether the app is behind a login."""
    return st.secrets.load_if_toml_exists() and "auth" in st.secrets


def is_admitted() -> bool:
    """Whether the visitor may see anything at all."""
    return not login_is_configured() or bool(st.user.is_logged_in)


def visitor(settings: Settings) -> Visitor:
    """The visitor of this session."""
    editors = {e.strip().casefold() for e in settings.editors.split(",") if e.strip()}
    if login_is_configured():
        user = st.user.to_dict()
        email = str(user.get("email") or "")
        verified = user.get("email_verified", True) is not False
        editor = not editors or (verified and email.casefold() in editors)
        who = f"{user.get('iss', '')}\n{user.get('sub') or email}"
        return Visitor(_digest(f"login\n{who}"), editor, str(user.get("name") or email))
    secret = str(st.context.cookies.get(COOKIE, ""))
    return Visitor(_digest(f"browser\n{secret}") if is_secret(secret) else None, not editors)


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
