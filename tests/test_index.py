"""The index over time: what is kept, what is embedded, what a reader sees, what damage does."""

import json
import shutil
import sqlite3

import pytest
from langchain_core.embeddings import Embeddings
from support import SEEDS, settings_for

import rag.store.index
import rag.store.writer
from rag.assistant import Assistant
from rag.errors import KamerbronError, StoreError
from rag.ingest import ingest, remove
from rag.models.embeddings import load_embeddings
from rag.store.generations import read_state
from rag.store.index import open_index
from rag.store.writer import Writer

BRIEF = "Brief over water\n\nHet kabinet zal in 2026 de dijken bij Zwolle versterken.\n"
LETTER = "Letter about cheese\n\nWij roepen het kabinet op om kaas te steunen.\n"


class Counting(Embeddings):
    """The real model, with a list of every text it embedded; raises once it has embedded `fail_after` batches."""

    def __init__(self, model, log, fail_after):
        self.model, self.log, self.fail_after = model, log, fail_after

    def embed_documents(self, texts):
        if len(self.log) >= self.fail_after:
            raise RuntimeError("out of memory")
        self.log.append(list(texts))
        return self.model.embed_documents(texts)

    def embed_query(self, text):
        return self.model.embed_query(text)


@pytest.fixture
def embedded(monkeypatch):
    """Every batch of texts that is embedded in a test, in order; set `fail_after` on it to make embedding fail."""

    class Log(list):
        fail_after = 10**9

    log = Log()
    for module in (rag.store.index, rag.store.writer):
        monkeypatch.setattr(
            module, "load_embeddings", lambda model: Counting(load_embeddings(model), log, log.fail_after)
        )
    return log


@pytest.fixture
def folder(tmp_path):
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "brief.txt").write_text(BRIEF, encoding="utf-8")
    (documents / "letter.txt").write_text(LETTER, encoding="utf-8")
    return documents


@pytest.fixture
def settings(tmp_path, tiny_model):
    return settings_for(tmp_path / "index", embedding_model=str(tiny_model))


def contents(settings):
    """What each of the three stores holds: passage ids of the catalogue, vectors' ids, the lexical index's size."""
    index = open_index(settings)
    ids = index.catalogue.ids()
    vectors = index.vectors
    stored = sorted(
        i for name in vectors._collections("") for i in vectors._call(name, "get", include=[])["ids"]
    )
    return sorted(ids), stored, len(index.lexical)


def assert_in_step(settings):
    ids, stored, lexical = contents(settings)
    assert stored == ids
    assert lexical == len(ids)


def found(settings, question):
    return {f.passage.document for f in Assistant(settings).search(question)[1].passages if f.matched}


def text_of(settings):
    index = open_index(settings)
    return {name: index.text(name) for name in index.descriptions}


# -- what is embedded ---------------------------------------------------------------------------------------------


def test_unchanged_documents_are_not_embedded_again(settings, folder, embedded):
    first = ingest([folder], settings)
    assert [line.verdict for line in first.lines] == ["new", "new"]
    assert sum(map(len, embedded)) == sum(line.passages for line in first.lines) > 0
    embedded.clear()
    second = ingest([folder], settings)
    assert [line.verdict for line in second.lines] == ["unchanged", "unchanged"]
    assert embedded == []
    assert second.digest == first.digest


def test_only_the_changed_document_is_embedded_again(settings, folder, embedded):
    first = ingest([folder], settings)
    embedded.clear()
    (folder / "brief.txt").write_text(BRIEF.replace("Zwolle", "Deventer"), encoding="utf-8")
    second = ingest([folder], settings)
    assert {line.name: line.verdict for line in second.lines} == {
        "brief.txt": "changed",
        "letter.txt": "unchanged",
    }
    assert all("Deventer" in text for batch in embedded for text in batch)
    assert second.digest != first.digest


