"""What a language model does to a question before the search: a follow-up made whole, English put into Dutch terms.

Each is one short exchange, and only an aid. What comes back is held against what was given; where it fails in any way,
the question stays what the rules make of it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from langchain_core.messages import HumanMessage, SystemMessage

from rag.conversation import leans
from rag.errors import QuestionError
from rag.models.chat import Failure, Request, ask_json
from rag.models.llm import ChatModel
from rag.prose import prompts
from rag.prose.checks import names_in
from rag.prose.generate import foreign
from rag.prose.inert import inert
from rag.question import Concept, Question, check, detect_language
from rag.settings import Settings
from rag.store.index import Index
from rag.words.analyze import normal, stopwords, word_terms, words
from rag.words.numerals import with_digits
from rag.words.quantities import find_quantities

SECONDS = 20.0  # that either may take; what takes longer costs more than it brings
TOKENS = 200  # that either may write
TURNS = 4  # earlier questions that a rewriting is shown …
BEGINNING = 300  # … with so many characters of their answers
MOST_TERMS = 6
WEIGHT = 0.3  # of a search term that a model gave, beside 1 for what the question names itself
SHARE = 0.25  # of the question's own weight that all of them may have together


def whole_question(
    model: ChatModel, settings: Settings, text: str, history: Sequence[tuple[str, str]]
) -> str | None:
    """The follow-up as a question of its own; None where the model gave none that can be trusted."""
    turns = [(q, a[:BEGINNING]) for q, a in history[-TURNS:]]
    language = detect_language(text if len(text.split()) > 2 else f"{turns[-1][0]} {text}")
    said = _asked(
        model,
        settings,
        Request(
            (SystemMessage(prompts.follow_up(language)), HumanMessage(prompts.conversation(turns, text))),
            prompts.follow_up_schema(),
            TOKENS,
        ),
    ).get("question")
    if not isinstance(said, str):
        return None
    try:
        rewritten = check(said)
    except QuestionError:
        return None
    held = " ".join(part for turn in turns for part in turn)
    trusted = (
        inert(rewritten, "") == rewritten
        and not foreign(rewritten, language)
        and _named(text) <= _named(rewritten)
        and _named(rewritten) <= _every_word(f"{held} {text}")
    )
    unchanged = rewritten.casefold().strip(" ?") == text.casefold().strip(" ?")
    return rewritten if trusted and not (unchanged and leans(text)) else None


def dutch_terms(model: ChatModel, settings: Settings, text: str) -> tuple[str, ...] | None:
    """Dutch words for an English question, best first; None where the model did not answer."""
    request = Request(
        (SystemMessage(prompts.terms(MOST_TERMS)), HumanMessage(text)),
        prompts.terms_schema(MOST_TERMS),
        TOKENS,
    )
    said = _asked(model, settings, request).get("terms")
    if not isinstance(said, list):
        return None
    short = [t for t in said if isinstance(t, str) and len(t) <= prompts.LONGEST_TERM and len(t.split()) <= 4]
    return tuple(dict.fromkeys(short))[:MOST_TERMS]


def with_terms(question: Question, found: Sequence[str], index: Index) -> Question:
    """The question with search terms as weak concepts of their own: those that are new to it and occur somewhere."""
    known = {t for c in question.concepts for terms, _ in c.alternatives for t in terms}
    new: list[Concept] = []
    for term in found:
        parts = tuple(
            own[0] for w in words(term) if normal(w) not in stopwords()["nl"] and (own := word_terms(w))
        )
        if parts and not set(parts) <= known:
            new.append(Concept(term, ((parts, 1.0),), part=True))
            known.update(parts)
    occurring = [c for c in new if index.lexical.frequency(c).max(initial=0.0) > 0]
    if not occurring:
        return question
    total = sum(c.weight for c in question.concepts)
    weight = min(WEIGHT, SHARE * total / len(occurring))
    return replace(question, concepts=(*question.concepts, *(replace(c, weight=weight) for c in occurring)))


def _asked(model: ChatModel, settings: Settings, request: Request) -> dict[str, Any]:
    try:
        return ask_json(model, settings, request, time.monotonic() + min(SECONDS, settings.llm_timeout))
    except Failure:
        return {}


def _named(text: str) -> set[str]:
    """The names and numbers of a text, each in one spelling."""
    digits = with_digits(text)
    return {normal(n) for n in names_in(text)} | {q.key for q in find_quantities(digits)}


def _every_word(text: str) -> set[str]:
    said = {normal(p) for w in words(text) for p in (w, *w.split("-"))}
    return said | {q.key for q in find_quantities(with_digits(text))}
