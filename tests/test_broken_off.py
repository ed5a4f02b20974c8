"""An ingest that is killed leaves the index as it was, and the next one goes on where it stopped."""

import random
import signal
import sqlite3
from contextlib import closing

import processes
import pytest
from support import settings_for

from bench.kills import run
from rag.errors import StoreError
from rag.ingest import describe, ingest, remove
from rag.models.embeddings import load_embeddings
from rag.store import health
from rag.store.generations import read_state
from rag.store.index import open_index
from rag.types import Description

COUNT = 24  # more than are read in one process


@pytest.fixture
def folder(tmp_path):
    documents = tmp_path / "documents"
    documents.mkdir()
    for n in range(COUNT):
        (documents / f"{n:02}.txt").write_text(
            f"Het kabinet zal in {2030 + n} dijk {n} versterken.", encoding="utf-8"
        )
    return documents


@pytest.fixture
def settings(tmp_path, tiny_model):
    return settings_for(tmp_path / "index", embedding_model=str(tiny_model))


@pytest.fixture
def work(monkeypatch):
    """What is read and embedded in this process: (names, texts)."""
    read, texts = [], []
    real = __import__("rag.prepare", fromlist=["prepare"]).prepare

    class Counting:
        def __init__(self, model):
            self.model = load_embeddings(model)

        def embed_documents(self, batch):
            texts.extend(batch)
            return self.model.embed_documents(batch)

    monkeypatch.setattr("rag.prepare.prepare", lambda task: read.append(task.path.name) or real(task))
    monkeypatch.setattr("rag.prepare.FEW", 1000)  # in this process, to be seen
    monkeypatch.setattr("rag.store.writer.load_embeddings", Counting)
    return read, texts


def embedded(settings):
    with closing(sqlite3.connect(settings.index_dir / "embedded.sqlite")) as database:
        return database.execute("SELECT COUNT(*) FROM vectors").fetchone()[0]


def texts_of(settings):
    index = open_index(settings)
    return {name: index.text(name) for name in index.descriptions}


@pytest.mark.parametrize(("what", "nth"), [("read", 5), ("embed", 2), ("index", 1), ("store", 1)])
def test_killed_ingest_is_gone_on_with_and_nothing_is_done_twice(settings, folder, work, what, nth):
    killed = processes.start(processes.ingest_until, settings, folder, what, nth)
    killed.join(processes.PATIENCE)
    assert killed.exitcode == -signal.SIGKILL
    assert read_state(settings.index_dir) is None
    had = embedded(settings)
    left = {f.detail for f in health.examine(settings) if f.what == "ingest"}
    assert any("had read" in detail for detail in left)
    report = ingest([folder], settings)
    read, texts = work
    assert {line.verdict for line in report.lines} == {"new"}
    assert len(texts) == COUNT - had and len(read) < COUNT
    assert had > 0 or what == "read"
    assert read == [] or what in ("read", "embed")  # they were all read before the kill
    assert texts_of(settings) == {p.name: p.read_text(encoding="utf-8") for p in folder.iterdir()}
    assert [f for f in health.examine(settings) if f.status != "ok"] == []


def test_what_a_killed_ingest_had_read_is_not_seen_by_another_that_completes(settings, folder):
    first = folder / "00.txt"
    ingest([first], settings)
    killed = processes.start(processes.ingest_until, settings, folder, "embed", 3)
    killed.join(processes.PATIENCE)
    describe("00.txt", Description("Een titel"), settings)
    assert set(texts_of(settings)) == {"00.txt"}
    had = embedded(settings)
    assert had > 1  # kept: the ingest that was killed may yet be gone on with
    ingest([first], settings)
    assert set(texts_of(settings)) == {"00.txt"}
    assert [f for f in health.examine(settings) if f.what == "ingest"] == []


