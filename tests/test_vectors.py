"""The vectors in a real Chroma folder, embedded by a real, tiny model."""

from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
import pytest
from support import settings_for

from rag.errors import ModelError, StoreError
from rag.models.embeddings import describe, load_embeddings
from rag.store import allowed as allowed_module
from rag.store.allowed import Allowed
from rag.store.vectors import BATCH, Vectors, _credentials

LANGUAGES = {"a": "nl", "b": "nl", "c": "en"}
BOTH = ("nl", "en")
TEXTS = {"a": "dijken bij zwolle", "b": "kaas uit gouda", "c": "soldiers in mali"}


@pytest.fixture
def model(tiny_model, tmp_path):
    return describe(settings_for(tmp_path, embedding_model=str(tiny_model)))


@pytest.fixture
def vectors(tmp_path, model):
    opened = Vectors(tmp_path / "chroma", "", model, lambda: load_embeddings(model))
    metadatas = [{"document": f"{i}.txt", "language": LANGUAGES[i]} for i in TEXTS]
    opened.add(list(TEXTS), embedded(model, *TEXTS.values()), metadatas)
    return opened


def embedded(model, *texts):
    return np.asarray(load_embeddings(model).embed_documents(list(texts)), np.float32)


def test_only_those_without_a_vector_are_missing_in_their_order(vectors):
    assert vectors.missing({"z": "en", "a": "nl", "y": "nl", "c": "en"}) == ["z", "y"]
    assert vectors.missing({}) == []


def test_more_ids_than_one_query_takes_can_be_asked_for(vectors):
    assert len(vectors.missing({f"x{n}": "nl" for n in range(7_000)})) == 7_000


def test_vectors_come_back_as_they_were_put_in(vectors, model):
    kept = vectors.get({**LANGUAGES, "z": "nl"})
    assert set(kept) == set(TEXTS)
    assert all(kept[i] == pytest.approx(embedded(model, text)[0], abs=1e-5) for i, text in TEXTS.items())


def test_distance_is_a_cosine_not_a_square(vectors, model):
    """Chroma's default space is l2, whose distances of unit vectors are twice as large."""
    embeddings = load_embeddings(model)
    asked, kept = embeddings.embed_query("kaas"), embeddings.embed_documents(["kaas uit gouda"])[0]
    cosine = sum(x * y for x, y in zip(asked, kept, strict=True))
    assert dict(vectors.nearest("kaas", 3, None, BOTH))["b"] == pytest.approx(1 - cosine, abs=1e-4)


def allowed(**ids):
    """What a filter lets through, of the three passages."""
    there = {language: frozenset(some) for language, some in ids.items()}
    return Allowed(["a.txt"], np.zeros(3, np.bool_), there, {"nl": 2, "en": 1})


@pytest.mark.parametrize("few", [allowed_module.HELD, 0])
def test_filters_reach_the_vectors_whether_few_pass_or_many(vectors, few, monkeypatch):
    """Few are compared one by one, of many Chroma is asked for more than are wanted: the distances are the same."""
    monkeypatch.setattr(allowed_module, "HELD", few)
    free = dict(vectors.nearest("zwolle", 3, None, BOTH))
    found = dict(vectors.nearest("zwolle", 3, allowed(nl=["b"], en=["c"]), BOTH))
    assert found == pytest.approx({i: free[i] for i in ("b", "c")}, abs=1e-5)
    assert vectors.nearest("zwolle", 1, allowed(nl=["b"], en=[]), BOTH)[0][0] == "b"
    assert {i for i, _ in vectors.nearest("zwolle", 3, None, ["en"])} == {"c"}
    assert {i for i, _ in vectors.nearest("zwolle", 3, allowed(nl=["a"]), ["en"])} == set()


def test_filter_that_lets_no_document_through_finds_nothing(vectors):
    assert vectors.nearest("zwolle", 3, Allowed([], np.zeros(3, np.bool_), {}, {}), BOTH) == []


def test_added_again_replaces_vector_and_metadata(vectors, model):
    """Chroma's own `add` of an id that is there is silently ignored."""
    before = dict(vectors.nearest("sluizen bij deventer", 3, None, BOTH))["a"]
    vectors.add(["a"], embedded(model, "sluizen bij deventer"), [{"document": "nieuw.txt", "language": "nl"}])
    assert vectors.count() == 3
    assert dict(vectors.nearest("sluizen bij deventer", 3, None, BOTH))["a"] < before / 2
    held = vectors._call(vectors.collection("nl"), "get", ids=["a"], include=["metadatas"])["metadatas"]
    assert held == [{"document": "nieuw.txt", "language": "nl"}]


