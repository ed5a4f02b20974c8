"""What may stand in a folder, and what becomes of each file of it."""

import re

import pytest
from support import SEEDS, settings_for

from rag.errors import InputError, ManifestError
from rag.ingest import ingest
from rag.store.generations import read_state
from rag.store.index import open_index

TEXT = "Een zin over water. Nog een zin over water."


@pytest.fixture
def settings(tmp_path, tiny_model):
    return settings_for(tmp_path / "index", embedding_model=str(tiny_model))


@pytest.fixture
def folder(tmp_path):
    documents = tmp_path / "documents"
    documents.mkdir()
    (documents / "goed.txt").write_text(TEXT, encoding="utf-8")
    return documents


def verdicts(report):
    return {line.name: line.verdict for line in report.lines}


def why(report, name):
    return next(line.why for line in report.lines if line.name == name)


REFUSED = [
    ("leeg.txt", b"", "is empty, 0 bytes"),
    ("wit.txt", b" \n\t\r\n ", "no text in it"),
    ("streep.txt", b"--- ... ***\n", "no text in it"),
    ("geen.txt", b"tekst \x81\x8d\x8f", r"not UTF-8 \(byte 6\)"),
    ("binair.txt", b"tekst\0tekst", "zero bytes"),
    ("stuk.pdf", b"%PDF-1.7", "damaged"),
    ("stuk.docx", b"PK\x03\x04", "damaged"),
    ("stuk.odt", b"niets", "damaged"),
    ("leeg.html", b"", "is empty, 0 bytes"),
    ("stuk.html", b"  ", "no HTML"),
    ("stuk.xml", b"<a", "no XML"),
    ("stuk.eml", b"niets", "no e-mail"),
    ("stuk.zip", b"PK", "no ZIP"),
    ("programma.exe", b"MZ", r"«\.exe» are not read"),
    ("LICENSE", b"tekst", r"«\(nothing\)» are not read"),
]


@pytest.mark.parametrize(("name", "content", "reason"), REFUSED, ids=[r[0] for r in REFUSED])
def test_unreadable_file_is_refused_with_its_reason_and_the_others_are_read(
    settings, folder, name, content, reason
):
    (folder / name).write_bytes(content)
    report = ingest([folder], settings)
    assert verdicts(report) == {"goed.txt": "new", name: "refused"}
    assert re.search(reason, why(report, name))
    assert name in why(report, name)
    assert [line.name for line in report.refused] == [name]
    assert set(open_index(settings).descriptions) == {"goed.txt"}


def test_huge_file_is_refused_with_its_size(tmp_path, tiny_model, folder):
    settings = settings_for(tmp_path / "index", embedding_model=str(tiny_model), read_file_mb=1)
    (folder / "groot.txt").write_text("woord " * 200_000, encoding="utf-8")
    report = ingest([folder], settings)
    assert "1,200,000 bytes; 1,000,000 is the most" in why(report, "groot.txt")


def test_file_that_became_unreadable_keeps_what_was_indexed_under_its_name(settings, folder):
    before = ingest([folder], settings).digest
    (folder / "goed.txt").write_bytes(b"\xff\xfe\x00")
    report = ingest([folder], settings)
    assert verdicts(report) == {"goed.txt": "refused"}
    assert report.digest == before
    assert open_index(settings).text("goed.txt") == TEXT


@pytest.mark.parametrize("content", [None, b"\xff"], ids=["empty folder", "nothing readable"])
def test_folder_of_which_nothing_can_be_read_makes_no_index(settings, tmp_path, content):
    empty = tmp_path / "leeg"
    empty.mkdir()
    if content:
        (empty / "a.txt").write_bytes(content)
    ingest([empty], settings)
    assert read_state(settings.index_dir) is None


def test_missing_path_is_an_error_that_names_it_and_loses_nothing(settings, folder, tmp_path):
    before = ingest([folder], settings).digest
    with pytest.raises(InputError, match=r"nergens.*no such file or folder"):
        ingest([folder, tmp_path / "nergens"], settings)
    assert open_index(settings).digest == before


