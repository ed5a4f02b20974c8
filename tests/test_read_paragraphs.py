"""What a page shows of its paragraphs, hyphens and footnotes; and what a scan's recognition leaves of them."""

from formats.layouts import pdf

from rag.read import hocr, read_document
from rag.read.columns import Row, Word
from rag.read.hyphens import Hyphens
from rag.split import split
from rag.text.layout import read_layout

LONG = "Dit is een regel van een alinea die bijna de hele breedte vult"


def read(folder, *pages):
    path = folder / "stuk.pdf"
    path.write_bytes(pdf(pages))
    return read_document(path)


def lines(*texts, x=60, y=760, size=11, step=14):
    return [(x, y - step * i, size, text) for i, text in enumerate(texts)]


def blocks(document):
    layout = read_layout(document.text)
    return [
        (b.kind, " ".join(" ".join(document.text[s.start : s.end] for s in b.segments).split()))
        for b in layout.blocks
    ]


def row(text, y=100.0):
    words, x = [], 50.0
    for part in text.split():
        words.append(Word(part, x, x + 5.0 * len(part), y, 10.0, spaced=True))
        x += 5.0 * len(part) + 3
    return Row(words, y, 10.0)


def test_line_that_ended_early_ends_its_paragraph_and_one_that_was_full_does_not(tmp_path):
    document = read(
        tmp_path,
        lines(f"{LONG} voor VN", "Veiligheidsraad en andere raden. Kort.", f"Nieuwe alinea. {LONG}", "en zij gaat door.", *[LONG] * 4),
    )  # fmt: skip
    texts = [text for _, text in blocks(document)]
    assert texts[0].endswith("voor VN Veiligheidsraad en andere raden. Kort.")
    assert texts[1].startswith("Nieuwe alinea.") and "en zij gaat door." in texts[1]


def test_first_line_that_reads_like_a_heading_is_none_in_the_middle_of_a_paragraph(tmp_path):
    document = read(
        tmp_path, lines("Humanitaire hulp", size=14) + lines("Tijdens het overleg hebben de leden van de commissie", "Dobbe en anderen gevraagd om zorg voor slachtoffers te", "geven. Dat is een onderdeel van de hulp geworden en zo", "blijft het ook in de jaren die komen.", y=730),
    )  # fmt: skip
    assert [kind for kind, _ in blocks(document)] == ["heading", "body"]


def test_title_over_two_lines_is_one_heading(tmp_path):
    document = read(
        tmp_path, lines("6. Verbind migratie met de agenda voor Vrede &", "Veiligheid", size=14, step=17) + lines(f"{LONG}.", y=700)
    )  # fmt: skip
    assert blocks(document)[0] == ("heading", "6. Verbind migratie met de agenda voor Vrede & Veiligheid")


def test_space_that_is_written_is_read_however_narrow_it_was_set():
    from rag.read.columns import line_text

    assert (
        line_text([Word("of", 0, 10, 0, 12), Word("jongens", 10.1, 40, 0, 12, spaced=True)]) == "of jongens"
    )


def test_lines_that_were_broken_before_they_were_set_tell_no_paragraphs(tmp_path):
    short = [f"regel {i} is kort en" for i in range(12)]
    document = read(
        tmp_path, lines(*[t for pair in zip(short, [LONG.lower()] * 12, strict=True) for t in pair])
    )
    assert "\u2029" not in document.text


def test_hyphen_of_a_word_stays_and_one_that_breaks_a_word_goes():
    whole = Hyphens([[row("een land-"), row("specifieke aanpak"), row("een regel zonder streep")] * 20])
    assert whole.kept(row("een land-"), row("specifieke aanpak"))
    assert not whole.kept(row("vrouwen-"), row("en kinderrechten"))
    broken = Hyphens([[row("zulke perspec-"), row("tieven zijn"), row("een regel zonder streep")] * 20])
    assert not broken.kept(row("een land-"), row("specifieke aanpak"))
    told = Hyphens([[row("zulke perspec-"), row("tieven zijn van land-specifieke aard")] * 20])
    assert told.kept(row("een land-"), row("specifieke aanpak"))
    assert whole.kept(row("https://example.org/een-lang-"), row("adres.pdf"))


def test_notes_that_count_anew_on_each_page_are_notes(tmp_path):
    def page(text, note):
        return [*lines(*([LONG] * 4), f"{text}.¹"), (60, 90, 6.5, "1"), (66, 87, 8, note)]

    document = read(tmp_path, page("Een zin", "Kamerstuk 11."), page("Nog een zin", "Kamerstuk 22."))
    assert [text for kind, text in blocks(document) if kind == "footnote"] == [
        "Kamerstuk 11.",
        "Kamerstuk 22.",
    ]
    notes = [p for p in split(document) if all(s.part == "footnote" for s in p.sentences)]
    assert len(notes) == 2  # a passage each, whatever page they stand on


def test_notes_that_fill_the_next_page_too_are_notes(tmp_path):
    first = [*lines(*([LONG] * 8), f"{LONG}.¹"), (60, 90, 8, "1 Kamerstuk 11, een lange noot.")]
    second = [(60, 760 - 10 * i, 8, f"{i + 2} Kamerstuk {i + 22}.") for i in range(3)]
    kinds = [kind for kind, _ in blocks(read(tmp_path, first, second))]
    assert kinds.count("footnote") == 4 and kinds.count("body") == 1


