"""Paragraphs of a format that knows its paragraphs -> text that `layout` reads without guessing.

One paragraph a line, a blank line between them, and U+2029, the paragraph separator, at the end of each: where a text
holds it, `layout` takes what ends so for a paragraph and measures no widths. Footnotes stand at the end,
one a line after its number, and their numbers stand raised behind the words that call them: "1325¹".
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from rag.text.layout import PARAGRAPH

SEPARATOR = PARAGRAPH
BULLET = "•"


@dataclass(slots=True)
class Flow:
    """Collects paragraphs and notes in reading order, and gives the text."""

    paragraphs: list[str] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)  # (number, text)

    def add(self, text: str, mark: str = "") -> None:
        """A paragraph; `mark` stands before it, «•» or «1.» for an item of a list."""
        folded = fold(text)
        if folded:
            self.paragraphs.append(f"{mark} {folded}" if mark else folded)

    def note(self, number: str, text: str) -> None:
        """A footnote."""
        self.notes.append((number.strip(" []().:"), fold(text)))

    @property
    def text(self) -> str:
        """Everything, as one text."""
        notes = "".join(f"{number} {text}{SEPARATOR}\n" for number, text in self.notes if text)
        body = f"{SEPARATOR}\n\n".join(self.paragraphs)
        return f"{body}{SEPARATOR}\n\n{notes}" if notes else f"{body}{SEPARATOR}\n"


def fold(text: str) -> str:
    """White space folded, but for a line that the writer broke on purpose (U+2028), which is a space as well."""
    return re.sub(r"\s+", " ", text.replace("\u00ad", "")).strip()
