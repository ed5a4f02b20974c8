"""What both ways are given: the questions, and a vector for each text."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
from langchain_core.embeddings import Embeddings

GOLD = Path(__file__).parent.parent.parent / "eval" / "gold"
DIMENSIONS = 384


def gold_questions(count: int) -> list[str]:
    """Questions of eval/gold/, evenly spread over its files, those that follow on others and held-out ones left out; English first."""
    lines = [line for file in sorted(GOLD.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()]
    gold = [
        g
        for line in lines
        if line.strip() and not (g := json.loads(line)).get("history") and g.get("split", "dev") == "dev"
    ]
    unique = list({g["question"]: g["lang"] for g in gold}.items())
    if count + 1 > len(unique):
        sys.exit(f"eval/gold/ has {len(unique)} questions; --questions can be {len(unique) - 1} at most.")
    chosen = [unique[int(i * len(unique) / (count + 1))] for i in range(count + 1)]
    first = next((i for i, (_, language) in enumerate(chosen) if language == "en"), 0)
    chosen.insert(0, chosen.pop(first))
    return [question for question, _ in chosen]


class RandomVectors(Embeddings):
    """Random unit vectors for passages."""

    def __init__(self) -> None:
        self._generator = np.random.default_rng(1325)

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """One for each text."""
        vectors = self._generator.standard_normal((len(texts), DIMENSIONS))
        rows: list[list[float]] = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).tolist()
        return rows

    def embed_query(self, text: str) -> list[float]:
        """One for a text."""
        return self.embed_documents([text])[0]


class ReadyVectors(RandomVectors):
    """The questions' own vectors, embedded beforehand."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._vectors: dict[str, list[float]] = json.loads((folder / "vectors.json").read_text("utf-8"))

    def embed_query(self, text: str) -> list[float]:
        """The vector of a question."""
        return self._vectors[" ".join(text.split())]
