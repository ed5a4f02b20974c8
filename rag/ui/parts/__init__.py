"""Scripts and style sheets of the app's own elements. They are constants: no text of others ever goes into them."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources


@lru_cache(maxsize=8)
def part(name: str) -> str:
    """One of the files beside this one."""
    return resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
