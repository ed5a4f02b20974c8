"""Scanned pages -> text, by Tesseract where it is installed. The words come with their places, and `pages` reads them
as it reads a PDF's: columns, running headers and paragraphs are found by the same rules."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
from functools import lru_cache
from pathlib import Path
from typing import Any

from rag.errors import DocumentError
from rag.read.extract import Extract, Limits
from rag.read.hocr import words
from rag.read.pages import Sheet, compose
from rag.read.pdf import open_pdf

DPI = 300  # what Tesseract's makers advise
_LARGEST = 40_000_000  # pixels of one page; a poster is drawn smaller


def tesseract() -> str | None:
    """Where Tesseract is installed, or None."""
    return shutil.which("tesseract")


@lru_cache(maxsize=4)
def languages(wanted: str) -> str:
    """Those of the wanted languages, «nld+eng», that Tesseract has; empty for none of them."""
    program = tesseract()
    if program is None:
        return ""
    listed = subprocess.run(
        [program, "--list-langs"], capture_output=True, text=True, timeout=20, check=False
    )
    return "+".join(name for name in wanted.split("+") if name in listed.stdout.split())


def read(path: Path, limits: Limits, pages: tuple[int, ...]) -> Extract:
    """Recognise some pages of a PDF, by number from 1; the extract has as many pages as were asked for."""
    pdf = open_pdf(path)
    known = languages(limits.ocr_languages)
    if not known:
        raise DocumentError(f"Tesseract knows none of «{limits.ocr_languages}» (RAG_OCR_LANGUAGES).")
    sheets = [recognised(pdf[number - 1], known, limits) for number in pages]
    return compose(sheets)


def recognised(page: Any, known: str, limits: Limits) -> Sheet:
    """The words that Tesseract sees on a page, with their places; raises DocumentError where it fails."""
    width, height = page.get_size()
    scale = min(DPI / 72, (_LARGEST / (width * height)) ** 0.5)
    image = page.render(scale=scale, grayscale=True).to_pil()
    picture = io.BytesIO()
    image.save(picture, "PNG")
    done = subprocess.run(
        [tesseract() or "tesseract", "stdin", "stdout", "-l", known, "--dpi", str(round(72 * scale)), "--psm", "3",
         "-c", "hocr_char_boxes=1", "hocr"],
        input=picture.getvalue(), capture_output=True, timeout=limits.ocr_seconds, check=False,
        env={**os.environ, "OMP_THREAD_LIMIT": "1"},
    )  # fmt: skip
    if done.returncode:
        raise DocumentError(f"Tesseract failed: {done.stderr.decode('utf-8', 'replace').strip()[:200]}")
    return Sheet(words(done.stdout, scale), width, height)
