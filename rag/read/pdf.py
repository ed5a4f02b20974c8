"""PDF -> words with their places, page by page, by PDFium (the engine of Chromium); `pages` makes text of them.

What nobody can see on the page is not read: characters outside the page, white on nothing, or smaller than a point.
The invisible layer that a scanner's text recognition leaves over its picture is read, as it is what the picture says.
"""

from __future__ import annotations

import ctypes
import math
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from pypdfium2 import raw

from rag.errors import DocumentError
from rag.read.columns import Word
from rag.read.extract import Extract, Limits
from rag.read.flow import BULLET
from rag.read.pages import Sheet, compose

MOST_PATHS = 500  # drawn shapes of a page that are looked at for bullets
SCAN_CHARACTERS = 12  # a page with fewer, and with a picture on it, is a scan
_INVISIBLE = 3  # the text render mode of a scanner's hidden layer
_HYPHEN = "\x02"  # what PDFium makes of a hyphen that breaks a word at the end of a line
_LIGATURES = {"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\ufb05": "st", "\ufb06": "st"}  # fmt: skip


@dataclass(slots=True)
class _Char:
    text: str
    x0: float
    x1: float
    y: float  # of its baseline, from the page's top
    size: float
    space: bool


def read(path: Path, limits: Limits, _pages: tuple[int, ...] = ()) -> Extract:
    """Read a PDF; raises DocumentError for one that is locked, damaged, or has too many pages."""
    pdf = open_pdf(path)
    if len(pdf) > limits.pages:
        raise DocumentError(
            f"{len(pdf):,} pages; {limits.pages:,} is the most (RAG_READ_PAGES). Split the file."
        )
    sheets, scans, unseen, total = [], [], 0, 0
    for number in range(len(pdf)):
        sheet, hidden = _sheet(pdf, number)
        unseen += hidden
        total += sum(len(w.text) for w in sheet.words)
        if total > limits.characters:
            raise DocumentError(
                f"more than {limits.characters:,} characters of text (RAG_READ_CHARACTERS). Split the file."
            )
        if sheet.picture and sum(len(w.text) for w in sheet.words) < SCAN_CHARACTERS:
            scans.append(number + 1)
        sheets.append(sheet)
    extract = compose(sheets)
    extract.scans = tuple(scans)
    extract.said = _said(pdf)
    if unseen:
        extract.remarks.append(f"{unseen:,} characters that cannot be seen on the page were left out")
    return extract


def open_pdf(path: Path) -> pdfium.PdfDocument:
    """Open a PDF; raises DocumentError with what is wrong and what to do."""
    try:
        pdf = pdfium.PdfDocument(path)
        pages = len(pdf)
    except pdfium.PdfiumError as error:
        if "password" in str(error).lower():
            raise DocumentError("is locked with a password. Save it without one.") from None
        raise DocumentError("is damaged, or no PDF. Fetch or save it again.") from None
    if pages == 0:
        raise DocumentError("holds no pages. Fetch or save it again.")
    pdf.init_forms()
    return pdf


def _said(pdf: pdfium.PdfDocument) -> dict[str, Any]:
    """A title in the metadata, where it is one and not the name of a file that it was made from."""
    try:
        title = " ".join(pdf.get_metadata_value("Title").split())
    except UnicodeDecodeError:  # pypdfium2 (5.15) raises it for half a character of UTF-16
        return {}
    made_from = title.startswith(("Microsoft Word", "untitled", "Naamloos")) or title[-5:].count(".")
    return {"title": title} if len(title.split()) >= 3 and not made_from else {}


def page_sheet(pdf: pdfium.PdfDocument, number: int) -> Sheet:
    """The words of one page, by number from 0, with their places."""
    return _sheet(pdf, number)[0]


def _sheet(pdf: pdfium.PdfDocument, number: int) -> tuple[Sheet, int]:
    try:
        page = pdf[number]
        if pdf.formenv is not None:  # what was filled in becomes text of the page, as it is printed
            page.flatten()
            page.close()
            page = pdf[number]
        textpage = page.get_textpage()
    except pdfium.PdfiumError:
        return Sheet([], 595.0, 842.0, damaged=True), 0
    left, bottom, right, top = page.get_cropbox()
    rotation = page.get_rotation()
    turned = _turned(textpage, rotation)
    view = _View(left, bottom, right, top, (rotation + turned) % 360)
    seen, hidden = [], 0
    for char, visible in _characters(textpage, view):
        if visible:
            seen.append(char)
        else:
            hidden += not char.space
    label = pdf.get_page_label(number)
    printed = label if label and label != str(number + 1) else None
    has_picture = any(True for _ in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=3))
    words = list(_words(seen))
    words += _bullets(page, view, words)
    return Sheet(words, view.width, view.height, printed, picture=has_picture, turned=turned), hidden


def _turned(textpage: pdfium.PdfTextPage, rotation: int) -> int:
    """The quarter turns, in degrees to the right, that set most of a page's text upright: a wide table stands sideways."""
    turns: Counter[int] = Counter()
    for i in range(textpage.count_chars()):
        if not raw.FPDFText_IsGenerated(textpage, i):
            angle = math.degrees(raw.FPDFText_GetCharAngle(textpage, i)) + rotation
            turns[round(-angle / 90) * 90 % 360] += 1
    most, count = turns.most_common(1)[0] if turns else (0, 0)
    return most if 2 * count > turns.total() else 0


