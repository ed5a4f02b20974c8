"""What the words of a question say about the answer wanted: `rag/data/question_cues.toml`, read once."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib import resources
from typing import Any


@lru_cache(maxsize=1)
def question_cues() -> dict[str, Any]:
    """The tables of the file."""
    text = resources.files("rag").joinpath("data/question_cues.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
