"""One page of a PDF -> a picture of it, and the places of its words in reading order, for the view beside the text.

It runs where files are read, in the process of `worker`: a file that was made to break a parser breaks that process only.
"""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

from rag.errors import DocumentError
from rag.read.columns import read_columns
from rag.read.extract import Extract, Limits, Row
from rag.read.pages import Sheet
from rag.read.pdf import SCAN_CHARACTERS, open_pdf, page_sheet
from rag.read.scans import languages, recognised

DPI = 144  # twice a screen's 72 points an inch: sharp on a good screen
_LARGEST = 6_000_000  # pixels; a larger page is drawn smaller
_COLOURS = 32  # of the picture: letters keep their edges, and a page is some hundred kilobytes


def read(path: Path, limits: Limits, pages: tuple[int, ...]) -> Extract:
    """Draw one page, by number from 1; raises DocumentError where the file has no such page."""
    pdf, (number,) = open_pdf(path), pages
    if not 0 < number <= len(pdf):
        raise DocumentError(f"has no page {number}.")
    page = pdf[number - 1]
    width, height = page.get_size()
    scale = min(DPI / 72, (_LARGEST / max(width * height, 1.0)) ** 0.5)
    sheet = page_sheet(pdf, number - 1)
    image = page.render(scale=scale, rotation=sheet.turned).to_pil().convert("RGB")
    drawn = io.BytesIO()
    image.quantize(_COLOURS).save(drawn, "PNG", optimize=True)
    if sheet.picture and sum(len(w.text) for w in sheet.words) < SCAN_CHARACTERS:
        sheet = _scanned(page, sheet, limits)
    return Extract("", picture=base64.b64encode(drawn.getvalue()).decode(), places=_places(sheet))


def _scanned(page: Any, sheet: Sheet, limits: Limits) -> Sheet:
    known = languages(limits.ocr_languages) if limits.ocr != "none" else ""
    return recognised(page, known, limits) if known else sheet


def _places(sheet: Sheet) -> tuple[Row, ...]:
    """Rows of words, each with its left, top, right and bottom as shares of the page."""
    return tuple(
        tuple(
            (
                w.text, round(w.x0 / sheet.width, 5), round((w.y - 0.85 * w.size) / sheet.height, 5),
                round(w.x1 / sheet.width, 5), round((w.y + 0.25 * w.size) / sheet.height, 5),
            )
            for w in row.words
        )
        for column in read_columns(sheet.words)
        for row in column.rows
    )  # fmt: skip
