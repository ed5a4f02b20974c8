"""The whole way from a question to an Answer, over the five documents."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from support import SEEDS, settings_for

from rag import __version__
from rag.assistant import Assistant
from rag.errors import QuestionError, StoreError
from rag.filters import Filters
from rag.notices import of_years
from rag.question import understand
from rag.types import RefusalKind, Role, SpeechAct
from rag.verify import fold

SAMPLE = "what did NL commit on the Sudan FFM?"
QUESTIONS = [
    SAMPLE,
    "Wat heeft Nederland toegezegd over de FFM in Soedan?",
    "Which demands does WO=MEN make on funding of women's organisations?",
    "Wat vroeg het lid Ploumen over de Rohingya?",
    "Wat antwoordde minister Kaag over de Rohingya?",
    "Hoeveel miljoen gaat er naar het landenkantoor van OHCHR in Soedan?",
    "What is the best recipe for apple pie?",
    "Wat staat er in NAP1325-IV over straffeloosheid?",
]
TEXTS = {p.name: p.read_bytes().decode("utf-8") for p in SEEDS.glob("*.txt")}


@pytest.fixture(scope="module")
def assistant(seed_index):
    return Assistant(seed_index)


def assert_contract(answer):
    """The keys, the values and the equation of DESIGN.md, for the JSON form."""
    assert set(answer) == {
        "question",
        "question_language",
        "mode",
        "model",
        "status",
        "refusal",
        "statements",
        "citations",
        "passages",
        "receipt",
    }
    assert answer["question_language"] in ("nl", "en")
    assert answer["mode"] in ("quotes", "llm")
    assert answer["status"] in ("answered", "partial", "refused")
    assert (answer["refusal"] is None) == (answer["status"] != "refused")
    if answer["refusal"]:
        assert set(answer["refusal"]) == {"kind", "message", "missing_terms"}
        assert answer["refusal"]["kind"] in get_args(RefusalKind)
        assert answer["statements"] == answer["citations"] == []
    assert set(answer["receipt"]) == {"index", "embedding_model", "llm", "prompt", "version"}
    for statement in answer["statements"]:
        assert set(statement) == {"text", "citations", "checks"}
        assert statement["citations"]
        assert all(set(c) == {"name", "passed", "detail"} for c in statement["checks"])
    assert [c["id"] for c in answer["citations"]] == list(range(1, len(answer["citations"]) + 1))
    assert sorted({i for s in answer["statements"] for i in s["citations"]}) == [
        c["id"] for c in answer["citations"]
    ]
    for citation in answer["citations"]:
        assert set(citation) == {
            "id", "document", "title", "sender", "role", "speech_act", "date", "date_note", "dossier", "page", "start", "end", "quote", "url",
        }  # fmt: skip
        assert citation["role"] in (*get_args(Role), None)
        assert citation["speech_act"] in get_args(SpeechAct)
        assert TEXTS[citation["document"]][citation["start"] : citation["end"]] == citation["quote"] != ""
    assert len(answer["passages"]) <= 10
    assert [p["rank"] for p in answer["passages"]] == list(range(1, len(answer["passages"]) + 1))
    for passage in answer["passages"]:
        assert set(passage) == {"document", "start", "end", "score", "rank"}
        assert 0 <= passage["start"] < passage["end"] <= len(TEXTS[passage["document"]])


@pytest.mark.parametrize("question", QUESTIONS)
def test_answer_keeps_the_contract_through_json(assistant, question):
    answer = assistant.ask(question)
    assert_contract(json.loads(json.dumps(answer.to_dict())))


def test_sample_question_quotes_what_the_cabinet_committed_declined_and_pays(assistant):
    answer = assistant.ask(SAMPLE)
    said = [s.text for s in answer.statements]
    assert (answer.status, answer.mode, answer.question_language) == ("answered", "quotes", "en")
    for words in ("reguliere VN-budget", "Justice Rapid Response", "2 miljoen euro"):
        assert any(words in s for s in said), (words, said)
    first = answer.cited(answer.statements[0])[0]
    assert (first.document[:3], first.role, first.speech_act, first.date) == (
        "000",
        "government",
        "commitment",
        None,
    )
    assert "24 November 2025" in first.date_note
    assert {c.role for c in answer.citations} == {"government"}


def test_dutch_form_of_the_sample_question_quotes_the_same_commitment(assistant):
    answer = assistant.ask(QUESTIONS[1])
    assert answer.question_language == "nl"
    assert any("reguliere VN-budget" in s.text for s in answer.statements)


def test_statement_of_quotes_mode_is_its_quotation_with_white_space_folded(assistant):
    for question in QUESTIONS:
        answer = assistant.ask(question)
        for statement in answer.statements:
            assert statement.text == fold(" ".join(c.quote for c in answer.cited(statement)))


def test_refusal_still_lists_its_passages_and_no_citation(assistant):
    answer = assistant.ask("Hoeveel euro geeft Nederland aan de NAVO?")
    assert (answer.status, answer.citations) == ("refused", ())
    assert answer.passages


@pytest.mark.parametrize("encoder", [True, False])
def test_receipt_says_what_the_answer_was_made_with(assistant, monkeypatch, encoder):
    if not encoder:
        monkeypatch.setattr("rag.models.e5.packaged_file", lambda: None)
    receipt = assistant.ask(SAMPLE).receipt
    models = r"all-MiniLM-L6-v2" + (
        r", multilingual-e5-small, trained further \([0-9a-f]{8}\)" if encoder else ""
    )
    assert re.fullmatch(models, receipt.embedding_model)
    assert receipt.index == assistant.index.digest
    assert receipt.version == __version__
    assert receipt.llm is receipt.prompt is None


def test_same_question_gives_the_same_answer(assistant, seed_index):
    assert assistant.ask(SAMPLE) == Assistant(seed_index).ask(SAMPLE)


@pytest.mark.parametrize("question", ["", "  \n\t ", "?", "…!", "\u200b"])
def test_empty_question_is_told_with_an_example(assistant, question):
    with pytest.raises(QuestionError, match=r"empty.*for example"):
        assistant.ask(question)


def test_question_of_ten_thousand_characters_is_told_with_the_limit(assistant):
    with pytest.raises(QuestionError, match=r"10,000 characters; 2,000 is the most"):
        assistant.ask("a" * 10_000)


def test_without_an_index_the_command_to_make_one_is_told(tmp_path):
    with pytest.raises(StoreError, match=r"no index in .*rag ingest"):
        Assistant(settings_for(tmp_path / "nergens")).ask(SAMPLE)


def test_role_filter_reaches_the_quotations(assistant):
    for question in (
        "What was asked about Rohingya children?",
        "Wat vroeg Ploumen over de sancties en wat was het antwoord?",
    ):
        for role in get_args(Role):
            answer = assistant.ask(question, Filters(roles=frozenset({role})))
            assert {c.role for c in answer.citations} <= {role}, (question, role)


@pytest.mark.parametrize("document", sorted(TEXTS))
def test_document_filter_reaches_the_quotations(assistant, document):
    answer = assistant.ask("vrouwen vrede veiligheid geweld", Filters(documents=frozenset({document})))
    assert {c.document for c in answer.citations} <= {document}
    assert {p.document for p in answer.passages} == {document}


def test_statements_are_given_one_by_one_in_quotes_mode_too(assistant):
    seen = []
    assert assistant.ask(SAMPLE, on_statement=seen.append).statements == tuple(seen)


def test_both_halves_are_timed(assistant):
    answer, timing = assistant.ask_timed(SAMPLE)
    assert answer.status == "answered"
    assert timing.retrieve > 0
    assert timing.answer > 0


@limits(max_examples=60, deadline=None)
@given(
    st.one_of(
        st.text(min_size=1, max_size=80),
        st.lists(
            st.sampled_from(
                "wat Nederland FFM Soedan 2025 hoeveel € «36 247 nr.11» what the ? aprıl \x00 'n't' (((( %s {0} -- ’".split()
            ),
            min_size=1,
            max_size=9,
        ).map(" ".join),
    )
)
def test_no_question_gives_an_exception_or_an_inexact_citation(assistant, question):
    try:
        answer = assistant.ask(question)
    except QuestionError:
        return
    assert_contract(json.loads(json.dumps(answer.to_dict())))


def test_many_questions_at_once_get_the_answers_they_get_alone(seed_index, monkeypatch):
    """One assistant serves all sessions of the app, and each opens documents that another lets go of."""
    monkeypatch.setattr("rag.store.index.KEPT_TEXTS", 1)
    shared, alone = Assistant(seed_index), Assistant(seed_index)
    asked = QUESTIONS * 4
    with ThreadPoolExecutor(8) as threads:
        together = list(threads.map(shared.ask, asked))
    assert together == [alone.ask(q) for q in asked]


@pytest.mark.parametrize(
    ("question", "noted"),
    [
        ("Wat deed Nederland voor de FFM in 2011?", ["Let op: geen van deze citaten noemt 2011."]),
        ("What did NL do for the FFM in 2011-2012?", ["Note: none of these quotations mentions 2011, 2012."]),
        ("Wat deed Nederland voor de FFM?", []),
    ],
)
def test_a_year_that_no_quotation_mentions_is_told(assistant, question, noted):
    """A number «this year» was printed as that of the year asked about."""
    answer = assistant.ask(SAMPLE)
    assert of_years(assistant.index, understand(question), answer.citations) == noted
    assert of_years(assistant.index, understand(question), ()) == []


def test_a_year_inside_a_period_or_in_the_title_of_a_quotations_document_is_mentioned(assistant):
    plan = assistant.ask("Hoe lang loopt het nationaal actieplan 1325 nog door?")
    quotes = " ".join(c.quote for c in plan.citations)
    assert "2021" in quotes
    for year in (2021, 2023, 2027):
        question = understand(f"Liep het nationaal actieplan 1325 in {year}?")
        assert of_years(assistant.index, question, plan.citations) == [], year
    question = understand("Liep het nationaal actieplan 1325 in 1999?")
    assert of_years(assistant.index, question, plan.citations)