def test_changed_description_alone_is_a_change_and_reaches_the_reader(settings, folder):
    ingest([folder], settings)
    (folder / "manifest.toml").write_text(
        '["brief.txt"]\nrole = "government"\nsender = "Minister van Waterstaat"\n', encoding="utf-8"
    )
    report = ingest([folder], settings)
    assert {line.name: line.verdict for line in report.lines} == {
        "brief.txt": "changed",
        "letter.txt": "unchanged",
    }
    assert open_index(settings).descriptions["brief.txt"].sender == "Minister van Waterstaat"
    assert_in_step(settings)


def test_changed_document_leaves_nothing_stale(settings, folder):
    ingest([folder], settings)
    (folder / "brief.txt").write_text(
        BRIEF.replace("dijken bij Zwolle", "sluizen bij Deventer"), encoding="utf-8"
    )
    ingest([folder], settings)
    assert_in_step(settings)
    assert found(settings, "Wat gebeurt er bij Deventer?") == {"brief.txt"}
    assert found(settings, "Zwolle") == set()


def test_removed_file_leaves_nothing_stale(settings, folder):
    ingest([folder], settings)
    (folder / "brief.txt").unlink()
    report = ingest([folder], settings)
    assert {line.name: line.verdict for line in report.lines} == {
        "letter.txt": "unchanged",
        "brief.txt": "removed",
    }
    assert_in_step(settings)
    assert set(text_of(settings)) == {"letter.txt"}
    assert found(settings, "dijken bij Zwolle") == set()


def test_removed_document_leaves_nothing_stale_and_keeps_its_file(settings, folder):
    ingest([folder], settings)
    remove("brief.txt", settings)
    assert_in_step(settings)
    assert set(text_of(settings)) == {"letter.txt"}
    assert (folder / "brief.txt").exists()


def test_removing_what_is_not_there_changes_nothing(settings, folder):
    before = ingest([folder], settings).digest
    with pytest.raises(StoreError, match=r"no document «nooit\.txt».*rag documents"):
        remove("nooit.txt", settings)
    assert open_index(settings).digest == before


def test_index_of_no_document_can_be_asked_and_filled_again(settings, folder):
    ingest([folder], settings)
    for name in ("brief.txt", "letter.txt"):
        remove(name, settings)
    answer = Assistant(settings).ask("Wat gebeurt er bij Zwolle?")
    assert (answer.status, answer.passages, answer.citations) == ("refused", (), ())
    ingest([folder], settings)
    assert_in_step(settings)
    assert set(text_of(settings)) == {"brief.txt", "letter.txt"}


def test_rebuild_forgets_what_was_not_given_again(settings, folder):
    ingest([folder], settings)
    ingest([folder / "letter.txt"], settings, rebuild=True)
    assert set(text_of(settings)) == {"letter.txt"}
    assert_in_step(settings)


# -- what an ingest that fails loses ------------------------------------------------------------------------------


def test_exception_while_embedding_loses_nothing(settings, folder, embedded):
    ingest([folder], settings)
    before, digest = text_of(settings), open_index(settings).digest
    (folder / "brief.txt").write_text("Iets heel anders over tulpen en molens.", encoding="utf-8")
    embedded.fail_after = 0
    with pytest.raises(StoreError, match="out of memory"):
        ingest([folder], settings)
    assert (text_of(settings), open_index(settings).digest) == (before, digest)
    assert found(settings, "dijken bij Zwolle") == {"brief.txt"}
    embedded.fail_after = 10**9
    ingest([folder], settings)
    assert_in_step(settings)
    assert found(settings, "tulpen en molens") == {"brief.txt"}


def test_exception_at_the_first_ingest_leaves_no_half_index(settings, folder, embedded):
    embedded.fail_after = 0
    with pytest.raises(StoreError):
        ingest([folder], settings)
    assert read_state(settings.index_dir) is None
    with pytest.raises(StoreError, match=r"no index.*rag ingest"):
        open_index(settings)


