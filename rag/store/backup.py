"""An index in one file, and back: what cannot be made again, or only in hours. The rest is made anew from it.

A tar archive of these files, in this order:

    backup.json             the state of the generation, and the sizes and SHA-256 digests of the others
    catalogue.sqlite        documents, with their texts and descriptions, and passages
    embedded.sqlite         the vectors of those passages
    originals/DIGEST.pdf    the files whose pages are shown, as many as the index has kept

What is in an archive is believed only as far as it fits: members of other names, links, other sizes or digests, and a
database that SQLite finds damaged are refused before anything is written to the index.
"""

from __future__ import annotations

import hashlib
import io
import json
import re
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

import numpy as np

from rag.errors import InputError, StoreError
from rag.settings import Settings
from rag.store import originals
from rag.store.catalogue import Catalogue
from rag.store.embedded import FILE as EMBEDDED
from rag.store.embedded import Embedded
from rag.store.generations import SCHEMA, Lease, State, home_of, read_state, sync
from rag.store.trouble import told

CONTENTS, CATALOGUE = "backup.json", "catalogue.sqlite"
MEMBERS = (CATALOGUE, EMBEDDED)
_PIECE = 1 << 20
_ORIGINAL = re.compile(rf"{originals.FOLDER}/[0-9a-f]{{32}}{re.escape(originals.SUFFIX)}")
_LARGEST_CONTENTS = 100_000_000  # bytes of backup.json: 150 for each original


def backup(file: Path, settings: Settings) -> State:
    """Write the current generation to a file, which is complete or not there; it may be read from meanwhile.

    Raises StoreError where there is no index, InputError where the file cannot be written.
    """
    folder = settings.index_dir
    state, lease = _leased(folder)
    draft = file.with_name(f"{file.name}.new")
    try:
        with TemporaryDirectory(prefix="rag-backup-") as temporary:
            vectors = Path(temporary) / EMBEDDED
            _copy_vectors(folder, state, vectors)
            catalogue = home_of(folder, state.generation) / CATALOGUE
            files = {CATALOGUE: catalogue, EMBEDDED: vectors}
            _write(draft, state, files | _originals(folder, catalogue))
        sync(draft)
        draft.replace(file)
    except OSError as error:
        raise InputError(
            f"The backup «{file}» cannot be written ({error.strerror}). Choose another place."
        ) from error
    except sqlite3.Error as error:
        raise told(error, folder) from error
    finally:
        draft.unlink(missing_ok=True)
        lease.close()
    return state


def _leased(folder: Path) -> tuple[State, Lease]:
    while True:
        state = read_state(folder)
        if state is None:
            raise StoreError(f"There is no index in «{folder}». Run `rag ingest` first.")
        if state.built.schema != SCHEMA:
            raise StoreError("The index is of an older form. Run `rag doctor --repair`.")
        try:
            return state, Lease(home_of(folder, state.generation))
        except FileNotFoundError:
            if read_state(folder) == state:
                raise StoreError(
                    f"The index in {folder} is damaged: generation {state.generation} is not there."
                ) from None


def _copy_vectors(folder: Path, state: State, to: Path) -> None:
    """The vectors of one generation; what an ingest that is going on adds meanwhile is left out."""
    with closing(Catalogue(home_of(folder, state.generation) / CATALOGUE, read_only=True)) as catalogue:
        ids = catalogue.ids()
    key = state.built.embedding_key
    with closing(Embedded(folder / EMBEDDED, key)) as source, closing(Embedded(to, key)) as target:
        for start in range(0, len(ids), 4000):
            found = source.get(ids[start : start + 4000])
            if found:
                target.add(list(found), np.stack(list(found.values())))
        target.settle()


def _originals(folder: Path, of: Path) -> dict[str, Path]:
    with closing(Catalogue(of, read_only=True)) as catalogue:
        found = [path for text in catalogue.paged_texts() if (path := originals.find(folder, text))]
    return {f"{originals.FOLDER}/{path.name}": path for path in sorted(set(found))}


