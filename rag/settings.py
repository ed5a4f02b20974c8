"""Every setting, read from the environment and an optional .env in the working folder. `rag doctor` shows each with its source."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from rag.errors import SettingsError

PACKAGED_MODEL = "packaged"
DEFAULT_LLM = "qwen3:4b-instruct-2507-q4_K_M"


class Settings(BaseSettings):
    """One attribute a setting; RAG_INDEX_DIR is `index_dir`, and so on."""

    model_config = SettingsConfigDict(
        env_prefix="RAG_", env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore"
    )

    index_dir: Path = Field(Path("vectorstore"), description="where the index lives")
    embedding_model: str = Field(PACKAGED_MODEL, description="«packaged», a local folder, or a hub name")
    embedding_languages: str = Field(
        "", description="languages the embedding model knows, «en,nl» or «multi»; empty: as it is described"
    )
    reranker_model: str = Field("", description="a cross-encoder: a local folder or a hub name; empty: none")
    entailment_model: str = Field(
        "",
        description="a cross-encoder that checks a model's statements: a local folder or a hub name; empty: none",
    )
    llm: str = Field(
        "auto", description="«auto», «none», «ollama:MODEL», or another provider's «provider:model»"
    )
    ollama_url: str = Field("http://127.0.0.1:11434", description="the Ollama server")
    ollama_model: str = Field(DEFAULT_LLM, description="the model that «auto» looks for on that server")
    llm_context: int = Field(
        8192, ge=2048, le=131072, description="tokens of context asked of the language model (num_ctx)"
    )
    llm_timeout: float = Field(120.0, gt=0, description="seconds a language model may take for one answer")
    chroma_url: str = Field("", description="a Chroma server; empty: embedded in the index folder")
    tk_url: str = Field(
        "https://gegevensmagazijn.tweedekamer.nl/OData/v4/2.0", description="the House's OData service"
    )
    sru_url: str = Field(
        "https://repository.overheid.nl/sru", description="the SRU service of official publications"
    )
    fetch_pause: float = Field(1.0, ge=0, description="seconds between two requests to a service")
    fetch_timeout: float = Field(60.0, gt=0, description="seconds that a service may take to answer")
    read_file_mb: int = Field(100, gt=0, description="megabytes of the largest file that is read")
    read_pages: int = Field(5000, gt=0, description="pages of the longest PDF that is read")
    read_characters: int = Field(20_000_000, gt=0, description="characters of the longest text that is read")
    read_archive_files: int = Field(2000, gt=0, description="files of the largest archive that is read")
    read_archive_mb: int = Field(1000, gt=0, description="megabytes of an archive's files, unpacked")
    read_seconds: int = Field(60, gt=0, description="seconds that reading one file may take")
    read_memory_mb: int = Field(
        1000, ge=300, description="megabytes of memory that reading one file may take"
    )
    ocr: Literal["auto", "none"] = Field(
        "auto", description="«auto»: scanned pages are recognised where Tesseract is installed; «none»: never"
    )
    ocr_languages: str = Field("nld+eng", description="Tesseract's languages for scanned pages")
    ocr_seconds: int = Field(60, gt=0, description="seconds that recognising one scanned page may take")
    feedback_file: str = Field(
        "",
        description="where thumbs up and down are kept, on this machine; empty: feedback.jsonl in the index folder",
    )

    documents_dir: Path = Field(
        Path("documents"), description="where documents that people add in the app, and their edits, are kept"
    )
    conversations_dir: Path = Field(
        Path("conversations"), description="where the app keeps its readers' conversations"
    )
    conversation_days: int = Field(
        90, ge=0, le=3650, description="days a conversation is kept after its last question; 0: none is kept"
    )
    app_hosts: str = Field(
        "",
        description="host names, with commas, by which a proxy before the app is reached; empty: this machine's own",
    )
    editors: str = Field(
        "",
        description="e-mail addresses that may change documents in the app, with commas; empty: every reader",
    )

    @field_validator("ollama_url", "chroma_url", "tk_url", "sru_url")
    @classmethod
    def _is_address(cls, value: str) -> str:
        if value and not value.startswith(("http://", "https://")):
            raise ValueError("must begin with http:// or https://")
        return value.rstrip("/")

    def source(self, name: str) -> str:
        """Where a setting's value came from: the environment, .env or the default."""
        variable = f"RAG_{name.upper()}"
        if variable in os.environ:
            return "environment"
        return ".env" if name in self.model_fields_set else "default"


def load_settings(**overrides: Any) -> Settings:
    """Read the settings; raises SettingsError that names the variable."""
    try:
        return Settings(**overrides)
    except UnicodeDecodeError as error:
        raise SettingsError(".env is not UTF-8. Save it as UTF-8, or remove it.") from error
    except ValidationError as error:
        first = error.errors()[0]
        name = "RAG_" + "_".join(str(p) for p in first["loc"]).upper()
        raise SettingsError(
            f"{name}: {first['msg']} (it is «{first.get('input')}»). Mend it in the environment or .env."
        ) from error
