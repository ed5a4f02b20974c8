"""The conversation of this session: begun, found again by its link, added to, shared, forgotten."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlencode, urlsplit, urlunsplit

import streamlit as st

from rag.errors import KamerbronError
from rag.types import Answer
from rag.ui import address
from rag.ui.shared import Frame
from rag.ui.store import Exchange

LINK = "c"  # the query parameter that names a conversation


@dataclass(slots=True)
class Talk:
    """A conversation on the page. Without an id it is kept nowhere but in this session."""

    id: str = ""
    name: str = ""
    exchanges: list[Exchange] = field(default_factory=list)
    mine: bool = True
    shared: bool = False
    missing: bool = False  # a link was followed to a conversation that is not there, or not for this visitor


def current(frame: Frame) -> Talk:
    """The conversation to show: the link's, else the one that this session had, else a new one."""
    talk: Talk | None = st.session_state.get("talk")
    wanted = st.query_params.get(LINK, "")
    if talk is None or (wanted and wanted != talk.id):
        talk = _open(frame, wanted) if wanted else Talk()
    st.session_state["talk"] = talk
    address.show(LINK, talk.id)
    return talk


def begin_anew() -> None:
    """Leave the present conversation; where it is kept, it stays in the list."""
    st.session_state["talk"] = Talk()
    st.session_state.pop("asking", None)
    st.query_params.pop(LINK, None)


def add(frame: Frame, exchange: Exchange) -> None:
    """Add to the conversation. Asking in somebody else's makes a copy of one's own."""
    talk: Talk = st.session_state["talk"]
    talk.exchanges.append(exchange)
    talk.name = talk.name or exchange.question
    talk.missing = False

    def keep(owner: str) -> None:
        assert frame.store is not None  # noqa: S101 - asked for before
        kept = talk.mine and talk.id and frame.store.append(talk.id, owner, exchange)
        if not kept:
            talk.id = frame.store.begin(owner, talk.name, talk.exchanges)
            talk.mine, talk.shared = True, False

    _in_store(frame, keep)
    address.show(LINK, talk.id)


def rename(frame: Frame, name: str) -> None:
    """Call the conversation something else."""
    talk: Talk = st.session_state["talk"]
    if name.strip() and talk.mine:
        talk.name = name.strip()
        _in_store(frame, lambda owner: frame.store.rename(talk.id, owner, name) if frame.store else None)


def share(frame: Frame, shared: bool) -> None:
    """Let others read the conversation by its link, or no longer."""
    talk: Talk = st.session_state["talk"]
    if talk.mine:
        talk.shared = shared
        _in_store(frame, lambda owner: frame.store.share(talk.id, owner, shared) if frame.store else None)


def remove(frame: Frame) -> None:
    """Forget the conversation."""
    talk: Talk = st.session_state["talk"]
    if talk.mine and talk.id:
        _in_store(frame, lambda owner: frame.store.remove(talk.id, owner) if frame.store else None)
    begin_anew()


def history(talk: Talk) -> list[tuple[str, str]]:
    """What was asked and answered, as a follow-up question is told of it."""
    return [(x.question, _said(x.answer)) for x in talk.exchanges if x.answer is not None]


def link(talk: Talk) -> str:
    """The conversation's address."""
    here = urlsplit(str(st.context.url or ""))
    return urlunsplit((here.scheme, here.netloc, here.path, urlencode({LINK: talk.id}), ""))


def _open(frame: Frame, identity: str) -> Talk:
    try:
        kept = frame.store.load(identity, frame.visitor.owner) if frame.store else None
    except KamerbronError:
        kept = None
    if kept is None:
        return Talk(missing=True)
    return Talk(kept.id, kept.name, list(kept.exchanges), kept.mine, kept.shared)


def _in_store(frame: Frame, step: Callable[[str], object]) -> None:
    """Do something in the store. Where that fails, the conversation goes on in this session, and that is said."""
    if frame.store is None or frame.visitor.owner is None:
        return
    try:
        step(frame.visitor.owner)
    except KamerbronError as error:
        st.session_state["store_error"] = error


def _said(answer: Answer) -> str:
    return answer.refusal.message if answer.refusal else " ".join(s.text for s in answer.statements)
