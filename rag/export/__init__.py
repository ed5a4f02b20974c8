"""Answers outside the app: as Markdown, as a Word document with real footnotes, as a page of HTML; and quotations to paste.

    answer -> content (what is said, in the reader's language) -> markdown | word | html

Every export carries the same things: each quotation with a footnote that says where it stands, what the answer was
narrowed to, and the receipt by which it can be made again.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from rag.export.content import Content, content
from rag.export.html import as_html
from rag.export.markdown import as_markdown
from rag.export.word import as_word

__all__ = ["FORMATS", "Content", "Format", "content", "file_name"]


@dataclass(frozen=True, slots=True)
class Format:
    """One form of export: its name for a reader, a file's ending and media type, and what makes its bytes."""

    name: str
    suffix: str
    mime: str
    make: Callable[[Content], bytes]


FORMATS = (
    Format(
        "Word", ".docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", as_word
    ),
    Format("Markdown", ".md", "text/markdown", as_markdown),
    Format("HTML", ".html", "text/html", as_html),
)


def file_name(question: str, suffix: str) -> str:
    """A file's name from a question: words and hyphens only, 60 characters at most."""
    words = re.sub(r"[^\w]+", "-", question.casefold()).strip("-_")
    return (words[:60].rstrip("-_") or "kamerbron") + suffix
