"""Notes on dates are read in the reader's language, or as they were written: never half translated."""

import tomllib
from pathlib import Path

import pytest

from rag.date_notes import date_note, spoken_date

SEEDS = Path(__file__).parent.parent / "seeds"
NOTES = [
    table["date_note"]
    for table in tomllib.loads((SEEDS / "manifest.toml").read_text(encoding="utf-8")).values()
    if "date_note" in table
]


@pytest.mark.parametrize("note", NOTES)
def test_note_goes_into_the_other_language_and_back(note):
    dutch = date_note(note, "nl")
    assert dutch != note and date_note(dutch, "nl") == dutch
    assert date_note(dutch, "en") == note == date_note(note, "en")


@pytest.mark.parametrize(
    "note",
    ["", "unknown; found in a drawer", "unknown and lost", "it cites a letter of some day", "cites", ";"],
)
def test_note_with_a_clause_that_is_not_in_the_book_stays_as_it_was_written(note):
    assert date_note(note, "nl") == note


@pytest.mark.parametrize(
    ("note", "dutch"),
    [
        ("About 3 May 2020", "omstreeks 3 mei 2020"),
        ("before 2020-05-03", "vóór 3 mei 2020"),
        ("it is a report on 2019/20", "het is een verslag over 2019/20"),
    ],
)
def test_slots_take_days_and_years(note, dutch):
    assert date_note(note, "nl") == dutch


def test_day_is_spoken_in_the_readers_language():
    assert (
        spoken_date("2018-04-20", "nl") == "20 april 2018"
        and spoken_date("2018-04-20", "en") == "20 April 2018"
    )
    assert spoken_date("voorjaar", "nl") == "voorjaar"
