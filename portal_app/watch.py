"""Keeps processes alive, and ends them together."""

import contextlib
import ctypes
import os
import select
import signal
import socket
import subprocess
import sys
import time
from dataclasses import dataclass, field

from portal_app.logs import log

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def end_with_parent(parent: int, how: signal.Signals) -> None:
    """Have the kernel send this process `how` when `parent`, the process that started it, is gone. Only Linux does."""
    if _libc is None:
        return
    _libc.prctl(_PR_SET_PDEATHSIG, int(how), 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), how)


@dataclass
class Part:
    """One process that is kept alive."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_at: float = 0.0
    quick_deaths: int = 0


@dataclass
class Watch:
    """Keeps its parts alive until it is told to end, or until one of them dies at once again and again.

    Durations are seconds. A part that lived for less than `lived` died quickly, and is started again after a pause
    that doubles each time; after `quick_deaths` of them in a row it is given up, and everything ends.
    """

    parts: list[Part]
    environment: dict[str, str]
    stop_seconds: float
    lived: float = 20.0
    first_pause: float = 0.5
    longest_pause: float = 10.0
    quick_deaths: int = 5
    _told_to_end: int = field(default=0, init=False)

    def run(self) -> int:
        """Return once everything has ended: 0 when told to (SIGTERM, SIGINT), 1 when a part was given up."""
        ear, mouth = socket.socketpair()
        ear.setblocking(False)
        mouth.setblocking(False)
        with ear, mouth:
            signal.set_wakeup_fd(mouth.fileno(), warn_on_full_buffer=False)
            signal.signal(signal.SIGTERM, self._end)
            signal.signal(signal.SIGINT, self._end)
            signal.signal(signal.SIGCHLD, lambda *_: None)
            try:
                return self._keep_alive(ear)
            finally:
                self._stop(ear)
                signal.set_wakeup_fd(-1)

    def _end(self, *_: object) -> None:
        self._told_to_end += 1

    def _keep_alive(self, ear: socket.socket) -> int:
        while not self._told_to_end:
            for part in self.parts:
                if part.process is None and time.monotonic() >= part.start_at:
                    self._start(part)
                elif part.process is not None and part.process.poll() is not None:
                    self._bury(part, part.process)
                if part.quick_deaths >= self.quick_deaths:
                    log.error("given up", part=part.name, deaths=part.quick_deaths)
                    return 1
            due = [part.start_at for part in self.parts if part.process is None]
            _listen(ear, min(due) - time.monotonic() if due else 60.0)
        return 0

    def _start(self, part: Part) -> None:
        parent = os.getpid()
        part.process = subprocess.Popen(
            part.command,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            # A session of its own: Ctrl-C reaches this process alone, which then ends the parts in order.
            start_new_session=True,
            preexec_fn=lambda: end_with_parent(parent, signal.SIGTERM),  # noqa: PLW1509 (there are no threads here)
        )
        part.started_at = time.monotonic()
        log.info("started", part=part.name, pid=part.process.pid)

    def _bury(self, part: Part, died: subprocess.Popen[bytes]) -> None:
        _kill_group(died.pid)
        quick = time.monotonic() - part.started_at < self.lived
        part.quick_deaths = part.quick_deaths + 1 if quick else 0
        pause = min(self.first_pause * 2 ** max(0, part.quick_deaths - 1), self.longest_pause)
        part.process, part.start_at = None, time.monotonic() + pause
        log.warning("died", part=part.name, pid=died.pid, code=died.returncode, again_in=pause)

    def _stop(self, ear: socket.socket) -> None:
        """End all parts at the same time. What has not ended in time, or when told once more, is killed."""
        asked = max(self._told_to_end, 1)
        running = [part.process for part in self.parts if part.process is not None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + self.stop_seconds
        while any(process.poll() is None for process in running) and self._told_to_end <= asked:
            if time.monotonic() >= deadline:
                break
            _listen(ear, deadline - time.monotonic())
        for process in running:
            _kill_group(process.pid)
            process.wait()
        log.info("ended")


def _listen(ear: socket.socket, seconds: float) -> None:
    """Sleep until a signal arrives, at most this long."""
    if select.select([ear], [], [], max(0.0, seconds))[0]:
        with contextlib.suppress(BlockingIOError):
            ear.recv(4096)


def _kill_group(leader: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
