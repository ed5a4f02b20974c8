import itertools
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.text.layout import read_layout

SEEDS = Path(__file__).parent.parent / "seeds"
DATA = Path(__file__).parent / "data"
FEW = settings(max_examples=100, deadline=None)
LINES = st.sampled_from(
    [
        "", " ", "Vraag 1", "Antwoord 1, 2", "De voorzitter:", "De minister van Defensie: Ja.",
        "1 Kamerstuk 29237",
        "2 http://un.org", "Een regel tekst1", "die verder gaat2.", "Actiepunten",
        "1. Plaats conflictpreventie",
        "\uf0b7 Een punt;", "- nog een punt", "# Kop", "Pagina 3 van 9", "Tweede Kamer, vergaderjaar 2017, 2",
        "Tweede Kamer, vergaderjaar 2017, 3", "\f", "x" * 90, "Zin. " * 20, "•", "1", "##",
    ]
)  # fmt: skip
OPEN_TEXT = st.one_of(
    st.text(max_size=300),
    st.lists(st.one_of(LINES, st.text(max_size=8)), max_size=40).map("\n".join),
    st.lists(LINES, max_size=40).map("\r\n".join),
    st.lists(LINES, max_size=40).map("\n\n".join),
)


def seed(number):
    return next(SEEDS.glob(f"{number}_*.txt")).read_bytes().decode("utf-8")


def blocks(text):
    """Each block's kind with its text, segments end to end."""
    return [
        (b.kind, " ".join(" ".join(text[s.start : s.end] for s in b.segments).split()))
        for b in read_layout(text).blocks
    ]


def of_kind(text, kind):
    return [written for k, written in blocks(text) if k == kind]


@pytest.mark.parametrize(
    ("number", "headings"),
    [
        (
            "000",
            [
                "Nederlandse inzet conflict gerelateerd seksueel geweld",
                "Agenderen en voorkomen",
                "Ondersteuning van overlevenden",
                "Tegengaan van straffeloosheid",
                "Aanvullende toekomstige inzet",
                "Independent International Fact-Finding Mission for the Sudan (FFM)",
                "Humanitaire Hulp",
            ],
        ),
        ("002", ["Diplomatieke inzet", "Financiële inzet", "Operationele en nationale inzet", "Tenslotte"]),
        ("003", []),
    ],
)
def test_headings_of_a_seed_are_found_and_body_lines_are_none(number, headings):
    assert [h for h in of_kind(seed(number), "heading") if not h.startswith("Staatssecretaris")] == headings


def test_numbered_heading_of_two_lines_is_one_heading():
    headings = of_kind(seed("004"), "heading")
    assert (
        "1. Plaats conflictpreventie, het voorkomen van conflicten, weer in het hart van het "
        "veiligheid en buitenland beleid" in headings
    )
    assert (
        "5. Aandacht voor gender en masculinities: rollen, normen en identiteiten van vrouwen én mannen"
        in headings
    )


@pytest.mark.parametrize(("number", "count"), [("000", 13), ("001", 0), ("002", 12), ("003", 1), ("004", 23)])
def test_footnotes_of_a_seed_count_up_from_one_without_a_gap(number, count):
    notes = [b.label for b in read_layout(seed(number)).blocks if b.kind == "footnote"]
    assert notes == [str(i) for i in range(1, count + 1)]


def test_footnote_that_goes_on_with_a_number_is_not_a_new_note():
    notes = of_kind(seed("002"), "footnote")
    assert notes[7].endswith("7 juli 2023 Kamerstuk 29 521, nr. 461.")
    assert notes[11].endswith("nr. 12.) en de Geïntegreerde Buitenland- en Veiligheidsstrategie.")


def test_footnote_goes_on_behind_a_running_header_without_holding_it():
    parts = ["Het actieplan1 loopt.", "1 Kamerstuk 29 237,", "Tweede Kamer, vergaderjaar 2017, 2", "nr. 461, over Soedan", "en Mali.", "Tweede Kamer, vergaderjaar 2017, 3"]  # fmt: skip
    assert of_kind("\n\n".join(parts), "footnote") == ["Kamerstuk 29 237, nr. 461, over Soedan en Mali."]


def test_footnote_whose_number_touches_its_address():
    assert of_kind(seed("004"), "footnote")[10].startswith("http://www.peacebrigades.nl/pdf/overig/2016")


