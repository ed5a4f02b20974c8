import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.text.sentences import joined, make_view, note_ranges, sentence_ranges
from rag.types import Span

SEEDS = Path(__file__).parent.parent / "seeds"
FEW = settings(max_examples=100, deadline=None)
FRAGMENTS = st.sampled_from(
    ["nr.", "c.s.", "jl.", "C.C.J.", "De", "het", "12.", "2024.", "?", "!»", "…", "...", "(", "\n", "\t",
     "«", "»”)]",
     "mln. euro", "(2014).", "(mei 2013)", "Titel.", "\u00a0", "\uf0b7", "é.", "d.d.", "Wat?", "1."]
)  # fmt: skip
OPEN_TEXT = st.one_of(
    st.text(max_size=300),
    st.lists(st.one_of(FRAGMENTS, st.text(max_size=3)), max_size=40).map(" ".join),
    st.lists(FRAGMENTS, max_size=40).map("".join),
)


def sentences(text):
    return [text[a:b].strip() for a, b in sentence_ranges(text)]


@pytest.mark.parametrize(
    "text",
    [
        "de motie van de leden Dobbe c.s. (Kamerstuk 36247 nr. 11).",
        "Dat is 5,5 mln. euro per jaar.",
        "Zie art. 100 d.d. 6 april.",
        "Zie Kamerstuk 36 247 nr.11 en 26 150 en 34 952, nr. 190.",
        "Tijdens het debat van 25 september jl. heb ik dit toegezegd.",
        "Zoals aangekondigd op 21 januari jl. (Kamerstuk\n36 600 XVII-55) zal een instrument worden "
        "uitgewerkt.",
        "De Minister van Buitenlandse Zaken, C.C.J. Veldkamp",
        "Dr. Denis Mukwege Foundation",
        "O.a. Nederland, m.b.t. Soedan, t.a.v. Myanmar.",
        "Onder vraag 5 t/m 7 wordt hier verder op in gegaan.",
        "1. Plaats conflictpreventie weer in het hart van het beleid",
        "het Koninkrijk (Kamerstuk 33 694,\nnr. 12.) en de strategie.",
        "De stijging was 25.5 procent.",
    ],
)
def test_no_break_behind_an_abbreviation_a_number_or_an_initial(text):
    assert sentences(text) == [text]


@pytest.mark.parametrize(
    "text",
    [
        ["de motie Dobbe c.s.", "De minister antwoordt."],
        ["Het gaat om 5 mln.", "Daarnaast is er geld."],
        ["Tijdens het debat van 25 september jl.", "De Kamer vroeg dit."],
        ["Conflicten sinds 1946.", "In veel conflicten."],
        ["Zie nr. 36.", "De rest volgt."],
        ["Zo nee, waarom niet?", "Kunt u dit aangeven?"],
        ["Ja!", "«Nee.»", "Dit is klaar."],
        ["Studie: Michels et al. (2024).", "Integration of support."],
        ["Einde van de zin.", "1 Kamerstuk 29237"],
    ],
)
def test_break_where_a_sentence_ends(text):
    assert sentences(" ".join(text)) == text


def test_full_stop_before_a_small_letter_is_no_end():
    assert sentences("Zie de brief. van de minister") == ["Zie de brief. van de minister"]


@pytest.mark.parametrize(
    ("broken", "whole"),
    [
        ("perspec-\ntieven", "perspectieven"),
        ("conflict-\ngerelateerd", "conflictgerelateerd"),
        ("Bangla-  \ndeshi", "Bangladeshi"),
        ("Uitgangspun-\r\nten", "Uitgangspunten"),
        ("organisatie-\n\nsensitieve", "organisatiesensitieve"),
        ("lange-termijn-\nprocessen", "lange-termijnprocessen"),
        ("VN-\nVeiligheidsraad", "VN-Veiligheidsraad"),
        ("2022-\n2025", "2022-2025"),
        ("vredes-\nen veiligheidsindexen", "vredes- en veiligheidsindexen"),
        ("pre-\nof post-conflict", "pre- of post-conflict"),
        ("–\nimplementatie", "– implementatie"),
    ],
)
def test_word_broken_across_lines_is_made_whole_but_a_suspended_hyphen_stays(broken, whole):
    assert joined(broken) == whole


