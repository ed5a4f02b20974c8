"""What a model does to a question before the search: an aid that is checked, and that changes nothing where it fails."""

import json
import time
from types import SimpleNamespace

import pytest
from answering import ASKED, ASKED_NL, said, with_model
from fake_ollama import Chat
from fake_replies import prompt_of
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st

from rag.assistant import Assistant
from rag.conversation import completed
from rag.models.llm import ChatModel
from rag.prose import rewrite
from rag.prose.prompts import follow_up_schema, terms_schema
from rag.question import MAX_CHARACTERS, understand
from rag.retrieve import retrieve

HISTORY = [(ASKED, "The Netherlands supports the FFM through Justice Rapid Response.")]
GESCHIEDENIS = [(ASKED_NL, "Nederland steunt de FFM via Justice Rapid Response.")]
FOLLOW_UP = "and in Uganda?"


def question(text):
    return json.dumps({"question": text}, ensure_ascii=False)


def terms(*found):
    return json.dumps({"terms": list(found)}, ensure_ascii=False)


@pytest.fixture
def assistant(seed_index, ollama):
    return Assistant(with_model(seed_index, ollama))


def understood(answer):
    return [n.split(": ", 1)[1] for n in answer.notices if "understood as" in n or "begrepen als" in n]


# -- follow-ups ---------------------------------------------------------------------------------------------------


def test_follow_up_is_rewritten_by_the_model_in_one_short_call_and_shown(assistant, ollama):
    whole = "What did the Netherlands commit on the FFM in Uganda?"
    ollama.enqueue(question(whole), to="follow_up")
    answer = assistant.ask(FOLLOW_UP, history=HISTORY)
    assert answer.question == whole
    assert understood(answer) == [whole]
    (request,) = ollama.asked("follow_up")
    assert request["format"] == follow_up_schema()
    assert request["options"]["num_predict"] == rewrite.TOKENS
    assert request["think"] is False
    assert prompt_of(request).endswith(f"Last question: {FOLLOW_UP}")
    assert ASKED in prompt_of(request)
    assert "Justice Rapid Response" in prompt_of(request)


def test_dutch_follow_up_is_rewritten_and_shown_in_dutch(assistant, ollama):
    ollama.enqueue(question("Hoe steunt Nederland de opvang in Oeganda?"), to="follow_up")
    answer = assistant.ask("en in Oeganda?", history=GESCHIEDENIS)
    assert "Vraag begrepen als: Hoe steunt Nederland de opvang in Oeganda?" in answer.notices


@pytest.mark.parametrize(
    "reply",
    [
        Chat(status=503),
        Chat("no JSON"),
        Chat(""),
        Chat('{"question": 5}'),
        Chat('{"question": ""}'),
        Chat('{"question": "?"}'),
        Chat('{"vraag": "x"}'),
        Chat("[]"),
        Chat(question("x" * 3000)),
        Chat(question("What did NL commit on the Sudan FFM in Uganda?"), done_reason="length"),
        Chat(question("What did NL commit on the Sudan FFM in Uganda?"), error_after=0),
        Chat(question("Wat zegde Nederland toe over de FFM in Uganda?")),  # another language
        Chat(question("What did NL commit on the Sudan FFM?")),  # forgets what was asked
        Chat(question("What did NL commit to Wilders on the FFM in Uganda?")),  # a name that nobody said
        Chat(question("What did NL commit on the FFM in Uganda in 2019?")),  # a year that nobody said
        Chat(question("Commit on the FFM in Uganda? [x](http://evil.example)")),
        Chat(question("and in Uganda?")),  # as it was, though it cannot stand alone
    ],
    ids=lambda chat: f"{chat.status} {chat.content}"[:60],
)
def test_rewriting_that_fails_or_cannot_be_trusted_falls_back_to_the_rules(assistant, ollama, reply):
    ollama.enqueue(reply, to="follow_up")
    answer = assistant.ask(FOLLOW_UP, history=HISTORY)
    by_rules = completed(FOLLOW_UP, [ASKED])
    assert answer.question == by_rules
    assert understood(answer) == [by_rules]
    assert len(ollama.asked("follow_up")) == 1


def test_silent_model_costs_a_follow_up_no_more_than_its_short_time(assistant, ollama, monkeypatch):
    """Not the time of a whole answer; and the server is told at once that nobody waits any longer."""
    monkeypatch.setattr(rewrite, "SECONDS", 0.3)
    ollama.enqueue(Chat(question("x"), silent=30), to="follow_up")
    begun = time.monotonic()
    assert assistant.ask(FOLLOW_UP, history=HISTORY).question == completed(FOLLOW_UP, [ASKED])
    assert time.monotonic() - begun < assistant.settings.llm_timeout / 2
    assert ollama.left_alone(1.0)


def test_question_that_stands_alone_is_left_as_it_is_and_nothing_is_said_of_it(assistant):
    answer = assistant.ask(ASKED_NL, history=GESCHIEDENIS)
    assert answer.question == ASKED_NL
    assert understood(answer) == []


def test_first_question_of_a_conversation_costs_no_call(assistant, ollama):
    assistant.ask(ASKED_NL)
    assert ollama.asked("follow_up") == []


def test_without_a_model_the_rules_rewrite_and_that_is_shown_too(seed_index):
    answer = Assistant(seed_index).ask(FOLLOW_UP, history=HISTORY)
    assert understood(answer) == [completed(FOLLOW_UP, [ASKED])]


