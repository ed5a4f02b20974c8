"""The ingest flow: paths -> documents -> passages -> a new generation of the index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from rag.errors import DocumentError, InputError, ManifestError
from rag.injection import orders
from rag.manifest import NAME as MANIFEST
from rag.manifest import SOURCES, entry, read_manifest, read_overrides
from rag.read import CONTAINERS, digest, read_document
from rag.read.archive import Unpacked, attachments, unpack
from rag.read.extract import Limits
from rag.settings import Settings
from rag.store.index import Tick
from rag.store.writer import Writer
from rag.types import Description, Document

Verdict = Literal["new", "changed", "unchanged", "removed", "refused"]


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one file; `why` is for a person: the reason of a refusal, or what to know of how it was read."""

    name: str
    verdict: Verdict
    passages: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """What an ingest did."""

    lines: tuple[Line, ...]
    digest: str

    @property
    def refused(self) -> list[Line]:
        """The files that could not be read."""
        return [line for line in self.lines if line.verdict == "refused"]


@dataclass(frozen=True, slots=True)
class _File:
    """A file to read: where its bytes are, where it belongs (`inside` an archive or a message), or why it is not read."""

    path: Path
    described: Description | None = None
    inside: Path | None = None
    refused: str = ""

    @property
    def place(self) -> Path:
        return (self.inside or self.path.parent).resolve() / self.path.name


def ingest(
    paths: Sequence[Path], settings: Settings, tick: Tick = lambda *_: None, rebuild: bool = False
) -> Report:
    """Read files or folders into the index; only what changed is embedded again.

    What people said of a document in the app goes before its folder's manifest. A file that was read from one of the
    given folders before and is gone now is removed. What cannot be read is
    refused and leaves what was indexed under its name as it was. Raises StoreError where nothing could be written.
    """
    with TemporaryDirectory(prefix="rag-") as unpacked:
        limits = Limits.of(settings)
        said = read_overrides(settings.documents_dir)
        found = [f for file in _files(paths) for f in _opened(file, Path(unpacked), limits)]
        found = [replace(f, described=said.get(f.path.name, f.described)) for f in found]
        writer = Writer(settings, rebuild)
        try:
            lines = _read_all(found, writer, limits, tick)
            lines += _remove_gone(paths, found, writer)
            if writer.text_changed:
                _split_again(writer, {line.name for line in lines})
            if not writer.catalogue.digests() and not any(line.verdict == "removed" for line in lines):
                writer.close(abandon=True)  # an index of nothing would hide that there is none
                return Report(tuple(lines), "")
            made = writer.commit(tick)
        except BaseException:
            writer.close(abandon=True)
            raise
    writer.close()
    return Report(tuple(lines), made)


def propose(paths: Sequence[Path], settings: Settings) -> str:
    """A manifest of what documents say of themselves: what was found is marked so, a role that was not is asked for.

    What cannot be read is named in a comment. What a manifest gives already stands there as it was given.
    """
    limits = Limits.of(settings)
    out = []
    with TemporaryDirectory(prefix="rag-") as unpacked:
        for file in (f for each in _files(paths) for f in _opened(each, Path(unpacked), limits)):
            try:
                if file.refused:
                    raise DocumentError(file.refused)
                document = read_document(file.path, file.described, limits)
            except DocumentError as error:
                out.append(f"# {' '.join(str(error).split())}\n")
                continue
            out.append(entry(document.name, document.description, "\n".join(document.remarks), asked=True))
    return "\n".join(out)


def remove(name: str, settings: Settings) -> None:
    """Take one document out of the index; raises StoreError where there is none of that name."""
    writer = Writer(settings)
    try:
        writer.catalogue.document(name)
        writer.catalogue.remove(name)
        writer.commit(lambda *_: None)
    except BaseException:
        writer.close(abandon=True)
        raise
    writer.close()


def describe(name: str, description: Description, settings: Settings) -> int:
    """Say something else of a document than was said before; its text stays. Its number of passages."""
    writer = Writer(settings)
    try:
        document = writer.catalogue.document(name)
        changed = replace(
            document, description=description, digest=digest(document.text, description, document.pages)
        )
        count = writer.put(changed, writer.catalogue.sources()[name])
        writer.commit(lambda *_: None)
    except BaseException:
        writer.close(abandon=True)
        raise
    writer.close()
    return count