def test_what_is_deleted_is_gone_and_so_are_other_models(vectors, tmp_path, model, other_tiny_model):
    other = describe(settings_for(tmp_path, embedding_model=str(other_tiny_model)))
    others = Vectors(tmp_path / "chroma", "", other, lambda: load_embeddings(other))
    others.add(["a"], embedded(other, "tekst"), [{"document": "a.txt", "language": "nl"}])
    assert len(vectors._client.list_collections()) == 3
    vectors.delete({"a": "nl", "c": "en"})
    vectors.drop_others({model.key})
    assert vectors.stored() == {"b": "nl"}
    assert {c.name for c in vectors._client.list_collections()} == {f"passages-{model.key}-{x}" for x in BOTH}
    assert {i for i, _ in vectors.nearest("zwolle", 9, None, BOTH)} == {"b"}


def test_passage_whose_language_changed_is_missing_and_not_found_twice(vectors, model):
    assert vectors.missing({"a": "en"}) == ["a"]
    vectors.delete(vectors.stored())
    vectors.add(["a"], embedded(model, "dikes near zwolle"), [{"document": "a.txt", "language": "en"}])
    assert [i for i, _ in vectors.nearest("zwolle", 9, None, BOTH)] == ["a"]
    assert vectors.count() == 1


def test_more_than_a_batch_survives_reopening(vectors, tmp_path, model):
    ids = [f"n{n}" for n in range(BATCH + 5)]
    made = np.tile(embedded(model, "tekst"), (len(ids), 1))
    vectors.add(ids, made, [{"document": "n.txt", "language": "nl"}] * len(ids))
    reopened = Vectors(tmp_path / "chroma", "", model, lambda: load_embeddings(model))
    assert reopened.count() == 3 + len(ids)
    assert reopened.missing(dict.fromkeys(ids, "nl")) == []


def test_opening_does_not_load_the_model(tmp_path, model):
    def load():
        raise AssertionError

    opened = Vectors(tmp_path / "chroma", "", model, load)
    assert opened.count() == 0
    assert opened.missing({"a": "nl"}) == ["a"]


def test_chroma_server_that_does_not_answer_is_told_with_its_setting(tmp_path, model):
    with pytest.raises(StoreError, match=r"http://127\.0\.0\.1:9 does not answer.*RAG_CHROMA_URL"):
        Vectors(tmp_path / "chroma", "http://127.0.0.1:9", model, lambda: load_embeddings(model))


def test_model_that_cannot_be_loaded_is_the_models_fault_not_the_vectors(vectors, tmp_path, model):
    def load():
        raise ModelError("The embedding model cannot be loaded. Run `rag pull`.")

    opened = Vectors(tmp_path / "chroma", "", model, load)
    with pytest.raises(ModelError, match="rag pull"):
        opened.nearest("zwolle", 3, None, BOTH)


def test_damaged_graph_is_found_by_a_probe(vectors, tmp_path, model):
    """Chroma counts and lists from its database; only a search reads the files of the graph."""
    ids = [f"n{n}" for n in range(1_100)]  # from 1,000 on Chroma keeps a graph in files
    vectors.add(
        ids,
        np.tile(embedded(model, "tekst"), (len(ids), 1)),
        [{"document": "n.txt", "language": "nl"}] * len(ids),
    )
    vectors.probe()
    vectors.close()
    for path in (tmp_path / "chroma").rglob("*.bin"):
        path.write_bytes(b"garbage" * 20)
    damaged = Vectors(tmp_path / "chroma", "", model, lambda: load_embeddings(model))
    with pytest.raises(StoreError, match="rag doctor --repair"):
        damaged.probe()


def test_folder_that_cannot_be_written_is_read_from_a_copy(vectors, tmp_path, model, monkeypatch):
    """Chroma writes a little even to read; the copy goes with its reader."""
    vectors.close()
    monkeypatch.setattr("rag.store.vectors.os.access", lambda *_: False)
    opened = Vectors(tmp_path / "chroma", "", model, lambda: load_embeddings(model))
    (copy,) = [c for c in opened._close.peek()[2] if hasattr(c, "name")]
    assert opened.nearest("zwolle", 3, None, BOTH) and (Path(copy.name) / "chroma.sqlite3").is_file()
    opened.close()
    assert not Path(copy.name).exists()


def test_password_in_an_address_is_sent_and_never_shown(tmp_path, model):
    url = "https://lezer:geheim%21@127.0.0.1:9"
    with pytest.raises(StoreError) as caught:
        Vectors(tmp_path / "chroma", url, model, lambda: load_embeddings(model))
    assert "geheim" not in str(caught.value) and "https://127.0.0.1:9" in str(caught.value)
    assert _credentials(urlsplit(url)) == {"Authorization": "Basic bGV6ZXI6Z2VoZWltIQ=="}
