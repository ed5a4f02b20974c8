"""File -> Document: its text, unchanged, and what its folder's manifest says of it.

Every offset of the system counts in `Document.text`. For .txt and .md that is the file decoded as UTF-8 with its line
ends as they are, so `open(path, encoding="utf-8", newline="").read()[start:end]` is the quotation.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from rag.errors import DocumentError
from rag.types import Description, Document

MAX_BYTES = 20_000_000


def read_document(path: Path, description: Description | None = None) -> Document:
    """Read one file; raises DocumentError with what is wrong and what to do."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        known = ", ".join(sorted(READERS))
        raise DocumentError(
            f"{path.name}: files ending in «{path.suffix or '(nothing)'}» are not read yet. Give {known}."
        )
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise DocumentError(f"{path.name}: {size:,} bytes; {MAX_BYTES:,} is the most. Split the file.")
        text = reader(path)
    except FileNotFoundError:
        raise DocumentError(f"{path}: there is no such file. Check the name.") from None
    except IsADirectoryError:
        raise DocumentError(f"{path}: this is a folder with the name of a file.") from None
    except OSError as error:
        raise DocumentError(
            f"{path.name}: cannot be read ({error.strerror}). Check its permissions."
        ) from error
    if not any(c.isalnum() for c in text):
        raise DocumentError(f"{path.name}: there is no text in it.")
    described = description or Description(title=_title(text) or path.stem)
    return Document(path.name, text, described, digest(text, described))


def digest(text: str, description: Description) -> str:
    """What a document was built from: its text and description, in 64 hexadecimal digits."""
    meta = json.dumps(asdict(description), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(f"{meta}\0{text}".encode("utf-8", "surrogatepass")).hexdigest()


def _plain_text(path: Path) -> str:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise DocumentError(
            f"{path.name}: not UTF-8 (byte {error.start:,}). Save it as UTF-8 and read it again."
        ) from None
    if "\0" in text:
        raise DocumentError(f"{path.name}: holds zero bytes; this is not a text file.")
    return text


def _title(text: str) -> str | None:
    """A text's first line of words, for want of a given title."""
    for line in text.splitlines():
        title = " ".join(line.lstrip("# ").split())
        if sum(unicodedata.category(c).startswith("L") for c in title) >= 3:
            return title if len(title) <= 160 else title[:157] + "…"
    return None


READERS: dict[str, Callable[[Path], str]] = {".txt": _plain_text, ".md": _plain_text}
