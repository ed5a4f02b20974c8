"""Paths -> the files to read: what stands in folders, what is in archives and messages, and how each is told from what is known.

Whether a file has changed is told by its bytes, never by its time: a copy, a restored backup or a clock that jumps
gives any time. Hashing takes a second for a gigabyte; reading it takes hours.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

from rag.errors import DocumentError, InputError, ManifestError
from rag.manifest import NAME as MANIFEST
from rag.manifest import SOURCES, read_manifest
from rag.read import CONTAINERS
from rag.read.archive import Unpacked, attachments, unpack
from rag.read.extract import Limits
from rag.types import Description

LIBRARIES = ("charset-normalizer", "lxml", "mammoth", "pypdfium2", "python-docx", "readability-lxml")


@dataclass(frozen=True, slots=True)
class File:
    """A file to read: where its bytes are, where it belongs (`inside` an archive or a message), or why it is not read."""

    path: Path
    described: Description | None = None
    inside: Path | None = None
    refused: str = ""

    @property
    def name(self) -> str:
        """The name under which it is known."""
        return self.path.name or str(self.path)

    @property
    def place(self) -> Path:
        """Where it belongs."""
        return (self.inside or self.path.parent).resolve() / self.path.name


def files(paths: Sequence[Path]) -> Iterator[File]:
    """Every file to read, with what its folder's manifest says of it; raises InputError for a path that is not there."""
    for path in paths:
        if path.is_dir():
            manifest = read_manifest(path)
            for file in sorted(path.iterdir()):
                described = file.name in manifest
                if file.is_file() and (described or is_document(file)):
                    yield File(file, manifest.get(file.name))
        elif path.exists():
            yield File(path, read_manifest(path.parent).get(path.name))
        else:
            raise InputError(f"«{path}»: there is no such file or folder. Check the name.")


def opened(file: File, unpacked: Path, limits: Limits) -> Iterator[File]:
    """A file, or what is in it: the members of an archive, a message and its attachments."""
    suffix = file.path.suffix.lower()
    if suffix != ".zip":
        yield file
    if suffix not in CONTAINERS:
        return
    home = unpacked / str(len(list(unpacked.iterdir())))
    home.mkdir()
    try:
        if file.path.stat().st_size > limits.file_mb * 1_000_000:
            raise DocumentError(
                f"{file.path.name}: larger than {limits.file_mb} MB (RAG_READ_FILE_MB). Split the archive."
            )
        inner = (unpack if suffix == ".zip" else attachments)(file.path, home, limits)
    except DocumentError as error:
        if suffix == ".zip":  # of a message that is none, reading it tells
            yield File(file.path, refused=str(error))
        return
    yield from _members(file.path, home, inner)


def _members(container: Path, home: Path, inner: Unpacked) -> Iterator[File]:
    try:
        manifest = read_manifest(home)
    except ManifestError as error:
        manifest = {}
        inner.refused.append((MANIFEST, str(error)))
    for path in inner.files:
        if path.name in manifest or is_document(path):
            yield File(path, manifest.get(path.name), inside=container)
    for name, why in inner.refused:
        yield File(
            Path(name.replace("\0", "")), inside=container, refused=f"{container.name}: {name}: {why}."
        )


def is_document(file: Path) -> bool:
    """A folder's README, manifest and sources are about its documents, not among them; hidden files are nobody's."""
    return (
        file.name not in (MANIFEST, SOURCES)
        and not file.name.startswith(".")
        and file.stem.upper() != "README"
    )


def fingerprint(file: File, limits: Limits) -> str:
    """The digest of a file's bytes, of what is said of it, and of how it is read; "" where it cannot be had.

    The same fingerprint is the same document, without reading the file.
    """
    try:
        if file.path.stat().st_size > limits.file_mb * 1_000_000:
            return ""
        with file.path.open("rb") as opened:
            content = hashlib.file_digest(opened, "sha256").hexdigest()
    except OSError:  # reading it tells why
        return ""
    said = asdict(file.described) if file.described is not None else None
    how = [
        content,
        file.path.name,
        said,
        readers(),
        limits.ocr,
        limits.ocr_languages,
        bool(shutil.which("tesseract")),
    ]
    return hashlib.sha256(json.dumps(how, sort_keys=True).encode()).hexdigest()


@lru_cache(maxsize=1)
def readers() -> str:
    """The digest of what reads files: our own readers, and the libraries below them. Another version reads all again."""
    digest = hashlib.sha256(json.dumps([version(name) for name in LIBRARIES]).encode())
    home = Path(__file__).parent
    for path in sorted(p for room in ("read", "text") for p in (home / room).glob("*.py")):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()
