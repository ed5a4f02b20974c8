"""Adding, describing and removing documents: what was there is never lost, what lies elsewhere is never touched."""

import shutil
import tomllib

import pytest
from app_driver import ROOT

from rag.errors import DocumentError, ManifestError, StoreError
from rag.ingest import ingest
from rag.store.index import open_index
from rag.types import Description
from rag.ui import library

NOTE = "Nota over de zeppelin\n\nHet kabinet zal de zeppelin in 2027 kopen voor negen miljoen euro.\n"
LETTER = "000_24fa777e414e8df9.txt"


@pytest.fixture
def own(own_index, tmp_path):
    """Settings with an index of their own and an empty folder for what is added."""
    return own_index.model_copy(update={"documents_dir": tmp_path / "documents"})


def staged(tmp_path, **files):
    folder = tmp_path / "staged"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, text in files.items():
        (folder / name.replace("_txt", ".txt")).write_bytes(
            text if isinstance(text, bytes) else text.encode()
        )
    return folder


def add(own, tmp_path, replace=False, **files):
    report = library.add(staged(tmp_path, **files), own, lambda *_: None, replace)
    return {line.name: line for line in report.lines}


def test_good_file_is_added_and_a_bad_one_beside_it_is_refused_with_a_reason(own, tmp_path):
    lines = add(own, tmp_path, nota_txt=NOTE, fout_txt=b"\xff\xfe\0")
    assert lines["nota.txt"].verdict == "new" and lines["nota.txt"].passages > 0
    assert lines["fout.txt"].verdict == "refused" and "UTF-8" in lines["fout.txt"].why
    index = open_index(own)
    assert "nota.txt" in index.descriptions and "fout.txt" not in index.descriptions
    assert [p.name for p in own.documents_dir.iterdir()] == ["nota.txt"]


def test_only_bad_files_leave_the_index_as_it_was(own, tmp_path):
    before = (own.index_dir / "index.json").read_bytes()
    add(own, tmp_path, fout_txt=b"\0")
    assert (own.index_dir / "index.json").read_bytes() == before


def test_document_of_the_same_name_is_replaced_only_where_that_was_chosen(own, tmp_path):
    add(own, tmp_path, nota_txt=NOTE)
    lines = add(own, tmp_path, nota_txt="Iets anders over luchtschepen.")
    assert lines["nota.txt"].verdict == "refused" and open_index(own).text("nota.txt") == NOTE
    lines = add(own, tmp_path, replace=True, nota_txt="Iets anders over luchtschepen.")
    assert lines["nota.txt"].verdict == "changed" and "luchtschepen" in open_index(own).text("nota.txt")


def test_bad_file_never_takes_the_place_of_a_good_one(own, tmp_path):
    add(own, tmp_path, nota_txt=NOTE)
    add(own, tmp_path, replace=True, nota_txt=b"\xff")
    assert (own.documents_dir / "nota.txt").read_text(encoding="utf-8") == NOTE
    assert open_index(own).text("nota.txt") == NOTE


def test_document_from_elsewhere_is_not_replaced_by_one_that_is_added(own, tmp_path):
    lines = add(own, tmp_path, replace=True, **{LETTER.replace(".txt", "_txt"): NOTE})
    assert lines[LETTER].verdict == "refused" and "zeppelin" not in open_index(own).text(LETTER)


def test_files_are_put_back_where_the_index_cannot_be_written(own, tmp_path, monkeypatch):
    add(own, tmp_path, nota_txt=NOTE)

    def fail(*_, **__):
        raise StoreError("Another ingest is writing.")

    monkeypatch.setattr(library, "ingest", fail)
    with pytest.raises(StoreError):
        add(own, tmp_path, replace=True, nota_txt="Nieuw.", ander_txt="Ook nieuw.")
    assert (own.documents_dir / "nota.txt").read_text(encoding="utf-8") == NOTE
    assert not (own.documents_dir / "ander.txt").exists()


def test_index_of_nothing_can_be_added_to(own, tmp_path):
    fresh = own.model_copy(update={"index_dir": tmp_path / "vers"})
    assert add(fresh, tmp_path, nota_txt=NOTE)["nota.txt"].verdict == "new"


