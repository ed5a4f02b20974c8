"""Documents are added, described, read and removed in a browser; hostile and awkward ones do no harm."""

import io
import re
import zipfile

import pytest
from formats.layouts import pdf
from playwright.sync_api import expect
from reader import AMOUNT

pytestmark = pytest.mark.timeout(400)
READING = 180_000  # milliseconds: documents are read with less priority than all else, by a process that loads a model first
NOTE = "Nota over de zeppelin\n\nHet kabinet zal de zeppelin in 2027 kopen voor negen miljoen euro.\n"
HOSTILE = "<script>window.hacked = 1</script><img src=x onerror='window.hacked = 2'> **vet** [klik](javascript:window.hacked=3)"
SENTENCE = f"De duikboot kost {HOSTILE} en nog elf miljoen euro."
ARABIC = "منظمة حقوق الإنسان في السودان"
LONG = "Zeer lange titel over " + "conflictgerelateerdseksueelgeweld" * 8


PAGES = pdf([
    [(60, 760, 11, "Nota over het luchtkasteel"), (60, 730, 11, "De minister heeft er lang over nagedacht.")],
    [(60, 760, 11, "Het kabinet zal het luchtkasteel bouwen voor dertien miljoen euro."),
     (60, 730, 11, "De Kamer krijgt daarover voor de zomer een brief.")],
])  # fmt: skip


def file(name, text):
    data = text if isinstance(text, bytes) else text.encode()
    return {"name": name, "mimeType": "text/plain", "buffer": data}


def add(reader, *files):
    """Give files to the form; what became of them is waited for."""
    give(reader, *files)
    expect(reader.page.get_by_role("button", name="Gelezen").first).to_be_visible(timeout=READING)
    reader.waits()


def give(reader, *files):
    """Give files to the form."""
    page = reader.page
    if not page.get_by_role("button", name="Voeg toe").is_visible():
        page.get_by_text("Documenten toevoegen").click()
    arrived = []

    def all_arrived(response):
        arrived.extend([response] if response.request.method == "PUT" else [])
        return len(arrived) == len(files)

    with page.expect_response(all_arrived):  # before that the form takes no click
        page.locator("input[type=file]").set_input_files(list(files))
    expect(page.get_by_test_id("stFileUploader").get_by_text(files[-1]["name"])).to_be_attached()
    reader.waits()
    page.get_by_role("button", name="Voeg toe").click()


def card(reader, title):
    """A document in the list."""
    boxes = reader.page.locator("[data-testid=stVerticalBlock]").filter(has_text=title)
    return boxes.filter(has=reader.page.get_by_role("button", name="Gegevens")).last


@pytest.fixture
def mine(visit, own_home):
    """A reader who may change documents; every test has documents of its own."""
    return visit("/documents", at=own_home)


def test_good_file_is_added_beside_a_bad_one_answers_questions_is_described_and_removed(mine):
    add(mine, file("nota.txt", NOTE), file("fout.txt", b"\xff\xfe\0"))
    mine.sees("nota.txt – toegevoegd").sees("fout.txt – geweigerd").sees("geen UTF-8")
    mine.goes_to_ask().asks("Wat kost de zeppelin?")
    expect(mine.last).to_contain_text("negen miljoen euro")
    expect(mine.last).to_contain_text("spreker onbekend")

    mine.goes_to("Documenten")
    card(mine, "Nota over de zeppelin").get_by_role("button", name="Gegevens").click()
    form = mine.page.get_by_role("dialog")
    form.get_by_label("Titel").fill("Nota luchtschepen")
    form.get_by_label("Afzender").fill("Minister van Luchtvaart")
    form.get_by_label("Datum (jjjj-mm-dd)").fill("morgen")
    form.get_by_role("button", name="Bewaar").click()
    mine.sees("Schrijf de datum als jjjj-mm-dd.").waits()
    form.get_by_label("Datum (jjjj-mm-dd)").fill("2026-05-04")
    form.get_by_label("Kamerstuknummers").fill("36247-11")
    form.get_by_role("button", name="Bewaar").click()
    expect(mine.page.get_by_text("De gegevens zijn gewijzigd")).to_be_visible()
    mine.sees("Nota luchtschepen").sees("Kamerstuk 36 247, nr. 11").sees("4 mei 2026").waits()

    card(mine, "Nota luchtschepen").get_by_role("button", name="Verwijder").click()
    mine.sees("Dit kan niet ongedaan worden gemaakt")
    mine.page.get_by_role("dialog").get_by_role("button", name="Annuleer").click()
    expect(mine.page.get_by_role("dialog")).to_have_count(0)
    card(mine, "Nota luchtschepen").get_by_role("button", name="Verwijder").click()
    mine.page.get_by_role("dialog").get_by_role("button", name="Verwijder").click()
    expect(mine.page.get_by_text("Verwijderd: nota.txt")).to_be_visible()
    expect(mine.page.get_by_text("Nota luchtschepen")).to_have_count(0)