def test_file_that_changed_since_the_kill_is_read_again(settings, folder):
    killed = processes.start(processes.ingest_until, settings, folder, "embed", 3)
    killed.join(processes.PATIENCE)
    (folder / "03.txt").write_text("Het kabinet zal dijk drie niet versterken.", encoding="utf-8")
    (folder / "04.txt").unlink()
    ingest([folder], settings)
    assert texts_of(settings) == {p.name: p.read_text(encoding="utf-8") for p in folder.iterdir()}


def test_order_and_digest_are_those_of_an_ingest_that_was_not_killed(settings, folder, tmp_path, tiny_model):
    killed = processes.start(processes.ingest_until, settings, folder, "embed", 2)
    killed.join(processes.PATIENCE)
    whole = settings_for(tmp_path / "whole", embedding_model=str(tiny_model))
    assert ingest([folder], settings).digest == ingest([folder], whole).digest
    assert open_index(settings).owners == open_index(whole).owners


def test_second_ingest_reads_and_writes_nothing(settings, folder, work):
    first = ingest([folder], settings)
    read, texts = work
    read.clear()
    texts.clear()
    second = ingest([folder], settings)
    assert (second.digest, read, texts) == (first.digest, [], [])
    assert read_state(settings.index_dir).generation == 1


def test_file_of_the_same_time_and_size_but_another_content_is_read_again(settings, folder):
    """A copy keeps its times, and a clock may jump: only bytes tell."""
    import os

    path = folder / "07.txt"
    at = path.stat()
    ingest([folder], settings)
    path.write_text(path.read_text(encoding="utf-8").replace("2037", "2038"), encoding="utf-8")
    os.utime(path, ns=(at.st_atime_ns, at.st_mtime_ns))
    assert path.stat().st_size == at.st_size and path.stat().st_mtime_ns == at.st_mtime_ns
    assert [line.name for line in ingest([folder], settings).lines if line.verdict == "changed"] == ["07.txt"]


@pytest.mark.parametrize("seconds", [0, 4_102_444_800], ids=["1970", "2100"])
def test_clock_that_jumps_changes_nothing(settings, folder, monkeypatch, seconds):
    import os
    import time

    ingest([folder / "00.txt"], settings)
    monkeypatch.setattr(time, "time", lambda: float(seconds))
    for path in folder.iterdir():
        os.utime(path, (seconds, seconds))
    report = ingest([folder], settings)
    assert [line.verdict for line in report.lines].count("unchanged") == 1
    assert len(texts_of(settings)) == COUNT
    remove("01.txt", settings)
    monkeypatch.undo()
    assert {line.verdict for line in ingest([folder], settings).lines} == {"unchanged", "new"}


def test_nothing_is_left_of_processes_that_read_for_one_that_is_killed(settings, tmp_path, folder):
    """They live on its pipe, and end with it."""
    killed = processes.start(processes.ingest_until, settings, folder, "embed", 1)
    killed.join(processes.PATIENCE)
    assert processes.gone(f"MARK={settings.index_dir}")


def test_kills_at_random_moments_leave_every_document_whole_or_absent(tmp_path, tiny_model):
    """The short form of `python -m bench.kills`."""
    documents = tmp_path / "documents"
    documents.mkdir()
    settings = settings_for(tmp_path / "index", embedding_model=str(tiny_model))
    tally = processes.ask_other(kill_some, documents, settings, random.randrange(10**6))  # noqa: S311
    assert tally[0] == 4 and tally[1] == {}, tally


def kill_some(documents, settings, seed):
    tally = run(4, documents, settings, seed)
    return tally.kills, dict(tally.wrong), seed


def test_lock_that_was_left_behind_holds_up_nobody(settings, folder):
    settings.index_dir.mkdir()
    (settings.index_dir / "ingest.lock").write_text("4711", encoding="utf-8")
    ingest([folder / "00.txt"], settings)
    with pytest.raises(StoreError, match="no document"):
        remove("nooit.txt", settings)
