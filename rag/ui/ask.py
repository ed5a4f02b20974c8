"""The Ask page: a conversation, with the source that is open beside it."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from rag.errors import KamerbronError
from rag.export.source import inert, name
from rag.filters import Filters
from rag.types import Language, Statement
from rag.ui import answer, problems, session, source
from rag.ui.markup import literal
from rag.ui.session import Talk
from rag.ui.shared import Frame
from rag.ui.store import Exchange
from rag.ui.texts import EXAMPLES, text

ASKING = "asking"  # in the session's state: the question that is being answered


def page(frame: Frame, filters: Filters, narrowed: tuple[str, ...]) -> None:
    """The whole page."""
    talk = session.current(frame)
    with st.bottom:
        typed = st.chat_input(text("placeholder", frame.language), key="question", max_chars=None)
        count = len(frame.assistant.index.descriptions)
        told = [text("mode", frame.language, mode=answer.mode(frame.model(), frame), count=count)]
        told += [text("narrowed", frame.language, what="; ".join(narrowed))] if narrowed else []
        st.caption(literal(" · ".join(told)))
    if typed:
        begin_asking(typed)
    # Until it is answered a question is remembered: Streamlit ends a run where the reader does something meanwhile.
    question: str | None = st.session_state.get(ASKING)
    there = source.opened()
    beside = [1, 1] if there is not None else [1, 0.001]
    left, right = st.columns(beside)
    with left, st.container(key="talk"):
        _show_talk(frame, talk, bool(question))
        if question:
            _ask(frame, talk, question, filters, narrowed)
    if there is not None:
        with right:
            source.show_opened(frame, there)


def begin_asking(question: str) -> None:
    """Put a question; the next run of the page answers it."""
    st.session_state[ASKING] = question
    source.close()


def _show_talk(frame: Frame, talk: Talk, asking: bool) -> None:
    if not talk.exchanges:
        st.title("Kamerbron", anchor=False)
        if talk.missing:
            st.warning(text("no_conversation", frame.language))
        if not asking:
            _show_start(frame.language)
        return
    with st.container(horizontal=True, vertical_alignment="center", wrap=False, key="head"):
        st.header(literal(name(talk.name)), anchor=False, width="stretch")
        if talk.mine and talk.id:
            _manage(frame, talk)
    if not talk.mine:
        st.info(text("others", frame.language))
    error = st.session_state.pop("store_error", None)
    if error is not None:
        problems.show(error, frame.language)
    for n, exchange in enumerate(talk.exchanges):
        if n and n == len(talk.exchanges) - 1 and not asking:
            source.bring_into_view(f"{talk.id} {n} {exchange.asked}")
        answer.show(frame, exchange, str(n))


def _show_start(language: Language) -> None:
    st.markdown(text("start", language))
    st.caption(text("try", language))
    other: Language = "en" if language == "nl" else "nl"
    for group, examples in enumerate((EXAMPLES[language], EXAMPLES[other][:2])):
        for n, example in enumerate(examples):
            key = f"example_{group}_{n}"
            st.button(literal(example), key=key, on_click=begin_asking, args=(example,), width="stretch")


def _manage(frame: Frame, talk: Talk) -> None:
    """Name, link and end of a conversation."""
    language = frame.language
    with st.popover(text("manage", language), icon=":material/edit:", key="manage"):
        st.text_input(text("name", language), value=talk.name, key=f"name_{talk.id}", max_chars=120)
        st.button(text("rename", language), on_click=_rename, args=(frame, f"name_{talk.id}"), key="rename")
        shared = st.toggle(text("share", language), value=talk.shared, key=f"share_{talk.id}")
        if shared != talk.shared:
            session.share(frame, shared)
        st.caption(text("link", language) if talk.shared else text("link_private", language))
        st.code(session.link(talk), language=None, wrap_lines=True)
        st.button(
            text("remove_conversation", language), on_click=session.remove, args=(frame,), key="remove_talk",
            icon=":material/delete:",
        )  # fmt: skip


def _rename(frame: Frame, widget: str) -> None:
    session.rename(frame, st.session_state.get(widget, ""))


def _ask(frame: Frame, talk: Talk, question: str, filters: Filters, narrowed: tuple[str, ...]) -> None:
    """Ask, with each statement shown as soon as it has passed its checks; then draw the page with the answer in it."""
    with st.chat_message("user", avatar=answer.ASKER):
        st.text(inert(question))
    asked = datetime.now(UTC).isoformat(timespec="seconds")
    with st.chat_message("assistant", avatar=answer.ANSWERER):
        coming = st.empty()
        try:
            with coming.container(), st.spinner(text("working", frame.language)):
                made = frame.assistant.ask(question, filters, session.history(talk), _show_coming)
            exchange = Exchange(question, made, "", narrowed, asked)
        except KamerbronError as error:
            exchange = Exchange(question, None, str(error), narrowed, asked)
        except Exception:
            del st.session_state[ASKING]  # or every later run would meet the same
            raise
        finally:
            coming.empty()  # only now: emptied while the spinner still stands in it, the browser's page breaks
    del st.session_state[ASKING]
    session.add(frame, exchange)
    st.rerun()


def _show_coming(statement: Statement) -> None:
    st.text(inert(statement.text))
