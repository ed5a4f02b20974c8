"""Behind a login (OIDC) nobody sees anything before, everybody has their own conversations, and editors alone change documents."""

import re
import shutil

import pytest
from playwright.sync_api import expect
from provider import CLIENT, Provider
from reader import AMOUNT, Reader
from serving import served

from rag.ui.texts import TEXTS

SECRETS = """[auth]
redirect_uri = "{home}/oauth2callback"
cookie_secret = "0123456789abcdef0123456789abcdef"
client_id = "{client}"
client_secret = "not a secret"
server_metadata_url = "{provider}/.well-known/openid-configuration"
"""
ANNA = {"sub": "1", "name": "Anna <b>A</b>", "email": "anna@krant.example"}
BERT = {"sub": "2", "name": "Bert", "email": "bert@krant.example"}


@pytest.fixture
def provider():
    with Provider() as made:
        yield made


@pytest.fixture
def guarded(provider, seed_index, tmp_path):
    """The address of a server behind the provider; Anna is its editor."""
    shutil.copytree(seed_index.index_dir, tmp_path / "index")
    (tmp_path / ".streamlit").mkdir()

    def configure(home):
        secrets = SECRETS.format(home=home, client=CLIENT, provider=provider.url)
        (tmp_path / ".streamlit" / "secrets.toml").write_text(secrets, encoding="utf-8")

    settings = {"RAG_EDITORS": "Anna@krant.example", "AUTHLIB_INSECURE_TRANSPORT": "1"}
    with served(tmp_path, tmp_path / "index", cwd=tmp_path, before=configure, **settings) as address:
        yield address


def logs_in(chromium, guarded, provider, person):
    provider.person = person
    context = chromium.new_context(locale="nl-NL")
    page = context.new_page()
    page.goto(guarded)
    expect(page.get_by_text(TEXTS["log_in_first"]["nl"])).to_be_visible()
    assert (
        page.get_by_test_id("stChatInput").count() == 0 and page.get_by_test_id("stSidebarNav").count() == 0
    )
    page.get_by_role("button", name="Aanmelden").click()
    expect(page.get_by_test_id("stChatInputTextArea")).to_be_visible()
    return Reader(page, guarded)


def test_people_see_nothing_before_they_log_in_and_only_their_own_after(chromium, guarded, provider):
    anna = logs_in(chromium, guarded, provider, ANNA).sees("Anna <b>A</b>").asks(AMOUNT)
    expect(anna.page).to_have_url(re.compile(r"\?c="))
    link = anna.page.url
    bert = logs_in(chromium, guarded, provider, BERT)
    bert.page.goto(link)
    bert.sees("Dit gesprek bestaat niet, of het is niet met u gedeeld.")
    elsewhere = logs_in(chromium, guarded, provider, ANNA)
    elsewhere.page.goto(link)
    expect(elsewhere.answers).to_have_count(1)
    bert.page.goto(f"{guarded}/documents")
    bert.sees(TEXTS["readers_only"]["nl"])
    assert bert.page.get_by_role("button", name="Verwijder").count() == 0
    anna.page.goto(f"{guarded}/documents")
    expect(anna.page.get_by_role("button", name="Verwijder").first).to_be_visible()
    anna.page.get_by_role("button", name="Afmelden").click()
    anna.sees(TEXTS["log_in_first"]["nl"])
    for reader in (anna, bert, elsewhere):
        reader.page.context.close()