def _bullets(page: pdfium.PdfPage, view: _View, words: list[Word]) -> list[Word]:
    """The bullets that are drawn and not written, as browsers print them: a small dot just before a line's first word."""
    dots = []
    for path in islice(page.get_objects(filter=[raw.FPDF_PAGEOBJ_PATH], max_depth=3), MOST_PATHS):
        left, bottom, right, top = path.get_bounds()
        if 1 <= right - left <= 8 and 0.8 <= (right - left) / max(top - bottom, 0.1) <= 1.25:
            dots.append((*view.place(left, (bottom + top) / 2), right - left))
    out = []
    for x, y, width in dots:
        level = [w for w in words if 0 <= w.y - y <= 0.7 * w.size]
        first = min((w for w in level if w.x0 > x), key=lambda w: w.x0, default=None)
        lone = not any(x - 3 * w.size < w.x1 <= x + 1 for w in level)
        if (
            first is not None
            and lone
            and width < 0.6 * first.size
            and first.x0 - x - width <= 2.5 * first.size
        ):
            out.append(Word(BULLET, x, x + width, first.y, first.size))
    return out


@dataclass(slots=True)
class _View:
    """The visible part of a page; turns a point of the page into one of the sheet, from its top left."""

    left: float
    bottom: float
    right: float
    top: float
    rotation: int

    @property
    def width(self) -> float:
        return self.right - self.left if self.rotation % 180 == 0 else self.top - self.bottom

    @property
    def height(self) -> float:
        return self.top - self.bottom if self.rotation % 180 == 0 else self.right - self.left

    def place(self, x: float, y: float) -> tuple[float, float]:
        if self.rotation == 90:
            return y - self.bottom, x - self.left
        if self.rotation == 180:
            return self.right - x, y - self.bottom
        if self.rotation == 270:
            return self.top - y, self.right - x
        return x - self.left, self.top - y


def _characters(textpage: pdfium.PdfTextPage, view: _View) -> Iterator[tuple[_Char, bool]]:
    """Each character with its place, and whether it can be seen."""
    x, y, box = ctypes.c_double(), ctypes.c_double(), raw.FS_RECTF()
    matrix = raw.FS_MATRIX()
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    turned = math.radians(view.rotation)
    for i in range(textpage.count_chars()):
        text = _character(raw.FPDFText_GetUnicode(textpage, i), bool(raw.FPDFText_IsHyphen(textpage, i)))
        if not text:
            continue
        if raw.FPDFText_IsGenerated(textpage, i):
            yield _Char(" ", 0, 0, 0, 0, space=True), True
            continue
        raw.FPDFText_GetCharOrigin(textpage, i, x, y)
        raw.FPDFText_GetLooseCharBox(textpage, i, box)
        (x0, y0), (x1, y1) = view.place(box.left, box.bottom), view.place(box.right, box.top)
        size = abs(y1 - y0)
        if raw.FPDFText_GetMatrix(textpage, i, matrix):
            scaled = raw.FPDFText_GetFontSize(textpage, i) * math.hypot(matrix.c, matrix.d)
            size = scaled if 1 <= scaled <= 200 else size  # else a font that scales itself: its box tells
        at = view.place(x.value, y.value)
        angle = (raw.FPDFText_GetCharAngle(textpage, i) + turned) % (2 * math.pi)
        upright = min(angle, 2 * math.pi - angle) < 0.2
        inside = -1 <= at[0] <= view.width + 1 and -1 <= at[1] <= view.height + 1
        # a broken file's letters may be of any size
        sized = 1 <= size <= view.height and math.isfinite(x1 - x0)
        visible = upright and inside and sized
        if visible and raw.FPDFText_GetFillColor(textpage, i, red, green, blue, alpha):
            white = min(red.value, green.value, blue.value) >= 250 or alpha.value < 10
            visible = not white or _layer(textpage, i)
        yield _Char(text, min(x0, x1), max(x0, x1), at[1], size, text.isspace()), visible


def _layer(textpage: pdfium.PdfTextPage, i: int) -> bool:
    """Whether a character belongs to the invisible layer of a scanner's text recognition."""
    text_object = raw.FPDFText_GetTextObject(textpage, i)
    return bool(text_object) and raw.FPDFTextObj_GetTextRenderMode(text_object) == _INVISIBLE


def _character(code: int, hyphen: bool) -> str:
    """What a code reads as; empty for what is no text."""
    if hyphen or code in (0x02, 0xAD):
        return "-" if hyphen or code == 0x02 else "\u00ad"  # which is unseen, and named as that
    if code in (0, 0xFFFE, 0xFFFF) or 0xD800 <= code < 0xE000 or code > 0x10FFFF:
        return ""
    text = chr(code)
    if text in _LIGATURES:
        return _LIGATURES[text]
    return " " if text.isspace() or unicodedata.category(text) == "Cc" else text


def _words(chars: list[_Char]) -> Iterator[Word]:
    """Characters in a row, until white space, another line or a gap."""
    word: list[_Char] = []
    spaced = False
    for char in chars:
        if word and (char.space or _apart(word[-1], char)):
            yield _word(word, spaced)
            word, spaced = [], False
        if char.space:
            spaced = char.size > 0  # not one that PDFium made of a gap
        else:
            word.append(char)
    if word:
        yield _word(word, spaced)


def _apart(last: _Char, char: _Char) -> bool:
    size = max(last.size, char.size)
    other_line = (
        abs(char.y - last.y) > 0.12 * size or char.size < 0.85 * last.size or last.size < 0.85 * char.size
    )
    return other_line or not -0.6 * size <= char.x0 - last.x1 <= 0.2 * size


def _word(chars: list[_Char], spaced: bool) -> Word:
    text = unicodedata.normalize("NFC", "".join(c.text for c in chars))
    sizes = sorted(c.size for c in chars)
    left, right = min(c.x0 for c in chars), max(c.x1 for c in chars)
    return Word(text, left, right, chars[0].y, sizes[len(sizes) // 2], spaced)
