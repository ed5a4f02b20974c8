"""Fetching models: what is asked of the server, what is said, and what is not fetched."""

import io

import pytest
from fake_ollama import MODEL
from rich.console import Console
from support import settings_for

from rag.errors import ModelError
from rag.pull import pull


def pulled(settings):
    out = io.StringIO()
    pull(settings, Console(file=out, width=200))
    return out.getvalue()


def with_server(tmp_path, ollama, **overrides):
    return settings_for(tmp_path / "index", **{"llm": "auto", "ollama_url": ollama.url, **overrides})


def test_missing_model_is_fetched_with_progress(tmp_path, ollama):
    ollama.models.clear()
    said = pulled(with_server(tmp_path, ollama))
    assert [p["model"] for p in ollama.pulls] == [MODEL]
    assert f"{MODEL} is there now" in said
    assert "all-MiniLM-L6-v2 is there" in said


def test_model_that_is_there_is_not_fetched_again(tmp_path, ollama):
    assert f"{MODEL} is there" in pulled(with_server(tmp_path, ollama))
    assert ollama.pulls == []


def test_model_under_its_latest_tag_is_there(tmp_path, ollama):
    ollama.models[:] = ["qwen3:latest"]
    pulled(with_server(tmp_path, ollama, llm="ollama:qwen3"))
    assert ollama.pulls == []


def test_nothing_is_fetched_where_no_model_is_wanted(tmp_path, ollama):
    assert "nothing to fetch" in pulled(with_server(tmp_path, ollama, llm="none"))
    assert "serves gpt-x itself" in pulled(with_server(tmp_path, ollama, llm="openai:gpt-x"))
    assert ollama.paths == []


def test_error_in_the_stream_is_told_with_the_model(tmp_path, ollama):
    ollama.models.clear()
    ollama.pull_error = "pull model manifest: file does not exist"
    with pytest.raises(ModelError, match=rf"could not fetch {MODEL}: .*file does not exist.*Check the name"):
        pulled(with_server(tmp_path, ollama))


def test_connection_that_breaks_off_is_told_with_the_model(tmp_path, ollama):
    ollama.models.clear()
    ollama.pull_cut = True
    with pytest.raises(ModelError, match=f"could not fetch {MODEL}"):
        pulled(with_server(tmp_path, ollama))


def test_missing_server_is_told_and_the_embedding_model_is_looked_at_all_the_same(tmp_path, ollama):
    settings = settings_for(
        tmp_path / "index", llm="auto", ollama_url="http://127.0.0.1:9", embedding_model="./nergens"
    )
    with pytest.raises(ModelError, match=r"No Ollama server answers.*ollama serve.*RAG_EMBEDDING_MODEL"):
        pulled(settings)
