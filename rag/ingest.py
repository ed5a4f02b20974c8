"""The ingest flow: paths -> documents -> passages -> a new generation of the index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

from rag.errors import DocumentError, StoreError
from rag.files import File, files, fingerprint, opened
from rag.manifest import entry, read_overrides
from rag.prepare import Prepared, Task, prepare, prepare_all
from rag.read import digest, read_document
from rag.read.extract import Limits
from rag.settings import Settings
from rag.store import originals
from rag.store.backup import unpacked
from rag.store.index import Tick
from rag.store.writer import Writer
from rag.types import Description

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


def ingest(
    paths: Sequence[Path],
    settings: Settings,
    tick: Tick = lambda *_: None,
    rebuild: bool = False,
    wait: bool = False,
) -> Report:
    """Read files or folders into the index; only what changed is read and embedded again.

    What people said of a document in the app goes before its folder's manifest. A file that was read from one of the
    given folders before and is gone now is removed. What cannot be read is refused and leaves what was indexed under its
    name as it was. An ingest that was broken off is gone on with. `wait` waits for another that is writing.
    Raises StoreError where nothing could be written.
    """
    with TemporaryDirectory(prefix="rag-") as unpacked:
        limits = Limits.of(settings)
        said = read_overrides(settings.documents_dir)
        found = [f for file in files(paths) for f in opened(file, Path(unpacked), limits)]
        found = [replace(f, described=said.get(f.path.name, f.described)) for f in found]
        with Writer(settings, rebuild, wait) as writer:
            lines = _read_all(found, writer, limits, tick)
            lines += _remove_gone(paths, found, writer)
            if writer.text_changed:
                _split_again(writer, tick)
            if not writer.catalogue.digests() and all(line.verdict == "refused" for line in lines):
                return Report(tuple(lines), "")  # an index of nothing would hide that there is none
            made = writer.commit(tick)
            writer.forget_work()
    return Report(tuple(lines), made)


def propose(paths: Sequence[Path], settings: Settings) -> str:
    """A manifest of what documents say of themselves: what was found is marked so, a role that was not is asked for.

    What cannot be read is named in a comment. What a manifest gives already stands there as it was given.
    """
    limits = Limits.of(settings)
    out = []
    with TemporaryDirectory(prefix="rag-") as unpacked:
        for file in (f for each in files(paths) for f in opened(each, Path(unpacked), limits)):
            try:
                if file.refused:
                    raise DocumentError(file.refused)
                document = read_document(file.path, file.described, limits)
            except DocumentError as error:
                out.append(f"# {' '.join(str(error).split())}\n")
                continue
            out.append(entry(document.name, document.description, "\n".join(document.remarks), asked=True))
    return "\n".join(out)


def remove(name: str, settings: Settings, wait: bool = False) -> None:
    """Take one document out of the index; raises StoreError where there is none of that name."""
    with Writer(settings, wait=wait) as writer:
        writer.catalogue.document(name)
        writer.remove(name)
        writer.commit()


def describe(name: str, description: Description, settings: Settings, wait: bool = False) -> int:
    """Say something else of a document than was said before; its text stays. Its number of passages."""
    with Writer(settings, wait=wait) as writer:
        document = writer.catalogue.document(name)
        changed = replace(
            document, description=description, digest=digest(document.text, description, document.pages)
        )
        source = writer.catalogue.sources()[name]
        prepared = prepare(Task(Path(name), source, "", writer.model, document=changed))
        assert prepared.made is not None  # noqa: S101 - for the type checker: nothing is known, so it is split
        count = writer.put(prepared.made, prepared.texts)
        writer.commit()
    return count


def renew(settings: Settings, tick: Tick = lambda *_: None) -> str:
    """Make a new generation of what is in the index, where it needs one; its digest. Raises StoreError where it cannot be.

    An index of an older form is brought to the present one; a search index that is damaged is made again. Another
    embedding model is not a matter of repair.
    """
    with Writer(settings) as writer:
        if writer.was is None:
            raise StoreError(f"There is no index in «{settings.index_dir}». Run `rag ingest` first.")
        return _renewed(writer, tick)


def restore(file: Path, settings: Settings, tick: Tick = lambda *_: None) -> str:
    """Put the index of a backup in place of the present one, which is kept as the generation before; its digest.

    Raises InputError for a bad file, and StoreError; what was there before then stays.
    """
    with (
        unpacked(file) as (state, catalogue, vectors, kept),
        Writer(settings, base=(catalogue, state)) as writer,
    ):
        writer.take_vectors(vectors)
        restored = _renewed(writer, tick)
        originals.take(settings.index_dir, kept.iterdir())
        return restored


def _renewed(writer: Writer, tick: Tick) -> str:
    was, model = writer.was, writer.model
    if was is not None and was.embedding_key != model.key:
        raise StoreError(
            f"The index was built with the embedding model «{was.embedding_model}» ({was.embedding_key}), "
            f"the settings say «{model.name}» ({model.key}). Set RAG_EMBEDDING_MODEL back; `rag ingest` changes models."
        )
    if writer.text_changed:
        _split_again(writer, tick)
    return writer.commit(tick)


def _read_all(found: Sequence[File], writer: Writer, limits: Limits, tick: Tick) -> list[Line]:
    """Read what is new or changed, in other processes where it is much, and embed it as it comes."""
    known = writer.catalogue.digests()
    lines: list[Line | None] = [None] * len(found)
    at_work: list[tuple[int, str]] = []  # the place of each task's line, and the file's fingerprint
    twice: list[tuple[int, int]] = []  # places of a file and of an earlier one of its name

    def tasks() -> Iterator[Task]:
        for at, print_ in _to_read(found, writer, limits, (lines, twice)):
            at_work.append((at, print_))
            file, same = found[at], "" if writer.text_changed else known.get(found[at].name, "")
            yield Task(file.path, str(file.place), print_, writer.model, file.described, limits, known=same)

    with closing(prepare_all(tasks())) as results:
        for done, prepared in enumerate(results):
            at, print_ = at_work[done]
            tick("read", at, len(found))
            lines[at] = _line(found[at], print_, prepared, writer)
            writer.embed(tick, (at + 1) / len(found))
    if found:
        tick("read", len(found), len(found))
    again = [at for at, first in twice if (line := lines[first]) and line.verdict == "refused"]
    if again:
        read = _read_all([found[at] for at in again], writer, limits, tick)
        lines = [*(x for at, x in enumerate(lines) if at not in again), *read]
    return [line for line in lines if line is not None]


def _line(file: File, print_: str, prepared: Prepared, writer: Writer) -> Line:
    """What became of a file that was read; what is new of it goes into the index."""
    name = file.name
    if prepared.refused:
        return Line(name, "refused", why=prepared.why)
    if prepared.made is None:
        writer.same(name, print_)
        writer.keep_original(file.path)
        return Line(name, "unchanged")
    verdict: Verdict = "changed" if name in writer.catalogue.digests() else "new"
    writer.keep_original(file.path, prepared.made)
    return Line(name, verdict, writer.put(prepared.made, prepared.texts), prepared.why)


def _to_read(
    found: Sequence[File],
    writer: Writer,
    limits: Limits,
    told: tuple[list[Line | None], list[tuple[int, int]]],
) -> Iterator[tuple[int, str]]:
    """The place and the fingerprint of each file that must be read.

    `told` is given the lines of the others (refused, known, or read before a break), and the files of one name.
    """
    known, prints = writer.catalogue.digests(), writer.catalogue.files()
    lines, twice = told
    first: dict[str, int] = {}
    for at, file in enumerate(found):
        name = file.name
        if file.refused:
            lines[at] = Line(name, "refused", why=file.refused)
        elif name in first:
            why = f"another file of this name was read from {found[first[name]].place.parent}"
            lines[at] = Line(name, "refused", why=why)
            twice.append((at, first[name]))
        else:
            first[name] = at
            print_ = fingerprint(file, limits)
            if print_ and prints.get(name) == print_:
                writer.keep_original(file.path)
                lines[at] = Line(name, "unchanged")
            elif (count := writer.staged(name, print_, str(file.place))) is not None:
                lines[at] = Line(name, "changed" if name in known else "new", count)
            else:
                yield at, print_


def _remove_gone(paths: Sequence[Path], found: Sequence[File], writer: Writer) -> list[Line]:
    """Remove what was read from a given folder or archive before and is no longer there."""
    folders = {path.resolve() for path in paths if path.is_dir()}
    containers = {f.inside.resolve() for f in found if f.inside is not None}
    there = {file.path.name for file in found}
    gone = [
        name
        for name, source in writer.catalogue.sources().items()
        if name not in there and _is_gone(Path(source), folders, containers)
    ]
    writer.remove(*gone)
    return [Line(name, "removed", why="the file is gone") for name in gone]


def _is_gone(source: Path, folders: set[Path], opened: set[Path]) -> bool:
    """Whether a document's file is gone from a folder, or from an archive that could be opened or is gone itself."""
    container = source.parent
    if container in folders:
        return not source.exists()
    return container in opened or (container.parent in folders and not container.exists())


def _split_again(writer: Writer, tick: Tick) -> None:
    """Split what was not given this time with the present splitter and word lists, from its kept text."""
    prints, sources = writer.catalogue.files(), writer.catalogue.sources()
    names = [n for n in sources if not writer.touches(n) and writer.staged(n, prints[n], sources[n]) is None]

    def tasks() -> Iterator[Task]:
        for name in names:
            document = writer.catalogue.document(name)
            yield Task(Path(name), sources[name], prints[name], writer.model, document=document)

    with closing(prepare_all(tasks())) as results:
        for done, prepared in enumerate(results, 1):
            if prepared.made is not None:
                writer.put(prepared.made, prepared.texts)
            tick("read", done, len(names))
            writer.embed(tick, done / len(names))
