import tomllib
from pathlib import Path

import pytest

from rag.errors import ManifestError
from rag.manifest import read_manifest
from rag.types import Description

SEEDS = Path(__file__).parent.parent / "seeds"


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "a.txt").write_text("Een zin.", encoding="utf-8")
    (tmp_path / "b.txt").write_text("Een zin.", encoding="utf-8")
    return tmp_path


def write(folder, text):
    (folder / "manifest.toml").write_text(text, encoding="utf-8")
    return folder


def test_folder_without_a_manifest_has_no_descriptions(tmp_path):
    assert read_manifest(tmp_path) == {}


def test_empty_manifest_and_table_are_no_error(folder):
    assert read_manifest(write(folder, "# nog niets\n")) == {}
    assert read_manifest(write(folder, '["a.txt"]\n')) == {"a.txt": Description(title="a")}


def test_every_key_is_read(folder):
    (found,) = read_manifest(
        write(
            folder,
            '["a.txt"]\ntitle = "Titel"\nkind = "kamerbrief"\nsender = "Kabinet"\nrole = "government"\n'
            'date = 2018-04-20\ndate_note = "ontvangen"\ndossier = ["36247", "36 600 XVII"]\n'
            'language = "nl"\n'
            'url = "https://example.org"\n',
        )
    ).values()
    assert found == Description(
        "Titel", "kamerbrief", "Kabinet", "government", "2018-04-20", "ontvangen",
        ("36247", "36 600 XVII"), "nl", "https://example.org",
    )  # fmt: skip


def test_seeds_describe_every_document_and_guess_no_date_or_dossier():
    found = read_manifest(SEEDS)
    assert set(found) == {path.name for path in SEEDS.glob("*.txt")}
    dates = {name[:3]: described.date for name, described in found.items()}
    assert dates == {"000": None, "001": "2026-05-26", "002": None, "003": "2018-04-20", "004": None}
    assert all(d.date or d.date_note for d in found.values())
    assert all(d.dossier == () and d.role and d.sender and d.language == "nl" for d in found.values())
    assert {name[:3]: d.role for name, d in found.items() if d.role != "government"} == {
        "001": "civil_society",
        "004": "civil_society",
    }


@pytest.mark.parametrize(
    ("lines", "line", "what"),
    [
        (["# c", "", '["a.txt"]', 'titel = "x"'], 4, "unknown key «titel»"),
        (
            ['["a.txt"]', 'title = "x"', "", '["b.txt"]', 'title = "x"', 'soort = "y"'],
            6,
            "unknown key «soort»",
        ),
        (["# c", '["weg.txt"]', 'title = "x"'], 2, "no file «weg.txt»"),
        (['["../a.txt"]'], 1, "no file"),
        (['["a.txt"]', 'date = "2018-04-20"'], 2, "«date» must be a date"),
        (['["a.txt"]', "date = 10:00:00"], 2, "«date» must be a date"),
        (['["a.txt"]', 'dossier = "36247"'], 2, "«dossier» must be a list"),
        (['["a.txt"]', "dossier = [36247]"], 2, "list of strings"),
        (['["a.txt"]', "title = 5"], 2, "«title» must be a str"),
        (['["a.txt"]', 'kind = "brief"'], 2, "«brief» is not a kind"),
        (['["a.txt"]', 'role = "kabinet"'], 2, "«kabinet» is not a role"),
        (['["a.txt"]', "'role' = 'kabinet'"], 2, "«kabinet» is not a role"),
        (['["b.txt"]', 'role = "parliament"', "", '["a.txt"]  # hier', 'role = "x"'], 5, "«x» is not a role"),
    ],
)
def test_mistake_is_an_error_that_names_its_line(folder, lines, line, what):
    with pytest.raises(ManifestError) as error:
        read_manifest(write(folder, "\n".join(lines) + "\n"))
    assert f"manifest.toml, line {line}:" in str(error.value) and what in str(error.value)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('# c\n\n[a.txt]\ntitle = "x"\n', 3),
        ('# c\n\ntitle = "x"\n["a.txt"]\n', 3),
        ('# c\n\n"a.txt".titel = "x"\n', 3),
    ],
)
def test_mistake_in_a_tables_name_is_an_error_that_names_its_line(folder, text, line):
    with pytest.raises(ManifestError, match=f"line {line}:"):
        read_manifest(write(folder, text))


@pytest.mark.parametrize(
    ("text", "line"), [('\n["a.txt"\n', 2), ('["a.txt"]\n["a.txt"]\n', 2), ("\n\nx = \n", 3)]
)
def test_broken_toml_is_an_error_that_names_its_line(folder, text, line):
    with pytest.raises(ManifestError, match=f"line {line}") as error:
        read_manifest(write(folder, text))
    assert isinstance(error.value.__cause__, tomllib.TOMLDecodeError)


def test_manifest_that_is_not_utf8_is_an_error(folder):
    (folder / "manifest.toml").write_bytes(b'["a.txt"]\ntitle = "\xe9"\n')
    with pytest.raises(ManifestError, match="cannot be read"):
        read_manifest(folder)


def test_folder_named_as_a_file_is_no_document(folder):
    (folder / "c.txt").mkdir()
    with pytest.raises(ManifestError, match=r"no file «c\.txt»"):
        read_manifest(write(folder, '["c.txt"]\n'))


def test_date_with_a_time_keeps_its_day(folder):
    assert (
        read_manifest(write(folder, '["a.txt"]\ndate = 2018-04-20T23:30:00\n'))["a.txt"].date == "2018-04-20"
    )
