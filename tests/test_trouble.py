"""A model or a server that misbehaves: each way has an outcome, and none of them is an error or a wrong citation."""

import json
import threading

import pytest
from answering import ASKED, ASKED_NL, assert_exact, assert_quotes_mode, said, with_model
from fake_ollama import MODEL, Chat
from fake_replies import answer_well, cite, in_language, says, shown_sentences

from rag.assistant import Assistant
from rag.prose.generate import LONGEST_ANSWER, foreign
from rag.prose.prompts import INSIST


@pytest.fixture
def ask(seed_index, ollama):
    """Ask a question with the fake server's model, under settings of one's own."""

    def asked(question=ASKED, on_statement=None, **overrides):
        return Assistant(with_model(seed_index, ollama, **overrides)).ask(question, on_statement=on_statement)

    return asked


ENGLISH = "The Netherlands supports the FFM."
GOOD = says((ENGLISH, ["s1"]))
NEVER_ENDING = '{"statements": [' + '{"text": "A", "sentences": ["s1"]},' * 2000


def not_json(text):
    return Chat(text), "JSON"


def no_statement(text):
    return Chat(text), "none of its statements"


@pytest.mark.parametrize(
    ("chat", "notice"),
    [
        (Chat(status=503), "maximum pending requests"),
        (Chat(status=500), "it broke"),
        (Chat(GOOD, error_after=1), "an error was encountered"),
        (Chat(GOOD, cut_after=1), "language model failed"),
        not_json('{"statements": [{"text": "Nederland st'),
        not_json("The answer is: the Netherlands supports the FFM."),
        not_json("<think>Let me see.</think>" + GOOD),
        not_json("[" * 3000),
        not_json('["statements"]'),
        not_json('{"statements": {"text": "x"}}'),
        (Chat(""), "returned nothing"),
        (Chat("  \n"), "returned nothing"),
        (Chat("", thinking="Let me think about the FFM."), "returned nothing"),
        (Chat(GOOD, done_reason="length"), "cut off"),
        (Chat(GOOD, prompt_eval_count=8192), "did not fit"),
        (Chat(GOOD, prompt_eval_count=700), "did not fit"),
        (Chat(NEVER_ENDING), "far more than was asked"),
        (Chat("x" * 1_000_000), "far more than was asked"),
        (Chat('{"statements": []}'), "found no answer"),
        no_statement(says((ENGLISH, ["s999"]))),
        no_statement(says((ENGLISH, []))),
        no_statement(says(("", ["s1"]))),
        no_statement(says(("x" * 5000, ["s1"]))),
        no_statement('{"statements": [{"text": 5, "sentences": "s1"}]}'),
        no_statement('{"statements": ["s1", null, 7, []]}'),
        no_statement(says(("The Netherlands gives 5 billion euros.", ["s1"]))),
        (Chat(says(("Nederland steunt de FFM in Soedan.", ["s1"]))), "not answer in the language of the question"),
    ],
    ids=lambda value: repr(value)[:60] if isinstance(value, Chat) else "",
)  # fmt: skip
def test_model_that_misbehaves_twice_gives_quotes_and_says_why(ask, ollama, open_seeds, chat, notice):
    ollama.enqueue(chat, chat)
    assert_quotes_mode(ask(), open_seeds, notice)


def test_model_that_vanished_after_it_was_listed_gives_quotes(ask, ollama, open_seeds):
    ollama.tags = json.dumps({"models": [{"name": MODEL}]})
    ollama.models.clear()
    assert_quotes_mode(ask(), open_seeds, "not found")


def test_reason_is_told_in_the_language_of_the_question(ask, ollama):
    ollama.enqueue(Chat(""), Chat(""))
    assert "Citaten, zonder taalmodel: het taalmodel gaf niets terug" in ask(ASKED_NL).notices


