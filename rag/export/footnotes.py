"""Real footnotes in a Word document: the part that python-docx 1.2 does not have.

A footnote is two things (ECMA-376, part 1, 17.11): its text in the package's footnotes part, and a reference to it by id
in a run of the body. Word also wants the two separators, named in the settings, to draw the line above the notes.
"""

from __future__ import annotations

from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import XmlPart
from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import OxmlElement, parse_xml
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Pt
from docx.text.paragraph import Paragraph
from docx.text.run import Run

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
_SEPARATORS = (("-1", "separator"), ("0", "continuationSeparator"))


class Footnotes:
    """The footnotes of one document; make it once, then `add`."""

    def __init__(self, document: Document) -> None:
        self._text_style = document.styles.add_style("footnote text", WD_STYLE_TYPE.PARAGRAPH, builtin=True)
        self._text_style.base_style = document.styles["Normal"]
        self._text_style.font.size = Pt(9)
        self._mark_style = document.styles.add_style(
            "footnote reference", WD_STYLE_TYPE.CHARACTER, builtin=True
        )
        self._mark_style.font.superscript = True
        self._root = parse_xml(f"<w:footnotes {nsdecls('w', 'r')}/>")
        for identity, kind in _SEPARATORS:
            self._root.append(_separator(identity, kind))
        name = PackURI("/word/footnotes.xml")
        part = XmlPart(name, CONTENT_TYPE, self._root, document.part.package)
        document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)
        _name_separators(document)

    def add(self, paragraph: Paragraph, number: int, text: str) -> None:
        """A reference at the end of a paragraph, and its note; each number once in a document."""
        self._root.append(self._note(number, text))
        run = paragraph.add_run()
        run.style = self._mark_style
        run._r.append(_with_id("w:footnoteReference", str(number)))

    def _note(self, number: int, text: str) -> BaseOxmlElement:
        note = _with_id("w:footnote", str(number))
        element = OxmlElement("w:p")
        note.append(element)
        paragraph = Paragraph(element, None)  # type: ignore[arg-type]  # its part is asked for by pictures only
        properties = element.get_or_add_pPr()
        properties.style = self._text_style.style_id
        mark = _run(paragraph)
        mark._r.get_or_add_rPr().style = self._mark_style.style_id
        mark._r.append(OxmlElement("w:footnoteRef"))
        _run(paragraph).text = f" {text}"
        return note


def _run(paragraph: Paragraph) -> Run:
    return paragraph.add_run()


def _with_id(tag: str, identity: str) -> BaseOxmlElement:
    element = OxmlElement(tag)
    element.set(qn("w:id"), identity)
    return element


def _separator(identity: str, kind: str) -> BaseOxmlElement:
    note = _with_id("w:footnote", identity)
    note.set(qn("w:type"), kind)
    paragraph, run = OxmlElement("w:p"), OxmlElement("w:r")
    run.append(OxmlElement(f"w:{kind}"))
    paragraph.append(run)
    note.append(paragraph)
    return note


def _name_separators(document: Document) -> None:
    """In the settings, where the order of elements is fixed: before `compat`."""
    settings = document.settings.element
    properties = OxmlElement("w:footnotePr")
    for identity, _ in _SEPARATORS:
        properties.append(_with_id("w:footnote", identity))
    settings.find(qn("w:compat")).addprevious(properties)
