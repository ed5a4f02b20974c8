"""Content -> Markdown, with footnotes as Pandoc, GitHub and most editors read them."""

from __future__ import annotations

import re

from rag.export.content import Content, Part, Quoted

# What begins markup inside a line. A line of ours never begins with a text of others, so marks that only count
# at its beginning need no escape, and the file stays readable as it is.
_MARKS = re.compile(r"([\\`*_\[\]<>#|~&$^!])")


def as_markdown(content: Content) -> bytes:
    """A whole file, UTF-8."""
    blocks = [f"# {_plain(content.question)}"]
    blocks += [f"*{_plain(fact)}*" for fact in content.facts]
    blocks += [
        f"**{_plain(line)}**" if n == 0 else f"> {_plain(line)}" for n, line in enumerate(content.refusal)
    ]
    blocks += [block for part in content.parts for block in _part(part)]
    blocks += [f"## {_plain(content.receipt_title)}"]
    blocks += ["\n".join(f"- {_plain(name)}: `{value}`" for name, value in content.receipt)]
    blocks += [_note(note.number, note.source, note.place, note.url) for note in content.notes]
    return ("\n\n".join(blocks) + "\n").encode()


def _part(part: Part) -> list[str]:
    blocks = []
    if part.written:
        marks = "".join(_marks(q) for q in part.quotations)
        blocks.append(f"**{_plain(part.written)}**{marks}")
    if part.warning:
        blocks.append(f"*{_plain(part.warning)}*")
    for quoted in part.quotations:
        blocks.append(f"**{_plain(quoted.label)}** – {_plain(quoted.introduction)}")
        blocks.append(f"> “{_plain(quoted.quotation)}”{_marks(quoted)}")
    return blocks


def _marks(quoted: Quoted) -> str:
    return "".join(f"[^{n}]" for n in quoted.notes)


def _note(number: int, source: str, place: str, url: str) -> str:
    address = f" <{url}>" if re.fullmatch(r"https?://[^\s<>\\]+", url) else ""
    return f"[^{number}]: {_plain(source)}. {_plain(place)}.{address}"


def _plain(foreign: str) -> str:
    """Markdown that shows exactly this text, on one line.

    >>> print(_plain("*a* [b](c)"))
    \\*a\\* \\[b\\](c)
    """
    return _MARKS.sub(r"\\\1", " ".join(foreign.split()))
