"""One index, many processes: with vectors in its folder, and on a real Chroma server."""

import shutil
from contextlib import ExitStack

import processes
import pytest
from processes import Askers, ask_other, chroma_server
from serving import served
from support import settings_for

from bench.connection import Session
from rag.assistant import Assistant
from rag.ingest import ingest, remove, restore
from rag.question import understand
from rag.retrieve import retrieve
from rag.store.backup import backup
from rag.store.generations import home_of, read_state
from rag.store.index import open_index

BRIEF = "Brief over water\n\nHet kabinet zal in {year} de dijken bij {town} versterken.\n"
LETTER = "Letter about cheese\n\nWij roepen het kabinet op om kaas te steunen.\n"
QUESTION = "Welke dijken zal het kabinet versterken?"


@pytest.fixture(scope="module", params=["embedded", "server"])
def url(request, tmp_path_factory):
    if request.param == "embedded":
        yield ""
    else:
        with chroma_server(tmp_path_factory.mktemp("chroma")) as address:
            yield address


@pytest.fixture
def folder(tmp_path):
    documents = tmp_path / "documents"
    documents.mkdir()
    write(documents, "Zwolle")
    (documents / "letter.txt").write_text(LETTER, encoding="utf-8")
    return documents


@pytest.fixture
def settings(tmp_path, tiny_model, url, folder):
    made = settings_for(tmp_path / "index", embedding_model=str(tiny_model), chroma_url=url)
    ingest([folder], made)
    return made


def write(folder, town, year=2026):
    (folder / "brief.txt").write_text(BRIEF.format(town=town, year=year), encoding="utf-8")


def test_three_processes_answer_from_the_old_index_until_the_new_one_is_complete_and_from_that_one_after(
    settings, folder
):
    askers = Askers(settings, QUESTION, 3)
    towns = {1: "Zwolle"}
    try:
        askers.wait_for(lambda said: said[0] == 1)
        for number, town in enumerate(("Deventer", "Kampen"), 2):
            write(folder, town)
            towns[number] = town
            assert (
                ask_other(processes.ingest_folder, settings, folder) == read_state(settings.index_dir).digest
            )
            askers.wait_for(lambda said, number=number: said[0] == number and towns[number] in said[1])
        assert ask_other(processes.remove_document, settings, "letter.txt") == "removed"
        askers.wait_for(lambda said: said[0] == 4)
    finally:
        askers.stop()
    everything = [said for each in askers.said for said in each]
    assert [said for said in everything if said[2]] == []
    # The generation was looked up just before the question, which may have met the next one.
    quotes = {n: f"Het kabinet zal in 2026 de dijken bij {town} versterken." for n, town in towns.items()}
    assert all(quote in (quotes[min(n, 3)], quotes[min(n + 1, 3)]) for n, quote, _ in everything)


def test_three_apps_answer_from_one_index_and_show_its_next_generation_without_a_restart(
    settings, folder, tmp_path
):
    own = {"RAG_CHROMA_URL": settings.chroma_url, "RAG_EMBEDDING_MODEL": settings.embedding_model}
    with ExitStack() as apps:
        homes = []
        for number in range(3):
            (tmp_path / f"app{number}").mkdir()
            homes.append(apps.enter_context(served(tmp_path / f"app{number}", settings.index_dir, **own)))
        readers = [apps.enter_context(Session(home)) for home in homes]
        for reader in readers:
            reader.asks(QUESTION)
            assert reader.page.holds("dijken bij Zwolle")
        write(folder, "Deventer")
        ask_other(processes.ingest_folder, settings, folder)
        for reader in readers:
            reader.asks(f"{QUESTION[:-1]} volgens de brief?")
            assert reader.page.holds("dijken bij Deventer")


