"""How a quotation is shown: the traps are numbers and words that nobody wrote."""

from pathlib import Path

import pytest

from rag.text.reading import as_read

SEEDS = Path(__file__).parent.parent / "seeds"


def shown(number, words):
    text = next(SEEDS.glob(f"{number}_*.txt")).read_bytes().decode()
    start = text.index(words)
    return as_read(text, start, start + len(words))


@pytest.mark.parametrize(
    ("number", "words", "reads"),
    [
        ("002", "Actieplan 13251", "Actieplan 1325"),
        ("004", "VNVR 132513.", "VNVR 1325."),
        ("004", "oplossing voor conflict56.", "oplossing voor conflict."),
        ("000", "resoluties4, en", "resoluties, en"),
        ("000", "25% in 2024.2", "25% in 2024."),
    ],
)
def test_footnote_number_is_not_shown_as_part_of_a_word_or_number(number, words, reads):
    assert shown(number, words) == reads


@pytest.mark.parametrize("words", ["VNVR 1820", "S/2025/556", "Resoluties1820 (2008)"])
def test_number_that_is_no_footnotes_stays(words):
    text = f"Zie {words} over dit onderwerp."
    assert words in as_read(text, 0, len(text))


def test_word_broken_across_lines_is_whole():
    assert shown("002", "betekenis-\nvolle") == "betekenisvolle"
