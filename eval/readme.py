"""The README's table of results: written by a run, and held against one."""

from __future__ import annotations

from pathlib import Path

from rag.errors import GoldError

BEGIN, END = "<!-- results: make baseline -->", "<!-- end -->"


def written(path: Path, results: str) -> None:
    """Put a table between the marks; raises GoldError where they are not there."""
    before, _, after = _parts(path)
    path.write_text(f"{before}{BEGIN}\n{results}\n{END}{after}", encoding="utf-8")


def same(path: Path, results: str) -> bool:
    """Whether the table between the marks is this one."""
    return _parts(path)[1].strip() == results.strip()


def _parts(path: Path) -> tuple[str, str, str]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise GoldError(f"{path}: cannot be read ({error}).") from error
    before, begun, rest = text.partition(BEGIN)
    between, ended, after = rest.partition(END)
    if not begun or not ended:
        raise GoldError(
            f"{path}: the marks «{BEGIN}» and «{END}» are not there, so there is no place for the table."
        )
    return before, between, after
