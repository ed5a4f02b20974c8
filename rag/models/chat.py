"""One exchange with a language model: text by a JSON schema, within a time; a Failure that says why where there is none.

The model is read in a thread of its own, so that no provider keeps a reader waiting longer than was allowed, whether
it is silent from the start, drips, or falls silent half-way. What is given up is cut off at the socket: an Ollama
server stops writing for a reader who is gone, and is free for the next question.
"""

from __future__ import annotations

import contextvars
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

import httpx
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage, BaseMessageChunk

from rag.models.llm import ChatModel, Unavailable, tls
from rag.settings import Settings

LONGEST_TOKENS = 5.5  # characters a token at the very most: a prompt read as fewer tokens was not read whole
AGAIN = 0.4  # temperature of a second try, for at 0 the first one's words would come again
_FENCE = re.compile(r"^\s*```(?:json)?\s*\n|\n\s*```\s*$")


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked: the messages, the schema its answer must have, and how many tokens it may write."""

    messages: Sequence[BaseMessage]
    schema: dict[str, Any]
    tokens: int
    again: bool = False


class Failure(Exception):  # noqa: N818 - not an error of the program: what a model did, told to the reader
    """A model that did not do what it was asked; `final` where a second try would end the same."""

    def __init__(self, why: Unavailable, final: bool = False) -> None:
        super().__init__(why.why("en"))
        self.why, self.final = why, final


def failure(key: str, *, final: bool = False, **values: str) -> Failure:
    """A Failure by the key of its text in rag.wording."""
    return Failure(Unavailable(key, tuple(values.items())), final)


def ask_json(model: ChatModel, settings: Settings, request: Request, until: float) -> dict[str, Any]:
    """The model's whole answer as an object; raises Failure for anything else."""
    text = "".join(pieces(model, settings, request, until))
    value = parse(text)
    if not isinstance(value, dict):
        raise failure("why_json" if text.strip() else "why_empty")
    return value


def parse(text: str) -> Any:
    """The JSON of an answer, with or without a fence around it; None where it is none."""
    try:
        return json.loads(_FENCE.sub("", text))
    except (ValueError, RecursionError):
        return None


def pieces(model: ChatModel, settings: Settings, request: Request, until: float) -> Iterator[str]:
    """The model's words as they come, until a time of time.monotonic(); raises Failure."""
    line = _Line()
    chat = _set_up(model, settings, request, line)
    read: dict[str, Any] = {}
    try:
        for chunk in _within(until, lambda: chat.stream(list(request.messages))):
            read |= _metadata(chunk)
            yield chunk.text if isinstance(chunk.text, str) else str(chunk.content)
    except (httpx.TimeoutException, TimeoutError) as error:
        raise failure("why_slow", final=True) from error
    except Exception as error:  # each provider raises its own kinds; all mean that there is no answer
        raise failure("why_failed", reason=first_line(error)) from error
    finally:
        line.hang_up()
    _check_whole(read, request, settings.llm_context)


def _set_up(model: ChatModel, settings: Settings, request: Request, line: _Line) -> BaseChatModel:
    from langchain.chat_models import init_chat_model  # noqa: PLC0415 - seconds to import

    options: dict[str, Any] = {"temperature": AGAIN if request.again else 0}
    if model.provider == "ollama":
        options |= {
            "base_url": settings.ollama_url,
            # The same in every request: a server loads the model anew for another size of context.
            "num_ctx": settings.llm_context,
            "num_predict": request.tokens,
            "reasoning": False,
            "format": request.schema,
            "client_kwargs": {"timeout": settings.llm_timeout, "trust_env": False, "verify": tls()},
            "sync_client_kwargs": {"transport": line},
        }
    try:
        chat: BaseChatModel = init_chat_model(model.model, model_provider=model.provider, **options)
    except Exception as error:
        raise failure("why_setup", final=True, model=model.name, reason=first_line(error)) from error
    return chat


def _metadata(chunk: BaseMessageChunk) -> dict[str, Any]:
    usage = getattr(chunk, "usage_metadata", None) or {}
    return {**chunk.response_metadata, **({"read": usage["input_tokens"]} if "input_tokens" in usage else {})}


def _check_whole(read: dict[str, Any], request: Request, context: int) -> None:
    """Ollama drops what does not fit without a word: compare what it says it read with what it was given.

    It says what it read after dropping: the whole context, or since 2026 half of it and two (ollama issue 17427); of a
    context smaller than asked for, too little for so many characters.
    """
    tokens = read.get("prompt_eval_count") or read.get("read") or 0
    given = sum(len(str(m.content)) for m in request.messages)
    if read.get("done_reason") == "length":
        raise failure("why_cut", final=True)
    halved = abs(tokens - (context // 2 + 2)) <= 2
    if tokens and (tokens >= context - 16 or halved or tokens < given / LONGEST_TOKENS):
        raise failure("why_context", final=True)


def _within(until: float, stream: Callable[[], Iterator[BaseMessageChunk]]) -> Iterator[BaseMessageChunk]:
    """What a stream gives, read in another thread; raises TimeoutError where the time is over, and what the stream raises."""
    given: SimpleQueue[BaseMessageChunk | BaseException | None] = SimpleQueue()
    stopped = threading.Event()

    def read() -> None:
        try:
            for chunk in stream():
                given.put(chunk)
                if stopped.is_set():
                    return
            given.put(None)
        except BaseException as error:
            given.put(error)

    context = contextvars.copy_context()  # LangChain finds its callbacks there
    threading.Thread(target=context.run, args=(read,), name="language model", daemon=True).start()
    try:
        while True:
            try:
                item = given.get(timeout=max(0.0, until - time.monotonic()))
            except Empty:
                raise TimeoutError from None
            if item is None:
                return
            if isinstance(item, BaseException):
                raise item
            yield item
            if time.monotonic() > until:
                raise TimeoutError
    finally:
        stopped.set()


class _Line(httpx.HTTPTransport):
    """The connections of one exchange, which can be cut from another thread than the one that reads them.

    Closing a socket does not wake who waits for it; shutting it down does. The sockets are those that httpx tells of
    in its `trace` extension.
    """

    def __init__(self) -> None:
        super().__init__(verify=tls(), trust_env=False)
        self._streams: list[Any] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.extensions["trace"] = self._note
        return super().handle_request(request)

    def _note(self, event: str, info: dict[str, Any]) -> None:
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self._streams.append(info["return_value"])

    def hang_up(self) -> None:
        """End whatever is still being read, and close."""
        for stream in self._streams:
            try:
                stream.get_extra_info("socket").shutdown(socket.SHUT_RDWR)
            except OSError:  # it was closed already
                continue
        self.close()


def first_line(error: BaseException) -> str:
    """An exception in one short line."""
    return (str(error).splitlines() or [type(error).__name__])[0][:160] or type(error).__name__
