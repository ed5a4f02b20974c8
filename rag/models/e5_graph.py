"""multilingual-e5-small as an ONNX model, with what was learned on top added to its matrices, for ONNX Runtime in whole numbers of 8 bits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rag.models.e5_file import NAME, Floats, WeightsFile, unpacked

FORM = b"2"  # of the arithmetic: by another one some sentences are weighed otherwise
# Weights are whole numbers up to this, kept above a middle: without a sign they are multiplied and added the same way on every
# processor. With one, those without VNNI add two products in 16 bits, which overflow: they would give other answers.
REACH, MIDDLE = 127, 128
# Of the 384 numbers between layers these are up to 44 where half of the others stay below 1.3 (texts of tests/test_e5.py): in whole
# numbers of one scale they would leave the others few steps. They are multiplied as they are (Dettmers et al., "LLM.int8()", 2022).
FAR = (15, 35, 321, 351)


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
        side_by_side = graph.linear([f"l{layer}.{part}" for part in "qkv"], x, file.hidden, FAR)
        queries, keys, values = graph.split(side_by_side, 3)
        read = graph.add("MultiHeadAttention", [queries, keys, values], "com.microsoft", num_heads=file.heads)
        x = graph.normalized(f"l{layer}.aln", [x, graph.linear([f"l{layer}.ao"], read, file.hidden)])
        inner = graph.add("Gelu", [graph.linear([f"l{layer}.fi"], x, file.hidden, FAR)], "com.microsoft")
        x = graph.normalized(f"l{layer}.oln", [x, graph.linear([f"l{layer}.fo"], inner, file.inner)])
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

    def linear(self, parts: Sequence[str], given: str, width: int, far: Sequence[int] = ()) -> str:
        """Matrices of the file, one under the other, times what is given, and their biases; in whole numbers, except the columns `far`."""
        matrix = np.concatenate([self._matrix(part, width) for part in parts])
        total = self.constant(np.concatenate([self._file.numbers(f"{part}.b") for part in parts]))
        if far:
            kept = self.add("Gather", [given, self.constant(np.array(far))], axis=-1)
            total = self.add("Add", [self.add("MatMul", [kept, self.constant(matrix[:, far].T)]), total])
            near = np.ones(width, np.float32)
            near[list(far)] = 0
            given = self.add("Mul", [given, self.constant(near)])
            matrix *= near
        return self.add("Add", [self._in_whole_numbers(matrix, given), total])

    def _in_whole_numbers(self, matrix: Floats, given: str) -> str:
        """A matrix times what is given, each row of which is first brought to the same reach, for all share one scale."""
        scales = np.maximum(np.abs(matrix).max(1) / REACH, 1e-12)
        weights = (np.rint(matrix / scales[:, None]) + MIDDLE).astype(np.uint8)
        reach = self.add("ReduceMax", [self.add("Abs", [given])], axes=[-1], keepdims=1)
        least = self.constant(np.array([1e-12], np.float32))  # a row of nothing stays nothing
        reach = self.add("Max", [reach, least])
        of = [self.constant(each) for each in (weights.T, scales, np.full(len(weights), MIDDLE, np.uint8))]
        product = self.add("DynamicQuantizeMatMul", [self.add("Div", [given, reach]), *of], "com.microsoft")
        return self.add("Mul", [product, reach])

    def _matrix(self, part: str, width: int) -> Floats:
        """A matrix of the file, with what was learned added."""
        matrix = unpacked(self._file.rows(f"{part}.w", width))
        if f"{part}.up" in self._beside:
            up, down = (self._beside[f"{part}.{x}"].astype(np.float64) for x in ("up", "down"))
            # In 32 bits the number of cores decides on which side a weight is rounded.
            matrix += (up @ down).astype(np.float32)
        return matrix

    def split(self, given: str, parts: int) -> list[str]:
        """Equal parts of each row."""
        from onnx import helper  # noqa: PLC0415

        names = [f"{given} part {n}" for n in range(parts)]
        self._nodes.append(helper.make_node("Split", [given], names, axis=-1))
        return names

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
