"""A server that speaks Ollama's native protocol over real HTTP and says what a test tells it to, or misbehaves.

    with FakeOllama() as server:
        server.enqueue(says(("De minister zal …", ["s1"])))     # the next answer
        server.enqueue(Chat(status=503))                        # the one after it
        server.enqueue('{"terms": ["opvang"]}', to="terms")     # the next search terms
        ... settings with ollama_url=server.url ...
        server.asked("answer")[0]["format"]                     # what was asked

With nothing enqueued it answers well (`fake_replies.answer_well`). Shapes: Ollama's docs/api.md, August 2026.
"""

from __future__ import annotations

import json
import select
import socket
import threading
import time
from collections import defaultdict, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from fake_replies import Reply, answer_well, wanted

from rag.settings import DEFAULT_LLM

MODEL = DEFAULT_LLM
PIECE = 24  # characters a streamed line carries
STAMP = "2026-08-01T12:00:00Z"
BUSY = "server busy, please try again.  maximum pending requests exceeded"
Line = dict[str, Any]


@dataclass(frozen=True)
class Chat:
    """What one POST /api/chat is answered with; `content` may be worked out of the request."""

    content: str | Reply = ""
    status: int = 200
    thinking: str = ""
    error_after: int | None = None  # lines of content before {"error": …} ends the stream
    silent: float = 0.0  # seconds without a byte before anything is sent
    silent_after: int | None = None  # lines before 30 s without a byte
    pause: float = 0.0  # seconds before each line
    cut_after: int | None = None  # lines before the connection is closed with no last line
    done_reason: str = "stop"
    prompt_eval_count: int | None = None  # None: a third of the prompt's characters
    reads: int | None = (
        None  # tokens of context the model really has: the prompt's beginning is dropped without a word
    )
    until: threading.Event | None = None  # nothing is sent before this is set
    last_after: threading.Event | None = None  # the last two lines are not sent before this is set


