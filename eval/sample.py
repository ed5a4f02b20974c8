"""What a scorer sees and what it returns. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePath
from typing import Any

from eval.gold import Gold
from eval.spans import Place, TextOf, evidence_places


@dataclass(frozen=True, slots=True)
class Score:
    """A value from 0 to 1, what was looked at in the answer, and why it is worth that."""

    value: float
    answer: str
    explanation: str


@dataclass(frozen=True, slots=True)
class Corpus:
    """The documents that answers rest on: their names, and their texts by name."""

    names: tuple[str, ...]
    text_of: TextOf

    def by_stem(self, stem: str) -> str | None:
        """The text of the document with a file stem, or None where there is none."""
        name = next((n for n in self.names if PurePath(n).stem == stem), None)
        return None if name is None else self.text_of(name)


@dataclass(frozen=True)
class Sample:
    """A gold question with the answer it got, as the contract's JSON has it."""

    gold: Gold
    answer: dict[str, Any]
    corpus: Corpus

    @cached_property
    def evidence(self) -> list[Place]:
        """Where the evidence stands in the documents."""
        return evidence_places(self.gold, self.corpus.names, self.corpus.text_of)

    def citations_of(self, statement: dict[str, Any]) -> list[dict[str, Any]]:
        """The citations that carry a statement, in order."""
        by_id = {c["id"]: c for c in self.answer["citations"]}
        return [by_id[i] for i in statement["citations"]]


Scorer = Callable[[Sample], Score | None]  # None: the score says nothing of such a question


def place_of(cited: dict[str, Any]) -> Place:
    """The place of a citation or passage in its JSON form."""
    return Place(cited["document"], int(cited["start"]), int(cited["end"]))
