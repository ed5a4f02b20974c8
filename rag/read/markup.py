"""Parsers for XML and HTML that resolve nothing: no entity of the document's own, no external one, no network."""

from __future__ import annotations

import codecs
from typing import Any, TypeAlias

from lxml import etree
from lxml import html as lxml_html

from rag.errors import DocumentError

Element: TypeAlias = Any  # lxml.etree._Element; lxml ships no types
DEEPEST = 500  # elements inside each other; more is made to break a reader


def parse_xml(raw: bytes) -> Element:
    """An XML document's root; raises DocumentError for one that is no XML, or declares entities."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(raw, parser)
    except etree.XMLSyntaxError as error:
        raise DocumentError(f"is damaged, or no XML: {error.msg}.") from None
    info = root.getroottree().docinfo
    if info.internalDTD is not None and any(True for _ in info.internalDTD.iterentities()):
        raise DocumentError(
            "declares entities of its own, which can hide text or fetch files; it is not read."
        )
    return _checked(root)


def parse_html(raw: bytes, encoding: str | None = None) -> Element:
    """An HTML document's root; raises DocumentError for one that holds nothing. Without an encoding it is UTF-8."""
    parser = lxml_html.HTMLParser(
        encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False
    )
    try:  # decoded here: libxml2 knows fewer encodings than Python
        text = raw.decode(as_browsers_read(encoding or "utf-8"), "replace").replace("\0", "")
        root = lxml_html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, LookupError, ValueError):
        raise DocumentError("holds no HTML that can be read. Fetch or save it again.") from None
    return _checked(root)


def as_browsers_read(encoding: str) -> str:
    """The encoding that a name stands for in practice: Latin-1 and ASCII are Windows-1252, with its quotation marks and
    euro sign (WHATWG, Encoding Standard, 4.2). Raises LookupError for a name that is none."""
    return "cp1252" if codecs.lookup(encoding).name in ("iso8859-1", "ascii") else encoding


def _checked(root: Element) -> Element:
    if deepest(root) > DEEPEST:
        raise DocumentError(
            f"has more than {DEEPEST} elements inside each other; it is made to break a reader."
        )
    return root


def deepest(root: Element) -> int:
    """How many elements are inside each other, at most; counting ends a little above DEEPEST."""
    depth = most = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        most = max(most, depth)
        if most > DEEPEST:
            break
    return most


def local(element: Element) -> str:
    """An element's name without its namespace; empty for what is no element."""
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""
