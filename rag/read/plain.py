"""Plain text: UTF-8 as it is, or another encoding that is told by its mark or found beyond doubt."""

from __future__ import annotations

import codecs
from pathlib import Path

from charset_normalizer import from_bytes

from rag.errors import DocumentError
from rag.read.extract import Extract, Limits

_MARKS = ((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip
ENOUGH = 40  # bytes beyond ASCII from which an encoding can be found by what it makes of them
_LATIN = frozenset("áàäâçéèëêíìïîñóòöôúùüûÁÄÇÉÈËÏÖÜ€‘’“”–—…•·«»§°²³½ßåæøœ´`©®\u00a0")


def read(path: Path, limits: Limits) -> Extract:
    """Read a text; raises DocumentError for one whose encoding cannot be told, or that is none."""
    raw = path.read_bytes()
    remarks = []
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        encoding = detect_encoding(raw)
        if encoding is None:
            raise DocumentError(
                f"not UTF-8 (byte {error.start:,}), and in no encoding that can be told. Save it as UTF-8."
            ) from None
        text = raw.decode(encoding)
        remarks.append(f"read as {encoding}, not UTF-8")
    if "\0" in text:
        raise DocumentError("holds zero bytes; this is not a text file.")
    if len(text) > limits.characters:
        raise DocumentError(
            f"more than {limits.characters:,} characters (RAG_READ_CHARACTERS). Split the file."
        )
    return Extract(text, remarks=remarks)


def detect_encoding(raw: bytes) -> str | None:
    """The encoding of a text that is not UTF-8, or None where it cannot be told.

    A mark at the beginning tells. Else Windows-1252, the usual one of Dutch texts, where every byte beyond ASCII is a
    character that Dutch is written with; else what charset-normalizer finds without a doubt.
    """
    for mark, name in _MARKS:
        if raw.startswith(mark):
            return name if _decodes(raw, name) else None
    if b"\0" in raw[:4096]:
        return None
    if _decodes(raw, "utf-8"):
        return "utf-8"
    if _decodes(raw, "cp1252"):
        beyond = {c for c in raw.decode("cp1252") if ord(c) > 127}
        if beyond <= _LATIN:
            return "cp1252"
    best = from_bytes(raw[:200_000]).best() if sum(byte > 127 for byte in raw[:2000]) >= ENOUGH else None
    if best is None or best.chaos > 0.05 or best.coherence == 0 or not _decodes(raw, best.encoding):
        return None
    return str(best.encoding)


def _decodes(raw: bytes, encoding: str) -> bool:
    try:
        raw.decode(encoding)
    except (UnicodeError, LookupError):
        return False
    return True