def test_document_whose_title_and_text_are_markup_and_script_is_shown_as_text(mine):
    add(mine, file("opmaak.txt", f"{HOSTILE}\n\n{SENTENCE}\n"))
    mine.sees("<script>")
    mine.goes_to_ask().asks("Wat kost de duikboot?")
    expect(mine.last).to_contain_text("<script>window.hacked = 1</script>")
    mine.opens_source("Bron")  # of a quotation, or of what comes nearest
    assert "<script>window.hacked = 1</script>" in mine.here.first.inner_text()
    mine.page.get_by_role("link", name="Open in leesweergave").click()
    expect(mine.page.locator("article")).to_contain_text(HOSTILE)
    mine.page.go_back()
    mine.goes_to("Zoeken")
    mine.searches("duikboot")
    mine.sees("<script>window.hacked = 1</script>")
    assert mine.page.evaluate("window.hacked") is None
    assert mine.page.locator("img[src=x]").count() == 0
    assert mine.page.locator("a[href^=javascript]").count() == 0


def test_long_titles_and_names_from_right_to_left_do_not_break_the_page(mine):
    add(
        mine,
        file("lang.txt", f"{LONG}\n\nHet kabinet zal de {'x' * 300} luchtballon kopen.\n"),
        file("ملاحظة.txt", f"{ARABIC}\n\nDe luchtballon van {ARABIC} kost elf miljoen euro.\n"),
    )
    for width in (390, 1280):
        mine.page.set_viewport_size({"width": width, "height": 844})
        mine.opens("/documents").sees(ARABIC)
        mine.fits()
        mine.opens("/").asks("Wat kost de luchtballon?").opens_source("Bron")
        mine.fits()
        mine.page.get_by_role("button", name="Sluit de bron").click()
        mine.opens("/documents?document=lang.txt").sees("Zeer lange titel")
        mine.fits()


def test_questions_go_on_while_many_documents_are_read_and_find_them_when_it_is_done(mine, visit, own_home):
    lines = "\n\n".join(
        f"Alinea {n}. Het kabinet heeft in {1990 + n % 30} gesproken over onderwerp {n}." for n in range(60)
    )
    many = [file(f"stuk{n}.txt", f"Stuk {n} over luchtvaart\n\n{lines}\n") for n in range(5)]
    other = visit(at=own_home)
    page = mine.page
    give(mine, *many, file("onderzeeër.txt", NOTE.replace("zeppelin", "onderzeeër")))
    mine.sees("Vragen gaan intussen door op de vorige index.")
    other.asks(AMOUNT)
    expect(other.last).to_contain_text("2 miljoen euro")
    assert not page.get_by_role("button", name="Gelezen").count()  # the answer did not wait for the reading
    expect(page.get_by_role("button", name="Gelezen")).to_be_visible(timeout=READING)
    expect(page.get_by_text(re.compile(r"stuk\d+\.txt – toegevoegd"))).to_have_count(5)
    other.asks("Wat kost de onderzeeër?")
    expect(other.last).to_contain_text("negen miljoen euro")