def test_joined_folds_all_white_space():
    assert joined("  een\t twee\u00a0\n\n drie ") == "een twee drie"


@pytest.mark.parametrize(("seed", "count"), [("000", 5), ("001", 0), ("002", 20), ("003", 15), ("004", 1)])
def test_no_hyphen_is_left_at_a_line_end_of_a_seed(seed, count):
    text = next(SEEDS.glob(f"{seed}_*.txt")).read_text(encoding="utf-8")
    broken = re.findall(r"([^\W\d_]+)-[ \t]*\n([a-zà-ÿ]+)", text)
    assert len(broken) == count
    whole = joined(text)
    assert all(a + b in whole and f"{a}- {b}" not in whole for a, b in broken)


@pytest.mark.parametrize(
    "note",
    [
        "Lente of herfst? Vrouwen in de politiek: lessen voor donoren. Hulp Internationaal (september 2013).",
        "Jansen, P. & Smit, E. F. (2014). Water and peace. University Press.",
        "Survey of local groups (2015). Water Works. https://example.org/survey",
    ],
)
def test_a_note_that_names_a_source_is_one_sentence(note):
    """Else the year of a study stands alone, and who asks when it came out sees no title with it."""
    assert [*note_ranges(note)] == [(0, len(note))]


@pytest.mark.parametrize(
    "note",
    [
        "Zie het rapport van de VN (2023). De minister heeft besloten de bijdrage te verhogen.",
        "Nederland steunt veertien organisaties (2023). Het kabinet trekt daarvoor 5 miljoen euro uit.",
        "Deze punten komen uit een studie (2015) van drie organisaties. Meer staat op de website.",
        "Motie van het lid Smit. Kamerstuk 36 180, nr. 12.",
    ],
)
def test_a_note_of_sentences_is_cut_like_any_text(note):
    assert [*note_ranges(note)] == [*sentence_ranges(note)] and len([*note_ranges(note)]) == 2


@FEW
@given(OPEN_TEXT)
def test_a_note_keeps_every_character_but_white_space(text):
    kept = "".join(text[a:b] for a, b in note_ranges(text))
    assert "".join(kept.split()) == "".join(text.split())


def test_view_leaves_a_footnote_number_out_and_keeps_offsets():
    text = "sinds 1946.1 In veel."
    view = make_view(text, [Span(0, len(text))], [Span(11, 12)])
    assert view.text == "sinds 1946. In veel."
    spans = [view.spans(a, b) for a, b in sentence_ranges(view.text)]
    assert [[text[s.start : s.end] for s in several] for several in spans] == [["sinds 1946."], ["In veel."]]


def test_view_of_two_segments_gives_a_sentence_two_spans():
    text = "Door de crisis en de\n\n1 Een voetnoot.\n\nbezuinigingen is er minder."
    second = text.index("bezuinigingen")
    view = make_view(text, [Span(0, 20), Span(second, len(text))], [])
    ((start, end),) = sentence_ranges(view.text)
    assert [text[s.start : s.end] for s in view.spans(start, end)] == [
        "Door de crisis en de",
        "bezuinigingen is er minder.",
    ]


def test_view_of_white_space_has_no_span():
    view = make_view(" \n ", [Span(0, 3)], [])
    assert view.spans(0, 3) == ()


@FEW
@given(OPEN_TEXT)
def test_every_character_but_white_space_is_in_exactly_one_sentence(text):
    ranges = list(sentence_ranges(text))
    counts = [0] * len(text)
    for start, end in ranges:
        assert 0 <= start < end <= len(text) and text[start:end].strip()
        for i in range(start, end):
            counts[i] += 1
    assert all(count == 1 for count, c in zip(counts, text, strict=True) if not c.isspace())
    assert max(counts, default=0) <= 1 and ranges == sorted(ranges)


@FEW
@given(OPEN_TEXT)
def test_joined_leaves_no_white_space_but_single_spaces(text):
    assert joined(text).split() == (joined(text).split(" ") if joined(text) else [])
