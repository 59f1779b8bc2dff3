"""A scanner that speaks clamd's protocol: the commands that begin with z, a file in pieces, one line for an answer."""

import contextlib
import socketserver
import struct
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

# Put together here, so that no scanner takes this file for what it is about.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"
NAME = "Eicar-Test-Signature"


@dataclass
class Behaviour:
    """How it answers. `says` is sent instead of what it found, `waits` before that."""

    most: int = 32 * 1024 * 1024
    waits: float = 0.0
    says: bytes = b""
    breaks_off: bool = False
    seen: list[bytes] = field(default_factory=list)


class _Talk(socketserver.StreamRequestHandler):
    server: "_Network | _Local"

    def handle(self) -> None:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            command = b""
            while not command.endswith(b"\0"):
                piece = self.rfile.read(1)
                if not piece:
                    return
                command += piece
            self.wfile.write(self._answer(command))

    def _answer(self, command: bytes) -> bytes:
        how = self.server.how
        if command == b"zPING\0":
            return b"PONG\0"
        if command != b"zINSTREAM\0":
            return b"UNKNOWN COMMAND\0"
        found = b""
        while length := struct.unpack("!I", self.rfile.read(4))[0]:
            if len(found) + length > how.most:
                return b"INSTREAM size limit exceeded. ERROR\0"
            found += self.rfile.read(length)
            if how.breaks_off:
                return b""
        how.seen.append(found)
        time.sleep(how.waits)
        return how.says or (f"stream: {NAME} FOUND\0".encode() if EICAR in found else b"stream: OK\0")


class _Network(socketserver.ThreadingTCPServer):
    daemon_threads = allow_reuse_address = True
    how: Behaviour


class _Local(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    how: Behaviour


@dataclass
class Running:
    url: str
    how: Behaviour


@contextlib.contextmanager
def clamd(place: Path | int = 0) -> Iterator[Running]:
    """Runs on a port of loopback, 0 for any, or under a path."""
    how = Behaviour()
    server = _Local(str(place), _Talk) if isinstance(place, Path) else _Network(("127.0.0.1", place), _Talk)
    server.how = how
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        url = f"unix://{place}" if isinstance(place, Path) else f"tcp://127.0.0.1:{server.server_address[1]}"
        yield Running(url, how)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