@pytest.mark.parametrize(
    ("manifest", "line", "reason"),
    [
        ('["goed.txt"]\ntitle = "A"\ntitel = "B"\n', 3, "unknown key «titel»"),
        ('# eerst\n["weg.txt"]\ntitle = "A"\n', 2, "no file «weg.txt»"),
        ('["goed.txt"]\n\nkind = "brief"\n', 3, "not a kind"),
        ('["goed.txt"]\ntitle = \n', 2, "TOML"),
    ],
)
def test_wrong_manifest_names_the_line_and_loses_nothing(settings, folder, manifest, line, reason):
    before = ingest([folder], settings).digest
    (folder / "manifest.toml").write_text(manifest, encoding="utf-8")
    with pytest.raises(ManifestError, match=rf"line {line}\b") as caught:
        ingest([folder], settings)
    assert reason in str(caught.value)
    assert open_index(settings).digest == before


def test_wrong_manifest_at_the_first_ingest_makes_no_index(settings, folder):
    (folder / "manifest.toml").write_text('["weg.txt"]\n', encoding="utf-8")
    with pytest.raises(ManifestError):
        ingest([folder], settings)
    assert read_state(settings.index_dir) is None


def test_folder_with_the_name_of_a_file_is_read_as_a_folder_and_inside_one_passed_over(
    settings, folder, tmp_path
):
    (folder / "map.txt").mkdir()
    assert verdicts(ingest([folder], settings)) == {"goed.txt": "new"}
    (folder / "map.txt" / "diep.txt").write_text(TEXT + " Diep.", encoding="utf-8")
    assert verdicts(ingest([folder / "map.txt"], settings)) == {"diep.txt": "new"}


def test_readme_manifest_and_hidden_files_are_not_documents(settings, folder):
    for name in ("README.md", "readme.txt", ".verborgen.txt", "manifest.toml"):
        (folder / name).write_text("", encoding="utf-8")
    assert verdicts(ingest([folder], settings)) == {"goed.txt": "new"}


def test_readme_that_the_manifest_describes_is_a_document(settings, folder):
    (folder / "README.md").write_text(TEXT + " Leesmij.", encoding="utf-8")
    (folder / "manifest.toml").write_text('["README.md"]\ntitle = "Leesmij"\n', encoding="utf-8")
    assert verdicts(ingest([folder], settings))["README.md"] == "new"


def test_two_files_of_one_name_are_not_mixed_up(settings, folder, tmp_path):
    other = tmp_path / "ander"
    other.mkdir()
    (other / "goed.txt").write_text("Een heel ander stuk.", encoding="utf-8")
    report = ingest([folder, other], settings)
    assert [line.verdict for line in report.lines] == ["new", "refused"]
    assert str(folder) in report.lines[1].why
    assert open_index(settings).text("goed.txt") == TEXT


def test_one_file_is_described_by_the_manifest_beside_it(settings):
    name = "003_1e5aa7dd66f4054b.txt"
    ingest([SEEDS / name], settings)
    index = open_index(settings)
    assert list(index.descriptions) == [name]
    assert index.descriptions[name].date == "2018-04-20"


def test_reading_one_file_does_not_remove_its_neighbours(settings, folder):
    (folder / "twee.txt").write_text(TEXT + " Twee.", encoding="utf-8")
    ingest([folder], settings)
    (folder / "goed.txt").unlink()
    assert verdicts(ingest([folder / "twee.txt"], settings)) == {"twee.txt": "unchanged"}
    assert set(open_index(settings).descriptions) == {"goed.txt", "twee.txt"}


def test_text_is_kept_with_its_line_ends_and_its_byte_order_mark(settings, folder):
    raw = "\ufeffEerste regel.\r\nTweede regel met é.\rDerde.\n"
    (folder / "regels.txt").write_bytes(raw.encode())
    ingest([folder], settings)
    assert open_index(settings).text("regels.txt") == raw


def test_progress_counts_up_to_its_total(settings, folder):
    seen = {}
    ingest([folder], settings, lambda what, done, total: seen.setdefault(what, []).append((done, total)))
    assert set(seen) == {"read", "embed", "index", "store"}
    assert all(steps[-1][0] == steps[-1][1] for steps in seen.values())
    assert all(done <= total for steps in seen.values() for done, total in steps)
