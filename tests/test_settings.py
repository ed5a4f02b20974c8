"""Settings come from the environment, then .env, then a default; what is wrong is told by its variable."""

import os

import pytest

from rag.errors import SettingsError
from rag.settings import PACKAGED_MODEL, Settings, load_settings


@pytest.fixture(autouse=True)
def _working_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def test_defaults_need_no_network_and_no_server():
    settings = load_settings()
    assert (str(settings.index_dir), settings.embedding_model, settings.reranker_model) == (
        "vectorstore",
        PACKAGED_MODEL,
        "",
    )
    assert (settings.llm, settings.chroma_url) == ("auto", "")
    assert settings.ollama_url.startswith("http://127.0.0.1")


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_has_a_description_for_the_doctor(name):
    assert Settings.model_fields[name].description


def test_environment_goes_before_the_file_and_the_file_before_the_default(tmp_path, monkeypatch):
    (tmp_path / ".env").write_text("RAG_LLM=none\nRAG_LLM_CONTEXT=4096\nOTHER=1\n", encoding="utf-8")
    monkeypatch.setenv("RAG_LLM", "ollama:qwen3:8b")
    settings = load_settings()
    assert (settings.llm, settings.llm_context, settings.llm_timeout) == ("ollama:qwen3:8b", 4096, 120.0)
    assert [settings.source(n) for n in ("llm", "llm_context", "llm_timeout")] == [
        "environment",
        ".env",
        "default",
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("RAG_LLM_TIMEOUT", "soon"), ("RAG_LLM_TIMEOUT", "0"), ("RAG_LLM_TIMEOUT", "-1"), ("RAG_LLM_TIMEOUT", "nan"),
        ("RAG_LLM_CONTEXT", "100"), ("RAG_LLM_CONTEXT", "8k"), ("RAG_OLLAMA_URL", "localhost:11434"), ("RAG_CHROMA_URL", "file:///etc"),
    ],
)  # fmt: skip
def test_wrong_value_is_told_by_its_variable_with_the_value(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=rf"{name}: .*«{value}»") as caught:
        load_settings()
    assert "\n" not in str(caught.value)


def test_slash_at_the_end_of_an_address_is_no_other_server(monkeypatch):
    monkeypatch.setenv("RAG_OLLAMA_URL", "http://127.0.0.1:11434/")
    assert load_settings().ollama_url == "http://127.0.0.1:11434"


def test_env_file_that_is_not_utf8_is_told(tmp_path):
    (tmp_path / ".env").write_bytes("RAG_INDEX_DIR=geïndexeerd\n".encode("latin-1"))
    with pytest.raises(SettingsError, match=r"\.env"):
        load_settings()


@pytest.mark.parametrize("name", ["RAG_INDEX_DIR", "RAG_EMBEDDING_MODEL", "RAG_LLM"])
def test_empty_variable_is_the_default(monkeypatch, name):
    """`RAG_INDEX_DIR= rag ask` and an emptied line of .env: not the working folder."""
    field = name.removeprefix("RAG_").lower()
    default = getattr(load_settings(), field)
    monkeypatch.setenv(name, "")
    assert getattr(load_settings(), field) == default


def test_tests_do_not_inherit_the_developers_settings():
    assert [n for n in os.environ if n.startswith("RAG_")] == []
