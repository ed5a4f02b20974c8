"""A server that speaks Ollama's native protocol over real HTTP and says what a test tells it to, or misbehaves.

    with FakeOllama() as server:
        server.enqueue(server.says(("De minister zal …", ["s1"])))   # the next chat
        server.enqueue(Chat(status=503))                             # the one after it
        ... settings with ollama_url=server.url ...
        server.chats[0]["format"]                                    # what was asked

With nothing enqueued it answers well: it takes the first two ids of the enum in the request's schema and repeats, for
each, the sentence that stands behind that id in the prompt. Shapes: Ollama's docs/api.md, August 2026.
"""

from __future__ import annotations

import json
import re
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from rag.settings import DEFAULT_LLM

MODEL = DEFAULT_LLM
PIECE = 24  # characters a streamed line carries
STAMP = "2026-08-01T12:00:00Z"


@dataclass(frozen=True)
class Chat:
    """What one POST /api/chat is answered with; `content` may be worked out of the request."""

    content: str | Callable[[dict[str, Any]], str] = ""
    status: int = 200
    thinking: str = ""
    error_after: int | None = None  # lines of content before {"error": …} ends the stream
    silent: float = 0.0  # seconds without a byte before anything is sent
    pause: float = 0.0  # seconds before each line
    cut_after: int | None = None  # lines before the connection is closed with no last line
    done_reason: str = "stop"
    prompt_eval_count: int | None = None  # None: a third of the prompt's characters


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

    def __post_init__(self) -> None:
        self._queue: deque[Chat] = deque()
        self._changed = threading.Condition()
        self.released = threading.Event()  # set when the test is over: whoever is silent wakes
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        host, port = self._server.server_address[:2]
        return f"http://{host}:{port}"

    def enqueue(self, *chats: Chat | str) -> None:
        """What the next chats are answered with, in order; text is the content of a good reply."""
        self._queue.extend(Chat(c) if isinstance(c, str) else c for c in chats)

    def next_chat(self) -> Chat:
        return self._queue.popleft() if self._queue else Chat(answer_well)

    def count(self, change: int) -> None:
        with self._changed:
            self.open_connections += change
            self._changed.notify_all()

    def all_closed(self, seconds: float = 1.0) -> bool:
        """Whether every connection was closed; waits for the server to notice."""
        with self._changed:
            return self._changed.wait_for(lambda: not self.open_connections, seconds)

    @property
    def left(self) -> int:
        """How many of the enqueued replies were never asked for."""
        return len(self._queue)

    def __enter__(self) -> FakeOllama:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


def says(*statements: tuple[str, Sequence[str]]) -> str:
    """The JSON of an answer: (text, ids) a statement."""
    return json.dumps(
        {"statements": [{"text": t, "sentences": list(ids)} for t, ids in statements]}, ensure_ascii=False
    )


def allowed_ids(request: dict[str, Any]) -> list[str]:
    """The ids that the request's schema allows."""
    statement = request["format"]["properties"]["statements"]["items"]
    return list(statement["properties"]["sentences"]["items"]["enum"])


def shown_sentences(request: dict[str, Any]) -> dict[str, str]:
    """id -> the sentence behind it in the prompt, without the parenthesis that says who speaks."""
    prompt = request["messages"][-1]["content"]
    lines = re.findall(r"^\[(\w+)\] (.*)$", prompt, re.MULTILINE)
    return {i: re.split(r"; (?:undated|\d{4}-\d\d-\d\d)\) ", line, maxsplit=1)[-1] for i, line in lines}


def answer_well(request: dict[str, Any]) -> str:
    """Two statements, each in the words of the sentence it cites."""
    sentences = shown_sentences(request)
    return says(*((sentences[i], [i]) for i in allowed_ids(request)[:2]))


def cite(pattern: str, text: str) -> Callable[[dict[str, Any]], str]:
    """A reply that says `text` and cites the first sentence shown that matches a pattern."""

    def content(request: dict[str, Any]) -> str:
        at = next(i for i, s in shown_sentences(request).items() if re.search(pattern, s))
        return says((text, [at]))

    return content


