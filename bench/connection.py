"""A reader's connection to the app's real server, without a browser: it says what Streamlit's page says and hears what it hears."""

from __future__ import annotations

import time
from contextlib import ExitStack
from dataclasses import dataclass

import httpx
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.typing import Origin, Subprotocol

from rag.ui.visitor import COOKIE

PATIENCE = 120.0  # seconds that any answer may take before the connection is given up


@dataclass(frozen=True, slots=True)
class Drawn:
    """A page that the server sent: every word of it, the id of the field for a question, and those of what opens at a click."""

    said: bytes
    field: str
    popovers: tuple[str, ...]

    def holds(self, text: str) -> bool:
        """Whether a text stands anywhere on it."""
        return text.encode() in self.said


class Session:
    """One reader's connection, with a cookie of its own or another's `secret`. Use it in a `with`; raises TimeoutError where
    no answer comes.
    """

    def __init__(self, home: str, locale: str = "nl-NL", secret: str = "") -> None:
        self._home, self._locale = home, locale
        self.secret = secret or self._get_cookie()
        self._open = ExitStack()
        self._connection = self._open.enter_context(
            connect(
                f"{home.replace('http', 'ws', 1)}/_stcore/stream", subprotocols=[Subprotocol("streamlit")],
                origin=Origin(home), additional_headers={"Cookie": f"{COOKIE}={self.secret}"}, max_size=None, proxy=None,
                open_timeout=PATIENCE, ping_interval=None, close_timeout=1,  # a busy server is waited for, a leave-taking not
            )
        )  # fmt: skip
        self._opened: list[str] = []
        self.heard = bytearray()  # all that the server ever sent over this connection
        self.page = self._draws()

    def __enter__(self) -> Session:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def asks(self, question: str) -> float:
        """Put a question and wait for the page with its answer; the seconds that took."""
        begun = time.perf_counter()
        self.page = self._draws(question)
        return time.perf_counter() - begun

    def opens(self, key: str) -> None:
        """Open a popover of the page; it stays open."""
        self._opened += [p for p in self.page.popovers if p.endswith(f"-{key}")]
        self.page = self._draws()

    def _get_cookie(self) -> str:
        with httpx.Client(trust_env=False, timeout=PATIENCE) as client:
            client.get(self._home).raise_for_status()
            return client.cookies[COOKIE]

    def _draws(self, question: str = "") -> Drawn:
        message = BackMsg()
        wanted = message.rerun_script
        wanted.context_info.locale, wanted.context_info.url = self._locale, self._home
        for popover in self._opened:
            state = wanted.widget_states.widgets.add()
            state.id, state.bool_value = popover, True
        if question:
            field = wanted.widget_states.widgets.add()
            field.id, field.chat_input_value.data = self.page.field, question
        self._connection.send(message.SerializeToString())
        begins, field_id, popovers = len(self.heard), "", list[str]()
        while True:
            data = self._connection.recv(timeout=PATIENCE)
            assert isinstance(data, bytes)  # noqa: S101 - the server speaks in bytes only
            heard = ForwardMsg.FromString(data)
            kind = heard.WhichOneof("type")
            if kind == "new_session":
                begins = len(self.heard)  # the page is drawn anew from here
            self.heard += data
            if kind == "delta" and heard.delta.new_element.WhichOneof("type") == "chat_input":
                field_id = heard.delta.new_element.chat_input.id
            elif kind == "delta" and heard.delta.add_block.popover.id:
                popovers.append(heard.delta.add_block.popover.id)
            elif kind == "script_finished" and heard.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                return Drawn(bytes(self.heard[begins:]), field_id, tuple(popovers))
