"""Which language model answers, and why none does: asks the Ollama server what it has."""

from __future__ import annotations

import ssl
import time
from dataclasses import dataclass
from functools import lru_cache

import httpx

from rag.models.embeddings import split_llm
from rag.settings import Settings
from rag.types import Language
from rag.wording import say

PROBE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class ChatModel:
    """A language model that answers; `provider` and `model` as init_chat_model takes them."""

    provider: str
    model: str

    @property
    def name(self) -> str:
        """As a person writes it: ollama:qwen3:8b."""
        return f"{self.provider}:{self.model}"


@dataclass(frozen=True, slots=True)
class Unavailable:
    """Why there is no answer from a language model; `key` names a text of rag.wording."""

    key: str
    values: tuple[tuple[str, str], ...] = ()

    def why(self, language: Language) -> str:
        """The reason in the reader's language."""
        return say(self.key, language, **dict(self.values))


def choose_model(settings: Settings) -> ChatModel | Unavailable:
    """The language model the settings ask for, if it is there: `auto` looks for Ollama's configured model."""
    if settings.llm == "none":
        return Unavailable("why_none")
    provider, model = ("ollama", settings.ollama_model) if settings.llm == "auto" else split_llm(settings.llm)
    if provider != "ollama":
        return ChatModel(provider, model)
    found = ollama_models(settings.ollama_url)
    if found is None:
        return Unavailable("why_no_server", (("url", settings.ollama_url),))
    if model not in found and f"{model}:latest" not in found:
        return Unavailable("why_no_model", (("model", model),))
    return ChatModel(provider, model)


@lru_cache(maxsize=1)
def tls() -> ssl.SSLContext:
    """For every connection to a server, made once: reading the certificates takes longer than asking what it has."""
    return httpx.create_ssl_context(trust_env=False)


_silent_until: dict[str, float] = {}


def ollama_models(url: str) -> list[str] | None:
    """The models an Ollama server has, or None where none answers; a silent server is not asked again for half a minute."""
    if time.monotonic() < _silent_until.get(url, 0.0):
        return None
    try:
        response = httpx.get(f"{url}/api/tags", timeout=PROBE_SECONDS, trust_env=False, verify=tls())
        response.raise_for_status()
        return [str(m["name"]) for m in response.json()["models"]]
    except httpx.TimeoutException:
        _silent_until[url] = time.monotonic() + 30
        return None
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return None
