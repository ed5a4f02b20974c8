"""HTML -> text: headings, paragraphs, lists, tables row by row, and footnotes under their numbers.

The main text is what the page says is main (<main>, <article>, role="main"); where it says nothing, what readability
(Apache 2.0) takes for it, unless that is most of the page's text anyhow. Text that a browser would not show is left
out and counted. Nothing that a page links to is opened.
"""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lxml import etree
from readability import Document as Readable

from rag.errors import DocumentError
from rag.read.extract import Extract, Limits
from rag.read.flow import BULLET, Flow
from rag.read.markup import Element, deepest, local, parse_html
from rag.read.plain import detect_encoding
from rag.text.footnotes import superscript

_SKIPPED = frozenset(
    "script style template noscript head iframe object svg math form button select nav aside".split()
)
_BLOCKS = frozenset(
    "p div section article main header footer h1 h2 h3 h4 h5 h6 li ul ol table tr td th blockquote pre dl dt dd figure "
    "figcaption address hr caption body html center fieldset thead tbody tfoot".split()
)
_HIDDEN = re.compile(
    r"display:none|visibility:hidden|font-size:0(?:px|pt|em|%)?(?:;|$)|opacity:0(?:;|$)|(?:left|top|text-indent):-\d{4,}"
)
DEEPEST_READABLE = 60  # elements inside each other; on deeper pages readability takes seconds, as it reads all again for each
_NUMBER = re.compile(r"[\[(]?\s*(\d{1,3})\s*[\])]?")
_BACK = "↑↩⏎^\ufe0e\ufe0f "


def read(path: Path, limits: Limits, _pages: tuple[int, ...] = ()) -> Extract:
    """Read a page of HTML; raises DocumentError for one without text."""
    raw = path.read_bytes()
    encoding = _declared(raw) or detect_encoding(raw)
    root = parse_html(raw, encoding)
    extract = read_tree(_main(root), _head(root), root)
    if len(extract.text) > limits.characters:
        raise DocumentError(f"more than {limits.characters:,} characters of text (RAG_READ_CHARACTERS).")
    return extract


def read_tree(root: Element, said: dict[str, Any] | None = None, whole: Element | None = None) -> Extract:
    """The text of a tree of HTML; `whole` is the page that it is a part of, which may hold its footnotes."""
    walker = _Walker({**(_note_bodies(whole) if whole is not None else {}), **_note_bodies(root)})
    walker.block(root)
    walker.flush()
    for number, body in walker.called:
        walker.flow.note(number, _note_text(body, walker))
    extract = Extract(walker.flow.text, said=said or {})
    if walker.hidden:
        extract.remarks.append(f"{walker.hidden:,} characters that a browser does not show were left out")
    return extract


def _declared(raw: bytes) -> str | None:
    """The encoding that a page names itself, or None."""
    if raw.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        return None
    match = re.search(rb"charset\s*=\s*[\"']?([A-Za-z0-9_:.-]{2,40})", raw[:4096])
    if match is None:
        return None
    try:
        raw.decode(match[1].decode("ascii"))
    except (LookupError, UnicodeDecodeError):
        return None
    return match[1].decode("ascii")


def _head(root: Element) -> dict[str, Any]:
    """What the head of a page says: the title, and the metadata that Dutch government pages carry."""
    said: dict[str, Any] = {}
    metas = {
        m.get("name", m.get("property", "")).lower(): m.get("content", "").strip() for m in root.iter("meta")
    }
    title = (
        metas.get("dcterms.title")
        or metas.get("og:title")
        or " ".join(root.xpath("string(//head/title)").split())
    )
    if len(title) > 8:
        said["title"] = title
    for name, key in (
        ("dcterms.creator", "sender"),
        ("overheidop.datumondertekening", "date"),
        ("dcterms.issued", "date"),
    ):
        if metas.get(name):
            said.setdefault(key, metas[name])
    if metas.get("overheidop.dossiernummer"):
        said["dossier"] = [metas["overheidop.dossiernummer"]]
    canonical = root.xpath("string(//link[@rel='canonical']/@href)")
    if canonical.startswith(("http://", "https://")):
        said["url"] = canonical
    return said


def _main(root: Element) -> Element:
    body = next(root.iter("body"), root)
    named: list[Element] = root.xpath("//main | //*[@role='main'] | //article[not(ancestor::article)]")
    if named:
        return max(named, key=lambda e: len(_visible(e)))
    if not any(True for _ in body.iter("nav", "aside", "header", "footer", "menu")) and not body.xpath(
        ".//*[contains(@class,'nav') or contains(@class,'menu') or contains(@id,'nav') or contains(@id,'menu')]"
    ):
        return body
    return body if deepest(root) > DEEPEST_READABLE else _readable(root, body)


def _readable(root: Element, body: Element) -> Element:
    """What readability takes for the main text; the body where it finds less than a fifth of it. It takes «footnote» in
    a class for a page's foot, so the numbers that call notes are shown to it without one."""
    try:
        shown = deepcopy(root)
        for link in shown.iter("a"):
            if _number(link) is not None:
                link.attrib.pop("class", None)
        summary = Readable(etree.tostring(shown, encoding="unicode", method="html")).summary()
        found = parse_html(summary.encode(), "utf-8")
    except Exception:
        return body
    return found if len(_visible(found)) >= 0.2 * len(_visible(body)) else body


