"""Question + passages -> statements written by a language model, each resting on sentences it could only choose.

The model sees sentences with short ids and is held to a JSON schema whose ids are an enum of those shown. What it
returns is read as data: ids become spans here, the quotations are cut out by `verify.cite`, and every statement is
compared with them. Whatever goes wrong ends in quotes mode with a notice that says what.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessageChunk, HumanMessage, SystemMessage
from langchain_core.utils.json import parse_partial_json

from rag import prompts
from rag.checks import check_statement
from rag.index import Index
from rag.llm import ChatModel, Unavailable
from rag.question import Question
from rag.retrieve import Retrieved
from rag.settings import Settings
from rag.types import Citation, Description, Sentence, Statement
from rag.verify import cite_sentence, fold

ANSWER_TOKENS = 900  # kept free for the answer
CHARACTERS_A_TOKEN = 2.6  # Dutch under the tokenizers of Qwen, Gemma and Mistral, on the safe side
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
LONGEST_STATEMENT = 1200  # characters; a longer one is not a statement


@dataclass(frozen=True, slots=True)
class Written:
    """A model's answer after the checks; `left_out` counts the statements that failed them."""

    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    left_out: int
    prompt: str
    cut_short: str = ""  # why it stopped before its end, where a reader had seen its beginning


@dataclass(frozen=True, slots=True)
class Shown:
    """A sentence that the model was shown."""

    sentence: Sentence
    document: str
    text: str


def write(
    model: ChatModel,
    settings: Settings,
    index: Index,
    question: Question,
    retrieved: Retrieved,
    on_statement: Callable[[Statement], None] | None = None,
) -> Written | Unavailable:
    """Let the model answer from the passages; tried twice, then Unavailable with the reason."""
    shown = _within_budget(index, question, retrieved, settings.llm_context)
    reason = "no passages"
    for _ in range(2 if shown else 0):
        try:
            return _write_once(model, settings, index, question, shown, on_statement)
        except _FailedError as error:
            reason = str(error)
            if error.final:
                break
    return Unavailable("why_failed", (("reason", reason),))


class _FailedError(Exception):
    def __init__(self, message: str, final: bool = False) -> None:
        super().__init__(message)
        self.final = final


def _within_budget(index: Index, question: Question, retrieved: Retrieved, context: int) -> dict[str, Shown]:
    """The sentences of the best passages that fit into the context, with their ids."""
    room = (
        (context - ANSWER_TOKENS) * CHARACTERS_A_TOKEN
        - len(prompts.system(question.language))
        - len(question.text)
    )
    shown: dict[str, Shown] = {}
    for found in retrieved.passages:
        text = index.text(found.passage.document)
        for sentence in found.passage.sentences:
            if sentence.part == "heading" and sentence.act != "demand":
                continue
            said = fold(" ".join(text[s.start : s.end] for s in sentence.spans))
            line = _line(
                f"s{len(shown) + 1}", Shown(sentence, found.passage.document, said), index.descriptions
            )
            room -= len(line) + 12
            if room < 0:
                return shown
            shown[f"s{len(shown) + 1}"] = Shown(sentence, found.passage.document, said)
    return shown


def _line(identity: str, shown: Shown, descriptions: dict[str, Description]) -> str:
    description = descriptions[shown.document]
    who = shown.sentence.speaker or description.sender or "unknown"
    return f"[{identity}] ({who}; {shown.sentence.act}; {description.date or 'undated'}) {shown.text}"


def _write_once(
    model: ChatModel,
    settings: Settings,
    index: Index,
    question: Question,
    shown: dict[str, Shown],
    on_statement: Callable[[Statement], None] | None,
) -> Written:
    lines = [_line(i, s, index.descriptions) for i, s in shown.items()]
    messages = [
        SystemMessage(prompts.system(question.language)),
        HumanMessage(prompts.user(question.text, lines)),
    ]
    out = _Collector(index, shown)
    try:
        with _chat(model, settings, list(shown)) as chat:
            for raw in _statements(chat, messages, settings):
                statement = out.take(raw)
                if statement is not None and on_statement is not None:
                    on_statement(statement)
    except _FailedError as error:
        if on_statement is None or not out.statements:
            raise
        return out.written(str(error))  # what a reader has seen, and what was checked, is not taken back
    if not out.statements and not out.left_out:
        raise _FailedError("it found no answer in the passages", final=True)
    if not out.statements:
        raise _FailedError("none of its statements agreed with the sentences it cited", final=True)
    return out.written()


