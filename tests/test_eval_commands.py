"""The commands of the evaluation, over the real index: what they write, and that kept answers need no model to be scored."""

import json

import pytest
from eval_samples import answer
from fake_ollama import MODEL, Chat
from fake_replies import says
from support import settings_for

from eval.__main__ import main
from eval.candidates import drafts
from eval.gold import FOLDER, read_gold
from eval.run import corpus, every, read_lines
from rag import feedback
from rag.assistant import Assistant
from rag.errors import GoldError, ModelError
from rag.feedback import Kept

STEP = 150
FEW = ["--every", str(STEP)]


@pytest.fixture
def asked(seed_index, monkeypatch):
    """The index to ask, as the environment names it."""
    monkeypatch.setenv("RAG_INDEX_DIR", str(seed_index.index_dir))
    return seed_index


@pytest.fixture
def with_model(asked, ollama, monkeypatch):
    monkeypatch.setenv("RAG_OLLAMA_URL", ollama.url)
    return ollama


def rows(path):
    return [json.loads(row) for row in path.read_text(encoding="utf-8").splitlines()]


def test_lines_are_those_of_the_contract(asked, tmp_path, capsys):
    out = tmp_path / "new" / "out.jsonl"
    assert main([*FEW, "--out", str(out)]) == 0
    golds = every(read_gold(FOLDER, corpus(Assistant(asked)).by_stem), STEP)
    assert [list(row) for row in rows(out)] == [["id", "answer", "latency_ms"]] * len(golds)
    assert [row["id"] for row in rows(out)] == [g.id for g in golds]
    assert set(rows(out)[0]["latency_ms"]) == {"retrieve", "answer"}
    told = capsys.readouterr().out
    assert f"{len(golds)} questions, mode quotes" in told
    assert "| evidence in answer |" in told
    assert "Latency: median" in told


@pytest.mark.usefixtures("asked")
@pytest.mark.parametrize("wrong", [["--at-once", "0"], ["--at-once", "2", "--mode", "llm"]])
def test_nothing_is_asked_by_no_process_nor_a_model_by_several(wrong):
    with pytest.raises(GoldError, match="--at-once takes a number from 1"):
        main([*FEW, *wrong])


def test_gold_of_ones_own_with_other_fields_is_asked(asked, tmp_path, capsys):
    gold = {"id": "mine", "lang": "en", "kind": "unanswerable", "question": "Who won the 1988 football final?", "doc": None,
            "evidence": [], "facts": [], "by": "me"}  # fmt: skip
    (tmp_path / "mine.jsonl").write_text(json.dumps(gold), encoding="utf-8")
    assert main(["--gold", str(tmp_path / "mine.jsonl"), "--out", str(tmp_path / "out.jsonl")]) == 0
    assert [(r["id"], r["answer"]["status"]) for r in rows(tmp_path / "out.jsonl")] == [("mine", "refused")]
    assert "| unanswerable refused | – | 1.000 | 1.000 | – | 1.000 |" in capsys.readouterr().out


