"""Models that read two texts together: a reranker (question and passage), and entailment (what is cited and a statement).

Both are optional and named in the same way: a local folder or a hub name. Where either is used, its digest is part of
the digest on every receipt.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, get_args

from rag.errors import ModelError
from rag.models.embeddings import in_one_line, quiet_transformers, weights_digest
from rag.settings import Settings
from rag.types import Check

What = Literal["reranker", "entailment model"]
CARRIES = 0.5  # probability of entailment from which a statement stands


@dataclass(frozen=True, slots=True)
class PairModel:
    """A cross-encoder before it is loaded."""

    what: What
    setting: str
    name: str
    location: str  # a folder, or a hub name
    digest: str  # of its weights where they are at hand, else of its name


def pair_model(settings: Settings, what: What) -> PairModel | None:
    """What the settings name, or None; raises ModelError where a folder is not there or holds no safe weights."""
    setting, name = {
        "reranker": ("RAG_RERANKER_MODEL", settings.reranker_model),
        "entailment model": ("RAG_ENTAILMENT_MODEL", settings.entailment_model),
    }[what]
    return _described(what, setting, name) if name else None


def pair_models(settings: Settings) -> list[PairModel]:
    """Both, as far as they are named."""
    kinds: tuple[What, ...] = get_args(What)
    return [m for what in kinds if (m := pair_model(settings, what)) is not None]


def _described(what: What, setting: str, wanted: str) -> PairModel:
    path = Path(wanted).expanduser()
    if path.is_dir():
        return PairModel(what, setting, path.resolve().name, str(path.resolve()), weights_digest(path))
    if path.is_absolute() or wanted.startswith((".", "~")):
        raise ModelError(
            f"{setting}: there is no folder «{wanted}». Give a model's folder or a hub name, or empty it."
        )
    return PairModel(what, setting, wanted, wanted, hashlib.sha256(wanted.encode()).hexdigest())


def receipt_digest(index: str, settings: Settings) -> str:
    """An index's digest with those of the cross-encoders that answers were made with; without any, the index's own."""
    models = pair_models(settings)
    if not models:
        return index
    return hashlib.sha256("|".join([index, *(f"{m.what}:{m.digest}" for m in models)]).encode()).hexdigest()[
        :32
    ]


class _CrossEncoder:
    """A loaded one."""

    def __init__(self, model: PairModel) -> None:
        from sentence_transformers import CrossEncoder  # noqa: PLC0415 - seconds to import

        quiet_transformers()
        try:
            self._model = CrossEncoder(
                model.location,
                local_files_only=Path(model.location).is_dir(),
                model_kwargs={"use_safetensors": True},
            )
        except Exception as error:
            raise ModelError(
                f"The {model.what} «{model.name}» cannot be loaded: {in_one_line(error)} Mend or empty {model.setting}."
            ) from error

    def _predict(self, pairs: Sequence[tuple[str, str]], **options: Any) -> Any:
        return self._model.predict(list(pairs), show_progress_bar=False, **options)


class Reranker(_CrossEncoder):
    """A cross-encoder that says how well passages answer a question."""

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """One score a text, higher is better; comparable within one question."""
        return [float(s) for s in self._predict([(question, text) for text in texts])]


class Entailment(_CrossEncoder):
    """A cross-encoder for natural-language inference: whether one text follows from another."""

    def __init__(self, model: PairModel) -> None:
        super().__init__(model)
        labels = {int(i): str(n).casefold() for i, n in self._model.config.id2label.items()}
        found = [i for i, name in labels.items() if name.startswith("entail")]
        if len(labels) > 1 and len(found) != 1:
            raise ModelError(
                f"The {model.what} «{model.name}» has the labels {', '.join(labels.values())}; one must be «entailment». "
                f"Mend or empty {model.setting}."
            )
        self._at = found[0] if len(labels) > 1 else None

    def check(self, cited: str, statement: str) -> Check:
        """Whether a statement follows from what it cites."""
        if self._at is None:  # one output: a probability already
            carried = float(self._predict([(cited, statement)])[0])
        else:
            carried = float(self._predict([(cited, statement)], apply_softmax=True)[0][self._at])
        if carried >= CARRIES:
            return Check("entailment", True)
        return Check("entailment", False, f"it follows from the cited text with probability {carried:.2f}")


@lru_cache(maxsize=2)
def _reranker(model: PairModel) -> Reranker:
    return Reranker(model)


@lru_cache(maxsize=2)
def _entailment(model: PairModel) -> Entailment:
    return Entailment(model)


def load_reranker(settings: Settings) -> Reranker | None:
    """The configured reranker, loaded once; None where none is."""
    model = pair_model(settings, "reranker")
    return _reranker(model) if model else None


def load_entailment(settings: Settings) -> Entailment | None:
    """The configured entailment model, loaded once; None where none is."""
    model = pair_model(settings, "entailment model")
    return _entailment(model) if model else None
