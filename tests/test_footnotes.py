from pathlib import Path

import pytest

from rag.text.footnotes import find_markers, note_number, notes_called
from rag.text.layout import read_layout
from rag.types import Span

SEEDS = Path(__file__).parent.parent / "seeds"


def found(body, *notes):
    """What is left before each footnote number of a body with its notes below it, and the number."""
    text, starts = body + "\n\n", []
    for number, note in notes:
        starts.append((len(text), number))
        text += f"{number} {note}\n"
    markers = find_markers(text, [Span(0, len(body))], starts)
    return [(text[: m.start].split()[-1], text[m.start : m.end]) for m in markers]


NOTE = "Kamerstuk 29237, nr. 234"


@pytest.mark.parametrize(
    ("body", "stem", "number"),
    [
        ("resolutie 1325 en Nationaal Actieplan 13251 over vrede", "1325", "1"),
        ("de meeste conflicten sinds 1946.1 In veel landen", "1946.", "1"),
        ("opvolgende resoluties4, en het plan", "resoluties", "4"),
        ("in maart 2018?1 Daarna", "2018?", "1"),
        ("tegen Dagalo (RSF).5 De sancties", "(RSF).", "5"),
        ("om hen te ‘beschermen’21. Het", "‘beschermen’", "21"),
        ("van 24 november 2025.13 Humanitair", "2025.", "13"),
        ("de nota 2022–202511 raadpleegde", "2022–2025", "11"),
    ],
)
def test_glued_number_is_told_from_what_it_is_glued_to(body, stem, number):
    assert found(body, (number, NOTE)) == [(stem, number)]


def test_two_notes_glued_together_are_one_range():
    assert found("oplossing voor conflict56. Daarna", ("5", NOTE), ("6", NOTE)) == [("conflict", "56")]


def test_a_number_without_a_note_is_text():
    assert found("opvolgende resoluties4, en het plan") == []
    assert found("opvolgende resoluties4, en het plan", ("5", NOTE)) == []


@pytest.mark.parametrize(
    "body",
    [
        "op S/2025/556 en S4 staat 4",
        "zie www.un.org/4 en http://un.org/a4",
        "in 4 landen (4) en § 4",
        "38.000 gevallen en 25% in 2024",
    ],
)
def test_numbers_of_the_text_itself_are_no_markers(body):
    assert found(body, ("4", NOTE)) == []


def test_decimals_and_thousands_are_no_markers():
    assert found("in 38.1 gevallen en 5,1 miljoen", ("1", NOTE)) == []


def test_letters_go_before_numbers_where_both_would_do():
    assert found("in 1325 en 13251 en de mannen1 daar", ("1", NOTE)) == [("mannen", "1")]


def test_markers_come_in_the_order_of_their_notes():
    assert found("aanpak2 en aanpak1 en aanpak2.", ("1", NOTE), ("2", NOTE)) == [
        ("aanpak", "1"),
        ("aanpak", "2"),
    ]


def test_marker_stands_before_its_note_never_inside_one():
    assert found("Een gewone zin.", ("1", "Resoluties1 van 2008")) == []


@pytest.mark.parametrize(
    ("line", "number"),
    [("12 Kamerstuk 36180", 12), ("11http://www.un.org", 11), ("7 https://un.org", 7), ("15  World", 15)],
)
def test_line_that_begins_as_a_note(line, number):
    assert note_number(line) == number


@pytest.mark.parametrize(
    "line", ["12", "2024. In", "1325over", "Kamerstuk 12", "1.2 Titel", "2013), 2242", ""]
)
def test_line_that_only_begins_with_digits(line):
    assert note_number(line) is None


@pytest.mark.parametrize(
    ("seed", "stems"),
    [
        (
            "000",
            "1946. 2024. daarvoor. resoluties (RSF). aanpak Committee Hub Package accountability. "
            "justice (MENA). 2025.",
        ),
        ("001", ""),
        (
            "002",
            "1325 rijksoverheid. geweld. Haag. financierde landen meisjes. Irak 2023. herkomst. "
            "2022–2025 veiligheidsbeleid.",
        ),
        ("003", "2018?"),
        (
            "004",
            "deelnemen marginaal benut beleidsbrief conflict States missie etniciteit vrede bekopen "
            "budget 1325 2007-2014 "
            "noodhulp ambassades geblokkeerd Actiepunten verwacht gaan ‘beschermen’ (CEDAW) (MISP)",
        ),
    ],
)
def test_every_marker_of_a_seed_and_the_word_it_is_glued_to(seed, stems):
    text = next(SEEDS.glob(f"{seed}_*.txt")).read_text(encoding="utf-8")
    markers = read_layout(text).markers
    assert [text[: m.start].split()[-1] for m in markers] == stems.split()
    numbers = [text[m.start : m.end] for m in markers]
    expected = [str(i) for i in range(1, {"000": 13, "001": 0, "002": 12, "003": 1, "004": 23}[seed] + 1)]
    if seed == "004":
        expected[4:6] = ["56"]
    assert numbers == expected


def test_resolution_glued_to_its_word_in_a_note_is_no_marker():
    text = next(SEEDS.glob("000_*.txt")).read_text(encoding="utf-8")
    at = text.index("Resoluties1820") + len("Resoluties")
    assert not any(at <= m.start < at + 4 for m in read_layout(text).markers)


@pytest.mark.parametrize(
    ("marker", "notes"),
    [
        ("5", [5]),
        ("⁶", [6]),
        ("56", [5, 6]),
        ("12", [1, 2]),
        ("57", []),
        ("9", []),
        ("", []),
        ("x", []),
    ],
)
def test_notes_that_a_number_calls(marker, notes):
    assert notes_called(marker, {1, 2, 3, 5, 6, 7}) == notes
