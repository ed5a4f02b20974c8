"""The README's table of results: written by a run, and held against one."""

from __future__ import annotations

import re
from pathlib import Path

from rag.errors import GoldError

BEGIN, END = "<!-- results: make baseline -->", "<!-- end -->"
ALIKE = 0.01  # by which a figure may move: 35 of 2,928 answers had another sentence where a product was rounded otherwise
ALIKE_COUNT = 0.005  # the share of a count
_FIGURE = re.compile(r"\b\d+(?:\.\d+)?")


def written(path: Path, results: str) -> None:
    """Put a table between the marks; raises GoldError where they are not there."""
    before, _, after = _parts(path)
    path.write_text(f"{before}{BEGIN}\n{results}\n{END}{after}", encoding="utf-8")


def same(path: Path, results: str) -> bool:
    """Whether the table between the marks is this one; another processor multiplies otherwise, and may move a figure by a little."""
    texts = (_parts(path)[1].strip(), results.strip())
    (written, had), (run, made) = ((_FIGURE.sub("#", t), list(map(float, _FIGURE.findall(t)))) for t in texts)
    moved = (round(abs(a - b), 3) <= max(ALIKE, ALIKE_COUNT * a) for a, b in zip(had, made, strict=True))
    return written == run and all(moved)


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