def test_interruption_leaves_the_index_as_it_was_and_unlocked(settings, folder):
    ingest([folder], settings)
    before = text_of(settings)
    (folder / "brief.txt").write_text("Iets heel anders over tulpen en molens.", encoding="utf-8")

    def interrupt(*_):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest([folder], settings, interrupt)
    assert text_of(settings) == before
    ingest([folder], settings)
    assert "tulpen" in text_of(settings)["brief.txt"]


def test_second_ingest_at_once_is_told_so(settings, folder):
    ingest([folder], settings)
    writer = Writer(settings)
    try:
        with pytest.raises(StoreError, match=r"Another ingest is writing to .*Wait until it is done"):
            ingest([folder], settings)
    finally:
        writer.close(abandon=True)
    assert ingest([folder], settings).lines[0].verdict == "unchanged"


def test_index_folder_that_cannot_be_made_is_told_with_its_setting(tmp_path, folder, tiny_model):
    (tmp_path / "taken").write_text("a file", encoding="utf-8")
    for place in (tmp_path / "taken", tmp_path / "taken" / "index"):
        with pytest.raises(StoreError, match="RAG_INDEX_DIR"):
            ingest([folder], settings_for(place, embedding_model=str(tiny_model)))


# -- two generations ----------------------------------------------------------------------------------------------


def test_reader_of_an_old_generation_goes_on_and_a_new_question_sees_the_new_one(settings, folder):
    ingest([folder], settings)
    assistant = Assistant(settings)
    reader = assistant.index
    assert reader.vectors.nearest("Zwolle", 1, None, ["nl"])
    (folder / "brief.txt").write_text(
        BRIEF.replace("dijken bij Zwolle", "sluizen bij Deventer"), encoding="utf-8"
    )
    ingest([folder], settings)
    assert "Zwolle" in reader.text("brief.txt")
    assert len(reader.lexical) == len(reader.catalogue.ids())
    asked = assistant.ask("Wat gebeurt er bij Deventer?")
    assert "Deventer" in asked.citations[0].quote
    assert assistant.index.generation == reader.generation + 1


def test_reader_of_an_old_generation_may_go_on_asking_its_vectors(settings, folder):
    ingest([folder], settings)
    reader = open_index(settings)
    before = reader.vectors.nearest("Zwolle", 2, None, ["nl"])
    ingest([SEEDS / "003_1e5aa7dd66f4054b.txt"], settings)
    assert [i for i, _ in reader.vectors.nearest("Zwolle", 50, None, ["nl"]) if i in dict(before)]


def test_old_generations_are_removed_but_the_one_before(settings, folder):
    for n in range(4):
        (folder / "brief.txt").write_text(BRIEF.replace("2026", str(2026 + n)), encoding="utf-8")
        ingest([folder], settings)
    kept = sorted(p.name for p in (settings.index_dir / "generations").iterdir())
    assert kept == ["3", "4"]


# -- other settings -----------------------------------------------------------------------------------------------


def test_other_weights_of_the_same_name_are_another_model_and_the_error_names_both_and_the_command(
    settings, folder, other_tiny_model
):
    ingest([folder], settings)
    other = settings_for(settings.index_dir, embedding_model=str(other_tiny_model))
    with pytest.raises(
        StoreError,
        match=r"built with .*«multilingual-e5-tiny» \(\w+\).*«multilingual-e5-tiny» \(\w+\).*rag ingest",
    ) as caught:
        open_index(other)
    keys = [part[:16] for part in str(caught.value).split("(")[1:]]
    assert len(set(keys)) == 2


def test_other_model_is_an_error_that_names_both_and_the_command(settings, folder):
    ingest([folder], settings)
    with pytest.raises(StoreError, match=r"«multilingual-e5-tiny».*«all-MiniLM-L6-v2».*rag ingest"):
        Assistant(settings_for(settings.index_dir)).ask("Zwolle?")


