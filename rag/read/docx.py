"""DOCX -> text, by mammoth (BSD): headings, lists, tables row by row, footnotes; and what its properties say.

Mammoth makes HTML of a document's meaning; `html` reads that. The parts are looked at before they are unpacked, so
that a bomb is refused by what it says of itself and by what it turns out to be.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any
from xml.parsers.expat import ExpatError

import mammoth
from lxml import etree

from rag.errors import DocumentError
from rag.read.archive import ZIP_ERRORS
from rag.read.extract import Extract, Limits
from rag.read.html import read_tree
from rag.read.markup import Element, local, parse_html, parse_xml

_OFF = ("0", "false", "off")  # of a property that is there to say that it is not so
_STYLES = "strike =>\np[style-name='Title'] => h1:fresh\np[style-name='Titel'] => h1:fresh"


def read(path: Path, limits: Limits, _pages: tuple[int, ...] = ()) -> Extract:
    """Read a Word document; raises DocumentError for one that is locked, damaged or a bomb."""
    safe = unpacked(path, limits)
    if "word/document.xml" not in safe and not any(n.endswith("document.xml") for n in safe):
        raise DocumentError("is no Word document. Save it as .docx.")
    hidden = comments = 0
    for name, raw in list(safe.items()):
        if name.endswith((".xml", ".rels")):
            root = parse_xml(raw)
            comments += sum(local(e) == "comment" for e in root) if local(root) == "comments" else 0
            if gone := _take_hidden(root):
                hidden += gone
                safe[name] = etree.tostring(root)
    try:
        made = mammoth.convert_to_html(
            io.BytesIO(repacked(safe)), style_map=_STYLES, convert_image=mammoth.images.img_element(lambda _: {"src": ""}),
            external_file_access=False,
        )  # fmt: skip
    except (ExpatError, KeyError, ValueError, TypeError, AttributeError, IndexError, OSError) as error:
        raise DocumentError(f"is damaged: {type(error).__name__} {error}. Save it anew.") from None
    extract = read_tree(parse_html(made.value.encode() or b"<p></p>", "utf-8"), _said(safe))
    if hidden:
        extract.remarks.append(f"{hidden:,} characters that are not shown were left out")
    if comments:
        extract.remarks.append(f"comments in the margin were left out: {comments}")
    return extract


def _take_hidden(root: Element) -> int:
    """Remove the text that Word does not show, which mammoth would; how many characters went."""
    gone = 0
    for mark in [e for e in root.iter() if local(e) == "vanish" and _attribute(e, "val") not in _OFF]:
        run = mark.getparent().getparent()
        if run is not None and local(run) == "r" and run.getparent() is not None:
            gone += len("".join(run.itertext()))
            run.getparent().remove(run)
    return gone


def _attribute(element: Element, name: str) -> str | None:
    return next((str(v) for k, v in element.attrib.items() if str(k).rpartition("}")[2] == name), None)


def unpacked(path: Path, limits: Limits) -> dict[str, bytes]:
    """The XML parts of an Office file by name; raises DocumentError for one that is no ZIP, locked, or a bomb."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts: dict[str, bytes] = {}
            room = min(limits.memory_mb // 4, 200) * 1_000_000
            for info in archive.infolist():
                if not info.filename.endswith((".xml", ".rels", "mimetype")):
                    continue
                if info.flag_bits & 1:
                    raise DocumentError("is locked with a password. Save it without one.")
                with archive.open(info) as part:
                    parts[info.filename] = part.read(room + 1)
                room -= len(parts[info.filename])
                if room < 0:
                    raise DocumentError(
                        "unpacks to far more than a document holds; it is made to break a reader."
                    )
            return parts
    except ZIP_ERRORS as error:
        if path.read_bytes()[:8] == bytes.fromhex("d0cf11e0a1b11ae1"):
            raise DocumentError(
                "is locked with a password, or of an older form of Office. Save it anew."
            ) from None
        raise DocumentError(f"is damaged, or no Office document ({error}). Fetch or save it again.") from None


def repacked(parts: dict[str, bytes]) -> bytes:
    """The same parts as a ZIP: pictures and everything else that is no text are gone."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, raw in parts.items():
            archive.writestr(name, raw)
    return out.getvalue()


def _said(parts: dict[str, bytes]) -> dict[str, Any]:
    """The title in the properties. Its author is who typed it and its date when, so they are not proposed."""
    if "docProps/core.xml" not in parts:
        return {}
    titles = [e.text or "" for e in parse_xml(parts["docProps/core.xml"]).iter() if local(e) == "title"]
    title = " ".join(" ".join(titles).split())
    return {"title": title} if len(title.split()) >= 3 else {}
