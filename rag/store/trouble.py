"""What the disk or SQLite says goes wrong, told to a person: no room, no leave to write, damage."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rag.errors import StoreError
from rag.store.generations import REMEDY

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_CLOSED = {errno.EROFS, errno.EACCES, errno.EPERM}


@contextmanager
def in_folder(folder: Path) -> Iterator[None]:
    """Tell what goes wrong while the index in a folder is written as a StoreError that says what to do."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        raise told(error, folder) from error
    except StoreError as error:  # of Chroma, which has its own words for the same
        cause = error.__cause__
        if cause is not None and (_is_full(cause) or _is_closed(cause)):
            raise told(cause, folder) from error
        raise


def told(error: BaseException, folder: Path) -> StoreError:
    """What went wrong, and what to do."""
    if _is_full(error):
        return StoreError(
            f"The disk has no room left for the index in «{folder}», or fails; what was indexed before is as it was. "
            "Make room and do it again: it goes on where it stopped."
        )
    if _is_closed(error):
        return StoreError(
            f"The index in «{folder}» cannot be written to. Check its permissions, or set RAG_INDEX_DIR."
        )
    if isinstance(error, sqlite3.DatabaseError):
        return StoreError(f"The index in {folder} is damaged: {error}. {REMEDY}")
    return StoreError(
        f"The index in «{folder}» cannot be written: {error}. Do it again, or run `rag doctor`."
    )


def _is_full(error: BaseException) -> bool:
    said = str(error).casefold()
    return getattr(error, "errno", None) in _FULL or any(
        x in said for x in ("disk is full", "disk i/o error", "no space left", "file too large")
    )


def _is_closed(error: BaseException) -> bool:
    said = str(error).casefold()
    return getattr(error, "errno", None) in _CLOSED or any(
        x in said
        for x in (
            "readonly database",
            "read-only file system",
            "permission denied",
            "unable to open database",
        )
    )