@pytest.mark.parametrize(
    "chat",
    [Chat(status=503), Chat(""), Chat("no JSON"), Chat(GOOD, error_after=0)],
    ids=["503", "empty", "no JSON", "error"],
)
def test_passing_failure_is_tried_again_and_not_with_the_same_words(ask, ollama, open_seeds, chat):
    ollama.enqueue(chat)
    answer = ask()
    first, second = ollama.asked("answer")
    assert answer.mode == "llm"
    assert (first["options"]["temperature"], second["options"]["temperature"] > 0) == (0, True)
    assert_exact(answer, open_seeds)


@pytest.mark.parametrize(
    "chat",
    [Chat(GOOD, done_reason="length"), Chat(GOOD, prompt_eval_count=8192), Chat("x" * (LONGEST_ANSWER + 1))],
    ids=["length", "context", "long"],
)
def test_failure_that_would_come_again_is_not_tried_again(ask, ollama, chat):
    ollama.enqueue(chat)
    assert ask().mode == "quotes"
    assert len(ollama.asked("answer")) == 1


def test_thinking_beside_an_answer_is_not_part_of_it(ask, ollama):
    ollama.enqueue(Chat(answer_well, thinking="The reader must not see this."))
    answer = ask()
    assert answer.mode == "llm"
    assert "must not see" not in said(answer)


def test_answer_in_a_fence_is_read_like_any_other(ask, ollama):
    ollama.enqueue(lambda request: f"```json\n{answer_well(request)}\n```")
    assert ask().mode == "llm"
    assert len(ollama.asked("answer")) == 1


# -- silence ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "chat",
    [Chat(GOOD, silent=30), Chat(GOOD, silent_after=1), Chat(GOOD, pause=0.15)],
    ids=["from the start", "half-way", "drips"],
)
def test_silent_model_is_given_up_after_the_time_of_one_answer_and_left_alone(ask, ollama, open_seeds, chat):
    """A time-out for each byte lets a model that drips, or falls silent late, take twice as long or for ever."""
    ollama.enqueue(chat)
    answer = ask(llm_timeout=0.4)
    assert answer.mode == "quotes"
    assert any("took too long" in n for n in answer.notices)
    assert len(ollama.asked("answer")) == 1
    assert ollama.all_closed(1.0)


def test_second_try_has_only_what_is_left_of_the_time(ask, ollama):
    ollama.enqueue(Chat("", pause=0.3), Chat(answer_well, silent=30))
    assert any("took too long" in n for n in ask(llm_timeout=0.6).notices)


def test_statements_that_a_reader_saw_before_the_silence_stay_with_the_reason(ask, ollama, open_seeds):
    def content(request):
        return says(*((in_language(request, s), [i]) for i, s in list(shown_sentences(request).items())[:3]))

    ollama.enqueue(Chat(content, silent_after=25))
    seen = []
    answer = ask(on_statement=seen.append, llm_timeout=1.0)
    assert answer.mode == "llm"
    assert seen
    assert tuple(seen) == answer.statements
    assert any("not finished: the language model took too long" in n for n in answer.notices)
    assert_exact(answer, open_seeds)


def test_question_does_not_wait_for_another_ones_model(seed_index, ollama):
    """One assistant serves every reader of the app: a model that is slow for one is nobody else's."""
    writes = threading.Event()
    ollama.enqueue(Chat(answer_well, until=writes))
    assistant = Assistant(with_model(seed_index, ollama))
    slow = []
    thread = threading.Thread(target=lambda: slow.append(assistant.ask(ASKED_NL)))
    thread.start()
    try:
        assert ollama.was_asked("answer")
        assert assistant.ask(ASKED_NL).mode == "llm"
        assert assistant.search("Soedan")[1].passages
        assert slow == []
    finally:
        writes.set()
        thread.join(20)
    assert slow[0].mode == "llm"


# -- the prompt that did not fit ----------------------------------------------------------------------------------


@pytest.mark.parametrize("reads", [700, 2048, 4096])
def test_prompt_whose_beginning_the_server_dropped_is_noticed(ask, ollama, open_seeds, reads):
    """Status 200 and a good-looking answer, from a context smaller than asked for: what was cut off may matter most."""
    ollama.enqueue(Chat(answer_well, reads=reads))
    assert_quotes_mode(ask(), open_seeds, "did not fit")


