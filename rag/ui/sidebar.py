"""What stands beside every page: the interface's language and what answers may rest on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

import streamlit as st

from rag.filters import Filters
from rag.types import Description, Language, Role
from rag.ui.ask import new_conversation
from rag.ui.texts import LANGUAGES, text
from rag.wording import ROLES


def language() -> Language:
    """The language that the reader chose for the interface; Dutch before any choice."""
    chosen: Language = st.session_state.get("language") or "nl"
    return chosen


def choose_language() -> None:
    """The switch between Dutch and English."""
    options = list(LANGUAGES)
    label = text("language", language())
    st.radio(
        label,
        options,
        format_func=LANGUAGES.__getitem__,
        key="language",
        horizontal=True,
        label_visibility="collapsed",
    )


def choose_filters(descriptions: Mapping[str, Description]) -> tuple[Filters, tuple[str, ...]]:
    """What the reader narrows to, as filters and in words."""
    said = language()
    st.subheader(text("filters", said))
    roles = _choose("role", {role: ROLES[role][said] for role in get_args(Role)})
    kinds = _choose(
        "kind", {kind: text(kind, said) for kind in sorted({d.kind for d in descriptions.values()})}
    )
    documents = _choose("document", {name: d.title or name for name, d in descriptions.items()})
    filters = Filters(roles=frozenset(roles), kinds=frozenset(kinds), documents=frozenset(documents))
    return filters, (*roles.values(), *kinds.values(), *documents.values())


def _choose(what: str, options: Mapping[str, str]) -> dict[str, str]:
    """A choice of several; what is chosen, each with its name."""
    said = language()
    chosen = st.multiselect(
        text(what, said),
        list(options),
        format_func=lambda option: options.get(option, option),
        key=f"only_{what}",
        placeholder=text("any", said),
        select_all=False,
        persist_state="session",
    )
    return {option: options.get(option, option) for option in chosen}


def offer_new_conversation() -> None:
    """The button that forgets what was asked in this session."""
    st.button(
        text("new", language()), on_click=new_conversation, icon=":material/add_comment:", width="stretch"
    )
