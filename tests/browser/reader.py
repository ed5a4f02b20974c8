"""A reader at a browser: the steps that the tests take, and what they see."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from dataclasses import dataclass, field

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, TimeoutError, expect

AMOUNT = "Met hoeveel euro steunt Nederland het OHCHR-kantoor in Soedan?"
ENGLISH = "What did NL commit on the Sudan FFM?"
REFUSED = "Wat heeft Nederland toegezegd over klimaat in Suriname?"
# Streamlit looks for its server below the page's own address first; that it is not there is no fault.
_STREAMLITS_OWN = re.compile(r"/_stcore/(?:health|host-config)$")
PATIENCE = 60_000  # milliseconds that anything may take on a machine with much else to do; what is there sooner is seen sooner
expect.set_options(timeout=PATIENCE)
_AXE = Axe()
# What moves has come to rest: colours in between have no contrast to judge. An animation that is held never does.
_SETTLED = """Promise.race([new Promise(r => setTimeout(r, 3000)), Promise.all(document.getAnimations()
    .filter(a => a.effect.getComputedTiming().endTime !== Infinity).map(a => a.finished.catch(() => 0)))])"""


@dataclass
class Reader:
    """One page of one browser; `faults` are errors in its console, `foreign` requests to any other host."""

    page: Page
    home: str
    faults: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("request", self._look_at)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", self._listen)
        self.page.on(
            "dialog", lambda dialog: (self.faults.append(f"dialog {dialog.message}"), dialog.dismiss())
        )

    def _look_at(self, request) -> None:
        if not request.url.startswith((self.home, "data:", "blob:")):
            self.foreign.append(request.url)

    def _listen(self, message) -> None:
        url = (message.location or {}).get("url", "")
        if message.type == "error" and not _STREAMLITS_OWN.search(url):
            self.faults.append(f"{message.text} ({url})")

    # -- steps ------------------------------------------------------------------------------------------------

    def opens(self, path: str = "/") -> Reader:
        self.page.goto(self.home + path)
        expect(self.page.get_by_role("radio", name="Nederlands").or_(self.menu).first).to_be_attached()
        return self

    def waits(self) -> Reader:
        """Until the page is drawn."""
        expect(self.page.locator("[data-test-script-state=notRunning]")).to_have_count(1)
        return self

    @property
    def menu(self):
        """What stands for the sidebar where a narrow page hides it."""
        return self.page.get_by_test_id("stExpandSidebarButton")

    @property
    def question_field(self):
        return self.page.get_by_test_id("stChatInputTextArea")

    def asks(self, question: str) -> Reader:
        self.waits()  # while the page is drawn anew, an answer may be there twice
        before = self.answers.count()
        self.question_field.fill(question)
        self.question_field.press("Enter")
        expect(self.answers).to_have_count(before + 1)
        return self.waits()  # what stands there now stays

    @property
    def answers(self):
        """The answers that are whole: only then can they be saved."""
        return self.page.locator("[data-testid=stChatMessage]").filter(
            has=self.page.locator("[class*=st-key-export_]")
        )

    @property
    def last(self):
        return self.answers.last

    def opens_source(self, label: str = "Bron [1]", within=None) -> Reader:
        (within or self.last).get_by_role("button", name=label).first.click()
        expect(self.here.first).to_be_visible()
        return self

    @property
    def here(self):
        """The words of the source that are marked as the quotation."""
        return self.page.locator("article mark.here")

    def goes_to(self, page: str) -> Reader:
        self.page.get_by_test_id("stSidebarNav").get_by_role("link", name=page).click()
        expect(self.page.get_by_role("heading", name=page, level=1)).to_be_visible()
        return self.waits()

    def goes_to_ask(self) -> Reader:
        self.page.get_by_test_id("stSidebarNav").get_by_role("link", name="Vragen").click()
        expect(self.question_field).to_be_visible()
        return self.waits()

    def chooses(self, what: str, option: str) -> Reader:
        """One more of a choice in the sidebar."""
        side = self.page.get_by_test_id("stSidebar")
        choice = side.get_by_role("combobox", name=what)
        if not choice.is_visible():
            side.get_by_text("Beperk tot").click()
            expect(choice).to_be_visible()
        wanted = self.page.get_by_role("option", name=option).first
        until = time.monotonic() + PATIENCE / 1000
        while (
            time.monotonic() < until
        ):  # the list closes while what it hangs from still unfolds; a reader opens it again
            if not wanted.is_visible():
                choice.click()
            with suppress(TimeoutError):
                wanted.click(timeout=3_000)
                break
        expect(
            side.get_by_test_id("stMultiSelectTagsContainer").filter(has_text=option).first
        ).to_be_visible()
        self.page.keyboard.press("Escape")
        return self

    def searches(self, words: str) -> Reader:
        """On the Search page."""
        self.waits()  # a field that is drawn anew loses what was typed
        self.page.get_by_label("Zoek naar").fill(words)
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_text("Komt overeen: ").first).to_be_visible()
        return self.waits()

    # -- what is on the screen ----------------------------------------------------------------------------------

    def sees(self, text: str) -> Reader:
        expect(self.page.get_by_text(text).first).to_be_visible()
        return self

    def words_on_screen(self, locator) -> str:
        """The words of an element, when all of it can be seen."""
        expect(locator).to_be_in_viewport(
            ratio=0.99
        )  # what an element that scrolls cuts off is not in view either
        return " ".join(locator.inner_text().split())

    def fits(self) -> Reader:
        """Nothing makes the page wider than the screen."""
        self.waits()
        self.page.wait_for_function("() => document.scrollingElement.scrollWidth <= window.innerWidth")
        return self

    def has_no_serious_fault(self, where: str) -> Reader:
        """axe-core's judgement of what is on the screen."""
        self.waits()
        self.page.evaluate(_SETTLED)
        found = _AXE.run(self.page, options={"resultTypes": ["violations"]}).response["violations"]
        told = [
            f"{where}: {v['id']}: {n['html'][:160]} {n['failureSummary'][:300]}"
            for v in found
            if v["impact"] in ("serious", "critical")
            for n in v["nodes"][:3]
        ]
        assert not told, "\n".join(told)
        return self