def test_what_is_said_of_an_added_document_stands_in_its_folders_manifest(own, tmp_path):
    add(own, tmp_path, nota_txt=NOTE)
    described = Description(
        "Nota «Zeppelin»", "motie", "Het lid X", "parliament", "2026-01-02", None, ("36247-11",), "nl"
    )
    library.describe("nota.txt", described, own)
    assert open_index(own).descriptions["nota.txt"] == described
    table = tomllib.loads((own.documents_dir / "manifest.toml").read_text(encoding="utf-8"))["nota.txt"]
    assert table["dossier"] == ["36247-11"] and str(table["date"]) == "2026-01-02" and "url" not in table
    assert {line.verdict for line in ingest([own.documents_dir], own).lines} == {"unchanged"}


def test_what_is_said_of_a_document_from_elsewhere_stays_out_of_its_folder_and_survives_an_ingest(own):
    seeds = {p.name: p.read_bytes() for p in (ROOT / "seeds").iterdir()}
    was = open_index(own).descriptions[LETTER]
    library.describe(LETTER, Description("Een andere titel", was.kind, was.sender, was.role), own)
    assert {p.name: p.read_bytes() for p in (ROOT / "seeds").iterdir()} == seeds
    lines = {line.name: line.verdict for line in ingest([ROOT / "seeds"], own).lines}
    assert lines[LETTER] == "unchanged" and open_index(own).descriptions[LETTER].title == "Een andere titel"


def test_manifest_keeps_what_others_wrote_in_it(own, tmp_path):
    add(own, tmp_path, nota_txt=NOTE, ander_txt="Een ander stuk over iets.")
    path = own.documents_dir / "manifest.toml"
    path.write_text(
        '# van ons\n["ander.txt"]  # let op\ntitle = "Ander"\nkind = "motie" # klopt\n', encoding="utf-8"
    )
    library.describe("nota.txt", Description("Nota"), own)
    library.describe("ander.txt", Description("Anders", "debat"), own)
    text = path.read_text(encoding="utf-8")
    assert "# van ons" in text and "# let op" in text and "# klopt" in text
    assert tomllib.loads(text)["ander.txt"] == {"title": "Anders", "kind": "debat"}


def test_manifest_is_put_back_where_the_index_cannot_be_written(own, tmp_path, monkeypatch):
    add(own, tmp_path, nota_txt=NOTE)
    library.describe("nota.txt", Description("Eerst"), own)
    before = (own.documents_dir / "manifest.toml").read_bytes()

    def fail(*_, **__):
        raise StoreError("Another ingest is writing.")

    monkeypatch.setattr(library, "describe_in_index", fail)
    for name in ("nota.txt", LETTER):
        with pytest.raises(StoreError):
            library.describe(name, Description("Dan"), own)
    assert (own.documents_dir / "manifest.toml").read_bytes() == before
    assert not (own.documents_dir / "overrides.toml").exists()


def test_removed_document_is_gone_with_its_file_and_does_not_come_back(own, tmp_path):
    add(own, tmp_path, nota_txt=NOTE, ander_txt="Een ander stuk over iets.")
    library.describe("nota.txt", Description("Nota"), own)
    library.remove("nota.txt", own)
    assert not (own.documents_dir / "nota.txt").exists()
    ingest([own.documents_dir], own)
    assert "nota.txt" not in open_index(own).descriptions and "ander.txt" in open_index(own).descriptions


def test_removing_a_document_from_elsewhere_leaves_its_file(own):
    library.remove(LETTER, own)
    assert LETTER not in open_index(own).descriptions and (ROOT / "seeds" / LETTER).is_file()


@pytest.mark.parametrize(
    "name",
    [
        "../x.txt", "a/b.txt", "a\\b.txt", "..", "", ".verborgen.txt", "manifest.toml", "overrides.toml", "README.md",
        "x" * 200 + ".txt", "a\nb.txt", "a\u202etxt.exe", "con:x.txt",
    ],
)  # fmt: skip
def test_name_that_leads_elsewhere_or_means_something_else_is_refused(name):
    with pytest.raises(DocumentError):
        library.clean_name(name)


@pytest.mark.parametrize("name", ["nota.txt", "Nota van wijziging (2).md", "ملاحظة.txt", "brief_é.txt"])
def test_ordinary_name_is_kept_as_it_is(name):
    assert library.clean_name(name) == name


def test_broken_overrides_are_an_error_that_names_the_line(own):
    own.documents_dir.mkdir()
    (own.documents_dir / "overrides.toml").write_text('["x.txt"]\nkleur = "rood"\n', encoding="utf-8")
    with pytest.raises(ManifestError, match=r"overrides\.toml, line 2"):
        ingest([ROOT / "seeds"], own)
