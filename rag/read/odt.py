"""ODT -> text: the OpenDocument format's own elements, in order; footnotes under their numbers.

Names after OpenDocument 1.3, part 3 (OASIS): text:h, text:p, text:list, text:note, table:table. What was deleted
with changes tracked, comments, and text whose style says that it is not shown are left out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rag.errors import DocumentError
from rag.read.docx import unpacked
from rag.read.extract import Extract, Limits
from rag.read.flow import BULLET, Flow
from rag.read.markup import Element, local, parse_xml
from rag.text.footnotes import superscript

_SKIPPED = frozenset(
    "tracked-changes annotation annotation-end forms sequence-decls bibliography-mark desc title scripts "
    "table-of-content-source index-title-template".split()
)


def read(path: Path, limits: Limits, _pages: tuple[int, ...] = ()) -> Extract:
    """Read an OpenDocument text; raises DocumentError for one that is locked, damaged or a bomb."""
    parts = unpacked(path, limits)
    if "content.xml" not in parts:
        raise DocumentError("is no OpenDocument text. Save it as .odt.")
    if b"encryption-data" in parts.get("META-INF/manifest.xml", b""):
        raise DocumentError("is locked with a password. Save it without one.")
    content = parse_xml(parts["content.xml"])
    walker = _Walker(_hidden_styles(content), ordered=_ordered_lists(content))
    body = next((e for e in content.iter() if local(e) == "body"), None)
    if body is not None:
        walker.block(body)
    extract = Extract(walker.flow.text, said=_said(parts))
    if walker.hidden:
        extract.remarks.append(f"{walker.hidden:,} characters that are not shown were left out")
    return extract


def _attribute(element: Element, name: str) -> str | None:
    """An attribute by its name without the namespace."""
    return next((str(v) for k, v in element.attrib.items() if str(k).rpartition("}")[2] == name), None)


def _hidden_styles(content: Element) -> frozenset[str]:
    """The names of styles whose text is not shown."""
    names = set()
    for style in content.iter():
        if local(style) == "style" and any(_attribute(p, "display") == "none" for p in style):
            names.add(_attribute(style, "name") or "")
    return frozenset(names)


def _ordered_lists(content: Element) -> frozenset[str]:
    """The names of list styles that number their items."""
    return frozenset(
        _attribute(style, "name") or ""
        for style in content.iter()
        if local(style) == "list-style"
        and any(
            local(level) == "list-level-style-number" and _attribute(level, "level") == "1" for level in style
        )
    )


def _said(parts: dict[str, bytes]) -> dict[str, Any]:
    if "meta.xml" not in parts:
        return {}
    titles = [e.text or "" for e in parse_xml(parts["meta.xml"]).iter() if local(e) == "title"]
    title = " ".join(" ".join(titles).split())
    return {"title": title} if len(title.split()) >= 3 else {}


@dataclass(slots=True)
class _Walker:
    hidden_styles: frozenset[str]
    flow: Flow = field(default_factory=Flow)
    hidden: int = 0
    mark: str = ""
    ordered: frozenset[str] = frozenset()
    numbers: list[int | None] = field(default_factory=list)  # of the next item, in each list around

    def block(self, element: Element) -> None:
        """Read an element that holds paragraphs."""
        name = local(element)
        if name in _SKIPPED:
            return
        if name in ("p", "h"):
            self.flow.add(self.inline(element), self.mark)
            self.mark = ""
        elif name == "table-row":
            cells = [self._cell(c) for c in element if local(c) == "table-cell"]
            self.flow.add(" | ".join(c for c in cells if c))
        elif name == "list":
            self._list(element)
        else:
            for child in element:
                self.block(child)

    def _list(self, element: Element) -> None:
        style = _attribute(element, "style-name")
        outer = self.numbers[-1] if self.numbers else None
        numbered = style in self.ordered if style else outer is not None
        self.numbers.append(1 if numbered else None)
        for item in element:
            number = self.numbers[-1]
            self.mark = BULLET if number is None else f"{number}."
            self.numbers[-1] = None if number is None else number + 1
            self.block(item)
            self.mark = ""
        self.numbers.pop()

    def _cell(self, cell: Element) -> str:
        inner = _Walker(self.hidden_styles, Flow(notes=self.flow.notes))
        for child in cell:
            inner.block(child)
        self.hidden += inner.hidden
        return " ".join(inner.flow.paragraphs)

    def inline(self, element: Element) -> str:
        """The text of a paragraph, with the numbers of its notes glued to its words."""
        out = [element.text or ""]
        for child in element:
            out.append(self._span(child, out))
            out.append(child.tail or "")
        text = "".join(out)
        if (_attribute(element, "style-name") or "") in self.hidden_styles:
            self.hidden += len(text)
            return ""
        return text

    def _span(self, child: Element, before: list[str]) -> str:
        name = local(child)
        if name == "note":
            return self._note(child, before)
        if name in ("s", "tab", "line-break"):
            return " "
        if name in _SKIPPED or not name:
            return ""
        if name in ("frame", "text-box", "p", "list"):
            inner = _Walker(self.hidden_styles, Flow(notes=self.flow.notes))
            inner.block(child)
            return " ".join(["", *inner.flow.paragraphs, ""]) if inner.flow.paragraphs else ""
        return self.inline(child)

    def _note(self, note: Element, before: list[str]) -> str:
        number = " ".join("".join(c.itertext()) for c in note if local(c) == "note-citation").strip()
        inner = _Walker(self.hidden_styles)
        for body in (c for c in note if local(c) == "note-body"):
            inner.block(body)
        self.flow.note(number, " ".join(inner.flow.paragraphs))
        before[-1] = before[-1].rstrip()
        return superscript(number)
