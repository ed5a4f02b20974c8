"""Feedback is appended whole, by whoever writes at the same time, and read back as it was given."""

import json
import stat
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import settings_for

from rag import feedback
from rag.assistant import Assistant
from rag.errors import FeedbackError


@pytest.fixture(scope="module")
def answer(seed_index):
    return Assistant(seed_index).ask("what did NL commit on the Sudan FFM?")


def test_what_was_given_comes_back_oldest_first_with_the_whole_answer(tmp_path, answer):
    settings = settings_for(tmp_path / "not yet there")
    feedback.keep(settings, answer, "up")
    feedback.keep(settings, answer, "down", "  the amount is of another year \n")
    first, second = feedback.read(settings)
    assert (first.verdict, first.comment) == ("up", "")
    assert (second.verdict, second.comment) == ("down", "the amount is of another year")
    assert second.answer == json.loads(json.dumps(answer.to_dict()))
    assert first.at <= second.at


def test_file_lies_with_the_index_unless_a_setting_says_otherwise(tmp_path, answer):
    assert feedback.path_of(settings_for(tmp_path)) == tmp_path / "feedback.jsonl"
    settings = settings_for(tmp_path / "index", feedback_file=str(tmp_path / "elsewhere" / "f.jsonl"))
    feedback.keep(settings, answer, "up")
    assert len(feedback.read(settings)) == 1
    assert not (tmp_path / "index").exists()


def test_nobody_but_the_owner_reads_what_was_asked(tmp_path, answer):
    settings = settings_for(tmp_path)
    feedback.keep(settings, answer, "up")
    assert stat.S_IMODE(feedback.path_of(settings).stat().st_mode) == 0o600


def test_no_feedback_is_no_error(tmp_path):
    assert feedback.read(settings_for(tmp_path)) == []


def test_readers_at_the_same_time_do_not_mix_their_lines(tmp_path, answer):
    settings = settings_for(tmp_path)
    long = "x" * 1500
    threads = [
        threading.Thread(target=feedback.keep, args=(settings, answer, "down", f"{n} {long}"))
        for n in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(int(k.comment.split()[0]) for k in feedback.read(settings)) == list(range(12))


def test_line_that_a_crash_left_unfinished_does_not_swallow_the_next(tmp_path, answer):
    settings = settings_for(tmp_path)
    feedback.path_of(settings).write_text('{"at": "2026-08', encoding="utf-8")
    feedback.keep(settings, answer, "up")
    with pytest.raises(FeedbackError, match="line 1: not a line of feedback"):
        feedback.read(settings)
    whole = feedback.path_of(settings).read_text(encoding="utf-8").splitlines()[1]
    feedback.path_of(settings).write_text(whole + "\n", encoding="utf-8")
    assert len(feedback.read(settings)) == 1


@pytest.mark.parametrize(
    "line",
    ["[]", "{}", "7", '{"at": "", "verdict": "sideways", "comment": "", "answer": {"question": "q"}}',
     '{"at": "", "verdict": "up", "comment": "", "answer": []}', '{"at": "", "verdict": "up", "comment": "", "answer": {}}'],
)  # fmt: skip
def test_line_of_another_form_is_told_by_its_number(tmp_path, line):
    settings = settings_for(tmp_path)
    feedback.path_of(settings).write_text(f"\n{line}\n", encoding="utf-8")
    with pytest.raises(FeedbackError, match=r"feedback\.jsonl, line 2"):
        feedback.read(settings)


@given(comment=st.text(max_size=3000))
def test_any_comment_stays_one_line_and_comes_back(tmp_path_factory, answer, comment):
    settings = settings_for(tmp_path_factory.mktemp("feedback"))
    feedback.keep(settings, answer, "down", comment)
    assert [k.comment for k in feedback.read(settings)] == [comment.strip()[: feedback.LONGEST_COMMENT]]


def test_file_that_cannot_be_written_says_which_setting_to_mend(tmp_path, answer):
    (tmp_path / "file").write_text("", encoding="utf-8")
    settings = settings_for(tmp_path, feedback_file=str(tmp_path / "file" / "feedback.jsonl"))
    with pytest.raises(FeedbackError, match="RAG_FEEDBACK_FILE"):
        feedback.keep(settings, answer, "up")


def test_building_the_index_anew_keeps_what_readers_said(own_index, answer):
    from support import SEEDS

    from rag.ingest import ingest

    feedback.keep(own_index, answer, "up")
    ingest([SEEDS], own_index, rebuild=True)
    assert len(feedback.read(own_index)) == 1
