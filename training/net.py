"""The encoder in torch, as it is trained: its published weights stand, and beside each matrix two thin ones are learned.

Low-rank adaptation (Hu et al. 2022): a matrix W becomes W + up @ down, where `down` is some rows high and `up` begins as
nothing. `rag.models.e5` adds their product to the matrix.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from rag.models.e5_file import WeightsFile, unpacked

MATRICES = ("q", "k", "v", "ao", "fi", "fo")  # of a layer
RANK = 16
TOGETHER = 16  # texts that are padded to one length
DROPPED = 0.1  # share of the numbers between layers that are left out in training

# Half precision is half the time, and fifteen times as much on a processor that cannot multiply it.
_HALVES = torch.cuda.is_available() or "AVX512" in torch.backends.cpu.get_cpu_capability()


class Adapted(nn.Module):
    """A matrix of the published weights with what is learned beside it."""

    def __init__(self, matrix: Tensor, bias: Tensor, rank: int) -> None:
        super().__init__()
        self.matrix, self.bias = nn.Buffer(matrix), nn.Buffer(bias)
        rows, columns = matrix.shape
        self.down = nn.Parameter(torch.randn(rank, columns) / math.sqrt(columns))
        self.up = nn.Parameter(torch.zeros(rows, rank))

    def forward(self, given: Tensor) -> Tensor:
        """`given` is (…, columns); (…, rows) comes out."""
        learned = functional.linear(functional.linear(given, self.down), self.up)
        return functional.linear(given, self.matrix, self.bias) + learned


class Net(nn.Module):
    """Token ids in, a vector of length 1 a text out: the mean of the last layer, as `rag.models.e5` has it."""

    def __init__(self, file: WeightsFile, rank: int = RANK) -> None:
        super().__init__()
        self._file, self.heads, self.epsilon = file, file.heads, file.epsilon
        self.adapted = nn.ModuleDict()
        for layer in range(file.layers):
            for part in MATRICES:
                width = file.inner if part == "fo" else file.hidden
                matrix = torch.from_numpy(unpacked(file.rows(f"l{layer}.{part}.w", width)))
                self.adapted[f"l{layer}_{part}"] = Adapted(matrix, self._numbers(f"l{layer}.{part}.b"), rank)
        names = ["emb.ln", *(f"l{n}.{part}" for n in range(file.layers) for part in ("aln", "oln"))]
        self.norms = nn.ModuleDict({name.replace(".", "_"): self._norm(name) for name in names})
        self.places = nn.Buffer(self._numbers("emb.pos").reshape(-1, file.hidden))
        self.kind = nn.Buffer(self._numbers("emb.type")[: file.hidden])

    def _numbers(self, name: str) -> Tensor:
        return torch.from_numpy(self._file.numbers(name).astype(np.float32))

    def _norm(self, name: str) -> nn.LayerNorm:
        norm = nn.LayerNorm(self._file.hidden, eps=self.epsilon)
        norm.load_state_dict({"weight": self._numbers(f"{name}.w"), "bias": self._numbers(f"{name}.b")})
        return norm.requires_grad_(False)

    def forward(self, texts: Sequence[Sequence[int]]) -> Tensor:
        """Vectors of texts that are given as token ids, shape (texts, hidden); texts of about one length are read together."""
        by_length = sorted(range(len(texts)), key=lambda i: len(texts[i]))
        parts = [by_length[i : i + TOGETHER] for i in range(0, len(texts), TOGETHER)]
        with torch.autocast(self.kind.device.type, torch.bfloat16, self.training and _HALVES):
            vectors = torch.cat([self._vectors([texts[i] for i in part]) for part in parts])
        return vectors[torch.tensor(by_length, device=vectors.device).argsort()]

    def _vectors(self, texts: Sequence[Sequence[int]]) -> Tensor:
        longest, device = max(map(len, texts)), self.kind.device
        there = torch.tensor([[i < len(ids) for i in range(longest)] for ids in texts], device=device)
        words = np.zeros((len(texts), longest, self._file.hidden), np.float32)
        for row, ids in zip(words, texts, strict=True):
            row[: len(ids)] = unpacked(self._file.rows("emb.word", self._file.hidden)[list(ids)])
        x = torch.from_numpy(words).to(device) + self.places[:longest] + self.kind
        x = self._dropped(self.norms["emb_ln"](x))
        for layer in range(self._file.layers):
            x = self.norms[f"l{layer}_aln"](x + self._dropped(self._attention(layer, x, there)))
            inner = functional.gelu(self.adapted[f"l{layer}_fi"](x))
            x = self.norms[f"l{layer}_oln"](x + self._dropped(self.adapted[f"l{layer}_fo"](inner)))
        x, weight = x.float(), there[..., None].float()
        return functional.normalize((x * weight).sum(1) / weight.sum(1), dim=-1)

    def _attention(self, layer: int, x: Tensor, there: Tensor) -> Tensor:
        queries, keys, values = (
            self.adapted[f"l{layer}_{part}"](x).unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for part in "qkv"
        )
        # Written out: on a processor the library's own takes a third of a step on its way back.
        alike = (queries @ keys.transpose(-1, -2)).float() / math.sqrt(queries.shape[-1])
        shares = alike.masked_fill(~there[:, None, None, :], -math.inf).softmax(-1).to(values.dtype)
        return self.adapted[f"l{layer}_ao"]((shares @ values).transpose(1, 2).flatten(2))  # type: ignore[no-any-return]

    def _dropped(self, x: Tensor) -> Tensor:
        return functional.dropout(x, DROPPED, self.training)

    def take(self, learned: Mapping[str, np.ndarray]) -> None:
        """Go on with what was learned before, as `learned` gave it; of a lower rank than this, with room for more."""
        for name, part in self.adapted.items():
            down, up = (torch.from_numpy(learned[f"{name.replace('_', '.')}.{s}"]) for s in ("down", "up"))
            part.get_parameter("down").data[: len(down)] = down
            part.get_parameter("up").data[:, : len(down)] = up

    def learned(self) -> dict[str, np.ndarray]:
        """What was learned, by the name of its matrix in the file: "l0.q.down" (RANK, columns), "l0.q.up" (rows, RANK)."""
        return {
            f"{name.replace('_', '.')}.{side}": getattr(part, side).detach().cpu().numpy().astype(np.float16)
            for name, part in self.adapted.items()
            for side in ("down", "up")
        }
