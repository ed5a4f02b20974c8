"""States by one name, whichever of two languages they are named in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.words.places import with_dutch_names


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("money for sudan", "money for Soedan"),
        ("SOUTH SUDAN", "Zuid-Soedan"),
        ("Guinea-Bissau, not Guinea", "Guinee-Bissau, not Guinee"),
        ("Sudanese women", "Sudanese women"),
        ("drie landen, nl. Mali, Niger en Chad", "drie landen, nl. Mali, Niger en Tsjaad"),
        ("wat doet nl?", "wat doet Nederland?"),
    ],
)
def test_state_has_its_dutch_name(text, named):
    """A question that says "Sudan" is less like a Dutch sentence than one that says "Soedan", and was refused for it."""
    assert with_dutch_names(text) == named


@given(st.text() | st.lists(st.sampled_from("sudan nl. NL - South Chad Guinea , İran".split())).map(" ".join))
def test_any_text_is_settled_after_one_time(text):
    assert with_dutch_names(with_dutch_names(text)) == with_dutch_names(text)


def test_small_letter_of_another_alphabet_is_no_error():
    """Where case is ignored, the Turkish capital İ is an "i", but not a key of any table."""
    assert with_dutch_names("Spaİn") in ("Spaİn", "Spanje")
