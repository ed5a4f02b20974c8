"""The index folder: which generation is current, who reads which, and what may be cleaned up.

    vectorstore/
      index.json           which generation is current, and what it was built with; replaced in one step
      generations/N/       catalogue.sqlite, lexical/, chroma/; complete before index.json names it, never changed after
        state.json         what index.json says of it: a lost index.json is found again from these
        lease              locked, shared, by every process that reads the generation
      embedded.sqlite      the vector of every passage: what Chroma is filled from
      originals/           the PDF files that documents were read from, to show their pages
      work/                documents read and split by an ingest that is not complete; survives a kill
      ingest.lock          locked by the process that writes

A lock dies with its process, so none is ever stale. Nothing here looks at a clock: generations are numbered.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from dataclasses import asdict, dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from rag import split
from rag.errors import StoreError
from rag.models.embeddings import ModelDescription

try:
    import fcntl
except ImportError:  # Windows: an open file cannot be deleted there, so a reader is safe without a lease
    fcntl = None  # type: ignore[assignment]

SCHEMA = "7"
REMEDY = "Run `rag doctor --repair`, or `rag ingest --rebuild` with your documents."
CURRENT, STATE, LEASE = "index.json", "state.json", "lease"


@dataclass(frozen=True, slots=True)
class Built:
    """What an index was built with; an index is opened only with the same."""

    schema: str
    text: str  # digest of the splitter and of the data files that decide terms and speech acts
    embedding_model: str
    embedding_key: str


def built_with(model: ModelDescription) -> Built:
    """What an index built now would be built with."""
    digest = hashlib.sha256(split.VERSION.encode())
    for name in ("stopwords.txt", "speech_acts.toml"):
        digest.update(resources.files("rag").joinpath(f"data/{name}").read_bytes())
    return Built(SCHEMA, digest.hexdigest()[:16], model.name, model.key)


@dataclass(frozen=True, slots=True)
class State:
    """What is said of a generation: its number, the digest of what is in it, what it was built with."""

    generation: int
    digest: str
    passages: int
    built: Built
    index: str = ""  # tells this index from others on the same Chroma server
    holes: int = 0  # vectors that were deleted from its Chroma since that was last built anew

    @classmethod
    def read(cls, path: Path) -> State:
        """A state from its file; raises StoreError where it cannot be understood."""
        try:
            fields: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            built = Built(**fields["built"])
            return cls(
                int(fields["generation"]), str(fields["digest"]), int(fields["passages"]), built,
                str(fields.get("index", "")), int(fields.get("holes", 0)),
            )  # fmt: skip
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StoreError(f"{path} is damaged ({type(error).__name__}). {REMEDY}") from error

    def write(self, path: Path) -> None:
        """Write it so that a reader finds the old text or the new, never a part, whenever the power fails."""
        draft = path.with_suffix(".new")
        with draft.open("w", encoding="utf-8") as file:
            json.dump(asdict(self), file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        sync(path.parent)


def read_state(folder: Path) -> State | None:
    """The current generation's state, or None where there is no index; raises StoreError where it cannot be read."""
    path = folder / CURRENT
    return State.read(path) if path.is_file() else None


def home_of(folder: Path, generation: int) -> Path:
    """Where a generation is."""
    return folder / "generations" / str(generation)


def generations(folder: Path) -> list[int]:
    """The generations that have a folder, complete or not, the newest first."""
    homes = (folder / "generations").glob("*")
    return sorted((int(h.name) for h in homes if h.name.isdigit()), reverse=True)


class Lease:
    """Held while a generation is read, so that no writer removes it meanwhile; a process that dies lets go of it.

    Raises FileNotFoundError where the generation is gone, or is being removed.
    """

    def __init__(self, home: Path) -> None:
        self._file: int | None = None
        if fcntl is not None:
            try:
                self._file = os.open(home / LEASE, os.O_RDONLY)
                fcntl.flock(self._file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                self.close()
                raise FileNotFoundError(home) from None
            except OSError:  # a file system without locks, or a generation made by hand
                self.close()
        if not (home / "catalogue.sqlite").is_file():
            self.close()
            raise FileNotFoundError(home)

    def close(self) -> None:
        """Let go."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    __del__ = close


def forget(folder: Path, keep: set[int]) -> list[int]:
    """Remove the generations that nobody reads but those to keep; those that somebody still reads are given back."""
    others = [number for number in generations(folder) if number not in keep]
    return [number for number in others if not _removed(home_of(folder, number))]


def _removed(home: Path) -> bool:
    lease: int | None = None
    try:
        if fcntl is not None and (home / LEASE).is_file():
            lease = os.open(home / LEASE, os.O_RDWR)
            fcntl.flock(lease, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(home, ignore_errors=True)
    except BlockingIOError:
        return False
    except OSError:  # no locks on this file system: leave it, rather than take it from under a reader
        return False
    finally:
        if lease is not None:
            os.close(lease)
    return True


def sync(path: Path) -> None:
    """Have the disk keep a file, or the names in a folder."""
    if path.is_dir() and os.name == "nt":
        return
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


def sync_all(home: Path) -> None:
    """Have the disk keep everything below a folder."""
    for path in [*home.rglob("*"), home, home.parent]:
        sync(path)
