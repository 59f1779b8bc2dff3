"""A way to a server on loopback that breaks when it is told to, or leads to another server."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Wire:
    """`port` leads to the server on the port `target`, or to one that never says a word where that is None. With
    `cut_after` the next connection breaks off once the server has sent so many bytes; or it `stalls` there, and nobody
    is told."""

    port: int
    target: int | None
    cut_after: int | None = None
    stalls: bool = False
    connections: int = 0
    _open: list[socket.socket] = field(default_factory=list)

    def serve(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                self._lead(listener.accept()[0])

    def _lead(self, near: socket.socket) -> None:
        self.connections += 1
        self._open.append(near)
        if self.target is None:
            return
        far = socket.create_connection(("127.0.0.1", self.target))
        self._open.append(far)
        limit, self.cut_after = self.cut_after, None
        for one, other, most in ((near, far, None), (far, near, limit)):
            threading.Thread(target=_pump, args=(one, other, most, self.stalls), daemon=True).start()

    def close(self) -> None:
        for each in self._open:
            _hang_up(each)
            each.close()


def _pump(one: socket.socket, other: socket.socket, most: int | None, stalls: bool) -> None:
    with suppress(OSError):
        while (most is None or most > 0) and (block := one.recv(4096)):
            other.sendall(block if most is None else block[:most])
            most = None if most is None else most - len(block)
    if stalls and most is not None and most <= 0:
        return
    _hang_up(one)
    _hang_up(other)


def _hang_up(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)


@contextmanager
def wire(target: int | None) -> Iterator[Wire]:
    listener = socket.create_server(("127.0.0.1", 0))
    made = Wire(listener.getsockname()[1], target)
    serving = threading.Thread(target=made.serve, args=(listener,), daemon=True)
    serving.start()
    try:
        yield made
    finally:
        _hang_up(listener)
        listener.close()
        serving.join()
        made.close()
