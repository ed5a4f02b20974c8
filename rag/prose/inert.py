"""A model's words as plain text: no markup, no address that it made up, nothing that a terminal or a page would act on.

The text of a statement is shown by a terminal, a web page and programs that read JSON. What is not in it cannot be
followed, loaded or run by any of them.
"""

from __future__ import annotations

import re

# A scheme, www., or a name with a top-level domain; not "d.m.v." or "c.s.", whose parts are shorter.
_ADDRESS = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,20}://|www\.|(?:mailto|javascript|data|file|tel):(?=\S))[^\s)\]>\"'»”]*"
    r"|(?<![\w@.])[a-z0-9-]{3,63}(?:\.[a-z0-9-]{2,63})*\.[a-z]{2,12}(?:/[^\s)\]>\"'»”]*|(?=[\s,;:)?!]|\.?$))"
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+|//[\w-]+\.[^\s)\]>\"']+",
    re.IGNORECASE,
)
_LINK = re.compile(r"!?\[([^\]]*)\]\s*(?:\(([^)]*)\)|\[[^\]]*\])")
_TAG = re.compile(r"<\s*/?\s*[a-z!?][^>]*>?|&(?:#\d+|#x[0-9a-f]+|[a-z]{2,12});", re.IGNORECASE)
# Control characters, escape sequences, changes of direction, what has no width, halves of a surrogate pair.
_ESCAPE = re.compile(r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)?")
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff\U000e0000-\U000e007f]"
)
GONE = "[…]"


def addresses(text: str) -> list[str]:
    """The addresses of pages, files and people in a text."""
    return [m[0] for m in _ADDRESS.finditer(text)]


def markup(text: str) -> list[str]:
    """The links, pictures and tags in a text."""
    return [m[0] for pattern in (_LINK, _TAG) for m in pattern.finditer(text)]


def inert(text: str, cited: str) -> str:
    """The text with its markup and unseen characters gone, and every address that the cited text does not hold.

    >>> inert("Zie ![x](http://a.example/?q=1) en <b>dit</b>.", "")
    'Zie x en dit.'
    """
    text = _UNSEEN.sub("", _ESCAPE.sub("", text))
    before = None
    while before != text:  # what stood inside markup may be markup itself
        before, text = text, _TAG.sub("", _LINK.sub(r"\1", text))
    text = _ADDRESS.sub(lambda m: m[0] if m[0] in cited else GONE, text)
    return " ".join(text.split())
