"""The gate closes when something is broken, by the score that should notice; and stays open when nothing is.

Each planted fault breaks one part of the assistant over the real index and some eighty questions of the real gold.
"""

import dataclasses
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from support import SEEDS

from eval import commands
from eval.gate import Held, Verdict, baseline_of, judge, read_baseline, tolerance, write_baseline
from eval.gold import FOLDER, read_gold
from eval.metrics import Figure, figures
from eval.run import ask_all, corpus, evaluate, every
from eval.scores import SCORES
from rag import assistant as assistant_module
from rag import draft, footnoted, quotes
from rag.assistant import Assistant
from rag.errors import GoldError
from rag.refusal import Judged
from rag.types import Refusal
from rag.words import glossary

ASKED = 170  # questions, however many there are: every so-manieth with its pair


@pytest.fixture(scope="module")
def step(seed_index):
    return max(1, len(read_gold(FOLDER, corpus(Assistant(seed_index)).by_stem)) // ASKED)


@pytest.fixture(scope="module")
def golds(seed_index, step):
    return every(read_gold(FOLDER, corpus(Assistant(seed_index)).by_stem), step)


@pytest.fixture(scope="module")
def baseline(seed_index, golds, tmp_path_factory):
    """A baseline of those questions, asked before anything is broken."""
    path = tmp_path_factory.mktemp("gate") / "baseline.json"
    write_baseline(path, baseline_of(asked(seed_index, golds), golds))
    return path


def asked(settings, golds):
    assistant = Assistant(settings)
    return figures(evaluate(golds, ask_all(golds, assistant), corpus(assistant)).questions, SCORES)


@pytest.fixture
def fallen(seed_index, golds, baseline):
    """What the gate says of the assistant as it is at that moment: score -> groups that fell."""

    def look():
        found = {}
        for verdict in judge(asked(seed_index, golds), read_baseline(baseline)):
            if verdict.fell:
                found.setdefault(verdict.score, set()).add(verdict.group)
        return found

    return look


def test_nothing_broken_and_the_gate_is_open(fallen):
    assert fallen() == {}


def test_ranking_broken(fallen, monkeypatch):
    """The right passages, worst first."""
    right = assistant_module.retrieve

    def reversed_(*given):
        found = right(*given)
        return dataclasses.replace(found, passages=found.passages[::-1])

    monkeypatch.setattr(assistant_module, "retrieve", reversed_)
    found = fallen()
    assert {"nDCG@10", "RR@10", "Success@1", "span RR@10"} <= set(found)
    assert "Success@10" not in found  # the same ten passages
    assert "citations char-exact" not in found


def test_english_no_longer_translated(fallen, monkeypatch):
    """An empty glossary: Dutch questions are found as before, English ones are not."""
    monkeypatch.setattr("rag.question.glossary", lambda: glossary.Glossary([]))
    found = fallen()
    assert "en" in found["Success@5"]
    assert "en" in found["evidence in answer"]


def test_quotations_a_character_off(fallen, monkeypatch):
    """A citation whose place is not its quotation's. Every other score may stay as it was; this one may not."""
    right = draft.cite_sentence

    def shifted(*given):
        return [dataclasses.replace(c, start=c.start + 1, end=c.end + 1) for c in right(*given)]

    monkeypatch.setattr(draft, "cite_sentence", shifted)
    found = fallen()
    assert found["citations char-exact"] == {"nl", "en", "dev", "test", "all"}
    assert not {"evidence in answer", "Success@1", "unanswerable refused"} & set(found)


def test_wrong_sentences_chosen(fallen, monkeypatch):
    """The worst of the sentences that were read together with the question, char-exact and rightly labelled."""
    right = quotes._best
    monkeypatch.setattr(quotes, "_best", lambda question, ranked, share: right(question, ranked[::-1], share))
    found = fallen()
    assert {"evidence in answer", "facts in answer", "statement precision"} <= set(found)
    assert "Success@1" not in found


def test_everything_quoted(fallen, monkeypatch):
    """Ten statements where three would do: the evidence is still among them, and precision says what that costs."""
    for module in (quotes, footnoted):  # or notes have no place beside ten others, and some are the evidence
        monkeypatch.setattr(module, "MOST", 10)
    for name, value in {"KEPT_OF_READ": 0.0, "CLOSE": 0.0, "FIRST": 20}.items():
        monkeypatch.setattr(quotes, name, value)
    found = fallen()
    assert "statement precision" in found
    assert "evidence in answer" not in found


def test_demands_shown_as_commitments(fallen, monkeypatch):
    """Every quotation labelled a commitment, whoever speaks."""
    right = draft.cite_sentence

    def committed(*given):
        return [dataclasses.replace(c, speech_act="commitment") for c in right(*given)]

    monkeypatch.setattr(draft, "cite_sentence", committed)
    found = fallen()
    assert "demand not a commitment" in found
    assert not {"evidence in answer", "citations char-exact"} & set(found)


def test_speakers_mixed_up(fallen, monkeypatch):
    """An organisation's words under the government's name."""
    right = draft.cite_sentence
    other = {"government": "civil_society", "civil_society": "government", "parliament": "government"}

    def mixed(*given):
        return [dataclasses.replace(c, role=other.get(c.role)) for c in right(*given)]

    monkeypatch.setattr(draft, "cite_sentence", mixed)
    assert set(fallen()) == {"attribution"}


def never_refused(index, question, retrieved, filters):
    return Judged(quotes.Candidates(index, question, retrieved, filters.roles).chosen, None)


def test_nothing_refused_any_more(fallen, monkeypatch):
    monkeypatch.setattr(assistant_module, "judge", never_refused)
    found = fallen()
    assert "unanswerable refused" in found
    assert "answerable answered" not in found


def test_too_much_refused(fallen, monkeypatch):
    """What is refused is never wrong of itself: only the other half of the pair sees it."""
    refusal = Refusal("not_in_corpus", "Deze documenten zeggen dat niet.")
    right = assistant_module.judge
    monkeypatch.setattr(
        assistant_module,
        "judge",
        lambda index, question, *rest: (
            Judged([], refusal) if len(question.text) % 3 == 0 else right(index, question, *rest)
        ),
    )
    found = fallen()
    assert "answerable answered" in found
    assert "unanswerable refused" not in found


def test_refusals_in_the_wrong_language(fallen, monkeypatch):
    right = assistant_module.judge

    def dutch(index, question, *rest):
        judged = right(index, question, *rest)
        said = "Dat staat niet in deze documenten."
        return dataclasses.replace(
            judged, refusal=judged.refusal and dataclasses.replace(judged.refusal, message=said)
        )

    monkeypatch.setattr(assistant_module, "judge", dutch)
    found = fallen()
    assert found["language"] >= {"en", "all"}
    assert "nl" not in found["language"]


def test_command_exits_1_and_names_the_score(seed_index, step, baseline, monkeypatch, capsys):
    monkeypatch.setenv("RAG_INDEX_DIR", str(seed_index.index_dir))
    arguments = ["--every", str(step), "--baseline", str(baseline)]
    assert commands.run(arguments) == 0
    assert capsys.readouterr().err == ""
    monkeypatch.setattr(assistant_module, "judge", never_refused)
    assert commands.run(arguments) == 1
    assert "unanswerable refused (all) fell from" in capsys.readouterr().err


def test_other_processes_at_once_give_the_same_answers_in_the_same_order(seed_index, step, tmp_path):
    """Sets of words have another order in each process: answers may not, or the gate would open and close by itself. And what several
    processes answer, as the gate asks, is what one does.
    """
    out, every_one = tmp_path / "other.jsonl", 6 * step
    assistant = Assistant(seed_index)
    lines = ask_all(every(read_gold(FOLDER, corpus(assistant).by_stem), every_one), assistant)
    here = json.loads(json.dumps([(line["id"], line["answer"]) for line in lines]))
    other = "2" if os.environ.get("PYTHONHASHSEED") == "1" else "1"
    environment = {**os.environ, "PYTHONHASHSEED": other, "RAG_INDEX_DIR": str(seed_index.index_dir)}
    command = [sys.executable, "-m", "eval", "--every", str(every_one), "--at-once", "2", "--out", str(out)]
    subprocess.run(command, env=environment, cwd=SEEDS.parent, check=True, capture_output=True)
    rows = [json.loads(row) for row in out.read_text(encoding="utf-8").splitlines()]
    there = [[row["id"], row["answer"]] for row in rows]
    assert len(there) > 20
    assert here == there


def test_tolerance_is_a_quarter_of_the_interval_and_nothing_where_there_is_no_spread():
    assert tolerance(Figure(0.8, 100, 0.72, 0.88)) == 0.04
    assert tolerance(Figure(1.0, 100, 1.0, 1.0)) == 0.0


@pytest.mark.parametrize(
    ("now", "fell"), [(0.9, False), (0.8, False), (0.76, False), (0.7599, True), (None, True)]
)
def test_fall_within_the_tolerance_is_none_and_a_score_that_is_gone_is_one(now, fell):
    assert Verdict("s", "all", Held(0.8, 100, 0.72, 0.88, 0.04), now).fell is fell


def test_score_that_the_baseline_lacks_is_not_held(golds):
    held = baseline_of({"s": {"all": Figure(0.8, 9, 0.7, 0.9)}}, golds)
    assert [v.score for v in judge({"s": {"all": Figure(0.9, 9, 0.8, 1.0)}, "new": {}}, held)] == ["s"]


def test_baseline_is_read_as_it_was_written(tmp_path, golds):
    made = baseline_of({"s": {"nl": Figure(0.8, 9, 0.7, 0.9), "all": Figure(1.0, 9, 1.0, 1.0)}}, golds)
    write_baseline(tmp_path / "b.json", made)
    assert read_baseline(tmp_path / "b.json") == made


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"scores": {"s": 1}}', '{"gold": "", "scores": {"s": {"all": {"mean": 1}}}}',
             '{"gold": "", "scores": {"s": {"all": {"mean": "1", "n": 1, "low": 0, "high": 1, "tolerance": "0"}}}}']
)  # fmt: skip
def test_file_that_is_no_baseline_is_an_error_and_no_open_gate(tmp_path, text):
    (tmp_path / "b.json").write_text(text, encoding="utf-8")
    with pytest.raises(GoldError, match=r"b\.json"):
        read_baseline(tmp_path / "b.json")


def test_baseline_in_git_is_one_and_holds_every_score():
    held = read_baseline(Path(FOLDER).parent / "baseline.json")
    assert set(held.scores) == set(SCORES)