def _files(paths: Sequence[Path]) -> Iterator[_File]:
    """Every file to read, with what its folder's manifest says of it; raises InputError for a path that is not there."""
    for path in paths:
        if path.is_dir():
            manifest = read_manifest(path)
            for file in sorted(path.iterdir()):
                described = file.name in manifest
                if file.is_file() and (described or is_document(file)):
                    yield _File(file, manifest.get(file.name))
        elif path.exists():
            yield _File(path, read_manifest(path.parent).get(path.name))
        else:
            raise InputError(f"«{path}»: there is no such file or folder. Check the name.")


def _opened(file: _File, unpacked: Path, limits: Limits) -> Iterator[_File]:
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
            yield _File(file.path, refused=str(error))
        return
    yield from _members(file.path, home, inner)


def _members(container: Path, home: Path, inner: Unpacked) -> Iterator[_File]:
    try:
        manifest = read_manifest(home)
    except ManifestError as error:
        manifest = {}
        inner.refused.append((MANIFEST, str(error)))
    for path in inner.files:
        if path.name in manifest or is_document(path):
            yield _File(path, manifest.get(path.name), inside=container)
    for name, why in inner.refused:
        yield _File(
            Path(name.replace("\0", "")), inside=container, refused=f"{container.name}: {name}: {why}."
        )


def is_document(file: Path) -> bool:
    """A folder's README, manifest and sources are about its documents, not among them; hidden files are nobody's."""
    return (
        file.name not in (MANIFEST, SOURCES)
        and not file.name.startswith(".")
        and file.stem.upper() != "README"
    )


def _read_all(found: Sequence[_File], writer: Writer, limits: Limits, tick: Tick) -> list[Line]:
    known = writer.catalogue.digests()
    taken: dict[str, Path] = {}
    lines = []
    for done, file in enumerate(found, 1):
        tick("read", done, len(found))
        name = file.path.name or str(file.path)
        if file.refused:
            lines.append(Line(name, "refused", why=file.refused))
            continue
        if name in taken:
            why = f"another file of this name was read from {taken[name].parent}"
            lines.append(Line(name, "refused", why=why))
            continue
        try:
            document = read_document(file.path, file.described, limits)
        except DocumentError as error:
            lines.append(Line(name, "refused", why=str(error)))
            continue
        taken[name] = file.place
        writer.keep_original(document, file.path)
        if known.get(name) == document.digest and not writer.text_changed:
            lines.append(Line(name, "unchanged"))
            continue
        count = writer.put(document, str(file.place))
        lines.append(Line(name, "changed" if name in known else "new", count, _to_know(document)))
    return lines


def _to_know(document: Document) -> str:
    """What a person must know of a document that was read; whose words it holds is asked for where it does not say."""
    remarks = list(document.remarks)
    said = orders(document.text)
    if said:
        remarks.append(f"sentences that speak to a language model, never shown to one nor quoted: {said:,}")
    if document.description.role is None and document.description.kind not in ("kamervragen", "debat"):
        remarks.append(
            f"whose words these are is not known: give its role in {MANIFEST} (rag describe writes one)"
        )
    return "; ".join(remarks)


def _remove_gone(paths: Sequence[Path], found: Sequence[_File], writer: Writer) -> list[Line]:
    """Remove what was read from a given folder or archive before and is no longer there."""
    folders = {path.resolve() for path in paths if path.is_dir()}
    opened = {f.inside.resolve() for f in found if f.inside is not None}
    there = {file.path.name for file in found}
    gone = [
        name
        for name, source in writer.catalogue.sources().items()
        if name not in there and _is_gone(Path(source), folders, opened)
    ]
    for name in gone:
        writer.catalogue.remove(name)
    return [Line(name, "removed", why="the file is gone") for name in gone]


def _is_gone(source: Path, folders: set[Path], opened: set[Path]) -> bool:
    """Whether a document's file is gone from a folder, or from an archive that could be opened or is gone itself."""
    container = source.parent
    if container in folders:
        return not source.exists()
    return container in opened or (container.parent in folders and not container.exists())


def _split_again(writer: Writer, done: set[str]) -> None:
    """Split what was not given this time with the present splitter and word lists, from its kept text."""
    sources = writer.catalogue.sources()
    for name in sources:
        if name not in done:
            writer.put(writer.catalogue.document(name), sources[name])
