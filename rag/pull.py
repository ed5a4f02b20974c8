"""Brings the configured models where a network allows: Ollama's with its own progress, the others from their hub."""

from __future__ import annotations

from pathlib import Path

import httpx
import ollama
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from rag.errors import KamerbronError, ModelError
from rag.models.crossencoders import load_entailment, load_reranker, pair_models
from rag.models.embeddings import describe, load_embeddings, split_llm
from rag.models.llm import ollama_models
from rag.settings import PACKAGED_MODEL, Settings

SILENCE = 120.0  # seconds without a word from the server from which a pull is given up


def pull(settings: Settings, console: Console) -> None:
    """Fetch what the settings name; raises ModelError where something could not be had."""
    failures = []
    for step in (_language_model, _embedding_model, _cross_encoders):
        try:
            step(settings, console)
        except KamerbronError as error:
            failures.append(str(error))
    if failures:
        raise ModelError(" ".join(failures))


def _language_model(settings: Settings, console: Console) -> None:
    if settings.llm == "none":
        console.print("Language model: RAG_LLM is none, nothing to fetch.")
        return
    provider, model = ("ollama", settings.ollama_model) if settings.llm == "auto" else split_llm(settings.llm)
    if provider != "ollama":
        console.print(f"Language model: {provider} serves {model} itself, nothing to fetch.", markup=False)
        return
    there = ollama_models(settings.ollama_url)
    if there is None:
        raise ModelError(
            f"No Ollama server answers at {settings.ollama_url}. Start it with `ollama serve`, or set RAG_OLLAMA_URL."
        )
    if model in there or f"{model}:latest" in there:
        console.print(f"Language model: {model} is there.", markup=False)
        return
    _pull_from_ollama(settings.ollama_url, model, console)


def _pull_from_ollama(url: str, model: str, console: Console) -> None:
    client = ollama.Client(host=url, trust_env=False, timeout=SILENCE)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    try:
        with Progress(*columns, console=console) as bar:
            task = bar.add_task(f"{model}", total=None)
            for part in client.pull(model, stream=True):
                bar.update(
                    task,
                    description=f"{model}: {part.status or ''}"[:60],
                    total=part.total,
                    completed=part.completed or 0,
                )
    except (ollama.ResponseError, httpx.HTTPError, OSError) as error:
        raise ModelError(
            f"Ollama could not fetch {model}: {error}. Check the name and the network."
        ) from error
    console.print(f"Language model: {model} is there now.", markup=False)


def _embedding_model(settings: Settings, console: Console) -> None:
    model = describe(settings)
    if settings.embedding_model == PACKAGED_MODEL or Path(model.location).is_dir():
        console.print(f"Embedding model: {model.name} is there.", markup=False)
        return
    load_embeddings(model)
    console.print(
        f"Embedding model: {model.name} is there now. Run `rag ingest` to embed again with it.", markup=False
    )


def _cross_encoders(settings: Settings, console: Console) -> None:
    for model in pair_models(settings):
        (load_reranker if model.what == "reranker" else load_entailment)(settings)
        console.print(f"{model.what.capitalize()}: {model.name} is there.", markup=False)
