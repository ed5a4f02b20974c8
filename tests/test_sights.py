"""The page of a PDF is shown from the file that was read; without that file, or from another, nothing false is shown."""

import shutil
import zipfile
from pathlib import Path

import pytest
from support import settings_for

from rag import sights as module
from rag.ingest import describe, ingest, remove, restore
from rag.sights import sights
from rag.store.backup import backup
from rag.store.index import open_index
from rag.types import Description, Span

PDF = Path(__file__).parent / "formats" / "data" / "LibreOffice_pdf" / "003_1e5aa7dd66f4054b.pdf"
NAME = PDF.name


@pytest.fixture
def given(tmp_path):
    """Settings of an index of one PDF, and the folder that it was read from."""
    folder = tmp_path / "stukken"
    folder.mkdir()
    shutil.copy(PDF, folder)
    settings = settings_for(tmp_path / "index")
    ingest([folder], settings)
    return settings, folder


def span(index, quote):
    start = index.text(NAME).index(quote)
    return Span(start, start + len(quote))


def test_page_of_a_quotation_is_shown_with_its_marks_also_when_the_file_was_moved(given):
    settings, folder = given
    (folder / NAME).unlink()
    index = open_index(settings)
    also = span(index, "Welke concrete stappen")
    (sight,) = sights(index, settings, NAME, span(index, "Zij zal bij deze gelegenheid"), [also])
    assert (sight.number, len(sight.here), len(sight.also)) == (2, 1, 1)


def test_quotation_over_the_end_of_a_page_is_shown_on_both(given):
    settings, _ = given
    index = open_index(settings)
    at = index.pages(NAME)[1].start
    first, second = sights(index, settings, NAME, Span(at - 30, at + 30))
    assert (first.number, second.number) == (1, 2) and first.here and second.here


def test_document_that_was_described_anew_keeps_its_pages_and_a_removed_one_leaves_nothing(given):
    settings, _ = given
    describe(NAME, Description("Anders"), settings)
    index = open_index(settings)
    assert sights(index, settings, NAME, Span(0, 10))
    remove(NAME, settings)
    assert not list((settings.index_dir / "originals").iterdir())


def test_page_is_shown_after_a_backup_was_restored_elsewhere(given, tmp_path):
    settings, _ = given
    backup(tmp_path / "index.tar", settings)
    elsewhere = settings.model_copy(update={"index_dir": tmp_path / "elsewhere"})
    restore(tmp_path / "index.tar", elsewhere)
    assert sights(open_index(elsewhere), elsewhere, NAME, Span(0, 10))


def test_file_from_an_archive_is_kept(tmp_path):
    with zipfile.ZipFile(tmp_path / "alles.zip", "w") as archive:
        archive.write(PDF, NAME)
    settings = settings_for(tmp_path / "index")
    ingest([tmp_path / "alles.zip"], settings)
    assert sights(open_index(settings), settings, NAME, Span(0, 10))


def test_index_without_the_file_shows_no_page_and_reading_it_again_brings_it(given):
    settings, folder = given
    shutil.rmtree(settings.index_dir / "originals")
    assert sights(open_index(settings), settings, NAME, Span(0, 10)) == []
    ingest([folder], settings)
    assert sights(open_index(settings), settings, NAME, Span(0, 10))


def test_file_that_was_changed_where_it_lies_marks_nothing_false(given):
    settings, folder = given
    index = open_index(settings)
    where = span(index, "Zij zal bij deze gelegenheid")
    with (folder / NAME).open("wb") as file:  # in its place: the kept name is of the same file
        file.write(b"%PDF-1.4 broken")
    module._drawn.cache_clear()
    assert sights(index, settings, NAME, where) == []


def test_text_document_has_no_pages_to_show(open_seeds, seed_index):
    assert sights(open_seeds, seed_index, "003_1e5aa7dd66f4054b.txt", Span(0, 10)) == []
