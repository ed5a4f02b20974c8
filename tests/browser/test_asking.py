"""A reader asks, opens a source, follows up, narrows, copies and saves: in a real browser."""

import io
import re
import sys
import time
import zipfile

import docx
import pytest
from docx.oxml.ns import qn
from lxml import etree
from playwright.sync_api import expect
from reader import AMOUNT, ENGLISH, REFUSED
from serving import running

from bench.connection import Session

# What a button says for two seconds only is kept, for a busy machine may look too late.
REMEMBERED = """b => { window.said = [];
    new MutationObserver(() => window.said.push(b.textContent)).observe(b, { childList: true }) }"""
ANSWER_SECONDS, PAGE_SECONDS = 1.0, 3.0  # what a reader is promised
BESIDE_BARE = 1.5  # and the page where Streamlit's own is slow: so many times that


@pytest.mark.parametrize(
    ("question", "said"), [(AMOUNT, "2 miljoen euro"), (ENGLISH, "Nederland zet zich ervoor in")]
)
def test_question_in_either_language_is_answered_and_its_source_is_on_the_screen(visit, question, said):
    reader = visit().asks(question)
    expect(reader.last).to_contain_text(said)
    expect(reader.last).to_contain_text("citaten, zonder taalmodel")
    quotation = reader.last.get_by_text("[1]").first.inner_text()
    reader.opens_source("Bron [1]")
    shown = reader.words_on_screen(reader.here.first)
    assert shown and shown in quotation.replace("“", "")
    expect(reader.page.locator("article h3").first).to_be_attached()
    reader.page.get_by_role("button", name="Sluit de bron").click()
    expect(reader.page.locator("article")).to_have_count(0)


def test_source_stays_beside_the_answer_when_the_answer_is_scrolled(visit):
    reader = visit(height=700).asks(ENGLISH).opens_source("Bron [4]")
    quotation = reader.last.get_by_text("[4]").first.inner_text()
    reader.last.get_by_text("Verantwoording").scroll_into_view_if_needed()
    shown = reader.words_on_screen(reader.here.first)
    assert shown and shown in quotation


def test_follow_up_is_answered_from_the_question_before_and_brought_into_view(visit):
    reader = visit().asks("Hoeveel euro gaat naar het OHCHR in Soedan?").asks("En wat kost dat?")
    expect(reader.last).to_contain_text("2 miljoen euro")
    expect(reader.page.get_by_text("En wat kost dat?").last).to_be_in_viewport()


def test_refusal_looks_deliberate_names_its_kind_and_opens_what_comes_nearest(visit):
    reader = visit().asks(REFUSED)
    expect(reader.last).to_contain_text("geen antwoord – staat niet in deze documenten")
    expect(reader.last).to_contain_text("Komt nergens voor")
    expect(reader.last.get_by_role("button", name="Bron")).to_have_count(5)
    reader.opens_source("Bron")


def test_filters_narrow_the_answer_and_are_said_with_it(visit):
    reader = visit().chooses("Wie spreekt", "maatschappelijke organisatie")
    reader.asks("Wat wordt gevraagd over conflictgerelateerd seksueel geweld?")
    expect(reader.last).to_contain_text("Beperkt tot: maatschappelijke organisatie")
    expect(reader.last).to_contain_text("maatschappelijke organisatie – ")
    expect(reader.last).not_to_contain_text("kabinet – ")


def test_one_click_copies_a_quotation_and_a_footnote_with_their_source(visit):
    reader = visit(permissions=["clipboard-read", "clipboard-write"]).asks(AMOUNT)
    for label, said in (
        ("Kopieer citaat", r"^“Ook steunt .*2 miljoen euro\.” \(Staats.*«Kamerbrief .*zonder datum\)$"),
        ("Kopieer voetnoot", r"^Kamerbrief over .*: “Ook steunt "),
    ):
        button = reader.last.get_by_role("button", name=label).first
        button.evaluate(REMEMBERED)
        button.click()
        reader.page.wait_for_function("() => window.said.includes('Gekopieerd')")
        reader.page.wait_for_function(
            "said => navigator.clipboard.readText().then(t => new RegExp(said).test(t))", arg=said
        )


