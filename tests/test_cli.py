"""The command `rag` as a person or a program meets it: what it prints where, and with which exit status."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from fake_replies import cite

from rag import __version__, serve
from rag.cli import main

ROOT = Path(__file__).parent.parent
SAMPLE = "what did NL commit on the Sudan FFM?"
ENTRY = "import sys; sys.argv[0] = 'rag'; from rag.cli import main; main()"


@pytest.fixture
def rag(monkeypatch, capsys, seed_index, tmp_path):
    """Run the command in this process, in an empty folder, over the index of seeds/ unless told otherwise."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RAG_INDEX_DIR", str(seed_index.index_dir))
    monkeypatch.setenv("RAG_LLM", "none")
    monkeypatch.setenv("RAG_DEBUG", "")  # --debug sets it; this takes it back afterwards

    def run(*arguments, **variables):
        for name, value in variables.items():
            monkeypatch.setenv(name, str(value))
        monkeypatch.setattr(sys, "argv", ["rag", *arguments])
        capsys.readouterr()
        try:
            main()
            status = 0
        except SystemExit as stop:
            status = stop.code or 0
        out, err = capsys.readouterr()
        return status, out, err

    return run


def test_note_on_a_date_is_in_the_language_of_the_question(rag):
    """A manifest is written in one language; its note stood in English under a Dutch answer."""
    _, out, _ = rag("ask", "Wat doet Nederland om daders in Oekraïne te vervolgen?")
    said = " ".join(out.split())
    assert "zonder datum – niet vermeld in het document" in said
    assert "not stated" not in said


def process(*arguments, cwd=ROOT, **variables):
    """Run the command as its own process."""
    kept = {n: v for n, v in os.environ.items() if not n.startswith("RAG_")}
    return subprocess.run(
        [sys.executable, "-c", ENTRY, *arguments],
        cwd=cwd, env={**kept, "RAG_LLM": "none", **{n: str(v) for n, v in variables.items()}}, capture_output=True, timeout=120, check=False,
    )  # fmt: skip


def assert_told(result, status, *words):
    """One or two lines on stderr, nothing on stdout, no traceback."""
    code, out, err = result
    assert (code, out) == (status, ""), err
    assert "Traceback" not in err
    assert 1 <= len(err.strip().splitlines()) <= 2, err
    assert err.startswith("rag: ")
    for word in words:
        assert word in err


# -- as a process -------------------------------------------------------------------------------------------------


def test_json_is_one_object_in_utf8_and_nothing_else_on_stdout_even_where_the_index_is_built_first(
    tmp_path, tiny_model
):
    result = process(
        "ask",
        "--json",
        "Wat zegt Nederland over Oekraïne?",
        RAG_INDEX_DIR=tmp_path / "index",
        RAG_EMBEDDING_MODEL=tiny_model,
        PYTHONIOENCODING="ascii",
    )
    assert result.returncode == 0, result.stderr
    answer = json.loads(result.stdout.decode("utf-8"))
    assert answer["question"] == "Wat zegt Nederland over Oekraïne?"
    assert b"building it from seeds" in result.stderr
    assert b"Traceback" not in result.stderr


def test_reader_that_goes_away_is_no_error(seed_index):
    command = [sys.executable, "-c", ENTRY, "search", "-k", "100", "--json", "vrouwen vrede veiligheid"]
    environment = {**os.environ, "RAG_LLM": "none", "RAG_INDEX_DIR": str(seed_index.index_dir)}
    with subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as running:
        running.stdout.read(1)
        running.stdout.close()
        told = running.stderr.read()
    assert b"Traceback" not in told
    assert running.returncode == 0


def test_error_of_a_process_has_status_2_and_shows_its_traceback_only_with_debug(tmp_path):
    plain = process("ask", "?", cwd=tmp_path)
    assert (plain.returncode, plain.stdout) == (2, b"")
    assert b"Traceback" not in plain.stderr
    debug = process("--debug", "ask", "?", cwd=tmp_path)
    assert debug.returncode == 2
    assert b"Traceback" in debug.stderr
    assert b"QuestionError" in debug.stderr


# -- answers ------------------------------------------------------------------------------------------------------


def test_answer_for_a_person_has_quotations_with_numbers_and_sources(rag):
    status, out, err = rag("ask", SAMPLE)
    assert (status, err) == (0, "")
    for words in (
        "reguliere VN-budget",
        "Justice Rapid Response",
        "2 miljoen euro",
        "[1]",
        "committed",
        "Sources",
        "000_24fa777e414e8df9.txt",
    ):
        assert words in out