@dataclass
class FakeOllama:
    """The server; its attributes may be changed while it runs."""

    models: list[str] = field(default_factory=lambda: [MODEL])
    chats: list[dict[str, Any]] = field(default_factory=list)
    pulls: list[dict[str, Any]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    tags: str | None = None  # the body of /api/tags in place of the list of models
    tags_status: int = 200
    tags_silent: float = 0.0
    pull_error: str | None = None
    pull_cut: bool = False  # whether the connection breaks off in the middle of a pull
    keep_alive: bool = False  # whether connections stay open for the next request, as a real server's do
    open_connections: int = 0
    hung_up: int = 0  # answers whose reader was gone before their end

    def __post_init__(self) -> None:
        self._queues: dict[str, deque[Chat]] = defaultdict(deque)
        self._changed = threading.Condition()
        self.released = threading.Event()  # set when the test is over: whoever is silent wakes
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.fake = self
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        host, port = self._server.server_address[:2]
        return f"http://{host}:{port}"

    def enqueue(self, *chats: Chat | str | Reply, to: str = "answer") -> None:
        """What the next chats are answered with, in order; text is the content of a good reply."""
        self._queues[to].extend(c if isinstance(c, Chat) else Chat(c) for c in chats)

    def next_chat(self, request: dict[str, Any]) -> Chat:
        queue = self._queues[wanted(request)]
        return queue.popleft() if queue else Chat(answer_well)

    def asked(self, what: str) -> list[dict[str, Any]]:
        """The requests for an answer, a follow_up or terms, in order."""
        return [c for c in self.chats if wanted(c) == what]

    def was_asked(self, what: str, seconds: float = 5.0) -> bool:
        """Whether there was a request for an answer, a follow_up or terms; waits for it."""
        with self._changed:
            return self._changed.wait_for(lambda: bool(self.asked(what)), seconds)

    def note(self, opened: int = 0, hung_up: int = 0) -> None:
        with self._changed:
            self.open_connections += opened
            self.hung_up += hung_up
            self._changed.notify_all()

    def all_closed(self, seconds: float = 1.0) -> bool:
        """Whether every connection was closed; waits for the server to notice."""
        with self._changed:
            return self._changed.wait_for(lambda: not self.open_connections, seconds)

    def left_alone(self, seconds: float = 1.0) -> bool:
        """Whether some reader hung up; waits for the server to notice."""
        with self._changed:
            return self._changed.wait_for(lambda: self.hung_up > 0, seconds)

    def __enter__(self) -> FakeOllama:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    fake: FakeOllama


# -- the protocol -------------------------------------------------------------------------------------------------


def _tags(fake: FakeOllama) -> str:
    if fake.tags is not None:
        return fake.tags
    return json.dumps(
        {"models": [{"name": m, "model": m, "size": 1, "digest": "0" * 64} for m in fake.models]}
    )


def _shown(_: dict[str, Any]) -> str:
    return json.dumps({"details": {"family": "qwen3"}, "capabilities": ["completion"], "model_info": {}})


def _as_read(request: dict[str, Any], chat: Chat) -> tuple[dict[str, Any], int]:
    """The request as the model reads it, and how many tokens it says it read."""
    size = sum(len(m["content"]) for m in request["messages"]) // 3
    if chat.reads is None or size <= chat.reads:
        return request, size if chat.prompt_eval_count is None else chat.prompt_eval_count
    *before, last = request["messages"]
    kept = chat.reads // 2 + 2  # as Ollama's runner cuts and counts since 2026
    return {**request, "messages": [*before, {**last, "content": last["content"][-3 * kept :]}]}, kept


def _message(request: dict[str, Any], **said: str) -> Line:
    return {"model": request["model"], "created_at": STAMP, "message": {"role": "assistant", **said}}


def _ending(chat: Chat, read: int) -> Line:
    return {
        "done": True, "done_reason": chat.done_reason, "prompt_eval_count": read, "eval_count": 9, "total_duration": 1,
    }  # fmt: skip


def _lines(request: dict[str, Any], chat: Chat, content: str, read: int) -> list[Line]:
    """The lines of a streamed answer, as far as it gets."""
    pieces = [{"content": "", "thinking": chat.thinking}] if chat.thinking else []
    pieces += [{"content": content[i : i + PIECE]} for i in range(0, len(content), PIECE)]
    lines = [{**_message(request, **p), "done": False} for p in pieces]
    if chat.cut_after is not None:
        return lines[: chat.cut_after]
    if chat.error_after is not None:
        return [*lines[: chat.error_after], {"error": "an error was encountered while running the model"}]
    return [*lines, {**_message(request, content=""), **_ending(chat, read)}]


def _pull_lines(fake: FakeOllama) -> list[Line]:
    layer = {"status": "pulling abc", "digest": "sha256:abc", "total": 100}
    lines: list[Line] = [{"status": "pulling manifest"}, *({**layer, "completed": n} for n in (10, 60, 100))]
    if fake.pull_cut:
        return lines[:2]
    return [*lines, {"error": fake.pull_error} if fake.pull_error else {"status": "success"}]


# -- over HTTP ----------------------------------------------------------------------------------------------------


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    @property
    def fake(self) -> FakeOllama:
        return self.server.fake

    def setup(self) -> None:
        self.fake.note(opened=1)
        super().setup()

    def finish(self) -> None:
        super().finish()
        self.fake.note(opened=-1)

    def end_headers(self) -> None:
        if not self.fake.keep_alive:
            self.send_header("Connection", "close")
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing on stderr."""

    def do_GET(self) -> None:
        try:
            self._get()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _get(self) -> None:
        self.fake.paths.append(self.path)
        if self.path == "/api/version":
            self._send(200, json.dumps({"version": "0.12.0"}))
        elif self.path == "/api/tags":
            self.fake.released.wait(self.fake.tags_silent)
            self._send(self.fake.tags_status, _tags(self.fake))
        else:
            self._send(404, '{"error": "not found"}')

    def do_POST(self) -> None:
        try:
            self._post()
        except (BrokenPipeError, ConnectionResetError):  # the reader lost patience
            self.close_connection = True
            self.fake.note(hung_up=1)

    def _post(self) -> None:
        self.fake.paths.append(self.path)
        request = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
        if self.path == "/api/chat":
            self._chat(request)
        elif self.path == "/api/pull":
            self._pull(request)
        elif self.path == "/api/show":
            self._send(200, _shown(request))
        else:
            self._send(404, '{"error": "not found"}')

    def _chat(self, request: dict[str, Any]) -> None:
        self.fake.chats.append(request)
        self.fake.note()
        chat = self.fake.next_chat(request)
        self._wait(chat.silent)
        if chat.until is not None:
            chat.until.wait(30)
        if request["model"] not in self.fake.models:
            self._send(404, json.dumps({"error": f"model '{request['model']}' not found"}))
        elif chat.status != 200:
            self._send(chat.status, json.dumps({"error": BUSY if chat.status == 503 else "it broke"}))
        else:
            self._answer(request, chat)

    def _answer(self, request: dict[str, Any], chat: Chat) -> None:
        seen, read = _as_read(request, chat)
        content = chat.content(seen) if callable(chat.content) else chat.content
        if request.get("stream", True):
            lines = _lines(request, chat, content, read)
            self._stream(self._timed(lines, chat), whole=chat.cut_after is None)
        else:
            said = _message(request, content=content, thinking=chat.thinking)
            self._send(200, json.dumps({**said, **_ending(chat, read)}))

    def _timed(self, lines: Sequence[Line], chat: Chat) -> Iterator[Line]:
        for n, line in enumerate(lines):
            self._wait(30 if n == chat.silent_after else chat.pause)
            while chat.last_after and n >= len(lines) - 2 and not chat.last_after.is_set():
                self._wait(0.05)
                if self.fake.released.is_set():
                    break
            yield line

    def _wait(self, seconds: float) -> None:
        """Say nothing; end at once where the reader hangs up, which a real server notices too, or the test is over."""
        until = time.monotonic() + seconds
        while time.monotonic() < until and not self.fake.released.is_set():
            readable, _, _ = select.select([self.connection], [], [], 0.02)
            if readable and not self.connection.recv(1, socket.MSG_PEEK):
                raise ConnectionResetError

    def _pull(self, request: dict[str, Any]) -> None:
        self.fake.pulls.append(request)
        lines = _pull_lines(self.fake)
        if lines[-1].get("status") == "success":
            self.fake.models.append(request["model"])
        self._stream(iter(lines), whole=not self.fake.pull_cut)

    def _stream(self, lines: Iterator[Line], whole: bool) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for line in lines:
            data = json.dumps(line, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
            self.wfile.flush()
        if whole:
            self.wfile.write(b"0\r\n\r\n")
        else:
            self.close_connection = True

    def _send(self, status: int, body: str) -> None:
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
