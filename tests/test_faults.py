"""Whatever fails: every document is wholly there or wholly absent, questions work, and doctor says and mends it."""

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess

import processes
import pytest
from support import settings_for

from rag.assistant import Assistant
from rag.doctor import repaired
from rag.errors import KamerbronError, ModelError, StoreError
from rag.ingest import ingest, remove
from rag.store import health
from rag.store.generations import home_of, read_state
from rag.store.index import open_index

QUESTION = "Welke dijken zal het kabinet versterken?"


@pytest.fixture
def folder(tmp_path):
    documents = tmp_path / "documents"
    documents.mkdir()
    write(documents, "brief.txt", "Zwolle")
    write(documents, "nota.txt", "Kampen")
    return documents


def write(folder, name, town, size=1):
    text = "".join(f"Het kabinet zal de dijken bij {town} in {2030 + n} versterken.\n\n" for n in range(size))
    (folder / name).write_text(text, encoding="utf-8")


@pytest.fixture
def settings(tmp_path, tiny_model, folder):
    made = settings_for(tmp_path / "index", embedding_model=str(tiny_model))
    ingest([folder], made)
    return made


def home(settings):
    return home_of(settings.index_dir, read_state(settings.index_dir).generation)


def texts_of(settings):
    index = open_index(settings)
    return {name: index.text(name) for name in index.descriptions}


def problems(settings):
    return [f"{f.what}: {f.detail}" for f in health.examine(settings) if f.status == "problem"]


def nothing(*_):
    pass


def assert_works(settings):
    assert Assistant(settings).ask(QUESTION).citations
    assert problems(settings) == []


# -- the disk -----------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def mounted(*command, at):
    """Something mounted for a while; skips where this process may not."""
    if (
        os.geteuid() != 0
        or subprocess.run(["mount", *command, str(at)], check=False, capture_output=True).returncode
    ):
        pytest.skip("only root may mount")
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", str(at)], check=True)


@pytest.mark.parametrize("room", [4_000, 30_000, 60_000, 100_000])
def test_file_that_cannot_grow_any_more_loses_nothing_and_is_told(settings, folder, room):
    """As on a full disk, for every user: a limit on the size of files."""
    before = texts_of(settings)
    write(folder, "groot.txt", "Hattem", 600)
    told = processes.ask_other(processes.ingest_with_room, settings, folder, room)
    assert "no room left" in told and "goes on where it stopped" in told
    assert texts_of(settings) == before
    assert_works(settings)
    ingest([folder], settings)
    assert set(texts_of(settings)) == {"brief.txt", "nota.txt", "groot.txt"}
    assert_works(settings)


def test_full_disk_loses_nothing_and_is_told_and_with_room_the_ingest_goes_on(tmp_path, tiny_model, folder):
    small = tmp_path / "small"
    small.mkdir()
    settings = settings_for(small / "index", embedding_model=str(tiny_model))
    with mounted("-t", "tmpfs", "-o", "size=2m", "tmpfs", at=small):
        ingest([folder], settings)
        before = texts_of(settings)
        for n in range(40):
            write(folder, f"{n}.txt", f"Hattem {n}", 400)
        with pytest.raises(StoreError, match="no room left"):
            ingest([folder], settings)
        assert texts_of(settings) == before
        assert_works(settings)
        subprocess.run(["mount", "-o", "remount,size=200m", str(small)], check=True)
        ingest([folder], settings)
        assert len(texts_of(settings)) == 42
        assert_works(settings)


def test_read_only_folder_answers_and_is_told_where_it_should_be_written(settings, folder):
    with mounted("--bind", str(settings.index_dir), at=settings.index_dir):
        subprocess.run(["mount", "-o", "remount,ro,bind", str(settings.index_dir)], check=True)
        assert_works(settings)
        assert any(
            "cannot be written" in f.detail for f in health.examine(settings) if f.what == "index folder"
        )
        write(folder, "nieuw.txt", "Epe")
        for work in (lambda: ingest([folder], settings), lambda: remove("nota.txt", settings)):
            with pytest.raises(StoreError, match="cannot be written to"):
                work()
        assert processes.ask_other(ask, settings).startswith("Het kabinet zal")
    ingest([folder], settings)
    assert len(texts_of(settings)) == 3


def ask(settings):
    return Assistant(settings).ask(QUESTION).citations[0].quote


# -- damage -------------------------------------------------------------------------------------------------------


def spoil(path):
    path.write_bytes(b"garbage " * 600)


def test_damaged_vectors_are_found_and_made_again_without_the_model(settings, monkeypatch):
    spoil(home(settings) / "chroma" / "chroma.sqlite3")
    assert any("rag doctor --repair" in p for p in problems(settings))
    monkeypatch.setattr("rag.store.writer.load_embeddings", None)
    assert any("Generation 2 was made" in line for line in repaired(settings, nothing))
    monkeypatch.undo()
    assert_works(settings)


