"""Dutch put into English words for a model that reads only English."""

from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.words.analyze import normal, words
from rag.words.gloss import entries, gloss


@pytest.mark.parametrize(
    ("dutch", "english"),
    [
        ("geweld", "violence"),  # Snowball's Dutch stem is "wel"
        ("Het kabinet", "the cabinet"),
        ("De vrouwen", "the women"),
        ("op het gebied van onderwijs", "in the area of education"),
        ("NAVO-bondgenoten", "nato allies"),
    ],
)
def test_words_and_phrases_are_put_into_english(dutch, english):
    assert gloss(dutch).casefold() == english


def test_parts_of_a_compound_that_no_list_holds_are_put_into_english_one_by_one():
    assert "waterschapsbelasting" not in entries()
    assert "tax" in gloss("waterschapsbelasting").split()


def test_names_and_numbers_stand_as_they_are():
    assert gloss("Abdelrahim Dagalo 2025") == "Abdelrahim Dagalo 2025"


def test_words_keep_their_order_and_nothing_is_lost():
    assert gloss("minister vraagt vrouwen") == "minister asks women"


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_any_text_has_a_gloss(text):
    assert isinstance(gloss(text), str)


def test_list_holds_each_entry_once_and_none_that_can_never_match():
    lines = [line for line in gloss_lines() if " = " in line]
    keys = [" ".join(normal(w) for w in words(line.partition(" = ")[0])) for line in lines]
    assert len(keys) == len(set(keys)) > 20_000
    assert all(keys)  # an entry of marks alone would have no words
    assert all(line.count(" = ") == 1 and line.partition(" = ")[2].strip() for line in lines)


def gloss_lines():
    text = resources.files("rag").joinpath("data/gloss_nl.txt").read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