def _write(draft: Path, state: State, files: dict[str, Path]) -> None:
    said = {n: {"size": p.stat().st_size, "sha256": _digest(p)} for n, p in files.items()}
    contents = json.dumps({"kamerbron": 1, "state": asdict(state), "files": said}, indent=1).encode()
    with tarfile.open(draft, "w", format=tarfile.PAX_FORMAT) as archive:
        head = tarfile.TarInfo(CONTENTS)
        head.size = len(contents)
        archive.addfile(head, io.BytesIO(contents))
        for name, path in files.items():
            info = tarfile.TarInfo(name)
            info.size = path.stat().st_size
            with path.open("rb") as opened:
                archive.addfile(info, opened)


def _digest(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


@contextmanager
def unpacked(file: Path) -> Iterator[tuple[State, Path, Path, Path]]:
    """A backup's state, catalogue, vectors and originals, in a folder that goes again; raises InputError for a bad file."""
    with TemporaryDirectory(prefix="rag-restore-") as temporary:
        folder = Path(temporary)
        try:
            with tarfile.open(file, "r:") as archive:
                state = _extract(archive, folder)
            _check(folder, state)
        except OSError as error:
            raise InputError(
                f"«{file}» cannot be read ({error.strerror or error}). Nothing was changed."
            ) from error
        except (
            tarfile.TarError,
            sqlite3.Error,
            StoreError,
            ValueError,
            KeyError,
            TypeError,
            EOFError,
        ) as error:
            raise InputError(
                f"«{file}» is no whole backup ({error}). Nothing was changed. Give another one."
            ) from error
        yield state, folder / CATALOGUE, folder / EMBEDDED, folder / originals.FOLDER


def _extract(archive: tarfile.TarFile, folder: Path) -> State:
    """Unpack the members that belong, each checked while it is read."""
    contents = _member(archive, CONTENTS)
    if contents.size > _LARGEST_CONTENTS:
        raise ValueError("its table of contents is too large")
    said: dict[str, Any] = json.loads(_opened(archive, contents).read())
    path = folder / CONTENTS
    path.write_text(json.dumps(said["state"]), encoding="utf-8")
    state = State.read(path)
    if state.built.schema != SCHEMA:
        raise ValueError("it is of another version of Kamerbron")
    (folder / originals.FOLDER).mkdir()
    for name in (*MEMBERS, *(n for n in said["files"] if n not in MEMBERS)):
        if name not in MEMBERS and not _ORIGINAL.fullmatch(name):
            raise ValueError("it holds more than a backup does")
        member, expected = _member(archive, name), said["files"][name]
        if member.size != expected["size"]:
            raise ValueError(f"{name} is cut short")
        if _save(_opened(archive, member), folder / name) != expected["sha256"]:
            raise ValueError(f"{name} is damaged")
    if archive.next() is not None:
        raise ValueError("it holds more than a backup does")
    return state


def _member(archive: tarfile.TarFile, name: str) -> tarfile.TarInfo:
    member = archive.next()
    if member is None or member.name != name or not member.isreg():
        raise ValueError(f"{name} is not where it should be")
    return member


def _opened(archive: tarfile.TarFile, member: tarfile.TarInfo) -> IO[bytes]:
    opened = archive.extractfile(member)
    if opened is None:
        raise ValueError(f"{member.name} cannot be read")
    return opened


def _save(source: IO[bytes], path: Path) -> str:
    """Copy a member to a file of a name of ours; its digest."""
    digest = hashlib.sha256()
    with path.open("wb") as target:
        while piece := source.read(_PIECE):
            digest.update(piece)
            target.write(piece)
    return digest.hexdigest()


def _check(folder: Path, state: State) -> None:
    """Whether the databases are whole and hold what the state says."""
    with closing(Catalogue(folder / CATALOGUE, read_only=True)) as catalogue:
        if not catalogue.is_whole() or len(catalogue.ids()) != state.passages:
            raise ValueError("its catalogue is damaged")
    with closing(Embedded(folder / EMBEDDED, state.built.embedding_key)) as embedded:
        if not embedded.is_whole():
            raise ValueError("its vectors are damaged")
