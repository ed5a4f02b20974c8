"""A backup holds the whole index in one file; a bad one never costs the present index."""

import io
import json
import sqlite3
import tarfile

import pytest
from support import settings_for

from rag.assistant import Assistant
from rag.errors import InputError, StoreError
from rag.ingest import ingest, restore
from rag.store import health
from rag.store.backup import backup
from rag.store.generations import read_state
from rag.store.index import open_index

QUESTION = "Welke dijken zal het kabinet versterken?"


@pytest.fixture
def folder(tmp_path):
    documents = tmp_path / "documents"
    documents.mkdir()
    for town in ("Zwolle", "Kampen"):
        (documents / f"{town}.txt").write_text(
            f"Het kabinet zal de dijken bij {town} versterken.", encoding="utf-8"
        )
    return documents


@pytest.fixture
def settings(tmp_path, tiny_model, folder):
    made = settings_for(tmp_path / "index", embedding_model=str(tiny_model))
    ingest([folder], made)
    return made


@pytest.fixture
def kept(settings, tmp_path):
    backup(tmp_path / "index.tar", settings)
    return tmp_path / "index.tar"


def names(settings):
    return set(open_index(settings).descriptions)


def test_backup_comes_back_over_a_changed_index_an_empty_folder_and_a_damaged_index(
    settings, folder, kept, tmp_path, monkeypatch
):
    digest = read_state(settings.index_dir).digest
    (folder / "Zwolle.txt").unlink()
    ingest([folder], settings)
    monkeypatch.setattr("rag.store.writer.load_embeddings", None)  # nothing is embedded again
    other = settings.model_copy(update={"index_dir": tmp_path / "new" / "index"})
    for each in (settings, other):
        assert restore(kept, each) == digest
        assert names(each) == {"Zwolle.txt", "Kampen.txt"}
    (settings.index_dir / "index.json").write_text("{", encoding="utf-8")
    assert restore(kept, settings) == digest
    monkeypatch.undo()
    assert Assistant(settings).ask(QUESTION).citations
    assert [f for f in health.examine(settings) if f.status == "problem"] == []
    assert {line.verdict for line in ingest([folder], settings).lines} == {"unchanged", "removed"}


def test_present_index_is_kept_as_the_generation_before(settings, folder, kept):
    before = read_state(settings.index_dir).generation
    restore(kept, settings)
    assert (settings.index_dir / "generations" / str(before) / "state.json").is_file()


def members(path):
    with tarfile.open(path) as archive:
        return [(m.name, archive.extractfile(m).read()) for m in archive]


def packed(path, parts, kind=tarfile.REGTYPE):
    with tarfile.open(path, "w") as archive:
        for name, data in parts:
            info = tarfile.TarInfo(name)
            info.size, info.type = (
                (len(data), tarfile.REGTYPE)
                if kind == tarfile.REGTYPE or name.endswith("json")
                else (0, kind)
            )
            info.linkname = "/etc/passwd"
            archive.addfile(info, io.BytesIO(data))


def contents(parts, **changes):
    said = json.loads(parts[0][1])
    said.update(changes)
    return [("backup.json", json.dumps(said).encode()), *parts[1:]]


def spoiled(data, at=-2000):
    return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]


def other_schema(parts):
    state = json.loads(parts[0][1])["state"]
    state["built"]["schema"] = "99"
    return contents(parts, state=state)


