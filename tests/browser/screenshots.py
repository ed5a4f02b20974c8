"""The pictures of the README: `make screenshots` starts the app on seeds/, acts as a reader, and writes docs/images.

Run from the repository root: python tests/browser/screenshots.py
"""

from __future__ import annotations

import io
import os
import shutil
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, sync_playwright
from reader import ENGLISH, REFUSED, Reader

sys.path.insert(0, str(Path(__file__).parent.parent))
from serving import ROOT, served

from rag.ingest import ingest
from rag.settings import load_settings

LARGEST = 250_000  # bytes of a picture
COLOURS = 256
OUT = ROOT / "docs" / "images"
WIDE, PHONE = {"width": 1400, "height": 940}, {"width": 390, "height": 800}


def main() -> None:
    """Build an index, serve it, take every picture."""
    OUT.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        ingest([ROOT / "seeds"], load_settings(_env_file=None, index_dir=folder / "index", llm="none"))
        path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
        with served(folder, folder / "index") as home, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
            take(browser, home)
            browser.close()


def take(browser: Browser, home: str) -> None:
    """A picture a page."""
    ask = reader(browser, home, WIDE, "en-GB").asks(ENGLISH).opens_source("Source [1]")
    save(ask, "ask")
    save(reader(browser, home, WIDE, "nl-NL").asks(REFUSED), "refusal")
    documents = reader(browser, home, WIDE, "nl-NL")
    documents.page.goto(f"{home}/documents")
    documents.sees("Position paper")
    save(documents, "documents")
    phone = reader(browser, home, PHONE, "nl-NL", color_scheme="dark").asks(ENGLISH).opens_source("Bron [1]")
    save(phone, "phone")


def reader(browser: Browser, home: str, size: dict[str, int], locale: str, **options: str) -> Reader:
    """Somebody new at a browser."""
    context = browser.new_context(viewport=size, locale=locale, device_scale_factor=1.5, **options)
    return Reader(context.new_page(), home).opens()


def save(there: Reader, name: str) -> None:
    """The picture, when nothing moves any more."""
    there.page.mouse.move(0, 0)
    there.page.locator("[data-test-script-state=notRunning]").wait_for()
    there.page.wait_for_load_state("networkidle")
    there.page.evaluate("document.fonts.ready")
    taken = there.page.screenshot(animations="disabled", caret="hide")
    # Few colours are on these pages: a palette makes a third of the size of it, and nobody sees a difference.
    with Image.open(io.BytesIO(taken)) as picture:
        small = picture.convert("RGB").quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    small.save(OUT / f"{name}.png", optimize=True)
    size = (OUT / f"{name}.png").stat().st_size
    print(f"docs/images/{name}.png: {size // 1000} kB")
    assert size < LARGEST, f"{name}.png is too large for a README"


if __name__ == "__main__":
    main()
