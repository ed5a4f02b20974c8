"""With a language model that takes its time: statements come one by one, and nobody waits for another's answer."""

import shutil
import threading

import pytest
from fake_ollama import Chat, FakeOllama, answer_well
from playwright.sync_api import expect
from reader import AMOUNT, ENGLISH
from serving import served


@pytest.fixture
def ollama():
    with FakeOllama() as server:
        yield server


@pytest.fixture
def prose(ollama, seed_index, tmp_path):
    """The address of a server that has a language model."""
    shutil.copytree(seed_index.index_dir, tmp_path / "index")
    with served(tmp_path, tmp_path / "index", RAG_LLM="auto", RAG_OLLAMA_URL=ollama.url) as address:
        yield address


def test_statements_come_one_by_one_others_do_not_wait_and_a_click_loses_nothing(visit, prose, ollama):
    writes_on = threading.Event()
    ollama.enqueue(Chat(answer_well, last_after=writes_on))
    slow, other = visit(at=prose), visit(at=prose)
    slow.sees("geschreven door ollama:")
    slow.question_field.fill(AMOUNT)
    slow.question_field.press("Enter")
    coming = slow.page.get_by_test_id("stChatMessage").nth(1).get_by_test_id("stText")
    expect(coming.first).to_be_visible()  # while the model has not written its last words
    expect(slow.answers).to_have_count(0)
    slow.page.get_by_text("English", exact=True).click()
    other.asks(ENGLISH)
    expect(other.last).to_contain_text("geschreven door ollama:")
    writes_on.set()
    expect(slow.answers).to_have_count(1)
    slow.sees("written by ollama:").sees("cabinet – ")