def test_ingest_with_another_model_embeds_all_again_and_leaves_no_stale_collection(
    settings, folder, other_tiny_model, embedded
):
    ingest([folder], settings)
    embedded.clear()
    other = settings_for(settings.index_dir, embedding_model=str(other_tiny_model))
    report = ingest([folder], other)
    assert [line.verdict for line in report.lines] == ["unchanged", "unchanged"]
    index = open_index(other)
    assert sum(map(len, embedded)) == len(index.owners)
    collections = index.vectors._collections("")
    assert collections
    assert all(name.startswith(f"passages-{index.model.key}-") for name in collections)
    assert_in_step(other)


def test_other_splitter_is_told_and_the_next_ingest_splits_even_what_is_not_given(
    settings, folder, monkeypatch
):
    ingest([folder], settings)
    monkeypatch.setattr("rag.split.VERSION", "another")
    with pytest.raises(StoreError, match=r"another version of the splitter.*rag ingest"):
        open_index(settings)
    ingest([folder / "letter.txt"], settings)
    assert set(text_of(settings)) == {"brief.txt", "letter.txt"}
    assert_in_step(settings)


# -- damage -------------------------------------------------------------------------------------------------------


def home(settings):
    return settings.index_dir / "generations" / str(read_state(settings.index_dir).generation)


@pytest.fixture
def built(settings, folder):
    ingest([folder], settings)
    return settings


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b"\xff\xfe",
        b'{"generation": 1, "digest": "x", "built": {}}',
        b'{"generation": "x", "digest": "x", "built": null}',
    ],
)
def test_damaged_index_json_is_told_with_what_to_do_and_rebuild_mends_it(built, folder, content):
    (built.index_dir / "index.json").write_bytes(content)
    with pytest.raises(StoreError, match=r"index\.json is damaged.*rag ingest --rebuild"):
        Assistant(built).ask("Zwolle?")
    with pytest.raises(StoreError, match=r"index\.json is damaged.*rag ingest --rebuild"):
        ingest([folder], built)
    ingest([folder], built, rebuild=True)
    assert_in_step(built)


def test_generation_of_another_kind_in_index_json_is_damage(built):
    state = json.loads((built.index_dir / "index.json").read_text(encoding="utf-8"))
    (built.index_dir / "index.json").write_text(json.dumps({**state, "generation": 99}), encoding="utf-8")
    with pytest.raises(StoreError, match=r"generation 99 is not there.*--rebuild"):
        open_index(built)


def test_missing_generation_folder_is_told_with_what_to_do_and_rebuild_mends_it(built, folder):
    shutil.rmtree(home(built))
    with pytest.raises(StoreError, match="--rebuild"):
        open_index(built)
    with pytest.raises(StoreError, match="--rebuild"):
        ingest([folder], built)
    ingest([folder], built, rebuild=True)
    assert_in_step(built)


