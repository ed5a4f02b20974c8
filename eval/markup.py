"""HTML and SVG in which text can only be text: every element is made here, and what is not made here is escaped."""

from __future__ import annotations

from html import escape

_VOID = frozenset({"meta", "br", "hr"})


class Html(str):
    """Markup that `tag` or `join` made. Any other text is escaped when it becomes a child or an attribute."""

    __slots__ = ()


def tag(name: str, /, *children: str, **attributes: str | float) -> Html:
    """One element; `class_` and `font_size` become class and font-size."""
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(f"{value:g}" if isinstance(value, float) else str(value))}"'
        for key, value in attributes.items()
    )
    if name in _VOID:
        return Html(f"<{name}{written}>")
    return Html(f"<{name}{written}>{join(*children)}</{name}>")


def join(*parts: str) -> Html:
    """Several pieces of markup or text after one another."""
    return Html("".join(part if isinstance(part, Html) else escape(part) for part in parts))
