"""multilingual-e5-small as an ONNX model, with what was learned on top added to its matrices, for ONNX Runtime in 8 bits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.models.e5_file import BLOCK, NAME, Floats, WeightsFile, unpacked


def onnx_model(file: WeightsFile, beside: Mapping[str, Floats]) -> bytes:
    """BERT (Devlin et al. 2019) for one text: vectors of its words in, shape (1, words, hidden); one row of numbers out.

    That is the mean of the last layer, of length 1; where a head was learned, the logit that it makes of that.
    """
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
    vector = graph.add("LpNormalization", [mean], axis=-1, p=2)
    if "head.w" not in beside:
        return graph.model(vector, file.hidden)
    head = [graph.constant(beside[f"head.{x}"]) for x in "wb"]
    return graph.model(graph.add("Gemm", [vector, *head]), 1)


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
            up, down = (self._beside[f"{part}.{x}"].astype(np.float64) for x in ("up", "down"))
            # In 32 bits the number of cores decides on which side a weight is rounded.
            matrix += (up @ down).astype(np.float32)
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

    def model(self, last: str, width: int) -> bytes:
        from onnx import TensorProto, helper  # noqa: PLC0415

        words = helper.make_tensor_value_info("words", TensorProto.FLOAT, [1, "words", self._file.hidden])
        out = helper.make_tensor_value_info(last, TensorProto.FLOAT, [1, width])
        graph = helper.make_graph(self._nodes, NAME, [words], [out], self._constants)
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=9)
        return model.SerializeToString()  # type: ignore[no-any-return]
