"""Keeps a language model's own words while questions are asked: what it was sent and what it returned.

LangChain calls the recorder for every chat model, so that nothing of the assistant knows of it. Imported only where a
model is asked: langchain-core takes a second to import.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from langchain_core.callbacks import BaseCallbackHandler
from langchain_core.messages import BaseMessage
from langchain_core.outputs import LLMResult
from langchain_core.tracers.context import register_configure_hook


class Recorder(BaseCallbackHandler):
    """One call after another: {"messages", "output", "metadata"}, or "error" where there was no output."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[dict[str, Any]] = []

    def on_chat_model_start(
        self,
        serialized: dict[str, Any],  # noqa: ARG002 - LangChain passes it
        messages: list[list[BaseMessage]],
        **_: Any,
    ) -> None:
        """A call begins."""
        said = [{"role": m.type, "content": m.text} for m in messages[0]]
        self.calls.append({"messages": said, "output": None, "metadata": {}})

    def on_llm_end(self, response: LLMResult, **_: Any) -> None:
        """It returned something."""
        generation = response.generations[0][0]
        message = getattr(generation, "message", None)
        metadata = getattr(message, "response_metadata", None) or {}
        self.calls[-1]["output"] = generation.text
        self.calls[-1]["metadata"] = {
            str(k): v if isinstance(v, int | float) else str(v) for k, v in metadata.items()
        }

    def on_llm_error(self, error: BaseException, **_: Any) -> None:
        """It failed, or whoever asked stopped listening."""
        self.calls[-1]["error"] = f"{type(error).__name__}: {error}"[:300]


_current: ContextVar[Recorder | None] = ContextVar("kamerbron_recorder", default=None)
register_configure_hook(_current, inheritable=True)


@contextmanager
def recording() -> Iterator[list[dict[str, Any]]]:
    """The calls of every chat model inside the block, as they are made."""
    recorder = Recorder()
    token = _current.set(recorder)
    try:
        yield recorder.calls
    finally:
        _current.reset(token)
