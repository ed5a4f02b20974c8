from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.errors import DocumentError
from rag.manifest import read_manifest
from rag.read import READERS, digest, read_document
from rag.read.extract import Limits
from rag.types import Description

SEEDS = Path(__file__).parent.parent / "seeds"
NAMES = sorted(path.name for path in SEEDS.glob("*.txt"))


def write(folder, raw, name="stuk.txt"):
    path = folder / name
    path.write_bytes(raw)
    return path


@pytest.mark.parametrize("name", NAMES)
def test_text_of_a_seed_is_the_file_with_its_line_ends(name):
    described = read_manifest(SEEDS)[name]
    read = read_document(SEEDS / name, described)
    with (SEEDS / name).open(encoding="utf-8", newline="") as file:
        assert read.text == file.read()
    assert read.name == name and read.description == described


@pytest.mark.parametrize(
    "text",
    [
        "één\r\ntwee\rdrie\n\n",
        "\ufeffmet een merk",
        "  spaties \f vooraan\n",
        "a\u2028b\x85c",
        "e\u0301 en é",
    ],
)
def test_text_is_not_changed_by_reading(tmp_path, text):
    path = write(tmp_path, text.encode())
    with path.open(encoding="utf-8", newline="") as file:
        assert read_document(path).text == text == file.read()


@pytest.mark.parametrize("name", ["stuk.txt", "STUK.TXT", "stuk.md", "nota é.Md"])
def test_suffix_decides_in_any_case(tmp_path, name):
    assert read_document(write(tmp_path, b"tekst", name)).name == name


@pytest.mark.parametrize("name", ["stuk.zzz", "stuk", "stuk.txt.bak"])
def test_unknown_suffix_is_an_error_that_names_the_known(tmp_path, name):
    with pytest.raises(DocumentError, match=r"\.md.*\.txt") as error:
        read_document(write(tmp_path, b"tekst", name))
    assert name in str(error.value) and {".txt", ".md"} <= set(READERS)


def test_missing_file_is_an_error(tmp_path):
    with pytest.raises(DocumentError, match="no such file"):
        read_document(tmp_path / "weg.txt")


def test_folder_with_the_name_of_a_file_is_an_error(tmp_path):
    (tmp_path / "map.txt").mkdir()
    with pytest.raises(DocumentError, match="folder"):
        read_document(tmp_path / "map.txt")


@pytest.mark.parametrize(
    ("raw", "encoding"),
    [
        ("Eén café — «geïnformeerd»".encode("cp1252"), "cp1252"),
        ("tekst met é".encode("utf-16"), "utf-16"),
        (
            ("Депутаты поддержали предложение правительства о бюджете на следующий год. " * 5).encode(
                "cp1251"
            ),
            "cp1251",
        ),
    ],
    ids=["cp1252", "utf-16", "cp1251"],
)
def test_file_in_another_encoding_is_read_in_it_and_that_is_told(tmp_path, raw, encoding):
    document = read_document(write(tmp_path, raw))
    assert document.text.encode(encoding).decode(encoding) == document.text
    assert document.text == raw.decode(encoding)
    assert any(encoding in remark for remark in document.remarks)


@pytest.mark.parametrize(
    "raw", [b"tekst \x81\x8d\x8f\x90\x9d tekst", b"\xff\xfe\x00", bytes(range(128, 256)) * 3]
)
def test_file_whose_encoding_cannot_be_told_is_refused_with_the_byte(tmp_path, raw):
    with pytest.raises(DocumentError, match=r"not UTF-8 \(byte \d+\)"):
        read_document(write(tmp_path, raw))


def test_file_with_zero_bytes_is_no_text(tmp_path):
    with pytest.raises(DocumentError, match="zero bytes"):
        read_document(write(tmp_path, b"tekst\0tekst"))


def test_empty_file_is_called_empty(tmp_path):
    with pytest.raises(DocumentError, match="is empty, 0 bytes"):
        read_document(write(tmp_path, b""))


@pytest.mark.parametrize("raw", [b" \r\n\f", "«…» — •\n".encode(), "\ufeff".encode()])
def test_file_without_a_letter_or_digit_is_an_error(tmp_path, raw):
    with pytest.raises(DocumentError, match="no text"):
        read_document(write(tmp_path, raw))


def test_file_of_a_gigabyte_is_refused_before_it_is_read(tmp_path):
    path = tmp_path / "groot.txt"
    with path.open("wb") as file:
        file.truncate(1_000_000_000)
    with pytest.raises(DocumentError, match=r"1,000,000,000 bytes; 100,000,000 is the most.*Split"):
        read_document(path)


def test_longest_text_is_a_setting(tmp_path):
    with pytest.raises(DocumentError, match="more than 10 characters"):
        read_document(write(tmp_path, b"woord " * 3), limits=Limits(characters=10))


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("\n\n12\n--\n# Leeg  schap\nrest", "Leeg schap"),
        ("Geachte voorzitter,\n", "Geachte voorzitter,"),
        ("1\n2\n", "stuk"),
        ("\ufeffTitel\n", "\ufeffTitel"),
    ],
)
def test_title_for_want_of_one_is_the_first_line_of_words(tmp_path, text, title):
    assert read_document(write(tmp_path, text.encode())).description == Description(title=title)


def test_long_first_line_is_a_short_title(tmp_path):
    title = read_document(write(tmp_path, b"woord " * 100)).description.title
    assert len(title) <= 160 and title.endswith("…")


def test_given_description_wins_over_the_first_line(tmp_path):
    described = Description(title="Kamerbrief", kind="kamerbrief", role="government")
    assert read_document(write(tmp_path, b"Iets anders"), described).description == described


@pytest.mark.parametrize(
    "change",
    [
        {"title": "T2"}, {"kind": "motie"}, {"sender": "S"}, {"role": "parliament"}, {"date": "2018-04-20"},
        {"date_note": "n"}, {"dossier": ("36247",)}, {"language": "nl"}, {"url": "u"},
    ],
)  # fmt: skip
def test_digest_changes_with_any_part_of_the_description(change):
    described = Description(title="T")
    assert digest("tekst", replace(described, **change)) != digest("tekst", described)


def test_digest_does_not_change_with_the_file_name_or_the_day(tmp_path):
    described = Description(title="T")
    one, two = (read_document(write(tmp_path, b"tekst", n), described).digest for n in ("a.txt", "b.md"))
    assert one == two == digest("tekst", described) and len(one) == 64


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=50), st.text(max_size=50))
def test_digest_tells_any_two_texts_apart(one, other):
    described = Description(title="T")
    assert (digest(one, described) == digest(other, described)) == (one == other)
