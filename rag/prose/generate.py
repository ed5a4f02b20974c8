"""Question + passages -> statements written by a language model, each resting on sentences it could only choose.

The model sees sentences with short ids and is held to a JSON schema whose ids are an enum of those shown. What it
returns is read as data: ids become spans here, the quotations are cut out by `verify.cite`, and every statement is
compared with them. Whatever goes wrong ends in quotes mode with a notice that says what.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from langchain_core.messages import HumanMessage, SystemMessage

from rag.models.chat import Failure, Request, failure, parse, pieces
from rag.models.llm import ChatModel, Unavailable
from rag.prose import prompts
from rag.prose.checks import check_statement
from rag.prose.inert import inert
from rag.prose.shown import ANSWER_TOKENS, Shown, show
from rag.question import Question, language_scores
from rag.settings import Settings
from rag.store.index import Index
from rag.types import Check, Citation, Found, Language, Sentence, Statement
from rag.verify import cite_sentence

LONGEST_STATEMENT = 1200  # characters; a longer one is not a statement
LONGEST_ANSWER = 12 * ANSWER_TOKENS  # characters; more than so many tokens can be
_BEGINS = re.compile(r'\s*(?:```(?:json)?\s*)?\{\s*"statements"\s*:\s*\[')
_FOLLOWS = re.compile(r"[\s,]*(?=\{)")
_DECODER = json.JSONDecoder()
_QUOTED = re.compile(r"“[^”]*”|«[^»]*»|\"[^\"]*\"|‘[^’]*’")
_NAME = re.compile(r"(?<=\w[\s,(])[A-ZÀ-Ý][\w'’-]*")  # a word with a capital that begins no sentence
Entails = Callable[[str, str], Check]  # (what is cited, a statement) -> whether the one carries the other


@dataclass(frozen=True, slots=True)
class Written:
    """A model's answer after the checks."""

    statements: tuple[Statement, ...]
    citations: tuple[Citation, ...]
    left_out: int  # statements that failed a check, or cited nothing they were shown
    unchecked: int  # statements that failed a check and are shown all the same
    prompt: str  # digest of what it was told
    cut_short: Unavailable | None = None  # why it stopped, where a reader had seen its beginning


@dataclass(frozen=True, slots=True)
class Writer:
    """How a model's answer is made: by which model, over which index, and what becomes of its statements.

    `unchecked` keeps statements that fail a check, with the check; `on_statement` is given each as it comes.
    """

    model: ChatModel
    settings: Settings
    index: Index
    entails: Entails | None = None
    unchecked: bool = False
    on_statement: Callable[[Statement], None] | None = None

    def write(self, question: Question, found: Sequence[Found]) -> Written | Unavailable:
        """Let the model answer from the passages; tried twice within the time of one answer, then why there is none."""
        shown = show(self.index, question, found, self.settings.llm_context)
        if not shown:
            return Unavailable("why_no_room")
        until = time.monotonic() + self.settings.llm_timeout
        why: Unavailable | None = None
        for _ in range(2):
            try:
                return self._attempt(question, shown, until, why)
            except Failure as failed:
                why = failed.why
                if failed.final:
                    break
        return why or Unavailable("why_empty")

    def _attempt(
        self, question: Question, shown: dict[str, Shown], until: float, before: Unavailable | None
    ) -> Written:
        insist = before is not None and before.key == "why_language"
        messages = (
            SystemMessage(prompts.system(question.language, insist)),
            HumanMessage(prompts.user(question.text, [s.line for s in shown.values()])),
        )
        request = Request(messages, prompts.schema(list(shown)), ANSWER_TOKENS, again=before is not None)
        out = Collector(self.index, shown, question.language, self.entails, self.unchecked)
        try:
            for raw in statements_of(pieces(self.model, self.settings, request, until)):
                statement = out.take(raw)
                if statement is not None and self.on_statement is not None:
                    self.on_statement(statement)
        except Failure as failed:
            if self.on_statement is None or not out.statements:
                raise
            return out.written(failed.why)  # what a reader has seen, and what was checked, is not taken back
        if not out.statements:
            raise out.nothing_stands()
        return out.written()


