"""Which module reads which kind of file. A module is imported only in the process that reads."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from rag.read.extract import Extract, Limits

Reader = Callable[[Path, Limits, tuple[int, ...]], Extract]


def _named(module: str) -> Callable[[], Reader]:
    def load() -> Reader:
        reader: Reader = import_module(f"rag.read.{module}").read
        return reader

    return load


FORMATS: dict[str, Callable[[], Reader]] = {
    name: _named(module)
    for name, module in {
        "pdf": "pdf", "scan": "scans", "page": "picture", "docx": "docx", "html": "html", "xml": "official", "odt": "odt", "eml": "mail",
    }.items()
}  # fmt: skip