def test_refusal_is_an_answer_with_status_0(rag):
    for arguments in (
        ("ask", "What is the best recipe for apple pie?"),
        ("ask", SAMPLE, "--since", "2030-01-01"),
    ):
        status, out, err = rag(*arguments)
        assert (status, err) == (0, "")
        assert out.strip()
    status, out, _ = rag("ask", "--json", "What is the best recipe for apple pie?")
    assert status == 0
    assert json.loads(out)["status"] == "refused"


def test_json_has_no_notice_and_no_colour(rag):
    status, out, err = rag("ask", "--json", SAMPLE)
    assert (status, err) == (0, "")
    answer = json.loads(out)
    assert "notices" not in answer
    assert "\x1b" not in out
    assert out.startswith("{")
    assert out.endswith("}\n")


def test_search_as_json_gives_texts_that_are_slices(rag, seed_index):
    from rag.store.index import open_index

    status, out, _ = rag("search", "--json", "-k", "3", "--explain", SAMPLE)
    found = json.loads(out)
    index = open_index(seed_index)
    assert status == 0
    assert [p["rank"] for p in found["passages"]] == [1, 2, 3]
    assert all(index.text(p["document"])[p["start"] : p["end"]] == p["text"] for p in found["passages"])
    assert found["concepts"]


def test_search_for_a_person_lists_passages(rag):
    status, out, _ = rag("search", "--explain", SAMPLE)
    assert status == 0
    assert " 1. " in out
    assert "matched:" in out


def test_documents_are_listed_for_a_person_and_as_json(rag):
    status, out, _ = rag("documents", "--json")
    assert status == 0
    listed = json.loads(out)
    assert len(listed) == 5
    assert all(d["passages"] > 0 for d in listed)
    assert "WO=MEN" in rag("documents")[1]


def test_markup_in_a_question_or_document_is_only_text(rag, tmp_path, tiny_model):
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "[red]rood.txt").write_text(
        "Brief [bold]over[/bold] water\n\nHet kabinet steunt [link=http://a.b]water[/] in Oeganda.\n",
        encoding="utf-8",
    )
    chosen = {"RAG_INDEX_DIR": tmp_path / "index", "RAG_EMBEDDING_MODEL": tiny_model}
    status, out, _ = rag("ingest", "d", **chosen)
    assert status == 0
    assert "[red]rood.txt" in out
    status, out, _ = rag("ask", "Steunt het kabinet [/] water in Oeganda?")
    assert status == 0
    assert "[link=http://a.b]water[/]" in out
    assert "[red]rood" in rag("documents")[1]
    assert "[red]rood.txt" in rag("remove", "[red]rood.txt")[1]


def test_terminal_escapes_in_a_document_do_not_reach_the_terminal(rag, tmp_path, tiny_model):
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "a.txt").write_text(
        "Brief over water\n\nHet kabinet steunt \x1b]0;gekaapt\x07water\x1b[2J in Oeganda.\n",
        encoding="utf-8",
    )
    rag("ingest", "d", RAG_INDEX_DIR=tmp_path / "index", RAG_EMBEDDING_MODEL=tiny_model)
    status, out, _ = rag("ask", "Steunt het kabinet water in Oeganda?")
    assert status == 0
    assert "steunt" in out
    assert "\x1b" not in out


def test_version(rag):
    assert rag("version") == (0, f"{__version__}\n", "")


# -- ingest, remove -----------------------------------------------------------------------------------------------


def test_ingest_tells_of_each_file_and_fails_only_where_none_could_be_read(rag, tmp_path, tiny_model):
    chosen = {"RAG_INDEX_DIR": tmp_path / "index", "RAG_EMBEDDING_MODEL": tiny_model}
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "slecht.txt").write_bytes(b"tekst \x81\x8d\x8f")
    status, out, err = rag("ingest", "d", **chosen)
    assert status == 2
    assert "refused" in out
    assert "not UTF-8" in out
    assert "Nothing could be read" in err
    (tmp_path / "d" / "goed.txt").write_text("Een zin over water.", encoding="utf-8")
    status, out, err = rag("ingest", "d")
    assert (status, err) == (0, "")
    assert "new" in out
    assert "unchanged" in rag("ingest", "d")[1]
    assert_told(rag("remove", "nooit.txt"), 1, "nooit.txt", "rag documents")
    assert rag("remove", "goed.txt")[0] == 0
    assert json.loads(rag("documents", "--json")[1]) == []


