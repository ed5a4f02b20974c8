"""How the text of others gets on the screen.

Streamlit reads most of what it shows as Markdown. Text of a document, a question or an error is never that: it goes
through `st.text`, or through `literal` where the element only takes Markdown. No page composes HTML; the reading view
gets its text as data and makes text nodes of it.
"""

from __future__ import annotations

import re

# Streamlit and GFM look once more at the text that is left when Markdown has been read and its escapes are
# gone: for emoji and icon names (":smile:"), bare addresses ("https://…", "www.…", "a@b.nl"), arrows ("->").
# An empty span inside such a thing keeps it from being seen; it adds nothing to what is shown or copied.
_SPAN = ":small[]"
_SEEN_LATER = re.compile(r"(?<=[:@])(?=\S)|(?<=www)(?=\.)|(?<=[-<>~])(?=[-=>])", re.IGNORECASE)
_PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")
_OVERRIDES = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066\u2067]")


def literal(foreign: str) -> str:
    """Markdown that shows exactly this text, on one line: no markup in it works, no link, no image, no emoji.

    Characters that print nothing or turn the direction of what follows are left out.

    >>> print(literal("*a* [b](c)"))
    \\*a\\* \\[b\\]\\(c\\)
    """
    pieces = _SEEN_LATER.split(_OVERRIDES.sub("", " ".join(foreign.split())))
    return _SPAN.join(_PUNCTUATION.sub(r"\\\1", piece) for piece in pieces)
