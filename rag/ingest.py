"""The ingest flow: paths -> documents -> passages -> a new generation of the index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from rag.errors import DocumentError, InputError
from rag.index import Tick
from rag.manifest import NAME as MANIFEST
from rag.manifest import read_manifest, read_overrides
from rag.read import digest, read_document
from rag.settings import Settings
from rag.types import Description
from rag.writer import Writer

Verdict = Literal["new", "changed", "unchanged", "removed", "refused"]


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one file; `why` is for a person."""

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


def ingest(
    paths: Sequence[Path], settings: Settings, tick: Tick = lambda *_: None, rebuild: bool = False
) -> Report:
    """Read files or folders into the index; only what changed is embedded again.

    What people said of a document in the app goes before its folder's manifest. A file that was read from one of the
    given folders before and is gone now is removed. What cannot be read is
    refused and leaves what was indexed under its name as it was. Raises StoreError where nothing could be written.
    """
    said = read_overrides(settings.documents_dir)
    found = [(path, said.get(path.name, described)) for path, described in _files(paths)]
    writer = Writer(settings, rebuild)
    try:
        lines = _read_all(found, writer, tick)
        lines += _remove_gone(paths, found, writer)
        if writer.text_changed:
            _split_again(writer, {line.name for line in lines})
        if not writer.catalogue.digests() and not any(line.verdict == "removed" for line in lines):
            writer.close(abandon=True)  # an index of nothing would hide that there is none
            return Report(tuple(lines), "")
        digest = writer.commit(tick)
    except BaseException:
        writer.close(abandon=True)
        raise
    writer.close()
    return Report(tuple(lines), digest)


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
        changed = replace(document, description=description, digest=digest(document.text, description))
        count = writer.put(changed, writer.catalogue.sources()[name])
        writer.commit(lambda *_: None)
    except BaseException:
        writer.close(abandon=True)
        raise
    writer.close()
    return count


def _files(paths: Sequence[Path]) -> Iterator[tuple[Path, Description | None]]:
    """Every file to read, with what its folder's manifest says of it; raises InputError for a path that is not there."""
    for path in paths:
        if path.is_dir():
            manifest = read_manifest(path)
            for file in sorted(path.iterdir()):
                described = file.name in manifest
                if file.is_file() and (described or _is_document(file)):
                    yield file, manifest.get(file.name)
        elif path.exists():
            yield path, read_manifest(path.parent).get(path.name)
        else:
            raise InputError(f"«{path}»: there is no such file or folder. Check the name.")


def _is_document(file: Path) -> bool:
    """A folder's README and manifest are about its documents, not among them; hidden files are nobody's."""
    return file.name != MANIFEST and not file.name.startswith(".") and file.stem.upper() != "README"


def _read_all(found: Sequence[tuple[Path, Description | None]], writer: Writer, tick: Tick) -> list[Line]:
    known = writer.catalogue.digests()
    taken: dict[str, Path] = {}
    lines = []
    for done, (path, description) in enumerate(found, 1):
        tick("read", done, len(found))
        if path.name in taken:
            lines.append(
                Line(
                    path.name,
                    "refused",
                    why=f"another file of this name was read from {taken[path.name].parent}",
                )
            )
            continue
        try:
            document = read_document(path, description)
        except DocumentError as error:
            lines.append(Line(path.name, "refused", why=str(error)))
            continue
        taken[path.name] = path
        if known.get(path.name) == document.digest and not writer.text_changed:
            lines.append(Line(path.name, "unchanged"))
            continue
        count = writer.put(document, str(path.resolve()))
        lines.append(Line(path.name, "changed" if path.name in known else "new", count))
    return lines


def _remove_gone(
    paths: Sequence[Path], found: Sequence[tuple[Path, Description | None]], writer: Writer
) -> list[Line]:
    folders = {path.resolve() for path in paths if path.is_dir()}
    there = {path.name for path, _ in found}
    gone = [
        name
        for name, source in writer.catalogue.sources().items()
        if Path(source).parent in folders and name not in there and not Path(source).exists()
    ]
    for name in gone:
        writer.catalogue.remove(name)
    return [Line(name, "removed", why="the file is gone") for name in gone]


def _split_again(writer: Writer, done: set[str]) -> None:
    """Split what was not given this time with the present splitter and word lists, from its kept text."""
    sources = writer.catalogue.sources()
    for name in sources:
        if name not in done:
            writer.put(writer.catalogue.document(name), sources[name])