def test_scoring_again_gives_the_same_table_and_asks_nothing(asked, tmp_path, capsys, monkeypatch):
    out = tmp_path / "out.jsonl"
    main([*FEW, "--out", str(out)])
    first = capsys.readouterr().out
    monkeypatch.setattr(Assistant, "ask_timed", None)
    assert main(["rescore", str(out)]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == first.splitlines()[1:]  # the first line names the file


def test_baseline_readme_and_reports_of_one_run(asked, tmp_path, capsys):
    readme = tmp_path / "README.md"
    readme.write_text("<!-- results: make baseline -->\n<!-- end -->\n", encoding="utf-8")
    base, out = str(tmp_path / "b.json"), str(tmp_path / "out.jsonl")
    history = str(tmp_path / "h.jsonl")
    assert (
        main(
            [
                *FEW,
                "--out",
                out,
                "--write-baseline",
                base,
                "--write-readme",
                str(readme),
                "--write-history",
                history,
            ]
        )
        == 0
    )
    written = [
        "--report",
        str(tmp_path / "e.md"),
        "--junit",
        str(tmp_path / "e.xml"),
        "--html",
        str(tmp_path / "e.html"),
    ]
    assert main(["rescore", out, "--baseline", base, "--check-readme", str(readme), *written]) == 0
    assert all((tmp_path / f"e.{suffix}").stat().st_size > 500 for suffix in ("md", "xml", "html"))
    readme.write_text(
        readme.read_text(encoding="utf-8").replace("| language | 1", "| language | 0"), encoding="utf-8"
    )
    assert main(["rescore", out, "--check-readme", str(readme)]) == 1
    assert "make baseline" in capsys.readouterr().err


def test_other_questions_than_the_baselines_are_told(asked, tmp_path, capsys):
    main([*FEW, "--write-baseline", str(tmp_path / "b.json")])
    main(["--every", "60", "--baseline", str(tmp_path / "b.json")])
    assert "not the baseline's" in capsys.readouterr().err


def test_two_runs_are_compared_question_by_question(asked, tmp_path, capsys):
    before, after = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    main([*FEW, "--out", str(before)])
    lines = rows(before)
    golds = {g.id: g for g in read_gold(FOLDER, corpus(Assistant(asked)).by_stem)}
    broken = next(
        x
        for x in lines
        if x["answer"]["status"] != "refused" and golds[x["id"]].split == "dev" and golds[x["id"]].answerable
    )
    broken["answer"] |= {
        "status": "refused",
        "statements": [],
        "citations": [],
        "refusal": answer()["refusal"],
    }
    after.write_text("".join(json.dumps(x) + "\n" for x in lines), encoding="utf-8")
    capsys.readouterr()
    assert main(["compare", str(before), str(after)]) == 0
    told = capsys.readouterr().out
    assert "Worse: 1 questions" in told
    assert "Better: 0 questions" in told
    assert f"- {broken['id']}: " in told
    assert "answerable answered 1.00 → 0.00" in told


@pytest.mark.parametrize("text", ["{", "[]", '{"id": "x"}', '{"id": "x", "answer": 1, "latency_ms": {}}'])
def test_file_that_no_evaluation_wrote_is_told_by_its_line(asked, tmp_path, text):
    (tmp_path / "out.jsonl").write_text(f"{text}\n", encoding="utf-8")
    with pytest.raises(GoldError, match=r"out\.jsonl, line 1"):
        main(["rescore", str(tmp_path / "out.jsonl")])


def test_answers_to_other_questions_are_not_scored_as_none(asked, tmp_path):
    (tmp_path / "out.jsonl").write_text(
        json.dumps({"id": "x", "answer": answer(), "latency_ms": {"retrieve": 1, "answer": 1}})
    )
    with pytest.raises(GoldError, match="--gold"):
        main(["rescore", str(tmp_path / "out.jsonl")])


def test_model_that_does_not_answer_is_an_error_and_no_measurement_of_quotations(
    asked, monkeypatch, tmp_path
):
    monkeypatch.setenv("RAG_OLLAMA_URL", "http://127.0.0.1:9")
    with pytest.raises(ModelError, match="No language model answers"):
        main([*FEW, "--mode", "llm", "--out", str(tmp_path / "out.jsonl")])
    assert not (tmp_path / "out.jsonl").exists()


def test_models_own_words_are_kept_and_scoring_them_needs_no_model(with_model, tmp_path, capsys, monkeypatch):
    raw, out = tmp_path / "raw.jsonl", tmp_path / "out.jsonl"
    assert main([*FEW, "--mode", "llm", "--raw", str(raw), "--out", str(out)]) == 0
    first = capsys.readouterr().out
    kept = [line for line in read_lines(raw) if line["answer"]["mode"] == "llm"]
    calls = [c for line in read_lines(raw) for c in line.get("calls", [])]
    assert (
        len(calls) == len(with_model.chats) >= len(kept) > 2
    )  # search terms and follow-ups are calls as well
    sent = [c["messages"][1]["content"] for c in with_model.chats]
    call = kept[0]["calls"][-1]
    assert json.loads(call["output"])["statements"]
    assert [m["role"] for m in call["messages"]] == ["system", "human"]
    assert call["messages"][1]["content"] in sent
    assert call["metadata"]["prompt_eval_count"] > 0
    assert all("calls" not in row for row in rows(out))  # the contract's lines
    monkeypatch.setenv("RAG_OLLAMA_URL", "http://127.0.0.1:9")
    assert main(["rescore", str(raw)]) == 0
    assert capsys.readouterr().out.splitlines()[1:] == first.splitlines()[1:]


def test_words_that_failed_are_kept_too(with_model, tmp_path):
    """What a model returned that could not be used is what one wants to see afterwards."""
    with_model.enqueue(Chat("no json"), Chat(error_after=1, content=says(("x", ["s1"]))))
    main([*FEW, "--mode", "llm", "--raw", str(tmp_path / "raw.jsonl")])
    first = next(line for line in read_lines(tmp_path / "raw.jsonl") if "calls" in line)
    assert [c["output"] for c in first["calls"]] == ["no json", None]
    assert "error" in first["calls"][1]
    assert first["answer"]["mode"] == "quotes"


def test_models_stand_side_by_side_and_again_from_what_was_kept(with_model, tmp_path, capsys):
    with_model.models.append("other:1b")
    names = [f"ollama:{MODEL}", "ollama:other:1b", "none"]
    assert main(["models", *names, *FEW, "--folder", str(tmp_path)]) == 0
    table = capsys.readouterr().out
    head = table.splitlines()[0]
    assert [name in head.replace("\\", "") for name in names] == [True] * 3
    prose = next(row for row in table.splitlines() if row.startswith("| answers in prose"))
    assert prose.split("|")[4].strip().startswith("0 of")
    assert prose.split("|")[2] == prose.split("|")[3] != prose.split("|")[4]
    assert {c["model"] for c in with_model.chats} == {MODEL, "other:1b"}
    with_model.models.clear()
    files = sorted(str(p) for p in tmp_path.glob("*.jsonl"))
    assert main(["rescore", *files]) == 0
    again = capsys.readouterr().out.splitlines()
    assert [row.split("|")[1] for row in again] == [row.split("|")[1] for row in table.splitlines()]
    assert [name in again[0].replace("\\", "") for name in names] == [True] * 3


def test_feedback_becomes_drafts_that_the_loader_refuses_until_they_are_reviewed(
    own_index, tmp_path, monkeypatch
):
    monkeypatch.setenv("RAG_INDEX_DIR", str(own_index.index_dir))
    assistant = Assistant(own_index)
    good = assistant.ask("Hoeveel geld gaat er naar OHCHR in Soedan?")
    bad = assistant.ask("what did the minister promise about drones?")
    feedback.keep(own_index, good, "up")
    feedback.keep(own_index, bad, "down", "that is another promise")
    out = tmp_path / "drafts.jsonl"
    assert main(["candidates", "--out", str(out)]) == 0
    first, second = rows(out)
    assert (first["lang"], first["kind"], first["question"]) == ("nl", "amount", good.question)
    assert first["evidence"] == [c.quote for c in good.citations]
    assert (second["lang"], second["kind"], second["evidence"]) == ("en", "commitment", [])
    assert second["review"]["comment"] == "that is another promise"
    by_stem = corpus(assistant).by_stem
    with pytest.raises(GoldError, match="still a draft"):
        read_gold(out, by_stem)
    reviewed = {k: v for k, v in first.items() if k not in ("draft", "review")}
    out.write_text(json.dumps(reviewed), encoding="utf-8")
    assert read_gold(out, by_stem)[0].kind == "amount"


def test_review_is_not_overwritten(own_index, tmp_path, monkeypatch):
    monkeypatch.setenv("RAG_INDEX_DIR", str(own_index.index_dir))
    (tmp_path / "drafts.jsonl").write_text("work", encoding="utf-8")
    with pytest.raises(GoldError, match="is there already"):
        main(["candidates", "--out", str(tmp_path / "drafts.jsonl")])
    assert (tmp_path / "drafts.jsonl").read_text(encoding="utf-8") == "work"


def kept(question, verdict="up", **changes):
    return Kept("2026-08-01T12:00:00+00:00", verdict, "", answer(question=question, **changes))


def test_last_verdict_on_a_question_stands_and_what_is_gold_already_is_no_candidate():
    found = drafts(
        [kept("Gaat er een missie?"), kept("gaat er  een missie", "down"), kept("Is dit gold?")],
        ["is dit gold"],
    )
    assert [(d["review"]["verdict"], d["evidence"]) for d in found] == [("down", [])]


def test_thumb_up_for_a_refusal_is_an_unanswerable_question():
    (draft,) = drafts([kept("Wie won de finale?")], [])
    assert (draft["kind"], draft["doc"], draft["evidence"]) == ("unanswerable", None, [])


def test_no_feedback_is_no_drafts(asked, capsys):
    settings_for(asked.index_dir)
    assert main(["candidates"]) == 0
    assert capsys.readouterr().out == ""
