"""Drives the app through Streamlit's AppTest: what the tests of its pages share."""

from __future__ import annotations

import json
import re
from pathlib import Path

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parent.parent.parent
ANSWERED = "What did NL commit on the Sudan FFM?"
AMOUNT = "Met hoeveel euro steunt Nederland het OHCHR-kantoor in Soedan?"
REFUSED = "Wat heeft Nederland toegezegd over klimaat in Suriname?"
HOSTILE = (
    "<script>alert(1)</script> **Vet** ![beeld](https://evil.example/p.png) [klik](https://evil.example)"
)


def run(session: AppTest) -> AppTest:
    session.run()
    assert not session.exception
    return session


def ask(session: AppTest, question: str) -> AppTest:
    session.chat_input[0].set_value(question)
    return run(session)


def unfold_filters(session: AppTest, open_: bool = True) -> AppTest:
    session.session_state["filters"] = open_
    return run(session)


def press(session: AppTest, label: str, at: int = 0) -> AppTest:
    """Press the button whose label begins so."""
    [b for b in session.button if plain(b.label).startswith(label)][at].click()
    return run(session)


def plain(markdown: str) -> str:
    """What Markdown made by `literal` shows."""
    return (
        re.sub(r"\\(.)", r"\1", markdown.replace(":small[]", "")).replace("\u2068", "").replace("\u2069", "")
    )


def shown(session: AppTest) -> str:
    """Every text of the page as a reader sees it, that of the app's own elements too."""
    kinds = (
        session.text, session.caption, session.markdown, session.info, session.error, session.warning, session.code,
        session.success, session.title, session.header, session.subheader,
    )  # fmt: skip
    said = [plain(e.value) for elements in kinds for e in elements]
    labels = [plain(e.label) for e in (*session.expander, *session.button)]
    return "\n".join([*said, *labels, *(json.dumps(p, ensure_ascii=False) for p in parts(session))])


def parts(session: AppTest, name: str = "") -> list[dict]:
    """What was given to the app's own elements of a name, in the order of the page."""
    return [
        json.loads(e.proto.json)
        for e in session.get("bidi_component")
        if e.proto.component_name.endswith(name) and e.proto.json
    ]


def reading(session: AppTest) -> list[dict]:
    """The blocks of the reading view that is open."""
    (view,) = parts(session, "reading")
    return view["blocks"]


def marked(session: AppTest, how: str = "here") -> str:
    """What is marked in the reading view."""
    return " ".join(text.strip() for block in reading(session) for text, mark in block["runs"] if mark == how)


def last_answer(session: AppTest):
    return session.session_state["talk"].exchanges[-1].answer
