"""The PDF files that documents were read from, kept with the index so that their pages can be shown.

    vectorstore/originals/DIGEST.pdf      the digest is of the text that was read from it

A file is kept by a second name (a hard link) where the disk allows, which takes no room, else as a copy. It is named by
what it says, so that a document's new file never stands in for its old one.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

FOLDER = "originals"
SUFFIX = ".pdf"


def keep(index_dir: Path, text: str, path: Path) -> None:
    """Keep the file that a text was read from. Where that fails its pages are not shown, and nothing else is lost."""
    if path.suffix.lower() != SUFFIX:
        return
    kept = _path(index_dir, text)
    with suppress(OSError):
        if kept.exists() and kept.stat().st_size == path.stat().st_size:
            return
        kept.parent.mkdir(exist_ok=True)
        draft = kept.with_suffix(".new")
        draft.unlink(missing_ok=True)
        try:
            os.link(path.resolve(), draft)
        except OSError:
            shutil.copyfile(path, draft)
        draft.replace(kept)


def find(index_dir: Path, text: str) -> Path | None:
    """The file that a text was read from; None where it was not kept."""
    kept = _path(index_dir, text)
    return kept if kept.is_file() else None


def take(index_dir: Path, files: Iterable[Path]) -> None:
    """Keep files that were kept before, under the names that they had."""
    for file in files:
        with suppress(OSError):
            (index_dir / FOLDER).mkdir(exist_ok=True)
            draft = index_dir / FOLDER / f"{file.name}.new"
            shutil.copyfile(file, draft)
            draft.replace(draft.with_suffix(""))


def keep_only(index_dir: Path, texts: Iterable[str]) -> None:
    """Forget the files of all other texts."""
    wanted = {_path(index_dir, text).name for text in texts}
    for file in (index_dir / FOLDER).glob("*"):
        if file.name not in wanted:
            file.unlink(missing_ok=True)


def _path(index_dir: Path, text: str) -> Path:
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    return index_dir / FOLDER / f"{digest[:32]}{SUFFIX}"
