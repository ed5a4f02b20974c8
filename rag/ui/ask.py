"""The Ask page: a conversation, with the source that is open beside it."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import UTC, datetime

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

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
        top, trouble = st.empty(), st.empty()
        _show_top(frame, talk, top, bool(question))
        _show_talk(frame, talk, bool(question))
        if question:
            named = bool(talk.exchanges)
            _ask(frame, talk, question, filters, narrowed)
            if not named:
                _show_top(frame, talk, top, False)
        error = st.session_state.pop("store_error", None)
        if error is not None:
            with trouble.container():
                problems.show(error, frame.language)
    if there is not None:
        with right:
            source.show_opened(frame, there)


def begin_asking(question: str) -> None:
    """Put a question; the next run of the page answers it."""
    st.session_state[ASKING] = question
    source.close()


def _show_top(frame: Frame, talk: Talk, place: DeltaGenerator, asking: bool) -> None:
    """The conversation's name, or what is shown where there is none yet."""
    with place.container():
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


def _show_talk(frame: Frame, talk: Talk, asking: bool) -> None:
    last = len(talk.exchanges) - 1
    for n, exchange in enumerate(talk.exchanges):
        arriving = st.empty()
        if n and n == last and not asking:
            _bring_into_view(talk, arriving)
        answer.show(frame, exchange, str(n))


def _bring_into_view(talk: Talk, place: DeltaGenerator) -> None:
    """Scroll to where the last exchange begins, once."""
    with place:
        source.bring_into_view(f"{talk.id} {len(talk.exchanges) - 1} {talk.exchanges[-1].asked}")


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
    """Ask, with each statement shown as soon as it has passed its checks; then show the answer in the same places in which a
    later run of the page does, for to draw the whole page once more took as long as the answer.
    """
    arriving = st.empty()
    answer.show_question(question)
    asked = datetime.now(UTC).isoformat(timespec="seconds")
    waiting = frame.turn.given_up() if frame.model() else nullcontext()  # a model is waited for for seconds
    with answer.answering() as coming:
        try:
            with coming.container(), st.spinner(text("working", frame.language)), waiting:
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
        answer.show_result(frame, exchange, str(len(talk.exchanges) - 1))
    if len(talk.exchanges) > 1:
        _bring_into_view(talk, arriving)


def _show_coming(statement: Statement) -> None:
    st.text(inert(statement.text))