def test_of_two_ingests_at_once_one_is_told_and_one_that_waits_goes_on_when_the_other_is_killed(
    settings, folder, tmp_path
):
    holding, go_on = processes.event(), processes.event()
    write(folder, "Hattem")
    first = processes.start(processes.ingest_and_hold, settings, folder, holding, go_on)
    assert holding.wait(processes.PATIENCE)
    assert "Another ingest is writing" in ask_other(processes.ingest_folder, settings, folder)
    waiting = processes.start(processes.ingest_folder, settings, folder, True)
    assert "Zwolle" in open_index(settings).text("brief.txt")
    first.kill()
    first.join(processes.PATIENCE)
    waiting.join(processes.PATIENCE)
    assert waiting.exitcode == 0
    assert "Hattem" in open_index(settings).text("brief.txt")


def test_removal_while_a_question_runs_breaks_neither(settings):
    reader = Assistant(settings)
    index = reader.index
    assert ask_other(processes.remove_document, settings, "letter.txt") == "removed"
    assert ask_other(processes.remove_document, settings, "brief.txt") == "removed"
    assert "Zwolle" in index.text("brief.txt") and len(index.lexical) == len(index.owners)
    assert (
        index.vectors.nearest("dijken bij Zwolle", 5, None, ["nl"]) or settings.chroma_url
    )  # a server deletes at once
    under_way = retrieve(index, understand(QUESTION))
    assert under_way.passages[0].passage.document == "brief.txt"
    assert reader.ask(QUESTION).status == "refused"


def test_generation_that_is_read_is_removed_only_when_nobody_reads_it_any_more(settings, folder):
    index = open_index(settings)
    for town in ("Deventer", "Kampen", "Hattem"):
        write(folder, town)
        ingest([folder], settings)
    assert "Zwolle" in index.text("brief.txt") and home_of(settings.index_dir, 1).is_dir()
    assert not home_of(settings.index_dir, 2).exists()
    del index
    write(folder, "Zwolle")
    ingest([folder], settings)
    kept = sorted(p.name for p in (settings.index_dir / "generations").iterdir())
    assert kept == ["4", "5"]


def test_two_indexes_on_one_server_leave_each_other_alone(settings, folder, tmp_path, url):
    other = settings_for(tmp_path / "other", embedding_model=settings.embedding_model, chroma_url=url)
    ingest([folder / "letter.txt"], other)
    ingest([folder], settings, rebuild=True)
    remove("letter.txt", other)
    assert open_index(settings).vectors.missing(open_index(settings).catalogue.languages()) == []
    assert Assistant(settings).ask(QUESTION).citations


def test_vectors_move_between_folder_and_server_without_being_made_again(
    settings, folder, tmp_path, tiny_model, monkeypatch
):
    def fail(*_):
        raise AssertionError

    monkeypatch.setattr("rag.store.writer.load_embeddings", fail)
    with chroma_server(tmp_path / "chroma-2") as another:
        moved = settings.model_copy(update={"chroma_url": "" if settings.chroma_url else another})
        ingest([folder], moved)
        index = open_index(moved)
        assert index.vectors.missing(index.catalogue.languages()) == []


def test_backup_of_one_machine_is_restored_on_another_and_each_goes_on_by_itself(settings, folder, tmp_path):
    backup(tmp_path / "index.tar", settings)
    other = settings.model_copy(update={"index_dir": tmp_path / "other"})
    restore(tmp_path / "index.tar", other)
    write(folder, "Kampen")
    ingest([folder], settings)
    shutil.rmtree(settings.index_dir / "generations" / "1")
    assert "Zwolle" in Assistant(other).ask(QUESTION).citations[0].quote
    assert "Kampen" in Assistant(settings).ask(QUESTION).citations[0].quote
    remove("brief.txt", other)
    assert "Kampen" in Assistant(settings).ask(QUESTION).citations[0].quote


def test_server_that_went_away_is_told_and_the_index_is_as_it_was(settings, folder, url):
    if not url:
        pytest.skip("there is no server")
    before = read_state(settings.index_dir)
    gone = settings.model_copy(update={"chroma_url": "http://127.0.0.1:9"})
    write(folder, "Kampen")
    with pytest.raises(Exception, match=r"Chroma server http://127\.0\.0\.1:9 does not answer"):
        ingest([folder], gone)
    assert read_state(settings.index_dir) == before
    ingest([folder], settings)
    assert "Kampen" in Assistant(settings).ask(QUESTION).citations[0].quote