def _visible(element: Element) -> str:
    return "".join(element.itertext())


def _note_bodies(root: Element) -> dict[str, Element]:
    """Footnotes by id, as pandoc, Word, LibreOffice and KOOP write them: what a link with a number points down at."""
    order = {element: at for at, element in enumerate(root.iter())}
    targets = {e.get("id") or e.get("name"): e for e in order if e.get("id") or e.get("name")}
    bodies: dict[str, Element] = {}
    for link in root.iter("a"):
        if _number(link) is None:
            continue
        target = targets.get(link.get("href", "")[1:])
        if target is not None and order[target] > order[link]:
            holder = _holder(target)
            if holder not in link.iterancestors() and len(_visible(holder).strip()) > 4:
                bodies[link.get("href", "")[1:]] = holder
    return bodies


def _number(link: Element) -> str | None:
    """The number that a link into its own page is, or None."""
    if not link.get("href", "").startswith("#"):
        return None
    match = _NUMBER.fullmatch(_visible(link).strip())
    return match[1] if match else None


def _holder(element: Element) -> Element:
    """The paragraph or list item that a target stands in."""
    at: Element | None = element
    while at is not None and local(at) not in ("li", "p", "div", "dd", "td", "aside", "section", "body"):
        at = at.getparent()
    return element if at is None else at


@dataclass(slots=True)
class _Walker:
    """Walks a tree and collects its paragraphs."""

    bodies: dict[str, Element]
    flow: Flow = field(default_factory=Flow)
    line: list[str] = field(default_factory=list)
    mark: str = ""
    hidden: int = 0
    called: list[tuple[str, Element]] = field(default_factory=list)
    in_note: bool = False
    lists: list[int | None] = field(default_factory=list)
    apart: frozenset[Element] = frozenset()

    def __post_init__(self) -> None:
        self.apart = frozenset(self.bodies.values())

    def flush(self) -> None:
        text = "".join(self.line)
        self.line.clear()
        if text.strip():
            self.flow.add(text, self.mark)
            self.mark = ""

    def block(self, element: Element) -> None:
        name = local(element)
        if not name or name in _SKIPPED or element in self.apart:
            return
        if element.get("title") in ("header", "footer"):  # of a page, as LibreOffice exports it
            return
        if _is_hidden(element):
            self.hidden += len("".join(element.itertext()).strip())
            return
        if name == "a" and self._call(element):
            return
        if name == "br":
            self.line.append("\n")
        elif name in ("ul", "ol"):
            self._list(element, name)
        elif name == "table":
            self._table(element)
        elif name in _BLOCKS:
            self.flush()
            if name == "li":
                self.mark = self._next_mark()
            self._inside(element)
            self.flush()
        else:
            self._inside(element)

    def _inside(self, element: Element) -> None:
        self.line.append(element.text or "")
        for child in element:
            self.block(child)
            self.line.append(child.tail or "")

    def _call(self, link: Element) -> bool:
        """Write a note's number glued to the word before it; whether the link is one, or leads back from one."""
        number = _number(link)
        if self.in_note and link.get("href", "").startswith("#"):
            return number is not None or not _visible(link).strip(_BACK)
        body = self.bodies.get(link.get("href", "")[1:])
        if number is None or body is None:
            return False
        before = "".join(self.line).rstrip()
        self.line[:] = [before, superscript(number)]
        if not any(known is body for _, known in self.called):
            self.called.append((number, body))
        return True

    def _list(self, element: Element, name: str) -> None:
        self.flush()
        start = element.get("start", "1")
        self.lists.append((int(start) if start.isdigit() else 1) if name == "ol" else None)
        self._inside(element)
        self.flush()
        self.lists.pop()

    def _next_mark(self) -> str:
        if not self.lists or self.lists[-1] is None:
            return BULLET
        number = self.lists[-1]
        self.lists[-1] = number + 1
        return f"{number}."

    def _table(self, element: Element) -> None:
        """A table of cells is read row by row; one that lays out a page, like any other block."""
        rows = [r for r in element.iter("tr") if next(r.iterancestors("table")) is element]
        cells = [[c for c in row if local(c) in ("td", "th")] for row in rows]
        laid_out = any(len(list(c.iter("p", "div", "table", "ul", "ol"))) > 1 for row in cells for c in row)
        if laid_out or all(len(row) < 2 for row in cells):
            self._inside(element)
            self.flush()
            return
        self.flush()
        for row in cells:
            texts = []
            for cell in row:
                inner = _Walker(self.bodies, called=self.called)
                inner._inside(cell)
                inner.flush()
                self.hidden += inner.hidden
                texts.append(" ".join(inner.flow.paragraphs))
            self.flow.add(" | ".join(t for t in texts if t))


def _is_hidden(element: Element) -> bool:
    style = re.sub(r"\s", "", element.get("style", "").lower())
    return (
        element.get("hidden") is not None
        or element.get("aria-hidden") == "true"
        or bool(_HIDDEN.search(style))
    )


def _note_text(body: Element, walker: _Walker) -> str:
    inner = _Walker({}, in_note=True)
    inner._inside(body)
    inner.flush()
    walker.hidden += inner.hidden
    return " ".join(inner.flow.paragraphs)
