"""The catalogue gives back what was put in, wholly or not at all."""

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import SEEDS

from rag.errors import StoreError
from rag.manifest import read_manifest
from rag.read import read_document
from rag.split import split
from rag.store.catalogue import Catalogue
from rag.types import Description, Document, Passage, Sentence, Span

DOCUMENT = Document("a.txt", "Eén zin.\r\nNog een.", Description("A", dossier=("36247", "36 600 XVII")), "d1")


def passage(identity, document="a.txt", terms=("een", "zin")):
    return Passage(identity, document, (Sentence((Span(0, 8),), terms=terms),), "Kop", ("kop",))


@pytest.fixture
def catalogue(tmp_path):
    opened = Catalogue(tmp_path / "catalogue.sqlite")
    yield opened
    opened.close()


@pytest.mark.parametrize("path", sorted(SEEDS.glob("*.txt")), ids=lambda p: p.name[:3])
def test_every_passage_of_the_seeds_comes_back_equal(catalogue, path):
    document = read_document(path, read_manifest(SEEDS)[path.name])
    passages = split(document)
    catalogue.replace(document, str(path), passages)
    assert catalogue.document(path.name) == document
    assert list(catalogue.all_passages()) == passages
    assert catalogue.passages([p.id for p in passages]) == {p.id: p for p in passages}
    assert catalogue.owners() == [(p.id, path.name) for p in passages]
    assert catalogue.passage_counts() == {path.name: len(passages)}


@settings(max_examples=60, deadline=None)
@given(st.text(min_size=1, max_size=80), st.text(max_size=40))
def test_text_and_name_come_back_to_the_character(text, title):
    catalogue = Catalogue(Path(":memory:"))
    document = Document("a.txt", text, Description(title), "d")
    if text.encode("utf-8", "ignore").decode() != text or title.encode("utf-8", "ignore").decode() != title:
        return  # what UTF-8 cannot hold is never read from a file
    catalogue.replace(document, "x", [])
    assert catalogue.document("a.txt") == document
    catalogue.close()


def test_line_ends_are_kept_as_they_are(catalogue):
    catalogue.replace(DOCUMENT, "x", [])
    assert catalogue.document("a.txt").text == "Eén zin.\r\nNog een."


def test_replacing_leaves_nothing_of_the_old_document(catalogue):
    catalogue.replace(DOCUMENT, "x", [passage("1"), passage("2")])
    catalogue.replace(Document("a.txt", "Nieuw.", Description("B"), "d2"), "y", [passage("3")])
    assert catalogue.ids() == ["3"]
    assert catalogue.digests() == {"a.txt": "d2"}
    assert catalogue.sources() == {"a.txt": "y"}
    assert catalogue.descriptions() == {"a.txt": Description("B")}


def test_replacement_that_fails_halfway_leaves_the_old_document(catalogue):
    catalogue.replace(DOCUMENT, "x", [passage("1")])

    def breaking():
        yield passage("2")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        catalogue.replace(Document("a.txt", "Nieuw.", Description("B"), "d2"), "y", breaking())
    assert catalogue.ids() == ["1"]
    assert catalogue.document("a.txt") == DOCUMENT


def test_removing_one_document_keeps_the_order_of_the_rest(catalogue):
    for name in ("a.txt", "b.txt", "c.txt"):
        catalogue.replace(
            Document(name, "x", Description(name), name),
            name,
            [passage(f"{name}{n}", name) for n in range(3)],
        )
    catalogue.remove("b.txt")
    assert catalogue.ids() == ["a.txt0", "a.txt1", "a.txt2", "c.txt0", "c.txt1", "c.txt2"]
    assert [p.id for p in catalogue.all_passages()] == catalogue.ids()


def test_more_passages_than_one_query_takes_come_back(catalogue):
    many = [passage(str(n)) for n in range(2_500)]
    catalogue.replace(DOCUMENT, "x", many)
    assert len(catalogue.passages([*(p.id for p in many), "nooit"])) == 2_500
    assert [p.id for p in catalogue.all_passages()] == [p.id for p in many]


def test_unknown_document_says_how_to_list_them(catalogue):
    with pytest.raises(StoreError, match=r"no document «x'; DROP TABLE documents; --».*rag documents"):
        catalogue.document("x'; DROP TABLE documents; --")
    assert catalogue.digests() == {}


def test_file_that_is_no_database_is_told_with_what_to_do(tmp_path):
    (tmp_path / "catalogue.sqlite").write_bytes(b"tekst " * 1000)
    with pytest.raises(StoreError, match=r"catalogue is damaged.*--rebuild"):
        Catalogue(tmp_path / "catalogue.sqlite")


def test_table_that_is_gone_is_told_with_what_to_do(tmp_path):
    path = tmp_path / "catalogue.sqlite"
    opened = Catalogue(path)
    other = sqlite3.connect(path)
    other.execute("DROP TABLE passages")
    other.commit()
    other.close()
    with pytest.raises(StoreError, match=r"catalogue is damaged.*--rebuild"):
        opened.ids()
    opened.close()