@pytest.mark.parametrize(
    ("number", "before", "after"),
    [
        ("000", "mentale en psychosociale ondersteuning (MHPSS) is", "daarom van belang."),
        ("000", "Door de liquiditeitscrisis en de", "noodzakelijke VN-bezuinigingen"),
        ("002", "Daarnaast werkt Defensie nauw samen", "met de EU, de NAVO"),
        ("003", "gesloten over mensensmokkel en", "uitbuiting. Hierdoor"),
        ("004", "om in de gevallen waar de", "Nederlandse krijgsmacht of Politie"),
        ("004", "hun nek uitsteken voor mensenrechten en", "democratie."),
    ],
)
def test_paragraph_goes_on_behind_a_footnote_or_a_pages_end(number, before, after):
    assert any(
        f"{before} {after}" in written for kind, written in blocks(seed(number)) if kind in ("body", "list")
    )


def test_running_header_with_a_page_number_is_not_text():
    text = seed("003")
    assert text.count("vergaderjaar 2017–2018, Aanhangsel") == 2
    assert not any("Aanhangsel" in written for _, written in blocks(text))


def test_running_footer_of_a_debate_is_not_text_and_does_not_break_the_speech():
    text = (DATA / "debat.txt").read_bytes().decode("utf-8")
    written = [t for _, t in blocks(text)]
    assert not any("TK 58-58" in t for t in written)
    assert any("praat het kabinet bij de Voorjaarsnota" in t for t in written)


def test_line_that_comes_back_without_a_number_is_text():
    text = "\n\n".join(["Actiepunten", "Een lange zin die hier staat.", "Actiepunten", "Een andere zin."])
    assert of_kind(text, "heading") == ["Actiepunten", "Actiepunten"]


@pytest.mark.parametrize(
    "line", ["Vraag 1", "Vraag 2, 3", "Antwoord 5, 6, 7", "Vragen 1 t/m 4", "Antwoord 1 en 2:"]
)
def test_label_of_a_question_or_an_answer(line):
    assert of_kind(f"{line}\nWaarom niet?\n", "label") == [line]


@pytest.mark.parametrize(
    "line", ["Vraag dit aan de minister", "Antwoord van Minister Blok", "Vraag 1 gaat over geld"]
)
def test_sentence_that_begins_as_a_label_is_none(line):
    assert of_kind(f"{line} en nog wat.\nWaarom niet?\n", "label") == []


def test_speakers_need_company_and_keep_their_titles():
    text = (DATA / "debat.txt").read_bytes().decode("utf-8")
    speakers = {b.label for b in read_layout(text).blocks if b.kind == "speaker"}
    assert {
        "De voorzitter",
        "De minister van Infrastructuur en Waterstaat",
        "Het lid A (fractie A)",
    } <= speakers
    assert of_kind("De voorzitter: ik open de vergadering.\n", "speaker") == []


def test_bullets_of_a_private_use_font_open_list_items():
    items = of_kind(seed("004"), "list")
    assert len(items) == 33 and not any("\uf0b7" in i or "\uf03d" in i for i in items)
    assert "Zet in op verzoening" in " ".join(items)


def test_hyphen_inside_a_sentence_is_no_bullet():
    assert of_kind("Een regel\n-gerelateerd geweld", "list") == []


def test_markdown_headings_are_headings():
    text = (DATA / "rapport.md").read_bytes().decode("utf-8")
    assert {"# Leeg schap, zieke patiënt", "### Te lage prijzen", "## Tot slot"} <= set(
        of_kind(text, "heading")
    )


def test_markdown_footnotes_are_footnotes():
    assert len(of_kind((DATA / "rapport.md").read_bytes().decode("utf-8"), "footnote")) == 2


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_line_ends_do_not_change_what_is_found(ends):
    text = seed("003")
    assert blocks(text.replace("\n", ends)) == blocks(text)


@FEW
@given(OPEN_TEXT)
def test_any_text_gives_ordered_segments_inside_it(text):
    layout = read_layout(text)
    for block in layout.blocks:
        assert block.segments
        assert all(
            0 <= s.start < s.end <= len(text) and text[s.start : s.end].strip() for s in block.segments
        )
        assert all(a.end <= b.start for a, b in zip(block.segments, block.segments[1:], strict=False))
    everywhere = sorted((s.start, s.end) for b in layout.blocks for s in b.segments)
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(everywhere))
    assert all(text[m.start : m.end].isdigit() for m in layout.markers)
