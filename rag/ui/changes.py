"""Adding, describing and removing documents: forms, and what became of what was asked."""

from __future__ import annotations

from datetime import date
from typing import get_args

import streamlit as st

from rag.errors import DocumentError
from rag.export.source import inert
from rag.ingest import Line
from rag.types import Description, Kind, Language, Role
from rag.ui import problems
from rag.ui.jobs import Job
from rag.ui.library import Entry, clean_name
from rag.ui.markup import literal
from rag.ui.shared import Frame
from rag.ui.texts import LANGUAGES, text
from rag.wording import ROLES

POLL = 1.0  # seconds between two looks at a job that runs
STEPS = ("", "read", "embed", "index")  # what an ingest says that it is doing
MEGABYTES = 20  # of one file; also in .streamlit/config.toml and rag.serve


def offer_upload(frame: Frame) -> None:
    """The form that takes files."""
    language = frame.language
    with st.expander(text("add", language), icon=":material/upload_file:", key="upload"):
        with st.form("add", border=False, clear_on_submit=True):
            files = st.file_uploader(
                text("add_files", language, size=MEGABYTES), accept_multiple_files=True, key="files"
            )
            replace = st.checkbox(text("replace", language), key="replace")
            sent = st.form_submit_button(text("add_now", language), icon=":material/upload:")
        if not sent:
            return
        if not files:
            st.warning(text("choose_first", language))
            return
        ready: dict[str, bytes] = {}
        refused: list[Line] = []
        for file in files:
            try:
                ready[clean_name(file.name)] = file.getvalue()
            except DocumentError as error:
                refused.append(Line(file.name, "refused", why=str(error)))
        if refused:
            _mine().append(Job("add", (), "done", lines=tuple(refused)))
        if ready:
            _mine().append(frame.jobs.add(ready, replace))
        st.rerun()


def show_jobs(frame: Frame) -> None:
    """What this session asked for, and how far it is."""
    if any(not job.over for job in _mine()):
        _show_running(frame)
    for n, job in enumerate(_mine()):
        if job.over:
            with st.container(border=True):
                _show_done(job, frame.language)
                st.button(
                    text("dismiss", frame.language), key=f"dismiss_{n}", on_click=_mine().remove, args=(job,)
                )


@st.fragment(run_every=POLL)
def _show_running(frame: Frame) -> None:
    """Progress, looked at again every second; when a job is over, the page is drawn anew."""
    running = [job for job in _mine() if not job.over]
    for job in running:
        names = inert(", ".join(job.names))
        st.markdown(literal(text(f"job_{job.what}", frame.language, names=names)))
        if job.state == "waiting":
            before = frame.jobs.busy()[0]
            st.caption(literal(text("waiting", frame.language, names=inert(", ".join(before.names)))))
        step = text(f"step_{job.step}", frame.language) if job.step in STEPS else job.step
        far = f" {job.done}/{job.total}" if job.total else " …"
        st.progress(min(1.0, job.done / job.total) if job.total else 0.0, text=step + far)
    st.caption(text("goes_on", frame.language))
    if len(running) < st.session_state.get("running", 0):
        st.session_state["running"] = len(running)
        st.rerun()
    st.session_state["running"] = len(running)


def _show_done(job: Job, language: Language) -> None:
    if job.state == "failed":
        problems.show(job.error, language)
    elif job.what != "add":
        st.success(literal(text(f"done_{job.what}", language, names=inert(", ".join(job.names)))))
    for line in job.lines:
        verdict = text(f"verdict_{line.verdict}", language, count=line.passages)
        why = f": {problems.said(line.why, language, 'DocumentError')}" if line.why else ""
        shown = literal(f"{inert(line.name)} – {verdict}{why}")
        if line.verdict == "refused":
            st.error(shown, icon=":material/block:")
        else:
            st.success(shown, icon=":material/check:")


def offer_changes(frame: Frame, entry: Entry) -> None:
    """The buttons that open the two forms of a document."""
    if st.button(text("edit", frame.language), key=f"edit_{entry.name}", icon=":material/edit:"):
        st.dialog(text("edit", frame.language), width="medium")(_edit)(frame, entry)
    if st.button(text("remove", frame.language), key=f"remove_{entry.name}", icon=":material/delete:"):
        st.dialog(text("remove", frame.language))(_confirm)(frame, entry)


def _edit(frame: Frame, entry: Entry) -> None:
    """What is said of a document, to be changed."""
    language, was = frame.language, entry.description
    st.caption(text("edit_note", language))
    if not entry.added:
        st.caption(text("edit_elsewhere", language))
    kinds, roles = list(get_args(Kind)), [None, *get_args(Role)]
    tongues = [None, *LANGUAGES]
    with st.form("edit", border=False):
        title = st.text_area(text("title", language), value=was.title, height=80, key="edit_title")
        kind = st.selectbox(
            text("kind", language),
            kinds,
            kinds.index(was.kind),
            format_func=lambda k: text(k, language),
            key="edit_kind",
        )
        sender = st.text_input(text("sender", language), value=was.sender or "", key="edit_sender")
        role = st.selectbox(
            text("role", language),
            roles,
            roles.index(was.role),
            format_func=lambda r: ROLES[r][language],
            key="edit_role",
        )
        day = st.text_input(text("date", language), value=was.date or "", key="edit_date")
        note = st.text_input(text("date_note", language), value=was.date_note or "", key="edit_date_note")
        dossier = st.text_input(text("dossier", language), value=", ".join(was.dossier), key="edit_dossier")
        tongue = st.selectbox(
            text("document_language", language), tongues, tongues.index(was.language) if was.language in tongues else 0,
            format_func=lambda x: LANGUAGES[x] if x else text("unknown", language), key="edit_language",
        )  # fmt: skip
        url = st.text_input(text("url", language), value=was.url or "", key="edit_url")
        saved = st.form_submit_button(text("save", language), type="primary")
    if not saved:
        return
    wrong = _wrong(title, day, url)
    if wrong:
        st.error(text(wrong, language))
        return
    numbers = tuple(d.strip() for d in dossier.split(",") if d.strip())
    described = Description(
        " ".join(title.split()), kind, sender.strip() or None, role, day.strip() or None, note.strip() or None, numbers,
        tongue, url.strip() or None,
    )  # fmt: skip
    _mine().append(frame.jobs.describe(entry.name, described))
    st.rerun()


def _wrong(title: str, day: str, url: str) -> str:
    """The text that says what cannot stand; empty where all can."""
    if not title.strip():
        return "no_title"
    if url.strip() and not url.strip().startswith(("https://", "http://")):
        return "bad_url"
    try:
        if day.strip():
            date.fromisoformat(day.strip())
    except ValueError:
        return "bad_date"
    return ""


def _confirm(frame: Frame, entry: Entry) -> None:
    """Whether a document is really to go, and what that means."""
    language = frame.language
    st.markdown(literal(text("remove_sure", language, title=inert(entry.description.title or entry.name))))
    st.caption(text("remove_added" if entry.added else "remove_elsewhere", language))
    with st.container(horizontal=True):
        if st.button(text("remove", language), type="primary", key="remove_now"):
            _mine().append(frame.jobs.remove(entry.name))
            st.rerun()
        if st.button(text("cancel", language), key="cancel"):
            st.rerun()


def _mine() -> list[Job]:
    """The jobs that this session asked for, and whose end it has not dismissed."""
    mine: list[Job] = st.session_state.setdefault("jobs", [])
    return mine