def damage_catalogue(built, damage):
    path = home(built) / "catalogue.sqlite"
    data = path.read_bytes()
    if damage == "garbage":
        path.write_bytes(b"not a database " * 500)
    elif damage == "cut":
        path.write_bytes(data[: len(data) // 2])
    elif damage == "middle":
        path.write_bytes(data[:4096] + b"\xab" * (len(data) - 4096))
    elif damage == "empty":
        path.write_bytes(b"")


@pytest.mark.parametrize(
    "damage",
    [
        "garbage", "cut", "middle",
        pytest.param("empty"),
    ],
)  # fmt: skip
def test_damaged_catalogue_is_told_with_what_to_do_and_rebuild_mends_it(built, folder, damage):
    damage_catalogue(built, damage)
    with pytest.raises(StoreError, match="--rebuild"):
        Assistant(built).ask("Wat gebeurt er bij Zwolle?")
    ingest([folder], built, rebuild=True)
    assert_in_step(built)
    assert found(built, "dijken bij Zwolle") == {"brief.txt"}


def test_damaged_passage_in_the_catalogue_is_told(built):
    with sqlite3.connect(home(built) / "catalogue.sqlite") as database:
        database.execute("UPDATE passages SET data = '{'")
    database.close()
    with pytest.raises(StoreError, match="--rebuild"):
        Assistant(built).ask("Wat gebeurt er bij Zwolle?")


@pytest.mark.parametrize(
    "name",
    [
        "words.json",
        "postings_starts.npy",
        "postings_docs.npy",
        "postings_tf.npy",
        "lengths.npy",
        "keys_words.npy",
        "gram_sizes.npy",
    ],
)
@pytest.mark.parametrize("damage", ["missing", "empty", "cut", "garbage"])
def test_damaged_lexical_file_is_built_anew_with_a_message_and_the_same_answers(built, name, damage):
    before = Assistant(built).search("dijken bij Zwolle")[1].passages
    path = home(built) / "lexical" / name
    data = path.read_bytes()
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes({"empty": b"", "cut": data[:-3], "garbage": b"\x93NUMPY" + b"\xff" * 40}[damage])
    index = open_index(built)
    assert "built anew" in index.rebuilt
    assert Assistant(built, index).search("dijken bij Zwolle")[1].passages == before
    assert open_index(built).rebuilt is None


def test_missing_lexical_folder_is_built_anew_and_the_answer_says_so(built):
    shutil.rmtree(home(built) / "lexical")
    answer = Assistant(built).ask("Wat gebeurt er bij Zwolle?")
    assert any("built anew" in n for n in answer.notices)
    assert "Zwolle" in answer.citations[0].quote


@pytest.mark.parametrize("kept", [True, False], ids=["files that do not fit", "garbage in sqlite"])
def test_damaged_vectors_are_told_and_rebuild_mends_them(built, folder, kept):
    chroma = home(built) / "chroma"
    if kept:
        for path in [p for p in chroma.rglob("*") if p.is_file() and p.name != "chroma.sqlite3"]:
            path.write_bytes(b"garbage" * 20)
        (chroma / "chroma.sqlite3").write_bytes((chroma / "chroma.sqlite3").read_bytes()[:9000])
    else:
        (chroma / "chroma.sqlite3").write_bytes(b"not a database " * 500)
    with pytest.raises(StoreError, match="--rebuild"):
        Assistant(built).ask("Wat gebeurt er bij Zwolle?")
    ingest([folder], built, rebuild=True)
    assert_in_step(built)


def test_lost_vectors_are_put_back_by_the_next_ingest_without_embedding_them_again(built, folder, embedded):
    shutil.rmtree(home(built) / "chroma")
    report = ingest([folder], built)
    assert [line.verdict for line in report.lines] == ["unchanged", "unchanged"]
    assert embedded == []
    assert_in_step(built)


def test_lost_embeddings_are_taken_from_the_search_index_and_lost_in_both_are_made_again(
    built, folder, embedded
):
    for left in built.index_dir.glob("embedded.sqlite*"):
        left.unlink()
    (folder / "letter.txt").unlink()
    ingest([folder], built)
    assert embedded == []
    for left in [*built.index_dir.glob("embedded.sqlite*"), *home(built).glob("chroma/*.sqlite3")]:
        left.unlink()
    ingest([folder], built)
    assert sum(map(len, embedded)) == len(open_index(built).owners)
    assert_in_step(built)


def test_embedding_that_was_damaged_since_is_made_again(built, folder, embedded):
    with sqlite3.connect(built.index_dir / "embedded.sqlite") as database:
        database.execute("UPDATE vectors SET vector = zeroblob(128)")
    database.close()
    shutil.rmtree(home(built) / "chroma")
    ingest([folder], built)
    assert sum(map(len, embedded)) == len(open_index(built).owners)
    assert found(built, "dijken bij Zwolle") == {"brief.txt"}


def test_every_error_of_a_store_says_what_to_do_in_two_lines():
    assert issubclass(StoreError, KamerbronError)
    assert StoreError.exit_status == 1
