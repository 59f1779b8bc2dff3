"""A text gateway of Twilio's shape on this machine, well or unwell as it is told to be."""

import contextlib
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs


@dataclass
class Gateway:
    """Answers as told, and keeps what it was asked."""

    url: str = ""
    status: int = 201
    body: object = field(default_factory=lambda: {"sid": "SM1", "status": "queued"})
    hold: threading.Event = field(default_factory=threading.Event)
    slow: bool = False
    asked: list[tuple[str, str, dict[str, list[str]]]] = field(default_factory=list)


@contextlib.contextmanager
def gateway() -> Iterator[Gateway]:
    """A gateway until the end of the block."""
    told = Gateway()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            form = parse_qs(self.rfile.read(length).decode())
            told.asked.append((self.path, self.headers["Authorization"], form))
            if told.slow:
                told.hold.wait(10)
            body = told.body if isinstance(told.body, bytes) else json.dumps(told.body).encode()
            self.send_response(told.status)
            if told.status in (301, 307):
                self.send_header("Location", f"{told.url}/elsewhere")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield told
    finally:
        told.hold.set()
        server.shutdown()
        server.server_close()