def statements_of(text: Iterable[str]) -> Iterator[Any]:
    """The statements of a model's JSON, each as soon as it is whole; raises Failure where it is none in the end."""
    said, given = "", 0
    at: int | None = None
    for piece in text:
        said += piece
        if len(said) > LONGEST_ANSWER:
            raise failure("why_long", final=True)
        if at is None and (begins := _BEGINS.match(said)):
            at = begins.end()
        if at is not None and "}" in piece:
            for value, end in _objects(said, at):
                given, at = given + 1, end
                yield value
    yield from _whole(said)[given:]


def _objects(text: str, at: int) -> Iterator[tuple[Any, int]]:
    """The objects of an array that are whole, from a place in it on, each with where it ends."""
    while following := _FOLLOWS.match(text, at):
        try:
            value, at = _DECODER.raw_decode(text, following.end())
        except (ValueError, RecursionError):
            return
        yield value, at


def _whole(text: str) -> list[Any]:
    value = parse(text)
    statements = value.get("statements") if isinstance(value, dict) else None
    if not isinstance(statements, list):
        raise failure("why_json" if text.strip() else "why_empty")
    return statements


class Collector:
    """Turns what a model returned into statements and citations, and counts what it had to leave out."""

    def __init__(
        self,
        index: Index,
        shown: dict[str, Shown],
        language: Language,
        entails: Entails | None = None,
        unchecked: bool = False,
    ) -> None:
        self.index, self.shown, self.language = index, shown, language
        self.entails, self.keeps_unchecked = entails, unchecked
        self.statements: list[Statement] = []
        self.citations: list[Citation] = []
        self.left_out = self.foreign = self.unchecked = 0

    def take(self, raw: Any) -> Statement | None:
        """One statement of the model's, or None where it cannot stand."""
        text, picked, all_known = self._read(raw)
        if text and foreign(text, self.language):
            self.foreign += 1
        elif text and picked:
            checks = self._checks(text, picked, all_known)
            passed = all(c.passed for c in checks)
            made = self._cite(picked) if passed or self.keeps_unchecked else []
            plain = inert(text, " ".join(p.text for p in picked))
            if made and plain:
                statement = Statement(plain, tuple(c.id for c in made), checks)
                self.statements.append(statement)
                self.unchecked += not passed
                return statement
        self.left_out += 1
        return None

    def _read(self, raw: Any) -> tuple[str, list[Shown], bool]:
        """The text, the sentences it names that it was shown, and whether it named no others."""
        text = raw.get("text") if isinstance(raw, dict) else None
        ids = raw.get("sentences") if isinstance(raw, dict) else None
        if not isinstance(text, str) or not text.strip() or len(text) > LONGEST_STATEMENT:
            return "", [], False
        ids = ids if isinstance(ids, list) else []
        known = dict.fromkeys(i for i in ids if isinstance(i, str) and i in self.shown)
        return text, [self.shown[i] for i in known], len(set(map(str, ids))) == len(known)

    def _checks(self, text: str, picked: Sequence[Shown], all_known: bool) -> tuple[Check, ...]:
        sentences = [self._voiced(p) for p in picked]
        checks = [*check_statement(text, sentences, [p.text for p in picked])]
        if not all_known:
            checks.append(Check("citations", False, "it also names sentences that it was not shown"))
        if self.entails is not None:
            checks.append(self.entails(" ".join(p.text for p in picked), text))
        return tuple(checks)

    def _voiced(self, shown: Shown) -> Sentence:
        """A sentence with who is shown as its speaker: its own, else its document's sender."""
        sender = self.index.descriptions[shown.document].sender
        return replace(shown.sentence, speaker=shown.sentence.speaker or sender)

    def nothing_stands(self) -> Failure:
        """Why there is no statement at all."""
        if self.foreign:
            return failure("why_language")
        return failure("why_checks" if self.left_out else "why_nothing", final=True)

    def written(self, cut_short: Unavailable | None = None) -> Written:
        """The answer so far."""
        return Written(
            tuple(self.statements),
            tuple(self.citations),
            self.left_out,
            self.unchecked,
            prompts.digest(),
            cut_short,
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


def foreign(text: str, language: Language) -> bool:
    """Whether a statement is in the other language; what it quotes and names does not count, and a tie is no proof."""
    score = language_scores(_NAME.sub(" ", _QUOTED.sub(" ", text)))
    other: Language = "en" if language == "nl" else "nl"
    return score[other] > max(score[language], 1.0)