@pytest.mark.parametrize("read", [8192, 8176, 4098])
def test_count_of_a_prompt_that_filled_the_context_is_noticed(ask, ollama, open_seeds, read):
    ollama.enqueue(Chat(GOOD, prompt_eval_count=read))
    assert_quotes_mode(ask(), open_seeds, "did not fit")


# -- the language -------------------------------------------------------------------------------------------------


def test_answer_in_the_wrong_language_is_asked_for_again_with_the_language_said(ask, ollama, open_seeds):
    ollama.enqueue(says(("Nederland steunt de FFM in Soedan.", ["s1"])))
    answer = ask()
    first, second = ollama.asked("answer")
    insists = INSIST.format(language="English")
    assert insists not in first["messages"][0]["content"]
    assert insists in second["messages"][0]["content"]
    assert answer.mode == "llm"
    assert_exact(answer, open_seeds)


def test_english_answer_to_a_dutch_question_is_noticed_too(ask, ollama):
    wrong = cite("Justice Rapid Response", "The Netherlands supports the FFM through Justice Rapid Response.")
    ollama.enqueue(wrong, wrong)
    answer = ask(ASKED_NL)
    assert answer.mode == "quotes"
    assert any("niet in de taal van de vraag" in n for n in answer.notices)


def test_dutch_quotation_in_an_english_statement_is_not_the_wrong_language(ask, ollama):
    text = "The cabinet states that “Nederland steunt de FFM indirect via de organisatie Justice Rapid Response”."
    ollama.enqueue(cite("Justice Rapid Response", text))
    assert text in said(ask())


@pytest.mark.parametrize(
    ("text", "language", "other"),
    [
        (
            "Nederland steunt Justice Rapid Response, het Ukrainian Women Fund en Women Peacemakers International.",
            "nl",
            False,
        ),
        (
            "The cabinet writes to the Tweede Kamer and the Staatssecretaris Buitenlandse Handel en Ontwikkelingshulp.",
            "en",
            False,
        ),
        ("2 miljoen euro.", "nl", False),
        ("OHCHR, UNICEF.", "en", False),
        ("De minister zegt niets.", "en", True),
        ("The minister says nothing.", "nl", True),
        ("Steun gaat naar het Justice Rapid Response team.", "en", True),
    ],
)
def test_language_is_told_by_the_words_between_the_names(text, language, other):
    assert foreign(text, language) == other


def test_one_statement_in_the_wrong_language_among_others_is_left_out_and_counted(ask, ollama):
    def content(request):
        at, text = next((i, s) for i, s in shown_sentences(request).items() if "Justice Rapid" in s)
        return says((text, [at]), ("The Netherlands supports the FFM through Justice Rapid Response.", [at]))

    ollama.enqueue(content)
    answer = ask()
    assert len(answer.statements) == 1
    assert any("Left out because a check failed: 1" in n for n in answer.notices)


# -- what does not agree ------------------------------------------------------------------------------------------


def test_statement_on_an_unknown_id_is_left_out_and_counted_and_the_rest_stays(ask, ollama, open_seeds):
    def content(request):
        at, text = next(iter(shown_sentences(request).items()))
        text = in_language(request, text)
        return says((text, [at]), (text, [at, "s999"]), (text, ["; DROP TABLE"]))

    ollama.enqueue(content)
    answer = ask()
    assert (answer.mode, len(answer.statements)) == ("llm", 1)
    assert any("Left out because a check failed: 2" in n for n in answer.notices)
    assert_exact(answer, open_seeds)


def test_demand_is_not_shown_as_a_commitment(ask, ollama, open_seeds):
    promise = "The Netherlands has decided to give 12 billion euros."
    ollama.enqueue(cite("middelen worden gereserveerd|WO=MEN|roep", promise))
    assert_quotes_mode(ask(), open_seeds, "none of its statements")


def test_statement_about_something_else_is_not_carried_by_its_citation(ask, ollama):
    ollama.enqueue(cite("Justice Rapid Response", "Bananas are yellow and taste good with yoghurt."))
    assert "Bananas" not in said(ask())
