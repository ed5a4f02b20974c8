"""Errors are told in the reader's language: those that real parts raise, not those a table hopes for."""

import re

import pytest
from app_driver import ROOT
from messages import raised

from rag import errors
from rag.errors import KamerbronError
from rag.ingest import ingest
from rag.question import check
from rag.read import read_document
from rag.store.index import open_index
from rag.ui import library
from rag.ui.problems import said, without_paths
from rag.ui.texts import TEXTS


def message(action, *arguments):
    with pytest.raises(KamerbronError) as raised:
        action(*arguments)
    return str(raised.value), type(raised.value).__name__


def real_errors(tmp_path, own_index):
    """What a reader of the app can run into, as it is raised."""
    bad = tmp_path / "fout.txt"
    bad.write_bytes(b"abc\xff")
    empty = tmp_path / "leeg.txt"
    empty.write_text("...", encoding="utf-8")
    odd = tmp_path / "x.xyz"
    odd.write_text("x", encoding="utf-8")
    nowhere = own_index.model_copy(update={"index_dir": tmp_path / "nergens"})
    yield message(check, "")
    yield message(check, "x" * 3000)
    yield message(read_document, bad)
    yield message(read_document, empty)
    yield message(read_document, odd)
    yield message(open_index, nowhere)
    yield message(library.clean_name, "../x")
    yield message(library.clean_name, "x" * 300)
    yield message(library.clean_name, "README.md")
    yield message(library.remove, "nergens.txt", own_index)
    yield message(ingest, [tmp_path / "weg"], own_index)
    (own_index.index_dir / "index.json").write_text("{", encoding="utf-8")
    yield message(open_index, own_index)


def test_errors_that_readers_meet_are_told_in_dutch_without_paths(tmp_path, own_index):
    for english, kind in real_errors(tmp_path, own_index):
        dutch = said(english, "nl", kind)
        assert "De melding luidt" not in dutch, english
        assert dutch != without_paths(english) and str(tmp_path) not in dutch
        assert said(english, "en", kind) == without_paths(english)


def test_every_message_that_the_code_can_raise_is_in_the_phrase_book():
    """Read out of the source, so that a new message fails here until somebody puts it into Dutch."""
    told = list(raised())
    assert len(told) > 100
    lacking = {
        f"{where}: {message}"
        for where, message, _ in told
        if "De melding luidt" in said(message, "nl", "DocumentError")
    }
    assert not lacking, "\n".join(sorted(lacking))


def test_phrase_book_holds_nothing_that_is_never_said():
    whole = " ".join(message for _, message, _ in raised())
    words = set(re.findall(r"[\w`]+", whole))
    for line in (ROOT / "rag" / "data" / "problems.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            fixed = re.findall(r"[\w`]+", re.sub(r"\{\w+\}", " ", line.split(" = ")[0]))
            assert set(fixed) <= words, line


def test_several_remarks_on_a_document_are_each_told():
    told = said("read as cp1252, not UTF-8; damaged and left out: page 3", "nl")
    assert told == "gelezen als cp1252, niet als UTF-8; beschadigd en weggelaten: bladzijde 3"


def test_unknown_message_is_told_by_its_kind_and_as_it_is():
    told = said("The flux is out at /srv/a/b.", "nl", "ModelError")
    assert told == f"{TEXTS['problem_ModelError']['nl']} De melding luidt: The flux is out at b."


def test_every_kind_of_error_has_a_text_of_its_own_or_a_general_one():
    for name, kind in vars(errors).items():
        if isinstance(kind, type) and issubclass(kind, KamerbronError):
            assert said("???", "nl", name).startswith(("Er ging iets mis", *(
                forms["nl"] for key, forms in TEXTS.items() if key.startswith("problem_")
            )))  # fmt: skip


@pytest.mark.parametrize(
    ("message", "left"),
    [
        ("no index in «/srv/a b/vectorstore». Run", "no index in «vectorstore». Run"),
        ("/srv/x/index.json is damaged", "index.json is damaged"),
        (r"C:\data\x.txt", "x.txt"),
        ("~/x/y.txt", "y.txt"),
        ("op http://127.0.0.1:11434/api antwoordt niets", "op http://127.0.0.1:11434/api antwoordt niets"),
        ("en/of, 1/2, seeds/", "en/of, 1/2, seeds/"),
    ],
)
def test_messages_lose_the_folders_of_the_machine(message, left):
    assert without_paths(message) == left


def test_phrase_book_has_the_same_slots_on_both_sides_and_no_phrase_twice():
    for name in ("problems.txt", "date_notes.txt"):
        lines = [
            line.split(" = ", 1)
            for line in (ROOT / "rag" / "data" / name).read_text(encoding="utf-8").splitlines()
            if line.strip() and not line.startswith("#")
        ]
        assert all(len(line) == 2 for line in lines)
        assert len({english.strip() for english, _ in lines}) == len(lines)
        for english, dutch in lines:
            assert set(re.findall(r"\{\w+\}", dutch)) <= set(re.findall(r"\{\w+\}", english)), english