def test_ingest_of_what_is_not_there_and_of_a_wrong_manifest_is_bad_input(rag, tmp_path, tiny_model):
    chosen = {"RAG_INDEX_DIR": tmp_path / "index", "RAG_EMBEDDING_MODEL": tiny_model}
    assert_told(rag("ingest", "nergens", **chosen), 2, "nergens", "no such file or folder")
    (tmp_path / "manifest.toml").write_text('["weg.txt"]\n', encoding="utf-8")
    assert_told(rag("ingest", "."), 2, "line 1", "weg.txt")


def test_ingest_while_another_writes_is_told(rag, own_index):
    from rag.store.writer import Writer

    writer = Writer(own_index)
    try:
        assert_told(
            rag("ingest", str(ROOT / "seeds"), RAG_INDEX_DIR=own_index.index_dir),
            1,
            "Another ingest is writing",
        )
    finally:
        writer.close(abandon=True)


# -- what is wrong ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["ask", "search"])
@pytest.mark.parametrize("question", ["", "   ", "?!"])
def test_empty_question_is_bad_input(rag, command, question):
    assert_told(rag(command, question), 2, "empty", "for example")


@pytest.mark.parametrize("command", ["ask", "search"])
def test_question_of_ten_thousand_characters_is_bad_input(rag, command):
    assert_told(rag(command, "woord " * 1_666 + "eind"), 2, "10,000 characters", "2,000")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--since", "gisteren"), ("--since", "YYYY-MM-DD")),
        (("--role", "kabinet"), ("--role", "government")),
        (("--kind", "brief"), ("--kind", "kamerbrief")),
        (("--since", "2025-01-01", "--until", "2024-01-01"), ("later than",)),
    ],
)
def test_wrong_filter_is_bad_input(rag, arguments, words):
    assert_told(rag("ask", SAMPLE, *arguments), 2, *words)


@pytest.mark.parametrize(
    "arguments",
    [
        ("ask",),
        ("nosuch",),
        ("ask", SAMPLE, "--nosuch"),
        ("search", SAMPLE, "-k", "0"),
        ("search", SAMPLE, "-k", "x"),
        ("serve", "--port", "70000"),
    ],
)
def test_bad_usage_has_status_2_and_no_traceback(rag, arguments):
    status, out, err = rag(*arguments)
    assert (status, out) == (2, "")
    assert "Traceback" not in err
    assert err.strip()


def test_no_index_and_no_seeds_here_is_told_with_the_command(rag, tmp_path):
    for command in ("ask", "search"):
        assert_told(rag(command, SAMPLE, RAG_INDEX_DIR=tmp_path / "nergens"), 2, "no index", "rag ingest")
    assert_told(rag("documents"), 1, "no index", "rag ingest")


def test_index_of_other_settings_is_told_with_both_models_and_the_command(rag, tiny_model):
    for arguments in (("ask", SAMPLE), ("search", SAMPLE), ("documents",)):
        assert_told(
            rag(*arguments, RAG_EMBEDDING_MODEL=tiny_model),
            1,
            "«all-MiniLM-L6-v2»",
            "«multilingual-e5-tiny»",
            "rag ingest",
        )


def test_corrupt_index_is_told_with_the_command(rag, own_index):
    (own_index.index_dir / "index.json").write_text("{", encoding="utf-8")
    for arguments in (("ask", SAMPLE), ("ask", "--json", SAMPLE), ("search", SAMPLE), ("documents",)):
        assert_told(rag(*arguments, RAG_INDEX_DIR=own_index.index_dir), 1, "damaged", "rag ingest --rebuild")


@pytest.mark.parametrize(
    ("name", "value", "status"),
    [
        ("RAG_LLM", "qwen3", 2),
        ("RAG_LLM_TIMEOUT", "soon", 2),
        ("RAG_OLLAMA_URL", "x", 2),
        ("RAG_EMBEDDING_MODEL", "./nergens", 1),
    ],
)
def test_wrong_setting_is_told_by_its_variable(rag, name, value, status):
    assert_told(rag("ask", SAMPLE, **{name: value}), status, name)


