"""Abbreviations that no document holds, and what they are short for in it."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.question import understand
from rag.retrieve import retrieve
from rag.words.initials import spelled_out

TEXT = (
    "Zo ondersteunt Nederland via de International Development Law Organisation de Oegandese strafrechtketen."
)


@pytest.mark.parametrize(
    ("short", "text", "full"),
    [
        ("IDLO", TEXT, "International Development Law Organisation"),
        ("OHCHR", "High Commissioner for Human Rights", None),  # not all of it
        ("UNODC", "United Nations Office on Drugs and Crime", "United Nations Office on Drugs and Crime"),
        ("IDLO", "International Development. Law Organisation", None),  # two sentences
        ("IDLO", "international development law organisation", None),
        ("ID", "International Development", None),  # two letters begin too much
        ("NRC", "de Noorse Raad voor Cultuur", "Noorse Raad voor Cultuur"),
        ("FFM", "een Fact-Finding Mission", "Fact Finding Mission"),
        ("Idlo", TEXT, None),
    ],
)  # fmt: skip
def test_words_with_these_initials(short, text, full):
    assert spelled_out(short, [text]) == full


WORD = st.text(string.ascii_lowercase, min_size=2, max_size=8)


@given(st.lists(WORD, min_size=3, max_size=6), st.lists(WORD, max_size=4), st.lists(WORD, max_size=4))
def test_a_name_in_full_is_found_wherever_it_stands(words, before, behind):
    name = " ".join(w.capitalize() for w in words)
    short = "".join(w[0].upper() for w in words)
    assert spelled_out(short, [" ".join([*before, name, *behind])]) == name


@given(st.text(string.ascii_uppercase, min_size=3, max_size=6), st.text(max_size=80))
def test_what_is_found_has_the_initials(short, text):
    full = spelled_out(short, [text])
    initials = [w[0] for w in (full or "").split() if w[0].isupper()]
    assert full is None or "".join(initials) == short


def test_abbreviation_that_the_documents_lack_finds_the_name_in_full(open_seeds):
    """The letter never writes IDLO: "nothing in connection with «IDLO»" would be untrue."""
    question = understand("Hoeveel procent veroordelingen waren er in Oeganda na de hulp van de IDLO?")
    (concept,) = (c for c in retrieve(open_seeds, question).concepts if c.concept.label == "IDLO")
    assert concept.highest > 0.5
    assert concept.strength("international development law organisation".split()) > 0.5


def test_abbreviation_of_nothing_stays_unknown(open_seeds):
    question = understand("Wat doet de XQZV in Oeganda?")
    (concept,) = (c for c in retrieve(open_seeds, question).concepts if c.concept.label == "XQZV")
    assert not concept.highest
