"""What stands beside every page: the reader's conversations, what answers may rest on, the interface's language."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from typing import get_args

import streamlit as st

from rag.date_notes import spoken_date
from rag.errors import KamerbronError
from rag.export.source import name
from rag.filters import Filters
from rag.types import Description, Language, Role
from rag.ui import session
from rag.ui.markup import literal
from rag.ui.parts import part
from rag.ui.shared import Frame
from rag.ui.store import Store
from rag.ui.texts import LANGUAGES, text
from rag.wording import ROLES

LISTED = 12  # conversations shown


def language(kept: Store | None, owner: str | None) -> Language:
    """The reader's language: as chosen, as remembered, as the browser's; Dutch before anything is known."""
    if "language" not in st.session_state:
        remembered = None
        with suppress(KamerbronError):  # it is said where a conversation cannot be kept
            remembered = kept.language(owner) if kept and owner else None
        browser = str(st.context.locale or "nl").casefold()
        st.session_state["language"] = remembered or ("nl" if browser.startswith("nl") else "en")
    chosen: Language = st.session_state["language"]
    return chosen


_telling_language = st.components.v2.component("kamerbron_language", js=part("language.js"))


def choose_language(frame: Frame) -> None:
    """The switch between Dutch and English."""
    _telling_language(key="language_of_page", data={"language": frame.language})
    st.radio(
        text("language", frame.language),
        list(LANGUAGES),
        format_func=LANGUAGES.__getitem__,
        key="language",
        horizontal=True,
        label_visibility="collapsed",
        on_change=_remember_language,
        args=(frame,),
    )


def _remember_language(frame: Frame) -> None:
    try:
        if frame.store is not None and frame.visitor.owner is not None:
            frame.store.remember_language(frame.visitor.owner, st.session_state["language"])
    except KamerbronError as error:
        st.session_state["store_error"] = error


def offer_new_conversation(frame: Frame, page: st.Page) -> None:
    """The button that begins a conversation anew, on the page for it."""
    label = text("new", frame.language)
    if st.button(
        label, on_click=session.begin_anew, icon=":material/add_comment:", width="stretch", key="new"
    ):
        st.switch_page(page)


def list_conversations(frame: Frame, page: st.Page) -> None:
    """Links to the reader's conversations, the last one first."""
    if frame.store is None or frame.visitor.owner is None:
        if frame.settings.conversation_days:
            st.caption(text("not_kept", frame.language))
        return
    try:
        listed = frame.store.listed(frame.visitor.owner, LISTED)
    except KamerbronError as error:
        st.session_state["store_error"] = error
        return
    if listed:
        st.caption(text("conversations", frame.language))
    talk: session.Talk | None = st.session_state.get("talk")
    for kept in listed:
        # Streamlit (1.67) marks every link to the page one is on, whatever conversation it leads to; page.css undoes it.
        with st.container(key=f"{'here' if talk and talk.id == kept.id else 'other'}_{kept.id}"):
            st.page_link(page, label=literal(name(kept.name)), query_params={session.LINK: kept.id})


def show_login(frame: Frame) -> None:
    """Who is logged in, and the way out."""
    if frame.visitor.name:
        st.caption(literal(name(frame.visitor.name)))
        st.button(text("log_out", frame.language), on_click=st.logout, key="log_out")


def choose_filters(frame: Frame, descriptions: Mapping[str, Description]) -> tuple[Filters, tuple[str, ...]]:
    """What the reader narrows to, as filters and in words."""
    said = frame.language
    options = {
        "role": {role: ROLES[role][said] for role in get_args(Role)},
        "sender": {d.sender: name(d.sender) for d in descriptions.values() if d.sender},
        "kind": {k: text(k, said) for k in sorted({d.kind for d in descriptions.values()})},
        "document": {n: name(d.title or n) for n, d in descriptions.items()},
    }
    # Drawn only while it is open, for the page appears a sixth sooner without the fields. What is chosen stays.
    narrowing = st.expander(
        text("filters", said), icon=":material/filter_alt:", key="filters", on_change="rerun"
    )
    with narrowing:
        if narrowing.open:
            for what, offered in options.items():
                _offer(what, offered, said)
            for which in ("since", "until"):
                _offer_day(which, said)
        since, until = _period(descriptions, said)
    chosen = {what: _chosen(what, offered) for what, offered in options.items()}
    filters = Filters(
        roles=frozenset(chosen["role"]), senders=frozenset(chosen["sender"]), kinds=frozenset(chosen["kind"]),
        documents=frozenset(chosen["document"]), since=since, until=until,
    )  # fmt: skip
    period = [text("from_day", said, day=spoken_date(since, said))] if since else []
    period += [text("to_day", said, day=spoken_date(until, said))] if until else []
    return filters, (*(words for one in chosen.values() for words in one.values()), *period)


def _offer(what: str, options: Mapping[str, str], said: Language) -> None:
    """A choice of several."""
    st.multiselect(
        text(what, said),
        list(options),
        format_func=lambda option: options.get(option, option),
        key=f"only_{what}",
        placeholder=text("any", said),
        select_all=False,
        persist_state="session",
    )


def _chosen(what: str, options: Mapping[str, str]) -> dict[str, str]:
    """What is chosen of what there is, each with its name."""
    return {o: options[o] for o in st.session_state.get(f"only_{what}", []) if o in options}


def _offer_day(which: str, said: Language) -> None:
    st.date_input(
        text(which, said), value=None, min_value=date(1814, 1, 1), max_value=date(2100, 1, 1), format="YYYY-MM-DD",
        key=f"only_{which}", persist_state="session",
    )  # fmt: skip


def _period(descriptions: Mapping[str, Description], said: Language) -> tuple[str | None, str | None]:
    """The first and the last day, either of them open; and what is to be said of them."""
    days = (st.session_state.get(f"only_{which}") for which in ("since", "until"))
    since, until = (day if isinstance(day, date) else None for day in days)
    if since or until:
        undated = sum(d.date is None for d in descriptions.values())
        st.caption(text("dated_only", said, count=undated))
    if since and until and since > until:
        st.warning(text("period_turned", said))
        return None, None
    return (since.isoformat() if since else None), (until.isoformat() if until else None)