def test_mistake_of_ours_is_told_without_its_traceback_unless_debug(rag, monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError("boe")

    monkeypatch.setattr("rag.assistant.understand", broken)
    assert_told(rag("ask", SAMPLE), 1, "ZeroDivisionError: boe", "--debug")
    status, _, err = rag("--debug", "ask", SAMPLE)
    assert status == 1
    assert "Traceback" in err


def test_interruption_is_told_with_status_1(rag, monkeypatch):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("rag.assistant.understand", interrupted)
    assert_told(rag("ask", SAMPLE), 1, "stopped")


# -- serve --------------------------------------------------------------------------------------------------------


def test_port_in_use_is_told_with_another(rag, monkeypatch, tmp_path):
    (tmp_path / "app.py").write_text("", encoding="utf-8")
    monkeypatch.setattr(serve, "__file__", str(tmp_path / "rag" / "serve.py"))
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert_told(
            rag("serve", "--headless", "--port", str(port)), 2, f"Port {port} is in use", f"--port {port + 1}"
        )


def test_app_that_is_not_there_is_told(rag, monkeypatch, tmp_path):
    monkeypatch.setattr(serve, "__file__", str(tmp_path / "rag" / "serve.py"))
    assert_told(rag("serve", "--headless"), 2, "app.py")


def test_app_is_served_on_this_machine_only_and_sends_nothing_away(rag, monkeypatch):
    asked = []
    monkeypatch.setenv("RAG_APP_HOSTS", "kamerbron.example, ")
    monkeypatch.setattr(serve.os, "execv", lambda _, command: asked.append(command))
    assert rag("serve", "--headless", "--port", "0")[0] == 2
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    status, out, _ = rag("serve", "--headless", "--port", str(port))
    assert (status, out) == (0, f"Kamerbron: http://127.0.0.1:{port}\n")
    (command,) = asked
    for option in (
        "--server.address=127.0.0.1",
        f"--server.port={port}",
        "--browser.gatherUsageStats=false",
        "--server.showEmailPrompt=false",
        "--logger.hideWelcomeMessage=true",
        "--client.showErrorDetails=none",
        "--server.allowedHosts=127.0.0.1",
        "--server.allowedHosts=kamerbron.example",
    ):
        assert option in command
    assert sum(o.startswith("--server.allowedHosts=") for o in command) == 3


# -- with a language model, and as of a date ----------------------------------------------------------------------

THREE_MILLION = "Nederland steunt het landenkantoor van OHCHR in Soedan met 3 miljoen euro."


@pytest.mark.parametrize("option", [(), ("--unchecked",)], ids=["checked", "all"])
def test_statement_that_fails_a_check_is_printed_only_where_all_is_asked_for(rag, ollama, option):
    ollama.enqueue(cite("OHCHR.*2 miljoen", THREE_MILLION))
    status, out, _ = rag(
        "ask", *option, "Hoeveel euro krijgt OHCHR in Soedan?", RAG_LLM="auto", RAG_OLLAMA_URL=ollama.url
    )
    assert status == 0
    assert (THREE_MILLION in out) == bool(option)
    assert ("Controle niet doorstaan: numbers" in out) == bool(option)
    assert "2 miljoen euro" in out


def test_failed_check_is_in_the_json_of_an_answer_that_shows_all(rag, ollama):
    ollama.enqueue(cite("OHCHR.*2 miljoen", THREE_MILLION))
    asked = ("ask", "--json", "--unchecked", "Hoeveel euro krijgt OHCHR in Soedan?")
    _, out, err = rag(*asked, RAG_LLM="auto", RAG_OLLAMA_URL=ollama.url)
    answer = json.loads(out)
    assert (answer["status"], answer["mode"], err) == ("partial", "llm", "")
    checks = {c["name"]: c["passed"] for c in answer["statements"][0]["checks"]}
    assert [name for name, passed in checks.items() if not passed] == ["numbers"]


def test_answer_as_of_a_date_names_what_it_left_aside(rag):
    status, out, _ = rag("ask", "--until", "2024-12-31", "Wat vroeg het lid Ploumen over de Rohingya?")
    assert status == 0
    assert "2018-04-20" in out
    assert "Zonder datum en daarom niet geraadpleegd: «Kamerbrief" in out


def test_refusal_for_the_dates_is_an_answer(rag):
    status, out, err = rag(
        "ask", "--json", "--until", "2017-01-01", "Wat vroeg het lid Ploumen over de Rohingya?"
    )
    assert (status, err) == (0, "")
    assert json.loads(out)["refusal"]["kind"] == "outside_dates"
