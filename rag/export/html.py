"""Content -> one page of HTML that stands on its own: no script, nothing fetched, readable on paper."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources

from jinja2 import Environment, StrictUndefined, Template

from rag.export.content import Content


def as_html(content: Content) -> bytes:
    """A whole page, UTF-8. Every value is escaped by the template engine; none is marked as safe."""
    return _template().render(content=content).encode()


@lru_cache(maxsize=1)
def _template() -> Template:
    source = resources.files("rag").joinpath("data/answer.html").read_text(encoding="utf-8")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return environment.from_string(source)