def test_damaged_embeddings_are_taken_from_the_search_index_again(settings, monkeypatch):
    spoil(settings.index_dir / "embedded.sqlite")
    assert any("still has them" in p for p in problems(settings))
    monkeypatch.setattr("rag.store.writer.load_embeddings", None)
    repaired(settings, nothing)
    monkeypatch.undo()
    assert_works(settings)


def test_vectors_that_are_not_what_was_embedded_are_found(settings):
    with sqlite3.connect(settings.index_dir / "embedded.sqlite") as database:
        rows = database.execute("SELECT id, vector FROM vectors").fetchall()
        import zlib

        for (identity, _), (_, other) in zip(rows, [*rows[1:], rows[0]], strict=True):
            database.execute(
                "UPDATE vectors SET vector = ?, crc = ? WHERE id = ?", (other, zlib.crc32(other), identity)
            )
    database.close()
    assert any("not what was embedded" in p for p in problems(settings))


def test_damaged_lexical_index_is_made_again_and_said(settings):
    spoil(home(settings) / "lexical" / "words.json")
    assert any(f.what == "lexical index" and "built anew" in f.detail for f in health.examine(settings))
    assert_works(settings)


@pytest.mark.parametrize("damage", ["index.json", "catalogue"])
def test_damage_to_what_is_current_is_repaired_from_what_was_before(settings, folder, damage):
    write(folder, "nieuw.txt", "Epe")
    ingest([folder], settings)
    spoil(
        settings.index_dir / "index.json" if damage == "index.json" else home(settings) / "catalogue.sqlite"
    )
    with pytest.raises(StoreError, match="rag doctor --repair"):
        Assistant(settings).ask(QUESTION)
    assert problems(settings)
    done = repaired(settings, nothing)
    assert any("Run `rag ingest`" in line for line in done)
    assert_works(settings)
    assert len(texts_of(settings)) == (3 if damage == "index.json" else 2)
    ingest([folder], settings)
    assert len(texts_of(settings)) == 3
    assert_works(settings)


def test_where_nothing_is_whole_that_is_said_with_what_to_do(settings):
    for path in settings.index_dir.glob("generations/*/catalogue.sqlite"):
        spoil(path)
    with pytest.raises(StoreError, match=r"rag restore FILE.*rag ingest --rebuild"):
        repaired(settings, nothing)


def test_repair_of_what_is_whole_does_nothing(settings):
    before = read_state(settings.index_dir)
    assert repaired(settings, nothing) == []
    assert read_state(settings.index_dir) == before


def test_missing_model_is_told_and_costs_nothing(tmp_path, tiny_model, folder):
    model = shutil.copytree(tiny_model, tmp_path / "multilingual-mine")
    settings = settings_for(tmp_path / "index", embedding_model=str(model))
    ingest([folder], settings)
    before = texts_of(settings)
    model.rename(tmp_path / "away")
    write(folder, "nieuw.txt", "Epe")
    for work in (lambda: ingest([folder], settings), lambda: Assistant(settings).ask(QUESTION)):
        with pytest.raises(ModelError, match="RAG_EMBEDDING_MODEL"):
            work()
    (tmp_path / "away").rename(model)
    assert texts_of(settings) == before
    assert_works(settings)
    ingest([folder], settings)
    assert len(texts_of(settings)) == 3


# -- older forms --------------------------------------------------------------------------------------------------


def make_old(settings, schema):
    """The index as the version before kept it."""
    folder, now = settings.index_dir, home(settings)
    with sqlite3.connect(now / "catalogue.sqlite") as database:
        database.execute("ALTER TABLE documents DROP COLUMN file")
    database.close()
    (now / "chroma").rename(folder / "chroma")
    for path in (now / "state.json", now / "lease", *folder.glob("embedded.sqlite*")):
        path.unlink()
    shutil.rmtree(folder / "work")
    state = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    state["built"]["schema"] = schema
    del state["index"], state["holes"]
    (folder / "index.json").write_text(json.dumps(state), encoding="utf-8")


@pytest.mark.parametrize("by", ["doctor", "ingest"])
def test_index_of_the_form_before_is_told_and_brought_over_without_embedding_again(
    settings, folder, monkeypatch, by
):
    before = texts_of(settings)
    make_old(settings, "6")
    with pytest.raises(StoreError, match=r"older form\. Run `rag doctor --repair`"):
        open_index(settings)
    monkeypatch.setattr("rag.store.writer.load_embeddings", None)
    if by == "doctor":
        repaired(settings, nothing)
    else:
        assert {line.verdict for line in ingest([folder], settings).lines} == {"unchanged"}
    monkeypatch.undo()
    assert texts_of(settings) == before and not (settings.index_dir / "chroma").exists()
    assert_works(settings)


def test_index_of_a_form_that_is_not_known_is_refused_with_the_command(settings, folder):
    make_old(settings, "3")
    for work in (
        lambda: open_index(settings),
        lambda: ingest([folder], settings),
        lambda: repaired(settings, nothing),
    ):
        with pytest.raises(KamerbronError, match=r"older form\. Run `rag ingest --rebuild`"):
            work()
    ingest([folder], settings, rebuild=True)
    assert_works(settings)
