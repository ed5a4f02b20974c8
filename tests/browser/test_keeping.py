"""What is kept, for whom, and that many readers at once do not get in each other's way."""

import re
from contextlib import ExitStack

from playwright.sync_api import expect
from reader import AMOUNT, REFUSED

from bench.connection import Session
from bench.sessions import together

READERS = 20
KEPT = re.compile(r"\?c=")  # the address of a conversation that is kept


def test_language_is_switched_at_once_and_remembered_after_a_reload(visit):
    reader = visit().asks(AMOUNT)
    reader.page.get_by_text("English", exact=True).click()
    reader.sees("cabinet – ")
    expect(reader.page.get_by_text("kabinet – ")).to_have_count(0)
    reader.page.reload()
    reader.sees("cabinet – ").sees("Narrow to")
    expect(reader.page.locator("html")).to_have_attribute("lang", "en")


def test_browser_that_speaks_english_gets_english(chromium, home):
    context = chromium.new_context(locale="en-GB")
    page = context.new_page()
    page.goto(home)
    expect(page.get_by_text("Ask what these documents say")).to_be_visible()
    context.close()


def test_conversation_is_there_after_a_reload_and_from_the_list(visit):
    reader = visit().asks(AMOUNT).asks(REFUSED)
    reader.page.reload()
    expect(reader.answers).to_have_count(2)
    reader.page.get_by_role("button", name="Nieuw gesprek").click()
    reader.sees("Vraag wat deze documenten zeggen")
    expect(reader.page).to_have_url(re.compile(r"^[^?]*$"))
    expect(reader.answers).to_have_count(0)  # those of before stand until the new page is whole
    reader.asks(REFUSED)
    links = reader.page.get_by_test_id("stSidebar").get_by_test_id("stPageLink-NavLink")
    expect(links.nth(0).locator("p")).to_have_css("font-weight", "600")  # the one that is open, and no other
    expect(links.nth(1).locator("p")).to_have_css("font-weight", "400")
    links.nth(1).click()
    expect(reader.answers).to_have_count(2)
    expect(reader.page).to_have_url(KEPT)


def test_conversation_is_named_and_removed(visit):
    reader = visit().asks(AMOUNT)
    reader.page.get_by_role("button", name="Gesprek", exact=True).click()
    reader.page.get_by_label("Naam van dit gesprek").fill("OHCHR <b>Soedan</b>")
    reader.page.get_by_role("button", name="Hernoem").click()
    expect(reader.page.get_by_role("heading", name="OHCHR <b>Soedan</b>")).to_be_visible()
    reader.page.reload()
    expect(reader.page.get_by_role("heading", name="OHCHR <b>Soedan</b>")).to_be_visible()
    reader.page.get_by_role("button", name="Gesprek", exact=True).click()
    reader.page.get_by_role("button", name="Verwijder dit gesprek").click()
    reader.sees("Vraag wat deze documenten zeggen")
    expect(reader.page.get_by_test_id("stSidebar").get_by_text("OHCHR")).to_have_count(0)


def test_link_opens_nothing_for_another_until_it_is_shared(visit):
    mine = visit().asks(AMOUNT)
    expect(mine.page).to_have_url(KEPT)
    link = re.sub(r"^https?://[^/]+", "", mine.page.url)
    visit(link).sees("Dit gesprek bestaat niet, of het is niet met u gedeeld.")
    mine.page.get_by_role("button", name="Gesprek", exact=True).click()
    mine.page.get_by_text("Wie de link heeft").click()
    mine.sees("Link naar dit gesprek")
    other = visit(link).sees("Een gedeeld gesprek van iemand anders")
    expect(other.last).to_contain_text("2 miljoen euro")
    expect(other.page.get_by_role("button", name="Gesprek", exact=True)).to_have_count(0)
    other.asks(REFUSED)
    mine.page.reload()
    expect(mine.answers).to_have_count(1)


def test_secret_of_a_browser_is_out_of_reach_of_scripts(visit):
    reader = visit()
    cookie = next(c for c in reader.page.context.cookies() if c["name"] == "kamerbron")
    assert cookie["httpOnly"] and cookie["sameSite"] == "Lax"
    assert "kamerbron" not in reader.page.evaluate("document.cookie")


def test_readers_in_two_browsers_get_each_their_own_answer(visit):
    """Both questions go off before the first answer is looked at."""
    one, other = visit(), visit()
    for reader, question in ((one, AMOUNT), (other, REFUSED)):
        reader.waits().question_field.fill(question)
    one.question_field.press("Enter")
    other.question_field.press("Enter")
    expect(one.last).to_contain_text("2 miljoen euro")
    expect(other.last).to_contain_text("geen antwoord")
    for reader, question in ((one, REFUSED), (other, AMOUNT)):
        expect(reader.answers).to_have_count(1)
        expect(reader.page.get_by_text(question)).to_have_count(0)


def test_twenty_readers_at_once_get_each_their_own_answer_and_hear_of_no_other(home):
    """All that the server ever sends to a reader is looked at, and not only what a page would show of it."""
    names = [f"Utrechtse{n:02}" for n in range(READERS)]
    with ExitStack() as open_sessions:
        sessions = [open_sessions.enter_context(Session(home)) for _ in names]
        together(sessions, [f"Wat zegt {name} over de zeppelin?" for name in names])
        together(sessions, [AMOUNT] * READERS)
        for name, session in zip(names, sessions, strict=True):
            assert session.page.holds(f"Wat zegt {name} over") and session.page.holds("2 miljoen euro")
            assert not [other for other in names if other != name and other.encode() in session.heard]