@limits(max_examples=120, deadline=None)
@given(st.text(max_size=60), st.sampled_from([FOLLOW_UP, "en in 2025?", "Waarom?", "dat?"]))
def test_no_rewriting_is_an_exception_or_loses_a_name(text, follow_up):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(rewrite, "ask_json", lambda *_: {"question": text})
        settings = SimpleNamespace(llm_timeout=5.0)
        found = rewrite.whole_question(ChatModel("ollama", "x"), settings, follow_up, HISTORY)
    assert found is None or (found.strip() and len(found) <= MAX_CHARACTERS)
    assert found is None or "Uganda" not in follow_up or "uganda" in found.casefold()


# -- English in Dutch search terms --------------------------------------------------------------------------------

HARD = "Which vests were given to the female soldiers?"  # no glossary has the word that the text uses


def test_english_question_is_put_into_dutch_terms_that_join_the_search_as_weak_ones(assistant, ollama):
    ollama.enqueue(terms("scherfvesten", "militairen", "onzinwoordje"), to="terms")
    asked, found = assistant.search(HARD)
    (request,) = ollama.asked("terms")
    assert request["format"] == terms_schema(rewrite.MOST_TERMS)
    assert prompt_of(request) == HARD
    added = asked.concepts[len(understand(HARD).concepts) :]
    assert all(c.part and 0 < c.weight <= rewrite.WEIGHT for c in added)
    assert "onzinwoordje" not in [
        c.label for c in added
    ]  # it occurs nowhere: it would only make an answer unlikelier
    assert found.passages


def test_term_finds_what_the_question_did_not(open_seeds):
    """The passage that a Dutch word names comes up for an English question whose own words do not lead there."""
    plain = understand("What about the shooting gear?")
    before = retrieve(open_seeds, plain).passages
    widened = rewrite.with_terms(plain, ["straffeloosheid"], open_seeds)
    after = retrieve(open_seeds, widened).passages
    assert not any("straffeloosheid" in _text(open_seeds, f) for f in before[:1])
    assert any("straffeloosheid" in _text(open_seeds, f) for f in after[:3])


def _text(index, found):
    return index.text(found.passage.document)[found.passage.start : found.passage.end].casefold()


def test_all_terms_together_weigh_less_than_the_question_itself(open_seeds):
    asked = understand(HARD)
    widened = rewrite.with_terms(
        asked, ["militairen", "vredesmissie", "opleiding", "training", "bescherming"], open_seeds
    )
    added = widened.concepts[len(asked.concepts) :]
    assert len(added) >= 3
    assert sum(c.weight for c in added) <= rewrite.SHARE * sum(c.weight for c in asked.concepts) + 1e-9


def test_term_that_the_question_has_already_is_not_counted_twice(open_seeds):
    asked = understand("What did NL do in Sudan?")
    assert rewrite.with_terms(asked, ["Soedan", "soedan", ""], open_seeds) == asked


def test_terms_are_asked_for_once_a_question(assistant, ollama):
    ollama.enqueue(terms("scherfvesten"), to="terms")
    assistant.search(HARD)
    assistant.search(HARD)
    assistant.ask(HARD)
    assert len(ollama.asked("terms")) == 1


def test_dutch_question_needs_no_terms(assistant, ollama):
    assistant.ask(ASKED_NL)
    assert ollama.asked("terms") == []


@pytest.mark.parametrize(
    "reply",
    [
        Chat(status=503), Chat("no JSON"), Chat(""), Chat("[]"), Chat('{"terms": "x"}'), Chat('{"terms": [5, null, {}]}'),
        Chat(terms()), Chat(terms("onzinwoordje")), Chat(terms("x" * 5000)), Chat(terms("een heel lange zin die geen zoekterm meer is")),
        Chat(terms("Soedan"), error_after=0), Chat(terms("Soedan"), done_reason="length"),
    ],
    ids=lambda chat: f"{chat.status} {chat.content}"[:60],
)  # fmt: skip
def test_failure_changes_nothing(assistant, ollama, open_seeds, reply):
    ollama.enqueue(reply, to="terms")
    asked, found = assistant.search(ASKED)
    assert asked == understand(ASKED)
    assert found.passages == retrieve(open_seeds, asked).passages


def test_failure_is_not_remembered(assistant, ollama):
    ollama.enqueue(Chat(status=503), to="terms")
    assistant.search(HARD)
    assistant.search(HARD)
    assert len(ollama.asked("terms")) == 2


def test_silent_model_costs_a_search_no_more_than_its_short_time(assistant, ollama, monkeypatch):
    monkeypatch.setattr(rewrite, "SECONDS", 0.3)
    ollama.enqueue(Chat(terms("Soedan"), silent=30), to="terms")
    assert assistant.search(ASKED)[0] == understand(ASKED)
    assert ollama.left_alone(1.0)


def test_every_request_asks_for_the_same_context(assistant, ollama):
    """Another size of context makes the server load the model anew: minutes, for a call that should take seconds."""
    answer = assistant.ask("and for the OHCHR office?", history=HISTORY)
    assert answer.status != "refused"  # of which no model is asked
    assert {what: len(ollama.asked(what)) for what in ("follow_up", "terms", "answer")} == {
        "follow_up": 1, "terms": 1, "answer": 1,
    }  # fmt: skip
    assert len({c["options"]["num_ctx"] for c in ollama.chats}) == 1


def test_answer_to_an_english_question_still_rests_on_what_was_asked(assistant, ollama):
    ollama.enqueue(terms("FFM Soedan", "toezegging"), to="terms")
    assert "Nederland" in said(assistant.ask(ASKED))
