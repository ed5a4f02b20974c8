"""The Documents page: what every answer rests on, as a list, as a timeline, and each to read."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

import streamlit as st

from rag.date_notes import date_note, spoken_date
from rag.errors import StoreError
from rag.export.source import inert, kamerstuk, name
from rag.types import Description, Language
from rag.ui import address, changes, problems, source
from rag.ui.blocks import Mark
from rag.ui.library import Entry, entries
from rag.ui.markup import literal
from rag.ui.shared import Frame
from rag.ui.texts import text
from rag.wording import ROLES

PAGE = 25  # documents shown at once
SEARCHABLE = 8  # documents from which there is a field to find one


def page(frame: Frame) -> None:
    """The whole page: one document where the address names one, else all of them."""
    wanted = st.query_params.get("document", "")
    address.show("document", wanted)
    with st.container(key="wide" if wanted else "talk"):
        if wanted:
            _show_document(frame, wanted)
        else:
            _show_all(frame)


def _show_all(frame: Frame) -> None:
    language = frame.language
    st.title(text("documents", language), anchor=False)
    st.caption(text("documents_intro", language))
    changes.show_jobs(frame)
    if frame.visitor.editor:
        changes.offer_upload(frame)
    else:
        st.caption(text("readers_only", language))
    try:
        descriptions, counts = frame.documents()
    except StoreError as error:
        problems.show(error, language)
        return
    if not descriptions:
        st.info(text("no_documents", language))
        return
    listed = _found(entries(dict(descriptions), dict(counts), frame.settings), frame)
    views = {"list": text("list", language), "timeline": text("timeline", language)}
    view = st.segmented_control(
        text("view", language), list(views), format_func=views.__getitem__, default="list", required=True, key="view",
        label_visibility="collapsed",
    )  # fmt: skip
    if view == "timeline":
        _show_timeline(frame, listed)
    else:
        _show_list(frame, listed)


def _found(listed: Sequence[Entry], frame: Frame) -> list[Entry]:
    """The documents whose title, sender or name holds what was typed."""
    if len(listed) < SEARCHABLE:
        return list(listed)
    typed = st.text_input(text("find_document", frame.language), key="find_document").casefold().split()

    def holds(entry: Entry) -> bool:
        said = f"{entry.name} {entry.description.title} {entry.description.sender or ''}".casefold()
        return all(word in said for word in typed)

    return [entry for entry in listed if holds(entry)]


def _show_list(frame: Frame, listed: Sequence[Entry]) -> None:
    pages = max(1, -(-len(listed) // PAGE))
    at = st.pagination(pages, key="document_page") if pages > 1 else 1
    for entry in listed[(at - 1) * PAGE : at * PAGE]:
        with st.container(border=True, gap="xsmall"):
            _show_entry(frame, entry)


def _show_entry(frame: Frame, entry: Entry) -> None:
    language, described = frame.language, entry.description
    st.markdown(f"**{literal(name(described.title or entry.name))}**")
    st.caption(literal(about(described, language)))
    st.caption(literal(f"{inert(entry.name)} · {text('passages', language, count=entry.passages)}"))
    with st.container(horizontal=True, vertical_alignment="center"):
        _link(text("read", language), entry.name, ":material/menu_book:")
        if frame.visitor.editor:
            changes.offer_changes(frame, entry)


def about(described: Description, language: Language) -> str:
    """Kind, sender, role, date with its note, and Kamerstuk numbers, on one line."""
    kind = text(described.kind, language)
    parts = [kind[:1].upper() + kind[1:], name(described.sender or text("unknown_sender", language))]
    parts += [ROLES[described.role][language]] if described.role else []
    note = f" ({inert(date_note(described.date_note, language))})" if described.date_note else ""
    day = spoken_date(described.date, language) if described.date else text("undated", language)
    parts.append(day + note)
    parts += [f"Kamerstuk {kamerstuk(inert(d))}" for d in described.dossier]
    return " · ".join(parts)


def _show_timeline(frame: Frame, listed: Sequence[Entry]) -> None:
    """By year and day, the last one first; what has no date comes after, for it cannot be placed."""
    language = frame.language
    dated = sorted(
        (e for e in listed if e.description.date), key=lambda e: e.description.date or "", reverse=True
    )
    for year, group in groupby(dated, key=lambda e: (e.description.date or "")[:4]):
        st.subheader(year, anchor=False)
        for entry in group:
            day = spoken_date(entry.description.date or "", language)
            _show_on_line(frame, entry, day)
    undated = [e for e in listed if not e.description.date]
    if undated:
        st.subheader(text("undated_documents", language), anchor=False)
    for entry in undated:
        note = entry.description.date_note
        _show_on_line(frame, entry, inert(date_note(note, language)) if note else text("undated", language))


def _show_on_line(frame: Frame, entry: Entry, when: str) -> None:
    with st.container(border=True, gap="xsmall"):
        st.caption(literal(when))
        st.markdown(f"**{literal(name(entry.description.title or entry.name))}**")
        sender = name(entry.description.sender or text("unknown_sender", frame.language))
        st.caption(literal(f"{text(entry.description.kind, frame.language)} · {sender}"))
        _link(text("read", frame.language), entry.name, ":material/menu_book:")


def _link(label: str, document: str, icon: str) -> None:
    page_here = st.session_state.get("documents_page")
    if page_here is not None:
        st.page_link(page_here, label=label, icon=icon, query_params={"document": document})


def _show_document(frame: Frame, wanted: str) -> None:
    """The reading view of one document, at the place that the address names."""
    language = frame.language
    source.bring_into_view(wanted)
    page_here = st.session_state.get("documents_page")
    if page_here is not None:
        st.page_link(page_here, label=text("back", language), icon=":material/arrow_back:")
    written = frame.text(wanted)
    if written is None:
        st.warning(text("no_such_document", language))
        return
    described = frame.assistant.index.descriptions[wanted]
    st.header(literal(name(described.title or wanted)), anchor=False)
    st.caption(literal(about(described, language)))
    source.official(described.url, language)
    marks = _marks(len(written))
    around = st.session_state.get(f"around_{wanted}")
    start, end = source.show_text(frame, wanted, marks, around)
    with st.container(horizontal=True):
        if start > 0:
            _turn(text("earlier", language), wanted, max(0, start), ":material/arrow_upward:")
        if end < len(written):
            _turn(text("further", language), wanted, end, ":material/arrow_downward:")


def _turn(label: str, document: str, at: int, icon: str) -> None:
    st.button(label, key=f"turn_{icon}", icon=icon, on_click=_turn_to, args=(document, at))


def _turn_to(document: str, at: int) -> None:
    st.session_state[f"around_{document}"] = at


def _marks(length: int) -> list[Mark]:
    """The place that the address names, if it is one."""
    start, end = (st.query_params.get(key, "") for key in ("start", "end"))
    if start.isdecimal() and end.isdecimal() and int(start) < int(end) <= length:
        return [Mark(int(start), int(end), True)]
    return []
