"""Several people at once over one assistant: each gets their own answer, and none waits for another's model or ingest."""

import gc
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from app_driver import AMOUNT
from fake_ollama import Chat

from rag import assistant as assistant_module
from rag.assistant import Assistant
from rag.ingest import ingest
from rag.store import index as index_module
from rag.ui.shared import warm
from rag.ui.texts import EXAMPLES

QUESTIONS = [*EXAMPLES["nl"], *EXAMPLES["en"], "Wat kost het in Suriname?", "Wie is Ploumen?"]


def test_what_was_loaded_at_the_start_is_not_looked_through_for_garbage_after_every_page(
    seed_index, monkeypatch
):
    """Streamlit collects garbage after every page: with torch in memory that took longer than the answer."""
    monkeypatch.setenv("RAG_INDEX_DIR", str(seed_index.index_dir))
    try:
        warm()
        assert gc.get_freeze_count() > 100_000
    finally:
        gc.unfreeze()


def test_twenty_at_once_get_the_answers_that_each_gets_alone(seed_index, monkeypatch):
    monkeypatch.setattr(index_module, "KEPT_TEXTS", 1)  # each empties what another has just read
    alone = {q: Assistant(seed_index).ask(q) for q in QUESTIONS}
    shared = Assistant(seed_index)
    asked = [QUESTIONS[n % len(QUESTIONS)] for n in range(60)]
    often = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)  # as if on twenty processors: threads are changed between any two steps
    try:
        with ThreadPoolExecutor(20) as readers:
            answers = list(readers.map(shared.ask, asked))
    finally:
        sys.setswitchinterval(often)
    assert all(answer == alone[q] for q, answer in zip(asked, answers, strict=True))


def test_question_does_not_wait_for_a_model_that_writes_for_another(seed_index, ollama):
    settings = seed_index.model_copy(update={"llm": "auto", "ollama_url": ollama.url})
    shared = Assistant(settings)
    ollama.enqueue(Chat(silent=60.0))
    with ThreadPoolExecutor(1) as other:
        # Dutch: an English question asks the model for search terms first, which is given up after some seconds.
        waiting = other.submit(shared.ask, "Steunt Nederland de FFM in Soedan?")
        patience = threading.Event()
        while not ollama.chats:
            patience.wait(0.01)
        assert shared.ask(AMOUNT).mode == "llm"
        assert not waiting.done()
        ollama.released.set()


def test_others_go_on_over_the_index_before_while_one_opens_the_new(own_index, tmp_path, monkeypatch):
    shared = Assistant(own_index)
    before = shared.index.generation
    (tmp_path / "nota.txt").write_text("Het kabinet zal de zeppelin kopen.", encoding="utf-8")
    ingest([tmp_path / "nota.txt"], own_index)
    opening, may_go_on = threading.Event(), threading.Event()
    real = assistant_module.open_index

    def slow(settings):
        opening.set()
        assert may_go_on.wait(60)
        return real(settings)

    monkeypatch.setattr(assistant_module, "open_index", slow)
    with ThreadPoolExecutor(1) as other:
        opened = other.submit(lambda: shared.index.generation)
        assert opening.wait(60)
        assert shared.index.generation == before and shared.ask(AMOUNT).citations
        may_go_on.set()
        assert opened.result() == before + 1
    assert shared.index.generation == before + 1