def test_archive_is_opened_and_each_file_in_it_has_its_verdict(mine):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("map/stoomtram.txt", NOTE.replace("zeppelin", "stoomtram"))
        archive.writestr("map/fout.txt", b"\0\1\2")
        archive.writestr(
            "manifest.toml", '["stoomtram.txt"]\ntitle = "Nota stoomtram"\nsender = "Minister Spoor"\n'
        )
    add(mine, file("alles.zip", packed.getvalue()))
    mine.sees("stoomtram.txt – toegevoegd").sees("fout.txt – geweigerd")
    expect(card(mine, "Nota stoomtram")).to_contain_text("Minister Spoor")
    mine.goes_to_ask().asks("Wat kost de stoomtram?")
    expect(mine.last).to_contain_text("negen miljoen euro")
    expect(mine.last).to_contain_text("Minister Spoor")


def test_page_of_a_pdf_stands_beside_its_text_with_the_quotation_marked_on_both(mine):
    add(mine, file("luchtkasteel.pdf", PAGES))
    mine.goes_to_ask().asks("Wat kost het luchtkasteel?").opens_source("Bron [1]")
    sheet = mine.page.get_by_role("region", name="Bladzijde 2 van")
    marked_on(sheet)
    mine.page.get_by_role("link", name="Open in leesweergave").click()
    expect(mine.page).to_have_url(
        re.compile(r"/documents\?document=luchtkasteel")
    )  # before it is loaded anew
    expect(mine.page.get_by_role("link", name="Alle documenten")).to_be_visible()
    for scheme in ("light", "dark"):
        mine.page.emulate_media(color_scheme=scheme)
        mine.page.reload()
        assert "dertien miljoen euro" in mine.words_on_screen(mine.here.first)
        marked_on(sheet)
        mine.has_no_serious_fault(f"a page beside its text, {scheme}")
    text, page = mine.page.locator("article").bounding_box(), sheet.bounding_box()
    assert text["x"] + text["width"] <= page["x"]
    sheet.evaluate("e => { window.before = e.scrollWidth }")
    mine.page.get_by_role("button", name="Vergroot").click()
    expect(mine.page.get_by_role("button", name="Verklein")).to_be_visible()
    assert sheet.evaluate("e => e.scrollWidth > window.before")
    marked_on(sheet)
    mine.page.set_viewport_size({"width": 390, "height": 844})
    mine.fits()
    marked_on(sheet)


def marked_on(sheet):
    """The picture of a page has come, and the mark lies on the line that is quoted: the second page's first."""
    sheet.page.wait_for_function("e => e.querySelector('img')?.naturalWidth > 0", arg=sheet.element_handle())
    mark = sheet.locator("span.here")
    expect(mark.first).to_be_in_viewport(ratio=0.9)
    picture, place = sheet.locator("img").bounding_box(), mark.first.bounding_box()
    middle = (place["y"] + place["height"] / 2 - picture["y"]) / picture["height"]
    assert abs(middle - (842 - 764) / 842) < 0.01


def test_timeline_and_reading_view_are_found_again_by_their_address(visit):
    reader = visit("/documents")
    reader.page.get_by_text("Tijdlijn").click()
    expect(reader.page.get_by_role("heading", name="2026")).to_be_visible()
    reader.waits()  # the list's links are there until the timeline is drawn whole
    reader.page.get_by_role("link", name="Lees").nth(1).click()
    expect(reader.page.locator("article h4").first).to_have_text("Vraag 1")
    expect(reader.page).to_have_url(re.compile(r"document=003_"))
    reader.page.reload()
    expect(reader.page.locator("article h4").first).to_have_text("Vraag 1")
    reader.page.get_by_role("link", name="Alle documenten").click()
    expect(reader.page.get_by_role("heading", name="Documenten", level=1)).to_be_visible()


def test_search_shows_why_each_passage_matched_and_opens_it(visit):
    reader = visit("/search")
    reader.searches("OHCHR Soedan")
    expect(reader.page.get_by_text("Komt overeen: ")).to_have_count(10)
    reader.opens_source("Bron", within=reader.page.get_by_test_id("stMain"))
    expect(reader.page.get_by_text("Komt overeen: ")).to_have_count(10)
