"""What a fake model says: the JSON of answers, worked out of what a request shows it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import Any

Reply = Callable[[dict[str, Any]], str]


def says(*statements: tuple[str, Sequence[str]]) -> str:
    """The JSON of an answer: (text, ids) a statement."""
    return json.dumps(
        {"statements": [{"text": t, "sentences": list(ids)} for t, ids in statements]}, ensure_ascii=False
    )


def wanted(request: dict[str, Any]) -> str:
    """What a request asks for, by the title of its schema: answer, follow_up or terms."""
    return str((request.get("format") or {}).get("title", ""))


def allowed_ids(request: dict[str, Any]) -> list[str]:
    """The ids that the request's schema allows."""
    statement = request["format"]["properties"]["statements"]["items"]
    return list(statement["properties"]["sentences"]["items"]["enum"])


def prompt_of(request: dict[str, Any]) -> str:
    """What is said last."""
    return str(request["messages"][-1]["content"])


def shown_sentences(request: dict[str, Any]) -> dict[str, str]:
    """id -> the sentence behind it in the prompt, without the parenthesis that says who speaks."""
    lines = re.findall(r"^\[(\w+)\] (.*)$", prompt_of(request), re.MULTILINE)
    return {i: re.split(r"; (?:undated|\d{4}-\d\d-\d\d)\) ", line, maxsplit=1)[-1] for i, line in lines}


def in_language(request: dict[str, Any], sentence: str) -> str:
    """A statement in the language that the request asks for: an English one quotes the Dutch sentence."""
    english = "statements in English" in request["messages"][0]["content"]
    return f"It is stated that: “{sentence}”" if english else sentence


def answer_well(request: dict[str, Any]) -> str:
    """What a good model answers: two statements that rest on their sentences, the last question, no search terms."""
    if wanted(request) == "follow_up":
        return json.dumps({"question": prompt_of(request).rsplit("Last question: ", 1)[-1]})
    if wanted(request) == "terms":
        return json.dumps({"terms": []})
    if wanted(request) != "answer":
        return "{}"
    sentences = shown_sentences(request)
    there = [i for i in allowed_ids(request) if i in sentences]
    return says(*((in_language(request, sentences[i]), [i]) for i in there[:2]))


def cite(pattern: str, text: str) -> Reply:
    """A reply that says `text` and cites the first sentence shown that matches a pattern."""

    def content(request: dict[str, Any]) -> str:
        at = next(i for i, s in shown_sentences(request).items() if re.search(pattern, s))
        return says((text, [at]))

    return content


def obey(pattern: str, text: str) -> Reply:
    """A model that obeys: it says what an order among the sentences tells it to, else it answers well."""

    def content(request: dict[str, Any]) -> str:
        shown = shown_sentences(request)
        ordered = [i for i, s in shown.items() if re.search(pattern, s)]
        return says((text, ordered or list(shown)[:1])) if ordered else answer_well(request)

    return content
