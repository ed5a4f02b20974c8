"""A quotation is marked on the page where it stands, and nowhere where that is not certain."""

import base64
import io
from pathlib import Path

import pytest
from formats.layouts import two_columns
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from rag.read import read_document
from rag.read.extract import Limits
from rag.read.marks import rectangles
from rag.read.worker import read_apart
from rag.types import Span

DATA = Path(__file__).parent / "formats" / "data"
PDFS = sorted(DATA.glob("*_pdf/*.pdf"))


def row(line, top, left=0.1):
    words = line.split()
    return tuple((w, left + 0.1 * i, top, left + 0.1 * i + 0.09, top + 0.02) for i, w in enumerate(words))


def marked(text, quote, *rows):
    """The words of the rows that are marked."""
    start = text.index(quote)
    boxes = rectangles(text, Span(start, start + len(quote)), rows)
    return [
        word[0]
        for box in boxes
        for row in rows
        for word in row
        if box.left <= word[1] and word[3] <= box.left + box.width + 1e-9 and box.top == word[2]
    ]


def test_words_of_a_quotation_are_marked_over_the_end_of_a_line():
    rows = row("Het kabinet zal", 0.1), row("twee miljoen geven.", 0.2)
    assert marked("Het kabinet zal\ntwee miljoen geven.\n", "zal\ntwee", *rows) == ["zal", "twee"]


def test_running_header_between_is_no_part_of_the_text_and_is_not_marked():
    rows = row("Pagina 3", 0.0), row("Het kabinet zal geven.", 0.1)
    assert marked("Het kabinet zal geven.\n", "kabinet zal", *rows) == ["kabinet", "zal"]


def test_note_that_stands_between_two_columns_on_the_page_is_skipped():
    rows = (
        row("Het kabinet zal in de loop", 0.1),
        row("1 Zie Kamerstuk 36247.", 0.9),
        row("van het jaar geven.", 0.11, 0.5),
    )
    text = "Het kabinet zal in de loop\nvan het jaar geven.\n\n1 Zie Kamerstuk 36247.\n"
    assert marked(text, "in de loop\nvan het jaar", *rows) == "in de loop van het jaar".split()


def test_the_right_one_of_two_that_are_alike_is_marked():
    rows = row("Dat zal zo.", 0.1), row("Dat zal zo.", 0.2)
    text = "Dat zal zo.\nDat zal zo.\n"
    (box,) = rectangles(text, Span(12, 23), rows)
    assert box.top == 0.2


def test_nothing_is_marked_where_more_stands_on_the_page_than_in_the_text():
    """The header says the same as the body: which of the two is meant cannot be known."""
    assert not rectangles("Dat zal zo.\n", Span(0, 11), (row("Dat zal zo.", 0.0), row("Dat zal zo.", 0.5)))
    assert not rectangles("Dat zal zo.\n", Span(0, 11), (row("Iets anders.", 0.1),))


def test_raised_numbers_ligatures_and_hyphens_do_not_hide_a_quotation():
    rows = row("de ﬁnanciële reso-", 0.1), row("lutie² van 2018", 0.2)
    assert len(marked("de financiële reso-\nlutie2 van 2018\n", "financiële reso-\nlutie2", *rows)) == 3


@given(
    st.text(max_size=60), st.integers(0, 60), st.integers(0, 60), st.lists(st.text(max_size=20), max_size=5)
)
def test_whatever_a_page_holds_marks_lie_on_it(text, a, b, lines):
    rows = tuple(row(line, 0.1 * n) for n, line in enumerate(lines) if line.split())
    for box in rectangles(text, Span(min(a, b), max(a, b)), rows):
        assert box.width > 0 and 0 <= box.top <= 1


@pytest.mark.parametrize("path", PDFS, ids=lambda p: p.parent.name)
def test_every_sentence_of_a_real_file_is_found_on_its_page(path):
    document = read_document(path)
    drawn = read_apart("page", path, Limits(), (1,))
    text = document.text[: document.pages[1].start]
    for quote in ("Heeft u kennisgenomen", "Ja.", "De bevindingen in genoemd artikel zijn weerzinwekkend."):
        at = text.index(quote)
        assert rectangles(text, Span(at, at + len(quote)), drawn.places), quote
    picture = Image.open(io.BytesIO(base64.b64decode(drawn.picture)))
    (first, *_) = rectangles(text, Span(0, 20), drawn.places)
    box = (first.left, first.top, first.left + first.width, first.top + first.height)
    inside = picture.convert("L").crop([round(v * s) for v, s in zip(box, picture.size * 2, strict=True)])
    assert inside.getextrema()[0] < 100  # there is ink under the mark


def test_columns_are_marked_in_their_own_column(tmp_path):
    path = tmp_path / "kolommen.pdf"
    path.write_bytes(two_columns())
    document = read_document(path)
    drawn = read_apart("page", path, Limits(), (1,))
    text = document.text[: document.pages[1].start]
    lines = [line for line in text.splitlines() if len(line) > 30]
    at = text.index(lines[-1])
    (box,) = rectangles(text, Span(at, at + len(lines[-1])), drawn.places)
    assert box.left > 0.45
