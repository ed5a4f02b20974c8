"""ZIP archives and the attachments of messages -> files in a folder of our own, each under its bare name.

A name that leads out of the archive, a link, a locked member, an archive in an archive, and what unpacks to more than
the limits is refused by name; the other members are read. A member's size is counted while it unpacks: what the
archive says of it is not believed.
"""

from __future__ import annotations

import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage, Message
from pathlib import Path, PurePosixPath

from rag.errors import DocumentError
from rag.read.extract import Limits
from rag.read.mail import HEADER_ERRORS, parse

_CHUNK = 1 << 20
LONGEST_NAME = 240  # bytes; what file systems take
_ENTRY = 1024  # bytes of an archive's directory that one member may take: a long name and its extras
ARCHIVES = frozenset({".zip", ".7z", ".rar", ".gz", ".tar", ".tgz", ".bz2", ".xz"})


ZIP_ERRORS = (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, zlib.error, LookupError, RuntimeError, ValueError, struct.error)  # fmt: skip


@dataclass(slots=True)
class Unpacked:
    """The files that came out, and what did not: (name, why)."""

    files: list[Path] = field(default_factory=list)
    refused: list[tuple[str, str]] = field(default_factory=list)


def unpack(path: Path, into: Path, limits: Limits) -> Unpacked:
    """Unpack a ZIP into a folder; raises DocumentError where it is none, or too large as a whole."""
    _check_size(path, limits)
    out = Unpacked()
    room = limits.archive_mb * 1_000_000
    try:
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                if info.filename.endswith("/"):
                    continue
                why = _unwanted(info, out)
                if not why:
                    try:
                        target = into / _bare(info.filename)
                        room -= _write(archive, info, target, min(room, limits.file_mb * 1_000_000))
                        out.files.append(target)
                    except _TooLargeError:
                        why = "unpacks to more than the limit (RAG_READ_FILE_MB, RAG_READ_ARCHIVE_MB)"
                    except ZIP_ERRORS as error:
                        why = f"cannot be unpacked ({error})"
                if why:
                    out.refused.append((info.filename, why))
    except ZIP_ERRORS as error:
        raise DocumentError(f"{path.name}: is damaged, or no ZIP archive ({error}).") from None
    return out


def attachments(path: Path, into: Path, limits: Limits) -> Unpacked:
    """Save what is attached to a message into a folder; pictures inside its text are left."""
    out = Unpacked()
    for number, (name, part) in enumerate(_attached(path), 1):
        if number > limits.archive_files:
            raise DocumentError(
                f"{path.name}: more than {limits.archive_files:,} attachments (RAG_READ_ARCHIVE_FILES)."
            )
        if name is None or part.get_content_maintype() == "image" or not isinstance(part, EmailMessage):
            continue
        target = into / _bare(name)
        try:
            content = _content(part)
        except HEADER_ERRORS:
            content = None
        if not _saved(content, target):
            out.refused.append((name, "this attachment is not read; save it and give it by itself"))
            continue
        out.files.append(target)
    return out


def _saved(content: object, target: Path) -> bool:
    """Write an attachment; False for one that is no file, an archive, of a name that is there or that cannot be."""
    if not isinstance(content, bytes) or not target.name or target.suffix.lower() in ARCHIVES:
        return False
    try:
        with target.open("xb") as file:
            file.write(content)
    except (OSError, ValueError):
        return False
    return True


def _attached(path: Path) -> Iterator[tuple[str | None, Message]]:
    """The parts of a message that are attached to it, each with the name it says; raises DocumentError."""
    try:
        yield from _parts(parse(path), path.stem)
    except HEADER_ERRORS as error:
        raise DocumentError(f"{path.name}: is damaged ({type(error).__name__}). Save it anew.") from None


def _parts(message: EmailMessage, stem: str) -> Iterator[tuple[str | None, Message]]:
    """What is attached to a message, and to the messages that are: those get a name from the one that holds them."""
    for number, part in enumerate(message.iter_attachments(), 1):
        inner = _forwarded(part)
        if inner is None:
            yield part.get_filename(), part
            continue
        name = f"{stem} – bericht {number}"
        yield f"{name}.eml", part
        yield from _parts(inner, name)


def _forwarded(part: Message) -> EmailMessage | None:
    """The message that a part holds, or None."""
    if part.get_content_type() != "message/rfc822" or not part.is_multipart():
        return None
    inner = part.get_payload(0)
    return inner if isinstance(inner, EmailMessage) else None


def _content(part: Message) -> object:
    """The bytes of a part; a message that is attached is a file as it would be by itself."""
    inner = _forwarded(part)
    return part.get_payload(decode=True) if inner is None else inner.as_bytes()


class _TooLargeError(Exception):
    """A member is larger than there is room for."""


def _check_size(path: Path, limits: Limits) -> None:
    """Look at the archive's end, before its directory is read into memory: how many members, how large a directory."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 66_000))
        tail = file.read()
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        raise DocumentError(f"{path.name}: is damaged, or no ZIP archive. Fetch or save it again.")
    members, directory = struct.unpack("<HI", tail[at + 10 : at + 16])
    if members > limits.archive_files or directory > limits.archive_files * _ENTRY:
        raise DocumentError(
            f"{path.name}: more than {limits.archive_files:,} files (RAG_READ_ARCHIVE_FILES). Split the archive."
        )


def _unwanted(info: zipfile.ZipInfo, out: Unpacked) -> str:
    """Why a member is refused; empty where it is not."""
    pure = PurePosixPath(info.filename.replace("\\", "/"))
    bare = _bare(info.filename)
    if not pure.parts:
        return "it has no name"
    reasons = (
        (
            pure.is_absolute() or ".." in pure.parts or ":" in pure.parts[0],
            "its name leads out of the archive",
        ),
        (stat.S_ISLNK(info.external_attr >> 16), "it is a link to another file"),
        (info.flag_bits & 1, "it is locked with a password"),
        (
            pure.suffix.lower() in ARCHIVES,
            "an archive inside an archive is not opened; unpack it and give its files",
        ),
        (not bare or len(os.fsencode(bare)) > LONGEST_NAME, "its name is no file's name, or too long"),
        (any(f.name == bare for f in out.files), "the archive holds another file of this name"),
    )
    return next((why for holds, why in reasons if holds), "")


def _bare(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/").replace("\0", "")).name


def _write(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path, room: int) -> int:
    """Unpack one member a piece at a time; the bytes it took."""
    size = 0
    with archive.open(info) as member, target.open("wb") as file:
        while piece := member.read(_CHUNK):
            size += len(piece)
            if size > room:
                file.close()
                target.unlink()
                raise _TooLargeError
            file.write(piece)
    return size