def _handler(fake: FakeOllama) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            fake.count(1)
            super().setup()

        def finish(self) -> None:
            super().finish()
            fake.count(-1)

        def end_headers(self) -> None:
            if not fake.keep_alive:
                self.send_header("Connection", "close")
            super().end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing on stderr."""

        def do_GET(self) -> None:
            fake.paths.append(self.path)
            if self.path == "/api/version":
                self._whole(200, json.dumps({"version": "0.12.0"}))
            elif self.path == "/api/tags":
                fake.released.wait(fake.tags_silent)
                listed = json.dumps(
                    {"models": [{"name": m, "model": m, "size": 1, "digest": "0" * 64} for m in fake.models]}
                )
                self._whole(fake.tags_status, listed if fake.tags is None else fake.tags)
            else:
                self._whole(404, '{"error": "not found"}')

        def do_POST(self) -> None:
            fake.paths.append(self.path)
            request = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))) or b"{}")
            routes = {"/api/chat": self._chat, "/api/pull": self._pull, "/api/show": self._show}
            route = routes.get(self.path)
            if route is None:
                self._whole(404, '{"error": "not found"}')
            else:
                route(request)

        def _show(self, request: dict[str, Any]) -> None:
            self._whole(
                200,
                json.dumps(
                    {"details": {"family": "qwen3"}, "capabilities": ["completion"], "model_info": {}}
                ),
            )

        def _chat(self, request: dict[str, Any]) -> None:
            fake.chats.append(request)
            chat = fake.next_chat()
            fake.released.wait(chat.silent)
            if request["model"] not in fake.models:
                self._whole(404, json.dumps({"error": f"model '{request['model']}' not found"}))
            elif chat.status != 200:
                errors = {503: "server busy, please try again.  maximum pending requests exceeded"}
                self._whole(chat.status, json.dumps({"error": errors.get(chat.status, "it broke")}))
            else:
                content = chat.content(request) if callable(chat.content) else chat.content
                self._answer(request, chat, content)

        def _answer(self, request: dict[str, Any], chat: Chat, content: str) -> None:
            read = chat.prompt_eval_count
            read = sum(len(m["content"]) for m in request["messages"]) // 3 if read is None else read
            last = {
                "done": True,
                "done_reason": chat.done_reason,
                "prompt_eval_count": read,
                "eval_count": 9,
                "total_duration": 1,
            }
            if not request.get("stream", True):
                said = {"role": "assistant", "content": content, "thinking": chat.thinking}
                self._whole(
                    200, json.dumps({"model": request["model"], "created_at": STAMP, "message": said, **last})
                )
                return
            pieces = [{"content": "", "thinking": chat.thinking}] if chat.thinking else []
            pieces += [{"content": content[i : i + PIECE]} for i in range(0, len(content), PIECE)]
            lines = [
                {
                    "model": request["model"],
                    "created_at": STAMP,
                    "message": {"role": "assistant", **p},
                    "done": False,
                }
                for p in pieces
            ]
            ending = {
                "model": request["model"],
                "created_at": STAMP,
                "message": {"role": "assistant", "content": ""},
                **last,
            }
            if chat.error_after is not None:
                lines, ending = (
                    lines[: chat.error_after],
                    {"error": "an error was encountered while running the model"},
                )
            self._stream(
                [*lines, ending] if chat.cut_after is None else lines[: chat.cut_after],
                chat.pause,
                chat.cut_after is None,
            )

        def _pull(self, request: dict[str, Any]) -> None:
            fake.pulls.append(request)
            parts: list[dict[str, Any]] = [{"status": "pulling manifest"}]
            parts += [
                {"status": "pulling abc", "digest": "sha256:abc", "total": 100, "completed": n}
                for n in (10, 60, 100)
            ]
            if fake.pull_cut:
                self._stream(parts[:2], whole=False)
                return
            if fake.pull_error:
                parts.append({"error": fake.pull_error})
            else:
                fake.models.append(request["model"])
                parts.append({"status": "success"})
            self._stream(parts)

        def _stream(self, lines: Sequence[dict[str, Any]], pause: float = 0.0, whole: bool = True) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/x-ndjson")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            try:
                for line in lines:
                    if pause:
                        fake.released.wait(pause)
                    data = json.dumps(line, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"
                    self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
                    self.wfile.flush()
                if whole:
                    self.wfile.write(b"0\r\n\r\n")
                else:
                    self.close_connection = True
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the reader lost patience

        def _whole(self, status: int, body: str) -> None:
            data = body.encode()
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True

    return Handler