@contextmanager
def _chat(model: ChatModel, settings: Settings, ids: Sequence[str]) -> Iterator[BaseChatModel]:
    """The chat model, and its connection closed afterwards."""
    from langchain.chat_models import init_chat_model  # noqa: PLC0415 - seconds to import

    options: dict[str, Any] = {"temperature": 0}
    if model.provider == "ollama":
        options |= {
            "base_url": settings.ollama_url,
            "num_ctx": settings.llm_context,
            "num_predict": ANSWER_TOKENS,
            "reasoning": False,
            "format": prompts.schema(ids),
            "client_kwargs": {"timeout": settings.llm_timeout, "trust_env": False},
        }
    try:
        chat: BaseChatModel = init_chat_model(model.model, model_provider=model.provider, **options)
    except Exception as error:
        raise _FailedError(f"{model.name} cannot be set up ({_first_line(error)})", final=True) from error
    try:
        yield chat
    finally:
        connection = getattr(getattr(chat, "_client", None), "_client", None)
        if isinstance(connection, httpx.Client):
            connection.close()


def _statements(chat: BaseChatModel, messages: Sequence[Any], settings: Settings) -> Iterator[Any]:
    """The statements of the model's JSON, each as soon as it is whole; raises _FailedError for anything else."""
    text, given, last = "", 0, None
    until = time.monotonic() + settings.llm_timeout
    try:
        for chunk in chat.stream(list(messages)):
            if time.monotonic() > until:
                raise _FailedError("it took too long", final=True)
            text += chunk.text if isinstance(chunk.text, str) else str(chunk.content)
            last = chunk if last is None else last + chunk
            whole = _parsed(text, partial=True)[:-1]
            yield from whole[given:]
            given = max(given, len(whole))
    except _FailedError:
        raise
    except httpx.TimeoutException as error:
        raise _FailedError("it took too long", final=True) from error
    except Exception as error:  # each provider raises its own kinds; all mean that there is no answer
        raise _FailedError(_first_line(error)) from error
    _check_whole(last, settings.llm_context)
    final = _parsed(text, partial=False)
    yield from final[given:]


def _parsed(text: str, partial: bool) -> list[Any]:
    try:
        value = parse_partial_json(text) if partial else json.loads(text)
    except ValueError:
        value = None
    if value is None and partial:
        return []
    statements = value.get("statements") if isinstance(value, dict) else None
    if not isinstance(statements, list):
        if partial:
            return []
        raise _FailedError(
            "it did not return the JSON that was asked for" if text.strip() else "it returned nothing"
        )
    return statements


def _check_whole(last: BaseMessageChunk | None, context: int) -> None:
    """Ollama drops what does not fit without a word: compare what it says it read with what it was given."""
    metadata = getattr(last, "response_metadata", None) or {}
    usage = getattr(last, "usage_metadata", None) or {}
    read = metadata.get("prompt_eval_count") or usage.get("input_tokens") or 0
    if metadata.get("done_reason") == "length":
        raise _FailedError("its answer was cut off", final=True)
    if read and read >= context - 16:
        raise _FailedError("the passages did not fit into its context", final=True)


class _Collector:
    """Turns what a model returned into statements and citations, and counts what it had to leave out."""

    def __init__(self, index: Index, shown: dict[str, Shown]) -> None:
        self.index, self.shown = index, shown
        self.statements: list[Statement] = []
        self.citations: list[Citation] = []
        self.left_out = 0

    def take(self, raw: Any) -> Statement | None:
        """One statement of the model's, or None where it cannot stand."""
        text = raw.get("text") if isinstance(raw, dict) else None
        ids = raw.get("sentences") if isinstance(raw, dict) else None
        known = [i for i in ids if isinstance(i, str) and i in self.shown] if isinstance(ids, list) else []
        if (
            not isinstance(text, str)
            or not text.strip()
            or len(text) > LONGEST_STATEMENT
            or not known
            or len(known) != len(ids or [])
        ):
            self.left_out += 1
            return None
        picked = [self.shown[i] for i in dict.fromkeys(known)]
        checks = check_statement(text, [p.sentence for p in picked], [p.text for p in picked])
        if not all(c.passed for c in checks):
            self.left_out += 1
            return None
        made = self._cite(picked)
        if not made:
            self.left_out += 1
            return None
        statement = Statement(fold(_CONTROL.sub("", text)), tuple(c.id for c in made), checks)
        self.statements.append(statement)
        return statement

    def written(self, cut_short: str = "") -> Written:
        """The answer so far."""
        return Written(
            tuple(self.statements), tuple(self.citations), self.left_out, prompts.digest(), cut_short
        )

    def _cite(self, picked: Sequence[Shown]) -> list[Citation]:
        made: list[Citation] = []
        for shown in picked:
            description = self.index.descriptions[shown.document]
            first = len(self.citations) + len(made) + 1
            cited = cite_sentence(first, shown.document, shown.sentence, description, self.index.text)
            if not cited:
                return []
            made += cited
        self.citations += made
        return made


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:160] or type(error).__name__
