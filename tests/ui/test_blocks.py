"""The reading view's blocks: nothing of the text is lost or twice, and the mark is the quotation."""

import re
from collections import Counter

import pytest
from app_driver import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.text.layout import read_layout
from rag.ui.blocks import Mark, blocks, opening

SEEDS = {p.name: p.read_bytes().decode() for p in (ROOT / "seeds").glob("*.txt")}


def said(shown, how=None):
    runs = [run for block in shown.blocks for run in block["runs"]]
    return " ".join("".join(text for text, mark in runs if how is None or mark == how).split())


def letters(text):
    return re.sub(r"[\W\d_]", "", text)


def test_quotations_side_by_side_keep_the_space_between_them():
    text = "Eerste zin. Tweede zin. Derde zin."
    shown = blocks(text, [Mark(0, 11), Mark(12, 23, here=True)])
    assert said(shown) == text
    assert said(shown, "here") == "Tweede zin." and said(shown, "cited") == "Eerste zin."


def test_mark_over_two_paragraphs_is_made_in_both():
    text = "De eerste alinea gaat door.\n\nEn de tweede alinea ook."
    shown = blocks(text, [Mark(3, 50, here=True)])
    assert len(shown.blocks) == 2 and all(any(mark for _, mark in b["runs"]) for b in shown.blocks)


def test_kamervragen_know_whose_part_is_whose():
    shown = blocks(SEEDS["003_1e5aa7dd66f4054b.txt"], [])
    voices = [b["voice"] for b in shown.blocks if b["kind"] == "label"]
    assert voices[:4] == ["question", "answer", "question", "answer"]


def test_place_in_what_the_layout_leaves_out_is_shown_all_the_same():
    text = "Tweede Kamer, vergaderjaar 2017 pagina 1\n\nEen alinea.\n\nTweede Kamer, vergaderjaar 2017 pagina 2\n\nNog een alinea.\n"
    start = text.index("Tweede Kamer, vergaderjaar 2017 pagina 2")
    assert "pagina 2" in said(blocks(text, [Mark(start, start + 40, here=True)]), "here")


def test_long_document_is_shown_around_the_place_and_says_how_far_it_goes():
    text = "\n\n".join(f"Alinea {n} van een lang stuk." for n in range(20_000))
    start = text.index("Alinea 9000 ")
    shown = blocks(text, [Mark(start, start + 11, here=True)], window=5_000)
    assert said(shown, "here") == "Alinea 9000" and len(said(shown)) < 12_000
    assert (shown.start, shown.end) == (start - 5_000, start + 5_000)
    assert blocks(text, [], around=0, window=5_000).start == 0


@pytest.mark.parametrize("name", SEEDS)
def test_every_block_of_a_real_document_is_there_once_and_in_order(name):
    whole = said(blocks(SEEDS[name], []))
    starts = [
        whole.find(" ".join("".join(t for t, _ in b["runs"]).split())[:40])
        for b in blocks(SEEDS[name], []).blocks
    ]
    assert -1 not in starts and len(whole) > 0.8 * len(" ".join(SEEDS[name].split()))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(SEEDS)), st.integers(0, 100_000), st.integers(1, 400))
def test_mark_reads_as_the_quotation_reads(name, at, length):
    text = SEEDS[name]
    start = at % (len(text) - 1)
    end = min(len(text), start + length)
    found = letters(said(blocks(text, [Mark(start, end, here=True)]), "here"))
    # Page furniture that lies in between is not marked; nothing else may be left out, and nothing put in.
    # A paragraph is read to its end before the footnote that stands in its middle: the order may differ.
    assert Counter(found) <= Counter(letters(text[start:end]))
    inside = [s for b in read_layout(text).blocks for s in b.segments if s.start <= start and end <= s.end]
    if inside:
        assert found == letters(text[start:end])


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=200), st.integers(0, 200), st.integers(0, 200))
def test_no_text_and_no_place_breaks_it(text, start, end):
    shown = blocks(text, [Mark(start, end, here=True)] if start < end <= len(text) else [])
    assert all(isinstance(t, str) and m in ("", "here", "cited") for b in shown.blocks for t, m in b["runs"])


def test_heading_that_a_passage_begins_with_is_told_apart_from_its_text():
    text = SEEDS["000_24fa777e414e8df9.txt"]
    start = text.index("Tegengaan van straffeloosheid")
    heading, rest = opening(text, start, start + 400)
    assert heading == "Tegengaan van straffeloosheid" and rest.startswith("Nederland hecht")
    assert opening(text, start + 40, start + 400)[0] == ""


def test_bullet_of_a_symbol_font_is_one_that_every_reader_sees():
    assert opening("Eerst dit.\n\n\uf0b7 Steun vrouwen;\n\uf0b7 Richt op.", 0, 44)[1].count("•") == 2
