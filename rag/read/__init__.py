"""File -> Document: its text, where its pages begin, and what it and its folder's manifest say of it.

Every offset of the system counts in `Document.text`. For .txt and .md that is the file decoded with its line ends as
they are, so `open(path, encoding="utf-8", newline="").read()[start:end]` is the quotation. For every other format it
is the text that the format's reader takes out of it, which is stored with the index.

    read_document ── plain                            .txt .md, in this process
                  └─ worker ── pdf ── columns, pages  in a process of its own, with limits on time and memory
                             │ scans                  by Tesseract, where it is installed
                             │ docx ── html           mammoth, readability
                             └ odt, official, mail
    archive: ZIP files and attachments -> files.    clean: what looks other than it reads.    describe: who, when, what
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from rag.errors import DocumentError
from rag.read import clean, plain
from rag.read.describe import describe
from rag.read.extract import Extract, Limits
from rag.read.pages import merged
from rag.read.worker import read_apart
from rag.types import Description, Document, Page

READERS = {
    ".txt": "plain", ".md": "plain", ".pdf": "pdf", ".docx": "docx", ".html": "html", ".htm": "html", ".xhtml": "html",
    ".xml": "xml", ".odt": "odt", ".eml": "eml",
}  # fmt: skip
CONTAINERS = frozenset({".zip", ".eml"})  # what holds other files
_UNPRINTED = re.compile(
    "[\x00-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


def read_document(path: Path, description: Description | None = None, limits: Limits = Limits()) -> Document:
    """Read one file; raises DocumentError with what is wrong and what to do."""
    kind = READERS.get(path.suffix.lower())
    if kind is None:
        raise DocumentError(
            f"{path.name}: files ending in «{path.suffix or '(nothing)'}» are not read. Give {known_suffixes()}."
        )
    if _UNPRINTED.search(path.name):
        raise DocumentError(f"{path.name!a}: its name holds characters that cannot be seen. Rename it.")
    extract = _extract(path, kind, limits)
    if not any(c.isalnum() for c in extract.text):
        raise DocumentError(f"{path.name}: there is no text in it{_scan_advice(extract, limits)}.")
    described = describe(path.name, extract.text, extract.furniture, extract.said, description)
    return Document(
        path.name, extract.text, described, digest(extract.text, described, extract.pages), extract.pages,
        tuple(extract.remarks),
    )  # fmt: skip


def known_suffixes() -> str:
    """What can be read, for a person."""
    return ", ".join(sorted({*READERS, ".zip"}))


def _extract(path: Path, kind: str, limits: Limits) -> Extract:
    try:
        size = path.stat().st_size
        most = limits.file_mb * 1_000_000
        if size > most:
            raise DocumentError(
                f"{path.name}: {size:,} bytes; {most:,} is the most (RAG_READ_FILE_MB). Split the file."
            )
        if size == 0:
            raise DocumentError(f"{path.name}: is empty, 0 bytes. Fetch or save it again.")
        if kind != "plain":
            with path.open("rb"):
                pass
            return _made_plain(_recognised(path, read_apart(kind, path, limits), limits))
        return _as_it_is(path, limits)
    except FileNotFoundError:
        raise DocumentError(f"{path}: there is no such file. Check the name.") from None
    except IsADirectoryError:
        raise DocumentError(f"{path}: this is a folder with the name of a file.") from None
    except OSError as error:
        raise DocumentError(
            f"{path.name}: cannot be read ({error.strerror}). Check its permissions."
        ) from error


def _as_it_is(path: Path, limits: Limits) -> Extract:
    """A plain text, unchanged; one that looks other than it reads is refused."""
    try:
        extract = plain.read(path, limits)
    except DocumentError as error:
        raise DocumentError(f"{path.name}: {error}") from None
    doubts = clean.doubts(extract.text.removeprefix("\ufeff"))
    if doubts.turned or doubts.alike:
        what = (
            f"«{doubts.alike[0]}», in letters of two alphabets"
            if doubts.alike
            else "characters that turn its direction"
        )
        raise DocumentError(
            f"{path.name}: holds {what}: it looks other than it reads. Mend the text and read it again."
        )
    extract.remarks += doubts.sentences(left_out=False)
    return extract


def _made_plain(extract: Extract) -> Extract:
    """The text without what turns, hides or mimics; pages begin where they begin in what is left."""
    doubts = clean.doubts(extract.text)
    told = doubts.sentences(left_out=True)
    if not told:
        return extract
    extract.remarks += told
    if not extract.pages:
        return replace(extract, text=clean.neutralised(extract.text))
    starts = [p.start for p in extract.pages]
    parts = [clean.neutralised(extract.text[a:b]) for a, b in zip(starts, [*starts[1:], None], strict=True)]
    pages, at = [], 0
    for page, part in zip(extract.pages, parts, strict=True):
        pages.append(replace(page, start=at))
        at += len(part)
    return replace(extract, text="".join(parts), pages=tuple(pages))


def _recognised(path: Path, extract: Extract, limits: Limits) -> Extract:
    """The extract with the text of its scanned pages, where Tesseract may and can read them."""
    if not extract.scans:
        return extract
    pages = numbers(extract.scans)
    if limits.ocr == "none" or not shutil.which("tesseract"):
        extract.remarks.append(f"scanned and not read: page {pages}{_scan_advice(extract, limits)}")
        return extract
    try:
        scanned = read_apart("scan", path, limits, extract.scans)
    except DocumentError as error:
        extract.remarks.append(f"scanned and not read: page {pages} ({error})")
        return extract
    ends = [*(p.start for p in scanned.pages[1:]), len(scanned.text)]
    texts = {
        n: scanned.text[page.start : end].rstrip("\f")
        for n, page, end in zip(extract.scans, scanned.pages, ends, strict=True)
    }
    whole = merged(extract, texts)
    whole.remarks.append(
        f"scanned and recognised by Tesseract: page {pages}; hold a quotation against the page"
    )
    return whole


def _scan_advice(extract: Extract, limits: Limits) -> str:
    if not extract.scans:
        return ""
    if limits.ocr == "none":
        return ": its pages are scans, and RAG_OCR says «none»"
    return ": its pages are scans. Install Tesseract with Dutch (tesseract-ocr, tesseract-ocr-nld) and read it again"


def numbers(pages: Sequence[int]) -> str:
    """Page numbers for a person: «1–3, 7»."""
    out: list[list[int]] = []
    for page in pages:
        if out and out[-1][-1] == page - 1:
            out[-1].append(page)
        else:
            out.append([page])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in out)


def digest(text: str, description: Description, pages: Sequence[Page] = ()) -> str:
    """What a document was built from, its text, pages and description, in 64 hexadecimal digits."""
    meta = json.dumps(asdict(description), sort_keys=True, ensure_ascii=False)
    where = json.dumps([asdict(p) for p in pages]) if pages else ""
    return hashlib.sha256(f"{meta}\0{text}\0{where}".encode("utf-8", "surrogatepass")).hexdigest()
