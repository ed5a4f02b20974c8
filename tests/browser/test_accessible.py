"""Every page for those who cannot see it, do not use a mouse, or read it on a phone."""

import pytest
from playwright.sync_api import expect
from reader import AMOUNT, ENGLISH, REFUSED

SCHEMES = pytest.mark.parametrize("scheme", ["light", "dark"])


@SCHEMES
def test_pages_for_asking_have_no_serious_fault(visit, scheme):
    reader = visit(color_scheme=scheme)
    reader.has_no_serious_fault("start")
    reader.asks(ENGLISH).opens_source()
    reader.has_no_serious_fault("answer with its source")
    reader.asks(REFUSED)
    reader.has_no_serious_fault("refusal")
    reader.last.get_by_role("button", name="Bewaar als").click()
    reader.has_no_serious_fault("saving")
    reader.page.keyboard.press("Escape")
    reader.page.get_by_role("button", name="Gesprek", exact=True).click()
    reader.has_no_serious_fault("the conversation's menu")
    reader.page.keyboard.press("Escape")
    reader.page.get_by_test_id("stSidebar").get_by_text("Beperk tot").click()
    reader.has_no_serious_fault("filters")


@SCHEMES
def test_pages_of_documents_have_no_serious_fault(visit, scheme):
    reader = visit("/documents", color_scheme=scheme)
    reader.has_no_serious_fault("list")
    reader.page.get_by_text("Documenten toevoegen").click()
    reader.has_no_serious_fault("adding")
    reader.page.get_by_role("button", name="Gegevens").first.click()
    expect(reader.page.get_by_role("dialog")).to_be_visible()
    reader.has_no_serious_fault("describing")
    reader.page.keyboard.press("Escape")
    expect(reader.page.get_by_role("dialog")).to_have_count(0)
    reader.page.get_by_role("button", name="Verwijder").first.click()
    expect(reader.page.get_by_role("dialog")).to_be_visible()
    reader.has_no_serious_fault("removing")
    reader.page.keyboard.press("Escape")
    reader.page.get_by_text("Tijdlijn").click()
    expect(reader.page.get_by_role("heading", name="2026")).to_be_visible()
    reader.has_no_serious_fault("timeline")
    reader.opens("/documents?document=003_1e5aa7dd66f4054b.txt&start=300&end=400")
    expect(reader.here.first).to_be_visible()
    reader.has_no_serious_fault("reading view")
    reader.opens("/search")
    reader.searches("OHCHR Soedan")
    reader.has_no_serious_fault("search")


def test_everything_on_the_way_to_a_source_can_be_done_with_the_keyboard(visit):
    reader = visit()
    keys = reader.page.keyboard
    reader.question_field.focus()
    keys.type(AMOUNT)
    keys.press("Enter")
    expect(reader.answers).to_have_count(1)
    reader.waits()
    _tab_to(reader, "Bron [1]")
    keys.press("Enter")
    expect(reader.here.first).to_be_focused()  # where a screen reader goes on reading
    _tab_to(reader, "Kopieer citaat")
    keys.press("Enter")
    _tab_to(reader, "Sluit de bron", back=True)
    keys.press("Enter")
    expect(reader.page.locator("article")).to_have_count(0)


def _tab_to(reader, label, back=False):
    """Press Tab until an element of a name has the focus; a reader gives up sooner than this."""
    focused = """() => { let e = document.activeElement; while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;
        return /^(A|BUTTON|INPUT)$/.test(e?.tagName) ? (e.getAttribute('aria-label') || e.innerText).trim() : '' }"""
    for _ in range(60):
        reader.page.keyboard.press("Shift+Tab" if back else "Tab")
        if label in reader.page.evaluate(focused):
            return
    raise AssertionError(f"«{label}» is not reached with the Tab key")


def test_focus_is_seen(visit):
    reader = visit().asks(AMOUNT).opens_source()
    expect(reader.here.first).to_be_focused()  # it gets the focus a moment after it is drawn
    _tab_to(reader, "Kopieer citaat")
    copying = reader.page.get_by_role("button", name="Kopieer citaat").last
    expect(copying).to_be_focused()
    assert copying.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"


@pytest.mark.parametrize("width", [320, 390, 768])
def test_pages_are_read_on_a_phone_without_scrolling_sideways(visit, width):
    reader = visit(width=width, height=740, has_touch=True, is_mobile=True)
    reader.fits()
    reader.asks(ENGLISH)
    reader.fits()
    reader.opens_source("Bron [2]")
    assert "individuele VN-lidstaten" in reader.words_on_screen(reader.here.first)
    reader.fits()
    reader.page.get_by_role("button", name="Sluit de bron").click()
    for path in ("/documents", "/search", "/documents?document=004_a2945cad5b9f8048.txt"):
        reader.opens(path)
        expect(reader.page.get_by_test_id("stMain")).to_be_visible()
        reader.fits()
