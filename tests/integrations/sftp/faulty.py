"""An SFTP server that does what real ones do on their bad days: tells other sizes than it sends, lists odd names."""

import socket
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import paramiko

MODIFIED = 1_795_000_000


@dataclass
class Faulty:
    """`told` replaces what is said of a file's size. `passwords` are those that it was given."""

    port: int
    key: paramiko.PKey
    password: str
    files: dict[str, bytes] = field(default_factory=dict)
    told: dict[str, int] = field(default_factory=dict)
    passwords: list[str] = field(default_factory=list)
    _transports: list[paramiko.Transport] = field(default_factory=list)

    @property
    def host_key(self) -> str:
        return f"{self.key.get_name()} {self.key.get_base64()}"

    def serve(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                transport = paramiko.Transport(listener.accept()[0])
                self._transports.append(transport)
                transport.add_server_key(self.key)
                transport.set_subsystem_handler("sftp", paramiko.SFTPServer, _Files, self)
                transport.start_server(event=threading.Event(), server=_Door(self))

    def close(self) -> None:
        for each in self._transports:
            each.close()
            each.join()

    def attributes(self, name: str) -> paramiko.SFTPAttributes:
        told = paramiko.SFTPAttributes()
        told.filename, told.st_mode = name, stat.S_IFREG | 0o644
        told.st_size, told.st_mtime, told.st_atime = self.told.get(name, len(self.files[name])), MODIFIED, MODIFIED
        return told


class _Door(paramiko.ServerInterface):
    def __init__(self, server: Faulty) -> None:
        self._server = server

    def get_allowed_auths(self, username: str) -> str:
        return "password"

    def check_auth_password(self, username: str, password: str) -> int:
        self._server.passwords.append(password)
        right = password == self._server.password
        return paramiko.AUTH_SUCCESSFUL if right else paramiko.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED


class _Files(paramiko.SFTPServerInterface):
    def __init__(self, server: Any, faulty: Faulty, *_: Any) -> None:
        super().__init__(server)
        self._faulty = faulty

    def list_folder(self, path: str) -> Any:
        return [self._faulty.attributes(name) for name in self._faulty.files]

    def stat(self, path: str) -> Any:
        name = path.rpartition("/")[2]
        return self._faulty.attributes(name) if name in self._faulty.files else paramiko.SFTP_NO_SUCH_FILE

    def open(self, path: str, flags: int, attr: Any) -> Any:
        handle = _Handle(flags)
        handle.content = self._faulty.files[path.rpartition("/")[2]]
        return handle


class _Handle(paramiko.SFTPHandle):
    content = b""

    def read(self, offset: int, length: int) -> Any:
        return self.content[offset : offset + length] or paramiko.SFTP_EOF


@contextmanager
def faulty(key: paramiko.PKey, password: str = "") -> Iterator[Faulty]:
    listener = socket.create_server(("127.0.0.1", 0))
    made = Faulty(listener.getsockname()[1], key, password)
    serving = threading.Thread(target=made.serve, args=(listener,), daemon=True)
    serving.start()
    try:
        yield made
    finally:
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        serving.join()
        made.close()
