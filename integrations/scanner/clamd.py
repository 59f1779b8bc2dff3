"""The ClamAV daemon, spoken to by its own protocol: a file goes in pieces over one connection, one line comes back."""

import re
import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from portal_app.services.media.port import ScannerAway

PORT = 3310
PIECE = 64 * 1024
LONGEST_ANSWER = 4096
LONGEST_NAME = 120
FOUND = re.compile(r"stream: (?P<name>.+) FOUND")
CONNECT_SECONDS = 5.0
AWAY = "The scanner cannot be reached. Look whether clamd runs where PORTAL_CLAMD_URL says."
SILENT = "The scanner did not answer in time."
TOO_LARGE = "The scanner takes no files of this size. Set StreamMaxLength of clamd to 32M or more."


@dataclass(frozen=True, slots=True)
class Clamd:
    """`url` is tcp://host:port or unix:///path. `seconds` is how long it may say nothing while it looks."""

    url: str
    seconds: float = 60.0

    def scan(self, path: Path) -> str:
        """See Scanner.scan."""
        with path.open("rb") as file, self._connected() as line:
            try:
                line.sendall(b"zINSTREAM\0")
                while piece := file.read(PIECE):
                    line.sendall(struct.pack("!I", len(piece)) + piece)
                line.sendall(struct.pack("!I", 0))
            except (BrokenPipeError, ConnectionResetError):
                # It breaks off what is too large, and says so first.
                return _verdict(_answer(line))
            return _verdict(_answer(line))

    def ping(self) -> None:
        """See Scanner.ping."""
        with self._connected() as line:
            line.sendall(b"zPING\0")
            if (said := _answer(line)) != "PONG":
                raise ScannerAway(f"The scanner answered a ping with something else ({said[:40]!r}).")

    @contextmanager
    def _connected(self) -> Iterator[socket.socket]:
        parts = urlsplit(self.url)
        unix = parts.scheme == "unix"
        line = socket.socket(socket.AF_UNIX) if unix else None
        try:
            if line is None:
                line = socket.create_connection((parts.hostname or "", parts.port or PORT), CONNECT_SECONDS)
            else:
                line.settimeout(CONNECT_SECONDS)
                line.connect(parts.path)
            line.settimeout(self.seconds)
            yield line
        except TimeoutError as error:
            raise ScannerAway(SILENT) from error
        except ScannerAway:
            raise
        except OSError as error:
            raise ScannerAway(AWAY) from error
        finally:
            if line is not None:
                line.close()


def _answer(line: socket.socket) -> str:
    """One line, which ends with a zero byte. Raises ScannerAway where it ends before."""
    said = b""
    while not said.endswith(b"\0") and len(said) < LONGEST_ANSWER:
        piece = line.recv(LONGEST_ANSWER)
        if not piece:
            raise ScannerAway("The scanner broke off before it had answered.")
        said += piece
    return said.rstrip(b"\0").decode("utf-8", "replace").strip()


def _verdict(said: str) -> str:
    """Raises ScannerAway for whatever is neither clean nor found: what nobody understands is not clean."""
    if said == "stream: OK":
        return ""
    if found := FOUND.fullmatch(said):
        return "".join(each for each in found["name"] if each.isprintable())[:LONGEST_NAME]
    if "size limit exceeded" in said:
        raise ScannerAway(TOO_LARGE)
    raise ScannerAway(f"The scanner could not look through the file ({said[:80]!r}).")