def test_answer_is_saved_in_every_format_with_filters_sources_and_receipt(visit):
    reader = visit().chooses("Wie spreekt", "kabinet").asks(ENGLISH)
    reader.last.get_by_role("button", name="Bewaar als").click()
    saved = {}
    for name in ("Word", "Markdown", "HTML"):
        with reader.page.expect_download() as coming:
            reader.page.get_by_role("button", name=name).click()
        saved[name] = (coming.value.suggested_filename, coming.value.path().read_bytes())
    assert {name for name, _ in saved.values()} == {
        f"what-did-nl-commit-on-the-sudan-ffm{x}" for x in (".docx", ".md", ".html")
    }
    word = saved["Word"][1]
    opened = "\n".join(p.text for p in docx.Document(io.BytesIO(word)).paragraphs)
    with zipfile.ZipFile(io.BytesIO(word)) as package:
        notes = [
            n for n in etree.fromstring(package.read("word/footnotes.xml")) if n.get(qn("w:type")) is None
        ]
    assert len(notes) == 4 and all("Aukje de Vries" in "".join(n.itertext()) for n in notes)
    for said in (opened, saved["Markdown"][1].decode(), saved["HTML"][1].decode()):
        assert "Nederland zet zich ervoor in" in said and "kabinet" in said and "all-MiniLM-L6-v2" in said


def test_what_is_saved_has_an_address_that_stays_while_the_page_is_drawn_anew(home):
    """A click between two drawings must not ask for what the first one offered and the second one withdrew."""
    offered = re.compile(rb"/media/\w+\.docx")
    with Session(home) as reader:
        reader.asks(AMOUNT)
        assert not offered.search(reader.page.said)  # nothing is made that nobody wants
        reader.opens("export_0")
        before = set(offered.findall(reader.page.said))
        reader.asks(REFUSED)
        assert len(before) == 1 and before == set(offered.findall(reader.page.said))


def test_verdict_on_an_answer_is_kept(visit):
    reader = visit().asks(AMOUNT)
    reader.last.get_by_test_id("stFeedbackButton").first.click()
    reader.sees("Bewaard, dank.")


@pytest.fixture
def bare_page(tmp_path):
    """The address of a page of Streamlit's with nothing but a field for questions: how fast any can be here and now."""
    page = tmp_path / "bare.py"
    page.write_text("import streamlit\n\nstreamlit.chat_input()\n", encoding="utf-8")
    command = [sys.executable, "-m", "streamlit", "run", str(page), "--server.headless=true", "--server.port"]
    with running(command, tmp_path, {}) as address:
        yield address


@pytest.mark.timed
def test_page_is_usable_and_the_first_answer_there_within_the_promised_time(visit, bare_page):
    """The best of up to six browsers that never saw the app, for other work on the machine is not the app's. Where none
    was fast enough because Streamlit's own bare page takes two seconds and more, the app's may take half as long again.
    """
    opened, bare, answered = [], [], []
    for _ in range(6):
        nothing_else, seconds = _opened(visit, at=bare_page)
        bare.append(seconds)
        nothing_else.page.context.close()  # pages left open are work beside the next
        reader, seconds = _opened(visit)
        opened.append(seconds)
        reader.question_field.fill(ENGLISH)
        begun = time.perf_counter()
        reader.question_field.press("Enter")
        reader.page.get_by_text("Nederland zet zich ervoor in").first.wait_for()
        answered.append(time.perf_counter() - begun)
        reader.page.context.close()
        if min(opened) < PAGE_SECONDS and min(answered) < ANSWER_SECONDS:
            break
    print(f"usable after {min(opened):.2f} s, bare {min(bare):.2f} s, answered after {min(answered):.2f} s")
    assert min(opened) < max(PAGE_SECONDS, BESIDE_BARE * min(bare))
    assert min(answered) < ANSWER_SECONDS


def _opened(visit, **options):
    """A reader whose page is usable, and the seconds that took."""
    begun = time.perf_counter()
    reader = visit(wait=False, **options)
    reader.question_field.wait_for()  # `expect` looks but once a second, and what it finds late is not the app's either
    expect(reader.question_field).to_be_enabled()
    return reader, time.perf_counter() - begun
