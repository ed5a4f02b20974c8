"""The documents that people add in the app, in a folder of their own (RAG_DOCUMENTS_DIR), and what they say of documents.

    documents/
      NAME             an added file, as it was given
      manifest.toml    what is said of added files
      overrides.toml   what is said of documents that were read from elsewhere; their own folder is never written to

All three steps write the folder first and the index after; where the index cannot be written, the folder is put back.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import tomlkit
import tomlkit.items

from rag.errors import DocumentError, InputError, ManifestError, StoreError
from rag.files import is_document
from rag.ingest import Line, Report, ingest
from rag.ingest import describe as describe_in_index
from rag.ingest import remove as remove_from_index
from rag.manifest import KEYS, OVERRIDES, read_manifest
from rag.manifest import NAME as MANIFEST
from rag.read import read_document
from rag.read.archive import unpack
from rag.read.extract import Limits
from rag.settings import Settings
from rag.store.generations import read_state
from rag.store.index import Tick, open_index
from rag.types import Description

LONGEST_NAME = 120  # characters of a file's name
_FORBIDDEN = set('/\\:*?"<>|')


@dataclass(frozen=True, slots=True)
class Entry:
    """A document of the index: what is said of it, its number of passages, and whether it was added in the app."""

    name: str
    description: Description
    passages: int
    added: bool


def clean_name(name: str) -> str:
    """A file's name as it may be kept; raises DocumentError for one that could lead elsewhere or mean something else."""
    base = name.strip()
    unseen = any(not c.isprintable() for c in base)
    if not base or base != Path(base).name or base.startswith(".") or unseen or _FORBIDDEN & set(base):
        raise DocumentError(f"«{base}»: this is no name for a document. Rename the file.")
    if len(base) > LONGEST_NAME:
        raise DocumentError(
            f"«{base[:40]}…»: the name has more than {LONGEST_NAME} characters. Rename the file."
        )
    if base in (MANIFEST, OVERRIDES) or Path(base).stem.upper() == "README":
        raise DocumentError(
            f"«{base}»: a file of this name is about documents, not one of them. Rename the file."
        )
    return base


def entries(descriptions: dict[str, Description], counts: dict[str, int], settings: Settings) -> list[Entry]:
    """What is in the index, with what was added in the app told apart."""
    there = settings.documents_dir
    return [Entry(n, d, counts.get(n, 0), (there / n).is_file()) for n, d in descriptions.items()]


def add(staged: Path, settings: Settings, tick: Tick, replace: bool = False) -> Report:
    """Take the files of a folder into the documents' folder and the index; those that cannot be read are refused.

    A file is read before it takes the place of another, so what was there stays where a new one is no document.
    """
    folder, limits = settings.documents_dir, Limits.of(settings)
    _make(folder)
    sources = _sources(settings)
    given = _opened(staged, limits)
    refused, ready = given.refused, list[Path]()
    for path in given.files:
        try:
            if path.name in {other.name for other in ready}:
                raise DocumentError(f"{path.name}: there are several files of this name. Rename the file.")
            _check(path, folder, sources, replace, limits)
            ready.append(path)
        except DocumentError as error:
            refused.append(Line(path.name, "refused", why=str(error)))
    if not ready:
        return Report(tuple(refused), "")
    with _moved_in(ready, folder), _kept(folder / MANIFEST):
        for path in ready:
            if path.name in given.said:
                _write_table(folder / MANIFEST, path.name, given.said[path.name])
        report = ingest([folder], settings, tick, wait=True)
    names = {path.name for path in ready}
    told = [
        line for line in report.lines if line.verdict in ("new", "changed", "refused") or line.name in names
    ]
    return Report((*refused, *told), report.digest)


def describe(name: str, description: Description, settings: Settings) -> None:
    """Say what a document is: in the folder's manifest where it was added in the app, else among the overrides."""
    folder = settings.documents_dir
    _make(folder)
    path = folder / (MANIFEST if (folder / name).is_file() else OVERRIDES)
    with _kept(path):
        _write_table(path, name, description)
        describe_in_index(name, description, settings, wait=True)


