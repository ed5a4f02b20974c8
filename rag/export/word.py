"""Content -> a Word document whose footnotes are footnotes."""

from __future__ import annotations

import io

import docx
from docx.document import Document
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.shared import Pt, RGBColor

from rag.export.content import Content, Part, Quoted
from rag.export.footnotes import Footnotes

_TEXT = RGBColor(0x1A, 0x1A, 0x1A)


def as_word(content: Content) -> bytes:
    """A whole .docx file."""
    document = docx.Document()
    _prepare(document, content)
    footnotes = Footnotes(document)
    texts = {n.number: f"{n.source}. {n.place}.{f' {n.url}' if n.url else ''}" for n in content.notes}
    document.add_heading(content.question, 1)
    for fact in content.facts:
        document.add_paragraph().add_run(fact).italic = True
    for n, line in enumerate(content.refusal):
        document.add_paragraph().add_run(line).bold = n == 0
    for part in content.parts:
        _add_part(document, footnotes, texts, part)
    document.add_heading(content.receipt_title, 2)
    for name, value in content.receipt:
        paragraph = document.add_paragraph()
        paragraph.add_run(f"{name}: ").bold = True
        paragraph.add_run(value)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _prepare(document: Document, content: Content) -> None:
    """Title and language of the file, black headings, and no author: the template names its own."""
    document.core_properties.title = content.question[:255]
    document.core_properties.author = ""
    document.core_properties.comments = ""
    document.core_properties.language = content.language
    for name in ("Heading 1", "Heading 2"):
        document.styles[name].font.color.rgb = _TEXT
    normal = document.styles["Normal"]
    normal.font.size = Pt(11)
    language = OxmlElement("w:lang")
    language.set(qn("w:val"), {"nl": "nl-NL", "en": "en-GB"}[content.language])
    normal.element.get_or_add_rPr().append(language)


def _add_part(document: Document, footnotes: Footnotes, texts: dict[int, str], part: Part) -> None:
    if part.written:
        document.add_paragraph(part.written)
    if part.warning:
        document.add_paragraph().add_run(part.warning).italic = True
    for quoted in part.quotations:
        _add_quotation(document, footnotes, texts, quoted)


def _add_quotation(document: Document, footnotes: Footnotes, texts: dict[int, str], quoted: Quoted) -> None:
    line = document.add_paragraph()
    line.paragraph_format.keep_with_next = True
    line.add_run(quoted.label).bold = True
    line.add_run(f" – {quoted.introduction}")
    quotation = document.add_paragraph(f"“{quoted.quotation}”")
    quotation.paragraph_format.left_indent = Pt(18)
    for number in quoted.notes:
        footnotes.add(quotation, number, texts[number])
