"""EML -> text: who wrote to whom, when and about what, then what was written. Attachments are read by `archive`."""

from __future__ import annotations

import email
import email.policy
import email.utils
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from rag.errors import DocumentError
from rag.read.extract import Extract, Limits
from rag.read.flow import fold
from rag.read.html import read_tree
from rag.read.markup import as_browsers_read, parse_html

# What the standard library raises for a header that is broken, or whose brackets stand inside each other without end.
HEADER_ERRORS = (AttributeError, LookupError, RecursionError, TypeError, ValueError)
_HEADERS = (("From", "Van"), ("To", "Aan"), ("Cc", "Cc"), ("Date", "Datum"), ("Subject", "Onderwerp"))


def read(path: Path, limits: Limits, _pages: tuple[int, ...] = ()) -> Extract:
    """Read a message; raises DocumentError for a file that is none."""
    message = parse(path)
    head = "\n".join(f"{shown}: {header(message, name)}" for name, shown in _HEADERS if header(message, name))
    body, remarks = _body(message)
    if len(body) > limits.characters:
        raise DocumentError(f"more than {limits.characters:,} characters of text (RAG_READ_CHARACTERS).")
    return Extract(f"{head}\n\n{body}", said=_said(message), remarks=remarks)


def parse(path: Path) -> EmailMessage:
    """The message in a file; raises DocumentError where there is none."""
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    if not isinstance(message, EmailMessage) or not any(
        header(message, name) for name in ("From", "Subject", "Date")
    ):
        raise DocumentError("is no e-mail message: it names no sender, subject or date.")
    return message


def _body(message: EmailMessage) -> tuple[str, list[str]]:
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        return "", []
    content = part.get_payload(decode=True)
    raw = content if isinstance(content, bytes) else b""
    if part.get_content_type() == "text/html":
        extract = read_tree(parse_html(raw or b"<p></p>", part.get_content_charset()))
        return extract.text, extract.remarks
    for encoding in (part.get_content_charset() or "utf-8", "utf-8", "cp1252"):
        try:
            return raw.decode(as_browsers_read(encoding)).replace("\r\n", "\n"), []
        except (LookupError, ValueError):
            continue
    return raw.decode("utf-8", "replace"), ["some characters of its text could not be read"]


def header(message: EmailMessage, name: str) -> str:
    """A header's text; empty where there is none, or none that the standard library can read."""
    try:
        return fold(str(message[name] or ""))
    except HEADER_ERRORS:
        return ""


def _said(message: EmailMessage) -> dict[str, Any]:
    said: dict[str, Any] = {"title": header(message, "Subject")}
    names = [name or address for name, address in email.utils.getaddresses([header(message, "From")])]
    if names:
        said["sender"] = names[0]
    try:
        sent = email.utils.parsedate_to_datetime(header(message, "Date"))
    except (ValueError, TypeError, IndexError):
        return said
    return {**said, "date": sent.date().isoformat()}