def hocr_line(y, size, *words, x=100):
    """A line of hOCR: words are texts, or (text, raised) for a small character off the ground behind the one before, or
    (text, raised, True) where the box of that character goes down to the ground."""
    out = ""
    for word in words:
        text, raised, lost = (*word, False)[:3] if isinstance(word, tuple) else (word, "", False)
        glyphs = ""
        for character in text:
            glyphs += f"<span class='ocrx_cinfo' title='x_bboxes {x} {y - size} {x + 10} {y}; x_conf 99'>{character}</span>"
            x += 11
        for character in raised:
            top, bottom = y - 0.84 * size, y - (0 if lost else 0.4) * size
            glyphs += f"<span class='ocrx_cinfo' title='x_bboxes {x} {top} {x + 8} {bottom}; x_conf 90'>{character}</span>"
            x += 9
        out += f"<span class='ocrx_word' title='bbox 0 0 1 1; x_wconf 95'>{glyphs}</span>"
        x += 15
    return f"<span class='ocr_line' title='bbox 100 {y - size} {x} {y}; baseline 0 0; x_size {size}'>{out}</span>"


def test_raised_number_that_was_read_as_a_quotation_mark_is_the_note_s_number():
    body = "".join(hocr_line(200 + 60 * i, 45, *("gewone woorden van de tekst".split())) for i in range(8))
    page = body + hocr_line(700, 45, "sinds", ("1946.", "’"), ("resoluties", "*"))
    page += hocr_line(900, 37, "1", "Kamerstuk", "een") + hocr_line(950, 37, "2", "Kamerstuk", "twee")
    found = hocr.words(f"<html><body>{page}</body></html>".encode(), 1.0)
    texts = [w.text for w in found]
    assert texts[texts.index("1946.") + 1] == "1" and texts[texts.index("resoluties") + 1] == "2"
    assert "’" not in texts and "*" not in texts


def test_note_whose_number_was_not_read_gets_it_from_the_one_after_it():
    body = "".join(hocr_line(200 + 60 * i, 45, *("gewone woorden van de tekst".split())) for i in range(8))
    page = body + hocr_line(900, 37, "Kamerstuk", "een", x=160) + hocr_line(950, 37, "2", "Kamerstuk", "twee")
    texts = [w.text for w in hocr.words(f"<html><body>{page}</body></html>".encode(), 1.0)]
    assert texts[texts.index("een") - 2 : texts.index("een") + 1] == ["1", "Kamerstuk", "een"]


def test_quotation_mark_on_a_page_without_notes_stays():
    page = hocr_line(200, 45, "zei", ("hij.", "’"), "Toen") + hocr_line(260, 45, "was", "het", "stil.")
    assert "hij.’" in [w.text for w in hocr.words(f"<html><body>{page}</body></html>".encode(), 1.0)]


def page_with_notes(*lines_of_it):
    body = "".join(hocr_line(200 + 60 * i, 45, *("gewone woorden van de tekst".split())) for i in range(8))
    notes = hocr_line(1500, 37, "1", "Kamerstuk", "een") + hocr_line(1550, 37, "2", "Kamerstuk", "twee")
    return f"<html><body>{body}{''.join(lines_of_it)}{notes}</body></html>".encode()


def test_raised_number_whose_box_goes_down_to_the_ground_is_a_number_and_an_apostrophe_is_none():
    found = hocr.words(
        page_with_notes(
            hocr_line(700, 45, ("beleidsbrief", "“", True), "en", ("budget.", "'")),
            hocr_line(760, 45, ("programma", "’s", True), "rond", ("‘zo", ""), ("heet", "’", True)),
        ),
        1.0,
    )
    texts = [w.text for w in found]
    assert texts[texts.index("beleidsbrief") + 1] == "1" and texts[texts.index("budget.") + 1] == "2"
    assert "programma’s" in texts and "heet’" in texts  # the end of a quotation that began in this line


def test_lines_whose_letters_differ_in_height_are_of_one_size():
    """Tesseract measures a line without high letters smaller; a paragraph ended there in the middle of a sentence."""
    sizes = [45, 45, 41, 47, 45, 45]
    lines_of_it = (
        hocr_line(200 + 60 * i, size, *("gewone woorden van de tekst".split()))
        for i, size in enumerate(sizes)
    )
    page = f"<html><body>{''.join(lines_of_it)}</body></html>".encode()
    assert {w.size for w in hocr.words(page, 1.0)} == {45.0}


def test_number_at_the_head_of_a_note_s_second_line_is_no_note():
    page = "".join(hocr_line(200 + 60 * i, 45, *("gewone woorden van de tekst".split())) for i in range(8))
    page += hocr_line(700, 45, "sinds", ("1946.", "’"), ("resoluties", "*"))
    page += hocr_line(900, 37, "1", "Kamerstuk") + hocr_line(950, 37, "36", "247,", "nr.", "11")
    page += hocr_line(1000, 37, "2", "Kamerstuk")
    texts = [w.text for w in hocr.words(f"<html><body>{page}</body></html>".encode(), 1.0)]
    assert texts[texts.index("1946.") + 1] == "1" and texts[texts.index("resoluties") + 1] == "2"


def test_bullet_that_was_seen_twice_is_one_bullet():
    page = hocr_line(200, 45, "+", "_", "Betrek", "vrouwen") + hocr_line(
        260, 45, "_", "Maak", "banken", "bewust"
    )
    page += hocr_line(320, 45, "-", "__", "Voorkomen", "is", "beter")
    texts = [w.text for w in hocr.words(f"<html><body>{page}</body></html>".encode(), 1.0)]
    assert texts == [
        "•",
        "Betrek",
        "vrouwen",
        "•",
        "Maak",
        "banken",
        "bewust",
        "•",
        "Voorkomen",
        "is",
        "beter",
    ]
