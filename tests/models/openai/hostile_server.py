"""A chat server for tests, in threads: well behaved by default, and as bad as a test tells it to be."""

import json
import socket
import struct
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = Mapping[str, Any]
SPACE = 220


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One POST, as the server saw it."""

    number: int
    """Counted from 0."""
    path: str
    headers: Mapping[str, str]
    raw: bytes

    @property
    def body(self) -> dict[str, Any]:
        return json.loads(self.raw)

    @property
    def words(self) -> str:
        """The text of the last message."""
        content = self.body["messages"][-1]["content"]
        return content if isinstance(content, str) else "".join(part.get("text", "") for part in content)


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """What to send back."""

    body: bytes | str | Json = b""
    status: int = 200
    content_type: str | None = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    wire: Callable[["_Handler"], None] | None = None
    """Instead of everything else: bytes, or silence, by hand."""


def completion(text: str | None, finish: str | None = "stop", **message: Any) -> dict[str, Any]:
    """A good answer; more fields of the message by name."""
    return {
        "id": "c",
        "object": "chat.completion",
        "model": "tiny-2026",
        "choices": [
            {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text, **message}}
        ],
        "usage": {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10},
    }


def echo(call: Call) -> Say:
    """Says what it was asked."""
    return Say(body=completion(f"echo {call.words}"))


def complaint(status: int, message: str, code: str | None = None, **headers: str) -> Say:
    return Say(
        status=status,
        body={"error": {"message": message, "type": "made", "code": code}},
        headers={name.replace("_", "-"): value for name, value in headers.items()},
    )


def reset(handler: "_Handler") -> None:
    """Break the connection with RST."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True


class HostileServer:
    """Listens on a free port of 127.0.0.1; can be stopped and started again on the same one."""

    def __init__(self) -> None:
        self.behave: Callable[[Call], Say] = echo
        self.models: list[str] | None = ["tiny"]
        self.tokens: dict[str, list[int]] = {}
        """What /tokenize tells of a text; SPACE stands for white space alone."""
        self.calls: list[Call] = []
        self.gets: list[str] = []
        self.get_headers: list[Mapping[str, str]] = []
        self.under_way = self.most_under_way = 0
        self.sent_bytes = 0
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        self._open: set[socket.socket] = set()
        self._http: ThreadingHTTPServer | None = None
        self.port = 0

    def __enter__(self) -> "HostileServer":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def spec(self) -> str:
        return f"tiny@{self.url}"

    def start(self) -> None:
        self.stopping.clear()
        handler = type("Handler", (_Handler,), {"owner": self})
        self._http = _Threads(("127.0.0.1", self.port), handler)
        self.port = self._http.server_address[1]
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def stop(self) -> None:
        """As if killed: nobody listens, and what was open is reset."""
        self.stopping.set()
        if self._http is not None:
            self._http.shutdown()
            self._http.server_close()
            self._http = None
        with self._lock:
            for connection in self._open:
                try:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def take(self, handler: "_Handler", raw: bytes) -> Call:
        with self._lock:
            call = Call(number=len(self.calls), path=handler.path, headers=dict(handler.headers), raw=raw)
            self.calls.append(call)
            self.under_way += 1
            self.most_under_way = max(self.most_under_way, self.under_way)
        return call

    def done(self) -> None:
        with self._lock:
            self.under_way -= 1

    def opened(self, connection: socket.socket, there: bool) -> None:
        with self._lock:
            (self._open.add if there else self._open.discard)(connection)


class _Threads(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    owner: HostileServer

    def setup(self) -> None:
        super().setup()
        self.owner.opened(self.connection, True)

    def finish(self) -> None:
        self.owner.opened(self.connection, False)
        super().finish()

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self.owner.gets.append(self.path)
        self.owner.get_headers.append(dict(self.headers))
        if self.owner.models is None:
            self.answer(complaint(404, "no such page"))
        else:
            self.answer(Say(body={"object": "list", "data": [{"id": name} for name in self.owner.models]}))

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/tokenize":
            asked = json.loads(raw)["prompt"]
            ids = self.owner.tokens.get(asked)
            if ids is None:
                self.answer(complaint(404, "none"))
            else:
                self.answer(Say(body={"tokens": ids, "token_strs": [" " if ids[0] == SPACE else asked]}))
            return
        call = self.owner.take(self, raw)
        try:
            said = self.owner.behave(call)
        finally:
            self.owner.done()
        self.answer(said)

    def answer(self, said: Say) -> None:
        if said.wire is not None:
            said.wire(self)
            return
        body = said.body
        if isinstance(body, Mapping):
            body = json.dumps(body)
        data = body.encode() if isinstance(body, str) else body
        self.send_response(said.status)
        if said.content_type is not None:
            self.send_header("Content-Type", said.content_type)
        for name, value in said.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)
