"""What all sessions share: one assistant an index, which answers several questions at once. Sessions ask; none changes it."""

from __future__ import annotations

import gc
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from rag.assistant import Assistant
from rag.errors import KamerbronError
from rag.models.llm import ChatModel, choose_model
from rag.settings import Settings, load_settings
from rag.turns import Turn, Turns
from rag.types import Description, Language
from rag.ui.jobs import Jobs, jobs
from rag.ui.store import Store, store
from rag.ui.visitor import Visitor

ASKED_AGAIN = 20.0  # seconds after which it is looked again which language model there is
# Pages are drawn in turn: at the same time each of twenty takes up to twice as long (bench.sessions).
DRAWING = Turns(1)
WARMING = ("Wat heeft het kabinet toegezegd?", "What did the cabinet commit to?")


@dataclass(frozen=True, slots=True)
class Frame:
    """What a page stands in: the settings, the reader's language, who is looking, and its turn to be drawn."""

    settings: Settings
    language: Language
    visitor: Visitor
    turn: Turn

    @property
    def assistant(self) -> Assistant:
        """The one assistant of these settings."""
        return assistant(self.settings)

    @property
    def jobs(self) -> Jobs:
        """The one queue of work on the index."""
        return jobs(self.settings)

    @property
    def store(self) -> Store | None:
        """Where this visitor's conversations are kept; None where they are not."""
        return store(self.settings) if self.visitor.owner else None

    def documents(self) -> tuple[Mapping[str, Description], Mapping[str, int]]:
        """What is in the index: name -> description, and name -> number of passages; raises StoreError."""
        index = self.assistant.index
        return index.descriptions, index.catalogue.passage_counts()

    def text(self, document: str) -> str | None:
        """A document's text, or None where it is not in the index (any more)."""
        index = self.assistant.index
        return index.text(document) if document in index.descriptions else None

    def model(self) -> str | None:
        """The language model that would write an answer now; None where answers are quotations."""
        return _model(self.settings.model_dump_json(), int(time.monotonic() / ASKED_AGAIN))


@lru_cache(maxsize=4)
def _assistant(settings: str) -> Assistant:
    return Assistant(Settings.model_validate_json(settings))


def assistant(settings: Settings) -> Assistant:
    """The one assistant of some settings, made at the first call."""
    return _assistant(settings.model_dump_json())


@lru_cache(maxsize=4)
def _model(settings: str, _: int) -> str | None:
    model = choose_model(Settings.model_validate_json(settings))
    return model.name if isinstance(model, ChatModel) else None


def warm() -> None:
    """Open the index and read the word lists, so that the first question finds them open. An app without an index says so later.

    What was loaded by then is never looked through for garbage again: with torch and the word lists in memory that takes 0.6 s
    of a processor, and Streamlit did it after every page (`runner.postScriptGC`; streamlit 1.67, measured 2026-11-25).
    """
    try:
        ready = assistant(load_settings())
        for question in WARMING:
            ready.search(question)
    except KamerbronError:
        return
    finally:
        gc.collect()
        gc.freeze()
