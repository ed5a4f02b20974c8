"""What is installed, which models will be used and why, whether the index fits; and what to do about each problem."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import Literal

from rich.console import Console
from rich.text import Text

from rag import __version__
from rag.errors import KamerbronError
from rag.models.crossencoders import What, load_entailment, load_reranker, pair_model
from rag.models.embeddings import describe
from rag.models.llm import ChatModel, choose_model
from rag.settings import Settings
from rag.store.index import open_index

PACKAGES = (
    "torch",
    "sentence-transformers",
    "chromadb",
    "langchain",
    "langchain-chroma",
    "langchain-ollama",
    "streamlit",
    "simplemma",
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report."""

    what: str
    status: Literal["ok", "note", "problem"]
    detail: str


def examine(settings: Settings) -> list[Finding]:
    """Look at everything that an answer needs; never raises."""
    return [
        *_installed(),
        *_settings(settings),
        *_embedding(settings),
        *_cross_encoders(settings),
        *_language_model(settings),
        *_index(settings),
    ]


def _installed() -> list[Finding]:
    python = Finding(
        "Python",
        "ok" if sys.version_info >= (3, 11) else "problem",
        f"{platform.python_version()}; 3.11 or newer is needed",
    )
    out = [Finding("kamerbron", "ok", __version__), python]
    for name in PACKAGES:
        try:
            out.append(Finding(name, "ok", version(name)))
        except PackageNotFoundError:
            out.append(Finding(name, "problem", "not installed. Run: make setup"))
    return out


def _settings(settings: Settings) -> list[Finding]:
    return [
        Finding(
            f"RAG_{name.upper()}",
            "ok",
            f"{getattr(settings, name)!s:.100} ({settings.source(name)}): {field.description}",
        )
        for name, field in Settings.model_fields.items()
    ]


def _embedding(settings: Settings) -> list[Finding]:
    try:
        model = describe(settings)
    except KamerbronError as error:
        return [Finding("embedding model", "problem", str(error))]
    knows = "every language" if "*" in model.languages else ", ".join(sorted(model.languages))
    if model.knows("nl"):
        return [Finding("embedding model", "ok", f"{model.name}, knows {knows}")]
    votes = "is given Dutch word by word in English" if model.reads("nl") else "has no vote on Dutch passages"
    return [
        Finding(
            "embedding model", "note",
            f"{model.name}, knows {knows}; it {votes}. A multilingual model finds more: see README, Models.",
        )
    ]  # fmt: skip


def _cross_encoders(settings: Settings) -> list[Finding]:
    """The reranker and the entailment model, loaded as an answer would load them; nothing where neither is named."""
    out = []
    kinds: tuple[tuple[What, Callable[[Settings], object]], ...] = (
        ("reranker", load_reranker),
        ("entailment model", load_entailment),
    )
    for what, load in kinds:
        try:
            model = pair_model(settings, what)
            if model is not None:
                load(settings)
                digest = f"digest {model.digest[:16]}, part of every receipt"
                out.append(Finding(what, "ok", f"{model.name}, {digest}"))
        except KamerbronError as error:
            out.append(Finding(what, "problem", str(error)))
    return out


def _language_model(settings: Settings) -> list[Finding]:
    try:
        chosen = choose_model(settings)
    except KamerbronError as error:
        return [Finding("language model", "problem", str(error))]
    if isinstance(chosen, ChatModel):
        return [Finding("language model", "ok", chosen.name)]
    wanted = settings.llm not in ("auto", "none")
    return [
        Finding(
            "language model",
            "problem" if wanted else "note",
            f"none, answers are quotations: {chosen.why('en')}",
        )
    ]


def _index(settings: Settings) -> list[Finding]:
    try:
        index = open_index(settings)
    except KamerbronError as error:
        return [Finding("index", "problem", str(error))]
    found = f"{len(index.descriptions)} documents, {len(index.owners)} passages, generation {index.generation}, digest {index.digest}"
    out = [Finding("index", "ok", found)]
    if index.rebuilt:
        out.append(Finding("lexical index", "note", index.rebuilt))
    try:
        missing = index.vectors.missing(index.catalogue.languages())
    except KamerbronError as error:
        return [*out, Finding("vectors", "problem", str(error))]
    if missing:
        return [*out, Finding("vectors", "problem", f"{len(missing)} passages have none. Run `rag ingest`.")]
    return [
        *out,
        Finding("vectors", "ok", f"{index.vectors.count()} in {settings.chroma_url or 'the index folder'}"),
    ]


def print_report(console: Console, findings: list[Finding]) -> None:
    """One line a finding; problems in red."""
    colour = {"ok": "green", "note": "yellow", "problem": "red"}
    width = max(len(f.what) for f in findings)
    for finding in findings:
        console.print(
            Text.assemble(
                (f"{finding.status:8}", colour[finding.status]), f"{finding.what:{width}}  ", finding.detail
            )
        )