BAD = {
    "nothing": lambda _path, _parts: b"",
    "no archive": lambda _path, _parts: b"tekst " * 5000,
    "cut": lambda path, _parts: path.read_bytes()[: path.stat().st_size // 2],
    "cut in the head": lambda path, _parts: path.read_bytes()[:700],
    "a byte changed": lambda _path, parts: [*parts[:1], ("catalogue.sqlite", spoiled(parts[1][1])), parts[2]],
    "a byte of the vectors changed": lambda _path, parts: [
        *parts[:2],
        ("embedded.sqlite", spoiled(parts[2][1])),
    ],
    "no contents": lambda _path, parts: parts[1:],
    "another order": lambda _path, parts: [parts[0], parts[2], parts[1]],
    "a name that leads out": lambda _path, parts: [parts[0], ("../catalogue.sqlite", parts[1][1]), parts[2]],
    "an absolute name": lambda _path, parts: [parts[0], ("/tmp/catalogue.sqlite", parts[1][1]), parts[2]],  # noqa: S108
    "one more": lambda _path, parts: [*parts, ("index.json", b"{}")],
    "one less": lambda _path, parts: parts[:2],
    "contents that say nothing": lambda _path, parts: [("backup.json", b"{}"), *parts[1:]],
    "contents that are no JSON": lambda _path, parts: [("backup.json", b"{"), *parts[1:]],
    "huge contents": lambda _path, parts: [("backup.json", b" " * 200_000), *parts[1:]],
    "another version": lambda _path, parts: other_schema(parts),
    "no sizes": lambda _path, parts: contents(parts, files={}),
}


@pytest.mark.parametrize("damage", BAD)
def test_bad_file_is_refused_and_the_present_index_is_as_it_was(settings, kept, tmp_path, damage):
    made = BAD[damage](kept, members(kept))
    bad = tmp_path / "bad.tar"
    if isinstance(made, bytes):
        bad.write_bytes(made)
    else:
        packed(bad, made)
    before = read_state(settings.index_dir)
    with pytest.raises(InputError, match=r"bad\.tar.*Nothing was changed"):
        restore(bad, settings)
    assert read_state(settings.index_dir) == before
    assert Assistant(settings).ask(QUESTION).citations
    assert not (tmp_path.parent / "catalogue.sqlite").exists()


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE])
def test_links_and_devices_are_refused(settings, kept, tmp_path, kind):
    packed(tmp_path / "bad.tar", members(kept), kind)
    with pytest.raises(InputError, match="Nothing was changed"):
        restore(tmp_path / "bad.tar", settings)


def test_database_that_holds_less_than_is_said_is_refused(settings, kept, tmp_path):
    """The digest fits, for whoever made the file may have made that too."""
    import hashlib

    parts = members(kept)
    (tmp_path / "c.sqlite").write_bytes(parts[1][1])
    with sqlite3.connect(tmp_path / "c.sqlite") as database:
        database.execute("DELETE FROM passages")
    database.close()
    data = (tmp_path / "c.sqlite").read_bytes()
    files = json.loads(parts[0][1])["files"]
    files["catalogue.sqlite"] = {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    packed(tmp_path / "bad.tar", [*contents(parts, files=files)[:1], ("catalogue.sqlite", data), parts[2]])
    with pytest.raises(InputError, match="catalogue is damaged"):
        restore(tmp_path / "bad.tar", settings)


def test_missing_file_is_told(settings, tmp_path):
    with pytest.raises(InputError, match=r"nergens\.tar.*cannot be read"):
        restore(tmp_path / "nergens.tar", settings)


def test_backup_of_another_model_is_told_with_both_and_changes_nothing(settings, kept, other_tiny_model):
    before = read_state(settings.index_dir)
    other = settings.model_copy(update={"embedding_model": str(other_tiny_model)})
    with pytest.raises(StoreError, match=r"multilingual-e5-tiny.*multilingual-e5-tiny.*RAG_EMBEDDING_MODEL"):
        restore(kept, other)
    assert read_state(settings.index_dir) == before


def test_backup_that_cannot_be_written_leaves_the_one_before(settings, kept, tmp_path):
    before = kept.read_bytes()
    with pytest.raises(InputError, match="cannot be written"):
        backup(tmp_path / "nergens" / "index.tar", settings)
    assert kept.read_bytes() == before and not list(tmp_path.glob("*.new"))
    with pytest.raises(StoreError, match="no index"):
        backup(kept, settings.model_copy(update={"index_dir": tmp_path / "leeg"}))
    assert kept.read_bytes() == before


def test_restored_index_of_another_splitter_is_split_again(settings, kept, monkeypatch):
    monkeypatch.setattr("rag.split.VERSION", "another")
    restore(kept, settings)
    assert names(settings) == {"Zwolle.txt", "Kampen.txt"}