def remove(name: str, settings: Settings) -> None:
    """Take a document out of the index; of one that was added in the app, the file too."""
    remove_from_index(name, settings, wait=True)
    folder = settings.documents_dir
    for path in (folder / MANIFEST, folder / OVERRIDES):
        _write_table(path, name, None)
    if clean_name(name) == name:
        (folder / name).unlink(missing_ok=True)


@dataclass(slots=True)
class _Given:
    """What somebody gave: files, those that came out of archives among them, with what an archive's manifest says."""

    files: list[Path]
    refused: list[Line]
    said: dict[str, Description]


def _opened(staged: Path, limits: Limits) -> _Given:
    """The files of a folder; an archive's members in its place, so that each can be described and removed by itself."""
    given = _Given([], [], {})
    for path in sorted(p for p in staged.iterdir() if p.is_file()):
        if path.suffix.lower() != ".zip":
            given.files.append(path)
            continue
        home = Path(tempfile.mkdtemp(dir=staged))
        try:
            inner = unpack(path, home, limits)
            given.said |= read_manifest(home)
        except (DocumentError, ManifestError) as error:
            given.refused.append(Line(path.name, "refused", why=str(error)))
            continue
        given.files += [file for file in inner.files if is_document(file)]
        given.refused += [
            Line(Path(name).name, "refused", why=f"{path.name}: {name}: {why}.")
            for name, why in inner.refused
        ]
    return given


def _check(path: Path, folder: Path, sources: dict[str, str], replace: bool, limits: Limits) -> None:
    """Whether a file may be added; raises DocumentError that says why not."""
    name = clean_name(path.name)
    source = sources.get(name)
    if source is not None and Path(source).parent != folder.resolve():
        raise DocumentError(
            f"{name}: a document of this name from elsewhere is in the index. Rename the file."
        )
    if (folder / name).exists() and not replace:
        raise DocumentError(
            f"{name}: there is a document of this name already. Rename the file, or choose to replace it."
        )
    read_document(path, limits=limits)


def _sources(settings: Settings) -> dict[str, str]:
    if read_state(settings.index_dir) is None:
        return {}
    return open_index(settings).catalogue.sources()


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StoreError(
            f"The folder «{folder}» cannot be made ({error.strerror}). Set RAG_DOCUMENTS_DIR."
        ) from error


@contextmanager
def _moved_in(paths: Sequence[Path], folder: Path) -> Iterator[None]:
    """Files moved into the folder, and out of it again where what follows fails."""
    before = {
        path.name: path.with_name(f"{path.name}.before") for path in paths if (folder / path.name).exists()
    }
    for name, kept in before.items():
        shutil.copy2(folder / name, kept)
    try:
        for path in paths:
            shutil.move(path, folder / path.name)
        yield
    except BaseException:
        for path in paths:
            (folder / path.name).unlink(missing_ok=True)
            if path.name in before:
                shutil.move(before[path.name], folder / path.name)
        raise


@contextmanager
def _kept(path: Path) -> Iterator[None]:
    """A file's text put back where what follows fails."""
    before = path.read_bytes() if path.is_file() else None
    try:
        yield
    except BaseException:
        if before is None:
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(before)
        raise


def _write_table(path: Path, name: str, description: Description | None) -> None:
    """A document's table in a manifest; None takes it out. Everything else in the file stays as it is."""
    if description is None and not path.is_file():
        return
    try:
        document = tomlkit.parse(path.read_text(encoding="utf-8")) if path.is_file() else tomlkit.document()
    except ValueError as error:
        raise InputError(f"{path.name} cannot be read as TOML: {error}. Mend it and try again.") from error
    if description is None:
        document.pop(name, None)
    else:
        table = document.setdefault(name, tomlkit.table())
        for key in KEYS:
            _set(table, key, getattr(description, key))
    draft = path.with_suffix(".new")
    draft.write_text(tomlkit.dumps(document), encoding="utf-8")
    draft.replace(path)


def _set(table: tomlkit.items.Table, key: str, value: str | tuple[str, ...] | None) -> None:
    if not value:
        table.pop(key, None)
    elif key == "date":
        table[key] = date.fromisoformat(str(value))
    else:
        table[key] = list(value) if isinstance(value, tuple) else value
