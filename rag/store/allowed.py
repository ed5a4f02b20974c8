"""The passages that a filter lets through, worked out once for all questions that are asked under it.

Chroma walks every passage for a condition on metadata (70 to 300 ms among 100,000), so it is never given one: of few
passages their vectors are fetched once and compared here, exactly; of many, Chroma is asked for so many of the nearest
that enough of them pass. A small index is compared here whole: Chroma's search is approximate, and what it misses now and
then is another passage in each process, so that scores differed in their fourth decimal.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

HELD = 4000  # passages whose vectors are compared here: some 90 ms to fetch the first time, 6 MB
Vectors = tuple[list[str], NDArray[np.float32]]


@dataclass(frozen=True, slots=True, eq=False)
class Allowed:
    """Which passages of one generation pass: by their place in the lexical index, and by language."""

    documents: Sequence[str]
    mask: NDArray[np.bool_]
    ids: dict[str, frozenset[str]]  # language -> passage ids
    totals: dict[str, int]  # language -> how many passages there are, those that do not pass too
    _held: dict[str, Vectors] = field(default_factory=dict)  # language -> ids and unit vectors, a row each

    def are_few(self, language: str) -> bool:
        """Whether their vectors are compared here."""
        return len(self.ids.get(language, ())) <= HELD

    def share(self, language: str) -> float:
        """How large a part of a language's passages passes."""
        return len(self.ids[language]) / self.totals[language]

    def distances(
        self, language: str, question: Sequence[float], fetch: Callable[[list[str]], Vectors]
    ) -> list[tuple[str, float]]:
        """(passage id, cosine distance) of all that pass; `fetch` gives the vectors of some ids."""
        if language not in self._held:  # two threads may both fetch: the same
            ids, vectors = fetch(sorted(self.ids.get(language, ())))
            lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
            self._held[language] = ids, vectors / np.maximum(lengths, 1e-12)
        ids, units = self._held[language]
        if not ids:
            return []
        asked = np.array(question, np.float32)
        asked /= max(float(np.linalg.norm(asked)), 1e-12)
        near = np.einsum(
            "ij,j->i", units, asked
        )  # on one core: BLAS's threads wait for each other on a busy machine
        return list(zip(ids, (1 - near).tolist(), strict=True))
