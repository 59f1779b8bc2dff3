"""Keeps processes alive, and ends them together."""

import contextlib
import ctypes
import os
import select
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import NoReturn

from portal_app.logs import log

_PR_SET_PDEATHSIG = 1
_ANSWERED = (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def end_with_parent(parent: int, how: signal.Signals) -> None:
    """Have the kernel send this process `how` when `parent`, the process that started it, is gone. Only Linux does."""
    if _libc is None:
        return
    _libc.prctl(_PR_SET_PDEATHSIG, int(how), 0, 0, 0)
    if os.getppid() != parent:
        os.kill(os.getpid(), how)


class Process:
    """A fork of this process that runs one function and exits with what that returned.

    A fork, not a program started anew: what is loaded here already need not be loaded twice, which is half of the
    time of a start. So this process has no threads and no open connections when it forks.
    """

    def __init__(self, run: Callable[[], int]) -> None:
        self.code: int | None = None
        parent = os.getpid()
        # Held back until the fork has its own answers to them: else it would take them for its parent.
        held = signal.pthread_sigmask(signal.SIG_BLOCK, _ANSWERED)
        self.pid = os.fork()
        if self.pid == 0:
            _live(run, parent, held)
        signal.pthread_sigmask(signal.SIG_SETMASK, held)

    def ended(self) -> bool:
        """Whether it has ended; its exit code is then in `code`, negative where a signal ended it."""
        if self.code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.code = os.waitstatus_to_exitcode(status)
        return self.code is not None

    def terminate(self) -> None:
        if not self.ended():
            os.kill(self.pid, signal.SIGTERM)

    def kill(self) -> None:
        """End it, and what it started, at once."""
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        if self.code is None:
            self.code = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def _live(run: Callable[[], int], parent: int, held: Iterable[int]) -> NoReturn:
    code = 1
    try:
        signal.set_wakeup_fd(-1)
        for number in _ANSWERED:
            signal.signal(number, signal.SIG_DFL)
        # A session of its own: Ctrl-C reaches the parent alone, which then ends its parts in order.
        os.setsid()
        end_with_parent(parent, signal.SIGTERM)
        signal.pthread_sigmask(signal.SIG_SETMASK, held)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        code = run()
    except SystemExit as asked:
        code = asked.code if isinstance(asked.code, int) else 1
    except BaseException:  # noqa: BLE001 (the last of this process: it says what happened, and exits)
        log.exception("failed")
    finally:
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(code)


@dataclass
class Part:
    """One process that is kept alive: `run` is what it does, and returns its exit code."""

    name: str
    run: Callable[[], int]
    process: Process | None = None
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
                elif part.process is not None and part.process.ended():
                    self._bury(part, part.process)
                if part.quick_deaths >= self.quick_deaths:
                    log.error("given up", part=part.name, deaths=part.quick_deaths)
                    return 1
            due = [part.start_at for part in self.parts if part.process is None]
            _listen(ear, min(due) - time.monotonic() if due else 60.0)
        return 0

    def _start(self, part: Part) -> None:
        part.process, part.started_at = Process(part.run), time.monotonic()
        log.info("started", part=part.name, pid=part.process.pid)

    def _bury(self, part: Part, died: Process) -> None:
        died.kill()
        quick = time.monotonic() - part.started_at < self.lived
        part.quick_deaths = part.quick_deaths + 1 if quick else 0
        pause = min(self.first_pause * 2 ** max(0, part.quick_deaths - 1), self.longest_pause)
        part.process, part.start_at = None, time.monotonic() + pause
        log.warning("died", part=part.name, pid=died.pid, code=died.code, again_in=pause)

    def _stop(self, ear: socket.socket) -> None:
        """End all parts at the same time. What has not ended in time, or when told once more, is killed."""
        asked = max(self._told_to_end, 1)
        running = [part.process for part in self.parts if part.process is not None]
        for process in running:
            process.terminate()
        deadline = time.monotonic() + self.stop_seconds
        while not all(process.ended() for process in running) and self._told_to_end <= asked:
            if time.monotonic() >= deadline:
                break
            _listen(ear, deadline - time.monotonic())
        for process in running:
            process.kill()
        log.info("ended")


def _listen(ear: socket.socket, seconds: float) -> None:
    """Sleep until a signal arrives, at most this long."""
    if select.select([ear], [], [], max(0.0, seconds))[0]:
        with contextlib.suppress(BlockingIOError):
            ear.recv(4096)
